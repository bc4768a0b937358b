/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outcomes: what the console says of an input, one row each: a mark, a word and a role. Trust is
 * never colour alone.
 */
#ifndef MSE_UI_OUTCOME_H
#define MSE_UI_OUTCOME_H

#include "app/verification.h"
#include "ui/theme.h"

/* In the order of sorting: what needs a person first. */
typedef enum {
    OUTCOME_REJECTED,
    OUTCOME_EXPIRED,
    OUTCOME_UNREADABLE,
    OUTCOME_WARNINGS,
    OUTCOME_TRUSTED,
    OUTCOME_WAITING,
    OUTCOME_COLLATERAL,
    N_OUTCOMES
} Outcome;

typedef struct OutcomeRow {
    const char *mark;
    const char *word;       /* N_() */
    const char *short_word; /* N_(): for a narrow column */
    const char *headline;   /* N_(): over the evidence */
    Role role;
} OutcomeRow;

extern const OutcomeRow outcome_table[N_OUTCOMES];

/* `result` NULL: not judged yet. */
Outcome outcome_of(const VerificationResult *result);

Outcome outcome_of_verdict(VerdictKind kind);

/* The mark and the role of a check's result. */
const char *check_mark(CheckResult result);
Role check_role(CheckResult result);

#endif
