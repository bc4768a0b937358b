/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/text.h"

#include <string.h>
#include <wchar.h>

#define ELLIPSIS "…"

unsigned text_character_width(gunichar character)
{
    int width;

    if (character < 0x7f)
        return 1;
    width = wcwidth((wchar_t)character);
    return width < 0 ? 1 : (unsigned)width;
}

unsigned text_width_n(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    unsigned width = 0;

    while (text < end && *text != '\0') {
        width += text_character_width(g_utf8_get_char(text));
        text = g_utf8_next_char(text);
    }
    return width;
}

unsigned text_width(const char *text)
{
    return text_width_n(text, strlen(text));
}

size_t text_prefix(const char *text, unsigned columns, unsigned *used)
{
    const char *at = text;
    unsigned width = 0;

    while (*at != '\0') {
        unsigned more = text_character_width(g_utf8_get_char(at));
        if (width + more > columns)
            break;
        width += more;
        at = g_utf8_next_char(at);
    }
    if (used != NULL)
        *used = width;
    return (size_t)(at - text);
}

/* The start of the longest suffix at most `columns` wide. */
static const char *text_suffix(const char *text, unsigned columns)
{
    const char *at = text + strlen(text);
    unsigned width = 0;

    while (at > text) {
        const char *before = g_utf8_prev_char(at);
        unsigned more = text_character_width(g_utf8_get_char(before));
        if (width + more > columns)
            break;
        width += more;
        at = before;
    }
    /* A combining character without its base would land on the ellipsis. */
    while (*at != '\0' && text_character_width(g_utf8_get_char(at)) == 0)
        at = g_utf8_next_char(at);
    return at;
}

char *text_cut(const char *text, unsigned columns)
{
    size_t bytes;

    if (columns == 0)
        return g_strdup("");
    if (text_width(text) <= columns)
        return g_strdup(text);
    bytes = text_prefix(text, columns - 1, NULL);
    return g_strdup_printf("%.*s" ELLIPSIS, (int)bytes, text);
}

char *text_cut_middle(const char *text, unsigned columns)
{
    unsigned tail, used;
    size_t bytes;

    if (columns < 4 || text_width(text) <= columns)
        return text_cut(text, columns);
    tail = columns / 3;
    bytes = text_prefix(text, columns - 1 - tail, &used);
    return g_strdup_printf("%.*s" ELLIPSIS "%s", (int)bytes, text,
                           text_suffix(text, columns - 1 - used));
}

/* The last byte offset in text[0..most] that follows a clause (or a word), or 0. */
static size_t end_of(const char *text, size_t most, const char *stops)
{
    for (size_t at = most; at > 0; at--)
        if (text[at] == ' ' && (stops == NULL || strchr(stops, text[at - 1]) != NULL))
            return at;
    return 0;
}

char *text_cut_clause(const char *text, unsigned columns)
{
    size_t most, clause, word;

    if (columns < 4 || text_width(text) <= columns)
        return text_cut(text, columns);
    most = text_prefix(text, columns - 2, NULL);
    clause = end_of(text, most, ".,;:");
    word = end_of(text, most, NULL);
    if (clause * 2 < most)
        clause = word;
    if (clause * 2 < most)
        return text_cut(text, columns);
    return g_strdup_printf("%.*s " ELLIPSIS, (int)clause, text);
}

size_t text_break(const char *text, unsigned columns, const char **next)
{
    size_t line = strcspn(text, "\n");
    size_t fits = text_prefix(text, MAX(columns, 1), NULL);
    size_t at;

    if (fits == 0 && line > 0) /* a wide character in one column */
        fits = (size_t)(g_utf8_next_char(text) - text);
    if (line <= fits) {
        *next = text[line] == '\n' ? text + line + 1 : NULL;
        return line;
    }
    for (at = fits; at > 0 && text[at] != ' '; at--)
        ;
    if (at == 0) {
        *next = text + fits;
        return fits;
    }
    *next = text + at + strspn(text + at, " ");
    if (**next == '\0')
        *next = NULL;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    return at;
}
