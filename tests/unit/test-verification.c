/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verification as a person asks for it: kinds of inputs, exit statuses, where collateral comes
 * from, JSON, export, journal, many at once. What is judged is made by mse-sim.
 */
#include "config.h"

#include "app/verification.h"
#include "core/file.h"
#include "tests/unit/sim.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Made once: paths of a platform's files and of what it attested. */
static char *platform, *root, *collateral, *collateral_tdx, *quote, *quote_tdx, *certificate,
    *evidence, *other_platform, *garbage, *empty, *missing, *without_quote;

static void make_inputs(void)
{
    platform = temporary("platform");
    other_platform = temporary("other");
    root = g_build_filename(platform, "root.pem", NULL);
    collateral = g_build_filename(platform, "collateral-sgx.json", NULL);
    collateral_tdx = g_build_filename(platform, "collateral-tdx.json", NULL);
    quote = temporary("quote.bin");
    quote_tdx = temporary("quote-tdx.bin");
    certificate = temporary("ratls.pem");
    evidence = temporary("evidence.json");
    without_quote = temporary("plain.pem");
    garbage = temporary("garbage");
    empty = temporary("empty");
    missing = temporary("missing");
    sim("platform", platform, "--at", SIM_TIME_TEXT, NULL);
    sim("platform", other_platform, "--at", SIM_TIME_TEXT, "--tcb", "SWHardeningNeeded", NULL);
    sim("quote", platform, "--output", quote, NULL);
    sim("quote", platform, "--tee", "tdx", "--output", quote_tdx, NULL);
    sim("quote", platform, "--certificate", "--output", certificate, NULL);
    sim("quote", platform, "--evidence", "--output", evidence, NULL);
    sim("quote", platform, "--certificate", "--break", "certificate-without-quote", "--output",
        without_quote, NULL);
    g_assert_true(g_file_set_contents(garbage, "something else\n", -1, NULL));
    g_assert_true(g_file_set_contents(empty, "", 0, NULL));
}

static VerificationRequest simulated_request(void)
{
    return (VerificationRequest){.root_path = root, .has_time = true, .time = SIM_TIME};
}

static VerificationResult *judge_with(const VerificationRequest *request, InputKind kind,
                                      const char *path)
{
    GError *error = NULL;
    g_autoptr(Verification) verification = verification_new(request, NULL, &error);
    g_assert_no_error(error);
    VerificationInput input = {.kind = kind, .name = (char *)path};
    return verification_judge(verification, &input, 0, NULL);
}

static void assert_verdict(const VerificationResult *result, const char *verdict, int status)
{
    for (unsigned i = 0; result->verdict != NULL && i < N_CHECKS; i++)
        if (result->verdict->checks[i].result == CHECK_RESULT_FAILED)
            g_test_message("%s: %s failed: %s", result->input, check_table[i].id,
                           result->verdict->checks[i].detail);
    if (result->error != NULL)
        g_test_message("%s", result->error->message);
    g_assert_cmpstr(verification_verdict_name(result), ==, verdict);
    g_assert_cmpint(verification_exit_status(result, false), ==, status);
}

static void assert_failed(const VerificationResult *result, CheckId check, const char *says)
{
    g_assert_nonnull(result->verdict);
    g_assert_cmpstr(check_result_name(result->verdict->checks[check].result), ==, "failed");
    g_assert_nonnull(result->verdict->checks[check].detail);
    if (strstr(result->verdict->checks[check].detail, says) == NULL)
        g_test_message("detail: %s", result->verdict->checks[check].detail);
    g_assert_nonnull(strstr(result->verdict->checks[check].detail, says));
    assert_verdict(result, "rejected", 3);
}

/* ---- kinds and statuses ---- */

static void test_trusted(void)
{
    const struct {
        InputKind named;
        const char *path, *collateral;
    } cases[] = {
        {INPUT_EVIDENCE, evidence, NULL},
        {INPUT_QUOTE, quote, collateral},
        {INPUT_QUOTE, quote_tdx, collateral_tdx},
        {INPUT_CERTIFICATE, certificate, collateral},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        VerificationRequest request = simulated_request();
        request.collateral_path = cases[i].collateral;
        g_autoptr(VerificationResult) named = judge_with(&request, cases[i].named, cases[i].path);
        assert_verdict(named, "trusted", 0);
        g_assert_true(named->verdict->simulated);
        g_autoptr(VerificationResult) plain = judge_with(&request, INPUT_PLAIN, cases[i].path);
        assert_verdict(plain, "trusted", 0);
        g_assert_cmpint(plain->kind, ==, cases[i].named);
        g_assert_nonnull(plain->collateral);
    }
}

