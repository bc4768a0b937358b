/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks `mrenclave` … `rtmr`: is it what the person expects? What was not asked is skipped; what
 * was asked of a quote that has no such field fails.
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

enum { SGX_MEASUREMENT_SIZE = 32 };

static bool asked(const GArray *list)
{
    return list && list->len > 0;
}

static bool listed(const GArray *list, const uint8_t *found)
{
    for (unsigned i = 0; i < list->len; i++)
        if (memcmp(g_array_index(list, Measurement, i).bytes, found, SGX_MEASUREMENT_SIZE) == 0)
            return true;
    return false;
}

static void no_such_field(CheckOutcome *outcome, const char *field, Tee tee)
{
    outcome_fail(outcome,
                 g_strdup_printf(tee == TEE_TDX ? _("The quote is of a TDX TD, which has no %s.")
                                                : _("The quote is of an SGX enclave, which has no "
                                                    "%s."),
                                 field));
}

static char *unlisted(const GArray *list, const char *field, const uint8_t *found)
{
    const uint8_t *first = g_array_index(list, Measurement, 0).bytes;
    g_autofree char *found_hex = short_hex(span_of(found, SGX_MEASUREMENT_SIZE));
    g_autofree char *expected = short_hex(span_of(first, SGX_MEASUREMENT_SIZE));
    if (list->len == 1)
        return g_strdup_printf(_("%s is %s; expected: %s."), field, found_hex, expected);
    return g_strdup_printf(_("%s is %s; expected: one of %u, such as %s."), field, found_hex,
                           list->len, expected);
}

/* Both lists must hold: what this call asks, and what the policy asks of everything. */
static void measurement(const Judgement *judgement, CheckOutcome *outcome, const char *field,
                        const uint8_t *found, const GArray *expected, const GArray *policy)
{
    if (!asked(expected) && !asked(policy))
        outcome_skip(outcome);
    else if (judgement->quote.tee != TEE_SGX)
        no_such_field(outcome, field, TEE_TDX);
    else if (asked(expected) && !listed(expected, found))
        outcome_fail(outcome, unlisted(expected, field, found));
    else if (asked(policy) && !listed(policy, found))
        outcome_fail(outcome, unlisted(policy, field, found));
    else {
        g_autofree char *hex = short_hex(span_of(found, SGX_MEASUREMENT_SIZE));
        outcome_ok(outcome, g_strdup_printf(_("%s is %s, as expected."), field, hex));
    }
}

void check_mrenclave(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    measurement(judgement, outcome, "MRENCLAVE", judgement->quote.body.sgx.mr_enclave,
                expected ? expected->mrenclave : NULL, judgement->policy->mrenclave);
}

void check_mrsigner(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    measurement(judgement, outcome, "MRSIGNER", judgement->quote.body.sgx.mr_signer,
                expected ? expected->mrsigner : NULL, judgement->policy->mrsigner);
}

void check_isv_svn(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    const Policy *policy = judgement->policy;
    unsigned found = judgement->quote.body.sgx.isv_svn, least = 0;
    bool wanted = expected && expected->has_min_isv_svn;
    if (wanted)
        least = expected->min_isv_svn;
    if (policy->has_min_isv_svn)
        least = MAX(least, policy->min_isv_svn);
    if (!wanted && !policy->has_min_isv_svn)
        outcome_skip(outcome);
    else if (judgement->quote.tee != TEE_SGX)
        no_such_field(outcome, "ISVSVN", TEE_TDX);
    else if (found < least)
        outcome_fail(outcome,
                     g_strdup_printf(_("ISVSVN is %u; expected: at least %u."), found, least));
    else
        outcome_ok(outcome,
                   g_strdup_printf(_("ISVSVN is %u, at least %u as expected."), found, least));
}

void check_isv_prod_id(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    unsigned found = judgement->quote.body.sgx.isv_prod_id;
    if (!expected || !expected->has_isv_prod_id)
        outcome_skip(outcome);
    else if (judgement->quote.tee != TEE_SGX)
        no_such_field(outcome, "ISVPRODID", TEE_TDX);
    else if (found != expected->isv_prod_id)
        outcome_fail(outcome, g_strdup_printf(_("ISVPRODID is %u; expected: %u."), found,
                                              expected->isv_prod_id));
    else
        outcome_ok(outcome, g_strdup_printf(_("ISVPRODID is %u, as expected."), found));
}

static void compare(CheckOutcome *outcome, const char *field, Span found, Span expected)
{
    g_autofree char *found_hex = short_hex(found);
    g_autofree char *expected_hex = short_hex(expected);
    if (span_equal(found, expected))
        outcome_ok(outcome, g_strdup_printf(_("%s is %s, as expected."), field, found_hex));
    else
        outcome_fail(outcome,
                     g_strdup_printf(_("%s is %s; expected: %s."), field, found_hex, expected_hex));
}

void check_report_data(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    if (!expected || !expected->has_report_data) {
        outcome_skip(outcome);
        return;
    }
    size_t size = expected->report_data_size == 32 ? 32 : sizeof expected->report_data;
    compare(outcome, _("Report data"), span_of(quote_report_data(&judgement->quote), size),
            span_of(expected->report_data, size));
}

void check_mrtd(Judgement *judgement, CheckOutcome *outcome)
{
    const Expectations *expected = judgement->expectations;
    if (!expected || !expected->has_mrtd)
        outcome_skip(outcome);
    else if (judgement->quote.tee != TEE_TDX)
        no_such_field(outcome, "MRTD", TEE_SGX);
    else
        compare(outcome, "MRTD", span_of(judgement->quote.body.td.mr_td, 48),
                span_of(expected->mrtd, 48));
}

void check_rtmr(Judgement *judgement, CheckOutcome *outcome)
{
    static const char *const names[] = {"RTMR0", "RTMR1", "RTMR2", "RTMR3"};
    const Expectations *expected = judgement->expectations;
    bool any = false;
    for (unsigned i = 0; expected && i < G_N_ELEMENTS(names); i++)
        any |= expected->has_rtmr[i];
    if (!any) {
        outcome_skip(outcome);
        return;
    }
    if (judgement->quote.tee != TEE_TDX) {
        no_such_field(outcome, "RTMR", TEE_SGX);
        return;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!expected->has_rtmr[i])
            continue;
        compare(outcome, names[i], span_of(judgement->quote.body.td.rt_mr[i], 48),
                span_of(expected->rtmr[i], 48));
        if (outcome->result == CHECK_RESULT_FAILED)
            return;
    }
}
