/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every attestation case at hand gets its expected answer: quotes with collateral, evidence files.
 */
#include "config.h"

#include "attest/verify.h"

#include "core/hex.h"

#include <glib.h>
#include <jansson.h>

static char *data_path(const char *first, const char *second)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    return g_build_filename(source ? source : ".", "..", "shared", "data", first, second, NULL);
}

static GBytes *read_file(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *content;
    gsize size;
    if (!g_file_get_contents(path, &content, &size, NULL))
        return NULL;
    return g_bytes_new_take(content, size);
}

static Span span_of_bytes(GBytes *bytes)
{
    gsize size;
    const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    return bytes ? span_of(data, size) : span_of(NULL, 0);
}

static json_t *read_json(const char *directory, const char *name)
{
    g_autoptr(GBytes) bytes = read_file(directory, name);
    gsize size;
    const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    return data ? json_loadb(data, size, 0, NULL) : NULL;
}

typedef struct Case {
    const char *directory;
    const char *name;
    json_t *expected;
    GBytes *quote, *certificate, *collateral;
} Case;

static const char *text_of(const Case *c, const char *key)
{
    const char *text = json_string_value(json_object_get(c->expected, key));
    return text ? text : "";
}

/* Counts a case as a refusal exactly when something before the TCB evaluation failed. */
static const char *answer(const Verdict *verdict)
{
    static const uint32_t soft = CHECK_BIT(CHECK_TCB_LEVEL) | CHECK_BIT(CHECK_POLICY) |
                                 CHECK_BIT(CHECK_MRENCLAVE) | CHECK_BIT(CHECK_MRSIGNER);
    for (unsigned i = 0; i < N_CHECKS; i++) {
        CheckResult result = verdict->checks[i].result;
        if (!(soft & CHECK_BIT(i)) &&
            (result == CHECK_RESULT_FAILED || result == CHECK_RESULT_NOT_REACHED))
            return "REJECT";
    }
    if (verdict->tcb_status == TCB_UNKNOWN || verdict->kind == VERDICT_EXPIRED)
        return "REJECT";
    return tcb_status_name(verdict->tcb_status);
}

static bool same_advisories(const Case *c, const Verdict *verdict)
{
    json_t *expected = json_object_get(c->expected, "advisories"), *name;
    g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
    size_t i;
    json_array_foreach(expected, i, name) g_hash_table_add(set, (char *)json_string_value(name));
    if (g_hash_table_size(set) != verdict->advisories->len)
        return false;
    for (unsigned n = 0; n < verdict->advisories->len; n++)
        if (!g_hash_table_contains(set, g_ptr_array_index(verdict->advisories, n)))
            return false;
    return true;
}

static void print_failures(const Verdict *verdict)
{
    for (unsigned i = 0; i < N_CHECKS; i++)
        if (verdict->checks[i].result == CHECK_RESULT_FAILED)
            g_test_message("  %s: %s", check_table[i].id, verdict->checks[i].detail);
}

/* Whatever the case, a verdict is complete: every result in range, every failure explained. */
static void assert_whole(const Verdict *verdict)
{
    bool failed = false;
    for (unsigned i = 0; i < N_CHECKS; i++) {
        g_assert_cmpint(verdict->checks[i].result, <, N_CHECK_RESULTS);
        if (verdict->checks[i].result == CHECK_RESULT_FAILED) {
            failed = true;
            g_assert_nonnull(verdict->checks[i].detail);
        }
        if (verdict->checks[i].detail)
            g_assert_true(g_utf8_validate(verdict->checks[i].detail, -1, NULL));
    }
    g_assert_true(failed ==
                  (verdict->kind == VERDICT_REJECTED || verdict->kind == VERDICT_EXPIRED));
}