static void test_not_the_root(void)
{
    VerificationRequest request = simulated_request();
    request.root_path = NULL;
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, evidence);
    assert_failed(result, CHECK_ROOT, "");
    g_assert_false(result->verdict->simulated);
}

static void test_malformed(void)
{
    VerificationRequest request = simulated_request();
    static const InputKind kinds[] = {INPUT_QUOTE, INPUT_CERTIFICATE, INPUT_EVIDENCE};
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(VerificationResult) result = judge_with(&request, kinds[i], garbage);
        assert_failed(result, CHECK_FORMAT, "");
        g_assert_nonnull(result->sha256);
        g_autoptr(VerificationResult) nothing = judge_with(&request, kinds[i], empty);
        assert_failed(nothing, CHECK_FORMAT, "");
    }
    g_autoptr(VerificationResult) named = judge_with(&request, INPUT_EVIDENCE, garbage);
    assert_failed(named, CHECK_FORMAT, "not JSON");
    g_autofree char *torn = temporary("torn.json");
    g_assert_true(g_file_set_contents(torn, "{\"ratls_certificate\": \"", -1, NULL));
    g_autoptr(VerificationResult) plain = judge_with(&request, INPUT_PLAIN, torn);
    assert_failed(plain, CHECK_FORMAT, "not JSON");

    request.collateral_path = garbage;
    g_autoptr(VerificationResult) judged = judge_with(&request, INPUT_QUOTE, quote);
    assert_failed(judged, CHECK_TCB_INFO, "JSON");
}

static void test_without_quote(void)
{
    VerificationRequest request = simulated_request();
    request.collateral_path = collateral;
    g_autoptr(VerificationResult) plain = judge_with(&request, INPUT_PLAIN, without_quote);
    g_assert_cmpint(plain->kind, ==, INPUT_CERTIFICATE);
    assert_failed(plain, CHECK_FORMAT, "");
}

static void test_unreadable(void)
{
    VerificationRequest request = simulated_request();
    static const InputKind kinds[] = {INPUT_PLAIN, INPUT_QUOTE, INPUT_CERTIFICATE, INPUT_EVIDENCE,
                                      INPUT_COLLATERAL};
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(VerificationResult) absent = judge_with(&request, kinds[i], missing);
        assert_verdict(absent, "unreadable", 1);
        g_assert_null(absent->sha256);
        g_assert_nonnull(strstr(absent->error->message, "missing"));
        g_autoptr(VerificationResult) directory = judge_with(&request, kinds[i], platform);
        assert_verdict(directory, "unreadable", 1);
    }
    g_autoptr(VerificationResult) foreign = judge_with(&request, INPUT_PLAIN, garbage);
    assert_verdict(foreign, "unreadable", 1);
    g_assert_error(foreign->error, VERIFICATION_ERROR, VERIFICATION_ERROR_KIND);
    g_assert_nonnull(strstr(foreign->error->message, "--quote"));

    g_autofree char *crl = temporary("crl.pem");
    g_assert_true(g_file_set_contents(
        crl, "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", -1, NULL));
    g_autoptr(VerificationResult) list = judge_with(&request, INPUT_PLAIN, crl);
    assert_verdict(list, "unreadable", 1);
    g_assert_nonnull(strstr(list->error->message, "inspect"));
}

static void test_request_unusable(void)
{
    const struct {
        const char *root, *collateral, *pccs, *says;
    } cases[] = {
        {missing, NULL, NULL, "missing"},
        {garbage, NULL, NULL, "garbage"},
        {empty, NULL, NULL, "empty"},
        {NULL, missing, NULL, "missing"},
        {NULL, NULL, "localhost:80", "https://"},
        {NULL, NULL, "https://h/?a=b", "https://"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        VerificationRequest request = {.root_path = cases[i].root,
                                       .collateral_path = cases[i].collateral,
                                       .pccs_url = cases[i].pccs};
        g_assert_null(verification_new(&request, NULL, &error));
        g_assert_nonnull(error);
        if (strstr(error->message, cases[i].says) == NULL)
            g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i].says));
    }
}

