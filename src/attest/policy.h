/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policy and expectations: what a person accepts, and what this very enclave must be. Values.
 */
#ifndef MSE_ATTEST_POLICY_H
#define MSE_ATTEST_POLICY_H

#include "attest/tcb.h"
#include "format/toml.h"

typedef struct Measurement {
    uint8_t bytes[48]; /* MRENCLAVE, MRSIGNER: the first 32 */
} Measurement;

/* [policy] of config.toml, or the top level of a --policy file: the same keys. */
typedef struct Policy {
    uint32_t accept;         /* bits 1 << TcbStatus that are trusted */
    uint32_t accept_warning; /* of those, the ones that warn */
    unsigned grace_days;     /* expired collateral still taken, with a warning */
    bool allow_debug;
    bool has_min_isv_svn;
    uint16_t min_isv_svn;
    uint32_t min_tcb_evaluation; /* 0: any */
    GArray *mrenclave;           /* Measurement; any one of them. NULL or empty: not asked */
    GArray *mrsigner;
} Policy;

/* UpToDate; SWHardeningNeeded with a warning; nothing else. */
Policy *policy_new(void);
Policy *policy_copy(const Policy *policy);
void policy_free(Policy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policy, policy_free)

#define POLICY_ERROR (policy_error_quark())
typedef enum { POLICY_ERROR_KEY, POLICY_ERROR_VALUE } PolicyError;
GQuark policy_error_quark(void);

/* Lays the keys of a TOML table over `policy`. Unknown keys and wrong values are errors with line
 * and column and what is expected. `name` is what the document is called. */
bool policy_read(Policy *policy, const TomlValue *table, const char *name, GError **error);

/* What the caller demands of this quote; a member that is not set skips its check. */
typedef struct Expectations {
    GArray *mrenclave; /* Measurement; any one of them. NULL or empty: not asked */
    GArray *mrsigner;
    bool has_isv_prod_id, has_min_isv_svn, has_report_data, has_mrtd;
    uint16_t isv_prod_id, min_isv_svn;
    uint8_t report_data[64];
    size_t report_data_size; /* 32: only the first half is compared; or 64 */
    uint8_t mrtd[48];
    bool has_rtmr[4];
    uint8_t rtmr[4][48];
} Expectations;

/* SHA-256 of the RSA modulus, little-endian, 384 bytes: MRSIGNER of an enclave signing key given as
 * PEM (SPKI, PKCS#1 or PKCS#8, public or private) or as a certificate. RSA-3072 with e = 3 only.
 * False with POLICY_ERROR_VALUE. */
bool mrsigner_of_key(Span pem, uint8_t out[32], GError **error);

/* The public half of such a key as PEM ("PUBLIC KEY"), as evidence has it in signer_pk. NULL with
 * POLICY_ERROR_VALUE. Free with g_free. */
char *signer_public_key(Span pem, GError **error);

#endif
