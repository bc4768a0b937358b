/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/info.h"

#include "core/hex.h"
#include "format/date.h"
#include "sim/crypto.h"

#include <jansson.h>
#include <stdlib.h>

const char TCB_INFO_KEY[] = "tcbInfo";
const char QE_IDENTITY_KEY[] = "enclaveIdentity";

const SimStatus sim_tcb_statuses[] = {
    {"UpToDate", {NULL}},
    {"SWHardeningNeeded", {"INTEL-SA-00615", NULL}},
    {"ConfigurationNeeded", {"INTEL-SA-00219", NULL}},
    {"ConfigurationAndSWHardeningNeeded", {"INTEL-SA-00219", "INTEL-SA-00615", NULL}},
    {"OutOfDate", {"INTEL-SA-00828", NULL}},
    {"OutOfDateConfigurationNeeded", {"INTEL-SA-00219", "INTEL-SA-00828", NULL}},
    {"Revoked", {"INTEL-SA-00161", NULL}},
    {NULL, {NULL}},
};

const SimStatus sim_qe_statuses[] = {
    {"UpToDate", {NULL}},
    {"OutOfDate", {"INTEL-SA-00477", NULL}},
    {"Revoked", {"INTEL-SA-00202", NULL}},
    {NULL, {NULL}},
};

const char *sim_tee_name(SimTee tee)
{
    static const char *const names[N_SIM_TEES] = {[SIM_SGX] = "sgx", [SIM_TDX] = "tdx"};
    return names[tee];
}

const SimStatus *sim_status_find(const SimStatus *statuses, const char *name)
{
    for (; statuses->name != NULL; statuses++)
        if (strcmp(statuses->name, name) == 0)
            return statuses;
    return NULL;
}

void signed_info_clear(SignedInfo *info)
{
    g_clear_pointer(&info->text, g_free);
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        g_error("JSON: %s cannot be set", key);
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        g_error("JSON: an element cannot be added");
}

static json_t *hex(const void *bytes, size_t size)
{
    g_autofree char *text = hex_encode(span_of(bytes, size));
    g_autofree char *upper = g_ascii_strup(text, -1);
    return json_string(upper);
}

static json_t *zeros(size_t size)
{
    const uint8_t bytes[48] = {0};
    return hex(bytes, size);
}

static json_t *date(int64_t seconds)
{
    g_autofree char *text = date_format(seconds);
    return json_string(text);
}

static json_t *components(const uint8_t svn[16], unsigned n, int first)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < n; i++)
        append(array, json_pack("{s:i}", "svn", i == 0 && first >= 0 ? first : svn[i]));
    return array;
}

/* What every level ends with. Consumes `tcb`. */
static json_t *level(json_t *tcb, const char *level_date, const SimStatus *status,
                     const char *status_name)
{
    json_t *object = json_object();
    set(object, "tcb", tcb);
    set(object, "tcbDate", json_string(level_date));
    set(object, "tcbStatus", json_string(status_name ? status_name : status->name));
    if (status->advisories[0] != NULL) {
        json_t *advisories = json_array();
        for (unsigned i = 0; status->advisories[i] != NULL; i++)
            append(advisories, json_string(status->advisories[i]));
        set(object, "advisoryIDs", advisories);
    }
    return object;
}

static json_t *platform_tcb(const TcbInfoRecipe *recipe, const uint8_t svn[16], unsigned pce_svn,
                            const uint8_t tdx_svn[16], int first)
{
    json_t *tcb = json_object();
    set(tcb, "sgxtcbcomponents", components(svn, recipe->n_components, first));
    set(tcb, "pcesvn", json_integer(pce_svn));
    if (recipe->tee == SIM_TDX)
        set(tcb, "tdxtcbcomponents", components(tdx_svn, 16, -1));
    return tcb;
}

/* Newest first: above the platform, the platform's own, an older TDX module on the same platform,
 * two older platforms. */
