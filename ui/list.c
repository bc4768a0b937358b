/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/list.h"

#include "core/i18n.h"
#include "ui/text.h"

#include <limits.h>
#include <string.h>

enum { GAP = 2, GUTTER = 2 };

static uint64_t last_generation;

void list_init(List *list, const ListSource *source)
{
    memset(list, 0, sizeof *list);
    list->source = source;
    list->order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    list->marks = g_byte_array_new();
    list->sort_column = LIST_UNSORTED;
    list->filter = g_strdup("");
    list_all_columns(list);
}

static void drop_matching(List *list)
{
    g_clear_pointer(&list->match_job, ui_job_unref);
    list->match_again = false;
}

void list_clear(List *list)
{
    drop_matching(list);
    g_clear_pointer(&list->matches, matches_free);
    g_array_unref(list->order);
    g_byte_array_unref(list->marks);
    g_free(list->filter);
}

/* ---- columns ---- */

void list_all_columns(List *list)
{
    list->n_columns = MIN(list->source->n_columns, (unsigned)LIST_COLUMNS_MAX);
    for (unsigned i = 0; i < list->n_columns; i++)
        list->columns[i] = i;
}

void list_set_columns(List *list, const unsigned *columns, unsigned n)
{
    list->n_columns = 0;
    for (unsigned i = 0; i < n && list->n_columns < LIST_COLUMNS_MAX; i++)
        if (columns[i] < list->source->n_columns && !list_shows_column(list, columns[i]))
            list->columns[list->n_columns++] = columns[i];
}

int list_column_named(const ListSource *source, const char *id)
{
    for (unsigned i = 0; i < source->n_columns; i++)
        if (g_str_equal(source->columns[i].id, id))
            return (int)i;
    return -1;
}

void list_choose_columns(List *list, const char *const *ids)
{
    unsigned chosen[LIST_COLUMNS_MAX], n = 0;

    for (; ids != NULL && *ids != NULL && n < LIST_COLUMNS_MAX; ids++) {
        int column = list_column_named(list->source, *ids);
        if (column >= 0)
            chosen[n++] = (unsigned)column;
    }
    if (n > 0)
        list_set_columns(list, chosen, n);
}

bool list_shows_column(const List *list, unsigned column)
{
    for (unsigned i = 0; i < list->n_columns; i++)
        if (list->columns[i] == column)
            return true;
    return false;
}

void list_show_column(List *list, unsigned column, unsigned before, bool shown)
{
    unsigned columns[LIST_COLUMNS_MAX + 1], n = 0;

    if (list_shows_column(list, column) == shown)
        return;
    for (unsigned i = 0; i < list->n_columns; i++) {
        if (shown && list->columns[i] == before)
            columns[n++] = column;
        if (list->columns[i] != column)
            columns[n++] = list->columns[i];
    }
    if (shown && !list_shows_column(list, before))
        columns[n++] = column;
    list_set_columns(list, columns, n);
}

/* ---- order ---- */

typedef struct Ordering {
    const List *list;
    const void *model;
} Ordering;

static int compare_rows(const void *a, const void *b, void *data)
{
    const Ordering *ordering = data;
    const List *list = ordering->list;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int answer = list->source->compare(ordering->model, left, right, (unsigned)list->sort_column);

    if (answer != 0)
        return list->descending ? -answer : answer;
    return left < right ? -1 : left > right;
}

/* `kept` passes the filter as it is. */
static bool passes(const List *list, const void *model, unsigned row, unsigned kept)
{
    if (list->source->present != NULL && !list->source->present(model, row))
        return false;
    if (list->matches == NULL || list->matches->problem != NULL || row == kept)
        return true;
    return row < list->matches->matched->len && list->matches->matched->data[row] != 0;
}

static void order_rows(List *list, const void *model, unsigned kept)
{
    unsigned n = list->source->count(model);
    Ordering ordering = {.list = list, .model = model};

    g_array_set_size(list->order, 0);
    for (uint32_t row = 0; row < n; row++)
        if (passes(list, model, row, kept))
            g_array_append_val(list->order, row);
    if (list->sort_column != LIST_UNSORTED)
        g_array_sort_with_data(list->order, compare_rows, &ordering);
}

