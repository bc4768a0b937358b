/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCB statuses and their evaluation. Source: Intel PCS API v4 "Get TCB Info"; DCAP QVL.
 */
#ifndef MSE_ATTEST_TCB_H
#define MSE_ATTEST_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reader.h"

typedef enum {
    TCB_UP_TO_DATE,
    TCB_SW_HARDENING_NEEDED,
    TCB_CONFIGURATION_NEEDED,
    TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
    TCB_OUT_OF_DATE,
    TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
    TCB_REVOKED,
    TCB_TD_RELAUNCH_ADVISED,
    TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
    N_TCB_STATUSES,
    TCB_UNKNOWN = N_TCB_STATUSES
} TcbStatus;

/* "UpToDate", …: Intel's spelling; NULL for TCB_UNKNOWN. */
const char *tcb_status_name(TcbStatus status);
/* A sentence: what this status means to the person (untranslated, N_()). */
const char *tcb_status_meaning(TcbStatus status);
/* TCB_UNKNOWN when it is none. */
TcbStatus tcb_status_parse(Span name);

#endif
