/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verdicts over platforms made up on the spot: what holds is trusted, every flaw is found by the
 * check that is there for it, dates and policy decide as they should.
 */
#include "config.h"

#include "attest/verify.h"
#include "forged_platform.h"

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

typedef struct Judged {
    const Policy *policy;
    const Expectations *expectations;
    int64_t at;
    bool certificate;
    bool without_collateral;
    bool pinned_root; /* Intel's instead of the forged one */
} Judged;

static Verdict *judge(const Forged *forged, const Judged *how)
{
    g_autoptr(GError) error = NULL;
    AttestSubject subject = {0};
    g_autoptr(Attest) attest =
        attest_new(how->pinned_root ? span_of(NULL, 0) : bytes_span(forged->root), &error);
    g_assert_no_error(error);
    if (how->certificate)
        subject.certificate = bytes_span(forged->certificate);
    else
        subject.quote = bytes_span(forged->quote);
    Verdict *verdict = attest_verify(
        attest, &subject, how->without_collateral ? NULL : forged->collateral,
        "nothing was fetched", how->policy, how->expectations, how->at ? how->at : FORGED_NOW);
    g_assert_nonnull(verdict);
    return verdict;
}

static Verdict *forge_and_judge(const Forgery *forgery, const Judged *how)
{
    Forged forged;
    forge(forgery, &forged);
    Verdict *verdict = judge(&forged, how);
    forged_clear(&forged);
    return verdict;
}

static void assert_kind(const Verdict *verdict, VerdictKind kind)
{
    for (unsigned i = 0; i < N_CHECKS && verdict->kind != kind; i++)
        g_test_message("%s: %s: %s", check_table[i].id,
                       check_result_name(verdict->checks[i].result),
                       verdict->checks[i].detail ? verdict->checks[i].detail : "");
    g_assert_cmpstr(verdict_kind_name(verdict->kind), ==, verdict_kind_name(kind));
}

