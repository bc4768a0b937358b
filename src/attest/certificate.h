/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * X.509 certificates, read strictly and without trusting anything: version 3, one encoding of each
 * thing. Spans are borrowed from the bytes; where a field stands is span.data - der.data.
 * Sources: RFC 5280, section 4; Intel SGX PCK Certificate and CRL Profile, sections 2 and 3.
 */
#ifndef MSE_ATTEST_CERTIFICATE_H
#define MSE_ATTEST_CERTIFICATE_H

#include "attest/signature.h"

/* A bit each in Certificate.present. */
typedef enum {
    EXTENSION_AUTHORITY_KEY_ID,
    EXTENSION_SUBJECT_KEY_ID,
    EXTENSION_KEY_USAGE,
    EXTENSION_BASIC_CONSTRAINTS,
    EXTENSION_CRL_DISTRIBUTION,
    EXTENSION_SGX,       /* 1.2.840.113741.1.13.1 */
    EXTENSION_QUOTE_SGX, /* 1.2.840.113741.1337.6 */
    EXTENSION_QUOTE_TDX, /* 1.2.840.113741.1337.8 */
    N_CERTIFICATE_EXTENSIONS
} CertificateExtension;

/* RFC 5280, 4.2.1.3: bit n of the BIT STRING is 1 << n here. */
enum {
    KEY_USAGE_DIGITAL_SIGNATURE = 1 << 0,
    KEY_USAGE_NON_REPUDIATION = 1 << 1,
    KEY_USAGE_CERT_SIGN = 1 << 5,
    KEY_USAGE_CRL_SIGN = 1 << 6,
};

typedef struct Certificate {
    Span der;                   /* the whole */
    Span tbs;                   /* what is signed */
    Span serial;                /* content octets of the INTEGER */
    Span issuer, subject;       /* whole Names */
    Span issuer_cn, subject_cn; /* text of the one common name; empty when none or several */
    int64_t not_before, not_after;
    Span spki;  /* whole SubjectPublicKeyInfo */
    Span point; /* of an EC key, as encoded; empty else */
    KeyKind key_kind;
    SignatureAlgorithm signature_algorithm;
    Span signature;        /* octets of the BIT STRING */
    Span extensions;       /* content of the SEQUENCE; empty when there are none */
    uint32_t present;      /* 1 << CertificateExtension */
    bool critical_unknown; /* one that must be understood is not */
    bool ca;
    bool has_path_length;
    uint64_t path_length;
    unsigned key_usage;
    Span authority_key_id, subject_key_id; /* key identifiers; empty when absent */
    Span crl_url; /* the first URI among the distribution points; empty when none */
    Span sgx;     /* content of the SGX extension's octets */
    Span quote;   /* octets of the quote extension; empty when none */
} Certificate;

#define CERTIFICATE_ERROR (certificate_error_quark())
typedef enum { CERTIFICATE_ERROR_FORM } CertificateError;
GQuark certificate_error_quark(void);

/* False with an error that says which part is malformed, and where. What was read before it is in
 * `out`. */
bool certificate_parse(Span der, Certificate *out, GError **error);

static inline bool certificate_has(const Certificate *certificate, CertificateExtension extension)
{
    return certificate->present >> extension & 1;
}

bool certificate_cn_is(const Certificate *certificate, const char *name);

/* One Extension inside Certificate.extensions or Crl.extensions. */
typedef struct ExtensionItem {
    Span oid;
    bool critical;
    Span value; /* content of the OCTET STRING */
    Span whole;
} ExtensionItem;
bool extension_next(Reader *reader, ExtensionItem *out);

/* The key identifier inside an authorityKeyIdentifier's value; empty when it has none. False when
 * malformed. */
bool extension_authority_key_id(Span value, Span *key_id);

/* An AlgorithmIdentifier of a signature (content of the SEQUENCE). */
SignatureAlgorithm signature_algorithm_of(Span content);

/* Checks the structure of a Name and finds its one common name. */
bool name_parse(Span name_content, Span *common_name);

#endif
