/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SGX extension of a PCK certificate, 1.2.840.113741.1.13.1, as DER.
 * Source: Intel "SGX PCK Certificate and Certificate Revocation List Profile", 1.3.5.
 */
#ifndef MSE_SIM_SGX_EXTENSION_H
#define MSE_SIM_SGX_EXTENSION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SGX_EXTENSION_OID "1.2.840.113741.1.13.1"

typedef struct SgxExtension {
    uint8_t ppid[16];
    uint8_t svn[16]; /* the TCB components */
    uint16_t pce_svn;
    uint8_t cpu_svn[16];
    uint8_t pce_id[2];
    uint8_t fmspc[6];
    unsigned type; /* 0 standard, 1 scalable */
    bool platform; /* issued by the Platform CA: the members below are there */
    uint8_t platform_instance_id[16];
    bool dynamic, cached_keys, smt; /* the configuration */
} SgxExtension;

/* The extension's value. Caller owns. */
GBytes *sgx_extension_der(const SgxExtension *extension);

#endif
