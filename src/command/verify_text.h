/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verdicts as a person reads them: what came of it first, then what is not as it should be.
 */
#ifndef MSE_COMMAND_VERIFY_TEXT_H
#define MSE_COMMAND_VERIFY_TEXT_H

#include "app/verification.h"
#include "command/job.h"

/* One input by itself: the verdict, its interval and root, each check that is not ok. */
void verify_text_report(Job *job, const VerificationResult *result, bool strict);

/* One of several: a line. */
void verify_text_line(Job *job, const VerificationResult *result);

/* How many of which verdict. */
typedef struct VerifyCounts {
    unsigned verdicts[N_VERDICTS], unreadable, simulated;
} VerifyCounts;

void verify_count(VerifyCounts *counts, const VerificationResult *result);
unsigned verify_counted(const VerifyCounts *counts);
void verify_text_summary(Job *job, const VerifyCounts *counts);

/* A row of the check table: what it proves, what its failure means, what to do. */
void verify_text_explain(Job *job, CheckId check);
json_t *verify_json_explain(CheckId check);

#endif
