/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One verification under way: what is judged, what was found out so far, and the time it is judged
 * at. The checks are functions on it, one each; facts are found when first asked for.
 */
#ifndef MSE_ATTEST_JUDGEMENT_H
#define MSE_ATTEST_JUDGEMENT_H

#include "attest/facts.h"
#include "attest/tcb_evaluation.h"
#include "attest/verify.h"

/* The documents that facts are kept of; each is looked for once. */
typedef enum {
    FACT_CHAIN,
    FACT_ROOT_CRL,
    FACT_PCK_CRL,
    FACT_TCB_SIGNER,
    FACT_QE_SIGNER,
    FACT_TCB_INFO,
    FACT_QE_IDENTITY,
    N_FACTS
} FactId;

typedef struct Judgement {
    Cache *cache;
    const Anchor *anchor;
    const Collateral *collateral; /* may be NULL */
    const char *why_no_collateral;
    const Policy *policy;
    const Expectations *expectations; /* may be NULL */
    int64_t at;

    bool from_certificate;
    GBytes *certificate_der;
    Certificate certificate;
    GBytes *quote_bytes;
    Quote quote;
    char *form_problem; /* why there is no quote to judge */

    uint32_t looked_for; /* 1 << FactId */
    CacheValue *facts[N_FACTS];
    enum { NOT_TRIED, HOLDS, FAILS } qe_report_signature, quote_signature, self_signature;

    CheckOutcome *outcomes;   /* of all checks, so far */
    const IsvLevel *qe_level; /* set by `qe` */
    bool has_evaluation;      /* set by `tcb-level` */
    TcbEvaluation evaluation;
} Judgement;

/* NULL when the document is not there, or what it would be judged with is unusable. */
const PckChain *judgement_chain(Judgement *judgement);
const CrlFact *judgement_root_crl(Judgement *judgement);
const CrlFact *judgement_pck_crl(Judgement *judgement);
const SignerChain *judgement_tcb_signer(Judgement *judgement);
const SignerChain *judgement_qe_signer(Judgement *judgement);
const TcbInfoFact *judgement_tcb_info(Judgement *judgement);
const QeIdentityFact *judgement_qe_identity(Judgement *judgement);

bool judgement_self_signature(Judgement *judgement);
bool judgement_qe_report_signature(Judgement *judgement);
bool judgement_quote_signature(Judgement *judgement);

/* Something with dates. All are inclusive. */
typedef struct Dated {
    const char *name; /* "PCK CRL": translated */
    int64_t from, until;
    CheckId check;   /* that judges it */
    bool collateral; /* the policy's grace applies */
} Dated;

enum { MAX_DATED = 9 };
/* Everything whose dates bound the verdict; `complete` is false when something is missing. */
unsigned judgement_dated(Judgement *judgement, Dated out[MAX_DATED], bool *complete);

/* Judges the dates of everything that belongs to `check`: false, and the outcome failed, when one
 * is outside; a warning when only the policy's grace lets it pass. */
bool judge_dates(Judgement *judgement, CheckId check, CheckOutcome *outcome);

/* How an outcome is set; `detail` is taken over. outcome_ok keeps an earlier warning. */
void outcome_ok(CheckOutcome *outcome, char *detail);
void outcome_warn(CheckOutcome *outcome, char *detail);
void outcome_fail(CheckOutcome *outcome, char *detail);
void outcome_skip(CheckOutcome *outcome);

/* "There is no TCB info: …": what was to be there and why it is not. */
char *missing_sentence(const Judgement *judgement, const char *what);

/* First four and last two bytes: "1f0c22ab…9ab2". */
char *short_hex(Span bytes);

/* Runs every check whose needs are met, at judgement->at, into `outcomes` (zeroed). */
void judgement_run(Judgement *judgement, CheckOutcome outcomes[N_CHECKS]);

typedef void (*CheckFunction)(Judgement *judgement, CheckOutcome *outcome);
void check_format(Judgement *judgement, CheckOutcome *outcome);
void check_binding(Judgement *judgement, CheckOutcome *outcome);
void check_root(Judgement *judgement, CheckOutcome *outcome);
void check_pck_chain(Judgement *judgement, CheckOutcome *outcome);
void check_crl(Judgement *judgement, CheckOutcome *outcome);
void check_tcb_info(Judgement *judgement, CheckOutcome *outcome);
void check_qe_identity(Judgement *judgement, CheckOutcome *outcome);
void check_platform(Judgement *judgement, CheckOutcome *outcome);
void check_qe_report(Judgement *judgement, CheckOutcome *outcome);
void check_qe(Judgement *judgement, CheckOutcome *outcome);
void check_quote(Judgement *judgement, CheckOutcome *outcome);
void check_tcb_level(Judgement *judgement, CheckOutcome *outcome);
void check_debug(Judgement *judgement, CheckOutcome *outcome);
void check_mrenclave(Judgement *judgement, CheckOutcome *outcome);
void check_mrsigner(Judgement *judgement, CheckOutcome *outcome);
void check_isv_svn(Judgement *judgement, CheckOutcome *outcome);
void check_isv_prod_id(Judgement *judgement, CheckOutcome *outcome);
void check_report_data(Judgement *judgement, CheckOutcome *outcome);
void check_mrtd(Judgement *judgement, CheckOutcome *outcome);
void check_rtmr(Judgement *judgement, CheckOutcome *outcome);
void check_policy(Judgement *judgement, CheckOutcome *outcome);

#endif
