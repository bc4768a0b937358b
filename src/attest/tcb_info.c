/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/tcb_info.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <stdlib.h>

GQuark tcb_info_error_quark(void)
{
    return g_quark_from_static_string("mse-tcb-info-error");
}

static bool because(char **what, const char *fragment)
{
    if (!*what)
        *what = g_strdup(fragment);
    return false;
}

bool json_hex(const JsonPullValue *value, uint8_t *out, size_t size)
{
    Span text;
    return json_pull_plain_string(value, &text) && hex_decode_exact(text, out, size);
}

bool json_date(const JsonPullValue *value, int64_t *out)
{
    Span text;
    return json_pull_plain_string(value, &text) && date_parse_rfc3339(text, out);
}

bool advisories_valid(const JsonPullValue *array)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    Span text;
    if (!json_pull_open(array, &iterator))
        return false;
    while (json_pull_element(&iterator, &element))
        if (!json_pull_plain_string(&element, &text) || text.size == 0)
            return false;
    return true;
}

bool signed_object(Span body, JsonPullValue *out, char **what)
{
    size_t where = 0;
    if (!json_pull_document(body, out, &where)) {
        *what = g_strdup_printf(_("no valid JSON at offset %zu"), where);
        return false;
    }
    if (out->type != JSON_PULL_OBJECT || out->range.data != body.data ||
        out->range.size != body.size)
        return because(what, _("bytes outside the JSON object that is signed"));
    return true;
}

static bool count_elements(const JsonPullValue *array, unsigned *n)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    *n = 0;
    if (!json_pull_open(array, &iterator))
        return false;
    while (json_pull_element(&iterator, &element))
        if (++*n > limit_bytes(LIMIT_TCB_LEVELS))
            return false;
    return true;
}

/* tcbDate, tcbStatus and advisoryIDs, which every kind of level has. */
typedef struct Judged {
    JsonPullValue tcb, date, status, advisories;
    bool has_advisories;
} Judged;

static bool judged_members(const JsonPullValue *object, Judged *out, char **what)
{
    const JsonPullField fields[] = {
        {"tcb", JSON_PULL_OBJECT, true, &out->tcb, NULL},
        {"tcbDate", JSON_PULL_STRING, true, &out->date, NULL},
        {"tcbStatus", JSON_PULL_STRING, true, &out->status, NULL},
        {"advisoryIDs", JSON_PULL_ARRAY, false, &out->advisories, &out->has_advisories},
    };
    return json_pull_members(object, fields, G_N_ELEMENTS(fields), what);
}

static bool judged_values(const Judged *judged, int64_t *date, TcbStatus *status, Span *advisories,
                          char **what)
{
    Span text;
    if (!json_date(&judged->date, date))
        return because(what, _("tcbDate is no date"));
    *status = json_pull_plain_string(&judged->status, &text) ? tcb_status_parse(text) : TCB_UNKNOWN;
    /* The relaunch statuses are our conclusion, never Intel's word on a level. */
    if (*status > TCB_REVOKED)
        return because(what, _("tcbStatus is none that is known"));
    *advisories = span_of(NULL, 0);
    if (!judged->has_advisories)
        return true;
    if (!advisories_valid(&judged->advisories))
        return because(what, _("advisoryIDs is no list of names"));
    *advisories = judged->advisories.range;
    return true;
}

static bool isv_level_parse(const JsonPullValue *object, IsvLevel *out, char **what)
{
    Judged judged = {0};
    JsonPullValue svn;
    uint64_t number;
    const JsonPullField fields[] = {{"isvsvn", JSON_PULL_NUMBER, true, &svn, NULL}};
    if (!judged_members(object, &judged, what) ||
        !json_pull_members(&judged.tcb, fields, G_N_ELEMENTS(fields), what) ||
        !judged_values(&judged, &out->date, &out->status, &out->advisories, what))
        return false;
    if (!json_pull_unsigned(&svn, UINT16_MAX, &number))
        return because(what, _("isvsvn is out of range"));
    out->isv_svn = (uint16_t)number;
    if (out->status != TCB_UP_TO_DATE && out->status != TCB_OUT_OF_DATE &&
        out->status != TCB_REVOKED)
        return because(what, _("tcbStatus is none that an enclave can have"));
    return true;
}

