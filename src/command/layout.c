/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/layout.h"

#include <stdbool.h>
#include <string.h>

static size_t character_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

size_t layout_width(const char *text)
{
    size_t width = 0;
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        width += character_width(g_utf8_get_char(at));
    return width;
}

/* Where the longest beginning of at most `width` cells ends. */
static const char *end_within(const char *text, size_t width)
{
    const char *at = text;
    for (size_t taken = 0; *at; at = g_utf8_next_char(at)) {
        taken += character_width(g_utf8_get_char(at));
        if (taken > width)
            break;
    }
    return at;
}

char *layout_cut(const char *text, size_t width)
{
    if (layout_width(text) <= width)
        return g_strdup(text);
    if (width == 0)
        return g_strdup("");
    g_autofree char *kept = g_strndup(text, (gsize)(end_within(text, width - 1) - text));
    return g_strconcat(g_strchomp(kept), "…", NULL);
}

size_t layout_indent(const char *text)
{
    return strspn(text, " ");
}

/* Where a line that begins at `text` is broken: before the last space that fits, or, when its first
 * word does not fit, after that word. */
static const char *break_at(const char *text, size_t width)
{
    const char *end = end_within(text, width);
    if (*end == '\0' || *end == ' ')
        return end;
    const char *start = text + layout_indent(text);
    for (const char *at = end; at > start; at--) {
        if (at[-1] == ' ' && at - 1 > start)
            return at - 1;
    }
    return MAX(end, start) + strcspn(MAX(end, start), " ");
}

void layout_wrap(GPtrArray *lines, const char *text, size_t width, size_t hang)
{
    if (width == 0 || layout_width(text) <= width) {
        g_ptr_array_add(lines, g_strdup(text));
        return;
    }
    size_t indent = 0;
    while (true) {
        size_t room = width > indent + 8 ? width - indent : 8;
        const char *end = break_at(text, room);
        g_ptr_array_add(lines,
                        g_strdup_printf("%*s%.*s", (int)indent, "", (int)(end - text), text));
        text = end + layout_indent(end);
        if (*text == '\0')
            return;
        indent = hang;
    }
}
