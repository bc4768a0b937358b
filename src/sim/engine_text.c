/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_text.h"

#include "format/date.h"
#include "sim/http.h"

#include <string.h>
#include <time.h>

static const char HEX[] = "0123456789abcdef";

void put_json(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    const char *start = text, *at = text;
    for (; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        g_string_append_len(out, start, at - start);
        if (c >= 0x20) {
            g_string_append_c(out, '\\');
            g_string_append_c(out, (char)c);
        } else {
            const char escape[] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
            g_string_append_len(out, escape, sizeof escape);
        }
        start = at + 1;
    }
    g_string_append_len(out, start, at - start);
    g_string_append_c(out, '"');
}

void put_key(GString *out, const char *key)
{
    put_json(out, key);
    g_string_append_c(out, ':');
}

void put_number(GString *out, uint64_t number)
{
    char digits[20];
    unsigned n = 0;
    do
        digits[sizeof digits - ++n] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    g_string_append_len(out, digits + sizeof digits - n, n);
}

static void put_digits(char *at, unsigned n, uint64_t number)
{
    for (; n > 0; number /= 10)
        at[--n] = (char)('0' + number % 10);
}

/* "2026-11-21T03:49:00.000000000" in 29 bytes. Neighbouring lines share their second. */
static void write_time(char out[29], int64_t time)
{
    static int64_t last = INT64_MIN;
    static char second[20];
    const int64_t seconds = time / NS_PER_SECOND;
    if (seconds != last) {
        const time_t value = (time_t)seconds;
        struct tm parts;
        gmtime_r(&value, &parts);
        memcpy(second, "0000-00-00T00:00:00.", 20);
        put_digits(second, 4, (uint64_t)parts.tm_year + 1900);
        put_digits(second + 5, 2, (uint64_t)parts.tm_mon + 1);
        put_digits(second + 8, 2, (uint64_t)parts.tm_mday);
        put_digits(second + 11, 2, (uint64_t)parts.tm_hour);
        put_digits(second + 14, 2, (uint64_t)parts.tm_min);
        put_digits(second + 17, 2, (uint64_t)parts.tm_sec);
        last = seconds;
    }
    memcpy(out, second, 20);
    put_digits(out + 20, 9, (uint64_t)(time % NS_PER_SECOND));
}

void put_time_fixed(GString *out, int64_t time)
{
    char text[30];
    write_time(text, time);
    text[29] = 'Z';
    g_string_append_len(out, text, sizeof text);
}

void put_time(GString *out, int64_t time)
{
    if (time == 0) {
        g_string_append(out, "0001-01-01T00:00:00Z");
        return;
    }
    char text[29];
    size_t size = sizeof text;
    write_time(text, time);
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    g_string_append_len(out, text, (gssize)size);
    g_string_append_c(out, 'Z');
}

void put_duration(GString *out, int64_t duration)
{
    static const struct {
        int64_t below; /* seconds */
        int64_t unit;  /* 0: the text is all */
        const char *text;
    } rows[] = {
        {1, 0, "Less than a second"},
        {2, 0, "1 second"},
        {60, 1, " seconds"},
        {120, 0, "About a minute"},
        {3600, 60, " minutes"},
        {7200, 0, "About an hour"},
        {48 * 3600, 3600, " hours"},
        {14 * 86400, 86400, " days"},
        {60 * 86400, 7 * 86400, " weeks"},
        {730 * 86400, 30 * 86400, " months"},
        {INT64_MAX, 365 * 86400, " years"},
    };
    const int64_t seconds = MAX(duration, 0) / NS_PER_SECOND;
    unsigned i = 0;
    while (seconds >= rows[i].below)
        i++;
    if (rows[i].unit > 0)
        put_number(out, (uint64_t)(seconds / rows[i].unit));
    g_string_append(out, rows[i].text);
}

bool read_time(const char *text, int64_t *out)
{
    char *end;
    if (!g_ascii_isdigit(text[0]))
        return false;
    const guint64 seconds = g_ascii_strtoull(text, &end, 10);
    int64_t rest = 0, unit = NS_PER_SECOND;
    if (seconds > INT64_MAX / NS_PER_SECOND)
        return false;
    if (*end == '.') {
        for (end++; g_ascii_isdigit(*end); end++)
            rest += (*end - '0') * (unit /= 10);
    } else if (*end == '-') {
        int64_t time;
        *out = date_parse_user(text, &time) ? time * NS_PER_SECOND : 0;
        return *out != 0;
    }
    *out = (int64_t)seconds * NS_PER_SECOND + rest;
    return *end == '\0';
}

uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void put_random_hex(GString *out, uint64_t *state, unsigned n)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < n; i++, bits >>= 8) {
        if (i % 8 == 0)
            bits = next_random(state);
        g_string_append_c(out, HEX[bits >> 4 & 15]);
        g_string_append_c(out, HEX[bits & 15]);
    }
}
