/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocation lists: what our reader takes, OpenSSL takes too, with as many entries, and every entry
 * that is listed is found.
 */
#include "config.h"

#include "attest/collateral.h"
#include "attest/crl.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static void check_entries(const Crl *crl)
{
    Reader reader = reader_on(crl->revoked);
    CrlEntry entry;
    unsigned n = 0;
    while (crl_entry_next(&reader, &entry)) {
        if (n < 32)
            g_assert_true(crl_revokes(crl, entry.serial));
        n++;
    }
    g_assert_cmpuint(reader_left(&reader), ==, 0);
    g_assert_cmpuint(n, ==, crl->n_revoked);
}

static void check_against_openssl(const Crl *ours)
{
    const unsigned char *at = ours->der.data;
    X509_CRL *theirs = d2i_X509_CRL(NULL, &at, (long)ours->der.size);
    g_assert_nonnull(theirs);
    g_assert_true(at == ours->der.data + ours->der.size);
    int n = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(theirs));
    g_assert_cmpint(MAX(n, 0), ==, (int)ours->n_revoked);
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(theirs), ours->this_update), ==,
                    0);
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(theirs), ours->next_update), ==,
                    0);
    X509_CRL_free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Crl crl;
    Span bytes = span_of(size > 0 ? (const void *)data : "", size);
    if (crl_parse(bytes, &crl, NULL)) {
        check_entries(&crl);
        check_against_openssl(&crl);
    }
    ERR_clear_error();
    g_autoptr(GBytes) der = collateral_crl_der(bytes);
    return 0;
}
