/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LogSweep: a search of whole logs, as much of them as engines keep, without holding them: a job
 * reads them through once and tells what matches as it comes. What is kept is bounded in lines and
 * bytes; the rest is counted.
 */
#ifndef MSE_UI_LOG_SWEEP_H
#define MSE_UI_LOG_SWEEP_H

#include "ui/jobs.h"
#include "ui/log_ring.h"

enum { LOG_SWEEP_LINES = 10000, LOG_SWEEP_BYTES = 8 * 1024 * 1024 };

typedef struct LogSweep {
    UiJob *job;
    char *pattern; /* as typed */
    uint64_t serial;
    uint64_t read, found, kept; /* lines so far */
    bool over;
    char *problem; /* the expression cannot be used, or a log cannot be read: safe; or NULL */
} LogSweep;

/* Taps: LogTap*, whose logs are read one after the other. LogLine.origin is the place there. */
LogSweep *log_sweep_new(const GPtrArray *taps, const char *pattern, Jobs *jobs);
/* Cancels it where it is. */
void log_sweep_free(LogSweep *sweep);

/* A MESSAGE_LOG_SWEPT: appends what was found; true when it was this one's. */
bool log_sweep_take(LogSweep *sweep, LogRing *ring, const Message *message);

#endif
