/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/breaks.h"

#include "core/i18n.h"

#include <string.h>

enum { DAY = 86400 };

/* BREAK(function) { what it does to the scenario `s` } */
#define BREAK(function, ...)          \
    static void function(Scenario *s) \
    {                                 \
        __VA_ARGS__;                  \
    }

/* The quote's structure. */
BREAK(format_version, s->quote.version_written = 6)
BREAK(format_key_type, s->quote.key_type = 3)
BREAK(format_truncated, s->quote.cut = 100)
BREAK(format_length, s->quote.auth_length_change = 4096)
BREAK(format_auth_data, s->quote.auth_data_size = 31)
BREAK(format_certification, s->quote.certification_type = 9)
BREAK(header_reserved, s->quote.tee_type |= 0x100)
BREAK(vendor, s->quote.vendor_id[0] ^= 1)

/* The certificate around it. */
BREAK(binding, s->application.wrong_binding = true)
BREAK(self_signature, s->application.break_signature = true)
BREAK(certificate_without_quote, s->application.without_quote = true)

/* The certificates it brings. */
static void other_root(Scenario *s)
{
    CertificateRecipe *certificates = s->platform->certificates;
    EVP_PKEY *stranger = s->keys[KEY_STRANGER];
    certificates[CERTIFICATE_ROOT].key = stranger;
    for (CertificateId id = 0; id < N_CERTIFICATES; id++)
        if (certificates[id].signer == s->keys[CERTIFICATE_ROOT]) {
            certificates[id].signer = stranger;
            certificates[id].authority_key = stranger;
        }
}

static CertificateRecipe *issuer(Scenario *s)
{
    return &s->platform->certificates[s->quote.chain[1]];
}

static CertificateRecipe *leaf(Scenario *s)
{
    return &s->platform->certificates[CERTIFICATE_PCK];
}

static void swap_chain(Scenario *s)
{
    s->quote.chain[0] = s->quote.chain[1];
    s->quote.chain[1] = CERTIFICATE_PCK;
}

static void extra_certificate(Scenario *s)
{
    s->quote.chain[3] = s->quote.chain[2];
    s->quote.chain[2] = CERTIFICATE_TCB_SIGNING;
    s->quote.n_chain = 4;
}

static void missing_ca(Scenario *s)
{
    s->quote.chain[1] = s->quote.chain[2];
    s->quote.n_chain = 2;
}

BREAK(chain_order, swap_chain(s))
BREAK(chain_extra, extra_certificate(s))
BREAK(chain_missing, missing_ca(s))
BREAK(chain_text, s->quote.between = "text between\n")
BREAK(leaf_signature, leaf(s)->break_signature = true)
BREAK(leaf_forged, leaf(s)->signer = s->keys[KEY_STRANGER])
BREAK(ca_signature, issuer(s)->break_signature = true)
BREAK(ca_not_ca, issuer(s)->ca = false)
BREAK(ca_usage, issuer(s)->usage = USAGE_SIGN)
BREAK(ca_name, issuer(s)->name = leaf(s)->issuer_name = "Intel SGX PCK CA")
BREAK(leaf_ca, leaf(s)->ca = true)
BREAK(leaf_name, leaf(s)->name = "Intel SGX PCK")
BREAK(leaf_issuer, leaf(s)->issuer_name = "Intel SGX TCB Signing")
BREAK(leaf_expired, leaf(s)->not_after = platform_valid_from(&s->platform->spec) - DAY)
BREAK(leaf_future, leaf(s)->not_before = platform_valid_until(&s->platform->spec) + DAY)
BREAK(leaf_extension, s->platform->without_sgx_extension = true)

/* The revocation lists. */
static CrlRecipe *root_crl(Scenario *s)
{
    return &s->platform->crls[CRL_ROOT];
}

static CrlRecipe *pck_crl(Scenario *s)
{
    return &s->platform->crls[s->platform->pck_crl];
}

static void revoke_serial(CrlRecipe *crl, const CertificateRecipe *certificate)
{
    memcpy(crl->revoked[crl->n_revoked++], certificate->serial, SERIAL_SIZE);
}

static void past(CrlRecipe *crl)
{
    crl->this_update -= 20 * DAY;
    crl->next_update = crl->this_update + 10 * DAY;
}

BREAK(crl_signature, pck_crl(s)->break_signature = true)
BREAK(crl_forged, pck_crl(s)->signer = s->keys[KEY_STRANGER])
BREAK(crl_expired, past(pck_crl(s)))
BREAK(crl_future, pck_crl(s)->this_update += DAY)
BREAK(crl_number, pck_crl(s)->number = false)
BREAK(crl_authority, pck_crl(s)->authority_key_identifier = false)
BREAK(crl_revoked_leaf, revoke_serial(pck_crl(s), leaf(s)))
BREAK(crl_issuer,
      s->platform->pck_crl = s->platform->pck_crl == CRL_PLATFORM ? CRL_PROCESSOR : CRL_PLATFORM)
