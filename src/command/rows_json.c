/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/rows_json.h"

#include <glib.h>
#include <stdlib.h>

char *rows_json_text(const json_t *value, bool indented)
{
    size_t layout = indented ? JSON_INDENT(2) : JSON_COMPACT;
    char *text = json_dumps(value, layout | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    /* Of all that a terminal might act upon, DEL alone is left raw by jansson. */
    g_auto(GStrv) pieces = g_strsplit(text, "\x7f", -1);
    free(text);
    return g_strjoinv("\\u007f", pieces);
}

void rows_json_lines(const json_t *rows, void (*line)(const char *text, void *data), void *data)
{
    size_t n = json_array_size(rows), i;
    const json_t *row;
    line(n > 0 ? "[" : "[]", data);
    json_array_foreach(rows, i, row)
    {
        g_autofree char *text = rows_json_text(row, false);
        g_autofree char *whole = i + 1 < n ? g_strconcat(text, ",", NULL) : NULL;
        line(whole ? whole : text, data);
    }
    if (n > 0)
        line("]", data);
}
