/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `debug`: can the operator look inside?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

#define TD_ATTRIBUTE_DEBUG           (UINT64_C(1) << 0)
#define TD_ATTRIBUTE_SEPT_VE_DISABLE (UINT64_C(1) << 28)
/* 0 is judged by itself; 28 must be set; 30 PKS, 31 KL and 63 PERFMON are free. */
#define TD_ATTRIBUTES_FREE                                                                       \
    (TD_ATTRIBUTE_DEBUG | TD_ATTRIBUTE_SEPT_VE_DISABLE | UINT64_C(1) << 30 | UINT64_C(1) << 31 | \
     UINT64_C(1) << 63)

static uint64_t td_attributes(const TdReportBody *td)
{
    uint64_t attributes = 0;
    for (unsigned i = 0; i < 8; i++)
        attributes |= (uint64_t)td->td_attributes[i] << (8 * i);
    return attributes;
}

static char *td_problem(const Quote *quote)
{
    uint64_t attributes = td_attributes(&quote->body.td);
    static const uint8_t none[48];
    if (attributes & ~TD_ATTRIBUTES_FREE)
        return g_strdup(_("The TD has attributes set that are reserved or weaken it."));
    if (!(attributes & TD_ATTRIBUTE_SEPT_VE_DISABLE))
        return g_strdup(_("The TD was started without SEPT_VE_DISABLE: the host can make it run "
                          "into exceptions where it chooses."));
    if (quote->body_type == BODY_TD_1_5 &&
        memcmp(quote->body.td.mr_service_td, none, sizeof none) != 0)
        return g_strdup(_("A service TD is bound to this TD (mr_service_td), which is not judged "
                          "here."));
    return NULL;
}

void check_debug(Judgement *judgement, CheckOutcome *outcome)
{
    const Quote *quote = &judgement->quote;
    bool debug = quote->tee == TEE_SGX ? (quote->body.sgx.flags & SGX_FLAG_DEBUG) != 0
                                       : (td_attributes(&quote->body.td) & TD_ATTRIBUTE_DEBUG) != 0;
    char *why = quote->tee == TEE_TDX ? td_problem(quote) : NULL;
    if (why)
        outcome_fail(outcome, why);
    else if (!debug)
        outcome_ok(outcome, g_strdup(_("Not in debug mode.")));
    else if (judgement->policy->allow_debug)
        outcome_warn(outcome, g_strdup(_("In debug mode, which the policy allows: the operator can "
                                         "read and change everything in it.")));
    else
        outcome_fail(outcome, g_strdup(_("In debug mode: the operator can read and change "
                                         "everything in it.")));
}
