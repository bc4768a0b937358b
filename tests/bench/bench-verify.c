/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verifier against the signatures it cannot do without, both measured in the same run: bytes
 * in memory to verdict, as a ratio to that many P-256 verifications by OpenSSL. Cold starts from
 * nothing each time; warm is one quote after another from the same platform.
 * Arguments: the directory of a simulated platform's material (see run-bench), the directory of
 * real cases ("" for none).
 */
#include "config.h"

#include "attest/verify.h"
#include "core/limits.h"
#include "tests/bench/bench.h"

#include <jansson.h>
#include <malloc.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BUDGET = 600,           /* ms for each figure */
    SIGNATURES_QUOTE = 9,   /* leaf, CA, two CRLs, TCB signer, two infos, QE report, quote */
    SIGNATURES_RA_TLS = 10, /* and the certificate's own */
    SIGNATURES_WARM = 2,    /* QE report, quote */
    WARM_QUOTES = 16,
    ROUNDS = 20,
};

/* Allocations are counted by standing in front of the C library's own; atomics, for two threads. */
static gint counting;
static size_t allocations, allocated;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);

static void count(size_t size)
{
    if (!g_atomic_int_get(&counting))
        return;
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&allocated, size, __ATOMIC_RELAXED);
}

void *malloc(size_t size)
{
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    count(n * size);
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    count(size);
    return __libc_realloc(old, size);
}

typedef struct Subject {
    GBytes *root;       /* NULL: Intel's */
    GBytes *collateral; /* the JSON file */
    GBytes *quote;      /* or */
    GBytes *certificate;
    int64_t at;
    VerdictKind worst; /* what the verdict may be at worst; anything else ends the benchmark */
} Subject;

static Verdict *judge(Attest *attest, const Subject *subject, GBytes *quote,
                      const Collateral *collateral)
{
    AttestSubject what = {0};
    if (quote)
        what.quote = bench_span(quote);
    else
        what.certificate = bench_span(subject->certificate);
    return attest_verify(attest, &what, collateral, NULL, NULL, NULL, subject->at);
}

static void expect(const Verdict *verdict, const Subject *subject)
{
    if (verdict->kind <= subject->worst && verdict->tcb_status != TCB_UNKNOWN)
        return;
    int failed = verdict_first_failure(verdict);
    const char *detail = failed < 0 ? NULL : verdict->checks[failed].detail;
    fprintf(stderr, "bench: the verdict is %s: %s: %s\n", verdict_kind_name(verdict->kind),
            failed < 0 ? "-" : check_table[failed].id, detail ? detail : "-");
    exit(EXIT_FAILURE);
}

static Attest *anchor(const Subject *subject)
{
    g_autoptr(GError) error = NULL;
    Attest *attest = attest_new(subject->root ? bench_span(subject->root) : (Span){0}, &error);
    g_assert_no_error(error);
    return attest;
}

static Collateral *parse(const Subject *subject)
{
    g_autoptr(GError) error = NULL;
    Collateral *collateral = collateral_parse(bench_span(subject->collateral), "bench", &error);
    g_assert_no_error(error);
    return collateral;
}

static void cold(void *data)
{
    const Subject *subject = data;
    g_autoptr(Attest) attest = anchor(subject);
    g_autoptr(Collateral) collateral = parse(subject);
    g_autoptr(Verdict) verdict = judge(attest, subject, subject->quote, collateral);
    expect(verdict, subject);
}

typedef struct Signature {
    EVP_PKEY_CTX *context;
    uint8_t digest[32];
    uint8_t bytes[80];
    size_t size;
    unsigned times; /* verified in one go */
} Signature;

static void signature_make(Signature *signature)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    g_assert_nonnull(key);
    memset(signature->digest, 0x5a, sizeof signature->digest);
    EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL);
    signature->size = sizeof signature->bytes;
    g_assert_true(EVP_PKEY_sign_init(signer) == 1 &&
                  EVP_PKEY_sign(signer, signature->bytes, &signature->size, signature->digest,
                                sizeof signature->digest) == 1);
    EVP_PKEY_CTX_free(signer);
    signature->context = EVP_PKEY_CTX_new(key, NULL);
    g_assert_true(EVP_PKEY_verify_init(signature->context) == 1);
    EVP_PKEY_free(key);
}

static void verify_signature(void *data)
{
    Signature *signature = data;
    for (unsigned i = 0; i < signature->times; i++)
        g_assert_true(EVP_PKEY_verify(signature->context, signature->bytes, signature->size,
                                      signature->digest, sizeof signature->digest) == 1);
}

typedef struct Warm {
    const Subject *subject;
    Attest *attest;
    Collateral *collateral;
    GPtrArray *quotes; /* GBytes*, of one platform */
    unsigned passes;   /* over all quotes, in each thread */
} Warm;

static gpointer warm_passes(gpointer data)
{
    const Warm *warm = data;
    for (unsigned pass = 0; pass < warm->passes; pass++) {
        for (guint i = 0; i < warm->quotes->len; i++) {
            g_autoptr(Verdict) verdict =
                judge(warm->attest, warm->subject, warm->quotes->pdata[i], warm->collateral);
            expect(verdict, warm->subject);
        }
    }
    return NULL;
}

static void warm_once(void *data)
{
    warm_passes(data);
}

