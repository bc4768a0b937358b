/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filtering and searching a log that is held: off the console's thread, newest lines first, so that
 * what is in sight is answered at once; bounded in steps and in bytes of a line. New lines are
 * matched as they come.
 */
#ifndef MSE_UI_LOG_MATCH_H
#define MSE_UI_LOG_MATCH_H

#include "ui/jobs.h"
#include "ui/log_ring.h"

typedef struct LogMatcher {
    LogRing *ring;    /* borrowed */
    char *filter;     /* "!" before it inverts; "" shows all */
    char *search;     /* "" finds nothing */
    GRegex *shown;    /* the search, for the lines in sight; NULL: none (yet) */
    UiJob *job;       /* that matches now, or NULL */
    char *problem;    /* why an expression cannot be used, or NULL */
    uint64_t serial;  /* of the question, of all matchers: MESSAGE_LOG_MATCHES carries it */
    uint64_t matched; /* lines below this number were given to a job */
} LogMatcher;

void log_matcher_init(LogMatcher *matcher, LogRing *ring);
void log_matcher_clear(LogMatcher *matcher);

/* Puts another question; either may be "". */
void log_matcher_ask(LogMatcher *matcher, Jobs *jobs, const char *filter, const char *search);
/* More lines came: matches them when none is being matched. */
void log_matcher_go_on(LogMatcher *matcher, Jobs *jobs);
/* True when the message was an answer to this matcher's question. */
bool log_matcher_take(LogMatcher *matcher, Jobs *jobs, const Message *message);

#endif
