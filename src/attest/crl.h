/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificate revocation lists, version 2, complete and direct ones. Nothing is trusted; spans are
 * borrowed. Sources: RFC 5280, section 5; Intel SGX PCK Certificate and CRL Profile, section 4.
 */
#ifndef MSE_ATTEST_CRL_H
#define MSE_ATTEST_CRL_H

#include "attest/certificate.h"

typedef struct Crl {
    Span der;
    Span tbs;    /* what is signed */
    Span issuer; /* whole Name */
    Span issuer_cn;
    int64_t this_update, next_update;
    Span revoked; /* content of revokedCertificates; empty when there are none */
    unsigned n_revoked;
    Span extensions; /* content of the SEQUENCE */
    bool has_number;
    Span number; /* crlNumber, magnitude */
    bool has_authority_key_id;
    Span authority_key_id;
    SignatureAlgorithm signature_algorithm;
    Span signature;
} Crl;

#define CRL_ERROR (crl_error_quark())
typedef enum { CRL_ERROR_FORM } CrlError;
GQuark crl_error_quark(void);

/* False with an error naming part and offset. A list with a critical extension that is not known
 * (delta, indirect) is refused: it could mean less than it seems to. */
bool crl_parse(Span der, Crl *out, GError **error);

typedef struct CrlEntry {
    Span serial; /* magnitude */
    int64_t revoked_at;
    Span whole;
} CrlEntry;
/* The next entry of Crl.revoked; false at the end or when it is malformed. */
bool crl_entry_next(Reader *reader, CrlEntry *out);

/* True when the list names the serial number (a magnitude, as in Certificate.serial). */
bool crl_revokes(const Crl *crl, Span serial);

#endif
