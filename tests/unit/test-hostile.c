/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every byte of genuine material flipped, one at a time: what is still trusted afterwards must be
 * the same in everything that anybody signed. Files cut at every length, files one after another.
 */
#include "config.h"

#include "app/evidence.h"
#include "app/verification.h"
#include "format/json_pull.h"
#include "format/pem.h"
#include "tests/unit/sim-support.h"

/* What is judged, and with what. */
typedef struct Material {
    const char *name;
    InputKind kind; /* evidence, quote or certificate */
    Attest *attest;
    GBytes *subject;
    GBytes *collateral; /* a file; NULL for evidence */
    Policy *policy;
    int64_t at;
} Material;

/* Each reading of one subject and its collateral. */
typedef struct Reading {
    Evidence *evidence;
    Collateral *collateral; /* the evidence's own, or the file's; or NULL */
    Verdict *verdict;
} Reading;

static void reading_clear(Reading *reading)
{
    if (reading->evidence == NULL)
        collateral_unref(reading->collateral);
    evidence_free(reading->evidence);
    verdict_free(reading->verdict);
    *reading = (Reading){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

/* A verdict on these bytes; none when the evidence cannot even be read. */
static Reading read_and_judge(const Material *material, Span subject, Span collateral)
{
    Reading out = {0};
    AttestSubject what = {0};
    Expectations expectations = {0};
    g_autoptr(GArray) signers = g_array_new(FALSE, TRUE, sizeof(Measurement));
    if (material->kind == INPUT_EVIDENCE) {
        out.evidence = evidence_parse(subject, "evidence", NULL);
        if (out.evidence == NULL)
            return out;
        out.collateral = out.evidence->collateral;
        what.certificate = bytes_span(out.evidence->certificate);
        if (out.evidence->signer_key != NULL) {
            Measurement signer = {0};
            mrsigner_of_key(bytes_span(out.evidence->signer_key), signer.bytes, NULL);
            g_array_append_val(signers, signer);
            expectations.mrsigner = signers;
        }
    } else {
        out.collateral = collateral_parse(collateral, "collateral", NULL);
        if (material->kind == INPUT_QUOTE)
            what.quote = subject;
        else
            what.certificate = subject;
    }
    out.verdict = attest_verify(material->attest, &what, out.collateral, NULL, material->policy,
                                &expectations, material->at);
    return out;
}

static bool trusted(const Reading *reading)
{
    return reading->verdict != NULL && (reading->verdict->kind == VERDICT_TRUSTED ||
                                        reading->verdict->kind == VERDICT_TRUSTED_WITH_WARNINGS);
}

static bool same_bytes(GBytes *a, GBytes *b)
{
    return a != NULL && b != NULL && g_bytes_equal(a, b);
}

static bool same_chain(Span a, Span b)
{
    g_autoptr(GPtrArray) one = pem_decode(a, PEM_NOTHING_BETWEEN, 8, NULL);
    g_autoptr(GPtrArray) other = pem_decode(b, PEM_NOTHING_BETWEEN, 8, NULL);
    if (one == NULL || other == NULL || one->len != other->len)
        return false;
    for (unsigned i = 0; i < one->len; i++) {
        const PemBlock *left = one->pdata[i], *right = other->pdata[i];
        if (!g_str_equal(left->label, right->label) || !g_bytes_equal(left->der, right->der))
            return false;
    }
    return true;
}

static bool same_chain_bytes(GBytes *a, GBytes *b)
{
    return a != NULL && b != NULL && same_chain(bytes_span(a), bytes_span(b));
}

/* Everything in a quote but bytes that no field covers, which `format` must then count. */
static bool same_quote(const Verdict *a, const Verdict *b)
{
    const Quote *one = &a->quote, *other = &b->quote;
    bool same = span_equal(one->signed_part, other->signed_part) &&
                span_equal(one->signature, other->signature) &&
                span_equal(one->attestation_key, other->attestation_key) &&
                span_equal(one->qe_report_raw, other->qe_report_raw) &&
                span_equal(one->qe_report_signature, other->qe_report_signature) &&
                span_equal(one->qe_auth_data, other->qe_auth_data) &&
                same_chain(one->certification_data, other->certification_data);
    bool uncovered = other->unsigned_slack + other->trailing_bytes > 0;
    const char *detail = b->checks[CHECK_FORMAT].detail;
    return same && (!uncovered || strstr(detail, "signed by nobody") != NULL ||
                    strstr(detail, "padded") != NULL);
}

static bool same_collateral(const Collateral *a, const Collateral *b)
{
    return same_bytes(a->tcb_info, b->tcb_info) &&
           same_bytes(a->tcb_info_signature, b->tcb_info_signature) &&
           same_chain_bytes(a->tcb_info_chain, b->tcb_info_chain) &&
           same_bytes(a->qe_identity, b->qe_identity) &&
           same_bytes(a->qe_identity_signature, b->qe_identity_signature) &&
           same_chain_bytes(a->qe_identity_chain, b->qe_identity_chain) &&
           same_bytes(a->root_crl, b->root_crl) && same_bytes(a->pck_crl, b->pck_crl);
}

/* The signer that the evidence claims may be left out, and is then not claimed; never another. */
static bool same_signer(const Reading *a, const Reading *b)
{
    return a->evidence == NULL || b->evidence->signer_key == NULL ||
           same_chain_bytes(a->evidence->signer_key, b->evidence->signer_key);
}

static bool same_reading(const Reading *a, const Reading *b)
{
    if (a->verdict->tcb_status != b->verdict->tcb_status || !same_signer(a, b))
        return false;
    if (a->verdict->certificate != NULL)
        return same_bytes(a->verdict->certificate, b->verdict->certificate) &&
               same_collateral(a->collateral, b->collateral);
    return same_quote(a->verdict, b->verdict) && same_collateral(a->collateral, b->collateral);
}

typedef enum { FLIP_SUBJECT, FLIP_COLLATERAL } Flipped;

/* One byte changed: refused, or the same in all that counts. */
static bool flip_holds(const Material *material, const Reading *genuine, Flipped which, size_t at,
                       uint8_t mask)
{
    GBytes *original = which == FLIP_SUBJECT ? material->subject : material->collateral;
    Span bytes = bytes_span(original);
    g_autofree uint8_t *copy = g_memdup2(bytes.data, bytes.size);
    copy[at] ^= mask;
    Span changed = span_of(copy, bytes.size);
    Span collateral =
        material->collateral == NULL ? span_of(NULL, 0) : bytes_span(material->collateral);
    g_auto(Reading) reading =
        read_and_judge(material, which == FLIP_SUBJECT ? changed : bytes_span(material->subject),
                       which == FLIP_COLLATERAL ? changed : collateral);
    if (!trusted(&reading) || same_reading(genuine, &reading))
        return true;
    g_test_message("%s: byte %zu of the %s, mask %02x: trusted", material->name, at,
                   which == FLIP_SUBJECT ? "subject" : "collateral", mask);
    return false;
}

/* One bit, and all of them: each byte both ways. */
static void flip_every_byte(const Material *material, const Reading *genuine, Flipped which,
                            size_t stride)
{
    GBytes *original = which == FLIP_SUBJECT ? material->subject : material->collateral;
    size_t size = original == NULL ? 0 : g_bytes_get_size(original);
    unsigned wrong = 0;
    for (size_t at = 0; at < size; at += stride) {
        wrong += !flip_holds(material, genuine, which, at, (uint8_t)(1u << at % 8));
        wrong += !flip_holds(material, genuine, which, at, 0xff);
    }
    g_assert_cmpuint(wrong, ==, 0);
}

/* ---- simulated material ---- */

static Attest *attest_with(const char *root)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pem = root == NULL ? NULL : contents(root);
    Attest *attest = attest_new(pem == NULL ? span_of(NULL, 0) : bytes_span(pem), &error);
    g_assert_no_error(error);
    return attest;
}

static void material_clear(Material *material)
{
    g_clear_pointer(&material->attest, attest_free);
    g_clear_pointer(&material->subject, g_bytes_unref);
    g_clear_pointer(&material->collateral, g_bytes_unref);
    g_clear_pointer(&material->policy, policy_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Material, material_clear)

static Material simulated(const char *options)
{
    g_autofree char *subject = place("subject"), *collateral = place("collateral.json");
    g_autofree char *root = in(plain(), "root.pem");
    bool evidence = strstr(options, "--evidence") != NULL;
    must_sim("quote %s %s --output %s --collateral-output %s", plain(), options, subject,
             collateral);
    return (Material){
        .name = options,
        .kind = evidence                                   ? INPUT_EVIDENCE
                : strstr(options, "--certificate") != NULL ? INPUT_CERTIFICATE
                                                           : INPUT_QUOTE,
        .attest = attest_with(root),
        .subject = contents(subject),
        .collateral = evidence ? NULL : contents(collateral),
        .at = SIM_TIME,
    };
}

static Span collateral_span(const Material *material)
{
    return material->collateral == NULL ? span_of(NULL, 0) : bytes_span(material->collateral);
}

/* The stride is prime to eight, so that every bit has its turn. */
static const struct {
    const char *options;
    size_t subject, collateral; /* strides; 0: not at all */
} rows[] = {
    {"", 1, 5},
    {"--version 5", 7, 0},
    {"--tee tdx", 1, 7},
    {"--tee tdx --td 1.5", 1, 0},
    {"--certificate", 3, 0},
    {"--certificate --tee tdx", 11, 0},
    {"--evidence", 5, 0},
};

static void test_flipped_bytes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Material) material = simulated(rows[i].options);
        g_auto(Reading) genuine =
            read_and_judge(&material, bytes_span(material.subject), collateral_span(&material));
        g_assert_cmpint(genuine.verdict->kind, ==, VERDICT_TRUSTED);
        if (rows[i].subject > 0)
            flip_every_byte(&material, &genuine, FLIP_SUBJECT, rows[i].subject);
        if (rows[i].collateral > 0)
            flip_every_byte(&material, &genuine, FLIP_COLLATERAL, rows[i].collateral);
    }
}