static void test_strict(void)
{
    g_autofree char *path = temporary("hardening.json");
    g_autofree char *other_root = g_build_filename(other_platform, "root.pem", NULL);
    sim("quote", other_platform, "--evidence", "--output", path, NULL);
    VerificationRequest request = simulated_request();
    request.root_path = other_root;
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, path);
    assert_verdict(result, "trusted_with_warnings", 0);
    g_assert_cmpint(verification_exit_status(result, true), ==, 3);
    g_assert_cmpint(result->verdict->tcb_status, ==, TCB_SW_HARDENING_NEEDED);
}

static void test_exit_status_join(void)
{
    g_assert_cmpint(verification_exit_status_join(0, 0), ==, 0);
    g_assert_cmpint(verification_exit_status_join(0, 1), ==, 1);
    g_assert_cmpint(verification_exit_status_join(1, 0), ==, 1);
    g_assert_cmpint(verification_exit_status_join(1, 3), ==, 3);
    g_assert_cmpint(verification_exit_status_join(3, 1), ==, 3);
}

/* ---- collateral ---- */

static void test_no_collateral(void)
{
    VerificationRequest request = simulated_request();
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_QUOTE, quote);
    assert_failed(result, CHECK_TCB_INFO, "--collateral");
    assert_failed(result, CHECK_CRL, "");
    assert_failed(result, CHECK_QE_IDENTITY, "");
    g_assert_null(result->collateral);
}

/* --collateral goes before the evidence's own. */
static void test_given_collateral_first(void)
{
    VerificationRequest request = simulated_request();
    g_autofree char *of_another = g_build_filename(other_platform, "collateral-sgx.json", NULL);
    request.collateral_path = of_another;
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_EVIDENCE, evidence);
    assert_verdict(result, "rejected", 3);
    request.collateral_path = collateral;
    g_autoptr(VerificationResult) good = judge_with(&request, INPUT_EVIDENCE, evidence);
    assert_verdict(good, "trusted", 0);
}

typedef struct Collected {
    VerificationResult *results[64];
    unsigned n;
    int inside;
    Cancel *cancel_after_first;
} Collected;

static void collect(VerificationResult *result, void *data)
{
    Collected *collected = data;
    g_assert_cmpint(g_atomic_int_add(&collected->inside, 1), ==, 0);
    g_assert_cmpuint(result->index, <, G_N_ELEMENTS(collected->results));
    g_assert_null(collected->results[result->index]);
    collected->results[result->index] = verification_result_ref(result);
    collected->n++;
    if (collected->cancel_after_first != NULL)
        cancel_set(collected->cancel_after_first);
    g_atomic_int_add(&collected->inside, -1);
}

static void collected_clear(Collected *collected)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(collected->results); i++)
        verification_result_unref(collected->results[i]);
}

static void run_all(const VerificationRequest *request, const VerificationInput *inputs, unsigned n,
                    bool idle, Collected *collected, Cancel *cancel)
{
    GError *error = NULL;
    g_autoptr(Verification) verification = verification_new(request, NULL, &error);
    g_assert_no_error(error);
    verification_run(verification, inputs, n, idle, collect, collected, cancel);
}

/* A plain file that is collateral is for all inputs, wherever it stands among them; of several,
 * each quote takes the one that is about it. */
static void test_collateral_among_inputs(void)
{
    VerificationRequest request = simulated_request();
    VerificationInput inputs[] = {
        {INPUT_PLAIN, quote},      {INPUT_PLAIN, collateral_tdx}, {INPUT_PLAIN, quote_tdx},
        {INPUT_PLAIN, collateral}, {INPUT_PLAIN, certificate},    {INPUT_PLAIN, evidence},
    };
    Collected collected = {0};
    run_all(&request, inputs, G_N_ELEMENTS(inputs), false, &collected, NULL);
    g_assert_cmpuint(collected.n, ==, G_N_ELEMENTS(inputs));
    for (unsigned i = 0; i < G_N_ELEMENTS(inputs); i++) {
        bool file = i == 1 || i == 3;
        assert_verdict(collected.results[i], file ? "collateral" : "trusted", 0);
        g_assert_cmpstr(collected.results[i]->input, ==, inputs[i].name);
        g_assert_true(!file || collected.results[i]->error == NULL);
    }
    collected_clear(&collected);
}

