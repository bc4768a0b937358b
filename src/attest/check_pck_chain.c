/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `pck-chain`: did Intel certify this processor's key?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

void check_pck_chain(Judgement *judgement, CheckOutcome *outcome)
{
    const PckChain *chain = judgement_chain(judgement);
    if (chain->problem) {
        outcome_fail(outcome, g_strdup_printf(_("The platform's certificates do not hold: %s."),
                                              chain->problem));
        return;
    }
    if (!judge_dates(judgement, CHECK_PCK_CHAIN, outcome))
        return;
    const Certificate *leaf = &chain->certificates[CHAIN_LEAF];
    g_autofree char *ca = sanitize(chain->certificates[CHAIN_CA].subject_cn, SANITIZE_LINE);
    g_autofree char *until = date_format(leaf->not_after);
    outcome_ok(outcome, g_strdup_printf(_("The PCK certificate was issued by %s under %s; it is "
                                          "valid until %s."),
                                        ca, judgement->anchor->name, until));
}