BREAK(root_crl_signature, root_crl(s)->break_signature = true)
BREAK(root_crl_expired, past(root_crl(s)))
BREAK(root_crl_number, root_crl(s)->number = false)
BREAK(crl_revoked_ca, revoke_serial(root_crl(s), issuer(s)))
BREAK(crl_revoked_signer,
      revoke_serial(root_crl(s), &s->platform->certificates[CERTIFICATE_TCB_SIGNING]))

/* TCB info. */
static TcbInfoRecipe *tcb_info(Scenario *s)
{
    return &s->platform->tcb_info[s->quote.tee];
}

static char *replace(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    g_assert(at != NULL);
    *at = '\0';
    char *changed = g_strconcat(text, to, at + strlen(from), NULL);
    g_free(text);
    return changed;
}

static char *double_version(char *text)
{
    return replace(text, "\"version\":", "\"version\":3,\"version\":");
}

static char *add_space(char *text)
{
    return replace(text, "{", "{ ");
}

static char *escape_key(char *text)
{
    return replace(text, "\"tcbLevels\"", "\"tcb\\u004cevels\"");
}

static char *cut_signer(char *text)
{
    char *end = strstr(text, "\"mrsigner\":\"");
    g_assert(end != NULL);
    memmove(end + 12, end + 14, strlen(end + 14) + 1);
    return text;
}

static void infos_by_pck(Scenario *s)
{
    s->platform->info_chain = CERTIFICATE_PCK;
    tcb_info(s)->signer = s->keys[CERTIFICATE_PCK];
}

static void infos_by_stranger_name(Scenario *s)
{
    s->platform->certificates[CERTIFICATE_TCB_SIGNING].name = "Intel SGX TCB";
}

static void expire_tcb_info(Scenario *s)
{
    tcb_info(s)->issue_date -= 20 * DAY;
    tcb_info(s)->next_update = tcb_info(s)->issue_date + 10 * DAY;
}

BREAK(tcb_signature, tcb_info(s)->break_signature = true)
BREAK(tcb_forged, tcb_info(s)->signer = s->keys[KEY_STRANGER])
BREAK(tcb_wrong_signer, infos_by_pck(s))
BREAK(tcb_signer_name, infos_by_stranger_name(s))
BREAK(tcb_signer_expired, s->platform->certificates[CERTIFICATE_TCB_SIGNING].not_after =
                              platform_valid_from(&s->platform->spec) - DAY)
BREAK(tcb_changed, tcb_info(s)->after_signing = add_space)
BREAK(tcb_expired, expire_tcb_info(s))
BREAK(tcb_future, tcb_info(s)->issue_date += DAY)
BREAK(tcb_version, tcb_info(s)->version = 2)
BREAK(tcb_id, tcb_info(s)->id = s->quote.tee == SIM_TDX ? "SGX" : "TDX")
BREAK(tcb_type, tcb_info(s)->tcb_type = 1)
BREAK(tcb_duplicate_key, tcb_info(s)->before_signing = double_version)
BREAK(tcb_escaped_key, tcb_info(s)->before_signing = escape_key)
BREAK(tcb_duplicate_level, tcb_info(s)->duplicate_level = true)
BREAK(tcb_svn, tcb_info(s)->first_svn = 256)
BREAK(tcb_components, tcb_info(s)->n_components = 15)
BREAK(tcb_unknown_status, tcb_info(s)->status_name = "Splendid")
BREAK(tcb_module_in_sgx, tcb_info(s)->tdx_module = true)
BREAK(tcb_fmspc, tcb_info(s)->fmspc[5] ^= 1)
BREAK(tcb_pce_id, tcb_info(s)->pce_id[0] ^= 1)
BREAK(tcb_no_level, tcb_info(s)->only_newer = true)

static void set_status(Scenario *s, const char *name)
{
    tcb_info(s)->status = sim_status_find(sim_tcb_statuses, name);
    tcb_info(s)->newer_level = true;
}

BREAK(tcb_out_of_date, set_status(s, "OutOfDate"))
BREAK(tcb_configuration, set_status(s, "ConfigurationNeeded"))
BREAK(tcb_revoked, set_status(s, "Revoked"))

/* QE identity. */
static QeIdentityRecipe *qe_identity(Scenario *s)
{
    return &s->platform->qe_identity[s->quote.tee];
}