static bool judge_case(Attest *attest, const Case *c)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Collateral) collateral =
        c->collateral ? collateral_parse(span_of_bytes(c->collateral), c->name, &error) : NULL;
    AttestSubject subject = {0};
    if (c->certificate)
        subject.certificate = span_of_bytes(c->certificate);
    else
        subject.quote = span_of_bytes(c->quote);
    int64_t at = json_integer_value(json_object_get(c->expected, "time"));
    g_autoptr(Verdict) verdict =
        attest_verify(attest, &subject, collateral, error ? error->message : NULL, NULL, NULL, at);
    const char *got = answer(verdict), *want = text_of(c, "verdict");
    bool firm = !json_is_false(json_object_get(c->expected, "firm"));
    bool ok = g_str_equal(got, want) || (!firm && g_str_equal(got, text_of(c, "lenient_verdict")));
    assert_whole(verdict);
    if (ok && g_str_equal(got, want) && !g_str_equal(want, "REJECT") &&
        !g_str_equal(want, "Revoked") && !same_advisories(c, verdict)) {
        g_test_message("%s: other advisories than expected", c->name);
        return false;
    }
    if (!ok) {
        g_test_message("%s: want %s, got %s (%s)", c->name, want, got, text_of(c, "reason"));
        print_failures(verdict);
    }
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *subdirectories(const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;
    while (directory && (name = g_dir_read_name(directory)))
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

static bool run_case(Attest *attest, const char *directory, const char *name, unsigned *n)
{
    json_t *expected = read_json(directory, "expect.json");
    if (!expected)
        return true;
    Case c = {
        .directory = directory,
        .name = name,
        .expected = expected,
        .quote = read_file(directory, "quote.bin"),
        .certificate = read_file(directory, "ratls.pem"),
        .collateral = read_file(directory, "collateral.json"),
    };
    bool ok = judge_case(attest, &c);
    ++*n;
    json_decref(expected);
    g_clear_pointer(&c.quote, g_bytes_unref);
    g_clear_pointer(&c.certificate, g_bytes_unref);
    g_clear_pointer(&c.collateral, g_bytes_unref);
    return ok;
}

static void run_directory(const char *kind, bool own_root)
{
    g_autofree char *base = data_path("attestation", kind);
    g_autoptr(GError) error = NULL;
    unsigned n = 0, wrong = 0;
    if (!g_file_test(base, G_FILE_TEST_IS_DIR)) {
        g_test_skip("no attestation cases beside the source tree");
        return;
    }
    g_autoptr(GBytes) root = own_root ? read_file(base, "root.pem") : NULL;
    g_autoptr(Attest) attest = attest_new(span_of_bytes(root), &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) names = subdirectories(base);
    for (unsigned i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(base, names->pdata[i], NULL);
        if (!run_case(attest, path, names->pdata[i], &n))
            wrong++;
    }
    g_test_message("%s: %u cases, %u wrong", kind, n, wrong);
    g_assert_cmpuint(n, >, 0);
    g_assert_cmpuint(wrong, ==, 0);
}

static void test_intel_root(void)
{
    run_directory("intel-root", false);
}

static void test_own_root(void)
{
    run_directory("test-root", true);
}

/* ---- evidence files ---- */

/* The evidence's own reader belongs to a room above; here its members are taken with jansson. */
typedef struct EvidenceParts {
    const char *certificate;
    const char *signer_key;
    Collateral *collateral;
} EvidenceParts;

static GBytes *text_bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

/* base64 of the answer's body, or base64 of hex of it. */
static void take_document(json_t *evidence, const char *member, const char *key, GBytes **body,
                          GBytes **signature)
{
    const char *text = json_string_value(json_object_get(evidence, member));
    gsize size = 0;
    g_autofree uint8_t *decoded = g_base64_decode(text ? text : "", &size);
    while (size > 0 && g_ascii_isspace((char)decoded[size - 1]))
        size--;
    g_autoptr(GBytes) inner = size > 0 && decoded[0] != '{' ? hex_decode(span_of(decoded, size))
                                                            : g_bytes_new(decoded, size);
    if (inner)
        collateral_split_signed(span_of_bytes(inner), key, body, signature, NULL);
}

static void evidence_parts(json_t *evidence, EvidenceParts *out)
{
    const char *signer = json_string_value(json_object_get(evidence, "tcb_cert"));
    const char *root_crl = json_string_value(json_object_get(evidence, "root_ca_crl"));
    const char *pck_crl = json_string_value(json_object_get(evidence, "pck_platform_crl"));
    Collateral *c = collateral_new("evidence");
    out->certificate = json_string_value(json_object_get(evidence, "ratls_certificate"));
    out->signer_key = json_string_value(json_object_get(evidence, "signer_pk"));
    out->collateral = c;
    c->signer_only = true;
    c->tcb_info_chain = text_bytes(signer);
    c->qe_identity_chain = text_bytes(signer);
    c->root_crl = collateral_crl_der(span_of(root_crl, strlen(root_crl)));
    c->pck_crl = collateral_crl_der(span_of(pck_crl, strlen(pck_crl)));
    take_document(evidence, "tcb_info", "tcbInfo", &c->tcb_info, &c->tcb_info_signature);
    take_document(evidence, "qe_identity", "enclaveIdentity", &c->qe_identity,
                  &c->qe_identity_signature);
}

static Verdict *judge_evidence(json_t *evidence, GBytes *root, int64_t at)
{
    EvidenceParts parts;
    g_autoptr(Attest) attest = attest_new(span_of_bytes(root), NULL);
    evidence_parts(evidence, &parts);
    AttestSubject subject = {.certificate = span_of(parts.certificate, strlen(parts.certificate))};
    Verdict *verdict = attest_verify(attest, &subject, parts.collateral, NULL, NULL, NULL, at);
    assert_whole(verdict);
    collateral_unref(parts.collateral);
    return verdict;
}

/* Made by another tool under a root of its own: none of them is good for a strict verifier. */
static void test_foreign_evidence(void)
{
    g_autofree char *base = data_path("interop", "evidence");
    g_autoptr(GBytes) root = read_file(base, "root.pem");
    unsigned n = 0;
    if (!root) {
        g_test_skip("no evidence beside the source tree");
        return;
    }
    json_t *expected = read_json(base, "expected.json"), *entry;
    size_t i;
    json_array_foreach(json_object_get(expected, "cases"), i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "case"));
        g_autofree char *file = g_strdup_printf("case_%s.json", name);
        json_t *evidence = read_json(base, file);
        g_assert_nonnull(evidence);
        g_autoptr(Verdict) pinned = judge_evidence(evidence, NULL, 1800000000);
        g_autoptr(Verdict) given = judge_evidence(evidence, root, 1800000000);
        g_assert_cmpint(pinned->kind, ==, VERDICT_REJECTED);
        g_assert_cmpint(given->kind, ==, VERDICT_REJECTED);
        g_assert_cmpint(given->checks[CHECK_ROOT].result, !=, CHECK_RESULT_FAILED);
        json_decref(evidence);
        n++;
    }
    g_test_message("%u evidence files, none trusted", n);
    g_assert_cmpuint(n, >, 10);
    json_decref(expected);
}

