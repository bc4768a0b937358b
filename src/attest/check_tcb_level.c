/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `tcb-level`: on which of Intel's levels does the platform stand?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "format/date.h"

void check_tcb_level(Judgement *judgement, CheckOutcome *outcome)
{
    TcbEvaluation *evaluation = &judgement->evaluation;
    g_autofree char *why = NULL;
    judgement->has_evaluation =
        tcb_evaluate(&judgement_tcb_info(judgement)->info, &judgement_chain(judgement)->pck,
                     &judgement->quote, judgement->qe_level, evaluation, &why);
    if (!judgement->has_evaluation) {
        outcome_fail(outcome, g_strdup_printf(_("The platform's level cannot be told: %s."), why));
        return;
    }
    g_autofree char *date = date_format(evaluation->level->date);
    if (evaluation->module == TCB_UNKNOWN)
        outcome_ok(outcome, g_strdup_printf(_("%s: level of %.10s is %s, quoting enclave %s."),
                                            tcb_status_name(evaluation->status), date,
                                            tcb_status_name(evaluation->platform),
                                            tcb_status_name(judgement->qe_level->status)));
    else
        outcome_ok(outcome, g_strdup_printf(_("%s: level of %.10s is %s, TDX module %s, quoting "
                                              "enclave %s."),
                                            tcb_status_name(evaluation->status), date,
                                            tcb_status_name(evaluation->platform),
                                            tcb_status_name(evaluation->module),
                                            tcb_status_name(judgement->qe_level->status)));
}