static void test_good(void)
{
    static const Forgery forgeries[] = {
        {0},
        {.version = 4},
        {.version = 5},
        {.signer_only = true},
        {.trailing = 100},
        {.slack = 9},
        {.version = 4, .sgx = true},
        {.version = 5, .sgx = true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(forgeries); i++) {
        g_autoptr(Verdict) verdict = forge_and_judge(&forgeries[i], &(Judged){0});
        assert_kind(verdict, VERDICT_TRUSTED);
        g_assert_cmpstr(tcb_status_name(verdict->tcb_status), ==, "UpToDate");
        g_assert_cmpint(verdict->checks[CHECK_BINDING].result, ==, CHECK_RESULT_SKIPPED);
        g_assert_cmpint(verdict->checks[CHECK_MRENCLAVE].result, ==, CHECK_RESULT_SKIPPED);
        g_assert_cmpint(verdict_first_failure(verdict), ==, -1);
        g_assert_true(verdict->has_interval);
        g_assert_cmpint(verdict->valid_from, ==, FORGED_FROM);
        g_assert_cmpstr(verdict->valid_from_name, ==, "QE identity");
        g_assert_cmpint(verdict->valid_until, ==, FORGED_UNTIL);
        g_assert_cmpstr(verdict->valid_until_name, ==, "PCK CRL");
        g_assert_cmpstr(verdict->root_name, ==, "Root of a test");
        g_assert_true(verdict->simulated && !verdict->root_is_intel);
        g_assert_cmpuint(verdict->chain->len, ==, 10);
    }
}

static void test_advisories_united(void)
{
    g_autoptr(Verdict) sgx = forge_and_judge(&(Forgery){0}, &(Judged){0});
    g_autoptr(Verdict) tdx = forge_and_judge(&(Forgery){.version = 4}, &(Judged){0});
    g_assert_cmpuint(sgx->advisories->len, ==, 2);
    g_assert_cmpstr(sgx->advisories->pdata[0], ==, "INTEL-SA-00001");
    g_assert_cmpstr(sgx->advisories->pdata[1], ==, "INTEL-SA-00002");
    g_assert_cmpuint(tdx->advisories->len, ==, 3);
    g_assert_cmpstr(tdx->advisories->pdata[2], ==, "INTEL-SA-00003");
}

static const struct {
    Flaw flaw;
    CheckId check;
    unsigned version;
    bool certificate;
} flaws[] = {
    {FLAW_QUOTE_SIGNATURE, CHECK_QUOTE, 3, false},
    {FLAW_QUOTE_SIGNATURE, CHECK_QUOTE, 4, false},
    {FLAW_QUOTE_SIGNATURE, CHECK_QUOTE, 5, false},
    {FLAW_QE_SIGNATURE, CHECK_QE_REPORT, 3, false},
    {FLAW_QE_REPORT_DATA, CHECK_QE_REPORT, 3, false},
    {FLAW_QE_DEBUG, CHECK_QE, 3, false},
    {FLAW_QE_SIGNER, CHECK_QE, 3, false},
    {FLAW_QE_TOO_OLD, CHECK_QE, 3, false},
    {FLAW_DEBUG, CHECK_DEBUG, 3, false},
    {FLAW_DEBUG, CHECK_DEBUG, 4, false},
    {FLAW_VENDOR, CHECK_FORMAT, 3, false},
    {FLAW_CERTIFICATION_TYPE, CHECK_FORMAT, 3, false},
    {FLAW_LEAF_REVOKED, CHECK_CRL, 3, false},
    {FLAW_CA_REVOKED, CHECK_CRL, 3, false},
    {FLAW_SIGNER_REVOKED, CHECK_CRL, 3, false},
    {FLAW_CRL_WITHOUT_NUMBER, CHECK_CRL, 3, false},
    {FLAW_CRL_BY_ROOT, CHECK_CRL, 3, false},
    {FLAW_LEAF_NAME, CHECK_PCK_CHAIN, 3, false},
    {FLAW_CA_NOT_CA, CHECK_PCK_CHAIN, 3, false},
    {FLAW_TCB_SIGNATURE, CHECK_TCB_INFO, 3, false},
    {FLAW_TCB_LEVEL_TWICE, CHECK_TCB_INFO, 3, false},
    {FLAW_TCB_OTHER_FMSPC, CHECK_PLATFORM, 3, false},
    {FLAW_TCB_LEVEL_ABOVE, CHECK_TCB_LEVEL, 3, false},
    {FLAW_IDENTITY_SIGNATURE, CHECK_QE_IDENTITY, 3, false},
    {FLAW_IDENTITY_ID, CHECK_QE_IDENTITY, 3, false},
    {FLAW_BINDING, CHECK_BINDING, 3, true},
    {FLAW_SELF_SIGNATURE, CHECK_BINDING, 3, true},
    {FLAW_SEPT_VE, CHECK_DEBUG, 4, false},
    {FLAW_MODULE_SIGNER, CHECK_TCB_LEVEL, 5, false},
    {FLAW_MODULE_UNKNOWN, CHECK_TCB_LEVEL, 4, false},
};

static void test_each_flaw_found(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(flaws); i++) {
        const Forgery forgery = {.flaw = flaws[i].flaw, .version = flaws[i].version};
        g_autoptr(Verdict) verdict =
            forge_and_judge(&forgery, &(Judged){.certificate = flaws[i].certificate});
        int failure = verdict_first_failure(verdict);
        assert_kind(verdict, VERDICT_REJECTED);
        g_assert_cmpint(failure, >=, 0);
        g_assert_cmpstr(check_table[failure].id, ==, check_table[flaws[i].check].id);
        g_assert_nonnull(verdict->checks[failure].detail);
        g_assert_cmpint(verdict->tcb_status, ==, TCB_UNKNOWN);
        g_assert_cmpint(verdict->checks[CHECK_POLICY].result, ==, CHECK_RESULT_NOT_REACHED);
    }
}

