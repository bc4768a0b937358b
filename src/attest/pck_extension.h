/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SGX extension of a PCK certificate (1.2.840.113741.1.13.1): what the platform is.
 * Source: Intel SGX PCK Certificate and CRL Profile, section 3.4.
 */
#ifndef MSE_ATTEST_PCK_EXTENSION_H
#define MSE_ATTEST_PCK_EXTENSION_H

#include "core/reader.h"

enum {
    SGX_TCB_COMPONENTS = 16,
    FMSPC_SIZE = 6,
    PCEID_SIZE = 2,
    PPID_SIZE = 16,
    CPUSVN_SIZE = 16,
};

typedef struct PckExtension {
    uint8_t ppid[PPID_SIZE];
    uint8_t svn[SGX_TCB_COMPONENTS];
    uint16_t pce_svn;
    uint8_t cpu_svn[CPUSVN_SIZE];
    uint8_t pce_id[PCEID_SIZE];
    uint8_t fmspc[FMSPC_SIZE];
    unsigned sgx_type; /* 0 standard, 1 scalable, 2 scalable with integrity */
} PckExtension;

/* `value` is Certificate.sgx. False when a member is missing, doubled or malformed; members beyond
 * those above (platform instance, configuration) are passed over. */
bool pck_extension_parse(Span value, PckExtension *out);

#endif
