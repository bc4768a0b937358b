/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The simulator before the verifier: what is sound is trusted under its root and under no other,
 * what is broken fails at exactly the check that the break names. The two share no code.
 */
#include "config.h"

#include "attest/verify.h"
#include "tests/unit/sim-support.h"

static Attest *attest_at(const char *root)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pem = root ? contents(root) : NULL;
    Attest *attest = attest_new(pem ? bytes_span(pem) : span_of(NULL, 0), &error);
    g_assert_no_error(error);
    return attest;
}

static Attest *attest_of(const char *platform)
{
    g_autofree char *root = g_build_filename(platform, "root.pem", NULL);
    return attest_at(root);
}

/* Makes by `options` and judges with `attest` at `at`. */
static Verdict *judge(Attest *attest, const char *platform, const char *options,
                      const Policy *policy, int64_t at)
{
    g_autofree char *subject = place("subject"), *file = place("collateral.json");
    g_autoptr(GError) error = NULL;
    must_sim("quote %s %s --output %s --collateral-output %s", platform, options, subject, file);
    g_autoptr(GBytes) bytes = contents(subject), text = contents(file);
    g_autoptr(Collateral) collateral = collateral_parse(bytes_span(text), "file", &error);
    g_assert_no_error(error);
    const bool certificate = strstr(options, "--certificate") != NULL;
    const AttestSubject what = {
        .quote = certificate ? span_of(NULL, 0) : bytes_span(bytes),
        .certificate = certificate ? bytes_span(bytes) : span_of(NULL, 0),
    };
    return attest_verify(attest, &what, collateral, NULL, policy, NULL, at);
}

static const char *failure(const Verdict *verdict)
{
    const int check = verdict_first_failure(verdict);
    return check < 0 ? "none" : check_table[check].id;
}

static void assert_kind(const Verdict *verdict, VerdictKind kind, const char *what)
{
    if (verdict->kind == kind)
        return;
    const int check = verdict_first_failure(verdict);
    g_error("%s: %s, not %s (%s: %s)", what, verdict_kind_name(verdict->kind),
            verdict_kind_name(kind), failure(verdict),
            check < 0 ? "" : verdict->checks[check].detail);
}

static const char *const sound[] = {
    "",
    "--version 4",
    "--version 5",
    "--tee tdx",
    "--tee tdx --version 5",
    "--tee tdx --td 1.5",
    "--certificate",
    "--certificate --version 5 --san 192.0.2.1",
    "--certificate --tee tdx",
    "--certificate --tee tdx --td 1.5",
};

