/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `qe-identity`: is the description of the quoting enclave Intel's, and current?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

/* Which identity may describe the QE that quotes for a TEE. */
static const struct {
    const char *id;
    unsigned oldest, newest; /* versions */
} accepted[] = {
    [TEE_SGX] = {"QE", 2, 2},
    [TEE_TDX] = {"TD_QE", 2, 3},
};

static char *identity_problem(const QeIdentity *identity, Tee tee)
{
    const char *expected = accepted[tee].id;
    if (!span_equal(identity->id, span_of(expected, strlen(expected)))) {
        g_autofree char *found = sanitize(identity->id, SANITIZE_LINE);
        return g_strdup_printf(_("The identity is that of \"%s\"; expected: \"%s\"."), found,
                               expected);
    }
    if (identity->version < accepted[tee].oldest || identity->version > accepted[tee].newest)
        return g_strdup_printf(_("The QE identity has version %u; expected: %u to %u."),
                               identity->version, accepted[tee].oldest, accepted[tee].newest);
    return NULL;
}

static char *problem(Judgement *judgement)
{
    const SignerChain *signer = judgement_qe_signer(judgement);
    const QeIdentityFact *fact = judgement_qe_identity(judgement);
    if (signer && signer->problem)
        return g_strdup_printf(_("The signer of the QE identity does not hold: %s."),
                               signer->problem);
    if (!fact)
        return missing_sentence(judgement, _("QE identity"));
    if (fact->problem)
        return g_strdup_printf(_("The QE identity does not hold: %s."), fact->problem);
    return identity_problem(&fact->identity, judgement->quote.tee);
}

void check_qe_identity(Judgement *judgement, CheckOutcome *outcome)
{
    char *why = problem(judgement);
    if (why) {
        outcome_fail(outcome, why);
        return;
    }
    if (!judge_dates(judgement, CHECK_QE_IDENTITY, outcome))
        return;
    const QeIdentity *identity = &judgement_qe_identity(judgement)->identity;
    g_autofree char *issued = date_format(identity->issue_date);
    g_autofree char *until = date_format(identity->next_update);
    outcome_ok(outcome, g_strdup_printf(_("Signed by Intel's TCB signer; evaluation %u, issued "
                                          "%s, valid until %s."),
                                        identity->evaluation, issued, until));
}