/* Without its last line break a text is still whole; without anything more it is not. */
static void test_cut_at_every_length(void)
{
    static const struct {
        const char *options;
        size_t stride;
    } cuts[] = {{"", 1},
                {"--tee tdx", 3},
                {"--tee tdx --td 1.5", 3},
                {"--certificate", 7},
                {"--evidence", 7}};
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
        g_auto(Material) material = simulated(cuts[i].options);
        Span whole = bytes_span(material.subject);
        for (size_t size = 0; size + 1 < whole.size; size += cuts[i].stride) {
            g_autofree uint8_t *copy = g_memdup2(whole.data, size);
            g_auto(Reading) reading =
                read_and_judge(&material, span_of(copy, size), collateral_span(&material));
            g_assert_false(trusted(&reading));
        }
    }
}

static void test_collateral_cut_at_every_length(void)
{
    g_auto(Material) material = simulated("");
    Span whole = bytes_span(material.collateral);
    for (size_t size = 0; size + 2 < whole.size; size += 3) {
        g_auto(Reading) reading =
            read_and_judge(&material, bytes_span(material.subject), span_of(whole.data, size));
        g_assert_false(trusted(&reading));
    }
}

static GBytes *joined(Span a, Span b)
{
    GByteArray *both = g_byte_array_new();
    g_byte_array_append(both, a.data, (guint)a.size);
    g_byte_array_append(both, b.data, (guint)b.size);
    return g_byte_array_free_to_bytes(both);
}

