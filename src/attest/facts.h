/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be found out about each document without a time: read, its form and signatures judged
 * once, kept in the cache. `problem` is a sentence for a person, or NULL when all of it holds;
 * dates are left to the checks.
 */
#ifndef MSE_ATTEST_FACTS_H
#define MSE_ATTEST_FACTS_H

#include "attest/anchor.h"
#include "attest/cache.h"
#include "attest/crl.h"
#include "attest/pck_extension.h"
#include "attest/qe_identity.h"
#include "attest/tcb_info.h"

enum { CHAIN_LEAF, CHAIN_CA, CHAIN_ROOT, CHAIN_LENGTH };

/* The quote's own chain: PCK certificate, PCK CA, root. */
typedef struct PckChain {
    CacheValue base;    /* parts: the certification data */
    char *form_problem; /* no chain of three: nothing below is set */
    GBytes *der[CHAIN_LENGTH];
    Certificate certificates[CHAIN_LENGTH];
    bool readable[CHAIN_LENGTH];
    bool root_is_anchor;
    char *problem;
    EVP_PKEY *leaf_key, *ca_key; /* NULL when unusable */
    char *pck_problem;
    PckExtension pck; /* when there is no pck_problem */
} PckChain;

/* Who signs TCB info and QE identity. */
typedef struct SignerChain {
    CacheValue base; /* parts: the PEM chain; "signer only" as one byte */
    GBytes *der;
    bool readable;
    Certificate certificate;
    EVP_PKEY *key;
    char *problem;
} SignerChain;

typedef struct CrlFact {
    CacheValue base; /* parts: DER; the issuer's name; the issuer's point */
    bool readable;
    Crl crl;
    char *problem;
} CrlFact;

typedef struct TcbInfoFact {
    CacheValue base; /* parts: the signed bytes; signature; the signer's point */
    bool readable;   /* signed as it should be, and read */
    TcbInfo info;
    char *problem;
} TcbInfoFact;

typedef struct QeIdentityFact {
    CacheValue base; /* as TcbInfoFact */
    bool readable;
    QeIdentity identity;
    char *problem;
} QeIdentityFact;

PckChain *pck_chain_get(Cache *cache, const Anchor *anchor, Span certification_data);
SignerChain *signer_chain_get(Cache *cache, const Anchor *anchor, Span pem, bool signer_only);
/* `what` names the list in sentences. */
CrlFact *crl_fact_get(Cache *cache, Span der, const Certificate *issuer, EVP_PKEY *issuer_key);
TcbInfoFact *tcb_info_get(Cache *cache, Span body, Span signature, const SignerChain *signer);
QeIdentityFact *qe_identity_get(Cache *cache, Span body, Span signature, const SignerChain *signer);

/* Why nothing may be certified with this root, or NULL. Caller owns. */
char *anchor_problem(const Certificate *root);

#endif
