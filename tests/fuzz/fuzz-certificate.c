/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificates: what our strict reader takes, OpenSSL takes too, with the same names, dates and
 * signature; everything stays inside; no certificate alone is ever trusted.
 */
#include "config.h"

#include "attest/certificate.h"
#include "attest/pck_extension.h"
#include "attest/verify.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static void assert_inside(Span whole, Span part)
{
    if (part.size == 0)
        return;
    g_assert_true(part.data >= whole.data && part.size <= whole.size);
    g_assert_true((size_t)(part.data - whole.data) <= whole.size - part.size);
}

static void check_inside(const Certificate *certificate)
{
    const Span parts[] = {
        certificate->tbs,
        certificate->serial,
        certificate->issuer,
        certificate->subject,
        certificate->issuer_cn,
        certificate->subject_cn,
        certificate->spki,
        certificate->point,
        certificate->signature,
        certificate->extensions,
        certificate->authority_key_id,
        certificate->subject_key_id,
        certificate->crl_url,
        certificate->sgx,
        certificate->quote,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        assert_inside(certificate->der, parts[i]);
}

static void check_against_openssl(const Certificate *ours)
{
    const unsigned char *at = ours->der.data, *name;
    const ASN1_BIT_STRING *signature;
    const X509_ALGOR *algorithm;
    size_t size;
    X509 *theirs = d2i_X509(NULL, &at, (long)ours->der.size);
    g_assert_nonnull(theirs);
    g_assert_true(at == ours->der.data + ours->der.size);
    g_assert_true(X509_NAME_get0_der(X509_get_subject_name(theirs), &name, &size));
    g_assert_true(span_equal(ours->subject, span_of(name, size)));
    g_assert_true(X509_NAME_get0_der(X509_get_issuer_name(theirs), &name, &size));
    g_assert_true(span_equal(ours->issuer, span_of(name, size)));
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_get0_notBefore(theirs), ours->not_before), ==, 0);
    g_assert_cmpint(ASN1_TIME_cmp_time_t(X509_get0_notAfter(theirs), ours->not_after), ==, 0);
    X509_get0_signature(&signature, &algorithm, theirs);
    g_assert_true(span_equal(ours->signature, span_of(signature->data, (size_t)signature->length)));
    X509_free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Attest *attest;
    Certificate certificate;
    PckExtension pck;
    CollateralNeed need;
    Span bytes = span_of(size > 0 ? (const void *)data : "", size);
    if (!attest)
        attest = attest_new(span_of(NULL, 0), NULL);
    if (certificate_parse(bytes, &certificate, NULL)) {
        check_inside(&certificate);
        check_against_openssl(&certificate);
        if (certificate_has(&certificate, EXTENSION_SGX))
            pck_extension_parse(certificate.sgx, &pck);
    }
    ERR_clear_error();
    AttestSubject subject = {.certificate = bytes};
    if (attest_collateral_need(&subject, &need, NULL))
        collateral_need_clear(&need);
    g_autoptr(Verdict) verdict = attest_verify(attest, &subject, NULL, NULL, NULL, NULL, 0);
    g_assert_cmpint(verdict->kind, ==, VERDICT_REJECTED);
    return 0;
}
