/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/judgement.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "format/date.h"

enum {
    SECONDS_A_DAY = 24 * 60 * 60,
};

static const CheckFunction check_functions[N_CHECKS] = {
    [CHECK_FORMAT] = check_format,
    [CHECK_BINDING] = check_binding,
    [CHECK_ROOT] = check_root,
    [CHECK_PCK_CHAIN] = check_pck_chain,
    [CHECK_CRL] = check_crl,
    [CHECK_TCB_INFO] = check_tcb_info,
    [CHECK_QE_IDENTITY] = check_qe_identity,
    [CHECK_PLATFORM] = check_platform,
    [CHECK_QE_REPORT] = check_qe_report,
    [CHECK_QE] = check_qe,
    [CHECK_QUOTE] = check_quote,
    [CHECK_TCB_LEVEL] = check_tcb_level,
    [CHECK_DEBUG] = check_debug,
    [CHECK_MRENCLAVE] = check_mrenclave,
    [CHECK_MRSIGNER] = check_mrsigner,
    [CHECK_ISV_SVN] = check_isv_svn,
    [CHECK_ISV_PROD_ID] = check_isv_prod_id,
    [CHECK_REPORT_DATA] = check_report_data,
    [CHECK_MRTD] = check_mrtd,
    [CHECK_RTMR] = check_rtmr,
    [CHECK_POLICY] = check_policy,
};

static bool needs_met(uint32_t needs, const CheckOutcome *outcomes)
{
    for (unsigned i = 0; i < N_CHECKS; i++) {
        if (!(needs & CHECK_BIT(i)))
            continue;
        if (outcomes[i].result == CHECK_RESULT_FAILED ||
            outcomes[i].result == CHECK_RESULT_NOT_REACHED)
            return false;
    }
    return true;
}

void judgement_run(Judgement *judgement, CheckOutcome outcomes[N_CHECKS])
{
    judgement->outcomes = outcomes;
    judgement->qe_level = NULL;
    judgement->has_evaluation = false;
    for (unsigned i = 0; i < N_CHECKS; i++) {
        if (needs_met(check_table[i].needs, outcomes))
            check_functions[i](judgement, &outcomes[i]);
        else
            outcomes[i].result = CHECK_RESULT_NOT_REACHED;
    }
}

/* Looked for once, found or not. */
static bool first_look(Judgement *judgement, FactId id)
{
    bool first = !(judgement->looked_for >> id & 1);
    judgement->looked_for |= 1u << id;
    return first;
}

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

const PckChain *judgement_chain(Judgement *judgement)
{
    if (first_look(judgement, FACT_CHAIN) && judgement->quote.certification_type == 5)
        judgement->facts[FACT_CHAIN] = (CacheValue *)pck_chain_get(
            judgement->cache, judgement->anchor, judgement->quote.certification_data);
    return (const PckChain *)judgement->facts[FACT_CHAIN];
}

const CrlFact *judgement_root_crl(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    const Anchor *anchor = judgement->anchor;
    if (first_look(judgement, FACT_ROOT_CRL) && collateral && collateral->root_crl)
        judgement->facts[FACT_ROOT_CRL] = (CacheValue *)crl_fact_get(
            judgement->cache, bytes_span(collateral->root_crl), &anchor->certificate, anchor->key);
    return (const CrlFact *)judgement->facts[FACT_ROOT_CRL];
}

const CrlFact *judgement_pck_crl(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    const PckChain *chain = judgement_chain(judgement);
    if (first_look(judgement, FACT_PCK_CRL) && collateral && collateral->pck_crl && chain &&
        chain->ca_key)
        judgement->facts[FACT_PCK_CRL] =
            (CacheValue *)crl_fact_get(judgement->cache, bytes_span(collateral->pck_crl),
                                       &chain->certificates[CHAIN_CA], chain->ca_key);
    return (const CrlFact *)judgement->facts[FACT_PCK_CRL];
}

static const SignerChain *signer(Judgement *judgement, FactId id, GBytes *chain)
{
    if (first_look(judgement, id) && chain)
        judgement->facts[id] =
            (CacheValue *)signer_chain_get(judgement->cache, judgement->anchor, bytes_span(chain),
                                           judgement->collateral->signer_only);
    return (const SignerChain *)judgement->facts[id];
}

const SignerChain *judgement_tcb_signer(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    return signer(judgement, FACT_TCB_SIGNER, collateral ? collateral->tcb_info_chain : NULL);
}

const SignerChain *judgement_qe_signer(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    return signer(judgement, FACT_QE_SIGNER, collateral ? collateral->qe_identity_chain : NULL);
}

