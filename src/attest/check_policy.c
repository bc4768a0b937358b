/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `policy`: is what is genuine also good enough for the person?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

static char *accepted_list(uint32_t accept)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (unsigned i = 0; i < N_TCB_STATUSES; i++) {
        if (!(accept >> i & 1))
            continue;
        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                               tcb_status_name((TcbStatus)i));
    }
    return list->len > 0 ? g_strdup(list->str) : g_strdup(_("nothing"));
}

static bool evaluation_old(const Policy *policy, const char *name, uint32_t found,
                           CheckOutcome *outcome)
{
    if (found >= policy->min_tcb_evaluation)
        return false;
    outcome_fail(outcome, g_strdup_printf(_("The %s has evaluation number %u; the policy demands "
                                            "at least %u."),
                                          name, found, policy->min_tcb_evaluation));
    return true;
}

void check_policy(Judgement *judgement, CheckOutcome *outcome)
{
    const Policy *policy = judgement->policy;
    TcbStatus status = judgement->evaluation.status;
    const char *name = tcb_status_name(status);
    if (!(policy->accept >> status & 1)) {
        g_autofree char *accepted = accepted_list(policy->accept);
        outcome_fail(outcome, g_strdup_printf(_("The TCB status is %s; the policy accepts %s. %s"),
                                              name, accepted, _(tcb_status_meaning(status))));
        return;
    }
    if (evaluation_old(policy, _("TCB info"), judgement_tcb_info(judgement)->info.evaluation,
                       outcome) ||
        evaluation_old(policy, _("QE identity"),
                       judgement_qe_identity(judgement)->identity.evaluation, outcome))
        return;
    if (policy->accept_warning >> status & 1)
        outcome_warn(outcome, g_strdup_printf(_("The TCB status is %s, which the policy accepts "
                                                "with a warning. %s"),
                                              name, _(tcb_status_meaning(status))));
    else
        outcome_ok(outcome,
                   g_strdup_printf(_("The TCB status is %s, which the policy accepts."), name));
}