static void test_trusted_under_its_root(void)
{
    static const char *const platforms[][2] = {{"plain", ""}, {"processor", "--ca processor"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(platforms); i++) {
        const char *platform = platform_at(platforms[i][0], platforms[i][1]);
        g_autoptr(Attest) attest = attest_of(platform);
        for (unsigned j = 0; j < G_N_ELEMENTS(sound); j++) {
            const int64_t times[] = {SIM_TIME, SIM_TIME + 30 * 86400};
            for (unsigned k = 0; k < G_N_ELEMENTS(times); k++) {
                g_autoptr(Verdict) verdict = judge(attest, platform, sound[j], NULL, times[k]);
                assert_kind(verdict, VERDICT_TRUSTED, sound[j]);
                g_assert_cmpint(verdict->tcb_status, ==, TCB_UP_TO_DATE);
                g_assert_true(verdict->simulated);
                g_assert_false(verdict->root_is_intel);
                g_assert_cmpstr(verdict->root_name, ==, "SIMULATED SGX Root CA (mse-console)");
            }
        }
    }
}

static void test_rejected_under_intels(void)
{
    const char *platform = platform_at("plain", "");
    g_autoptr(Attest) intel = attest_at(NULL);
    g_autoptr(Attest) other = attest_of(platform_at("other", ""));
    for (unsigned i = 0; i < G_N_ELEMENTS(sound); i++) {
        g_autoptr(Verdict) verdict = judge(intel, platform, sound[i], NULL, SIM_TIME);
        assert_kind(verdict, VERDICT_REJECTED, sound[i]);
        g_assert_cmpstr(failure(verdict), ==, "root");
        g_autoptr(Verdict) again = judge(other, platform, sound[i], NULL, SIM_TIME);
        g_assert_cmpstr(failure(again), ==, "root");
    }
}

typedef struct StatusCase {
    const char *tcb, *qe;
    TcbStatus status;
    VerdictKind kind;
} StatusCase;

static const StatusCase statuses[] = {
    {"SWHardeningNeeded", "UpToDate", TCB_SW_HARDENING_NEEDED, VERDICT_TRUSTED_WITH_WARNINGS},
    {"ConfigurationNeeded", "UpToDate", TCB_CONFIGURATION_NEEDED, VERDICT_REJECTED},
    {"ConfigurationAndSWHardeningNeeded", "UpToDate", TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
     VERDICT_REJECTED},
    {"OutOfDate", "UpToDate", TCB_OUT_OF_DATE, VERDICT_REJECTED},
    {"OutOfDateConfigurationNeeded", "UpToDate", TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
     VERDICT_REJECTED},
    {"Revoked", "UpToDate", TCB_REVOKED, VERDICT_REJECTED},
    {"UpToDate", "OutOfDate", TCB_OUT_OF_DATE, VERDICT_REJECTED},
    {"ConfigurationNeeded", "OutOfDate", TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, VERDICT_REJECTED},
    {"SWHardeningNeeded", "Revoked", TCB_REVOKED, VERDICT_REJECTED},
};

static void test_statuses(void)
{
    static const char *const kinds[] = {"", "--tee tdx", "--tee tdx --td 1.5"};
    for (unsigned i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *name = g_strdup_printf("status-%u", i);
        g_autofree char *options =
            g_strdup_printf("--tcb %s --qe %s", statuses[i].tcb, statuses[i].qe);
        const char *platform = platform_at(name, options);
        g_autoptr(Attest) attest = attest_of(platform);
        for (unsigned j = 0; j < G_N_ELEMENTS(kinds); j++) {
            g_autoptr(Verdict) verdict = judge(attest, platform, kinds[j], NULL, SIM_TIME);
            assert_kind(verdict, statuses[i].kind, options);
            g_assert_cmpstr(tcb_status_name(verdict->tcb_status), ==,
                            tcb_status_name(statuses[i].status));
            if (verdict->kind == VERDICT_REJECTED)
                g_assert_cmpstr(failure(verdict), ==, "policy");
        }
    }
}

static void test_relaunch(void)
{
    const char *platform = platform_at("plain", "");
    g_autoptr(Attest) attest = attest_of(platform);
    g_autoptr(Verdict) verdict = judge(attest, platform, "--tee tdx --relaunch", NULL, SIM_TIME);
    g_assert_cmpstr(tcb_status_name(verdict->tcb_status), ==, "TDRelaunchAdvised");
    g_assert_cmpstr(failure(verdict), ==, "policy");
}

static void test_expired(void)
{
    const char *platform = platform_at("expired", "--expired");
    g_autoptr(Attest) attest = attest_of(platform);
    g_autoptr(Verdict) verdict = judge(attest, platform, "--certificate", NULL, SIM_TIME);
    assert_kind(verdict, VERDICT_EXPIRED, "--expired");
    g_assert_true(verdict->has_interval);
    g_assert_cmpint(verdict->valid_until, ==, SIM_TIME - 30 * 86400);

    const char *plain = platform_at("plain", "");
    g_autoptr(Attest) later = attest_of(plain);
    g_autoptr(Verdict) after = judge(later, plain, "", NULL, SIM_TIME + 30 * 86400 + 1);
    assert_kind(after, VERDICT_EXPIRED, "a second after");
    g_autoptr(Verdict) before = judge(later, plain, "", NULL, SIM_TIME - 1);
    assert_kind(before, VERDICT_REJECTED, "a second before");
}

static void test_revoked(void)
{
    static const char *const options[][2] = {{"revoked", "--revoked"},
                                             {"revoked-processor", "--revoked --ca processor"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(options); i++) {
        const char *platform = platform_at(options[i][0], options[i][1]);
        g_autoptr(Attest) attest = attest_of(platform);
        g_autoptr(Verdict) verdict = judge(attest, platform, "", NULL, SIM_TIME);
        assert_kind(verdict, VERDICT_REJECTED, options[i][1]);
        g_assert_cmpstr(failure(verdict), ==, "crl");
    }
}

static void test_debug(void)
{
    static const char *const kinds[] = {"", "--tee tdx", "--certificate"};
    const char *platform = platform_at("debug", "--debug");
    g_autoptr(Attest) attest = attest_of(platform);
    g_autoptr(Policy) allowing = policy_new();
    allowing->allow_debug = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Verdict) verdict = judge(attest, platform, kinds[i], NULL, SIM_TIME);
        assert_kind(verdict, VERDICT_REJECTED, "debug");
        g_assert_cmpstr(failure(verdict), ==, "debug");
        g_autoptr(Verdict) allowed = judge(attest, platform, kinds[i], allowing, SIM_TIME);
        g_assert_cmpint(allowed->kind, !=, VERDICT_REJECTED);
    }
}

