/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the logs pane share: what it holds and where its view is.
 */
#ifndef MSE_UI_PANE_LOGS_PRIVATE_H
#define MSE_UI_PANE_LOGS_PRIVATE_H

#include "ui/log_feed.h"
#include "ui/log_layout.h"
#include "ui/log_match.h"
#include "ui/pane.h"

#define LOGS_SECOND G_GINT64_CONSTANT(1000000000) /* nanoseconds */

enum { LOGS_N_SINCE = 7, LOGS_TIME_COLUMNS = 9 /* "12:04:31 " */ };

typedef struct LogsSince {
    int64_t seconds;   /* 0: not by time */
    const char *words; /* N_() */
} LogsSince;

extern const LogsSince logs_since[LOGS_N_SINCE];

typedef struct LogsPane {
    Pane pane;
    /* what is shown, and what is wished to be */
    unsigned number;
    char *id; /* of the application whose lines are held; NULL: none */
    unsigned source;
    int64_t started; /* of it, when last seen */
    LogFeed *feed;
    unsigned feed_number;
    LogRing *ring;
    LogMatcher matcher;
    LogLayout *layout;
    char *problem; /* why there is no stream, or NULL */
    bool open, ended, restarted;
    int64_t newest;  /* time of the last line, nanoseconds */
    int64_t open_at; /* monotonic: when to open the stream; 0: no wish */
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

const AppRow *logs_shown_row(const LogsPane *self, const Model *model);
const LaidLine *logs_lay(const LogsPane *self, uint64_t number);

/* pane_logs_draw.c */
char *logs_title(const Pane *pane, const Model *model);
void logs_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused);

#endif