static json_t *platform_levels(const TcbInfoRecipe *recipe)
{
    const SimStatus *up_to_date = sim_status_find(sim_tcb_statuses, "UpToDate");
    const SimStatus *out_of_date = sim_status_find(sim_tcb_statuses, "OutOfDate");
    json_t *levels = json_array();
    uint8_t svn[16], tdx_svn[16];
    memcpy(svn, recipe->svn, sizeof svn);
    memcpy(tdx_svn, recipe->tdx_svn, sizeof tdx_svn);
    if (recipe->newer_level || recipe->only_newer) {
        svn[0]++;
        append(levels, level(platform_tcb(recipe, svn, recipe->pce_svn, tdx_svn, -1),
                             "2024-03-13T00:00:00Z", up_to_date, NULL));
        svn[0]--;
    }
    if (recipe->only_newer)
        return levels;
    for (int i = 0; i < (recipe->duplicate_level ? 2 : 1); i++)
        append(levels, level(platform_tcb(recipe, svn, recipe->pce_svn, tdx_svn, recipe->first_svn),
                             "2023-08-09T00:00:00Z", recipe->status, recipe->status_name));
    if (recipe->tee == SIM_TDX) {
        tdx_svn[0] = (uint8_t)(tdx_svn[0] - 2);
        tdx_svn[2] = (uint8_t)(tdx_svn[2] - 1);
        append(levels, level(platform_tcb(recipe, svn, recipe->pce_svn, tdx_svn, -1),
                             "2023-02-15T00:00:00Z", out_of_date, NULL));
    }
    svn[0] = (uint8_t)(svn[0] - 2);
    append(levels, level(platform_tcb(recipe, svn, recipe->pce_svn, tdx_svn, -1),
                         "2022-08-10T00:00:00Z", out_of_date, NULL));
    append(levels,
           level(platform_tcb(recipe, svn, recipe->pce_svn - 5u, tdx_svn, -1),
                 "2018-01-04T00:00:00Z", sim_status_find(sim_tcb_statuses, "Revoked"), NULL));
    return levels;
}

static json_t *svn_tcb(unsigned isv_svn)
{
    return json_pack("{s:i}", "isvsvn", (int)isv_svn);
}

static json_t *module_identity(const TcbInfoRecipe *recipe)
{
    json_t *module = json_object();
    set(module, "id", json_string("TDX_01"));
    set(module, "mrsigner", zeros(48));
    set(module, "attributes", zeros(8));
    set(module, "attributesMask", json_string("FFFFFFFFFFFFFFFF"));
    json_t *levels = json_array();
    append(levels, level(svn_tcb(recipe->module_svn), "2024-03-13T00:00:00Z",
                         sim_status_find(sim_qe_statuses, "UpToDate"), NULL));
    append(levels, level(svn_tcb(recipe->module_svn - 2u), "2023-08-09T00:00:00Z",
                         sim_status_find(sim_qe_statuses, "OutOfDate"), NULL));
    set(module, "tcbLevels", levels);
    return module;
}

static void add_module(json_t *info, const TcbInfoRecipe *recipe)
{
    json_t *module = json_object();
    set(module, "mrsigner", zeros(48));
    set(module, "attributes", zeros(8));
    set(module, "attributesMask", json_string("FFFFFFFFFFFFFFFF"));
    set(info, "tdxModule", module);
    json_t *identities = json_array();
    if (recipe->module_identities)
        append(identities, module_identity(recipe));
    set(info, "tdxModuleIdentities", identities);
}

/* Steals `document`. */
static void sign(json_t *document, EVP_PKEY *signer, TextChange before, TextChange after,
                 bool break_signature, SignedInfo *out)
{
    char *dumped = json_dumps(document, JSON_COMPACT);
    json_decref(document);
    g_assert(dumped != NULL);
    out->text = g_strdup(dumped);
    free(dumped);
    if (before != NULL)
        out->text = before(out->text);
    key_sign(signer, span_of(out->text, strlen(out->text)), out->signature);
    if (break_signature)
        out->signature[63] ^= 1;
    if (after != NULL)
        out->text = after(out->text);
}