/* What follows a quote is signed by nobody: passed over, and said. Two of anything else is none. */
static void test_one_after_another(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Material) material = simulated(rows[i].options);
        Span subject = bytes_span(material.subject);
        g_autoptr(GBytes) twice = joined(subject, subject);
        g_auto(Reading) reading =
            read_and_judge(&material, bytes_span(twice), collateral_span(&material));
        g_assert_true(trusted(&reading) == (material.kind == INPUT_QUOTE));
        if (material.kind == INPUT_QUOTE)
            g_assert_nonnull(
                strstr(reading.verdict->checks[CHECK_FORMAT].detail, "signed by nobody"));
        if (material.collateral == NULL)
            continue;
        g_autoptr(GBytes) collateral =
            joined(collateral_span(&material), collateral_span(&material));
        g_auto(Reading) again = read_and_judge(&material, subject, bytes_span(collateral));
        g_assert_false(trusted(&again));
    }
}

/* Padding is signed by nobody however much there is of it. */
static void test_long_padding(void)
{
    g_auto(Material) material = simulated("--tee tdx");
    g_autofree uint8_t *padding = g_malloc0(200000);
    g_autoptr(GBytes) padded = joined(bytes_span(material.subject), span_of(padding, 200000));
    g_auto(Reading) reading =
        read_and_judge(&material, bytes_span(padded), collateral_span(&material));
    g_assert_true(trusted(&reading));
    g_assert_nonnull(strstr(reading.verdict->checks[CHECK_FORMAT].detail, "200000 zero bytes"));
}

