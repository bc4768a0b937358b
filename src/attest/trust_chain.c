/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a verdict rests on, for people: each document with its name, its dates and its check.
 */
#include "config.h"

#include "attest/conclusion.h"

#include "core/i18n.h"
#include "core/sanitize.h"

static void link_free(gpointer data)
{
    TrustLink *link = data;
    g_free(link->name);
    g_free(link);
}

/* `name` is taken over. */
static void add(GPtrArray *chain, const char *role, CheckId check, char *name, int64_t from,
                int64_t until)
{
    TrustLink *link = g_new(TrustLink, 1);
    *link = (TrustLink){role, name, from, until, check};
    g_ptr_array_add(chain, link);
}

static void add_certificate(GPtrArray *chain, const char *role, CheckId check,
                            const Certificate *certificate)
{
    add(chain, role, check, sanitize(certificate->subject_cn, SANITIZE_LINE),
        certificate->not_before, certificate->not_after);
}

static void add_quote(GPtrArray *chain, const Quote *quote)
{
    bool sgx = quote->tee == TEE_SGX;
    g_autofree char *measurement = short_hex(sgx ? span_of(quote->body.sgx.mr_enclave, 32)
                                                 : span_of(quote->body.td.mr_td, 48));
    add(chain, "quote", CHECK_QUOTE,
        g_strdup_printf(sgx ? _("SGX enclave %s") : _("TDX TD %s"), measurement), 0, 0);
    add(chain, "qe", CHECK_QE,
        g_strdup_printf(_("quoting enclave, version %u"), quote->qe_report.isv_svn), 0, 0);
}

static void add_pck_chain(GPtrArray *chain, Judgement *judgement)
{
    static const struct {
        const char *role;
        CheckId check;
    } rows[CHAIN_LENGTH] = {
        [CHAIN_LEAF] = {"pck", CHECK_PCK_CHAIN},
        [CHAIN_CA] = {"pck-ca", CHECK_PCK_CHAIN},
        [CHAIN_ROOT] = {"root", CHECK_ROOT},
    };
    const PckChain *pck = judgement_chain(judgement);
    for (unsigned i = 0; pck && i < CHAIN_LENGTH; i++)
        if (pck->readable[i])
            add_certificate(chain, rows[i].role, rows[i].check, &pck->certificates[i]);
}

static void add_crl(GPtrArray *chain, const char *role, const char *name, const CrlFact *crl)
{
    if (crl && crl->readable)
        add(chain, role, CHECK_CRL, g_strdup(name), crl->crl.this_update, crl->crl.next_update);
}

static void add_collateral(GPtrArray *chain, Judgement *judgement)
{
    const SignerChain *signer = judgement_tcb_signer(judgement);
    const TcbInfoFact *info = judgement_tcb_info(judgement);
    const QeIdentityFact *identity = judgement_qe_identity(judgement);
    add_crl(chain, "root-crl", _("root CRL"), judgement_root_crl(judgement));
    add_crl(chain, "pck-crl", _("PCK CRL"), judgement_pck_crl(judgement));
    if (signer && signer->readable)
        add_certificate(chain, "tcb-signer", CHECK_TCB_INFO, &signer->certificate);
    if (info && info->readable)
        add(chain, "tcb-info", CHECK_TCB_INFO, g_strdup(_("TCB info")), info->info.issue_date,
            info->info.next_update);
    if (identity && identity->readable)
        add(chain, "qe-identity", CHECK_QE_IDENTITY, g_strdup(_("QE identity")),
            identity->identity.issue_date, identity->identity.next_update);
}

GPtrArray *trust_chain(Judgement *judgement)
{
    GPtrArray *chain = g_ptr_array_new_full(12, link_free);
    if (judgement->certificate_der && judgement->certificate.subject.data)
        add_certificate(chain, "certificate", CHECK_BINDING, &judgement->certificate);
    if (judgement->form_problem)
        return chain;
    add_quote(chain, &judgement->quote);
    add_pck_chain(chain, judgement);
    add_collateral(chain, judgement);
    return chain;
}