bool isv_levels_parse(const JsonPullValue *array, IsvLevels *out, char **what)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    unsigned n;
    *out = (IsvLevels){0};
    if (!count_elements(array, &n))
        return because(what, _("too many levels"));
    out->items = g_new0(IsvLevel, n);
    json_pull_open(array, &iterator);
    while (out->n < n && json_pull_element(&iterator, &element)) {
        if (!isv_level_parse(&element, &out->items[out->n], what))
            return false;
        out->n++;
    }
    return true;
}

void isv_levels_clear(IsvLevels *levels)
{
    g_clear_pointer(&levels->items, g_free);
    levels->n = 0;
}

static bool components_parse(const JsonPullValue *array, uint8_t *out, char **what)
{
    JsonPullIterator iterator;
    JsonPullValue element, svn;
    unsigned n = 0;
    uint64_t number;
    const JsonPullField fields[] = {{"svn", JSON_PULL_NUMBER, true, &svn, NULL}};
    json_pull_open(array, &iterator);
    while (json_pull_element(&iterator, &element)) {
        if (n == SGX_TCB_COMPONENTS)
            return because(what, _("more than 16 TCB components"));
        if (!json_pull_members(&element, fields, G_N_ELEMENTS(fields), what))
            return false;
        if (!json_pull_unsigned(&svn, UINT8_MAX, &number))
            return because(what, _("the svn of a TCB component is out of range"));
        out[n++] = (uint8_t)number;
    }
    return n == SGX_TCB_COMPONENTS || because(what, _("fewer than 16 TCB components"));
}

static bool tcb_level_parse(const JsonPullValue *object, Tee tee, TcbLevel *out, char **what)
{
    Judged judged = {0};
    JsonPullValue sgx, pce_svn, tdx;
    bool has_tdx = false;
    uint64_t number;
    const JsonPullField fields[] = {
        {"sgxtcbcomponents", JSON_PULL_ARRAY, true, &sgx, NULL},
        {"pcesvn", JSON_PULL_NUMBER, true, &pce_svn, NULL},
        {"tdxtcbcomponents", JSON_PULL_ARRAY, tee == TEE_TDX, &tdx, &has_tdx},
    };
    if (!judged_members(object, &judged, what) ||
        !json_pull_members(&judged.tcb, fields, G_N_ELEMENTS(fields), what) ||
        !judged_values(&judged, &out->date, &out->status, &out->advisories, what) ||
        !components_parse(&sgx, out->sgx, what) ||
        (has_tdx && !components_parse(&tdx, out->tdx, what)))
        return false;
    if (!json_pull_unsigned(&pce_svn, UINT16_MAX, &number))
        return because(what, _("pcesvn is out of range"));
    out->pce_svn = (uint16_t)number;
    return true;
}

/* Newest first. */
static int compare_levels(const void *left, const void *right)
{
    const TcbLevel *a = left, *b = right;
    int order = memcmp(b->sgx, a->sgx, sizeof a->sgx);
    if (order == 0)
        order = (int)b->pce_svn - (int)a->pce_svn;
    return order != 0 ? order : memcmp(b->tdx, a->tdx, sizeof a->tdx);
}

static bool tcb_levels_parse(const JsonPullValue *array, TcbInfo *out, char **what)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    unsigned n;
    if (!count_elements(array, &n))
        return because(what, _("too many TCB levels"));
    out->levels = g_new0(TcbLevel, n);
    json_pull_open(array, &iterator);
    while (out->n_levels < n && json_pull_element(&iterator, &element)) {
        if (!tcb_level_parse(&element, out->tee, &out->levels[out->n_levels], what))
            return false;
        out->n_levels++;
    }
    if (n > 1)
        qsort(out->levels, n, sizeof *out->levels, compare_levels);
    for (unsigned i = 1; i < n; i++)
        if (compare_levels(&out->levels[i - 1], &out->levels[i]) == 0)
            return because(what, _("the same TCB level twice"));
    return true;
}

