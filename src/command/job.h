/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Job: one run of a verb. Verbs never print: they emit rows and text to the job, and its sink
 * renders them: the shell's as text, table or JSON; the console's into panes. A job may run on any
 * thread; its sink is called from that thread.
 */
#ifndef MSE_COMMAND_JOB_H
#define MSE_COMMAND_JOB_H

#include "core/cancel.h"
#include "core/progress.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Job Job;
struct Verb;

typedef enum { JOB_ANSWER_NOBODY, JOB_ANSWER_NO, JOB_ANSWER_YES } JobAnswer;

/* Any member may be NULL: then what it would be told is dropped. */
typedef struct JobSink {
    /* The verb that is about to run, before anything else is said (its columns and flags tell how
     * to show rows). */
    void (*begin)(const struct Verb *verb, void *data);
    /* One row of the verb's columns (borrowed object), or a whole document when it has none. */
    void (*row)(const json_t *row, void *data);
    /* Human text, already safe for a terminal, without its line feed. */
    void (*text)(const char *line, void *data);
    /* A sentence for standard error: warnings and what went wrong. */
    void (*error)(const char *sentence, void *data);
    /* Ten times a second at most, unless it is of something else or at its end. */
    void (*progress)(const Progress *progress, void *data);
    /* Lines of somebody else's, as they came: to a pipe or file they go as they are, to a terminal
     * sanitized. NULL: each is a text. */
    void (*raw)(const void *bytes, size_t size, void *data);
    /* Asks a person, and waits for the answer. NULL: there is nobody. */
    JobAnswer (*ask)(const char *question, void *data);
    /* Whoever reads may miss a warning among other things: what the shell warns about is refused
     * where a verb says so. */
    bool careful;
    /* What was written under a name that nobody could know before: a "package", its "key". */
    void (*made)(const char *what, const char *path, void *data);
} JobSink;

Job *job_new(const JobSink *sink, void *data, bool json, Cancel *cancel);
void job_free(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

/* Whether rows are wanted as JSON: then a verb emits rows alone, and no text. */
bool job_json(const Job *job);
Cancel *job_cancel(const Job *job);
bool job_is_careful(const Job *job);

/* Steals. Columns of the verb that the row leaves out become null: unknown is null. */
void job_emit(Job *job, json_t *row);
/* One line of text; a line feed inside makes several. */
void job_text(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
void job_warn(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
void job_progress(Job *job, const Progress *progress);
void job_made(Job *job, const char *what, const char *path);
/* Whole lines, line feeds included, that are not ours; see JobSink.raw. */
void job_raw(Job *job, const void *bytes, size_t size);
/* A question to be answered with yes or no. */
JobAnswer job_ask(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Says the error and gives its exit status: 2 for VERB_ERROR, 130 when cancelled (nothing is said;
 * the shell makes 143 of it when SIGTERM was the cause), else 1. */
int job_fail(Job *job, const GError *error);
/* Why it failed, as far as it was said: the first error, else the last warning; NULL: nothing was.
 * As it was said: sanitize before showing. Borrowed. */
const char *job_why(const Job *job);
/* What lies under the error with this message, a line each on standard error, when causes are kept
 * (core/cause.h); job_fail does so by itself. */
void job_causes(Job *job, const char *message);

/* For whoever runs verbs: tells the sink which one, and whether its line asked for JSON. */
void job_begin(Job *job, const struct Verb *verb, bool json);

#endif
