/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How lines of a log stand on the screen: safe text, broken into rows. Only lines in sight are laid
 * out, and kept while they are: a line that was not asked for costs nothing, however long it is.
 */
#ifndef MSE_UI_LOG_LAYOUT_H
#define MSE_UI_LOG_LAYOUT_H

#include "ui/log_ring.h"

typedef struct LaidLine {
    uint64_t number;
    int columns;     /* it was laid out for; 0: this place is free */
    bool wrap;       /* else only as much of it as one row shows */
    char *text;      /* safe */
    uint32_t *rows;  /* where each row begins in it */
    unsigned n_rows; /* at least 1 */
    /* where what is searched for stands in the text: pairs of start and end; looked for once */
    uint64_t looked_for; /* serial of the search; 0: not yet */
    GArray *found;       /* uint32_t; NULL: nothing */
} LaidLine;

typedef struct LogLayout LogLayout;

LogLayout *log_layout_new(void);
void log_layout_free(LogLayout *layout);
/* Another ring: what is kept is void. */
void log_layout_forget(LogLayout *layout);

/* Borrowed until the next call; NULL when the line is not held. */
const LaidLine *log_layout_line(LogLayout *layout, const LogRing *ring, uint64_t number,
                                int columns, bool wrap);

/* Where an expression matches in the laid text; bounded. `serial` is the search's: looked for once
 * in each. Returns pairs of uint32_t (start, end), borrowed, or NULL. */
const GArray *log_layout_found(LogLayout *layout, const LaidLine *line, const GRegex *regex,
                               uint64_t serial);

#endif