/* ---- expectations ---- */

/* The evidence with another signer_pk. */
static char *with_signer(const char *name, const char *pem_path)
{
    json_t *document = json_load_file(evidence, 0, NULL);
    g_assert_nonnull(document);
    g_autofree char *pem = NULL;
    if (pem_path != NULL)
        g_assert_true(g_file_get_contents(pem_path, &pem, NULL, NULL));
    json_object_set_new(document, "signer_pk", json_string(pem == NULL ? "no key" : pem));
    char *path = temporary(name);
    g_assert_cmpint(json_dump_file(document, path, 0), ==, 0);
    json_decref(document);
    return path;
}

static void test_claimed_signer(void)
{
    VerificationRequest request = simulated_request();
    g_autoptr(VerificationResult) own = judge_with(&request, INPUT_PLAIN, evidence);
    g_assert_cmpint(own->verdict->checks[CHECK_MRSIGNER].result, ==, CHECK_RESULT_OK);
    g_assert_nonnull(strstr(own->verdict->checks[CHECK_MRSIGNER].detail, "signer_pk"));

    g_autofree char *other_key = g_build_filename(other_platform, "enclave-signer.pub.pem", NULL);
    g_autofree char *other = with_signer("other-signer.json", other_key);
    g_autoptr(VerificationResult) lied = judge_with(&request, INPUT_PLAIN, other);
    assert_failed(lied, CHECK_MRSIGNER, "signer_pk");

    g_autofree char *none = with_signer("no-signer.json", NULL);
    g_autoptr(VerificationResult) malformed = judge_with(&request, INPUT_PLAIN, none);
    assert_failed(malformed, CHECK_MRSIGNER, "");

    /* What the caller demands goes before what the evidence claims. */
    Measurement measurement = {0};
    memcpy(measurement.bytes, own->verdict->quote.body.sgx.mr_signer, 32);
    g_autoptr(GArray) signers = g_array_new(false, true, sizeof(Measurement));
    g_array_append_val(signers, measurement);
    request.expectations.mrsigner = signers;
    g_autoptr(VerificationResult) demanded = judge_with(&request, INPUT_PLAIN, other);
    assert_verdict(demanded, "trusted", 0);
}

/* ---- JSON ---- */

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void test_json(void)
{
    VerificationRequest request = simulated_request();
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, evidence);
    json_t *object = verification_result_json(result);
    g_assert_cmpstr(text_of(object, "input"), ==, evidence);
    g_assert_cmpstr(text_of(object, "kind"), ==, "evidence");
    g_assert_cmpstr(text_of(object, "verdict"), ==, "trusted");
    g_assert_cmpstr(text_of(object, "tcb_status"), ==, "UpToDate");
    g_assert_cmpstr(text_of(object, "time"), ==, "2023-11-14T22:13:20Z");
    g_assert_cmpuint(strlen(text_of(object, "sha256")), ==, 64);
    g_assert_cmpuint(strlen(text_of(object, "root_sha256")), ==, 64);
    g_assert_nonnull(strstr(text_of(object, "root"), "SIMULATED"));
    g_assert_true(json_is_true(json_object_get(object, "simulated")));
    g_assert_true(json_is_null(json_object_get(object, "error")));
    g_assert_true(json_is_array(json_object_get(object, "advisories")));
    g_assert_nonnull(text_of(object, "valid_from"));
    g_assert_nonnull(text_of(object, "valid_until"));
    const json_t *checks = json_object_get(object, "checks");
    g_assert_cmpuint(json_array_size(checks), ==, N_CHECKS);
    g_assert_cmpstr(text_of(json_array_get(checks, 0), "id"), ==, "format");
    g_assert_cmpstr(text_of(json_array_get(checks, 0), "result"), ==, "ok");
    const json_t *fields = json_object_get(object, "quote");
    g_assert_cmpint(json_integer_value(json_object_get(fields, "version")), ==, 3);
    g_assert_cmpuint(strlen(text_of(fields, "mr_enclave")), ==, 64);
    g_assert_cmpuint(strlen(text_of(fields, "report_data")), ==, 128);
    json_decref(object);
}