/* A row of `mse-sim quote --break list`: name, check, where, for, in columns. */
typedef struct ListedBreak {
    char *name, *check, *part, *kind;
} ListedBreak;

static char *column(const char *line, size_t at, size_t width)
{
    return g_strchomp(g_strndup(line + at, width));
}

static ListedBreak listed_break(const char *line)
{
    g_assert_cmpuint(strlen(line), >, 72);
    return (ListedBreak){.name = column(line, 0, 28),
                         .check = column(line, 29, 12),
                         .part = column(line, 42, 12),
                         .kind = column(line, 55, 16)};
}

static void listed_break_clear(ListedBreak *row)
{
    g_free(row->name);
    g_free(row->check);
    g_free(row->part);
    g_free(row->kind);
}

/* What lies around a quote does not depend on the quote's version: some forms are enough. */
static bool form_matters(const ListedBreak *row, unsigned form)
{
    const bool around = strcmp(row->part, "chain") == 0 || strcmp(row->part, "collateral") == 0;
    return !around || form == 0 || form >= 3;
}

static bool break_is_for(const ListedBreak *row, const char *options)
{
    const bool tdx = strstr(options, "tdx") != NULL, td_1_5 = strstr(options, "1.5") != NULL;
    if (strcmp(row->part, "certificate") == 0 && strstr(options, "--certificate") == NULL)
        return false;
    return strcmp(row->kind, "any") == 0 || (strcmp(row->kind, "sgx") == 0 && !tdx) ||
           (strcmp(row->kind, "tdx") == 0 && tdx) || (strcmp(row->kind, "td 1.5") == 0 && td_1_5);
}

/* Everything wrong is collected, so that one run shows it all. */
static void try_break(Attest *attest, const char *platform, const ListedBreak *row,
                      const char *options, GString *wrong)
{
    g_autofree char *with = g_strdup_printf("%s --break %s", options, row->name);
    g_autoptr(Verdict) verdict = judge(attest, platform, with, NULL, SIM_TIME);
    if (verdict->kind == VERDICT_REJECTED && strcmp(failure(verdict), row->check) == 0)
        return;
    const int check = verdict_first_failure(verdict);
    g_string_append_printf(wrong, "\n  %s: %s at %s, not at %s: %s", with,
                           verdict_kind_name(verdict->kind), failure(verdict), row->check,
                           check < 0 ? "" : verdict->checks[check].detail);
}

