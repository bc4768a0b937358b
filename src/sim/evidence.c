/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/evidence.h"

#include "format/pem.h"
#include "sim/crypto.h"

#include <jansson.h>
#include <stdlib.h>

enum {
    ENCLAVE_SIZE = 4096,  /* MiB */
    TDX_EXTENSION = 8192, /* such quotes are found zero-padded to it */
    CERTIFICATE_DAYS = 365,
};

static int64_t certificate_end(const Platform *platform)
{
    return platform->recipe.spec.at + (int64_t)CERTIFICATE_DAYS * 86400;
}

/* report_data: SHA-256 of the key as uncompressed point, then the enclave's X25519 key. */
static void bind_report_data(const ApplicationRecipe *application, uint8_t out[64])
{
    uint8_t point[65] = {4};
    key_point(application->key, point + 1);
    digest_sha256(span_of(point, sizeof point), out);
    if (application->wrong_binding)
        out[0] ^= 1;
    memset(out + 32, 0, 32);
    if (application->has_enclave_key)
        memcpy(out + 32, application->enclave_key, 32);
}

GBytes *application_certificate(const ApplicationRecipe *application, const QuoteRecipe *quote,
                                const Platform *platform)
{
    QuoteRecipe bound = *quote;
    bind_report_data(application, bound.report_data);
    g_autoptr(GBytes) bytes = quote_make(&bound, platform);
    const bool tdx = quote->tee == SIM_TDX;
    const char *oid = tdx ? "1.2.840.113741.1337.8" : "1.2.840.113741.1337.6";
    const RatlsRecipe recipe = {
        .key = application->key,
        .san = application->san,
        .not_before = platform_valid_from(&platform->recipe.spec),
        .not_after = certificate_end(platform),
        .quote_oid = application->without_quote ? NULL : oid,
        .quote = bytes,
        .padded_size = tdx ? TDX_EXTENSION : 0,
        .break_signature = application->break_signature,
    };
    return certificate_make_ratls(&recipe);
}

/* Steals `value`. */
static void add(json_t *object, const char *key, char *value)
{
    if (json_object_set_new(object, key, json_string(value)) != 0)
        g_error("JSON: %s cannot be set", key);
    g_free(value);
}

static char *base64(const SignedInfo *info, const char *key)
{
    g_autofree char *body = signed_info_body(info, key);
    return g_base64_encode((const guchar *)body, strlen(body));
}

static json_t *input_arguments(const EvidenceArguments *of)
{
    json_t *arguments = json_pack("{s:s, s:s, s:I, s:I, s:s, s:s}", "subject", of->subject,
                                  "subject_alternative_name", of->san, "expiration_date",
                                  (json_int_t)of->expiration, "size", (json_int_t)of->size,
                                  "app_id", of->id, "application", of->application);
    if (arguments == NULL)
        g_error("JSON: the arguments cannot be made");
    return arguments;
}

char *evidence_make(GBytes *certificate, const char *san, const Platform *collateral, SimTee tee)
{
    g_autofree char *subject = g_strdup_printf("CN=%s,O=SIMULATED (mse-console),C=FR", san);
    const EvidenceArguments arguments = {
        .subject = subject,
        .san = san,
        .id = "00000000-0000-4000-8000-000000000000",
        .application = "app:app",
        .expiration = certificate_end(collateral),
        .size = ENCLAVE_SIZE,
    };
    return evidence_make_with(certificate, &arguments, collateral, tee);
}

char *evidence_make_with(GBytes *certificate, const EvidenceArguments *arguments,
                         const Platform *collateral, SimTee tee)
{
    size_t size;
    const void *der = g_bytes_get_data(certificate, &size);
    const CertificateId signer = collateral->recipe.info_chain;
    json_t *evidence = json_object();
    json_object_set_new(evidence, "input_args", input_arguments(arguments));
    add(evidence, "ratls_certificate", pem_encode("CERTIFICATE", span_of(der, size)));
    add(evidence, "root_ca_crl", platform_crl_pem(collateral, CRL_ROOT));
    add(evidence, "pck_platform_crl", platform_crl_pem(collateral, collateral->recipe.pck_crl));
    add(evidence, "tcb_info", base64(&collateral->tcb_info[tee], TCB_INFO_KEY));
    add(evidence, "qe_identity", base64(&collateral->qe_identity[tee], QE_IDENTITY_KEY));
    add(evidence, "tcb_cert", platform_chain_pem(collateral, &signer, 1));
    add(evidence, "signer_pk", key_public_pem(collateral->keys[KEY_ENCLAVE_SIGNER]));
    char *text = json_dumps(evidence, JSON_INDENT(4));
    json_decref(evidence);
    char *whole = g_strconcat(text, "\n", NULL);
    free(text);
    return whole;
}
