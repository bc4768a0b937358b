/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/qe_identity.h"

#include "core/i18n.h"
#include "core/sanitize.h"

GQuark qe_identity_error_quark(void)
{
    return g_quark_from_static_string("mse-qe-identity-error");
}

typedef struct Members {
    JsonPullValue id, version, issue_date, next_update, evaluation, misc_select, misc_select_mask;
    JsonPullValue attributes, attributes_mask, mr_signer, isv_prod_id, levels;
} Members;

static bool read_members(const JsonPullValue *object, Members *m, char **what)
{
    const JsonPullField fields[] = {
        {"id", JSON_PULL_STRING, true, &m->id, NULL},
        {"version", JSON_PULL_NUMBER, true, &m->version, NULL},
        {"issueDate", JSON_PULL_STRING, true, &m->issue_date, NULL},
        {"nextUpdate", JSON_PULL_STRING, true, &m->next_update, NULL},
        {"tcbEvaluationDataNumber", JSON_PULL_NUMBER, true, &m->evaluation, NULL},
        {"miscselect", JSON_PULL_STRING, true, &m->misc_select, NULL},
        {"miscselectMask", JSON_PULL_STRING, true, &m->misc_select_mask, NULL},
        {"attributes", JSON_PULL_STRING, true, &m->attributes, NULL},
        {"attributesMask", JSON_PULL_STRING, true, &m->attributes_mask, NULL},
        {"mrsigner", JSON_PULL_STRING, true, &m->mr_signer, NULL},
        {"isvprodid", JSON_PULL_NUMBER, true, &m->isv_prod_id, NULL},
        {"tcbLevels", JSON_PULL_ARRAY, true, &m->levels, NULL},
    };
    return json_pull_members(object, fields, G_N_ELEMENTS(fields), what);
}

static bool read_hex(const Members *m, QeIdentity *out)
{
    return json_hex(&m->misc_select, out->misc_select, sizeof out->misc_select) &&
           json_hex(&m->misc_select_mask, out->misc_select_mask, sizeof out->misc_select_mask) &&
           json_hex(&m->attributes, out->attributes, sizeof out->attributes) &&
           json_hex(&m->attributes_mask, out->attributes_mask, sizeof out->attributes_mask) &&
           json_hex(&m->mr_signer, out->mr_signer, sizeof out->mr_signer);
}

static bool read_numbers(const Members *m, QeIdentity *out)
{
    uint64_t version, evaluation, product;
    if (!json_pull_unsigned(&m->version, UINT16_MAX, &version) ||
        !json_pull_unsigned(&m->evaluation, UINT32_MAX, &evaluation) ||
        !json_pull_unsigned(&m->isv_prod_id, UINT16_MAX, &product))
        return false;
    out->version = (unsigned)version;
    out->evaluation = (uint32_t)evaluation;
    out->isv_prod_id = (uint16_t)product;
    return true;
}

static bool because(char **what, const char *fragment)
{
    *what = g_strdup(fragment);
    return false;
}

static bool parse(Span body, QeIdentity *out, char **what)
{
    JsonPullValue object;
    Members members = {0};
    if (!signed_object(body, &object, what) || !read_members(&object, &members, what))
        return false;
    if (!json_pull_plain_string(&members.id, &out->id))
        return because(what, _("id holds an escape"));
    if (!json_date(&members.issue_date, &out->issue_date) ||
        !json_date(&members.next_update, &out->next_update))
        return because(what, _("issueDate or nextUpdate is no date"));
    if (!read_hex(&members, out))
        return because(what, _("miscselect, attributes, their masks or mrsigner is no hex of its "
                               "size"));
    if (!read_numbers(&members, out))
        return because(what, _("version, tcbEvaluationDataNumber or isvprodid is out of range"));
    return isv_levels_parse(&members.levels, &out->levels, what);
}

bool qe_identity_parse(Span body, QeIdentity *out, GError **error)
{
    g_autofree char *what = NULL;
    memset(out, 0, sizeof *out);
    if (parse(body, out, &what))
        return true;
    g_autofree char *safe = sanitize_string(what);
    g_set_error(error, QE_IDENTITY_ERROR, QE_IDENTITY_ERROR_FORM,
                _("the QE identity is malformed: %s"), safe);
    qe_identity_clear(out);
    return false;
}

void qe_identity_clear(QeIdentity *identity)
{
    isv_levels_clear(&identity->levels);
}
