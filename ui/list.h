/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * List: rows in columns with a selection, marks, sorting and a filter. A pane supplies the content
 * through a ListSource; the list owns everything else. Only rows in sight are laid out; 10,000 rows
 * scroll as ten do. The selection is a row, not a place: it stays on it when the order changes.
 */
#ifndef MSE_UI_LIST_H
#define MSE_UI_LIST_H

#include "ui/canvas.h"
#include "ui/key_table.h"
#include "ui/match.h"
#include "ui/redo.h"

typedef struct ListColumn {
    const char *id;              /* in the state file and `:set sort` */
    const char *title;           /* N_() */
    unsigned least, likes, most; /* columns of the terminal */
    unsigned importance; /* 0 stays always; the others leave, the largest first, so that those that
                            stay have what they like */
} ListColumn;

typedef struct ListCell {
    const char *text; /* safe, translated, borrowed until the next call; NULL: unknown */
    const char *mark; /* one column before the text, or NULL */
    Role role;
    bool cut_middle; /* the end tells as much as the beginning: paths */
} ListCell;

typedef struct ListSource {
    const ListColumn *columns;
    unsigned n_columns;
    unsigned (*count)(const void *model);
    /* False for a row that is free; it is never shown. NULL: all are there. */
    bool (*present)(const void *model, unsigned row);
    void (*cell)(const void *model, unsigned row, unsigned column, unsigned width, ListCell *out);
    int (*compare)(const void *model, unsigned a, unsigned b, unsigned column);
    void (*match_text)(const void *model, unsigned row, GString *out);
    /* The widest that a column's cells are, kept by the model: not measured for each frame. */
    unsigned (*natural_width)(const void *model, unsigned column);
} ListSource;

enum { LIST_UNSORTED = -1, LIST_COLUMNS_MAX = 16 };

typedef struct List {
    const ListSource *source;
    unsigned columns[LIST_COLUMNS_MAX]; /* which of the source's are shown, in their order */
    unsigned n_columns;
    GArray *order;   /* uint32_t: the rows that pass the filter, in order */
    unsigned at;     /* place of the selection in `order` */
    unsigned row;    /* the row that it is */
    unsigned top;    /* first place in sight */
    unsigned height; /* rows in sight when last drawn */
    int sort_column; /* LIST_UNSORTED: as they came */
    bool descending;
    GByteArray *marks; /* one byte a row */
    unsigned n_marked;
    char *filter;     /* as typed; "" is none */
    Matches *matches; /* of the filter, or NULL: everything passes */
    UiJob *match_job;
    uint64_t generation; /* of the filter */
    bool match_again;    /* rows changed while they were being matched */
    bool answered;       /* the filter has been, once at least */
} List;

void list_init(List *list, const ListSource *source);
void list_clear(List *list);

/* Shows these columns of the source in this order; before, all as they are there. A number that is
 * none is passed over. */
void list_set_columns(List *list, const unsigned *columns, unsigned n);
/* All, as they are in the source. */
void list_all_columns(List *list);
/* The number of a column, or -1. */
int list_column_named(const ListSource *source, const char *id);
/* Those that the settings name, when they name any. */
void list_choose_columns(List *list, const char *const *ids);
void list_show_column(List *list, unsigned column, unsigned before, bool shown);
bool list_shows_column(const List *list, unsigned column);

/* The rows or what they are sorted or filtered by changed: orders again, and matches again. `jobs`
 * NULL: without a filter. */
void list_refresh(List *list, const void *model, Jobs *jobs);

void list_draw(const List *list, const void *model, const Canvas *canvas, bool focused);
/* What list_draw needs to know beforehand: scrolls so that the selection is in sight. */
void list_fit(List *list, unsigned height);

void list_move(List *list, long by);
void list_move_to(List *list, unsigned place);
/* The row, when it is in the order. */
void list_select_row(List *list, unsigned row);
bool list_selected(const List *list, unsigned *row);

/* Motions, sorting and marks of the key table, and back, which ends a filter; REDO_NOTHING for any
 * other. */
Redo list_command(List *list, const void *model, Jobs *jobs, CommandId command);

/* Chooses the column to the right (or left) for sorting; past the ends: unsorted. */
void list_sort_step(List *list, const void *model, int step);
void list_sort_by(List *list, const void *model, int column, bool descending);

void list_mark(List *list, unsigned row, bool marked);
bool list_is_marked(const List *list, unsigned row);
void list_clear_marks(List *list);
/* The marked rows, else the selected one; unsigned. g_array_unref. */
GArray *list_chosen(const List *list);

/* Filters as typed; the answer comes as MESSAGE_MATCHES and goes to list_take_matches, which is
 * false when it is none of ours or obsolete. */
void list_set_filter(List *list, const void *model, Jobs *jobs, const char *filter);
bool list_take_matches(List *list, const void *model, Jobs *jobs, const Message *message);
const char *list_filter_problem(const List *list);

#endif