static void test_statuses(void)
{
    static const struct {
        unsigned version;
        const char *status, *qe, *module, *newest, *merged;
        VerdictKind kind;
    } rows[] = {
        {3, "UpToDate", "UpToDate", NULL, NULL, "UpToDate", VERDICT_TRUSTED},
        {3, "SWHardeningNeeded", "UpToDate", NULL, NULL, "SWHardeningNeeded",
         VERDICT_TRUSTED_WITH_WARNINGS},
        {3, "ConfigurationNeeded", "UpToDate", NULL, NULL, "ConfigurationNeeded", VERDICT_REJECTED},
        {3, "UpToDate", "OutOfDate", NULL, NULL, "OutOfDate", VERDICT_REJECTED},
        {3, "SWHardeningNeeded", "OutOfDate", NULL, NULL, "OutOfDate", VERDICT_REJECTED},
        {3, "ConfigurationNeeded", "OutOfDate", NULL, NULL, "OutOfDateConfigurationNeeded",
         VERDICT_REJECTED},
        {3, "ConfigurationAndSWHardeningNeeded", "OutOfDate", NULL, NULL,
         "OutOfDateConfigurationNeeded", VERDICT_REJECTED},
        {3, "UpToDate", "Revoked", NULL, NULL, "Revoked", VERDICT_REJECTED},
        {4, "UpToDate", "UpToDate", "OutOfDate", NULL, "OutOfDate", VERDICT_REJECTED},
        {4, "UpToDate", "UpToDate", "Revoked", NULL, "Revoked", VERDICT_REJECTED},
        {4, "ConfigurationNeeded", "UpToDate", "OutOfDate", NULL, "OutOfDateConfigurationNeeded",
         VERDICT_REJECTED},
        {5, "OutOfDate", "UpToDate", "OutOfDate", "UpToDate", "TDRelaunchAdvised",
         VERDICT_REJECTED},
        {5, "OutOfDate", "UpToDate", "OutOfDate", "ConfigurationNeeded",
         "TDRelaunchAdvisedConfigurationNeeded", VERDICT_REJECTED},
        {5, "OutOfDate", "OutOfDate", "OutOfDate", "UpToDate", "OutOfDate", VERDICT_REJECTED},
        {5, "OutOfDate", "UpToDate", "UpToDate", "UpToDate", "OutOfDate", VERDICT_REJECTED},
        {4, "OutOfDate", "UpToDate", "OutOfDate", "UpToDate", "OutOfDate", VERDICT_REJECTED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Forgery forgery = {
            .version = rows[i].version,
            .status = rows[i].status,
            .qe_status = rows[i].qe,
            .module_status = rows[i].module,
            .newest_status = rows[i].newest,
        };
        g_autoptr(Verdict) verdict = forge_and_judge(&forgery, &(Judged){0});
        g_assert_cmpstr(tcb_status_name(verdict->tcb_status), ==, rows[i].merged);
        assert_kind(verdict, rows[i].kind);
    }
}

static void test_pinned_root_refuses_a_complete_forgery(void)
{
    g_autoptr(Verdict) verdict = forge_and_judge(&(Forgery){0}, &(Judged){.pinned_root = true});
    assert_kind(verdict, VERDICT_REJECTED);
    g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_ROOT);
    g_assert_true(verdict->root_is_intel);
    g_assert_cmpstr(verdict->root_name, ==, "Intel SGX Root CA");
    g_assert_cmpint(verdict->checks[CHECK_PCK_CHAIN].result, ==, CHECK_RESULT_NOT_REACHED);
    g_assert_cmpint(verdict->checks[CHECK_QUOTE].result, ==, CHECK_RESULT_NOT_REACHED);
    g_assert_false(verdict->has_interval);
}

static void test_another_platforms_root_is_refused(void)
{
    Forged mine, other;
    forge(&(Forgery){0}, &mine);
    forge(&(Forgery){0}, &other);
    g_clear_pointer(&mine.root, g_bytes_unref);
    mine.root = g_bytes_ref(other.root);
    g_autoptr(Verdict) verdict = judge(&mine, &(Judged){0});
    g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_ROOT);
    forged_clear(&mine);
    forged_clear(&other);
}

