/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * QE identity: how Intel's quoting enclave looks, and its levels. Read from exactly the bytes whose
 * signature is checked; nothing is trusted here. Spans are borrowed.
 * Source: Intel PCS API v4, "Get Quoting Enclave Identity".
 */
#ifndef MSE_ATTEST_QE_IDENTITY_H
#define MSE_ATTEST_QE_IDENTITY_H

#include "attest/tcb_info.h"

typedef struct QeIdentity {
    Span id; /* "QE", "TD_QE", "QVE" */
    unsigned version;
    int64_t issue_date, next_update;
    uint32_t evaluation;                         /* tcbEvaluationDataNumber */
    uint8_t misc_select[4], misc_select_mask[4]; /* bytes in report order */
    uint8_t attributes[16], attributes_mask[16];
    uint8_t mr_signer[32];
    uint16_t isv_prod_id;
    IsvLevels levels;
} QeIdentity;

#define QE_IDENTITY_ERROR (qe_identity_error_quark())
typedef enum { QE_IDENTITY_ERROR_FORM } QeIdentityError;
GQuark qe_identity_error_quark(void);

/* `body` must outlive the result. False with an error that names the member. */
bool qe_identity_parse(Span body, QeIdentity *out, GError **error);
void qe_identity_clear(QeIdentity *identity);

#endif
