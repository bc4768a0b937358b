/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCB evaluation: which of Intel's levels the platform stands on, and what that makes of it.
 * Sources: Intel PCS API v4, "Get TCB Info", steps of TCB status evaluation; Intel TDX DCAP QVL,
 * TDX module and relaunch.
 */
#ifndef MSE_ATTEST_TCB_EVALUATION_H
#define MSE_ATTEST_TCB_EVALUATION_H

#include "attest/qe_identity.h"

typedef struct TcbEvaluation {
    TcbStatus status;   /* all merged */
    TcbStatus platform; /* of the matching level alone */
    TcbStatus module;   /* of the TDX module; TCB_UNKNOWN when it has none of its own */
    const TcbLevel *level;
    Span advisories[3]; /* JSON arrays: level, module, QE; empty when there are none */
} TcbEvaluation;

/* `qe` is the level of the quoting enclave. False with a sentence when no level matches or the TDX
 * module is not the one that is described. `why` is owned by the caller. */
bool tcb_evaluate(const TcbInfo *info, const PckExtension *pck, const Quote *quote,
                  const IsvLevel *qe, TcbEvaluation *out, char **why);

/* The first level in document order with isvsvn ≤ `svn`, or NULL. */
const IsvLevel *isv_level_of(const IsvLevels *levels, unsigned svn);

/* The status of a level when an enclave beneath it (QE, TDX module) has `other`. */
TcbStatus tcb_merge(TcbStatus status, TcbStatus other);

#endif