static void test_expired(void)
{
    g_autoptr(Verdict) verdict = forge_and_judge(&(Forgery){0}, &(Judged){.at = FORGED_UNTIL + 1});
    assert_kind(verdict, VERDICT_EXPIRED);
    g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_CRL);
    g_assert_nonnull(strstr(verdict->checks[CHECK_POLICY].detail, "PCK CRL"));
    g_assert_cmpint(verdict->tcb_status, ==, TCB_UNKNOWN);
    g_assert_cmpint(verdict->checks[CHECK_TCB_INFO].result, ==, CHECK_RESULT_OK);
}

static void test_last_second_holds(void)
{
    g_autoptr(Verdict) last = forge_and_judge(&(Forgery){0}, &(Judged){.at = FORGED_UNTIL});
    g_autoptr(Verdict) first = forge_and_judge(&(Forgery){0}, &(Judged){.at = FORGED_FROM});
    assert_kind(last, VERDICT_TRUSTED);
    assert_kind(first, VERDICT_TRUSTED);
}

static void test_expired_only_if_it_held_once(void)
{
    g_autoptr(Verdict) flawed = forge_and_judge(&(Forgery){.flaw = FLAW_QUOTE_SIGNATURE},
                                                &(Judged){.at = FORGED_UNTIL + 1});
    g_autoptr(Verdict) outdated =
        forge_and_judge(&(Forgery){.status = "OutOfDate"}, &(Judged){.at = FORGED_UNTIL + 1});
    assert_kind(flawed, VERDICT_REJECTED);
    assert_kind(outdated, VERDICT_REJECTED);
}

static void test_not_yet_valid(void)
{
    g_autoptr(Verdict) verdict = forge_and_judge(&(Forgery){0}, &(Judged){.at = FORGED_FROM - 1});
    assert_kind(verdict, VERDICT_REJECTED);
    g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_QE_IDENTITY);
    g_assert_true(verdict->has_interval);
}

static void test_excluding_intervals_both_named(void)
{
    const Forgery forgery = {.identity_from = FORGED_UNTIL + FORGED_DAY};
    g_autoptr(Verdict) verdict = forge_and_judge(&forgery, &(Judged){0});
    assert_kind(verdict, VERDICT_REJECTED);
    g_assert_false(verdict->has_interval);
    g_assert_cmpstr(verdict->valid_from_name, ==, "QE identity");
    g_assert_cmpstr(verdict->valid_until_name, ==, "PCK CRL");
    int failure = verdict_first_failure(verdict);
    g_assert_cmpint(failure, ==, CHECK_QE_IDENTITY);
    g_assert_nonnull(strstr(verdict->checks[failure].detail, "QE identity"));
    g_assert_nonnull(strstr(verdict->checks[failure].detail, "PCK CRL"));
}

static void test_grace(void)
{
    g_autoptr(Policy) policy = policy_new();
    policy->grace_days = 2;
    g_autoptr(Verdict) within = forge_and_judge(
        &(Forgery){0}, &(Judged){.policy = policy, .at = FORGED_UNTIL + 2 * FORGED_DAY});
    g_autoptr(Verdict) beyond = forge_and_judge(
        &(Forgery){0}, &(Judged){.policy = policy, .at = FORGED_UNTIL + 2 * FORGED_DAY + 1});
    assert_kind(within, VERDICT_TRUSTED_WITH_WARNINGS);
    g_assert_cmpint(within->checks[CHECK_CRL].result, ==, CHECK_RESULT_WARNING);
    g_assert_cmpint(within->tcb_status, ==, TCB_UP_TO_DATE);
    assert_kind(beyond, VERDICT_EXPIRED);
}

static void test_extreme_times(void)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    g_autoptr(Policy) policy = policy_new();
    policy->grace_days = 36500;
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        Forged forged;
        forge(&(Forgery){0}, &forged);
        g_autoptr(Attest) attest = attest_new(bytes_span(forged.root), NULL);
        AttestSubject subject = {.quote = bytes_span(forged.quote)};
        g_autoptr(Verdict) verdict =
            attest_verify(attest, &subject, forged.collateral, NULL, policy, NULL, times[i]);
        g_assert_true(verdict->kind == VERDICT_REJECTED || verdict->kind == VERDICT_EXPIRED);
        forged_clear(&forged);
    }
}