static void expire_qe_identity(Scenario *s)
{
    qe_identity(s)->issue_date -= 20 * DAY;
    qe_identity(s)->next_update = qe_identity(s)->issue_date + 10 * DAY;
}

BREAK(qe_identity_signature, qe_identity(s)->break_signature = true)
BREAK(qe_identity_forged, qe_identity(s)->signer = s->keys[KEY_STRANGER])
BREAK(qe_identity_changed, qe_identity(s)->after_signing = add_space)
BREAK(qe_identity_expired, expire_qe_identity(s))
BREAK(qe_identity_future, qe_identity(s)->issue_date += DAY)
BREAK(qe_identity_version, qe_identity(s)->version = 1)
BREAK(qe_identity_id, qe_identity(s)->id = "QVE")
BREAK(qe_identity_duplicate_key, qe_identity(s)->before_signing = double_version)
BREAK(qe_identity_short_signer, qe_identity(s)->before_signing = cut_signer)
BREAK(qe_identity_mrsigner, qe_identity(s)->mr_signer[0] ^= 1)
BREAK(qe_identity_prod_id, qe_identity(s)->isv_prod_id += 7)
BREAK(qe_isvsvn, qe_identity(s)->only_newer = true)
BREAK(qe_out_of_date, qe_identity(s)->status = sim_status_find(sim_qe_statuses, "OutOfDate"))
BREAK(qe_revoked, qe_identity(s)->status = sim_status_find(sim_qe_statuses, "Revoked"))

/* The quoting enclave and its report. */
BREAK(qe_report_signature, s->quote.break_qe_signature = true)
BREAK(qe_report_data, s->quote.wrong_qe_report_data = true)
BREAK(qe_debug, s->quote.qe.flags |= 2)
BREAK(qe_attributes, s->quote.qe.flags |= 0x20)
BREAK(qe_misc_select, s->quote.qe.misc_select = 1)
BREAK(qe_mrsigner, s->quote.qe.mr_signer[0] ^= 1)
BREAK(qe_prod_id, s->quote.qe.isv_prod_id ^= 0x40)
BREAK(qe_old, s->quote.qe.isv_svn = 1)

/* The quote itself. */
BREAK(quote_signature, s->quote.break_signature = true)
BREAK(quote_signature_zero, s->quote.signature_zero = true)
BREAK(quote_key, s->quote.point_off_curve = true)
BREAK(measurement_changed, s->quote.break_measurement = true)

/* What it says. */
BREAK(debug, quote_recipe_set_debug(&s->quote, true))
BREAK(td_sept, s->quote.td.td_attributes[3] = 0)
BREAK(td_reserved, s->quote.td.td_attributes[1] = 1)
BREAK(td_service, s->quote.td.mr_service_td[0] = 1)
BREAK(td_seam_signer, s->quote.td.mr_signer_seam[0] = 1)
BREAK(td_seam_attributes, s->quote.td.seam_attributes[0] = 1)
BREAK(td_module, s->platform->tcb_info[SIM_TDX].module_identities = false)
BREAK(td_module_old, s->quote.td.tee_tcb_svn[0] = 1)
BREAK(td_tcb, s->quote.td.tee_tcb_svn[2] = 0)

const Break break_table[] = {
#define ROW(name, check, part, kind, help, apply) {name, check, part, kind, help, apply},
#include "sim/break_rows.h"
#undef ROW
    {NULL, NULL, BREAK_QUOTE, BREAK_ANY, NULL, NULL},
};

const Break *break_find(const char *name)
{
    for (const Break *row = break_table; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

const char *break_part_name(BreakPart part)
{
    static const char *const names[] = {
        [BREAK_QUOTE] = "quote",
        [BREAK_APPLICATION] = "certificate",
        [BREAK_CHAIN] = "chain",
        [BREAK_COLLATERAL] = "collateral",
    };
    return names[part];
}

const char *break_kind_name(BreakKind kind)
{
    static const char *const names[] = {
        [BREAK_ANY] = "any",           [BREAK_SGX] = "sgx",       [BREAK_TDX] = "tdx",
        [BREAK_V3] = "sgx, version 3", [BREAK_TD_1_5] = "td 1.5",
    };
    return names[kind];
}

bool break_applies(const Break *row, SimTee tee, unsigned version, bool td_1_5)
{
    const bool applies[] = {
        [BREAK_ANY] = true,
        [BREAK_SGX] = tee == SIM_SGX,
        [BREAK_TDX] = tee == SIM_TDX,
        [BREAK_V3] = version == 3,
        [BREAK_TD_1_5] = tee == SIM_TDX && td_1_5,
    };
    return applies[row->kind];
}
