/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quotes: v3 (SGX), v4 and v5 (SGX, TDX). Structure only; nothing here trusts anything.
 * Source: Intel SGX ECDSA QuoteLibReference, appendix A; Intel TDX DCAP Quoting Library API,
 * appendix A. Integers are little-endian. Spans are borrowed from the parsed bytes.
 */
#ifndef MSE_ATTEST_QUOTE_H
#define MSE_ATTEST_QUOTE_H

#include "core/reader.h"

#include <glib.h>

typedef enum { TEE_SGX, TEE_TDX } Tee;

typedef enum { BODY_SGX = 1, BODY_TD_1_0 = 2, BODY_TD_1_5 = 3 } BodyType;

enum {
    QUOTE_HEADER_SIZE = 48,
    SGX_REPORT_BODY_SIZE = 384,
    TD_REPORT_1_0_SIZE = 584,
    TD_REPORT_1_5_SIZE = 648,
    QE_AUTH_DATA_SIZE = 32,
};

enum {
    SGX_FLAG_INIT = 1,
    SGX_FLAG_DEBUG = 2,
    SGX_FLAG_MODE64 = 4,
    SGX_FLAG_PROVISION = 0x10,
    SGX_FLAG_EINITTOKEN = 0x20,
    SGX_FLAG_KSS = 0x80,
};

typedef struct SgxReportBody {
    uint8_t cpu_svn[16];
    uint32_t misc_select;
    uint8_t isv_ext_prod_id[16];
    uint64_t flags, xfrm;
    uint8_t attributes[16]; /* flags and xfrm as they stand */
    uint8_t mr_enclave[32];
    uint8_t mr_signer[32];
    uint8_t config_id[64];
    uint16_t isv_prod_id, isv_svn, config_svn;
    uint8_t isv_family_id[16];
    uint8_t report_data[64];
} SgxReportBody;

typedef struct TdReportBody {
    uint8_t tee_tcb_svn[16];
    uint8_t mr_seam[48];
    uint8_t mr_signer_seam[48];
    uint8_t seam_attributes[8];
    uint8_t td_attributes[8];
    uint8_t xfam[8];
    uint8_t mr_td[48];
    uint8_t mr_config_id[48];
    uint8_t mr_owner[48];
    uint8_t mr_owner_config[48];
    uint8_t rt_mr[4][48];
    uint8_t report_data[64];
    uint8_t tee_tcb_svn2[16];  /* 1.5 only */
    uint8_t mr_service_td[48]; /* 1.5 only */
} TdReportBody;

typedef struct Quote {
    uint16_t version;
    uint16_t att_key_type;
    Tee tee;
    BodyType body_type;
    uint16_t qe_svn, pce_svn; /* v3 */
    uint8_t qe_vendor_id[16];
    uint8_t user_data[20];
    union {
        SgxReportBody sgx;
        TdReportBody td;
    } body;
    Span signed_part;     /* what the attestation key signs */
    Span signature;       /* 64, r ‖ s */
    Span attestation_key; /* 64, x ‖ y */
    Span qe_report_raw;   /* 384 */
    SgxReportBody qe_report;
    Span qe_report_signature;
    Span qe_auth_data;
    uint16_t certification_type;
    Span certification_data;
    size_t unsigned_slack; /* bytes inside auth_data that no field covers (v3) */
    size_t trailing_bytes; /* after the declared end */
    size_t size;           /* the declared end */
} Quote;

#define QUOTE_ERROR (quote_error_quark())
typedef enum { QUOTE_ERROR_TRUNCATED, QUOTE_ERROR_VALUE } QuoteError;
GQuark quote_error_quark(void);

/* Parses `bytes`; false with an error naming field and offset. What was read before the error is
 * in `out`. */
bool quote_parse(Span bytes, Quote *out, GError **error);

static inline const uint8_t *quote_report_data(const Quote *quote)
{
    return quote->tee == TEE_SGX ? quote->body.sgx.report_data : quote->body.td.report_data;
}

/* Where each field of a quote stands, for people: called in order of offset. `value` is borrowed;
 * `meaning` may be NULL. Walks as far as the bytes go and returns quote_parse's answer. */
typedef void (*QuoteVisit)(const char *field, size_t offset, Span value, const char *meaning,
                           unsigned depth, void *data);
bool quote_walk(Span bytes, QuoteVisit visit, void *data, GError **error);

#endif
