/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `platform`: does the TCB info speak of this platform?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

#include "core/hex.h"

void check_platform(Judgement *judgement, CheckOutcome *outcome)
{
    const PckExtension *pck = &judgement_chain(judgement)->pck;
    const TcbInfo *info = &judgement_tcb_info(judgement)->info;
    g_autofree char *fmspc = hex_encode(span_of(pck->fmspc, FMSPC_SIZE));
    g_autofree char *pce_id = hex_encode(span_of(pck->pce_id, PCEID_SIZE));
    if (memcmp(pck->fmspc, info->fmspc, FMSPC_SIZE) == 0 &&
        memcmp(pck->pce_id, info->pce_id, PCEID_SIZE) == 0) {
        outcome_ok(outcome, g_strdup_printf(_("The TCB info is for this platform: FMSPC %s, PCEID "
                                              "%s."),
                                            fmspc, pce_id));
        return;
    }
    g_autofree char *info_fmspc = hex_encode(span_of(info->fmspc, FMSPC_SIZE));
    g_autofree char *info_pce_id = hex_encode(span_of(info->pce_id, PCEID_SIZE));
    outcome_fail(outcome, g_strdup_printf(_("The platform has FMSPC %s and PCEID %s; the TCB info "
                                            "is for %s and %s."),
                                          fmspc, pce_id, info_fmspc, info_pce_id));
}
