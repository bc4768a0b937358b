/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Journal: what was judged and done on this machine, one JSON object a line, each line carrying the
 * SHA-256 of the line before ("previous", hex; 64 zeros in the first). Append-only, 0600, flock,
 * one write a line. Default place: $XDG_STATE_HOME/mse-console/journal.jsonl.
 */
#ifndef MSE_CORE_JOURNAL_H
#define MSE_CORE_JOURNAL_H

#include "core/reader.h"

#include <glib.h>
#include <jansson.h>

typedef struct Journal Journal;

#define JOURNAL_ERROR (journal_error_quark())
typedef enum { JOURNAL_ERROR_OPEN, JOURNAL_ERROR_WRITE, JOURNAL_ERROR_READ } JournalError;
GQuark journal_error_quark(void);

/* `path` NULL: the default place. Nothing is opened until the first append. */
Journal *journal_new(const char *path);
void journal_free(Journal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_free)

/* Appends one line: {"time", "kind", …members of `fields`, "previous"}. `now` in Unix seconds,
 * `kind` e.g. "verdict"; `fields` is borrowed. Thread-safe. The caller warns and goes on when it
 * fails. A torn last line (no line feed) is closed first, so that nothing is lost after it. */
bool journal_append(Journal *journal, int64_t now, const char *kind, const json_t *fields,
                    GError **error);

typedef enum {
    JOURNAL_LINE_OK,
    JOURNAL_LINE_BROKEN, /* not JSON, or its "previous" is not the hash of the line before */
    JOURNAL_LINE_TORN,   /* the last one, without its line feed: a write was cut off */
} JournalLineState;

/* Called for each line in order; `line` is NULL when it is no JSON object. Return false to stop. */
typedef bool (*JournalVisit)(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                             void *data);

/* Reads the journal from the beginning, in bounded memory. A journal that is not there has no
 * lines. False with JOURNAL_ERROR_READ when it cannot be read. */
bool journal_read(const Journal *journal, JournalVisit visit, void *data, GError **error);

const char *journal_path(const Journal *journal); /* NULL when there is no home */

#endif
