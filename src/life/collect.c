/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/collect.h"

#include "app/pccs.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/secret.h"
#include "format/pem.h"
#include "wire/wire.h"

#include <string.h>
#include <unistd.h>

char *life_signer_public(const char *path, Cancel *cancel, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *safe = sanitize_string(path);
    g_autoptr(Secret) file = secret_read_file(path, LIMIT_KEY, cancel, &failure);
    char *public = file == NULL ? NULL : signer_public_key(secret_span(file), &failure);
    if (public != NULL)
        return public;
    if (failure->domain == CANCEL_ERROR)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_KEY,
                    _("the enclave's signing key %s: %s; make one with \"openssl genrsa -3 -out "
                      "FILE 3072\" and give it with --signer-key"),
                    safe, failure->message);
    if (error != NULL)
        cause_instead(*error, CAUSE_HERE, failure);
    return NULL;
}

static Span span_of_bytes(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

/* Steals `value`. */
static void add(json_t *object, const char *key, char *value)
{
    json_object_set_new(object, key, value != NULL ? json_string(value) : json_null());
    g_free(value);
}

static char *pem_of(const char *label, GBytes *der)
{
    return der == NULL ? NULL : pem_encode(label, span_of_bytes(der));
}

/* The first certificate of a chain: the signer. */
static char *first_of(GBytes *chain)
{
    if (chain == NULL)
        return NULL;
    g_autoptr(GPtrArray) blocks = pem_decode(span_of_bytes(chain), PEM_TEXT_BETWEEN, 8, NULL);
    if (blocks == NULL)
        return NULL;
    const PemBlock *block = g_ptr_array_index(blocks, 0);
    return pem_of("CERTIFICATE", block->der);
}

/* The body as the service answered it: {"KEY":SIGNED,"signature":"HEX"}, in base64. */
static char *body_of(const char *key, GBytes *signed_bytes, GBytes *signature)
{
    if (signed_bytes == NULL || signature == NULL)
        return NULL;
    g_autofree char *hex = hex_encode(span_of_bytes(signature));
    Span text = span_of_bytes(signed_bytes);
    g_autoptr(GString) body = g_string_new(NULL);
    g_string_append_printf(body, "{\"%s\":", key);
    g_string_append_len(body, (const char *)text.data, (gssize)text.size);
    g_string_append_printf(body, ",\"signature\":\"%s\"}", hex);
    return g_base64_encode((const guchar *)body->str, body->len);
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *arguments_json(const LifeArguments *arguments)
{
    json_t *expires =
        arguments->expires == 0 ? json_null() : json_integer((json_int_t)arguments->expires);
    json_t *object = json_object();
    json_object_set_new(object, "subject", text_or_null(arguments->subject));
    json_object_set_new(object, "subject_alternative_name", text_or_null(arguments->san));
    json_object_set_new(object, "expiration_date", expires);
    json_object_set_new(object, "size", json_integer((json_int_t)arguments->size));
    json_object_set_new(object, "app_id", text_or_null(arguments->uuid));
    json_object_set_new(object, "application", text_or_null(arguments->application));
    return object;
}

/* Free with g_free. */
static char *evidence_text(const LifeCollect *collect, GBytes *certificate,
                           const Collateral *collateral)
{
    json_t *evidence = json_object();
    json_object_set_new(evidence, "input_args", arguments_json(&collect->arguments));
    add(evidence, "ratls_certificate", pem_of("CERTIFICATE", certificate));
    add(evidence, "root_ca_crl", pem_of("X509 CRL", collateral->root_crl));
    add(evidence, "pck_platform_crl", pem_of("X509 CRL", collateral->pck_crl));
    add(evidence, "tcb_info",
        body_of("tcbInfo", collateral->tcb_info, collateral->tcb_info_signature));
    add(evidence, "qe_identity",
        body_of("enclaveIdentity", collateral->qe_identity, collateral->qe_identity_signature));
    add(evidence, "tcb_cert", first_of(collateral->tcb_info_chain));
    add(evidence, "signer_pk", g_strdup(collect->signer_key));
    char *text = json_dumps(evidence, JSON_INDENT(4));
    json_decref(evidence);
    char *whole = g_strconcat(text, "\n", NULL);
    free(text);
    return whole;
}

static Collateral *fetch(const LifeCollect *collect, GBytes *certificate, GError **error)
{
    CollateralNeed need = {0};
    const AttestSubject subject = {.certificate = span_of_bytes(certificate)};
    if (!attest_collateral_need(&subject, &need, error)) {
        cause_prefix(error, CAUSE_HERE, _("the certificate at %s: "), collect->host_port);
        return NULL;
    }
    g_autoptr(Pccs) pccs = pccs_new(collect->pccs_url, collect->pccs_ca, NULL, error);
    bool cached = false;
    Collateral *collateral =
        pccs == NULL ? NULL : pccs_collateral(pccs, &need, false, &cached, collect->cancel, error);
    collateral_need_clear(&need);
    return collateral;
}

static VerificationResult *judge(const LifeCollect *collect, char *path, GError **error)
{
    const VerificationRequest request = {
        .root_path = collect->root,
        .policy = collect->policy,
        .journal = collect->journal,
        .application = collect->name,
    };
    g_autoptr(Verification) verification = verification_new(&request, collect->cancel, error);
    if (verification == NULL)
        return NULL;
    const VerificationInput input = {.kind = INPUT_EVIDENCE, .name = path};
    return verification_judge(verification, &input, 0, collect->cancel);
}

/* What may be sent secrets stands there, and nothing else. */
static bool write_certificate(const LifeCollect *collect, const VerificationResult *result,
                              GError **error)
{
    g_autofree char *path = g_build_filename(collect->directory, "ratls.pem", NULL);
    if (result->verdict != NULL && verification_exit_status(result, false) == 0)
        return verification_write_certificate(result, collect->directory, error);
    if (unlink(path) == 0 || errno == ENOENT)
        return true;
    g_autofree char *safe = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE,
                _("%s is of another enclave, and cannot be removed: %s"), safe, g_strerror(errno));
    return false;
}

VerificationResult *life_collect(const LifeCollect *collect, GError **error)
{
    g_autoptr(GBytes) certificate =
        wire_peer_certificate(collect->host_port, collect->cancel, error);
    if (certificate == NULL) {
        cause_step(error, CAUSE_HERE, _("fetching the certificate"));
        return NULL;
    }
    life_progress(collect->listener, _("fetching collateral"));
    g_autoptr(Collateral) collateral = fetch(collect, certificate, error);
    if (collateral == NULL) {
        cause_step(error, CAUSE_HERE, _("collecting the evidence"));
        return NULL;
    }
    g_autofree char *text = evidence_text(collect, certificate, collateral);
    g_autofree char *path = g_build_filename(collect->directory, "evidence.json", NULL);
    if (!file_make_directory(collect->directory, error) ||
        !file_write(path, span_of(text, strlen(text)), 0644, error))
        return NULL;
    g_autoptr(VerificationResult) result = judge(collect, path, error);
    if (result == NULL || !write_certificate(collect, result, error))
        return NULL;
    return g_steal_pointer(&result);
}
