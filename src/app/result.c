/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What came of one input: its life, its exit status, its export.
 */
#include "config.h"

#include "app/verification_private.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"

GQuark verification_error_quark(void)
{
    return g_quark_from_static_string("mse-verification-error");
}

static void clear(void *data)
{
    VerificationResult *result = data;
    g_free(result->input);
    g_clear_pointer(&result->verdict, verdict_free);
    g_clear_error(&result->error);
    g_clear_pointer(&result->collateral, collateral_unref);
    g_clear_pointer(&result->why_no_collateral, g_ref_string_release);
    g_clear_pointer(&result->signer_key, g_bytes_unref);
    g_free(result->sha256);
    g_clear_error(&result->journal_error);
}

VerificationResult *verification_result_ref(VerificationResult *result)
{
    return g_atomic_rc_box_acquire(result);
}

void verification_result_unref(VerificationResult *result)
{
    if (result != NULL)
        g_atomic_rc_box_release_full(result, clear);
}

int verification_exit_status(const VerificationResult *result, bool strict)
{
    if (result->verdict == NULL)
        return result->error == NULL ? 0 : 1;
    switch (result->verdict->kind) {
    case VERDICT_TRUSTED:
        return 0;
    case VERDICT_TRUSTED_WITH_WARNINGS:
        return strict ? 3 : 0;
    default:
        return 3;
    }
}

int verification_exit_status_join(int whole, int one)
{
    return MAX(whole, one);
}

const char *verification_verdict_name(const VerificationResult *result)
{
    if (result->verdict != NULL)
        return verdict_kind_name(result->verdict->kind);
    return result->error == NULL ? "collateral" : "unreadable";
}

static json_t *bytes_as_text(GBytes *bytes)
{
    Span span = span_of_bytes(bytes);
    return json_stringn((const char *)span.data, span.size);
}

/* The members of a collateral file; parts that are missing are left out. */
static json_t *collateral_json(const Collateral *collateral)
{
    json_t *object = json_object();
    const struct {
        const char *name;
        GBytes *bytes;
        bool hex;
    } parts[] = {
        {"root_ca_crl", collateral->root_crl, true},
        {"pck_crl", collateral->pck_crl, true},
        {"tcb_info_issuer_chain", collateral->tcb_info_chain, false},
        {"tcb_info", collateral->tcb_info, false},
        {"tcb_info_signature", collateral->tcb_info_signature, true},
        {"qe_identity_issuer_chain", collateral->qe_identity_chain, false},
        {"qe_identity", collateral->qe_identity, false},
        {"qe_identity_signature", collateral->qe_identity_signature, true},
    };
    json_object_set_new(object, "pck_crl_issuer_chain", json_string(""));
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].bytes != NULL)
            json_object_set_new(object, parts[i].name,
                                parts[i].hex ? hex_json(span_of_bytes(parts[i].bytes))
                                             : bytes_as_text(parts[i].bytes));
    return object;
}

static void set_subject(json_t *object, const Verdict *verdict)
{
    if (verdict->certificate != NULL) {
        g_autofree char *pem = pem_encode("CERTIFICATE", span_of_bytes(verdict->certificate));
        json_object_set_new(object, "certificate", json_string(pem));
        return;
    }
    Span quote = span_of_bytes(verdict->quote_bytes);
    g_autofree char *base64 = g_base64_encode(quote.data, quote.size);
    json_object_set_new(object, "quote", json_string(base64));
}

static json_t *export_json(const VerificationResult *result)
{
    json_t *object = json_object();
    json_object_set_new(object, EXPORT_MARK, json_integer(EXPORT_VERSION));
    json_object_set_new(object, "judged", verification_result_json(result));
    set_subject(object, result->verdict);
    if (result->signer_key != NULL)
        json_object_set_new(object, "signer_pk", bytes_as_text(result->signer_key));
    if (result->collateral != NULL) {
        json_object_set_new(object, "collateral", collateral_json(result->collateral));
        json_object_set_new(object, "signer_only", json_boolean(result->collateral->signer_only));
    }
    return object;
}

bool verification_export(const VerificationResult *result, const char *path, GError **error)
{
    const Verdict *verdict = result->verdict;
    if (verdict == NULL || (verdict->certificate == NULL && verdict->quote_bytes == NULL)) {
        g_autofree char *safe = sanitize_string(result->input);
        g_set_error(error, VERIFICATION_ERROR, VERIFICATION_ERROR_NOTHING,
                    _("exporting what was judged of %s: neither a certificate nor a quote could be "
                      "read in it; keep the file itself"),
                    safe);
        return false;
    }
    json_t *object = export_json(result);
    g_autofree char *text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    g_autofree char *whole = g_strconcat(text, "\n", NULL);
    return file_write(path, span_of(whole, strlen(whole)), 0644, error);
}

bool verification_write_certificate(const VerificationResult *result, const char *directory,
                                    GError **error)
{
    size_t size;
    const void *der = g_bytes_get_data(result->verdict->certificate, &size);
    g_autofree char *pem = pem_encode("CERTIFICATE", span_of(der, size));
    g_autofree char *path = g_build_filename(directory, "ratls.pem", NULL);
    return file_make_directory(directory, error) &&
           file_write(path, span_of(pem, strlen(pem)), 0644, error);
}
