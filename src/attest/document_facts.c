/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/facts.h"

#include "core/i18n.h"

typedef struct CrlIssuer {
    const Certificate *certificate;
    EVP_PKEY *key;
} CrlIssuer;

static char *crl_problem(const Crl *crl, const CrlIssuer *issuer)
{
    if (!span_equal(crl->issuer, issuer->certificate->subject))
        return g_strdup(_("it bears the name of another issuer"));
    if (!crl->has_number)
        return g_strdup(_("it has no number (crlNumber)"));
    if (!crl->has_authority_key_id)
        return g_strdup(_("it does not say by which key it is (authorityKeyIdentifier)"));
    if (crl->signature_algorithm != SIGNATURE_ECDSA_SHA256 ||
        !signature_verify_der(issuer->key, SIGNATURE_ECDSA_SHA256, crl->tbs, crl->signature))
        return g_strdup(_("its signature is not by its issuer"));
    return NULL;
}

static void build_crl(CacheValue *value, const void *context)
{
    CrlFact *fact = (CrlFact *)value;
    g_autoptr(GError) error = NULL;
    fact->readable = crl_parse(value->parts[0], &fact->crl, &error);
    fact->problem = fact->readable ? crl_problem(&fact->crl, context) : g_strdup(error->message);
}

static void clear_crl(CacheValue *value)
{
    g_free(((CrlFact *)value)->problem);
}

CrlFact *crl_fact_get(Cache *cache, Span der, const Certificate *issuer, EVP_PKEY *issuer_key)
{
    static const CacheKind kind = {sizeof(CrlFact), 3, build_crl, clear_crl};
    const Span parts[] = {der, issuer->subject, issuer->point};
    const CrlIssuer context = {issuer, issuer_key};
    return (CrlFact *)cache_get(cache, &kind, parts, &context);
}

/* The signature comes first: bytes that nobody signed are not read. */
static bool signed_by(const CacheValue *value, const SignerChain *signer, char **problem)
{
    if (signature_verify_raw(signer->key, value->parts[0], value->parts[1]))
        return true;
    *problem = g_strdup(_("the signature is not by the TCB signing certificate"));
    return false;
}

static void build_tcb_info(CacheValue *value, const void *context)
{
    TcbInfoFact *fact = (TcbInfoFact *)value;
    g_autoptr(GError) error = NULL;
    if (!signed_by(value, context, &fact->problem))
        return;
    fact->readable = tcb_info_parse(value->parts[0], &fact->info, &error);
    if (!fact->readable)
        fact->problem = g_strdup(error->message);
}

static void clear_tcb_info(CacheValue *value)
{
    TcbInfoFact *fact = (TcbInfoFact *)value;
    tcb_info_clear(&fact->info);
    g_free(fact->problem);
}

TcbInfoFact *tcb_info_get(Cache *cache, Span body, Span signature, const SignerChain *signer)
{
    static const CacheKind kind = {sizeof(TcbInfoFact), 3, build_tcb_info, clear_tcb_info};
    const Span parts[] = {body, signature, signer->certificate.point};
    return (TcbInfoFact *)cache_get(cache, &kind, parts, signer);
}

static void build_qe_identity(CacheValue *value, const void *context)
{
    QeIdentityFact *fact = (QeIdentityFact *)value;
    g_autoptr(GError) error = NULL;
    if (!signed_by(value, context, &fact->problem))
        return;
    fact->readable = qe_identity_parse(value->parts[0], &fact->identity, &error);
    if (!fact->readable)
        fact->problem = g_strdup(error->message);
}

static void clear_qe_identity(CacheValue *value)
{
    QeIdentityFact *fact = (QeIdentityFact *)value;
    qe_identity_clear(&fact->identity);
    g_free(fact->problem);
}

QeIdentityFact *qe_identity_get(Cache *cache, Span body, Span signature, const SignerChain *signer)
{
    static const CacheKind kind = {sizeof(QeIdentityFact), 3, build_qe_identity, clear_qe_identity};
    const Span parts[] = {body, signature, signer->certificate.point};
    return (QeIdentityFact *)cache_get(cache, &kind, parts, signer);
}
