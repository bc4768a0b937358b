/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `verify --json`: one object an input.
 */
#include "config.h"

#include "app/verification_private.h"
#include "core/hex.h"
#include "core/sanitize.h"
#include "format/date.h"

json_t *time_json(int64_t seconds)
{
    g_autofree char *text = date_format(seconds);
    return json_string(text);
}

json_t *text_json(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *plain = json_string(text);
    if (plain != NULL)
        return plain;
    g_autofree char *safe = sanitize_string(text);
    return json_string(safe);
}

json_t *hex_json(Span bytes)
{
    g_autofree char *hex = hex_encode(bytes);
    return json_string(hex);
}

/* Byte fields of a report body: name, where and how many. */
typedef struct Field {
    const char *name;
    size_t offset, size;
} Field;

#define FIELD(type, member)                                             \
    {                                                                   \
#member, offsetof(type, member), sizeof(((type *)NULL)->member) \
    }

static const Field sgx_fields[] = {
    FIELD(SgxReportBody, cpu_svn),       FIELD(SgxReportBody, isv_ext_prod_id),
    FIELD(SgxReportBody, attributes),    FIELD(SgxReportBody, mr_enclave),
    FIELD(SgxReportBody, mr_signer),     FIELD(SgxReportBody, config_id),
    FIELD(SgxReportBody, isv_family_id), FIELD(SgxReportBody, report_data),
};

static const Field td_fields[] = {
    FIELD(TdReportBody, tee_tcb_svn),    FIELD(TdReportBody, mr_seam),
    FIELD(TdReportBody, mr_signer_seam), FIELD(TdReportBody, seam_attributes),
    FIELD(TdReportBody, td_attributes),  FIELD(TdReportBody, xfam),
    FIELD(TdReportBody, mr_td),          FIELD(TdReportBody, mr_config_id),
    FIELD(TdReportBody, mr_owner),       FIELD(TdReportBody, mr_owner_config),
    FIELD(TdReportBody, report_data),
};

static const Field td_1_5_fields[] = {
    FIELD(TdReportBody, tee_tcb_svn2),
    FIELD(TdReportBody, mr_service_td),
};

static void add_fields(json_t *object, const void *body, const Field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *at = (const uint8_t *)body + fields[i].offset;
        json_object_set_new(object, fields[i].name, hex_json(span_of(at, fields[i].size)));
    }
}

static void add_number(json_t *object, const char *name, uint32_t value)
{
    json_object_set_new(object, name, json_integer(value));
}

static void add_sgx(json_t *object, const SgxReportBody *body)
{
    add_fields(object, body, sgx_fields, G_N_ELEMENTS(sgx_fields));
    add_number(object, "misc_select", body->misc_select);
    add_number(object, "isv_prod_id", body->isv_prod_id);
    add_number(object, "isv_svn", body->isv_svn);
    add_number(object, "config_svn", body->config_svn);
}

static void add_td(json_t *object, const TdReportBody *body, BodyType type)
{
    add_fields(object, body, td_fields, G_N_ELEMENTS(td_fields));
    if (type == BODY_TD_1_5)
        add_fields(object, body, td_1_5_fields, G_N_ELEMENTS(td_1_5_fields));
    json_t *registers = json_array();
    for (unsigned i = 0; i < G_N_ELEMENTS(body->rt_mr); i++)
        json_array_append_new(registers, hex_json(span_of(body->rt_mr[i], 48)));
    json_object_set_new(object, "rt_mr", registers);
}

json_t *quote_json(const Quote *quote)
{
    json_t *object = json_object();
    add_number(object, "version", quote->version);
    json_object_set_new(object, "tee", json_string(quote->tee == TEE_SGX ? "sgx" : "tdx"));
    add_number(object, "att_key_type", quote->att_key_type);
    if (quote->version == 3) {
        add_number(object, "qe_svn", quote->qe_svn);
        add_number(object, "pce_svn", quote->pce_svn);
    }
    json_object_set_new(object, "qe_vendor_id", hex_json(span_of(quote->qe_vendor_id, 16)));
    json_object_set_new(object, "user_data", hex_json(span_of(quote->user_data, 20)));
    if (quote->tee == TEE_SGX)
        add_sgx(object, &quote->body.sgx);
    else
        add_td(object, &quote->body.td, quote->body_type);
    return object;
}

static json_t *checks_json(const Verdict *verdict)
{
    json_t *checks = json_array();
    for (unsigned i = 0; verdict != NULL && i < N_CHECKS; i++) {
        json_t *check = json_object();
        json_object_set_new(check, "id", json_string(check_table[i].id));
        json_object_set_new(check, "result",
                            json_string(check_result_name(verdict->checks[i].result)));
        json_object_set_new(check, "detail", text_json(verdict->checks[i].detail));
        json_array_append_new(checks, check);
    }
    return checks;
}

static json_t *advisories_json(const Verdict *verdict)
{
    json_t *advisories = json_array();
    for (unsigned i = 0; verdict != NULL && i < verdict->advisories->len; i++)
        json_array_append_new(advisories, text_json(g_ptr_array_index(verdict->advisories, i)));
    return advisories;
}

static json_t *status_json(const Verdict *verdict)
{
    return text_json(verdict == NULL ? NULL : tcb_status_name(verdict->tcb_status));
}

static json_t *error_json(const VerificationResult *result)
{
    return text_json(result->error == NULL ? NULL : result->error->message);
}

/* The members that only a verdict has; null without one. */
static void add_verdict(json_t *object, const Verdict *verdict)
{
    json_object_set_new(object, "time", verdict == NULL ? json_null() : time_json(verdict->time));
    bool interval = verdict != NULL && verdict->has_interval;
    json_object_set_new(object, "valid_from",
                        interval ? time_json(verdict->valid_from) : json_null());
    json_object_set_new(object, "valid_until",
                        interval ? time_json(verdict->valid_until) : json_null());
    json_object_set_new(object, "root", text_json(verdict == NULL ? NULL : verdict->root_name));
    json_object_set_new(object, "root_sha256",
                        verdict == NULL ? json_null()
                                        : hex_json(span_of(verdict->root_sha256, 32)));
    json_object_set_new(object, "simulated",
                        verdict == NULL ? json_null() : json_boolean(verdict->simulated));
    json_object_set_new(object, "quote",
                        verdict == NULL || !verdict->has_quote ? json_null()
                                                               : quote_json(&verdict->quote));
}

json_t *verification_result_json(const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    json_t *object = json_object();
    json_object_set_new(object, "input", text_json(result->input));
    json_object_set_new(object, "kind", json_string(input_kind_name(result->kind)));
    json_object_set_new(object, "verdict", json_string(verification_verdict_name(result)));
    json_object_set_new(object, "error", error_json(result));
    json_object_set_new(object, "tcb_status", status_json(verdict));
    json_object_set_new(object, "advisories", advisories_json(verdict));
    json_object_set_new(object, "checks", checks_json(verdict));
    add_verdict(object, verdict);
    json_object_set_new(object, "sha256", text_json(result->sha256));
    return object;
}