static void test_no_collateral(void)
{
    g_autoptr(Verdict) verdict =
        forge_and_judge(&(Forgery){0}, &(Judged){.without_collateral = true});
    static const CheckId failing[] = {CHECK_CRL, CHECK_TCB_INFO, CHECK_QE_IDENTITY};
    assert_kind(verdict, VERDICT_REJECTED);
    for (size_t i = 0; i < G_N_ELEMENTS(failing); i++) {
        g_assert_cmpint(verdict->checks[failing[i]].result, ==, CHECK_RESULT_FAILED);
        g_assert_nonnull(strstr(verdict->checks[failing[i]].detail, "nothing was fetched"));
    }
    g_assert_cmpint(verdict->checks[CHECK_QUOTE].result, ==, CHECK_RESULT_OK);
}

static void test_ratls(void)
{
    g_autoptr(Verdict) good = forge_and_judge(&(Forgery){0}, &(Judged){.certificate = true});
    g_autoptr(Verdict) tdx =
        forge_and_judge(&(Forgery){.version = 4, .trailing = 500}, &(Judged){.certificate = true});
    g_autoptr(Verdict) dated = forge_and_judge(
        &(Forgery){0}, &(Judged){.certificate = true, .at = FORGED_NOW + 15 * FORGED_DAY});
    assert_kind(good, VERDICT_TRUSTED);
    g_assert_cmpint(good->checks[CHECK_BINDING].result, ==, CHECK_RESULT_OK);
    g_assert_nonnull(good->certificate);
    g_assert_cmpuint(good->chain->len, ==, 11);
    assert_kind(tdx, VERDICT_TRUSTED);
    assert_kind(dated, VERDICT_TRUSTED_WITH_WARNINGS);
    g_assert_cmpint(dated->checks[CHECK_BINDING].result, ==, CHECK_RESULT_WARNING);
}

static void test_certificate_without_quote(void)
{
    Forged forged;
    forge(&(Forgery){0}, &forged);
    g_clear_pointer(&forged.certificate, g_bytes_unref);
    forged.certificate = g_bytes_ref(forged.root);
    g_autoptr(Verdict) verdict = judge(&forged, &(Judged){.certificate = true});
    assert_kind(verdict, VERDICT_REJECTED);
    g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_FORMAT);
    g_assert_false(verdict->has_quote);
    g_assert_null(attest_certificate_quote(bytes_span(forged.root)));
    forged_clear(&forged);
}

static void test_debug_by_policy(void)
{
    g_autoptr(Policy) policy = policy_new();
    policy->allow_debug = true;
    g_autoptr(Verdict) sgx =
        forge_and_judge(&(Forgery){.flaw = FLAW_DEBUG}, &(Judged){.policy = policy});
    g_autoptr(Verdict) tdx =
        forge_and_judge(&(Forgery){.flaw = FLAW_DEBUG, .version = 4}, &(Judged){.policy = policy});
    g_autoptr(Verdict) qe =
        forge_and_judge(&(Forgery){.flaw = FLAW_QE_DEBUG}, &(Judged){.policy = policy});
    assert_kind(sgx, VERDICT_TRUSTED_WITH_WARNINGS);
    assert_kind(tdx, VERDICT_TRUSTED_WITH_WARNINGS);
    assert_kind(qe, VERDICT_REJECTED);
}

static void test_policy_accepts(void)
{
    g_autoptr(Policy) policy = policy_new();
    policy->accept |= 1u << TCB_OUT_OF_DATE;
    policy->accept_warning |= 1u << TCB_OUT_OF_DATE;
    g_autoptr(Verdict) accepted =
        forge_and_judge(&(Forgery){.status = "OutOfDate"}, &(Judged){.policy = policy});
    assert_kind(accepted, VERDICT_TRUSTED_WITH_WARNINGS);
    policy->min_tcb_evaluation = 15;
    g_autoptr(Verdict) reached = forge_and_judge(&(Forgery){0}, &(Judged){.policy = policy});
    policy->min_tcb_evaluation = 16;
    g_autoptr(Verdict) missed = forge_and_judge(&(Forgery){0}, &(Judged){.policy = policy});
    assert_kind(reached, VERDICT_TRUSTED);
    assert_kind(missed, VERDICT_REJECTED);
    g_assert_cmpint(verdict_first_failure(missed), ==, CHECK_POLICY);
    g_assert_cmpint(missed->tcb_status, ==, TCB_UP_TO_DATE);
}

