/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/hex.h"

char *hex_encode(Span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = g_malloc(bytes.size * 2 + 1);
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    text[bytes.size * 2] = '\0';
    return text;
}

enum { HEX_DIGIT = 0x10 };

/* The value of each hex digit, with HEX_DIGIT set; 0 for what is none. */
static const uint8_t digit_values[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
    ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b,
    ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f, ['A'] = 0x1a, ['B'] = 0x1b,
    ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};

bool hex_decode_exact(Span text, uint8_t *out, size_t size)
{
    if (text.size % 2 != 0 || text.size / 2 != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        uint8_t high = digit_values[text.data[2 * i]];
        uint8_t low = digit_values[text.data[2 * i + 1]];
        if ((high & low & HEX_DIGIT) == 0)
            return false;
        out[i] = (uint8_t)((high & 0x0f) << 4 | (low & 0x0f));
    }
    return true;
}

GBytes *hex_decode(Span text)
{
    size_t size = text.size / 2;
    g_autofree uint8_t *bytes = g_malloc(size + 1);
    if (!hex_decode_exact(text, bytes, size))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

/* The value of a base64 digit, or -1. */
static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Decodes one group of four to one to three bytes; 0 when it is no group. Bits that the padding
 * leaves unused must be zero: one content has one spelling. */
static size_t decode_group(const uint8_t group[4], uint8_t out[3])
{
    size_t padding = group[3] == '=' ? (group[2] == '=' ? 2 : 1) : 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < 4 - padding; i++) {
        int value = base64_value(group[i]);
        if (value < 0)
            return 0;
        bits |= (uint32_t)value << (18 - 6 * i);
    }
    size_t size = 3 - padding;
    if ((bits & ((UINT32_C(1) << (8 * padding)) - 1)) != 0)
        return 0;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    return size;
}

GBytes *base64_decode_strict(Span text)
{
    g_autofree uint8_t *bytes = g_malloc(text.size / 4 * 3 + 3);
    size_t size = 0;
    bool padded = false;
    for (size_t at = 0; at < text.size;) {
        if (is_space(text.data[at])) {
            at++;
            continue;
        }
        if (padded || text.size - at < 4)
            return NULL;
        size_t got = decode_group(text.data + at, bytes + size);
        if (got == 0)
            return NULL;
        padded = got < 3;
        size += got;
        at += 4;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}