const TcbInfoFact *judgement_tcb_info(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    const SignerChain *by = judgement_tcb_signer(judgement);
    if (first_look(judgement, FACT_TCB_INFO) && collateral && collateral->tcb_info &&
        collateral->tcb_info_signature && by && !by->problem)
        judgement->facts[FACT_TCB_INFO] =
            (CacheValue *)tcb_info_get(judgement->cache, bytes_span(collateral->tcb_info),
                                       bytes_span(collateral->tcb_info_signature), by);
    return (const TcbInfoFact *)judgement->facts[FACT_TCB_INFO];
}

const QeIdentityFact *judgement_qe_identity(Judgement *judgement)
{
    const Collateral *collateral = judgement->collateral;
    const SignerChain *by = judgement_qe_signer(judgement);
    if (first_look(judgement, FACT_QE_IDENTITY) && collateral && collateral->qe_identity &&
        collateral->qe_identity_signature && by && !by->problem)
        judgement->facts[FACT_QE_IDENTITY] =
            (CacheValue *)qe_identity_get(judgement->cache, bytes_span(collateral->qe_identity),
                                          bytes_span(collateral->qe_identity_signature), by);
    return (const QeIdentityFact *)judgement->facts[FACT_QE_IDENTITY];
}

bool judgement_self_signature(Judgement *judgement)
{
    const Certificate *certificate = &judgement->certificate;
    if (judgement->self_signature == NOT_TRIED) {
        g_autoptr(EVP_PKEY) key = signature_key(certificate->key_kind, certificate->point);
        bool holds = key && signature_verify_der(key, certificate->signature_algorithm,
                                                 certificate->tbs, certificate->signature);
        judgement->self_signature = holds ? HOLDS : FAILS;
    }
    return judgement->self_signature == HOLDS;
}

bool judgement_qe_report_signature(Judgement *judgement)
{
    if (judgement->qe_report_signature == NOT_TRIED) {
        const PckChain *chain = judgement_chain(judgement);
        bool holds = chain && chain->leaf_key &&
                     signature_verify_raw(chain->leaf_key, judgement->quote.qe_report_raw,
                                          judgement->quote.qe_report_signature);
        judgement->qe_report_signature = holds ? HOLDS : FAILS;
    }
    return judgement->qe_report_signature == HOLDS;
}

bool judgement_quote_signature(Judgement *judgement)
{
    const Quote *quote = &judgement->quote;
    if (judgement->quote_signature == NOT_TRIED) {
        g_autoptr(EVP_PKEY) key = signature_key_raw(quote->attestation_key);
        bool holds = key && signature_verify_raw(key, quote->signed_part, quote->signature);
        judgement->quote_signature = holds ? HOLDS : FAILS;
    }
    return judgement->quote_signature == HOLDS;
}

static void add_certificate(Dated out[], unsigned *n, const char *name, const Certificate *dated,
                            CheckId check)
{
    out[(*n)++] = (Dated){name, dated->not_before, dated->not_after, check, false};
}

static bool dated_chain(Judgement *judgement, Dated out[], unsigned *n)
{
    const PckChain *chain = judgement_chain(judgement);
    if (!chain || !chain->root_is_anchor || chain->problem)
        return false;
    add_certificate(out, n, _("PCK certificate"), &chain->certificates[CHAIN_LEAF],
                    CHECK_PCK_CHAIN);
    add_certificate(out, n, _("PCK CA certificate"), &chain->certificates[CHAIN_CA],
                    CHECK_PCK_CHAIN);
    add_certificate(out, n, _("root certificate"), &judgement->anchor->certificate,
                    CHECK_PCK_CHAIN);
    return true;
}

static bool dated_crl(const CrlFact *crl, const char *name, Dated out[], unsigned *n)
{
    if (!crl || !crl->readable || crl->problem)
        return false;
    out[(*n)++] = (Dated){name, crl->crl.this_update, crl->crl.next_update, CHECK_CRL, true};
    return true;
}

static bool dated_tcb_info(Judgement *judgement, Dated out[], unsigned *n)
{
    const TcbInfoFact *fact = judgement_tcb_info(judgement);
    if (!fact || !fact->readable)
        return false;
    add_certificate(out, n, _("TCB signing certificate"),
                    &judgement_tcb_signer(judgement)->certificate, CHECK_TCB_INFO);
    out[(*n)++] =
        (Dated){_("TCB info"), fact->info.issue_date, fact->info.next_update, CHECK_TCB_INFO, true};
    return true;
}

