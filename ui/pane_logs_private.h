/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the logs pane share: what it holds and where its view is.
 */
#ifndef MSE_UI_PANE_LOGS_PRIVATE_H
#define MSE_UI_PANE_LOGS_PRIVATE_H

#include "ui/log_layout.h"
#include "ui/log_match.h"
#include "ui/log_merge.h"
#include "ui/log_sweep.h"
#include "ui/pane.h"

#define LOGS_SECOND G_GINT64_CONSTANT(1000000000) /* nanoseconds */

enum { LOGS_N_SINCE = 7, LOGS_TIME_COLUMNS = 9 /* "12:04:31 " */, LOGS_NAME_COLUMNS = 16 };

typedef struct LogsSince {
    int64_t seconds;   /* 0: not by time */
    const char *words; /* N_() */
} LogsSince;

extern const LogsSince logs_since[LOGS_N_SINCE];

typedef struct LogsPane {
    Pane pane;
    /* what is shown, and what is wished to be */
    unsigned number;  /* what is selected */
    GArray *together; /* numbers whose logs are merged, or NULL: the selected one's is shown */
    GPtrArray *taps;  /* LogTap*: whose lines are held; LogLine.origin is the place here */
    LogSweep *sweep;  /* a search of the whole log instead, or NULL; the taps are not open */
    LogRing *ring;
    LogMatcher matcher;
    LogLayout *layout;
    size_t memory;      /* bytes that the ring may hold */
    int64_t open_at;    /* monotonic: when what is selected is to be shown; 0: it is */
    int64_t release_at; /* when lines have waited long enough for others; INT64_MAX: none waits */
    int64_t moved_at;
    unsigned since;
    /* the view */
    uint64_t top;
    unsigned top_row;
    uint64_t at; /* the line that was gone to; UINT64_MAX: none */
    bool follow, wrap, timestamps, paused, waiting; /* waiting: a message came while paused */
    bool editing_filter;
    int columns, height;
} LogsPane;

/* The row of the selected application, or NULL. */
const AppRow *logs_shown_row(const LogsPane *self, const Model *model);
/* Columns before a line's text: time and name. */
int logs_prefix_columns(const LogsPane *self);
const LaidLine *logs_lay(const LogsPane *self, uint64_t number);

/* pane_logs_stream.c: what comes. */
void logs_open(LogsPane *self, Model *model);
void logs_show(Pane *pane, unsigned number);
/* Merges the logs of these (unsigned, numbers of rows), or shows the selected one's: NULL. */
void logs_merge(LogsPane *self, Model *model, const GArray *numbers);
void logs_set_since(LogsPane *self, Model *model, unsigned since);
void logs_toggle_pause(LogsPane *self, Model *model);
void logs_look_at_apps(LogsPane *self, const Model *model);
int64_t logs_due(const Pane *pane);
Redo logs_tick(Pane *pane, Console *console, int64_t now);
Redo logs_update(Pane *pane, Console *console, const Message *message);

/* pane_logs_view.c: where the view is. */
void logs_keep_view(LogsPane *self);
bool logs_motion(LogsPane *self, CommandId id);
void logs_go_to_next(LogsPane *self, Console *console, int direction, unsigned marks,
                     const char *none);

/* pane_logs_text.c: lines that leave the console. */
void logs_yank(const LogsPane *self, Console *console);
void logs_page(const LogsPane *self, Console *console);

/* pane_logs_draw.c */
char *logs_title(const Pane *pane, const Model *model);
void logs_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused);

#endif