/* Its parts were never valid together, and both that exclude each other are named. */
static void test_evidence_without_common_instant(void)
{
    g_autofree char *base = data_path("evidence", "");
    json_t *evidence = read_json(base, "helloworld-2023.json");
    if (!evidence) {
        g_test_skip("no evidence beside the source tree");
        return;
    }
    static const int64_t times[] = {1686000000, 1687651200, 1688500000, 1700000000};
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autoptr(Verdict) verdict = judge_evidence(evidence, NULL, times[i]);
        int failure = verdict_first_failure(verdict);
        g_assert_cmpint(verdict->kind, ==, VERDICT_REJECTED);
        g_assert_true(failure == CHECK_CRL || failure == CHECK_QE_IDENTITY);
        g_assert_false(verdict->has_interval);
        g_assert_cmpstr(verdict->valid_from_name, ==, "QE identity");
        g_assert_cmpstr(verdict->valid_until_name, ==, "PCK CRL");
        g_assert_nonnull(strstr(verdict->checks[failure].detail, "QE identity"));
        g_assert_nonnull(strstr(verdict->checks[failure].detail, "PCK CRL"));
        g_assert_cmpint(verdict->checks[CHECK_ROOT].result, ==, CHECK_RESULT_OK);
        g_assert_cmpint(verdict->checks[CHECK_QUOTE].result, ==, CHECK_RESULT_OK);
        g_assert_true(verdict->root_is_intel && !verdict->simulated);
    }
    json_decref(evidence);
}

/* Whoever signed the enclave is known by the key that the evidence brings. */
static void test_signer_key_of_evidence(void)
{
    g_autofree char *base = data_path("evidence", "");
    json_t *evidence = read_json(base, "helloworld-2023.json");
    g_autoptr(GError) error = NULL;
    EvidenceParts parts;
    uint8_t mrsigner[32];
    if (!evidence) {
        g_test_skip("no evidence beside the source tree");
        return;
    }
    evidence_parts(evidence, &parts);
    g_assert_true(
        mrsigner_of_key(span_of(parts.signer_key, strlen(parts.signer_key)), mrsigner, &error));
    g_assert_no_error(error);
    g_autoptr(Verdict) verdict = judge_evidence(evidence, NULL, 1687651200);
    g_assert_cmpmem(mrsigner, 32, verdict->quote.body.sgx.mr_signer, 32);
    collateral_unref(parts.collateral);
    json_decref(evidence);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/attestation-cases/intel-root", test_intel_root);
    g_test_add_func("/attestation-cases/own-root", test_own_root);
    g_test_add_func("/attestation-cases/foreign-evidence", test_foreign_evidence);
    g_test_add_func("/attestation-cases/no-common-instant", test_evidence_without_common_instant);
    g_test_add_func("/attestation-cases/signer-key", test_signer_key_of_evidence);
    return g_test_run();
}
