/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an operator hands over about a simulated application: its RA-TLS certificate and its
 * evidence.json.
 */
#ifndef MSE_SIM_EVIDENCE_H
#define MSE_SIM_EVIDENCE_H

#include "sim/quote.h"

/* What the application's certificate is to be. */
typedef struct ApplicationRecipe {
    EVP_PKEY *key; /* borrowed: P-256 */
    const char *san;
    bool has_enclave_key;
    uint8_t enclave_key[32]; /* X25519 public key: secrets can be sealed to it */
    bool wrong_binding;      /* the quote speaks of another key */
    bool without_quote;
    bool break_signature;
} ApplicationRecipe;

/* DER of a certificate with a quote in it: report_data is set here. Caller owns. */
GBytes *application_certificate(const ApplicationRecipe *application, const QuoteRecipe *quote,
                                const Platform *platform);

/* evidence.json around such a certificate, collateral from `collateral`. Free with g_free. */
char *evidence_make(GBytes *certificate, const char *san, const Platform *collateral, SimTee tee);

/* What the application was started with. */
typedef struct EvidenceArguments {
    const char *subject, *san, *id, *application;
    int64_t expiration; /* Unix seconds */
    int64_t size;       /* MiB */
} EvidenceArguments;
/* The same with these arguments in it. */
char *evidence_make_with(GBytes *certificate, const EvidenceArguments *arguments,
                         const Platform *collateral, SimTee tee);

#endif
