/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificates and revocation lists of the simulated PKI, made from recipes: plain values that a
 * named break may change before they are made.
 * Source: Intel "SGX PCK Certificate and Certificate Revocation List Profile"; RFC 5280.
 */
#ifndef MSE_SIM_CERTIFICATE_H
#define MSE_SIM_CERTIFICATE_H

#include "core/reader.h"

#include <glib.h>
#include <openssl/evp.h>

enum { SERIAL_SIZE = 20, REVOKED_MOST = 4 };

typedef enum {
    USAGE_NONE,
    USAGE_SIGN,         /* digitalSignature, nonRepudiation */
    USAGE_CERTIFICATES, /* keyCertSign, cRLSign */
} KeyUsage;

typedef struct CertificateRecipe {
    const char *name;        /* subject's CN; the rest of the name is Intel's */
    const char *issuer_name; /* issuer's CN */
    EVP_PKEY *key;           /* borrowed: the subject's */
    EVP_PKEY *authority_key; /* borrowed: named by authorityKeyIdentifier */
    EVP_PKEY *signer;        /* borrowed: what really signs */
    uint8_t serial[SERIAL_SIZE];
    int64_t not_before, not_after; /* Unix seconds */
    bool ca;
    int path_length; /* of a CA; -1: none */
    KeyUsage usage;
    const char *crl_url;   /* CRL distribution point */
    GBytes *sgx_extension; /* owned; NULL: none */
    bool break_signature;  /* one bit of it is turned afterwards */
} CertificateRecipe;

typedef struct CrlRecipe {
    const char *issuer_name;
    EVP_PKEY *authority_key;
    EVP_PKEY *signer;
    int64_t this_update, next_update;
    bool number, authority_key_identifier; /* the extensions there are */
    uint8_t revoked[REVOKED_MOST][SERIAL_SIZE];
    unsigned n_revoked;
    bool break_signature;
} CrlRecipe;

/* A positive serial number of 20 octets that follows from the key. */
void certificate_serial(const EVP_PKEY *key, uint8_t out[SERIAL_SIZE]);

/* DER. Caller owns. */
GBytes *certificate_make(const CertificateRecipe *recipe);
GBytes *crl_make(const CrlRecipe *recipe);

/* What an application's certificate is made from. */
typedef struct RatlsRecipe {
    EVP_PKEY *key;       /* borrowed */
    const char *subject; /* RFC 4514; NULL: one that says SIMULATED */
    const char *san;     /* a DNS name or an address */
    int64_t not_before, not_after;
    const char *quote_oid; /* NULL: no quote in it */
    GBytes *quote;         /* borrowed */
    size_t padded_size;    /* the quote is followed by zeros up to it */
    bool break_signature;
} RatlsRecipe;

GBytes *certificate_make_ratls(const RatlsRecipe *recipe);

/* A TLS server's certificate for localhost, 127.0.0.1 and ::1. */
GBytes *certificate_make_tls(EVP_PKEY *key, int64_t not_before, int64_t not_after);

#endif
