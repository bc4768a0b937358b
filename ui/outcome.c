/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/outcome.h"

#include "core/i18n.h"

/* The marks are one column wide in every terminal; an hourglass is two in some and one in others,
 * so expired has a clock's face. */
const OutcomeRow outcome_table[N_OUTCOMES] = {
    [OUTCOME_REJECTED] = {"✖", N_("REJECTED"), N_("REJECTED"), N_("REJECTED"), ROLE_REJECTED},
    [OUTCOME_EXPIRED] = {"◷", N_("expired"), N_("expired"), N_("EXPIRED"), ROLE_EXPIRED},
    [OUTCOME_UNREADABLE] = {"?", N_("unreadable"), N_("unreadable"), N_("UNREADABLE"),
                            ROLE_UNKNOWN},
    [OUTCOME_WARNINGS] = {"!", N_("trusted with warnings"), N_("warnings"), N_("TRUSTED"),
                          ROLE_WARNING},
    [OUTCOME_TRUSTED] = {"✔", N_("trusted"), N_("trusted"), N_("TRUSTED"), ROLE_TRUSTED},
    [OUTCOME_WAITING] = {"·", N_("to be judged"), N_("to go"), N_("TO BE JUDGED"), ROLE_UNKNOWN},
    [OUTCOME_COLLATERAL] = {"–", N_("collateral"), N_("collateral"), N_("COLLATERAL"), ROLE_DIM},
};

Outcome outcome_of_verdict(VerdictKind kind)
{
    static const Outcome of_verdict[N_VERDICTS] = {
        [VERDICT_TRUSTED] = OUTCOME_TRUSTED,
        [VERDICT_TRUSTED_WITH_WARNINGS] = OUTCOME_WARNINGS,
        [VERDICT_EXPIRED] = OUTCOME_EXPIRED,
        [VERDICT_REJECTED] = OUTCOME_REJECTED,
    };

    return of_verdict[kind];
}

Outcome outcome_of(const VerificationResult *result)
{
    if (result == NULL)
        return OUTCOME_WAITING;
    if (result->verdict != NULL)
        return outcome_of_verdict(result->verdict->kind);
    if (result->kind == INPUT_COLLATERAL && result->error == NULL)
        return OUTCOME_COLLATERAL;
    return OUTCOME_UNREADABLE;
}

static const struct {
    const char *mark;
    Role role;
} check_looks[N_CHECK_RESULTS] = {
    [CHECK_RESULT_OK] = {"✔", ROLE_TRUSTED},      [CHECK_RESULT_WARNING] = {"!", ROLE_WARNING},
    [CHECK_RESULT_FAILED] = {"✖", ROLE_REJECTED}, [CHECK_RESULT_SKIPPED] = {"–", ROLE_DIM},
    [CHECK_RESULT_NOT_REACHED] = {"·", ROLE_DIM},
};

const char *check_mark(CheckResult result)
{
    return check_looks[result].mark;
}

Role check_role(CheckResult result)
{
    return check_looks[result].role;
}
