/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/table.h"

#include "command/layout.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"

#include <string.h>

enum { GAP = 2, NARROWEST = 6 };

static char *plain_text(const json_t *value)
{
    if (json_is_string(value))
        return sanitize(span_of(json_string_value(value), json_string_length(value)),
                        SANITIZE_LINE);
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value))
        return g_strdup_printf("%g", json_real_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? _("yes") : _("no"));
    g_autofree char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    return sanitize_string(text);
}

char *table_cell(const VerbColumn *column, const json_t *row)
{
    const json_t *value = json_object_get(row, column->name);
    if (!value || json_is_null(value))
        return g_strdup("–");
    if (column->type == COLUMN_BYTES && json_is_integer(value))
        return units_size((uint64_t)json_integer_value(value));
    g_autofree char *text = plain_text(value);
    if (column->unit)
        return g_strdup_printf("%s %s", text, column->unit);
    return g_steal_pointer(&text);
}

/* Those that a table has room for, ending with a zero row; their number in `n`. g_free. */
static VerbColumn *columns_shown(const VerbColumn *columns, size_t *n)
{
    GArray *shown = g_array_new(TRUE, TRUE, sizeof(VerbColumn));
    for (; columns->name; columns++) {
        if (!columns->json_only)
            g_array_append_val(shown, *columns);
    }
    *n = shown->len;
    return (VerbColumn *)(void *)g_array_free(shown, FALSE);
}

static bool is_right_aligned(const VerbColumn *column)
{
    return column->type == COLUMN_NUMBER || column->type == COLUMN_BYTES;
}

/* Takes cells from the widest column of text until all fit, or none can give more. */
static void narrow(const VerbColumn *columns, size_t *widths, size_t n, size_t width)
{
    size_t total = GAP * (n - 1);
    for (size_t i = 0; i < n; i++)
        total += widths[i];
    while (total > width) {
        size_t widest = n;
        for (size_t i = 0; i < n; i++) {
            if (columns[i].type == COLUMN_TEXT && widths[i] > NARROWEST &&
                (widest == n || widths[i] > widths[widest]))
                widest = i;
        }
        if (widest == n)
            return;
        widths[widest]--;
        total--;
    }
}

static char *line_of(const VerbColumn *columns, char *const *cells, const size_t *widths, size_t n)
{
    GString *line = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *cell = layout_cut(cells[i], widths[i]);
        size_t pad = widths[i] - layout_width(cell);
        bool right = is_right_aligned(&columns[i]);
        bool last = i + 1 == n;
        g_string_append_printf(line, "%*s%s%*s", right ? (int)pad : 0, "", cell,
                               right || last ? 0 : (int)pad, "");
        if (!last)
            g_string_append_printf(line, "%*s", GAP, "");
    }
    return g_string_free(line, FALSE);
}

static char **titles_of(const VerbColumn *columns, size_t n)
{
    char **cells = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *title = g_utf8_strup(_(columns[i].title), -1);
        cells[i] = g_steal_pointer(&title);
    }
    return cells;
}

static char **cells_of(const VerbColumn *columns, const json_t *row, size_t n)
{
    char **cells = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++)
        cells[i] = table_cell(&columns[i], row);
    return cells;
}

GPtrArray *table_render(const VerbColumn *all, const json_t *rows, size_t width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    size_t n_rows = json_array_size(rows), n;
    g_autofree VerbColumn *columns = columns_shown(all, &n);
    if (n_rows == 0 || n == 0)
        return lines;
    g_autoptr(GPtrArray) table = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_ptr_array_add(table, titles_of(columns, n));
    for (size_t i = 0; i < n_rows; i++)
        g_ptr_array_add(table, cells_of(columns, json_array_get(rows, i), n));
    g_autofree size_t *widths = g_new0(size_t, n);
    for (guint r = 0; r < table->len; r++) {
        char *const *cells = g_ptr_array_index(table, r);
        for (size_t i = 0; i < n; i++)
            widths[i] = MAX(widths[i], layout_width(cells[i]));
    }
    if (width > 0)
        narrow(columns, widths, n, width);
    for (guint r = 0; r < table->len; r++)
        g_ptr_array_add(lines, line_of(columns, g_ptr_array_index(table, r), widths, n));
    return lines;
}