/* Quotes a second with that many threads; the best of some rounds, since others use the machine. */
static double rate(const Warm *warm, unsigned threads)
{
    double best = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        GThread *running[2];
        uint64_t start = bench_now();
        for (unsigned i = 0; i < threads; i++)
            running[i] = g_thread_new("bench", warm_passes, (gpointer)warm);
        for (unsigned i = 0; i < threads; i++)
            g_thread_join(running[i]);
        double took = (double)(bench_now() - start) / 1e9;
        best = MAX(best, threads * warm->passes * warm->quotes->len / took);
    }
    return best;
}

static void measure_warm(const Subject *subject, GPtrArray *quotes, Signature *signature)
{
    g_autoptr(Attest) attest = anchor(subject);
    g_autoptr(Collateral) collateral = parse(subject);
    Warm warm = {subject, attest, collateral, quotes, 1};
    double medians[2];
    signature->times = SIGNATURES_WARM * quotes->len;
    bench_medians((void (*const[2])(void *)){warm_once, verify_signature},
                  (void *const[2]){&warm, signature}, BUDGET, medians);
    double one = medians[0] / quotes->len;
    bench_row("warm: next quote of the platform", one / 1e3, "µs", AIM_NONE, 0);
    bench_row("  / two signatures", medians[0] / medians[1], "×", AIM_AT_MOST, 1.3);
    warm.passes = 16;
    double alone = rate(&warm, 1);
    bench_row("quotes a second, one thread", alone, "/s", AIM_NONE, 0);
    bench_row("two threads / one", rate(&warm, 2) / alone, "×", AIM_AT_LEAST, 1.8);
}

static void measure_cold(const char *what, const Subject *subject, unsigned signatures,
                         Signature *signature)
{
    double medians[2];
    signature->times = signatures;
    bench_medians((void (*const[2])(void *)){cold, verify_signature},
                  (void *const[2]){(void *)subject, signature}, BUDGET, medians);
    double took = medians[0];
    g_autofree char *first = g_strdup_printf("cold: %s", what);
    g_autofree char *second = g_strdup_printf("  / %u signatures", signatures);
    bench_row(first, took / 1e3, "µs", AIM_NONE, 0);
    bench_row(second, took / medians[1], "×", AIM_AT_MOST, 1.3);
}

static void measure_allocations(const Subject *subject)
{
    cold((void *)subject);
    g_atomic_int_set(&counting, 1);
    cold((void *)subject);
    g_atomic_int_set(&counting, 0);
    bench_row("allocations of one full verification", (double)allocations, "", AIM_NONE, 0);
    bench_row("  bytes asked for", (double)allocated / 1024, "KiB", AIM_NONE, 0);
}

/* A case of the real ones: quote.bin, collateral.json, and expect.json, which says when. */
static bool real_case(const char *cases, const char *name, Subject *out)
{
    g_autofree char *directory = g_build_filename(cases, name, NULL);
    if (!g_file_test(directory, G_FILE_TEST_IS_DIR))
        return false;
    g_autoptr(GBytes) expected = bench_read(directory, "expect.json");
    Span text = bench_span(expected);
    json_t *document = json_loadb((const char *)text.data, text.size, 0, NULL);
    *out = (Subject){
        .collateral = bench_read(directory, "collateral.json"),
        .quote = bench_read(directory, "quote.bin"),
        .at = json_integer_value(json_object_get(document, "time")),
        .worst = VERDICT_REJECTED, /* by policy: the platform may be out of date */
    };
    json_decref(document);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bench-verify MATERIAL TIME CASES\n");
        return EXIT_FAILURE;
    }
    const char *material = argv[1];
    Subject quote = {
        .root = bench_read(material, "platform/root.pem"),
        .collateral = bench_read(material, "platform/collateral.json"),
        .quote = bench_read(material, "0.bin"),
        .at = g_ascii_strtoll(argv[2], NULL, 10),
        .worst = VERDICT_TRUSTED_WITH_WARNINGS,
    };
    Subject certificate = quote;
    certificate.quote = NULL;
    certificate.certificate = bench_read(material, "certificate.pem");
    g_autoptr(GPtrArray) quotes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (unsigned i = 0; i < WARM_QUOTES; i++) {
        g_autofree char *name = g_strdup_printf("%u.bin", i);
        g_ptr_array_add(quotes, bench_read(material, name));
    }

    Signature reference = {.times = 1};
    signature_make(&reference);
    bench_title("Verification, bytes in memory to verdict");
    bench_row("one P-256 verification by OpenSSL",
              bench_median(verify_signature, &reference, BUDGET) / 1e3, "µs", AIM_NONE, 0);
    measure_cold("simulated SGX quote", &quote, SIGNATURES_QUOTE, &reference);
    measure_cold("simulated RA-TLS certificate", &certificate, SIGNATURES_RA_TLS, &reference);
    Subject real;
    if (real_case(argv[3], "010-real-sgx-v3-00606a000000", &real))
        measure_cold("genuine SGX quote v3", &real, SIGNATURES_QUOTE, &reference);
    if (real_case(argv[3], "002-real-tdx-v4-b0c06f000000", &real))
        measure_cold("genuine TDX quote v4", &real, SIGNATURES_QUOTE, &reference);
    measure_warm(&quote, quotes, &reference);
    measure_allocations(&quote);
    EVP_PKEY_CTX_free(reference.context);
    return EXIT_SUCCESS;
}
