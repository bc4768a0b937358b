/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PCCS over real HTTP(S), serving a platform's documents.
 * Source: Intel PCCS, API version 4.
 */
#ifndef MSE_SIM_PCCS_H
#define MSE_SIM_PCCS_H

#include "sim/fault.h"
#include "sim/platform.h"

/* What it can do wrong. */
extern const FaultService pccs_faults;

typedef struct PccsOptions {
    int socket;              /* listening; taken over */
    const char *certificate; /* PEM; NULL: plain HTTP */
    const char *key;
    const Fault *faults; /* borrowed for as long as it runs */
    unsigned n_faults;
    bool sgx_header; /* the chain of TCB info in SGX-TCB-Info-Issuer-Chain */
} PccsOptions;

typedef struct Pccs Pccs;

/* Serves in threads of its own until pccs_stop. `platform` is borrowed. NULL with
 * SIM_ERROR_NETWORK. */
Pccs *pccs_start(const Platform *platform, const PccsOptions *options, GError **error);
/* Ends every connection, those that hang too. */
void pccs_stop(Pccs *pccs);

#endif