/* ---- genuine material ---- */

static Policy *accept_every_status(void)
{
    Policy *policy = policy_new();
    policy->accept = (1u << N_TCB_STATUSES) - 1;
    policy->allow_debug = true;
    return policy;
}

static bool genuine_at(const char *directory, Material *out)
{
    static const char *const names[] = {"ratls.pem", "quote.bin"};
    g_autofree char *collateral = g_build_filename(directory, "collateral.json", NULL);
    g_autofree char *expected = g_build_filename(directory, "expect.json", NULL);
    g_autoptr(GBytes) text = contents(expected);
    JsonPullValue document, time;
    const JsonPullField fields[] = {{"time", JSON_PULL_NUMBER, true, &time, NULL}};
    uint64_t at;
    g_assert_true(json_pull_document(bytes_span(text), &document, NULL));
    g_assert_true(json_pull_members(&document, fields, 1, NULL));
    g_assert_true(json_pull_unsigned(&time, INT64_MAX, &at));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        *out = (Material){.name = "genuine",
                          .kind = i == 0 ? INPUT_CERTIFICATE : INPUT_QUOTE,
                          .attest = attest_with(NULL),
                          .subject = contents(path),
                          .collateral = contents(collateral),
                          .policy = accept_every_status(),
                          .at = (int64_t)at};
        return true;
    }
    return false;
}

/* How far apart the flipped bytes of genuine material are; 1 in its own environment for all. */
static size_t genuine_stride(void)
{
    const char *text = g_getenv("MSE_TEST_STRIDE");
    guint64 stride = 331;
    if (text != NULL)
        g_assert_true(g_ascii_string_to_unsigned(text, 10, 1, 10000, &stride, NULL));
    return (size_t)stride;
}

static void test_flipped_genuine(void)
{
    g_autofree char *base = g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data",
                                             "attestation", "intel-root", NULL);
    g_autoptr(GDir) directory = g_dir_open(base, 0, NULL);
    unsigned n = 0;
    const char *name;
    if (directory == NULL) {
        g_test_skip("no attestation cases beside the source tree");
        return;
    }
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *path = g_build_filename(base, name, NULL);
        g_auto(Material) material = {0};
        if ((strstr(name, "-real-") == NULL && strstr(name, "ratls") == NULL) ||
            !genuine_at(path, &material))
            continue;
        g_auto(Reading) genuine =
            read_and_judge(&material, bytes_span(material.subject), collateral_span(&material));
        if (!trusted(&genuine))
            continue;
        n++;
        material.name = name;
        flip_every_byte(&material, &genuine, FLIP_SUBJECT, genuine_stride());
        flip_every_byte(&material, &genuine, FLIP_COLLATERAL, genuine_stride() * 3);
    }
    g_test_message("%u genuine quotes and certificates", n);
    g_assert_cmpuint(n, >, 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile/flipped", test_flipped_bytes);
    g_test_add_func("/hostile/cut", test_cut_at_every_length);
    g_test_add_func("/hostile/cut-collateral", test_collateral_cut_at_every_length);
    g_test_add_func("/hostile/twice", test_one_after_another);
    g_test_add_func("/hostile/padding", test_long_padding);
    g_test_add_func("/hostile/genuine", test_flipped_genuine);
    return g_test_run();
}
