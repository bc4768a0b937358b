/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence: collected from an enclave that runs, with the collateral that its quote is judged with,
 * written as evidence.json, and judged at once.
 *
 * Format: JSON with an indent of 4: "input_args" {subject, subject_alternative_name,
 * expiration_date, size, app_id, application}; PEM "ratls_certificate", "root_ca_crl",
 * "pck_platform_crl" (of whichever PCK CA issued the leaf), "tcb_cert", "signer_pk"; base64
 * "tcb_info" and "qe_identity": the bodies that the PCCS answered.
 */
#ifndef MSE_LIFE_COLLECT_H
#define MSE_LIFE_COLLECT_H

#include "app/verification.h"
#include "life/life.h"

/* What the enclave was started with. Borrowed; NULL and 0: unknown, hence null. */
typedef struct LifeArguments {
    const char *subject;
    const char *san;
    const char *uuid;
    const char *application;
    int64_t expires; /* Unix seconds; 0: its certificate does not end */
    uint64_t size;   /* MiB */
} LifeArguments;

typedef struct LifeCollect {
    const char *host_port; /* where it is reached from here */
    const char *name;      /* the application's, for the journal */
    LifeArguments arguments;
    const char *signer_key; /* PEM, public */
    const char *pccs_url;
    const char *pccs_ca; /* or NULL */
    const char *root;    /* trusted instead of Intel's; or NULL */
    const Policy *policy;
    Journal *journal;      /* of the verdict; or NULL */
    const char *directory; /* gets evidence.json, and ratls.pem when it is trusted */
    Cancel *cancel;
    const LifeListener *listener;
} LifeCollect;

/* The verdict on what was written; it is the caller's to say. evidence.json is written whatever the
 * verdict is; a ratls.pem that is there is removed when it is not one of trust. NULL with `error`:
 * nothing was written. */
VerificationResult *life_collect(const LifeCollect *collect, GError **error);

/* "scheme://host:port" of the PCCS that the host's quote provider uses, from its configuration:
 * JSON with lines of comment (//) and "pccs_url", or PCCS_URL=…. NULL without an error when there
 * is no such file, LIFE_ERROR_PLATFORM when it names none. Free with g_free. */
char *life_pccs_of_qcnl(const char *path, GError **error);
#define LIFE_QCNL "/etc/sgx_default_qcnl.conf"

/* The public key of a signing key's file, PEM; LIFE_ERROR_KEY. Free with g_free. */
char *life_signer_public(const char *path, Cancel *cancel, GError **error);

#endif