static GArray *measurements(uint8_t first, uint8_t second)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(Measurement));
    const uint8_t values[] = {first, second};
    for (size_t i = 0; i < 2 && values[i]; i++) {
        Measurement measurement = {0};
        memset(measurement.bytes, values[i], 32);
        g_array_append_val(list, measurement);
    }
    return list;
}

static CheckResult expect_one(const Expectations *expectations, const Policy *policy,
                              unsigned version, CheckId check)
{
    g_autoptr(Verdict) verdict = forge_and_judge(
        &(Forgery){.version = version}, &(Judged){.expectations = expectations, .policy = policy});
    CheckResult result = verdict->checks[check].result;
    assert_kind(verdict, result == CHECK_RESULT_FAILED ? VERDICT_REJECTED : VERDICT_TRUSTED);
    g_assert_cmpint(verdict->tcb_status, ==, TCB_UP_TO_DATE);
    return result;
}

static void test_measurements(void)
{
    g_autoptr(GArray) right = measurements(0x11, 0), wrong = measurements(0x12, 0);
    g_autoptr(GArray) either = measurements(0x12, 0x11), signer = measurements(0x22, 0);
    g_autoptr(Policy) policy = policy_new();
    g_assert_cmpint(expect_one(&(Expectations){.mrenclave = right}, NULL, 3, CHECK_MRENCLAVE), ==,
                    CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&(Expectations){.mrenclave = wrong}, NULL, 3, CHECK_MRENCLAVE), ==,
                    CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&(Expectations){.mrenclave = either}, NULL, 3, CHECK_MRENCLAVE), ==,
                    CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&(Expectations){.mrsigner = signer}, NULL, 3, CHECK_MRSIGNER), ==,
                    CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&(Expectations){.mrsigner = right}, NULL, 3, CHECK_MRSIGNER), ==,
                    CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&(Expectations){.mrenclave = right}, NULL, 4, CHECK_MRENCLAVE), ==,
                    CHECK_RESULT_FAILED);
    policy->mrenclave = g_array_ref(wrong);
    g_assert_cmpint(expect_one(&(Expectations){.mrenclave = right}, policy, 3, CHECK_MRENCLAVE), ==,
                    CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(NULL, policy, 3, CHECK_MRENCLAVE), ==, CHECK_RESULT_FAILED);
}

static void test_other_expectations(void)
{
    Expectations svn = {.has_min_isv_svn = true, .min_isv_svn = 3};
    Expectations product = {.has_isv_prod_id = true, .isv_prod_id = 7};
    Expectations data = {.has_report_data = true, .report_data_size = 64};
    Expectations mrtd = {.has_mrtd = true};
    Expectations rtmr = {.has_rtmr = {false, true, false, false}};
    for (unsigned i = 0; i < 64; i++)
        data.report_data[i] = (uint8_t)i;
    memset(mrtd.mrtd, 0x33, sizeof mrtd.mrtd);
    memset(rtmr.rtmr[1], 0x41, 48);
    g_assert_cmpint(expect_one(&svn, NULL, 3, CHECK_ISV_SVN), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&product, NULL, 3, CHECK_ISV_PROD_ID), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&data, NULL, 3, CHECK_REPORT_DATA), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&data, NULL, 5, CHECK_REPORT_DATA), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&mrtd, NULL, 4, CHECK_MRTD), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&rtmr, NULL, 5, CHECK_RTMR), ==, CHECK_RESULT_OK);
    g_assert_cmpint(expect_one(&mrtd, NULL, 3, CHECK_MRTD), ==, CHECK_RESULT_FAILED);
    svn.min_isv_svn = 4;
    product.isv_prod_id = 8;
    data.report_data[63] ^= 1;
    mrtd.mrtd[47] ^= 1;
    rtmr.rtmr[1][0] ^= 1;
    g_assert_cmpint(expect_one(&svn, NULL, 3, CHECK_ISV_SVN), ==, CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&product, NULL, 3, CHECK_ISV_PROD_ID), ==, CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&data, NULL, 3, CHECK_REPORT_DATA), ==, CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&mrtd, NULL, 4, CHECK_MRTD), ==, CHECK_RESULT_FAILED);
    g_assert_cmpint(expect_one(&rtmr, NULL, 5, CHECK_RTMR), ==, CHECK_RESULT_FAILED);
    data.report_data_size = 32;
    g_assert_cmpint(expect_one(&data, NULL, 3, CHECK_REPORT_DATA), ==, CHECK_RESULT_OK);
}

