/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matching many lines with what a person typed: a regular expression, `!` before it inverts, lower
 * case alone ignores case. It runs as a job, bounded in steps and in bytes of a line, so that no
 * expression holds the console up.
 */
#ifndef MSE_UI_MATCH_H
#define MSE_UI_MATCH_H

#include "core/reader.h"
#include "ui/jobs.h"

typedef struct Matches {
    GByteArray *matched; /* one byte a line: 1 when it matches */
    char *problem;       /* the expression cannot be used: why; matched is then empty */
} Matches;

void matches_free(Matches *matches);

/* Starts matching `lines` (char*, taken over). MESSAGE_MATCHES comes with `generation` and
 * `number`. The job is borrowed: jobs_cancel it when the question is obsolete. */
UiJob *match_start(Jobs *jobs, const char *pattern, GPtrArray *lines, uint64_t generation,
                   unsigned number);

/* The same in this thread: for tests and for a single short line. */
Matches *match_lines(const char *pattern, const GPtrArray *lines, Cancel *cancel);

/* For bytes that may be no UTF-8: the same bounds; letters beyond ASCII match as they stand. NULL
 * with `problem` set (g_free). */
GRegex *match_compile_bytes(const char *pattern, char **problem);
/* The same for showing where it matches in a line that is known to match: far fewer steps, so that
 * the console's thread can do it for the lines in sight. NULL when it cannot be used. */
GRegex *match_compile_shown(const char *pattern);
bool match_bytes(const GRegex *regex, Span line);

#endif