static void test_json_tdx(void)
{
    VerificationRequest request = simulated_request();
    request.collateral_path = collateral_tdx;
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, quote_tdx);
    json_t *object = verification_result_json(result);
    const json_t *fields = json_object_get(object, "quote");
    g_assert_cmpstr(text_of(fields, "tee"), ==, "tdx");
    g_assert_cmpuint(strlen(text_of(fields, "mr_td")), ==, 96);
    g_assert_cmpuint(json_array_size(json_object_get(fields, "rt_mr")), ==, 4);
    g_assert_null(json_object_get(fields, "mr_enclave"));
    json_decref(object);
}

static void test_json_unreadable(void)
{
    VerificationRequest request = simulated_request();
    g_autofree char *hostile = temporary("a\x1b[31m\xff");
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, hostile);
    json_t *object = verification_result_json(result);
    g_assert_cmpstr(text_of(object, "verdict"), ==, "unreadable");
    g_assert_nonnull(text_of(object, "input"));
    g_assert_nonnull(strstr(text_of(object, "error"), "\\x1b[31m"));
    g_assert_cmpuint(json_array_size(json_object_get(object, "checks")), ==, 0);
    static const char *const nulls[] = {"tcb_status", "time", "root", "quote", "simulated"};
    for (unsigned i = 0; i < G_N_ELEMENTS(nulls); i++)
        g_assert_true(json_is_null(json_object_get(object, nulls[i])));
    json_decref(object);
}

/* ---- export ---- */

static void test_export(void)
{
    const struct {
        const char *input, *collateral;
    } cases[] = {{evidence, NULL}, {quote, collateral}, {certificate, collateral}, {quote, NULL}};
    g_autofree char *path = temporary("export.json");
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        VerificationRequest request = simulated_request();
        request.collateral_path = cases[i].collateral;
        g_autoptr(VerificationResult) first = judge_with(&request, INPUT_PLAIN, cases[i].input);
        GError *error = NULL;
        g_assert_true(verification_export(first, path, &error));
        g_assert_no_error(error);

        VerificationRequest again = simulated_request();
        g_autoptr(VerificationResult) second = judge_with(&again, INPUT_PLAIN, path);
        g_assert_cmpint(second->kind, ==, INPUT_EXPORT);
        assert_verdict(second, verification_verdict_name(first),
                       verification_exit_status(first, false));
        for (unsigned j = 0; j < N_CHECKS; j++)
            g_assert_cmpint(second->verdict->checks[j].result, ==,
                            first->verdict->checks[j].result);
    }
}

static void test_export_nothing(void)
{
    VerificationRequest request = simulated_request();
    g_autofree char *path = temporary("nothing.json");
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, missing);
    g_autoptr(GError) error = NULL;
    g_assert_false(verification_export(result, path, &error));
    g_assert_error(error, VERIFICATION_ERROR, VERIFICATION_ERROR_NOTHING);
    g_assert_cmpint(g_access(path, F_OK), !=, 0);
}

static void test_export_malformed(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{\"mse_console_export\": 1", "not JSON"},
        {"{\"mse_console_export\": 2, \"certificate\": \"x\"}", "does not know"},
        {"{\"mse_console_export\": 0, \"certificate\": \"x\"}", "does not know"},
        {"{\"mse_console_export\": 1}", "neither"},
        {"{\"mse_console_export\": 1, \"quote\": \"!\"}", "neither"},
        {"{\"mse_console_export\": 1, \"quote\": \"AAAA\", \"quote\": \"AAAA\"}", ""},
    };
    g_autofree char *path = temporary("malformed-export.json");
    VerificationRequest request = simulated_request();
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
        g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, path);
        assert_failed(result, CHECK_FORMAT, cases[i].says);
    }
}

/* ---- journal ---- */

static bool count_line(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                       void *data)
{
    (void)number;
    (void)raw;
    GPtrArray *lines = data;
    g_assert_cmpint(state, ==, JOURNAL_LINE_OK);
    g_ptr_array_add(lines, json_deep_copy(line));
    return true;
}