void tcb_info_make(const TcbInfoRecipe *recipe, SignedInfo *out)
{
    json_t *info = json_object();
    set(info, "id", json_string(recipe->id));
    set(info, "version", json_integer(recipe->version));
    set(info, "issueDate", date(recipe->issue_date));
    set(info, "nextUpdate", date(recipe->next_update));
    set(info, "fmspc", hex(recipe->fmspc, sizeof recipe->fmspc));
    set(info, "pceId", hex(recipe->pce_id, sizeof recipe->pce_id));
    set(info, "tcbType", json_integer(recipe->tcb_type));
    set(info, "tcbEvaluationDataNumber", json_integer(recipe->evaluation));
    if (recipe->tdx_module)
        add_module(info, recipe);
    set(info, "tcbLevels", platform_levels(recipe));
    sign(info, recipe->signer, recipe->before_signing, recipe->after_signing,
         recipe->break_signature, out);
}

static json_t *qe_levels(const QeIdentityRecipe *recipe)
{
    const SimStatus *up_to_date = sim_status_find(sim_qe_statuses, "UpToDate");
    json_t *levels = json_array();
    if (recipe->status != up_to_date || recipe->only_newer)
        append(levels,
               level(svn_tcb(recipe->isv_svn + 1), "2024-03-13T00:00:00Z", up_to_date, NULL));
    if (recipe->only_newer)
        return levels;
    append(levels, level(svn_tcb(recipe->isv_svn), "2023-08-09T00:00:00Z", recipe->status, NULL));
    append(levels, level(svn_tcb(recipe->isv_svn - 2), "2021-11-10T00:00:00Z",
                         sim_status_find(sim_qe_statuses, "OutOfDate"), NULL));
    return levels;
}

void qe_identity_make(const QeIdentityRecipe *recipe, SignedInfo *out)
{
    json_t *identity = json_object();
    set(identity, "id", json_string(recipe->id));
    set(identity, "version", json_integer(recipe->version));
    set(identity, "issueDate", date(recipe->issue_date));
    set(identity, "nextUpdate", date(recipe->next_update));
    set(identity, "tcbEvaluationDataNumber", json_integer(recipe->evaluation));
    set(identity, "miscselect", json_string("00000000"));
    set(identity, "miscselectMask", json_string("FFFFFFFF"));
    set(identity, "attributes", json_string("11000000000000000000000000000000"));
    set(identity, "attributesMask", json_string("FBFFFFFFFFFFFFFF0000000000000000"));
    set(identity, "mrsigner", hex(recipe->mr_signer, sizeof recipe->mr_signer));
    set(identity, "isvprodid", json_integer(recipe->isv_prod_id));
    set(identity, "tcbLevels", qe_levels(recipe));
    sign(identity, recipe->signer, recipe->before_signing, recipe->after_signing,
         recipe->break_signature, out);
}

char *signed_info_body(const SignedInfo *info, const char *key)
{
    g_autofree char *signature = hex_encode(span_of(info->signature, sizeof info->signature));
    return g_strdup_printf("{\"%s\":%s,\"signature\":\"%s\"}", key, info->text, signature);
}

bool signed_info_read(const char *body, const char *key, SignedInfo *out)
{
    static const char middle[] = ",\"signature\":\"";
    const size_t tail = sizeof middle - 1 + 2 * sizeof out->signature + 2;
    g_autofree char *head = g_strdup_printf("{\"%s\":", key);
    const size_t size = strlen(body);
    if (!g_str_has_prefix(body, head) || size < strlen(head) + tail)
        return false;
    const char *end = body + size - tail;
    const char *signature = end + sizeof middle - 1;
    if (!g_str_has_prefix(end, middle) || strcmp(signature + 128, "\"}") != 0 ||
        !hex_decode_exact(span_of(signature, 128), out->signature, sizeof out->signature))
        return false;
    out->text = g_strndup(body + strlen(head), (size_t)(end - body) - strlen(head));
    return true;
}
