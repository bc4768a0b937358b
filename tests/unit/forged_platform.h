/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A platform made up with OpenSSL alone: root, PCK CA, PCK certificate, TCB signer, lists, infos
 * and quotes that hold, or fail in one chosen way. It shares no code with the verifier.
 */
#ifndef MSE_TEST_FORGED_PLATFORM_H
#define MSE_TEST_FORGED_PLATFORM_H

#include "attest/verify.h"

/* Judged at: everything is valid around it. */
#define FORGED_NOW INT64_C(1700000000)
#define FORGED_DAY INT64_C(86400)

typedef enum {
    FLAW_NONE,
    FLAW_QUOTE_SIGNATURE,
    FLAW_QE_SIGNATURE,
    FLAW_QE_REPORT_DATA,
    FLAW_QE_DEBUG,
    FLAW_QE_SIGNER,
    FLAW_QE_TOO_OLD,
    FLAW_DEBUG,
    FLAW_VENDOR,
    FLAW_CERTIFICATION_TYPE,
    FLAW_LEAF_REVOKED,
    FLAW_CA_REVOKED,
    FLAW_SIGNER_REVOKED,
    FLAW_CRL_WITHOUT_NUMBER,
    FLAW_CRL_BY_ROOT,
    FLAW_LEAF_NAME,
    FLAW_CA_NOT_CA,
    FLAW_TCB_SIGNATURE,
    FLAW_TCB_OTHER_FMSPC,
    FLAW_TCB_LEVEL_ABOVE,
    FLAW_TCB_LEVEL_TWICE,
    FLAW_IDENTITY_SIGNATURE,
    FLAW_IDENTITY_ID,
    FLAW_BINDING,
    FLAW_SELF_SIGNATURE,
    FLAW_SEPT_VE,
    FLAW_MODULE_SIGNER,
    FLAW_MODULE_UNKNOWN,
} Flaw;

/* What is changed before it is signed, so that every signature holds. Each list ends at a zeroed
 * entry. */
enum { MAX_EDITS = 5 };
typedef struct TextEdit {
    const char *find, *put; /* the first that is found */
} TextEdit;
typedef struct ByteEdit {
    size_t at;
    uint8_t value;
} ByteEdit;

/* Their serial numbers, too. */
typedef enum { FORGED_NONE, FORGED_ROOT, FORGED_CA, FORGED_LEAF, FORGED_SIGNER } ForgedCertificate;

/* Members that are zero leave the certificate, or list, as it is. */
typedef struct CertificateEdit {
    ForgedCertificate which;
    const char *name, *constraints, *usage; /* as in openssl.cnf */
    const char *unknown;                    /* value of an extension that nobody asks for */
    int without;                            /* NID of an extension */
    int64_t from, until;
} CertificateEdit;
typedef struct CrlEdit {
    ForgedCertificate issuer; /* FORGED_ROOT or FORGED_CA */
    int without;
    int64_t from, until;
    long revoked; /* serial number */
} CrlEdit;

/* Zeroed: a v3 quote, UpToDate, all good. */
typedef struct Forgery {
    Flaw flaw;
    unsigned version;                               /* 3 by default; 4 and 5: TDX unless `sgx` */
    const char *status, *qe_status, *module_status; /* "UpToDate" by default */
    const char *newest_status; /* a level above that only relaunching reaches (v5) */
    bool sgx;                  /* an SGX body in v4 and v5 too */
    bool signer_only;
    int64_t identity_from; /* issueDate of the QE identity; 0: three days ago */
    size_t trailing;       /* zero bytes after the quote */
    TextEdit info[MAX_EDITS], identity[MAX_EDITS];
    ByteEdit quote[MAX_EDITS]; /* offsets in the quote, up to the end of its report */
    ByteEdit qe[MAX_EDITS];    /* offsets in the QE's report */
    CertificateEdit certificate;
    CrlEdit crl;
    const char *tls_curve;       /* of the RA-TLS certificate's key; P-256 by default */
    const char *tls_digest;      /* of its signature; SHA-256 by default */
    const char *tls_constraints; /* of itself; none by default */
    bool tls_two_quotes;         /* one for each kind of TEE */
    size_t slack;                /* bytes inside auth_data that no field covers (v3) */
} Forgery;

typedef struct Forged {
    GBytes *root; /* PEM */
    GBytes *quote;
    GBytes *certificate; /* RA-TLS, PEM: the same quote but for its report data */
    Collateral *collateral;
} Forged;

void forge(const Forgery *forgery, Forged *out);
void forged_clear(Forged *forged);

/* The dates that bound its validity: the PCK CRL and TCB info begin and end inside those of others.
 */
#define FORGED_FROM  (FORGED_NOW - 3 * FORGED_DAY)  /* QE identity */
#define FORGED_UNTIL (FORGED_NOW + 20 * FORGED_DAY) /* PCK CRL */

#endif
