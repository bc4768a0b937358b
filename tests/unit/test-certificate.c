/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our reader of certificates, held to d2i_X509: on certificates made here, on those in the cases
 * beside the tree, and on mutations of both. It may be stricter; it may never see something else.
 */
#include "config.h"

#include "attest/anchor.h"
#include "attest/pck_extension.h"
#include "forged_platform.h"
#include "format/pem.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static void assert_name(Span ours, const X509_NAME *theirs)
{
    const unsigned char *der;
    size_t size;
    g_assert_true(X509_NAME_get0_der(theirs, &der, &size));
    g_assert_true(span_equal(span_of(ours.data, ours.size), span_of(der, size)));
}

static void assert_serial(Span ours, X509 *theirs)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(theirs), NULL);
    uint8_t bytes[64] = {0};
    int size = BN_num_bytes(number);
    g_assert_false(BN_is_negative(number));
    g_assert_cmpint(size, <, (int)sizeof bytes);
    BN_bn2bin(number, bytes);
    if (size == 0)
        size = 1; /* zero is one octet with us */
    g_assert_true(span_equal(span_of(ours.data, ours.size), span_of(bytes, (size_t)size)));
    BN_free(number);
}

static void assert_constraints(const Certificate *ours, X509 *theirs)
{
    int critical;
    BASIC_CONSTRAINTS *constraints =
        X509_get_ext_d2i(theirs, NID_basic_constraints, &critical, NULL);
    g_assert_true((constraints != NULL) == certificate_has(ours, EXTENSION_BASIC_CONSTRAINTS));
    if (constraints) {
        g_assert_true((constraints->ca != 0) == ours->ca);
        g_assert_true((constraints->pathlen != NULL) == ours->has_path_length);
        BASIC_CONSTRAINTS_free(constraints);
    }
}

static void assert_key_usage(const Certificate *ours, X509 *theirs)
{
    ASN1_BIT_STRING *usage = X509_get_ext_d2i(theirs, NID_key_usage, NULL, NULL);
    g_assert_true((usage != NULL) == certificate_has(ours, EXTENSION_KEY_USAGE));
    for (int bit = 0; usage && bit < 9; bit++)
        g_assert_cmpint(ASN1_BIT_STRING_get_bit(usage, bit), ==, ours->key_usage >> bit & 1);
    ASN1_BIT_STRING_free(usage);
}

static void assert_same(const Certificate *ours, X509 *theirs)
{
    const ASN1_BIT_STRING *signature, *key;
    const X509_ALGOR *algorithm;
    X509_get0_signature(&signature, &algorithm, theirs);
    key = X509_get0_pubkey_bitstr(theirs);
    g_assert_cmpint(X509_get_version(theirs), ==, X509_VERSION_3);
    g_assert_true(span_equal(span_of(ours->signature.data, ours->signature.size),
                             span_of(signature->data, (size_t)signature->length)));
    assert_name(ours->issuer, X509_get_issuer_name(theirs));
    assert_name(ours->subject, X509_get_subject_name(theirs));
    assert_serial(ours->serial, theirs);
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_get0_notBefore(theirs), ours->not_before), ==, 0);
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_get0_notAfter(theirs), ours->not_after), ==, 0);
    if (ours->key_kind != KEY_OTHER)
        g_assert_true(span_equal(span_of(ours->point.data, ours->point.size),
                                 span_of(key->data, (size_t)key->length)));
    assert_constraints(ours, theirs);
    assert_key_usage(ours, theirs);
}

/* True when ours takes it; then OpenSSL must, with the same in it. */
static bool taken(Span der)
{
    Certificate ours;
    const unsigned char *at = der.data;
    if (!certificate_parse(der, &ours, NULL))
        return false;
    X509 *theirs = d2i_X509(NULL, &at, (long)der.size);
    g_assert_nonnull(theirs);
    g_assert_true(at == der.data + der.size);
    assert_same(&ours, theirs);
    X509_free(theirs);
    return true;
}

/* Each byte changed in a few ways; counts those that both still take. */
static unsigned mutate(Span der, size_t step)
{
    static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
    unsigned n = 0;
    for (size_t i = 0; i < der.size; i += step) {
        for (size_t j = 0; j < G_N_ELEMENTS(flips); j++) {
            g_autofree uint8_t *copy = g_memdup2(der.data, der.size);
            copy[i] ^= flips[j];
            n += taken(span_of(copy, der.size));
        }
    }
    return n;
}

static GPtrArray *chain_of(GBytes *quote_bytes)
{
    Quote quote;
    if (!quote_parse(bytes_span(quote_bytes), &quote, NULL))
        return NULL;
    return pem_decode(quote.certification_data, PEM_TEXT_BETWEEN, 8, NULL);
}

static void test_made_here(void)
{
    Forged forged;
    unsigned both = 0;
    forge(&(Forgery){0}, &forged);
    g_autoptr(GPtrArray) chain = chain_of(forged.quote);
    g_autoptr(GBytes) ratls = single_certificate(bytes_span(forged.certificate), NULL);
    for (unsigned i = 0; i < chain->len; i++) {
        const PemBlock *block = g_ptr_array_index(chain, i);
        g_assert_true(taken(bytes_span(block->der)));
        both += mutate(bytes_span(block->der), 1);
    }
    g_assert_true(taken(bytes_span(ratls)));
    both += mutate(bytes_span(ratls), 7);
    g_test_message("%u mutated certificates taken by both", both);
    g_assert_cmpuint(both, >, 500);
    forged_clear(&forged);
}

