/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A log that is kept: what a container really said, the last of it.
 */
#ifndef MSE_SIM_ENGINE_KEPT_H
#define MSE_SIM_ENGINE_KEPT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct KeptLog KeptLog;

enum { KEPT_LINES = 20000, KEPT_LINE_MOST = 64 * 1024 };

KeptLog *kept_log_new(void);
void kept_log_free(KeptLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptLog, kept_log_free)

/* What came through a channel (1: output, 2: errors), in pieces as they came: lines end in line
 * feeds, and one that is longer than KEPT_LINE_MOST is broken there. `now` in Unix nanoseconds. */
void kept_log_add(KeptLog *log, unsigned channel, const char *bytes, size_t size, int64_t now);
/* What was begun and not ended is a line. */
void kept_log_finish(KeptLog *log, int64_t now);

/* Lines are numbered from 0; those before the first are gone. */
uint64_t kept_log_first(const KeptLog *log);
uint64_t kept_log_count(const KeptLog *log);
int64_t kept_log_time(const KeptLog *log, uint64_t line); /* INT64_MAX: there is no such line */
/* The first line of that time or later. */
uint64_t kept_log_at(const KeptLog *log, int64_t time);
/* Borrowed; `channel` gets its channel. */
const char *kept_log_line(const KeptLog *log, uint64_t line, unsigned *channel);

#endif