static bool module_values(TdxModule *out, const JsonPullValue *signer,
                          const JsonPullValue *attributes, const JsonPullValue *mask, char **what)
{
    if (!json_hex(signer, out->mr_signer, sizeof out->mr_signer) ||
        !json_hex(attributes, out->attributes, sizeof out->attributes) ||
        !json_hex(mask, out->attributes_mask, sizeof out->attributes_mask))
        return because(what, _("the TDX module's mrsigner or attributes are no hex of their size"));
    return true;
}

static bool module_parse(const JsonPullValue *object, TdxModule *out, char **what)
{
    JsonPullValue signer, attributes, mask;
    const JsonPullField fields[] = {
        {"mrsigner", JSON_PULL_STRING, true, &signer, NULL},
        {"attributes", JSON_PULL_STRING, true, &attributes, NULL},
        {"attributesMask", JSON_PULL_STRING, true, &mask, NULL},
    };
    return json_pull_members(object, fields, G_N_ELEMENTS(fields), what) &&
           module_values(out, &signer, &attributes, &mask, what);
}

static bool identity_parse(const JsonPullValue *object, TdxModule *out, char **what)
{
    JsonPullValue id, signer, attributes, mask, levels;
    const JsonPullField fields[] = {
        {"id", JSON_PULL_STRING, true, &id, NULL},
        {"mrsigner", JSON_PULL_STRING, true, &signer, NULL},
        {"attributes", JSON_PULL_STRING, true, &attributes, NULL},
        {"attributesMask", JSON_PULL_STRING, true, &mask, NULL},
        {"tcbLevels", JSON_PULL_ARRAY, true, &levels, NULL},
    };
    if (!json_pull_members(object, fields, G_N_ELEMENTS(fields), what) ||
        !module_values(out, &signer, &attributes, &mask, what))
        return false;
    if (!json_pull_plain_string(&id, &out->id))
        return because(what, _("the id of a TDX module holds an escape"));
    return isv_levels_parse(&levels, &out->levels, what);
}

static bool same_id(Span a, Span b)
{
    return a.size == b.size &&
           g_ascii_strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0;
}

static bool identities_parse(const JsonPullValue *array, TcbInfo *out, char **what)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    unsigned n;
    if (!count_elements(array, &n))
        return because(what, _("too many TDX module identities"));
    out->identities = g_new0(TdxModule, n);
    json_pull_open(array, &iterator);
    while (out->n_identities < n && json_pull_element(&iterator, &element)) {
        TdxModule *identity = &out->identities[out->n_identities++];
        if (!identity_parse(&element, identity, what))
            return false;
        for (unsigned i = 0; i + 1 < out->n_identities; i++)
            if (same_id(out->identities[i].id, identity->id))
                return because(what, _("the same TDX module identity twice"));
    }
    return true;
}

typedef struct InfoMembers {
    JsonPullValue id, version, issue_date, next_update, fmspc, pce_id, tcb_type, evaluation;
    JsonPullValue levels, module, identities;
    bool has_module, has_identities;
} InfoMembers;

static bool info_members(const JsonPullValue *object, InfoMembers *m, char **what)
{
    const JsonPullField fields[] = {
        {"id", JSON_PULL_STRING, true, &m->id, NULL},
        {"version", JSON_PULL_NUMBER, true, &m->version, NULL},
        {"issueDate", JSON_PULL_STRING, true, &m->issue_date, NULL},
        {"nextUpdate", JSON_PULL_STRING, true, &m->next_update, NULL},
        {"fmspc", JSON_PULL_STRING, true, &m->fmspc, NULL},
        {"pceId", JSON_PULL_STRING, true, &m->pce_id, NULL},
        {"tcbType", JSON_PULL_NUMBER, true, &m->tcb_type, NULL},
        {"tcbEvaluationDataNumber", JSON_PULL_NUMBER, true, &m->evaluation, NULL},
        {"tcbLevels", JSON_PULL_ARRAY, true, &m->levels, NULL},
        {"tdxModule", JSON_PULL_OBJECT, false, &m->module, &m->has_module},
        {"tdxModuleIdentities", JSON_PULL_ARRAY, false, &m->identities, &m->has_identities},
    };
    return json_pull_members(object, fields, G_N_ELEMENTS(fields), what);
}