static void test_intels_root(void)
{
    Span der = span_of(intel_root_der, INTEL_ROOT_SIZE);
    g_autoptr(GError) error = NULL;
    Anchor anchor;
    g_assert_true(taken(der));
    g_assert_cmpuint(mutate(der, 1), >, 100);
    g_assert_true(anchor_init(&anchor, span_of(NULL, 0), &error));
    g_assert_no_error(error);
    g_assert_true(anchor.is_intel);
    g_assert_null(anchor.problem);
    g_assert_cmpstr(anchor.name, ==, "Intel SGX Root CA");
    static const uint8_t published[4] = {0x44, 0xa0, 0x19, 0x6b};
    g_assert_true(span_equal(span_of(anchor.sha256, 4), span_of(published, 4)));
    /* The root signed itself: the key that was compiled in is the one that goes with it. */
    g_assert_true(signature_verify_der(anchor.key, SIGNATURE_ECDSA_SHA256, anchor.certificate.tbs,
                                       anchor.certificate.signature));
    anchor_clear(&anchor);
}

static void test_cases_beside_the_tree(void)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    g_autofree char *base = g_build_filename(source ? source : ".", "..", "shared", "data",
                                             "attestation", "intel-root", NULL);
    g_autoptr(GDir) directory = g_dir_open(base, 0, NULL);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    unsigned n = 0, both = 0;
    const char *name;
    if (!directory) {
        g_test_skip("no attestation cases beside the source tree");
        return;
    }
    while ((name = g_dir_read_name(directory))) {
        g_autofree char *path = g_build_filename(base, name, "quote.bin", NULL);
        char *content;
        gsize size;
        if (!g_file_get_contents(path, &content, &size, NULL))
            continue;
        g_autoptr(GBytes) quote = g_bytes_new_take(content, size);
        g_autoptr(GPtrArray) chain = chain_of(quote);
        for (unsigned i = 0; chain && i < chain->len; i++) {
            const PemBlock *block = g_ptr_array_index(chain, i);
            if (!g_hash_table_add(seen, g_bytes_ref(block->der)))
                continue;
            n += taken(bytes_span(block->der));
            both += mutate(bytes_span(block->der), 11);
        }
    }
    g_test_message("%u certificates, %u mutated ones taken by both", n, both);
    g_assert_cmpuint(n, >, 20);
}

static void test_pck_extension(void)
{
    Forged forged;
    Certificate leaf;
    PckExtension pck;
    forge(&(Forgery){0}, &forged);
    g_autoptr(GPtrArray) chain = chain_of(forged.quote);
    const PemBlock *block = g_ptr_array_index(chain, 0);
    g_assert_true(certificate_parse(bytes_span(block->der), &leaf, NULL));
    g_assert_true(certificate_cn_is(&leaf, "Intel SGX PCK Certificate"));
    g_assert_true(certificate_has(&leaf, EXTENSION_SGX));
    g_assert_true(pck_extension_parse(leaf.sgx, &pck));
    g_assert_cmpuint(pck.svn[0], ==, 5);
    g_assert_cmpuint(pck.svn[7], ==, 3);
    g_assert_cmpuint(pck.pce_svn, ==, 13);
    g_assert_cmpuint(pck.fmspc[1], ==, 0x60);
    for (size_t cut = 0; cut < leaf.sgx.size; cut++)
        g_assert_false(pck_extension_parse(span_of(leaf.sgx.data, cut), &pck));
    forged_clear(&forged);
}

static void test_one_certificate_exactly(void)
{
    Forged forged;
    forge(&(Forgery){0}, &forged);
    g_autoptr(GError) error = NULL;
    Span pem = bytes_span(forged.root);
    g_autofree char *twice = g_strdup_printf("%.*s%.*s", (int)pem.size, (const char *)pem.data,
                                             (int)pem.size, (const char *)pem.data);
    g_autoptr(GBytes) one = single_certificate(pem, NULL);
    g_assert_nonnull(one);
    g_assert_null(single_certificate(span_of(twice, strlen(twice)), &error));
    g_assert_error(error, CERTIFICATE_ERROR, CERTIFICATE_ERROR_FORM);
    forged_clear(&forged);
}

static void test_edge_signatures(void)
{
    static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                      0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    uint8_t raw[64] = {0}, key_bytes[64] = {0};
    Anchor anchor;
    g_assert_true(anchor_init(&anchor, span_of(NULL, 0), NULL));
    Span message = span_of("message", 7);
    g_assert_false(signature_verify_raw(anchor.key, message, span_of(raw, 64)));
    memcpy(raw, order, 32);
    memcpy(raw + 32, order, 32);
    g_assert_false(signature_verify_raw(anchor.key, message, span_of(raw, 64)));
    memset(raw, 0xff, sizeof raw);
    g_assert_false(signature_verify_raw(anchor.key, message, span_of(raw, 64)));
    g_assert_false(signature_verify_raw(anchor.key, message, span_of(raw, 63)));
    g_assert_false(signature_verify_raw(NULL, message, span_of(raw, 64)));
    g_assert_null(signature_key_raw(span_of(key_bytes, 64)));
    memset(key_bytes, 0xff, sizeof key_bytes);
    g_assert_null(signature_key_raw(span_of(key_bytes, 64)));
    g_assert_null(signature_key_raw(span_of(key_bytes, 10)));
    anchor_clear(&anchor);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/certificate/made-here", test_made_here);
    g_test_add_func("/certificate/intel-root", test_intels_root);
    g_test_add_func("/certificate/cases", test_cases_beside_the_tree);
    g_test_add_func("/certificate/pck-extension", test_pck_extension);
    g_test_add_func("/certificate/one", test_one_certificate_exactly);
    g_test_add_func("/certificate/signatures", test_edge_signatures);
    return g_test_run();
}
