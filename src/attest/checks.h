/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The check table: one row a check, one result a check in every verdict. Shell, console, JSON,
 * `--explain`, the manual and doc/verification.md read it. A check runs when what it needs is ok
 * (or a warning). Source: Intel SGX ECDSA QuoteLibReference and DCAP; see doc/verification.md.
 */
#ifndef MSE_ATTEST_CHECKS_H
#define MSE_ATTEST_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

/* In the order they are shown. */
typedef enum {
    CHECK_FORMAT,
    CHECK_BINDING,
    CHECK_ROOT,
    CHECK_PCK_CHAIN,
    CHECK_CRL,
    CHECK_TCB_INFO,
    CHECK_QE_IDENTITY,
    CHECK_PLATFORM,
    CHECK_QE_REPORT,
    CHECK_QE,
    CHECK_QUOTE,
    CHECK_TCB_LEVEL,
    CHECK_DEBUG,
    CHECK_MRENCLAVE,
    CHECK_MRSIGNER,
    CHECK_ISV_SVN,
    CHECK_ISV_PROD_ID,
    CHECK_REPORT_DATA,
    CHECK_MRTD,
    CHECK_RTMR,
    CHECK_POLICY,
    N_CHECKS
} CheckId;

#define CHECK_BIT(id) (UINT32_C(1) << (id))

typedef enum {
    CHECK_RESULT_OK,
    CHECK_RESULT_WARNING,
    CHECK_RESULT_FAILED,
    CHECK_RESULT_SKIPPED,     /* not asked for */
    CHECK_RESULT_NOT_REACHED, /* something it needs failed */
    N_CHECK_RESULTS
} CheckResult;

/* Texts are marked N_() and untranslated here. */
typedef struct CheckRow {
    const char *id;    /* "pck-chain": in JSON, --explain, the journal */
    const char *title; /* a few words */
    uint32_t needs;    /* CHECK_BIT()s */
    const char *proves;
    const char *failure_means;
    const char *what_to_do;
    const char *source; /* the document and section, never translated */
} CheckRow;

extern const CheckRow check_table[N_CHECKS];

/* The check of that id, or -1. */
int check_by_name(const char *id);
/* "ok", "warning", "failed", "skipped", "not reached": as in the JSON, untranslated. */
const char *check_result_name(CheckResult result);

#endif
