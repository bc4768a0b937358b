/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `tcb-info`: is the list of security levels Intel's, and current?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "format/date.h"

enum { TCB_INFO_VERSION = 3, TCB_TYPE = 0 };

static const char *tee_id(Tee tee)
{
    return tee == TEE_SGX ? "SGX" : "TDX";
}

static char *problem(Judgement *judgement)
{
    const SignerChain *signer = judgement_tcb_signer(judgement);
    const TcbInfoFact *fact = judgement_tcb_info(judgement);
    if (signer && signer->problem)
        return g_strdup_printf(_("The signer of the TCB info does not hold: %s."), signer->problem);
    if (!fact)
        return missing_sentence(judgement, _("TCB info"));
    if (fact->problem)
        return g_strdup_printf(_("The TCB info does not hold: %s."), fact->problem);
    if (fact->info.version != TCB_INFO_VERSION)
        return g_strdup_printf(_("The TCB info has version %u; expected: %d."), fact->info.version,
                               TCB_INFO_VERSION);
    if (fact->info.tee != judgement->quote.tee)
        return g_strdup_printf(_("The TCB info is for %s; the quote is of %s."),
                               tee_id(fact->info.tee), tee_id(judgement->quote.tee));
    if (fact->info.tcb_type != TCB_TYPE)
        return g_strdup_printf(_("The TCB info has tcbType %u; expected: %d."), fact->info.tcb_type,
                               TCB_TYPE);
    return NULL;
}

void check_tcb_info(Judgement *judgement, CheckOutcome *outcome)
{
    char *why = problem(judgement);
    if (why) {
        outcome_fail(outcome, why);
        return;
    }
    if (!judge_dates(judgement, CHECK_TCB_INFO, outcome))
        return;
    const TcbInfo *info = &judgement_tcb_info(judgement)->info;
    g_autofree char *issued = date_format(info->issue_date);
    g_autofree char *until = date_format(info->next_update);
    outcome_ok(outcome, g_strdup_printf(_("Signed by Intel's TCB signer; evaluation %u, issued "
                                          "%s, valid until %s."),
                                        info->evaluation, issued, until));
}
