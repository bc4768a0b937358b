/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/json.h"
#include "format/date.h"

#include <string.h>

#define SECOND INT64_C(1000000000) /* nanoseconds */

/* The decimals after the point as nanoseconds; `n` of them, any number, nine of which count. */
static int64_t decimals(const uint8_t *digits, size_t n)
{
    int64_t value = 0;
    for (size_t i = 0; i < 9; i++)
        value = value * 10 + (i < n ? digits[i] - '0' : 0);
    return value;
}

/* The date itself is format/date's business, which takes whole seconds. */
int64_t docker_time_of(Span text)
{
    static const size_t to_seconds = sizeof "2006-01-02T15:04:05" - 1;
    char whole[sizeof "2006-01-02T15:04:05+00:00"];
    size_t end = to_seconds, n = 0;
    if (text.size <= to_seconds)
        return 0;
    if (text.data[end] == '.') {
        end++;
        while (end + n < text.size && g_ascii_isdigit(text.data[end + n]))
            n++;
        if (n == 0)
            return 0;
    }
    int64_t nanoseconds = decimals(text.data + end, n);
    size_t rest = text.size - end - n;
    if (to_seconds + rest >= sizeof whole)
        return 0;
    memcpy(whole, text.data, to_seconds);
    memcpy(whole + to_seconds, text.data + end + n, rest);
    int64_t seconds;
    if (!date_parse_rfc3339(span_of(whole, to_seconds + rest), &seconds) ||
        seconds >= INT64_MAX / SECOND)
        return 0;
    return seconds * SECOND + nanoseconds;
}

int64_t docker_time_at(const json_t *object, const char *key)
{
    const char *text = json_text(object, key);
    return text == NULL ? 0 : docker_time_of(span_of(text, strlen(text)));
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" is turned into "1994-11-06T08:49:37Z". */
int64_t docker_time_of_http(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (strlen(text) != sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1 || text[7] != ' ' ||
        !g_str_has_suffix(text, " GMT"))
        return 0;
    g_autofree char *month = g_strndup(text + 8, 3);
    const char *found = strstr(months, month);
    if (found == NULL || (found - months) % 3 != 0)
        return 0;
    g_autofree char *iso = g_strdup_printf("%.4s-%02u-%.2sT%.8sZ", text + 12,
                                           (unsigned)(found - months) / 3 + 1, text + 5, text + 17);
    return docker_time_of(span_of(iso, strlen(iso)));
}