static void test_journal(void)
{
    g_autofree char *path = temporary("journal.jsonl");
    g_autoptr(Journal) journal = journal_new(path);
    VerificationRequest request = simulated_request();
    request.journal = journal;
    g_autoptr(VerificationResult) good = judge_with(&request, INPUT_PLAIN, evidence);
    g_autoptr(VerificationResult) bad = judge_with(&request, INPUT_QUOTE, quote);
    g_autoptr(VerificationResult) none = judge_with(&request, INPUT_PLAIN, missing);
    g_assert_no_error(good->journal_error);

    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_assert_true(journal_read(journal, count_line, lines, NULL));
    g_assert_cmpuint(lines->len, ==, 2);
    const json_t *first = g_ptr_array_index(lines, 0), *second = g_ptr_array_index(lines, 1);
    g_assert_cmpstr(text_of(first, "kind"), ==, "verdict");
    g_assert_cmpstr(text_of(first, "verdict"), ==, "trusted");
    g_assert_cmpstr(text_of(first, "input_sha256"), ==, good->sha256);
    g_assert_cmpuint(strlen(text_of(first, "measurement")), ==, 64);
    g_assert_cmpuint(strlen(text_of(first, "root_sha256")), ==, 64);
    g_assert_cmpstr(text_of(first, "tcb_status"), ==, "UpToDate");
    g_assert_true(json_is_null(json_object_get(first, "failed_check")));
    g_assert_cmpstr(text_of(second, "verdict"), ==, "rejected");
    g_assert_cmpstr(text_of(second, "failed_check"), ==, "crl");
}

static void test_journal_unwritable(void)
{
    g_autofree char *path = g_build_filename(garbage, "journal.jsonl", NULL);
    g_autoptr(Journal) journal = journal_new(path);
    VerificationRequest request = simulated_request();
    request.journal = journal;
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, evidence);
    assert_verdict(result, "trusted", 0);
    g_assert_nonnull(result->journal_error);
}

/* ---- many ---- */

static void test_many(void)
{
    VerificationRequest request = simulated_request();
    VerificationInput inputs[64];
    for (unsigned i = 0; i < G_N_ELEMENTS(inputs); i++)
        inputs[i] = (VerificationInput){INPUT_PLAIN, i % 8 == 7 ? garbage : evidence};
    for (int idle = 0; idle < 2; idle++) {
        Collected collected = {0};
        run_all(&request, inputs, G_N_ELEMENTS(inputs), idle == 1, &collected, NULL);
        g_assert_cmpuint(collected.n, ==, G_N_ELEMENTS(inputs));
        for (unsigned i = 0; i < G_N_ELEMENTS(inputs); i++)
            assert_verdict(collected.results[i], i % 8 == 7 ? "unreadable" : "trusted",
                           i % 8 == 7 ? 1 : 0);
        /* Equal collateral is kept once. */
        g_assert_true(collected.results[0]->collateral->pck_crl ==
                      collected.results[1]->collateral->pck_crl);
        collected_clear(&collected);
    }
    Collected nothing = {0};
    run_all(&request, NULL, 0, false, &nothing, NULL);
    g_assert_cmpuint(nothing.n, ==, 0);
}

static void test_cancel(void)
{
    VerificationRequest request = simulated_request();
    VerificationInput inputs[64];
    for (unsigned i = 0; i < G_N_ELEMENTS(inputs); i++)
        inputs[i] = (VerificationInput){INPUT_PLAIN, evidence};
    g_autoptr(Cancel) cancel = cancel_new();
    Collected collected = {.cancel_after_first = cancel};
    run_all(&request, inputs, G_N_ELEMENTS(inputs), false, &collected, cancel);
    g_assert_cmpuint(collected.n, >=, 1);
    g_assert_cmpuint(collected.n, <, G_N_ELEMENTS(inputs));
    collected_clear(&collected);
}

static void *write_evidence(void *path)
{
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(evidence, &text, &size, NULL));
    int fd = open(path, O_WRONLY);
    g_assert_cmpint(fd, >=, 0);
    for (gsize done = 0; done < size;) {
        ssize_t n = write(fd, text + done, size - done);
        g_assert_cmpint(n, >, 0);
        done += (gsize)n;
    }
    close(fd);
    return NULL;
}

/* A pipe can be read only once. */
static void test_pipe(void)
{
    g_autofree char *path = temporary("pipe");
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    GThread *writer = g_thread_new("writer", write_evidence, path);
    VerificationRequest request = simulated_request();
    VerificationInput inputs[] = {{INPUT_PLAIN, path}};
    Collected collected = {0};
    run_all(&request, inputs, 1, false, &collected, NULL);
    g_thread_join(writer);
    assert_verdict(collected.results[0], "trusted", 0);
    collected_clear(&collected);
}

