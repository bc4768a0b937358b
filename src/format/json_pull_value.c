/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strings and numbers of an accepted document as values.
 */
#include "config.h"

#include "format/json_pull.h"

/* The text between the quotes, escapes undecoded. */
static bool string_inside(const JsonPullValue *value, Span *out)
{
    if (value->type != JSON_PULL_STRING || value->range.size < 2)
        return false;
    *out = span_of(value->range.data + 1, value->range.size - 2);
    return true;
}

bool json_pull_plain_string(const JsonPullValue *value, Span *out)
{
    Span inside;
    if (!string_inside(value, &inside) ||
        (inside.size > 0 && memchr(inside.data, '\\', inside.size) != NULL))
        return false;
    *out = inside;
    return true;
}

static bool take_unit(Reader *reader, unsigned *out)
{
    Span digits;
    if (!reader_take(reader, 4, &digits))
        return false;
    *out = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = g_ascii_xdigit_value((char)digits.data[i]);
        if (digit < 0)
            return false;
        *out = *out << 4 | (unsigned)digit;
    }
    return true;
}

/* After "\u". Appends UTF-8 at `*out`, never more than was read. */
static bool decode_unicode(Reader *reader, char **out)
{
    unsigned unit, low;
    if (!take_unit(reader, &unit) || unit == 0)
        return false;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (!reader_skip(reader, 2) || !take_unit(reader, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else if (unit >= 0xdc00 && unit <= 0xdfff) {
        return false;
    }
    *out += g_unichar_to_utf8(unit, *out);
    return true;
}

/* What each letter after a backslash means. */
static const char meanings[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

static bool decode_escape(Reader *reader, char **out)
{
    uint8_t letter;
    if (!reader_skip(reader, 1) || !reader_u8(reader, &letter))
        return false;
    if (letter == 'u')
        return decode_unicode(reader, out);
    if (meanings[letter] == '\0')
        return false;
    *(*out)++ = meanings[letter];
    return true;
}

/* Decoded text is never longer than the raw: "\u0800" takes six bytes and gives three. Runs
 * between escapes are short in signed JSON inside JSON, so they are copied by the byte. */
static bool decode(Span inside, char *out)
{
    Reader reader = reader_on(inside);
    while (reader.at < reader.end) {
        if (*reader.at != '\\')
            *out++ = (char)*reader.at++;
        else if (!decode_escape(&reader, &out))
            return false;
    }
    *out = '\0';
    return true;
}

char *json_pull_string(const JsonPullValue *value)
{
    Span inside;
    if (!string_inside(value, &inside))
        return NULL;
    if (inside.size == 0 || memchr(inside.data, '\\', inside.size) == NULL)
        return g_strndup((const char *)inside.data, inside.size);
    g_autofree char *text = g_malloc(inside.size + 1);
    return decode(inside, text) ? g_steal_pointer(&text) : NULL;
}

bool json_pull_unsigned(const JsonPullValue *value, uint64_t most, uint64_t *out)
{
    uint64_t number = 0;
    if (value->type != JSON_PULL_NUMBER || value->range.size == 0)
        return false;
    for (size_t i = 0; i < value->range.size; i++) {
        unsigned digit = value->range.data[i] - (unsigned)'0';
        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number > most)
        return false;
    *out = number;
    return true;
}