static void test_breaks(void)
{
    static const char *const forms[] = {"",
                                        "--version 4",
                                        "--tee tdx",
                                        "--tee tdx --td 1.5",
                                        "--certificate",
                                        "--certificate --tee tdx"};
    const char *platform = platform_at("plain", "");
    g_autoptr(Attest) attest = attest_of(platform);
    g_auto(Ran) list = run_sim("quote --break list");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(list.out), "\n", -1);
    g_autoptr(GString) wrong = g_string_new(NULL);
    unsigned tried = 0;
    for (unsigned i = 1; lines[i] != NULL; i++) {
        ListedBreak row = listed_break(lines[i]);
        g_assert_cmpint(check_by_name(row.check), >=, 0);
        for (unsigned j = 0; j < G_N_ELEMENTS(forms); j++)
            if (form_matters(&row, j) && break_is_for(&row, forms[j])) {
                try_break(attest, platform, &row, forms[j], wrong);
                tried++;
            }
        listed_break_clear(&row);
    }
    g_assert_cmpuint(tried, >, 300);
    if (wrong->len > 0)
        g_error("breaks:%s", wrong->str);
}

static void assert_expected(Attest *attest, const char *platform, const char *options,
                            const Expectations *expectations, CheckId check, CheckResult result)
{
    g_autofree char *subject = place("expected");
    g_autofree char *file = g_build_filename(
        platform, strstr(options, "tdx") ? "collateral-tdx.json" : "collateral.json", NULL);
    must_sim("quote %s %s --output %s", platform, options, subject);
    g_autoptr(GBytes) bytes = contents(subject), text = contents(file);
    g_autoptr(Collateral) collateral = collateral_parse(bytes_span(text), "file", NULL);
    const AttestSubject what = {.quote = bytes_span(bytes)};
    g_autoptr(Verdict) verdict =
        attest_verify(attest, &what, collateral, NULL, NULL, expectations, SIM_TIME);
    g_assert_cmpint(verdict->checks[check].result, ==, result);
}

/* What was asked for is what the verifier finds, and nothing else. */
static void test_expectations(void)
{
    const char *platform = platform_at("plain", "");
    g_autoptr(Attest) attest = attest_of(platform);
    Expectations expected = {.has_isv_prod_id = true, .isv_prod_id = 258};
    assert_expected(attest, platform, "--isv-prod-id 258", &expected, CHECK_ISV_PROD_ID,
                    CHECK_RESULT_OK);
    assert_expected(attest, platform, "--isv-prod-id 259", &expected, CHECK_ISV_PROD_ID,
                    CHECK_RESULT_FAILED);
    expected = (Expectations){.has_min_isv_svn = true, .min_isv_svn = 7};
    assert_expected(attest, platform, "--isv-svn 7", &expected, CHECK_ISV_SVN, CHECK_RESULT_OK);
    assert_expected(attest, platform, "--isv-svn 6", &expected, CHECK_ISV_SVN, CHECK_RESULT_FAILED);
    expected = (Expectations){.has_report_data = true, .report_data_size = 64};
    expected.report_data[0] = 0xc0;
    assert_expected(attest, platform, "--report-data c0", &expected, CHECK_REPORT_DATA,
                    CHECK_RESULT_OK);
    assert_expected(attest, platform, "--report-data c001", &expected, CHECK_REPORT_DATA,
                    CHECK_RESULT_FAILED);
    assert_expected(attest, platform, "--tee tdx --report-data c0", &expected, CHECK_REPORT_DATA,
                    CHECK_RESULT_OK);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-verify/trusted", test_trusted_under_its_root);
    g_test_add_func("/sim-verify/other-root", test_rejected_under_intels);
    g_test_add_func("/sim-verify/statuses", test_statuses);
    g_test_add_func("/sim-verify/relaunch", test_relaunch);
    g_test_add_func("/sim-verify/expired", test_expired);
    g_test_add_func("/sim-verify/revoked", test_revoked);
    g_test_add_func("/sim-verify/debug", test_debug);
    g_test_add_func("/sim-verify/breaks", test_breaks);
    g_test_add_func("/sim-verify/expectations", test_expectations);
    return g_test_run();
}
