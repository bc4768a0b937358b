/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quotes of the simulated quoting enclave: v3 (SGX), v4 and v5 (SGX, TDX), from a recipe.
 * Source: Intel SGX ECDSA QuoteLibReference, appendix A; Intel TDX DCAP Quoting Library API,
 * appendix A. Integers are little-endian.
 */
#ifndef MSE_SIM_QUOTE_H
#define MSE_SIM_QUOTE_H

#include "sim/platform.h"

enum { CHAIN_MOST = 5 };

typedef struct SgxFields {
    uint8_t cpu_svn[16];
    uint32_t misc_select;
    uint64_t flags, xfrm;
    uint8_t mr_enclave[32], mr_signer[32];
    uint16_t isv_prod_id, isv_svn;
} SgxFields;

typedef struct TdFields {
    uint8_t tee_tcb_svn[16];
    uint8_t mr_seam[48], mr_signer_seam[48];
    uint8_t seam_attributes[8], td_attributes[8], xfam[8];
    uint8_t mr_td[48];
    uint8_t rt_mr[4][48];
    uint8_t tee_tcb_svn2[16]; /* 1.5 */
    uint8_t mr_service_td[48];
} TdFields;

typedef struct QuoteRecipe {
    SimTee tee;
    uint16_t version;
    bool td_1_5;
    uint16_t version_written; /* what the header says: `version` but in a break */
    uint16_t key_type;
    uint32_t tee_type; /* v3: reserved */
    uint8_t vendor_id[16];
    SgxFields sgx;
    TdFields td;
    uint8_t report_data[64];
    SgxFields qe;            /* the quoting enclave's own report */
    uint16_t auth_data_size; /* of qe_auth_data: 32 */
    uint16_t certification_type;
    CertificateId chain[CHAIN_MOST];
    unsigned n_chain;
    const char *between; /* text after the first certificate, or NULL */
    /* what goes wrong on the way */
    bool point_off_curve, signature_zero, wrong_qe_report_data;
    bool break_measurement, break_signature, break_qe_signature; /* after signing */
    int auth_length_change;
    size_t cut; /* bytes missing at the end */
} QuoteRecipe;

/* A sound quote's recipe: measurements that look like some; `debug` as the platform's. */
void quote_recipe_init(QuoteRecipe *recipe, const Platform *platform, SimTee tee, unsigned version,
                       bool td_1_5);
/* Sets or clears DEBUG (TUD bit 0). */
void quote_recipe_set_debug(QuoteRecipe *recipe, bool debug);

/* The quote. Caller owns. */
GBytes *quote_make(const QuoteRecipe *recipe, const Platform *platform);

#endif
