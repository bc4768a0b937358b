/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `crl`: was any certificate withdrawn that the verdict rests on?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "format/date.h"

static bool usable(const Judgement *judgement, const CrlFact *crl, const char *name,
                   CheckOutcome *outcome)
{
    if (!crl)
        outcome_fail(outcome, missing_sentence(judgement, name));
    else if (crl->problem)
        outcome_fail(outcome, g_strdup_printf(_("The %s cannot be used: %s."), name, crl->problem));
    return crl && !crl->problem;
}

static bool withdrawn(const CrlFact *crl, const char *list, const Certificate *certificate,
                      const char *name, CheckOutcome *outcome)
{
    if (!crl_revokes(&crl->crl, certificate->serial))
        return false;
    g_autofree char *serial = short_hex(certificate->serial);
    outcome_fail(outcome, g_strdup_printf(_("The %s (serial number %s) is revoked: the %s names "
                                            "it."),
                                          name, serial, list));
    return true;
}

static bool signer_withdrawn(const CrlFact *crl, const SignerChain *signer, CheckOutcome *outcome)
{
    return signer && signer->readable &&
           withdrawn(crl, _("root CRL"), &signer->certificate, _("TCB signing certificate"),
                     outcome);
}

static bool anything_withdrawn(Judgement *judgement, const CrlFact *root_crl,
                               const CrlFact *pck_crl, CheckOutcome *outcome)
{
    const PckChain *chain = judgement_chain(judgement);
    return withdrawn(root_crl, _("root CRL"), &judgement->anchor->certificate,
                     _("root certificate"), outcome) ||
           withdrawn(root_crl, _("root CRL"), &chain->certificates[CHAIN_CA],
                     _("PCK CA certificate"), outcome) ||
           signer_withdrawn(root_crl, judgement_tcb_signer(judgement), outcome) ||
           signer_withdrawn(root_crl, judgement_qe_signer(judgement), outcome) ||
           withdrawn(pck_crl, _("PCK CRL"), &chain->certificates[CHAIN_LEAF], _("PCK certificate"),
                     outcome);
}

void check_crl(Judgement *judgement, CheckOutcome *outcome)
{
    const CrlFact *root_crl = judgement_root_crl(judgement);
    const CrlFact *pck_crl = judgement_pck_crl(judgement);
    if (!usable(judgement, root_crl, _("root CRL"), outcome) ||
        !usable(judgement, pck_crl, _("PCK CRL"), outcome) ||
        anything_withdrawn(judgement, root_crl, pck_crl, outcome) ||
        !judge_dates(judgement, CHECK_CRL, outcome))
        return;
    g_autofree char *root_until = date_format(root_crl->crl.next_update);
    g_autofree char *pck_until = date_format(pck_crl->crl.next_update);
    outcome_ok(outcome, g_strdup_printf(_("No certificate here is revoked; root CRL valid until "
                                          "%s, PCK CRL until %s."),
                                        root_until, pck_until));
}
