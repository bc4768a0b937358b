/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocation lists: read as OpenSSL reads them, and stricter.
 */
#include "config.h"

#include "attest/collateral.h"
#include "attest/crl.h"
#include "core/hex.h"
#include "forged_platform.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static void test_fields(void)
{
    Forged forged;
    Crl crl;
    g_autoptr(GError) error = NULL;
    forge(&(Forgery){.flaw = FLAW_LEAF_REVOKED}, &forged);
    g_assert_true(crl_parse(bytes_span(forged.collateral->pck_crl), &crl, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(crl.n_revoked, ==, 1);
    g_assert_true(crl.has_number && crl.has_authority_key_id);
    g_assert_cmpuint(crl.authority_key_id.size, ==, 20);
    g_assert_cmpint(crl.this_update, ==, FORGED_NOW - 10 * FORGED_DAY);
    g_assert_cmpint(crl.next_update, ==, FORGED_UNTIL);
    g_assert_true(span_equal(span_of(crl.issuer_cn.data, crl.issuer_cn.size),
                             span_of("Intel SGX PCK Platform CA", 25)));
    g_assert_true(crl_revokes(&crl, span_of("\x03", 1)));
    g_assert_false(crl_revokes(&crl, span_of("\x02", 1)));
    g_assert_false(crl_revokes(&crl, span_of("\x03\x00", 2)));
    forged_clear(&forged);
}

static void test_empty_list(void)
{
    Forged forged;
    Crl crl;
    forge(&(Forgery){.flaw = FLAW_CRL_WITHOUT_NUMBER}, &forged);
    g_assert_true(crl_parse(bytes_span(forged.collateral->pck_crl), &crl, NULL));
    g_assert_cmpuint(crl.n_revoked, ==, 0);
    g_assert_false(crl.has_number);
    g_assert_false(crl_revokes(&crl, span_of("\x03", 1)));
    forged_clear(&forged);
}

static void test_truncations(void)
{
    Forged forged;
    Crl crl;
    forge(&(Forgery){.flaw = FLAW_LEAF_REVOKED}, &forged);
    Span der = bytes_span(forged.collateral->pck_crl);
    for (size_t cut = 0; cut < der.size; cut++) {
        g_autofree uint8_t *copy = g_memdup2(der.data, cut + 1);
        g_autoptr(GError) error = NULL;
        g_assert_false(crl_parse(span_of(copy, cut), &crl, &error));
        g_assert_error(error, CRL_ERROR, CRL_ERROR_FORM);
    }
    g_autofree uint8_t *longer = g_malloc0(der.size + 1);
    memcpy(longer, der.data, der.size);
    g_assert_false(crl_parse(span_of(longer, der.size + 1), &crl, NULL));
    forged_clear(&forged);
}

/* What our reader takes, OpenSSL takes too and finds the same in it. */
static void test_against_openssl(void)
{
    Forged forged;
    unsigned taken = 0;
    forge(&(Forgery){.flaw = FLAW_LEAF_REVOKED}, &forged);
    Span der = bytes_span(forged.collateral->pck_crl);
    for (size_t i = 0; i < der.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            g_autofree uint8_t *copy = g_memdup2(der.data, der.size);
            const unsigned char *at = copy;
            Crl crl;
            copy[i] ^= (uint8_t)(1u << bit);
            if (!crl_parse(span_of(copy, der.size), &crl, NULL))
                continue;
            X509_CRL *theirs = d2i_X509_CRL(NULL, &at, (long)der.size);
            g_assert_nonnull(theirs);
            g_assert_cmpint(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(theirs)), ==, crl.n_revoked);
            g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(theirs), crl.next_update),
                            ==, 0);
            X509_CRL_free(theirs);
            taken++;
        }
    }
    g_test_message("%u mutated lists taken by both", taken);
    g_assert_cmpuint(taken, >, 100);
    forged_clear(&forged);
}

static void test_spellings(void)
{
    Forged forged;
    forge(&(Forgery){0}, &forged);
    Span der = bytes_span(forged.collateral->root_crl);
    g_autofree char *hex = hex_encode(der);
    const unsigned char *at = der.data;
    X509_CRL *parsed = d2i_X509_CRL(NULL, &at, (long)der.size);
    BIO *memory = BIO_new(BIO_s_mem());
    char *pem;
    PEM_write_bio_X509_CRL(memory, parsed);
    long pem_size = BIO_get_mem_data(memory, &pem);
    g_autoptr(GBytes) from_der = collateral_crl_der(der);
    g_autoptr(GBytes) from_hex = collateral_crl_der(span_of(hex, strlen(hex)));
    g_autoptr(GBytes) from_pem = collateral_crl_der(span_of(pem, (size_t)pem_size));
    g_assert_true(g_bytes_equal(from_der, forged.collateral->root_crl));
    g_assert_true(g_bytes_equal(from_hex, forged.collateral->root_crl));
    g_assert_true(g_bytes_equal(from_pem, forged.collateral->root_crl));
    g_assert_null(collateral_crl_der(span_of("", 0)));
    g_assert_null(collateral_crl_der(span_of("zz", 2)));
    g_assert_null(collateral_crl_der(span_of("-----BEGIN nothing", 18)));
    BIO_free(memory);
    X509_CRL_free(parsed);
    forged_clear(&forged);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crl/fields", test_fields);
    g_test_add_func("/crl/empty", test_empty_list);
    g_test_add_func("/crl/truncations", test_truncations);
    g_test_add_func("/crl/against-openssl", test_against_openssl);
    g_test_add_func("/crl/spellings", test_spellings);
    return g_test_run();
}