void list_select_row(List *list, unsigned row)
{
    for (unsigned i = 0; i < list->order->len; i++)
        if (g_array_index(list->order, uint32_t, i) == row) {
            list_move_to(list, i);
            return;
        }
}

static void reorder_keeping(List *list, const void *model, bool keeps)
{
    unsigned row = list->row;

    order_rows(list, model, keeps && list->order->len > 0 ? row : UINT_MAX);
    list_move_to(list, list->at);
    list_select_row(list, row);
}

/* What is selected stays when it is the row that changed, not the filter: its log, its evidence
 * are being read. It goes with the next change once something else is selected. */
static void reorder(List *list, const void *model)
{
    reorder_keeping(list, model, list->answered);
}

static void start_matching(List *list, const void *model, Jobs *jobs)
{
    unsigned n = list->source->count(model);
    GPtrArray *lines = g_ptr_array_new_full(n, g_free);
    g_autoptr(GString) line = g_string_new(NULL);

    for (unsigned row = 0; row < n; row++) {
        g_string_truncate(line, 0);
        list->source->match_text(model, row, line);
        g_ptr_array_add(lines, g_strdup(line->str));
    }
    list->match_again = false;
    list->match_job = ui_job_ref(match_start(jobs, list->filter, lines, list->generation, 0));
}

void list_refresh(List *list, const void *model, Jobs *jobs)
{
    unsigned old = list->marks->len;

    g_byte_array_set_size(list->marks, list->source->count(model));
    if (list->marks->len > old)
        memset(list->marks->data + old, 0, list->marks->len - old);
    for (unsigned row = 0; list->n_marked > 0 && row < list->marks->len; row++)
        if (list->source->present != NULL && !list->source->present(model, row))
            list_mark(list, row, false);
    if (*list->filter != '\0' && list->match_job != NULL)
        list->match_again = true;
    else if (*list->filter != '\0' && jobs != NULL)
        start_matching(list, model, jobs);
    reorder(list, model);
}

/* ---- selection ---- */

void list_move_to(List *list, unsigned place)
{
    if (list->order->len == 0) {
        list->at = 0;
        return;
    }
    list->at = MIN(place, list->order->len - 1);
    list->row = g_array_index(list->order, uint32_t, list->at);
}

void list_move(List *list, long by)
{
    long to = (long)list->at + by;

    list_move_to(list, to < 0 ? 0 : (unsigned)to);
}

bool list_selected(const List *list, unsigned *row)
{
    *row = list->row;
    return list->at < list->order->len;
}

void list_fit(List *list, unsigned height)
{
    unsigned last;

    list->height = MAX(height, 1);
    last = list->order->len > list->height ? list->order->len - list->height : 0;
    if (list->at < list->top)
        list->top = list->at;
    if (list->at >= list->top + list->height)
        list->top = list->at - list->height + 1;
    list->top = MIN(list->top, last);
}

/* ---- sorting ---- */

void list_sort_by(List *list, const void *model, int column, bool descending)
{
    list->sort_column = column;
    list->descending = descending;
    reorder(list, model);
}

void list_sort_step(List *list, const void *model, int step)
{
    int n = (int)list->n_columns + 1, at = -1;
    int next;

    for (unsigned i = 0; i < list->n_columns; i++)
        if ((int)list->columns[i] == list->sort_column)
            at = (int)i;
    next = (at + 1 + step + n) % n - 1;
    list_sort_by(list, model, next < 0 ? LIST_UNSORTED : (int)list->columns[next],
                 list->descending);
}

/* ---- marks ---- */

void list_mark(List *list, unsigned row, bool marked)
{
    if (row >= list->marks->len || (list->marks->data[row] != 0) == marked)
        return;
    list->marks->data[row] = marked;
    if (marked)
        list->n_marked++;
    else
        list->n_marked--;
}

bool list_is_marked(const List *list, unsigned row)
{
    return row < list->marks->len && list->marks->data[row] != 0;
}

void list_clear_marks(List *list)
{
    if (list->marks->len > 0) /* an empty array may have no data */
        memset(list->marks->data, 0, list->marks->len);
    list->n_marked = 0;
}

GArray *list_chosen(const List *list)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(unsigned));
    unsigned selected;

    for (unsigned row = 0; list->n_marked > 0 && row < list->marks->len; row++)
        if (list->marks->data[row] != 0)
            g_array_append_val(rows, row);
    if (rows->len == 0 && list_selected(list, &selected))
        g_array_append_val(rows, selected);
    return rows;
}

