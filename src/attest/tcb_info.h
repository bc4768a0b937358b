/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCB info: Intel's judgement of the security levels of one family of processors. Read from exactly
 * the bytes whose signature is checked; nothing is trusted here. Spans are borrowed.
 * Source: Intel PCS API v4, "Get TCB Info".
 */
#ifndef MSE_ATTEST_TCB_INFO_H
#define MSE_ATTEST_TCB_INFO_H

#include "attest/pck_extension.h"
#include "attest/quote.h"
#include "attest/tcb.h"
#include "format/json_pull.h"

enum {
    TDX_TCB_COMPONENTS = 16,
    SEAM_MEASUREMENT_SIZE = 48,
    SEAM_ATTRIBUTES_SIZE = 8,
};

typedef struct TcbLevel {
    uint8_t sgx[SGX_TCB_COMPONENTS];
    uint16_t pce_svn;
    uint8_t tdx[TDX_TCB_COMPONENTS]; /* zero in an SGX info */
    int64_t date;
    TcbStatus status;
    Span advisories; /* a JSON array of strings; empty when there is none */
} TcbLevel;

/* A level of an enclave or of the TDX module. */
typedef struct IsvLevel {
    uint16_t isv_svn;
    int64_t date;
    TcbStatus status; /* UpToDate, OutOfDate or Revoked */
    Span advisories;
} IsvLevel;

typedef struct IsvLevels {
    IsvLevel *items; /* in document order */
    unsigned n;
} IsvLevels;

typedef struct TdxModule {
    Span id; /* "TDX_03"; empty in `tdxModule` */
    uint8_t mr_signer[SEAM_MEASUREMENT_SIZE];
    uint8_t attributes[SEAM_ATTRIBUTES_SIZE];
    uint8_t attributes_mask[SEAM_ATTRIBUTES_SIZE];
    IsvLevels levels; /* empty in `tdxModule` */
} TdxModule;

typedef struct TcbInfo {
    Tee tee;
    unsigned version;
    int64_t issue_date, next_update;
    uint8_t fmspc[FMSPC_SIZE];
    uint8_t pce_id[PCEID_SIZE];
    unsigned tcb_type;
    uint32_t evaluation; /* tcbEvaluationDataNumber */
    TcbLevel *levels;    /* sorted: the newest first */
    unsigned n_levels;
    bool has_module;
    TdxModule module;
    TdxModule *identities;
    unsigned n_identities;
} TcbInfo;

#define TCB_INFO_ERROR (tcb_info_error_quark())
typedef enum { TCB_INFO_ERROR_FORM } TcbInfoError;
GQuark tcb_info_error_quark(void);

/* `body` must outlive the result. False with an error that names the member. */
bool tcb_info_parse(Span body, TcbInfo *out, GError **error);
void tcb_info_clear(TcbInfo *info);

/* The identity of a TDX module by its number ("TDX_%02X", any case), or NULL. */
const TdxModule *tcb_info_module_identity(const TcbInfo *info, uint8_t number);

/* Shared with the QE identity: */
bool isv_levels_parse(const JsonPullValue *array, IsvLevels *out, char **what);
void isv_levels_clear(IsvLevels *levels);
/* An array of strings without escapes. */
bool advisories_valid(const JsonPullValue *array);
/* A whole document that is one object from its first byte to its last. */
bool signed_object(Span body, JsonPullValue *out, char **what);
bool json_hex(const JsonPullValue *value, uint8_t *out, size_t size);
bool json_date(const JsonPullValue *value, int64_t *out);

#endif
