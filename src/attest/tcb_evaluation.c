/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/tcb_evaluation.h"

#include "core/i18n.h"

/* Bytes of tee_tcb_svn, tee_tcb_svn2 and tdxtcbcomponents. */
enum {
    MODULE_SVN,
    MODULE_VERSION,
    SEAMLDR_SVN, /* from here on they are compared whatever the module's version */
};

const IsvLevel *isv_level_of(const IsvLevels *levels, unsigned svn)
{
    for (unsigned i = 0; i < levels->n; i++)
        if (levels->items[i].isv_svn <= svn)
            return &levels->items[i];
    return NULL;
}

/* The level with the highest isvsvn that is reached, wherever it stands in the document. */
static const IsvLevel *highest_reached(const IsvLevels *levels, unsigned svn)
{
    const IsvLevel *best = NULL;
    for (unsigned i = 0; i < levels->n; i++) {
        const IsvLevel *level = &levels->items[i];
        if (level->isv_svn <= svn && (!best || level->isv_svn > best->isv_svn))
            best = level;
    }
    return best;
}

TcbStatus tcb_merge(TcbStatus status, TcbStatus other)
{
    if (other == TCB_REVOKED || status == TCB_REVOKED)
        return TCB_REVOKED;
    if (other != TCB_OUT_OF_DATE)
        return status;
    switch (status) {
    case TCB_UP_TO_DATE:
    case TCB_SW_HARDENING_NEEDED:
        return TCB_OUT_OF_DATE;
    case TCB_CONFIGURATION_NEEDED:
    case TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED:
        return TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
    default:
        return status;
    }
}

static bool all_reached(const uint8_t *have, const uint8_t *needed, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++)
        if (have[i] < needed[i])
            return false;
    return true;
}

static bool sgx_reached(const TcbLevel *level, const PckExtension *pck)
{
    return all_reached(pck->svn, level->sgx, 0, SGX_TCB_COMPONENTS) &&
           pck->pce_svn >= level->pce_svn;
}

static bool tdx_reached(const TcbLevel *level, const uint8_t *tee_tcb_svn)
{
    size_t from = tee_tcb_svn[MODULE_VERSION] > 0 ? SEAMLDR_SVN : 0;
    return all_reached(tee_tcb_svn, level->tdx, from, TDX_TCB_COMPONENTS);
}

static const TcbLevel *matching_level(const TcbInfo *info, const PckExtension *pck,
                                      const TdReportBody *td)
{
    for (unsigned i = 0; i < info->n_levels; i++) {
        const TcbLevel *level = &info->levels[i];
        if (sgx_reached(level, pck) && (!td || tdx_reached(level, td->tee_tcb_svn)))
            return level;
    }
    return NULL;
}

static bool because(char **why, const char *sentence)
{
    *why = g_strdup(sentence);
    return false;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* The module as the info describes it: `tdxModule` for version 0, else its identity. */
static const TdxModule *described_module(const TcbInfo *info, uint8_t version, char **why)
{
    if (version == 0) {
        if (info->has_module)
            return &info->module;
        because(why, _("the TCB info does not describe the TDX module (tdxModule)"));
        return NULL;
    }
    const TdxModule *identity = tcb_info_module_identity(info, version);
    if (!identity)
        *why = g_strdup_printf(_("the TCB info has no identity TDX_%02X for the TDX module that "
                                 "runs here"),
                               version);
    return identity;
}

static bool module_is(const TdxModule *module, const TdReportBody *td, char **why)
{
    if (memcmp(module->mr_signer, td->mr_signer_seam, sizeof td->mr_signer_seam) != 0)
        return because(why, _("the TDX module was signed by somebody else than the TCB info says "
                              "(mr_signer_seam)"));
    if (!all_zero(td->seam_attributes, sizeof td->seam_attributes) ||
        memcmp(module->attributes, td->seam_attributes, sizeof td->seam_attributes) != 0)
        return because(why, _("the TDX module runs with attributes that Intel's does not have "
                              "(seam_attributes)"));
    return true;
}

static bool evaluate_module(const TcbInfo *info, const TdReportBody *td, TcbEvaluation *out,
                            char **why)
{
    uint8_t version = td->tee_tcb_svn[MODULE_VERSION];
    const TdxModule *module = described_module(info, version, why);
    if (!module || !module_is(module, td, why))
        return false;
    if (version == 0)
        return true;
    const IsvLevel *level = highest_reached(&module->levels, td->tee_tcb_svn[MODULE_SVN]);
    if (!level)
        return because(why, _("the TDX module is older than every level that Intel lists"));
    out->module = level->status;
    out->advisories[1] = level->advisories;
    return true;
}

static bool names_configuration(TcbStatus status)
{
    return status == TCB_CONFIGURATION_NEEDED ||
           status == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
           status == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

/* Would a TD that starts now run on the newest level? tee_tcb_svn2 says what is loaded now. */
static bool newest_is_loaded(const TcbInfo *info, const TdReportBody *td, bool *loaded, char **why)
{
    const TcbLevel *newest = &info->levels[0];
    const uint8_t *now = td->tee_tcb_svn2;
    unsigned module_svn = newest->tdx[MODULE_SVN];
    if (now[MODULE_VERSION] > 0) {
        const TdxModule *identity = tcb_info_module_identity(info, now[MODULE_VERSION]);
        const IsvLevel *highest = identity ? highest_reached(&identity->levels, UINT16_MAX) : NULL;
        if (!highest)
            return because(why, _("the TCB info has no identity for the TDX module that is loaded "
                                  "now (tee_tcb_svn2)"));
        module_svn = highest->isv_svn;
    }
    *loaded = now[MODULE_SVN] >= module_svn && now[SEAMLDR_SVN] >= newest->tdx[SEAMLDR_SVN];
    return true;
}

/* A TD that was started before an update keeps its old level until it is started again. */
static bool evaluate_relaunch(const TcbInfo *info, const PckExtension *pck, const TdReportBody *td,
                              TcbEvaluation *out, char **why)
{
    const TcbLevel *sgx_alone = matching_level(info, pck, NULL);
    bool loaded;
    if (!sgx_alone || sgx_alone->status > TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED)
        return true;
    if (out->status != TCB_OUT_OF_DATE && out->status != TCB_OUT_OF_DATE_CONFIGURATION_NEEDED)
        return true;
    if (out->module != TCB_OUT_OF_DATE)
        return true;
    if (!newest_is_loaded(info, td, &loaded, why))
        return false;
    if (loaded)
        out->status = names_configuration(sgx_alone->status) || names_configuration(out->status)
                          ? TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
                          : TCB_TD_RELAUNCH_ADVISED;
    return true;
}

bool tcb_evaluate(const TcbInfo *info, const PckExtension *pck, const Quote *quote,
                  const IsvLevel *qe, TcbEvaluation *out, char **why)
{
    const TdReportBody *td = quote->tee == TEE_TDX ? &quote->body.td : NULL;
    *out = (TcbEvaluation){.status = TCB_UNKNOWN, .module = TCB_UNKNOWN};
    if (td && !evaluate_module(info, td, out, why))
        return false;
    out->level = matching_level(info, pck, td);
    if (!out->level)
        return because(why, _("the platform is older than every level that Intel lists"));
    out->platform = out->level->status;
    out->advisories[0] = out->level->advisories;
    out->advisories[2] = qe->advisories;
    out->status = tcb_merge(tcb_merge(out->platform, out->module), qe->status);
    if (quote->body_type != BODY_TD_1_5 || qe->status != TCB_UP_TO_DATE)
        return true;
    return evaluate_relaunch(info, pck, td, out, why);
}