/* ---- filter ---- */

void list_set_filter(List *list, const void *model, Jobs *jobs, const char *filter)
{
    g_autofree char *old = list->filter;

    list->filter = g_strdup(filter);
    list->generation = ++last_generation;
    if (list->match_job != NULL)
        jobs_cancel(jobs, list->match_job);
    drop_matching(list);
    list->answered = false;
    if (*filter == '\0') {
        g_clear_pointer(&list->matches, matches_free);
        reorder(list, model);
        return;
    }
    start_matching(list, model, jobs);
}

bool list_take_matches(List *list, const void *model, Jobs *jobs, const Message *message)
{
    const Matches *answer = message->data;

    if (message->kind != MESSAGE_MATCHES || message->generation != list->generation ||
        list->match_job == NULL)
        return false;
    matches_free(list->matches);
    list->matches = g_new0(Matches, 1);
    list->matches->matched = g_byte_array_ref(answer->matched);
    list->matches->problem = g_strdup(answer->problem);
    g_clear_pointer(&list->match_job, ui_job_unref);
    if (list->match_again)
        start_matching(list, model, jobs);
    reorder(list, model);
    list->answered = true;
    return true;
}

const char *list_filter_problem(const List *list)
{
    return list->matches == NULL ? NULL : list->matches->problem;
}

/* ---- commands ---- */

static void mark_and_go_on(List *list)
{
    unsigned row;

    if (!list_selected(list, &row))
        return;
    list_mark(list, row, !list_is_marked(list, row));
    list_move(list, 1);
}

static bool moved(List *list, CommandId command)
{
    long page = (long)list->height;

    switch (command) {
    case COMMAND_DOWN:
        list_move(list, 1);
        return true;
    case COMMAND_UP:
        list_move(list, -1);
        return true;
    case COMMAND_PAGE_DOWN:
        list_move(list, page);
        return true;
    case COMMAND_PAGE_UP:
        list_move(list, -page);
        return true;
    case COMMAND_HALF_DOWN:
        list_move(list, page / 2);
        return true;
    case COMMAND_HALF_UP:
        list_move(list, -page / 2);
        return true;
    case COMMAND_TOP:
        list_move_to(list, 0);
        return true;
    case COMMAND_BOTTOM:
        list_move_to(list, UINT32_MAX);
        return true;
    default:
        return false;
    }
}

