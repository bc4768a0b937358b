/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs: the model's questions to the world, as jobs: judging inputs, reading a policy, finding what
 * can be judged in the current directory. They read files and answer with messages.
 */
#ifndef MSE_UI_RUN_H
#define MSE_UI_RUN_H

#include "command/verify_request.h"
#include "ui/jobs.h"

/* A verification that is being put together; run_start takes it over. */
typedef struct Run Run;

/* `asked`: N_ASKS strings that lie over the request of `basis` (ui/model.h). */
Run *run_new(VerifyRequest *basis, const char *const *asked, uint64_t generation);
/* `number` comes back with the result. */
void run_add(Run *run, InputKind kind, const char *given, unsigned number);
/* `quiet`: not a person's question; it is not listed. */
void run_start(Run *run, Jobs *jobs, bool quiet);

/* What an earlier result was judged with. Copied. */
typedef struct RunRepetition {
    Collateral *collateral;
    char *why_no_collateral; /* GRefString */
    int64_t time;
} RunRepetition;

/* Judges the run's one input as it was judged before, for the screen alone: nothing is fetched or
 * written to the journal. Answers with MESSAGE_REPEATED. Borrowed. */
UiJob *run_repeat(Run *run, const RunRepetition *repetition, Jobs *jobs);

/* The policy of a file over `base` (NULL: the built-in one). Blocks. */
Policy *run_read_policy(const char *path, const Policy *base, Cancel *cancel, GError **error);

/* Answers with MESSAGE_INPUTS_FOUND. */
void scan_start(Jobs *jobs);

#endif
