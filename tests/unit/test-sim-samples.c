/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The samples, read and judged as the console does it: each comes out as its name says, under the
 * root that their settings name, and marked SIMULATED. Evidence files, sound and broken.
 */
#include "config.h"

#include "app/evidence.h"
#include "app/settings.h"
#include "app/verification.h"
#include "tests/unit/sim-support.h"

#include <stdio.h>

static Attest *attest_with(const char *root)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pem = contents(root);
    Attest *attest = attest_new(bytes_span(pem), &error);
    g_assert_no_error(error);
    return attest;
}

static Verdict *judge_evidence(Attest *attest, Span text, int64_t at)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Evidence) evidence = evidence_parse(text, "evidence", &error);
    g_assert_no_error(error);
    const AttestSubject what = {.certificate = bytes_span(evidence->certificate)};
    return attest_verify(attest, &what, evidence->collateral, NULL, NULL, NULL, at);
}

/* What the first word of a sample's name promises. */
static VerdictKind promised(const char *name)
{
    static const struct {
        const char *prefix;
        VerdictKind kind;
    } rows[] = {
        {"trusted-hardening", VERDICT_TRUSTED_WITH_WARNINGS},
        {"trusted-", VERDICT_TRUSTED},
        {"expired-", VERDICT_EXPIRED},
        {"rejected-", VERDICT_REJECTED},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_has_prefix(name, rows[i].prefix))
            return rows[i].kind;
    g_error("%s promises nothing", name);
}

static Verdict *judge_sample(Attest *attest, const Collateral *collateral, Span content)
{
    const InputKind kind = verification_recognise(content);
    if (kind == INPUT_EVIDENCE)
        return judge_evidence(attest, content, SIM_TIME);
    g_assert_true(kind == INPUT_QUOTE || kind == INPUT_CERTIFICATE);
    const AttestSubject what = {
        .quote = kind == INPUT_QUOTE ? content : span_of(NULL, 0),
        .certificate = kind == INPUT_CERTIFICATE ? content : span_of(NULL, 0),
    };
    return attest_verify(attest, &what, collateral, NULL, NULL, NULL, SIM_TIME);
}

static const char *failure(const Verdict *verdict)
{
    const int check = verdict_first_failure(verdict);
    return check < 0 ? "none" : check_table[check].id;
}

static void assert_sample(Attest *attest, const Collateral *collateral, const char *directory,
                          const char *name)
{
    g_autofree char *path = in(directory, name);
    g_autoptr(GBytes) bytes = contents(path);
    g_autoptr(Verdict) verdict = judge_sample(attest, collateral, bytes_span(bytes));
    if (verdict->kind != promised(name))
        g_error("%s: %s (%s)", name, verdict_kind_name(verdict->kind), failure(verdict));
    g_assert_true(verdict->simulated);
}

/* The settings, moved with their directory, still lead to the root. */
static void test_samples_keep_their_promises(void)
{
    g_autofree char *made = place("made"), *moved = place("moved");
    must_sim("samples %s --at %s", made, SIM_TIME_TEXT);
    g_assert_cmpint(rename(made, moved), ==, 0);

    g_autofree char *settings_path = in(moved, "settings/config.toml");
    g_autofree char *collateral_path = in(moved, "collateral.json");
    g_autoptr(GBytes) settings_text_ = contents(settings_path);
    g_autoptr(GBytes) collateral_text = contents(collateral_path);
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings =
        settings_parse(bytes_span(settings_text_), settings_path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(settings->warnings->len, ==, 0);
    g_assert_cmpint(verification_recognise(bytes_span(collateral_text)), ==, INPUT_COLLATERAL);
    g_autoptr(Collateral) collateral =
        collateral_parse(bytes_span(collateral_text), "samples", &error);
    g_assert_no_error(error);
    g_autoptr(Attest) attest = attest_with(settings_text(settings, SETTING_TRUST_ROOT));

    g_autoptr(GDir) directory = g_dir_open(moved, 0, NULL);
    const char *name;
    unsigned n = 0;
    while ((name = g_dir_read_name(directory)) != NULL)
        if (strchr(name, '-') != NULL) {
            assert_sample(attest, collateral, moved, name);
            n++;
        }
    g_assert_cmpuint(n, ==, 11);
}

static void test_sound_evidence(void)
{
    static const char *const forms[] = {"", "--version 5", "--tee tdx", "--tee tdx --td 1.5"};
    g_autofree char *root = in(plain(), "root.pem");
    g_autoptr(Attest) attest = attest_with(root);
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_auto(Ran) ran = run_sim("quote %s --evidence %s", plain(), forms[i]);
        g_assert_cmpint(ran.status, ==, 0);
        g_autoptr(Verdict) verdict =
            judge_evidence(attest, span_of(ran.out, ran.out_size), SIM_TIME);
        if (verdict->kind != VERDICT_TRUSTED)
            g_error("%s: %s at %s", forms[i], verdict_kind_name(verdict->kind), failure(verdict));
    }
}

/* MRSIGNER by the evidence's own signer_pk is that of the quote. */
static void test_signer_of_evidence(void)
{
    g_auto(Ran) ran = run_sim("quote %s --evidence", plain());
    g_autoptr(GError) error = NULL;
    g_autoptr(Evidence) evidence =
        evidence_parse(span_of(ran.out, ran.out_size), "evidence", &error);
    g_assert_no_error(error);
    g_assert_nonnull(evidence->signer_key);
    uint8_t signer[32];
    g_assert_true(mrsigner_of_key(bytes_span(evidence->signer_key), signer, &error));
    g_autoptr(GBytes) bytes = attest_certificate_quote(bytes_span(evidence->certificate));
    Quote quote;
    g_assert_true(quote_parse(bytes_span(bytes), &quote, &error));
    g_assert_true(span_equal(span_of(signer, 32), span_of(quote.body.sgx.mr_signer, 32)));
}

/* A row of the list begins with name and check. */
static void test_broken_evidence(void)
{
    g_autofree char *root = in(plain(), "root.pem");
    g_autoptr(Attest) attest = attest_with(root);
    g_auto(Ran) list = run_sim("quote --break list");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(list.out), "\n", -1);
    g_autoptr(GString) wrong = g_string_new(NULL);
    for (unsigned i = 1; lines[i] != NULL; i++) {
        g_autofree char *name = g_strchomp(g_strndup(lines[i], 28));
        g_autofree char *check = g_strchomp(g_strndup(lines[i] + 29, 12));
        const bool tdx = g_str_has_prefix(name, "td-") || strcmp(name, "mrtd") == 0;
        g_auto(Ran) ran = run_sim("quote %s --evidence %s --break %s", plain(),
                                  tdx ? "--tee tdx --td 1.5" : "", name);
        g_assert_cmpint(ran.status, ==, 0);
        g_autoptr(Verdict) verdict =
            judge_evidence(attest, span_of(ran.out, ran.out_size), SIM_TIME);
        if (verdict->kind != VERDICT_REJECTED || strcmp(failure(verdict), check) != 0)
            g_string_append_printf(wrong, "\n  %s: %s at %s, not at %s", name,
                                   verdict_kind_name(verdict->kind), failure(verdict), check);
    }
    if (wrong->len > 0)
        g_error("evidence:%s", wrong->str);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-samples/promises", test_samples_keep_their_promises);
    g_test_add_func("/sim-samples/sound-evidence", test_sound_evidence);
    g_test_add_func("/sim-samples/signer", test_signer_of_evidence);
    g_test_add_func("/sim-samples/broken-evidence", test_broken_evidence);
    return g_test_run();
}