static void test_expectations_are_judged_despite_status(void)
{
    g_autoptr(GArray) right = measurements(0x11, 0);
    Expectations expectations = {.mrenclave = right};
    g_autoptr(Verdict) level = forge_and_judge(&(Forgery){.flaw = FLAW_TCB_LEVEL_ABOVE},
                                               &(Judged){.expectations = &expectations});
    g_autoptr(Verdict) debug =
        forge_and_judge(&(Forgery){.flaw = FLAW_DEBUG}, &(Judged){.expectations = &expectations});
    g_assert_cmpint(level->checks[CHECK_MRENCLAVE].result, ==, CHECK_RESULT_OK);
    g_assert_cmpint(debug->checks[CHECK_MRENCLAVE].result, ==, CHECK_RESULT_OK);
}

/* No flipped bit of a whole quote is ever trusted, unless it stands where nothing is signed. */
static void test_no_flipped_bit_is_trusted(void)
{
    Forged forged;
    forge(&(Forgery){0}, &forged);
    g_autoptr(Attest) attest = attest_new(bytes_span(forged.root), NULL);
    gsize size;
    const uint8_t *original = g_bytes_get_data(forged.quote, &size);
    for (size_t i = 0; i < 1048; i += 13) {
        g_autofree uint8_t *copy = g_memdup2(original, size);
        copy[i] ^= (uint8_t)(1u << i % 8);
        AttestSubject subject = {.quote = span_of(copy, size)};
        g_autoptr(Verdict) verdict =
            attest_verify(attest, &subject, forged.collateral, NULL, NULL, NULL, FORGED_NOW);
        g_assert_cmpint(verdict->kind, ==, VERDICT_REJECTED);
    }
    forged_clear(&forged);
}

static void test_every_truncation_is_refused(void)
{
    Forged forged;
    forge(&(Forgery){0}, &forged);
    g_autoptr(Attest) attest = attest_new(bytes_span(forged.root), NULL);
    gsize size;
    const uint8_t *original = g_bytes_get_data(forged.quote, &size);
    for (size_t cut = 0; cut < size; cut++) {
        g_autofree uint8_t *copy = g_memdup2(original, cut + 1);
        AttestSubject subject = {.quote = span_of(copy, cut)};
        g_autoptr(Verdict) verdict =
            attest_verify(attest, &subject, forged.collateral, NULL, NULL, NULL, FORGED_NOW);
        g_assert_cmpint(verdict_first_failure(verdict), ==, CHECK_FORMAT);
    }
    forged_clear(&forged);
}

static void test_collateral_need(void)
{
    Forged forged;
    CollateralNeed need;
    g_autoptr(GError) error = NULL;
    forge(&(Forgery){.version = 4}, &forged);
    AttestSubject subject = {.certificate = bytes_span(forged.certificate)};
    g_assert_true(attest_collateral_need(&subject, &need, &error));
    g_assert_no_error(error);
    g_assert_cmpint(need.tee, ==, TEE_TDX);
    g_assert_cmpstr(need.fmspc, ==, "30606a000000");
    g_assert_false(need.processor_ca);
    g_assert_cmpstr(need.root_crl_url, ==, "https://example.org/root.crl");
    collateral_need_clear(&need);
    subject = (AttestSubject){.quote = span_of("none", 4)};
    g_assert_false(attest_collateral_need(&subject, &need, &error));
    g_assert_nonnull(error);
    forged_clear(&forged);
}

