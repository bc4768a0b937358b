/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `qe`: is the enclave that signed Intel's quoting enclave?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

static bool masked_equal(const uint8_t *found, const uint8_t *mask, const uint8_t *expected,
                         size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((found[i] & mask[i]) != expected[i])
            return false;
    return true;
}

/* misc_select as it stands in the report. */
static void misc_select_bytes(const SgxReportBody *report, uint8_t out[4])
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(report->misc_select >> (8 * i));
}

static char *problem(const SgxReportBody *report, const QeIdentity *identity)
{
    uint8_t misc_select[4];
    misc_select_bytes(report, misc_select);
    if (memcmp(report->mr_signer, identity->mr_signer, sizeof identity->mr_signer) != 0) {
        g_autofree char *found = short_hex(span_of(report->mr_signer, 32));
        g_autofree char *expected = short_hex(span_of(identity->mr_signer, 32));
        return g_strdup_printf(_("The quoting enclave was signed by %s; expected: %s, Intel."),
                               found, expected);
    }
    if (report->isv_prod_id != identity->isv_prod_id)
        return g_strdup_printf(_("The quoting enclave is product %u; expected: %u."),
                               report->isv_prod_id, identity->isv_prod_id);
    if (report->flags & SGX_FLAG_DEBUG)
        return g_strdup(_("The quoting enclave runs in debug mode: its keys can be read."));
    if (!masked_equal(misc_select, identity->misc_select_mask, identity->misc_select,
                      sizeof misc_select))
        return g_strdup(_("The quoting enclave's MISCSELECT is not that of Intel's."));
    if (!masked_equal(report->attributes, identity->attributes_mask, identity->attributes,
                      sizeof identity->attributes))
        return g_strdup(_("The quoting enclave's attributes are not those of Intel's."));
    return NULL;
}

void check_qe(Judgement *judgement, CheckOutcome *outcome)
{
    const SgxReportBody *report = &judgement->quote.qe_report;
    const QeIdentity *identity = &judgement_qe_identity(judgement)->identity;
    char *why = problem(report, identity);
    if (why) {
        outcome_fail(outcome, why);
        return;
    }
    judgement->qe_level = isv_level_of(&identity->levels, report->isv_svn);
    if (!judgement->qe_level) {
        outcome_fail(outcome, g_strdup_printf(_("The quoting enclave's version %u is older than "
                                                "every one that Intel lists."),
                                              report->isv_svn));
        return;
    }
    outcome_ok(outcome,
               g_strdup_printf(_("Intel's quoting enclave, version %u: %s."), report->isv_svn,
                               tcb_status_name(judgement->qe_level->status)));
}
