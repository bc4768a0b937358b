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

/* After "\u". */
static bool decode_unicode(Reader *reader, GString *text)
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
    g_string_append_unichar(text, unit);
    return true;
}

static bool decode_escape(Reader *reader, GString *text)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    uint8_t letter;
    if (!reader_skip(reader, 1) || !reader_u8(reader, &letter))
        return false;
    if (letter == 'u')
        return decode_unicode(reader, text);
    const char *found = letter != '\0' ? strchr(letters, letter) : NULL;
    if (found == NULL)
        return false;
    g_string_append_c(text, meanings[found - letters]);
    return true;
}

char *json_pull_string(const JsonPullValue *value)
{
    Span inside;
    if (!string_inside(value, &inside))
        return NULL;
    g_autoptr(GString) text = g_string_sized_new(inside.size + 1);
    Reader reader = reader_on(inside);
    while (reader_left(&reader) > 0) {
        const uint8_t *escape = memchr(reader.at, '\\', reader_left(&reader));
        const uint8_t *until = escape != NULL ? escape : reader.end;
        g_string_append_len(text, (const char *)reader.at, until - reader.at);
        reader.at = until;
        if (escape != NULL && !decode_escape(&reader, text))
            return NULL;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
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
