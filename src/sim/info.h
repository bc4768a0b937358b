/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signed documents of a PCCS: TCB info version 3 and (TD_)QE identity version 2.
 * Source: Intel PCS API v4, "Get TCB Info", "Get Quoting Enclave Identity".
 */
#ifndef MSE_SIM_INFO_H
#define MSE_SIM_INFO_H

#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { SIM_SGX, SIM_TDX, N_SIM_TEES } SimTee;

/* "sgx", "tdx" */
const char *sim_tee_name(SimTee tee);

/* A status as Intel spells it, with the advisories that such a level carries. */
typedef struct SimStatus {
    const char *name;
    const char *advisories[3]; /* ends with NULL */
} SimStatus;

/* End with a row without a name. */
extern const SimStatus sim_tcb_statuses[];
extern const SimStatus sim_qe_statuses[];
const SimStatus *sim_status_find(const SimStatus *statuses, const char *name); /* or NULL */

/* Applied to the JSON text after it was made, before or after it was signed. NULL: nothing. Takes
 * the text, returns the new one. */
typedef char *(*TextChange)(char *text);

typedef struct TcbInfoRecipe {
    SimTee tee;
    const char *id;
    unsigned version, tcb_type, evaluation;
    int64_t issue_date, next_update;
    uint8_t fmspc[6], pce_id[2];
    uint8_t svn[16]; /* the platform's SGX components */
    uint16_t pce_svn;
    uint8_t tdx_svn[16];     /* the components of a current TDX module */
    const SimStatus *status; /* of the level that the platform matches */
    const char *status_name; /* instead of the status's own, or NULL */
    bool newer_level;        /* a level above the platform's, UpToDate */
    bool only_newer;         /* no level that the platform reaches */
    bool duplicate_level;
    unsigned n_components; /* 16 */
    int first_svn;         /* instead of svn[0] in the platform's level; -1: as it is */
    bool tdx_module;
    bool module_identities;
    unsigned module_svn; /* the highest isvsvn of TDX_01 */
    EVP_PKEY *signer;    /* borrowed */
    TextChange before_signing, after_signing;
    bool break_signature;
} TcbInfoRecipe;

typedef struct QeIdentityRecipe {
    SimTee tee;
    const char *id;
    unsigned version, evaluation;
    int64_t issue_date, next_update;
    uint8_t mr_signer[32];
    unsigned isv_prod_id;
    unsigned isv_svn; /* of the quoting enclave */
    const SimStatus *status;
    bool only_newer;
    EVP_PKEY *signer;
    TextChange before_signing, after_signing;
    bool break_signature;
} QeIdentityRecipe;

/* `text` is exactly what was signed (unless it was changed afterwards). */
typedef struct SignedInfo {
    char *text;
    uint8_t signature[64];
} SignedInfo;

void signed_info_clear(SignedInfo *info);

void tcb_info_make(const TcbInfoRecipe *recipe, SignedInfo *out);
void qe_identity_make(const QeIdentityRecipe *recipe, SignedInfo *out);

/* {"KEY":{…},"signature":"…"}: a PCCS's body. Free with g_free. */
char *signed_info_body(const SignedInfo *info, const char *key);
/* Takes such a body apart again. */
bool signed_info_read(const char *body, const char *key, SignedInfo *out);

extern const char TCB_INFO_KEY[];
extern const char QE_IDENTITY_KEY[];

#endif
