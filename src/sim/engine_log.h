/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logs that nobody keeps: line n of a container follows from n, when it was written from how often
 * it writes. A log of any length costs nothing but what is read of it.
 */
#ifndef MSE_SIM_ENGINE_LOG_H
#define MSE_SIM_ENGINE_LOG_H

#include "sim/engine_fleet.h"

/* A time in which a container wrote steadily. */
typedef struct LogSegment {
    uint64_t first; /* line */
    int64_t start;  /* when it was written */
    int64_t step;   /* until the next: nanoseconds */
    bool boot;      /* it begins with what a program says when it starts */
} LogSegment;

typedef enum { LOG_OUTPUT = 1, LOG_ERRORS = 2 } LogChannel;

/* Pieces of a line, as an engine keeps them. */
enum { LOG_PIECE = 16384 };

/* The log that a container has when the engine starts. */
void log_prepare(Container *container, const Fleet *fleet);
/* It begins to write every `step` (0: not at all); stops. */
void log_start(Container *container, int64_t now, int64_t step, bool boot);
void log_stop(Container *container, int64_t now);

/* Lines are numbered from 0; those before the first are gone, those from the count on not yet
 * there. */
uint64_t log_first(const Container *container);
uint64_t log_count(const Container *container, int64_t now);
int64_t log_time(const Container *container, uint64_t line);
/* The first line written at that time or later. */
uint64_t log_line_at(const Container *container, int64_t time, int64_t now);

/* Appends at most LOG_PIECE bytes of the line, from `offset` on, without its end of line; `more`
 * gets whether that was not all. */
LogChannel log_put(const Container *container, uint64_t line, uint64_t offset, GString *out,
                   bool *more);

#endif