typedef struct Shared {
    Attest *attest;
    const Forged *forged;
} Shared;

static gpointer judge_many(gpointer data)
{
    const Shared *shared = data;
    AttestSubject subject = {.quote = bytes_span(shared->forged->quote)};
    unsigned trusted = 0;
    for (unsigned i = 0; i < 50; i++) {
        g_autoptr(Verdict) verdict = attest_verify(
            shared->attest, &subject, shared->forged->collateral, NULL, NULL, NULL, FORGED_NOW);
        trusted += verdict->kind == VERDICT_TRUSTED;
    }
    return GUINT_TO_POINTER(trusted);
}

static void test_threads_share_what_was_verified(void)
{
    Forged forged;
    GThread *threads[4];
    forge(&(Forgery){0}, &forged);
    g_autoptr(Attest) attest = attest_new(bytes_span(forged.root), NULL);
    Shared shared = {attest, &forged};
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("judge", judge_many, &shared);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(threads[i])), ==, 50);
    forged_clear(&forged);
}

static void test_table(void)
{
    for (int i = 0; i < N_CHECKS; i++) {
        const CheckRow *row = &check_table[i];
        g_assert_cmpint(check_by_name(row->id), ==, i);
        g_assert_nonnull(row->title);
        g_assert_nonnull(row->proves);
        g_assert_nonnull(row->failure_means);
        g_assert_nonnull(row->what_to_do);
        g_assert_nonnull(row->source);
        /* Only what stands before a check can be needed by it. */
        g_assert_cmpuint(row->needs >> i, ==, 0);
    }
    g_assert_cmpint(check_by_name("no such check"), ==, -1);
}

static void test_root_must_be_usable(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(attest_new(span_of("nonsense", 8), &error));
    g_assert_error(error, ATTEST_ERROR, ATTEST_ERROR_ROOT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verify/good", test_good);
    g_test_add_func("/verify/advisories", test_advisories_united);
    g_test_add_func("/verify/flaws", test_each_flaw_found);
    g_test_add_func("/verify/statuses", test_statuses);
    g_test_add_func("/verify/pinned-root", test_pinned_root_refuses_a_complete_forgery);
    g_test_add_func("/verify/other-root", test_another_platforms_root_is_refused);
    g_test_add_func("/verify/expired", test_expired);
    g_test_add_func("/verify/last-second", test_last_second_holds);
    g_test_add_func("/verify/expired-held-once", test_expired_only_if_it_held_once);
    g_test_add_func("/verify/not-yet", test_not_yet_valid);
    g_test_add_func("/verify/excluding", test_excluding_intervals_both_named);
    g_test_add_func("/verify/grace", test_grace);
    g_test_add_func("/verify/extreme-times", test_extreme_times);
    g_test_add_func("/verify/no-collateral", test_no_collateral);
    g_test_add_func("/verify/ratls", test_ratls);
    g_test_add_func("/verify/certificate-without-quote", test_certificate_without_quote);
    g_test_add_func("/verify/debug", test_debug_by_policy);
    g_test_add_func("/verify/policy", test_policy_accepts);
    g_test_add_func("/verify/measurements", test_measurements);
    g_test_add_func("/verify/expectations", test_other_expectations);
    g_test_add_func("/verify/expectations-despite-status",
                    test_expectations_are_judged_despite_status);
    g_test_add_func("/verify/flipped-bits", test_no_flipped_bit_is_trusted);
    g_test_add_func("/verify/truncations", test_every_truncation_is_refused);
    g_test_add_func("/verify/need", test_collateral_need);
    g_test_add_func("/verify/threads", test_threads_share_what_was_verified);
    g_test_add_func("/verify/table", test_table);
    g_test_add_func("/verify/root", test_root_must_be_usable);
    return g_test_run();
}
