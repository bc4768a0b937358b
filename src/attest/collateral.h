/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collateral: the signed documents a quote is judged with, as bytes. Nothing is checked here but
 * structure; attest_verify checks the signatures over exactly these bytes.
 * Source: Intel PCS API v4; the file form is described in doc/verification.md.
 */
#ifndef MSE_ATTEST_COLLATERAL_H
#define MSE_ATTEST_COLLATERAL_H

#include "core/reader.h"

#include <glib.h>

/* Immutable once built, shared between threads. Any member may be NULL: what needs it fails and
 * says so. Chains are PEM, signer first. */
typedef struct Collateral {
    char *origin;               /* for people: "evidence", a path, a URL */
    GBytes *tcb_info;           /* exactly the signed bytes: { … } */
    GBytes *tcb_info_signature; /* 64 bytes r ‖ s */
    GBytes *tcb_info_chain;
    GBytes *qe_identity;
    GBytes *qe_identity_signature;
    GBytes *qe_identity_chain;
    GBytes *root_crl; /* DER */
    GBytes *pck_crl;  /* DER */
    bool signer_only; /* chains are the TCB signer alone (evidence.json) */
    char *problem;    /* what was malformed while reading, or NULL: checks that need it say this */
} Collateral;

Collateral *collateral_new(const char *origin);
Collateral *collateral_ref(Collateral *collateral); /* atomic, rc box */
void collateral_unref(Collateral *collateral);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Collateral, collateral_unref)

#define COLLATERAL_ERROR (collateral_error_quark())
typedef enum { COLLATERAL_ERROR_FORM } CollateralError;
GQuark collateral_error_quark(void);

/* True when the text looks like a collateral file: a JSON object with "tcb_info" and "qe_identity"
 * and no "ratls_certificate". */
bool collateral_recognise(Span text);

/* The JSON file: pck_crl_issuer_chain, root_ca_crl, pck_crl, tcb_info_issuer_chain, tcb_info,
 * tcb_info_signature, qe_identity_issuer_chain, qe_identity, qe_identity_signature. What is no JSON
 * object of strings is an error, to be passed on as `why_no_collateral`; a member that is missing
 * or malformed is NULL and named in `problem`. */
Collateral *collateral_parse(Span text, const char *origin, GError **error);

/* Splits a PCCS body {"tcbInfo": {…}, "signature": "…"} ("enclaveIdentity") into the exact signed
 * bytes and the signature. `key` is the member's name. */
bool collateral_split_signed(Span body, const char *key, GBytes **signed_bytes, GBytes **signature,
                             GError **error);

/* A CRL given as DER, hex of DER, or PEM, as DER. NULL when it is none of them. */
GBytes *collateral_crl_der(Span text);

#endif
