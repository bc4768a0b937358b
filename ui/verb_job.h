/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verbs of the shell as jobs of the console: what they say arrives in blocks of lines, never line
 * by line.
 */
#ifndef MSE_UI_VERB_JOB_H
#define MSE_UI_VERB_JOB_H

#include "ui/jobs.h"

/* What a verb wrote under a name of its own (job_made). */
typedef struct JobMade {
    char *what;
    char *path; /* as it is */
} JobMade;

/* Runs a line of the shell's grammar. MESSAGE_JOB_TEXT (number: the job's) until MESSAGE_JOB_ENDED;
 * its exit status is the job's. Borrowed. */
UiJob *verb_job_start(Jobs *jobs, const char *line, unsigned width);

/* What must be there before the verb runs; in the job's thread. False with an error: the verb is
 * not run. */
typedef bool (*VerbJobPrepare)(void *data, Cancel *cancel, GError **error);
/* The same, after `prepare`; `data` is taken over. */
UiJob *verb_job_start_prepared(Jobs *jobs, const char *line, unsigned width, VerbJobPrepare prepare,
                               void *data, GDestroyNotify free_data);

#endif
