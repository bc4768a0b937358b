/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/sanitize.h"

/* What a terminal obeys, what turns text around and what cannot be seen: code points that come out
 * escaped, in order. From the Unicode properties Default_Ignorable_Code_Point, Bidi_Control and
 * Noncharacter_Code_Point. The last two code points of each plane are seen to apart. */
static const struct {
    gunichar first, last;
} hidden[] = {
    {0x0000, 0x001f},   /* C0 */
    {0x007f, 0x009f},   /* DEL, C1 */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors and vowel separator */
    {0x200b, 0x200f},   /* zero-width space, joiners, marks */
    {0x2028, 0x202e},   /* line and paragraph separator, embeddings, overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfdd0, 0xfdef},   /* noncharacters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* half-width Hangul filler */
    {0xfff0, 0xfffb},   /* unassigned ignorables, interlinear annotation */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

static bool is_hidden(gunichar c)
{
    if ((c & 0xfffe) == 0xfffe)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(hidden) && hidden[i].first <= c; i++)
        if (c <= hidden[i].last)
            return true;
    return false;
}

static bool is_kept(uint8_t c, SanitizeFlags flags)
{
    if (c == '\n')
        return (flags & SANITIZE_KEEP_NEWLINES) != 0;
    if (c == '\t')
        return (flags & SANITIZE_KEEP_TABS) != 0;
    return c >= 0x20 && c < 0x7f;
}

/* Appends the character at `at`, escaped if need be; returns how many bytes it took. */
static size_t append_character(GString *out, const uint8_t *at, size_t left)
{
    gunichar c = *at < 0x80 ? *at : g_utf8_get_char_validated((const char *)at, (gssize)left);
    if (c < 0x80 || c > 0x10ffff) { /* ASCII that is not kept, or a byte that is no UTF-8 */
        g_string_append_printf(out, "\\x%02x", *at);
        return 1;
    }
    size_t size = (size_t)g_utf8_skip[*at];
    if (!is_hidden(c))
        g_string_append_len(out, (const char *)at, (gssize)size);
    else
        g_string_append_printf(out, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
    return size;
}

char *sanitize(Span text, SanitizeFlags flags)
{
    size_t at = 0;
    while (at < text.size && is_kept(text.data[at], flags))
        at++;
    if (at == text.size)
        return text.size == 0 ? g_strdup("") : g_strndup((const char *)text.data, text.size);

    GString *out = g_string_sized_new(text.size + 16);
    g_string_append_len(out, (const char *)text.data, (gssize)at);
    while (at < text.size) {
        size_t start = at;
        while (at < text.size && is_kept(text.data[at], flags))
            at++;
        g_string_append_len(out, (const char *)text.data + start, (gssize)(at - start));
        if (at < text.size)
            at += append_character(out, text.data + at, text.size - at);
    }
    return g_string_free(out, FALSE);
}

char *sanitize_string(const char *text)
{
    return text == NULL ? g_strdup("") : sanitize(span_of(text, strlen(text)), SANITIZE_LINE);
}
