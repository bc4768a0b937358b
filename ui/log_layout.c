/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_layout.h"

#include "core/sanitize.h"
#include "ui/text.h"

#include <string.h>

/* More lines than the tallest terminal shows; what one row needs of a line, generously: a character
 * takes at most four bytes, and some have marks upon them. */
enum { KEPT = 512, BYTES_A_COLUMN = 12, TAB = 8, LOOKED_THROUGH = 8 * 1024, FOUND_MOST = 64 };

struct LogLayout {
    LaidLine lines[KEPT];
};

LogLayout *log_layout_new(void)
{
    return g_new0(LogLayout, 1);
}

static void clear_line(LaidLine *line)
{
    g_free(line->text);
    g_free(line->rows);
    g_clear_pointer(&line->found, g_array_unref);
    memset(line, 0, sizeof *line);
}

void log_layout_forget(LogLayout *layout)
{
    for (unsigned i = 0; i < KEPT; i++)
        clear_line(&layout->lines[i]);
}

void log_layout_free(LogLayout *layout)
{
    if (layout == NULL)
        return;
    log_layout_forget(layout);
    g_free(layout);
}

static char *expand_tabs(char *text)
{
    GString *out;
    unsigned column = 0;

    if (strchr(text, '\t') == NULL)
        return text;
    out = g_string_sized_new(strlen(text) + TAB * 4);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        if (*at != '\t') {
            g_string_append_len(out, at, g_utf8_next_char(at) - at);
            column += text_character_width(g_utf8_get_char(at));
            continue;
        }
        do
            g_string_append_c(out, ' ');
        while (++column % TAB != 0);
    }
    g_free(text);
    return g_string_free(out, FALSE);
}

/* Broken where the row is full: a log's columns stay where they were. */
static void break_rows(LaidLine *line)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t at = 0;

    for (;;) {
        size_t bytes;
        g_array_append_val(rows, at);
        bytes = text_prefix(line->text + at, (unsigned)line->columns, NULL);
        if (bytes == 0 && line->text[at] != '\0') /* a wide character in one column */
            bytes = (size_t)(g_utf8_next_char(line->text + at) - (line->text + at));
        at += (uint32_t)bytes;
        if (!line->wrap || line->text[at] == '\0')
            break;
    }
    line->n_rows = rows->len;
    line->rows = (uint32_t *)(void *)g_array_free(rows, FALSE);
}

const LaidLine *log_layout_line(LogLayout *layout, const LogRing *ring, uint64_t number,
                                int columns, bool wrap)
{
    LaidLine *line = &layout->lines[number % KEPT];
    LogLine held;
    Span text;

    columns = MAX(columns, 1);
    if (line->columns == columns && line->number == number && line->wrap == wrap)
        return line;
    if (!log_ring_line(ring, number, &held, &text))
        return NULL;
    clear_line(line);
    if (!wrap)
        text.size = MIN(text.size, (size_t)columns * BYTES_A_COLUMN);
    line->text = expand_tabs(sanitize(text, SANITIZE_KEEP_TABS));
    line->number = number;
    line->columns = columns;
    line->wrap = wrap;
    break_rows(line);
    return line;
}

const GArray *log_layout_found(LogLayout *layout, const LaidLine *line, const GRegex *regex,
                               uint64_t serial)
{
    LaidLine *kept = &layout->lines[line->number % KEPT];
    g_autoptr(GMatchInfo) match = NULL;
    gssize size = (gssize)MIN(strlen(kept->text), (size_t)LOOKED_THROUGH);
    bool more;

    if (kept->looked_for == serial)
        return kept->found;
    kept->looked_for = serial;
    g_clear_pointer(&kept->found, g_array_unref);
    more = g_regex_match_full(regex, kept->text, size, 0, 0, &match, NULL);
    while (more && (kept->found == NULL || kept->found->len < 2 * FOUND_MOST)) {
        int start, end;
        uint32_t span[2];
        if (!g_match_info_fetch_pos(match, 0, &start, &end))
            break;
        span[0] = (uint32_t)start;
        span[1] = (uint32_t)end;
        if (kept->found == NULL)
            kept->found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        if (end > start)
            g_array_append_vals(kept->found, span, 2);
        more = g_match_info_next(match, NULL);
    }
    return kept->found;
}