/* ---- what others made ---- */

static void test_shared_evidence(void)
{
    g_autofree char *directory =
        g_build_filename(g_getenv("MSE_TEST_SOURCE"), "../shared/data/interop/evidence", NULL);
    g_autofree char *their_root = g_build_filename(directory, "root.pem", NULL);
    g_autoptr(GDir) cases = g_dir_open(directory, 0, NULL);
    if (cases == NULL) {
        g_test_skip("no shared data");
        return;
    }
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(cases)) != NULL;) {
        if (!g_str_has_prefix(name, "case_"))
            continue;
        n++;
        g_autofree char *path = g_build_filename(directory, name, NULL);
        VerificationRequest request = {0};
        g_autoptr(VerificationResult) intel = judge_with(&request, INPUT_PLAIN, path);
        g_assert_cmpint(intel->kind, ==, INPUT_EVIDENCE);
        g_assert_cmpint(verification_exit_status(intel, false), ==, 3);
        request.root_path = their_root;
        g_autoptr(VerificationResult) theirs = judge_with(&request, INPUT_PLAIN, path);
        g_assert_cmpint(verification_exit_status(theirs, false), ==, 3);
    }
    g_assert_cmpuint(n, ==, 17);
}

/* Real evidence whose parts have no common instant. */
static void test_shared_real_evidence(void)
{
    g_autofree char *path = g_build_filename(g_getenv("MSE_TEST_SOURCE"),
                                             "../shared/data/evidence/helloworld-2023.json", NULL);
    if (g_access(path, R_OK) != 0) {
        g_test_skip("no shared data");
        return;
    }
    VerificationRequest request = {.has_time = true, .time = 1687651200};
    g_autoptr(VerificationResult) result = judge_with(&request, INPUT_PLAIN, path);
    assert_verdict(result, "rejected", 3);
    static const CheckId good[] = {CHECK_FORMAT, CHECK_BINDING, CHECK_ROOT, CHECK_PCK_CHAIN};
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_cmpint(result->verdict->checks[good[i]].result, ==, CHECK_RESULT_OK);
    g_assert_cmpint(result->verdict->checks[CHECK_CRL].result, ==, CHECK_RESULT_FAILED);
    g_assert_true(result->verdict->root_is_intel);
    g_assert_false(result->verdict->simulated);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_inputs();
    g_test_add_func("/verification/trusted", test_trusted);
    g_test_add_func("/verification/not-the-root", test_not_the_root);
    g_test_add_func("/verification/malformed", test_malformed);
    g_test_add_func("/verification/without-quote", test_without_quote);
    g_test_add_func("/verification/unreadable", test_unreadable);
    g_test_add_func("/verification/request-unusable", test_request_unusable);
    g_test_add_func("/verification/strict", test_strict);
    g_test_add_func("/verification/exit-status-join", test_exit_status_join);
    g_test_add_func("/verification/no-collateral", test_no_collateral);
    g_test_add_func("/verification/given-collateral-first", test_given_collateral_first);
    g_test_add_func("/verification/collateral-among-inputs", test_collateral_among_inputs);
    g_test_add_func("/verification/claimed-signer", test_claimed_signer);
    g_test_add_func("/verification/json", test_json);
    g_test_add_func("/verification/json-tdx", test_json_tdx);
    g_test_add_func("/verification/json-unreadable", test_json_unreadable);
    g_test_add_func("/verification/export", test_export);
    g_test_add_func("/verification/export-nothing", test_export_nothing);
    g_test_add_func("/verification/export-malformed", test_export_malformed);
    g_test_add_func("/verification/journal", test_journal);
    g_test_add_func("/verification/journal-unwritable", test_journal_unwritable);
    g_test_add_func("/verification/many", test_many);
    g_test_add_func("/verification/cancel", test_cancel);
    g_test_add_func("/verification/pipe", test_pipe);
    g_test_add_func("/verification/shared-evidence", test_shared_evidence);
    g_test_add_func("/verification/shared-real-evidence", test_shared_real_evidence);
    return g_test_run();
}
