/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From results to a verdict: its kind, its interval, what it rests on.
 */
#ifndef MSE_ATTEST_CONCLUSION_H
#define MSE_ATTEST_CONCLUSION_H

#include "attest/judgement.h"

/* Fills the rest of a verdict whose checks judgement_run() has filled. */
void conclude(Judgement *judgement, Verdict *verdict);

/* The tree under a verdict: TrustLink*, owned. */
GPtrArray *trust_chain(Judgement *judgement);

#endif