Redo list_command(List *list, const void *model, Jobs *jobs, CommandId command)
{
    if (moved(list, command))
        return REDO_DRAW;
    switch (command) {
    case COMMAND_SORT_LEFT:
        list_sort_step(list, model, -1);
        return REDO_DRAW;
    case COMMAND_SORT_RIGHT:
        list_sort_step(list, model, 1);
        return REDO_DRAW;
    case COMMAND_SORT_REVERSE:
        list_sort_by(list, model, list->sort_column, !list->descending);
        return REDO_DRAW;
    case COMMAND_MARK:
        mark_and_go_on(list);
        return REDO_DRAW;
    case COMMAND_UNMARK_ALL:
        list_clear_marks(list);
        return REDO_DRAW;
    case COMMAND_BACK:
        if (*list->filter == '\0')
            return REDO_NOTHING;
        list_set_filter(list, model, jobs, "");
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
}

/* ---- drawing ---- */

typedef struct Layout {
    unsigned n;
    unsigned columns[LIST_COLUMNS_MAX];
    int widths[LIST_COLUMNS_MAX];
} Layout;

static int layout_width(const Layout *layout)
{
    int width = GUTTER;

    for (unsigned i = 0; i < layout->n; i++)
        width += layout->widths[i] + (i > 0 ? GAP : 0);
    return width;
}

static void drop_least_important(const ListSource *source, Layout *layout)
{
    unsigned victim = 0;

    for (unsigned i = 1; i < layout->n; i++)
        if (source->columns[layout->columns[i]].importance >
            source->columns[layout->columns[victim]].importance)
            victim = i;
    layout->n--;
    for (unsigned i = victim; i < layout->n; i++) {
        layout->columns[i] = layout->columns[i + 1];
        layout->widths[i] = layout->widths[i + 1];
    }
}

static bool can_drop(const ListSource *source, const Layout *layout)
{
    for (unsigned i = 0; i < layout->n; i++)
        if (source->columns[layout->columns[i]].importance > 0)
            return true;
    return false;
}

/* What each column would like, in order, as long as there is room. */
static void share_room(const List *list, const void *model, Layout *layout, int width)
{
    for (unsigned i = 0; i < layout->n; i++) {
        const ListColumn *column = &list->source->columns[layout->columns[i]];
        unsigned title = text_width(_(column->title)) + 2; /* and the sign of the order */
        unsigned natural = list->source->natural_width(model, layout->columns[i]);
        int wish = (int)MIN(MAX(natural, title), column->most);
        int more = MIN(wish - layout->widths[i], width - layout_width(layout));
        if (more > 0)
            layout->widths[i] += more;
    }
}

static void lay_out(const List *list, const void *model, int width, Layout *layout)
{
    layout->n = list->n_columns;
    for (unsigned i = 0; i < layout->n; i++) {
        const ListColumn *column = &list->source->columns[list->columns[i]];
        unsigned natural = list->source->natural_width(model, list->columns[i]);
        layout->columns[i] = list->columns[i];
        layout->widths[i] = (int)MAX(MIN(natural, column->likes), column->least);
    }
    while (layout_width(layout) > width && can_drop(list->source, layout))
        drop_least_important(list->source, layout);
    for (unsigned i = 0; i < layout->n; i++)
        layout->widths[i] = (int)list->source->columns[layout->columns[i]].least;
    share_room(list, model, layout, width);
}

static void draw_heading(const List *list, const Layout *layout, const Canvas *canvas)
{
    int x = GUTTER;

    for (unsigned i = 0; i < layout->n; i++) {
        const ListColumn *column = &list->source->columns[layout->columns[i]];
        bool sorted = (int)layout->columns[i] == list->sort_column;
        g_autofree char *title = g_strdup_printf("%s%s", _(column->title),
                                                 !sorted            ? ""
                                                 : list->descending ? " ▾"
                                                                    : " ▴");
        canvas_cut(canvas, x, 0, layout->widths[i], sorted ? ROLE_STRONG : ROLE_HEADING, title);
        x += layout->widths[i] + GAP;
    }
}

static void draw_cell(const Canvas *canvas, int x, int y, int width, const ListCell *cell)
{
    const char *text = cell->text == NULL ? "–" : cell->text;
    Role role = cell->text == NULL ? ROLE_DIM : cell->role;
    g_autofree char *cut = NULL;

    if (cell->mark != NULL) {
        canvas_text_n(canvas, x, y, width, role, cell->mark);
        x += 2;
        width -= 2;
    }
    if (width <= 0)
        return;
    cut =
        cell->cut_middle ? text_cut_middle(text, (unsigned)width) : text_cut(text, (unsigned)width);
    canvas_text_n(canvas, x, y, width, role, cut);
}

static void draw_row(const List *list, const void *model, const Layout *layout,
                     const Canvas *canvas, int y, unsigned row)
{
    int x = GUTTER;

    if (list_is_marked(list, row))
        canvas_text(canvas, 1, y, ROLE_MARKED, "•");
    for (unsigned i = 0; i < layout->n; i++) {
        ListCell cell = {.role = ROLE_TEXT};
        list->source->cell(model, row, layout->columns[i], (unsigned)layout->widths[i], &cell);
        if (list_is_marked(list, row) && cell.role == ROLE_TEXT)
            cell.role = ROLE_MARKED;
        draw_cell(canvas, x, y, layout->widths[i], &cell);
        x += layout->widths[i] + GAP;
    }
}

void list_draw(const List *list, const void *model, const Canvas *canvas, bool focused)
{
    Layout layout;

    lay_out(list, model, canvas->width - 1, &layout); /* not up against the border */
    draw_heading(list, &layout, canvas);
    for (unsigned i = 0; i < list->height && list->top + i < list->order->len; i++) {
        unsigned place = list->top + i;
        int y = (int)i + 1;
        draw_row(list, model, &layout, canvas, y, g_array_index(list->order, uint32_t, place));
        if (place != list->at)
            continue;
        canvas_text(canvas, 0, y, focused ? ROLE_FOCUS : ROLE_DIM, "▸");
        if (focused)
            canvas_select(canvas, 0, y, canvas->width);
    }
}