static bool read_tee(const JsonPullValue *id, Tee *out, char **what)
{
    Span text;
    if (json_pull_plain_string(id, &text) && text.size == 3) {
        *out = memcmp(text.data, "TDX", 3) == 0 ? TEE_TDX : TEE_SGX;
        if (*out == TEE_TDX || memcmp(text.data, "SGX", 3) == 0)
            return true;
    }
    return because(what, _("id is neither \"SGX\" nor \"TDX\""));
}

static bool info_scalars(const InfoMembers *m, TcbInfo *out, char **what)
{
    uint64_t version, type, evaluation;
    if (!read_tee(&m->id, &out->tee, what))
        return false;
    if (!json_date(&m->issue_date, &out->issue_date) ||
        !json_date(&m->next_update, &out->next_update))
        return because(what, _("issueDate or nextUpdate is no date"));
    if (!json_hex(&m->fmspc, out->fmspc, sizeof out->fmspc) ||
        !json_hex(&m->pce_id, out->pce_id, sizeof out->pce_id))
        return because(what, _("fmspc or pceId is no hex of its size"));
    if (!json_pull_unsigned(&m->version, UINT16_MAX, &version) ||
        !json_pull_unsigned(&m->tcb_type, UINT16_MAX, &type) ||
        !json_pull_unsigned(&m->evaluation, UINT32_MAX, &evaluation))
        return because(what, _("version, tcbType or tcbEvaluationDataNumber is out of range"));
    out->version = (unsigned)version;
    out->tcb_type = (unsigned)type;
    out->evaluation = (uint32_t)evaluation;
    return true;
}

static bool info_parse(Span body, TcbInfo *out, char **what)
{
    JsonPullValue object;
    InfoMembers members = {0};
    if (!signed_object(body, &object, what) || !info_members(&object, &members, what) ||
        !info_scalars(&members, out, what))
        return false;
    if (out->tee == TEE_SGX && (members.has_module || members.has_identities))
        return because(what, _("a TDX module in a TCB info for SGX"));
    out->has_module = members.has_module;
    return (!members.has_module || module_parse(&members.module, &out->module, what)) &&
           (!members.has_identities || identities_parse(&members.identities, out, what)) &&
           tcb_levels_parse(&members.levels, out, what);
}

bool tcb_info_parse(Span body, TcbInfo *out, GError **error)
{
    g_autofree char *what = NULL;
    memset(out, 0, sizeof *out);
    if (info_parse(body, out, &what))
        return true;
    g_autofree char *safe = sanitize_string(what);
    g_set_error(error, TCB_INFO_ERROR, TCB_INFO_ERROR_FORM, _("the TCB info is malformed: %s"),
                safe);
    tcb_info_clear(out);
    return false;
}

void tcb_info_clear(TcbInfo *info)
{
    for (unsigned i = 0; i < info->n_identities; i++)
        isv_levels_clear(&info->identities[i].levels);
    g_clear_pointer(&info->identities, g_free);
    g_clear_pointer(&info->levels, g_free);
    info->n_identities = info->n_levels = 0;
}

const TdxModule *tcb_info_module_identity(const TcbInfo *info, uint8_t number)
{
    char id[8];
    g_snprintf(id, sizeof id, "TDX_%02X", number);
    for (unsigned i = 0; i < info->n_identities; i++)
        if (same_id(info->identities[i].id, span_of(id, strlen(id))))
            return &info->identities[i];
    return NULL;
}
