/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LogRing: the lines of a log that are held, within a bound in bytes. What does not fit drops the
 * oldest and is counted; a line's number stays its own for as long as the ring lives. Lines are the
 * foreign bytes as they came: whoever shows them sanitizes them.
 *
 * Blocks are filled once and never moved: a job that matches lines reads those that were there when
 * it began, while the console appends behind them. Everything else is the console thread's.
 */
#ifndef MSE_UI_LOG_RING_H
#define MSE_UI_LOG_RING_H

#include "core/reader.h"

#include <glib.h>
#include <stdbool.h>

typedef enum { LOG_LEVEL_NONE, LOG_LEVEL_DEBUG, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR } LogLevel;

/* What a line is, and what was found in it. */
enum {
    LOG_SHOWN = 1 << 0, /* it passes the filter */
    LOG_FOUND = 1 << 1, /* it has what is searched for */
    LOG_ERROR = 1 << 2,
};

typedef struct LogLine {
    int64_t time; /* nanoseconds, the engine's; 0 unknown */
    uint32_t offset, size;
    uint8_t level;   /* LogLevel */
    uint8_t origin;  /* of several logs, which */
    bool continues;  /* goes on with the line before */
    bool ruled;      /* our own words: where an application ended, or was started again */
    bool from_error; /* came on standard error */
} LogLine;

enum { LOG_BLOCK_LINES = 1024, LOG_BLOCK_BYTES = 64 * 1024 };

typedef struct LogBlock {
    gint references;
    uint64_t first; /* number of its first line */
    char *text;
    size_t size, capacity;
    unsigned n_lines;
    unsigned n_errors;
    LogLine lines[LOG_BLOCK_LINES];
    /* of the question with the ring's generation: how far it is answered */
    uint64_t generation;
    unsigned n_matched, n_shown, n_found;
    uint8_t matches[LOG_BLOCK_LINES]; /* LOG_SHOWN, LOG_FOUND */
} LogBlock;

LogBlock *log_block_ref(LogBlock *block);
void log_block_unref(LogBlock *block);

typedef struct LogRing {
    GPtrArray *blocks; /* LogBlock*, from `start` on */
    unsigned start;
    size_t limit, held; /* bytes */
    uint64_t first;     /* number of the oldest line that is held */
    uint64_t end;       /* of the line that comes next */
    uint64_t dropped;
    bool matching;       /* a filter or a search is set: only answered lines are shown or found */
    uint64_t generation; /* of that question; 0: none was ever put */
} LogRing;

LogRing *log_ring_new(size_t limit);
void log_ring_free(LogRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogRing, log_ring_free)

/* Another bound from now on: what is too much goes at once. */
void log_ring_set_limit(LogRing *ring, size_t limit);

/* `like` gives time, channel and flags; offset, size and level are found here. */
void log_ring_append(LogRing *ring, Span text, const LogLine *like);

/* The line and its bytes; false when it is not held. Borrowed until the next append. */
bool log_ring_line(const LogRing *ring, uint64_t number, LogLine *line, Span *text);
/* LOG_SHOWN, LOG_FOUND, LOG_ERROR. */
unsigned log_ring_marks(const LogRing *ring, uint64_t number);

/* The nearest line after (direction 1) or before (-1) `from` that is shown and has all of `marks`;
 * false when there is none. `from` may be -1 (as UINT64_MAX) and ring->end. */
bool log_ring_next(const LogRing *ring, uint64_t from, int direction, unsigned marks,
                   uint64_t *number);

/* How many are shown and found so far. */
void log_ring_counts(const LogRing *ring, uint64_t *shown, uint64_t *found);

/* Puts another question (or none): answers to the one before are void. */
void log_ring_ask(LogRing *ring, bool matching);
/* An answer: marks of lines from `from` on in the block. Void when the question is another. */
void log_ring_answer(LogRing *ring, LogBlock *block, uint64_t generation, unsigned from,
                     const uint8_t *marks, unsigned n);

/* What a line's first words say. */
LogLevel log_level(Span text);

#endif