static bool dated_qe_identity(Judgement *judgement, Dated out[], unsigned *n)
{
    const QeIdentityFact *fact = judgement_qe_identity(judgement);
    if (!fact || !fact->readable)
        return false;
    add_certificate(out, n, _("TCB signing certificate"),
                    &judgement_qe_signer(judgement)->certificate, CHECK_QE_IDENTITY);
    out[(*n)++] = (Dated){_("QE identity"), fact->identity.issue_date, fact->identity.next_update,
                          CHECK_QE_IDENTITY, true};
    return true;
}

unsigned judgement_dated(Judgement *judgement, Dated out[MAX_DATED], bool *complete)
{
    unsigned n = 0;
    *complete = dated_chain(judgement, out, &n);
    *complete &= dated_crl(judgement_root_crl(judgement), _("root CRL"), out, &n);
    *complete &= dated_crl(judgement_pck_crl(judgement), _("PCK CRL"), out, &n);
    *complete &= dated_tcb_info(judgement, out, &n);
    *complete &= dated_qe_identity(judgement, out, &n);
    return n;
}

/* One thing with dates; false when it is outside them, grace included. */
static bool judge_dated(const Judgement *judgement, const Dated *dated, CheckOutcome *outcome)
{
    int64_t grace = dated->collateral ? (int64_t)judgement->policy->grace_days * SECONDS_A_DAY : 0;
    g_autofree char *bound = NULL, *at = NULL;
    if (judgement->at >= dated->from && judgement->at <= dated->until)
        return true;
    at = date_format(judgement->at);
    if (judgement->at < dated->from) {
        bound = date_format(dated->from);
        outcome_fail(outcome, g_strdup_printf(_("The %s is valid only from %s on; judged at %s."),
                                              dated->name, bound, at));
        return false;
    }
    bound = date_format(dated->until);
    if (judgement->at > dated->until + grace) {
        outcome_fail(outcome, g_strdup_printf(_("The %s was valid until %s; judged at %s."),
                                              dated->name, bound, at));
        return false;
    }
    outcome_warn(outcome,
                 g_strdup_printf(_("The %s was valid until %s; judged at %s, within the grace of "
                                   "the policy."),
                                 dated->name, bound, at));
    return true;
}

bool judge_dates(Judgement *judgement, CheckId check, CheckOutcome *outcome)
{
    Dated dated[MAX_DATED];
    unsigned n = 0;
    switch (check) {
    case CHECK_PCK_CHAIN:
        dated_chain(judgement, dated, &n);
        break;
    case CHECK_CRL:
        dated_crl(judgement_root_crl(judgement), _("root CRL"), dated, &n);
        dated_crl(judgement_pck_crl(judgement), _("PCK CRL"), dated, &n);
        break;
    case CHECK_TCB_INFO:
        dated_tcb_info(judgement, dated, &n);
        break;
    case CHECK_QE_IDENTITY:
        dated_qe_identity(judgement, dated, &n);
        break;
    default:
        break;
    }
    for (unsigned i = 0; i < n; i++)
        if (!judge_dated(judgement, &dated[i], outcome))
            return false;
    return true;
}

static void set(CheckOutcome *outcome, CheckResult result, char *detail)
{
    g_free(outcome->detail);
    outcome->result = result;
    outcome->detail = detail;
}

void outcome_ok(CheckOutcome *outcome, char *detail)
{
    if (outcome->result == CHECK_RESULT_WARNING)
        g_free(detail);
    else
        set(outcome, CHECK_RESULT_OK, detail);
}

void outcome_warn(CheckOutcome *outcome, char *detail)
{
    set(outcome, CHECK_RESULT_WARNING, detail);
}

void outcome_fail(CheckOutcome *outcome, char *detail)
{
    set(outcome, CHECK_RESULT_FAILED, detail);
}

void outcome_skip(CheckOutcome *outcome)
{
    set(outcome, CHECK_RESULT_SKIPPED, NULL);
}

char *missing_sentence(const Judgement *judgement, const char *what)
{
    const char *why;
    if (judgement->collateral)
        why = judgement->collateral->problem ? judgement->collateral->problem
                                             : _("the collateral does not hold it");
    else
        why = judgement->why_no_collateral ? judgement->why_no_collateral
                                           : _("no collateral was given");
    return g_strdup_printf(_("There is no %s to judge with: %s."), what, why);
}

char *short_hex(Span bytes)
{
    enum { HEAD = 4, TAIL = 2 };
    if (bytes.size <= HEAD + TAIL + 2)
        return hex_encode(bytes);
    g_autofree char *head = hex_encode(span_of(bytes.data, HEAD));
    g_autofree char *tail = hex_encode(span_of(bytes.data + bytes.size - TAIL, TAIL));
    return g_strdup_printf("%s…%s", head, tail);
}
