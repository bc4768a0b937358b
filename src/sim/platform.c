/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/platform.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "format/pem.h"
#include "sim/crypto.h"

#include <jansson.h>
#include <stdlib.h>

enum { DAY = 86400, YEAR = 365 * DAY };

static const char ROOT_URL[] = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";
static const char PLATFORM_URL[] = "https://api.trustedservices.intel.com/sgx/certification/v4/"
                                   "pckcrl?ca=platform&encoding=der";
static const char PROCESSOR_URL[] = "https://api.trustedservices.intel.com/sgx/certification/v4/"
                                    "pckcrl?ca=processor&encoding=der";

/* MRSIGNER of Intel's quoting enclaves for SGX and TDX: public, in every identity. */
static const char *const QE_SIGNERS[N_SIM_TEES] = {
    [SIM_SGX] = "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff",
    [SIM_TDX] = "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5",
};

typedef struct CertificateRow {
    const char *name;
    CertificateId issuer;
    int years; /* of validity, from a year before the platform was made */
    bool ca;
    int path_length;
    KeyUsage usage;
    const char *crl_url;
} CertificateRow;

static const CertificateRow certificate_rows[N_CERTIFICATES] = {
    [CERTIFICATE_ROOT] = {SIMULATED_ROOT_NAME, CERTIFICATE_ROOT, 31, true, 1, USAGE_CERTIFICATES,
                          ROOT_URL},
    [CERTIFICATE_PLATFORM_CA] = {"Intel SGX PCK Platform CA", CERTIFICATE_ROOT, 15, true, 0,
                                 USAGE_CERTIFICATES, ROOT_URL},
    [CERTIFICATE_PROCESSOR_CA] = {"Intel SGX PCK Processor CA", CERTIFICATE_ROOT, 15, true, 0,
                                  USAGE_CERTIFICATES, ROOT_URL},
    [CERTIFICATE_PCK] = {"Intel SGX PCK Certificate", CERTIFICATE_PLATFORM_CA, 7, false, -1,
                         USAGE_SIGN, PLATFORM_URL},
    [CERTIFICATE_TCB_SIGNING] = {"Intel SGX TCB Signing", CERTIFICATE_ROOT, 7, false, -1,
                                 USAGE_SIGN, ROOT_URL},
};

static const CertificateId crl_issuers[N_CRLS] = {
    [CRL_ROOT] = CERTIFICATE_ROOT,
    [CRL_PLATFORM] = CERTIFICATE_PLATFORM_CA,
    [CRL_PROCESSOR] = CERTIFICATE_PROCESSOR_CA,
};

void platform_spec_init(PlatformSpec *spec, int64_t at)
{
    *spec = (PlatformSpec){
        .tcb_status = sim_status_find(sim_tcb_statuses, "UpToDate"),
        .qe_status = sim_status_find(sim_qe_statuses, "UpToDate"),
        .fmspc = {0x30, 0x60, 0x6a, 0, 0, 0},
        .at = at,
        .days = 30,
    };
}

bool platform_time_valid(int64_t at, GError **error)
{
    if (at >= 1000000000 && at <= 3000000000)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s",
                _("--at: a time between 2001 and 2065 is expected"));
    return false;
}

/* Expired documents ended as long before `at` as they were valid. */
int64_t platform_valid_from(const PlatformSpec *spec)
{
    return spec->expired ? spec->at - 2 * (int64_t)spec->days * DAY : spec->at;
}

int64_t platform_valid_until(const PlatformSpec *spec)
{
    return platform_valid_from(spec) + (int64_t)spec->days * DAY;
}

static void certificate_recipe(Platform *platform, CertificateId id, CertificateId issuer)
{
    const CertificateRow *row = &certificate_rows[id];
    CertificateRecipe *recipe = &platform->recipe.certificates[id];
    *recipe = (CertificateRecipe){
        .name = row->name,
        .issuer_name = certificate_rows[issuer].name,
        .key = platform->keys[id],
        .authority_key = platform->keys[issuer],
        .signer = platform->keys[issuer],
        .not_before = platform_valid_from(&platform->recipe.spec) - YEAR,
        .ca = row->ca,
        .path_length = row->path_length,
        .usage = row->usage,
        .crl_url = row->crl_url,
    };
    recipe->not_after = recipe->not_before + (int64_t)row->years * YEAR;
    certificate_serial(recipe->key, recipe->serial);
}

static void sgx_recipe(PlatformRecipe *recipe)
{
    recipe->sgx = (SgxExtension){
        .ppid = "SIMULATED PPID",
        .svn = {11, 11, 3, 3, 255, 255, 1},
        .pce_svn = 13,
        .cpu_svn = {11, 11, 3, 3, 255, 255, 1},
        .type = recipe->spec.processor_ca ? 0 : 1,
        .platform = !recipe->spec.processor_ca,
        .platform_instance_id = "SIMULATED PLATF",
        .dynamic = true,
        .smt = true,
    };
    memcpy(recipe->sgx.fmspc, recipe->spec.fmspc, sizeof recipe->sgx.fmspc);
}

static void crl_recipe(Platform *platform, CrlId id)
{
    const PlatformSpec *spec = &platform->recipe.spec;
    const CertificateId issuer = crl_issuers[id];
    platform->recipe.crls[id] = (CrlRecipe){
        .issuer_name = certificate_rows[issuer].name,
        .authority_key = platform->keys[issuer],
        .signer = platform->keys[issuer],
        .this_update = platform_valid_from(spec),
        .next_update = platform_valid_until(spec),
        .number = true,
        .authority_key_identifier = true,
    };
}

static void tcb_info_recipe(Platform *platform, SimTee tee)
{
    PlatformRecipe *recipe = &platform->recipe;
    TcbInfoRecipe *info = &recipe->tcb_info[tee];
    *info = (TcbInfoRecipe){
        .tee = tee,
        .id = tee == SIM_TDX ? "TDX" : "SGX",
        .version = 3,
        .evaluation = 17,
        .issue_date = platform_valid_from(&recipe->spec),
        .next_update = platform_valid_until(&recipe->spec),
        .pce_svn = recipe->sgx.pce_svn,
        .tdx_svn = {5, 0, 2},
        .status = recipe->spec.tcb_status,
        .newer_level = strcmp(recipe->spec.tcb_status->name, "UpToDate") != 0,
        .n_components = 16,
        .first_svn = -1,
        .tdx_module = tee == SIM_TDX,
        .module_identities = true,
        .module_svn = 5,
        .signer = platform->keys[CERTIFICATE_TCB_SIGNING],
    };
    memcpy(info->fmspc, recipe->sgx.fmspc, sizeof info->fmspc);
    memcpy(info->pce_id, recipe->sgx.pce_id, sizeof info->pce_id);
    memcpy(info->svn, recipe->sgx.svn, sizeof info->svn);
}

static void qe_identity_recipe(Platform *platform, SimTee tee)
{
    PlatformRecipe *recipe = &platform->recipe;
    QeIdentityRecipe *identity = &recipe->qe_identity[tee];
    *identity = (QeIdentityRecipe){
        .tee = tee,
        .id = tee == SIM_TDX ? "TD_QE" : "QE",
        .version = 2,
        .evaluation = 17,
        .issue_date = platform_valid_from(&recipe->spec),
        .next_update = platform_valid_until(&recipe->spec),
        .isv_prod_id = tee == SIM_TDX ? 2 : 1,
        .isv_svn = recipe->qe_isv_svn,
        .status = recipe->spec.qe_status,
        .signer = platform->keys[CERTIFICATE_TCB_SIGNING],
    };
    memcpy(identity->mr_signer, recipe->qe_mr_signer[tee], 32);
}

static void revoke_pck(PlatformRecipe *recipe)
{
    CrlRecipe *crl = &recipe->crls[recipe->pck_crl];
    memcpy(crl->revoked[crl->n_revoked++], recipe->certificates[CERTIFICATE_PCK].serial,
           SERIAL_SIZE);
}

void platform_recipe(Platform *platform, const PlatformSpec *spec)
{
    PlatformRecipe *recipe = &platform->recipe;
    *recipe = (PlatformRecipe){.spec = *spec, .qe_isv_svn = 8};
    recipe->info_chain = CERTIFICATE_TCB_SIGNING;
    recipe->pck_crl = spec->processor_ca ? CRL_PROCESSOR : CRL_PLATFORM;
    for (CertificateId id = 0; id < N_CERTIFICATES; id++)
        certificate_recipe(platform, id, certificate_rows[id].issuer);
    if (spec->processor_ca) {
        certificate_recipe(platform, CERTIFICATE_PCK, CERTIFICATE_PROCESSOR_CA);
        recipe->certificates[CERTIFICATE_PCK].crl_url = PROCESSOR_URL;
    }
    sgx_recipe(recipe);
    for (CrlId id = 0; id < N_CRLS; id++)
        crl_recipe(platform, id);
    if (spec->revoked)
        revoke_pck(recipe);
    for (SimTee tee = 0; tee < N_SIM_TEES; tee++) {
        hex_decode_exact(span_of(QE_SIGNERS[tee], 64), recipe->qe_mr_signer[tee], 32);
        tcb_info_recipe(platform, tee);
        qe_identity_recipe(platform, tee);
    }
}

static void make_certificate(Platform *platform, CertificateId id)
{
    CertificateRecipe *recipe = &platform->recipe.certificates[id];
    if (id == CERTIFICATE_ROOT && platform->certificates[id] != NULL &&
        recipe->key == platform->keys[CERTIFICATE_ROOT])
        return;
    if (id == CERTIFICATE_PCK && !platform->recipe.without_sgx_extension)
        recipe->sgx_extension = sgx_extension_der(&platform->recipe.sgx);
    g_clear_pointer(&platform->certificates[id], g_bytes_unref);
    platform->certificates[id] = certificate_make(recipe);
    g_clear_pointer(&recipe->sgx_extension, g_bytes_unref);
}

void platform_make_documents(Platform *platform)
{
    const PlatformRecipe *recipe = &platform->recipe;
    for (CertificateId id = 0; id < N_CERTIFICATES; id++)
        make_certificate(platform, id);
    for (CrlId id = 0; id < N_CRLS; id++) {
        g_clear_pointer(&platform->crls[id], g_bytes_unref);
        platform->crls[id] = crl_make(&recipe->crls[id]);
    }
    for (SimTee tee = 0; tee < N_SIM_TEES; tee++) {
        signed_info_clear(&platform->tcb_info[tee]);
        signed_info_clear(&platform->qe_identity[tee]);
        tcb_info_make(&recipe->tcb_info[tee], &platform->tcb_info[tee]);
        qe_identity_make(&recipe->qe_identity[tee], &platform->qe_identity[tee]);
    }
}

Platform *platform_new(const PlatformSpec *spec)
{
    Platform *platform = g_new0(Platform, 1);
    for (unsigned i = 0; i < N_KEYS; i++)
        platform->keys[i] = i == KEY_ENCLAVE_SIGNER ? key_new_enclave_signer() : key_new_p256();
    platform_recipe(platform, spec);
    platform_make_documents(platform);
    return platform;
}

Platform *platform_variant(const Platform *platform, const PlatformSpec *spec)
{
    Platform *variant = g_new0(Platform, 1);
    for (unsigned i = 0; i < N_KEYS; i++) {
        variant->keys[i] = platform->keys[i];
        EVP_PKEY_up_ref(variant->keys[i]);
    }
    variant->certificates[CERTIFICATE_ROOT] = g_bytes_ref(platform->certificates[CERTIFICATE_ROOT]);
    platform_recipe(variant, spec);
    platform_make_documents(variant);
    return variant;
}

Platform *platform_forgery(const Platform *platform)
{
    Platform *forgery = g_new0(Platform, 1);
    for (unsigned i = 0; i < N_KEYS; i++)
        if (i != KEY_ENCLAVE_SIGNER)
            forgery->keys[i] = key_new_p256();
    forgery->keys[KEY_ENCLAVE_SIGNER] = platform->keys[KEY_ENCLAVE_SIGNER];
    EVP_PKEY_up_ref(forgery->keys[KEY_ENCLAVE_SIGNER]);
    platform_recipe(forgery, &platform->recipe.spec);
    platform_make_documents(forgery);
    return forgery;
}

void platform_free(Platform *platform)
{
    if (platform == NULL)
        return;
    for (unsigned i = 0; i < N_KEYS; i++)
        EVP_PKEY_free(platform->keys[i]);
    for (unsigned i = 0; i < N_CERTIFICATES; i++)
        g_clear_pointer(&platform->certificates[i], g_bytes_unref);
    for (unsigned i = 0; i < N_CRLS; i++)
        g_clear_pointer(&platform->crls[i], g_bytes_unref);
    for (unsigned i = 0; i < N_SIM_TEES; i++) {
        signed_info_clear(&platform->tcb_info[i]);
        signed_info_clear(&platform->qe_identity[i]);
    }
    g_free(platform);
}

static Span bytes_span(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

char *platform_chain_pem(const Platform *platform, const CertificateId *ids, unsigned n)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *pem =
            pem_encode("CERTIFICATE", bytes_span(platform->certificates[ids[i]]));
        g_string_append(text, pem);
    }
    return g_string_free(text, FALSE);
}

CertificateId platform_pck_issuer(const Platform *platform)
{
    return platform->recipe.spec.processor_ca ? CERTIFICATE_PROCESSOR_CA : CERTIFICATE_PLATFORM_CA;
}

char *platform_pck_crl_chain(const Platform *platform)
{
    const CertificateId ids[] = {crl_issuers[platform->recipe.pck_crl], CERTIFICATE_ROOT};
    return platform_chain_pem(platform, ids, G_N_ELEMENTS(ids));
}

char *platform_info_chain(const Platform *platform)
{
    const CertificateId ids[] = {platform->recipe.info_chain, CERTIFICATE_ROOT};
    return platform_chain_pem(platform, ids, G_N_ELEMENTS(ids));
}

char *platform_crl_pem(const Platform *platform, CrlId id)
{
    return pem_encode("X509 CRL", bytes_span(platform->crls[id]));
}

char *platform_crl_hex(const Platform *platform, CrlId id)
{
    return hex_encode(bytes_span(platform->crls[id]));
}

/* Steals `value`. */
static void add(json_t *object, const char *key, char *value)
{
    if (json_object_set_new(object, key, json_string(value)) != 0)
        g_error("JSON: %s cannot be set", key);
    g_free(value);
}

static void add_info(json_t *object, const char *key, const SignedInfo *info)
{
    g_autofree char *signature_key = g_strconcat(key, "_signature", NULL);
    add(object, key, g_strdup(info->text));
    add(object, signature_key, hex_encode(span_of(info->signature, sizeof info->signature)));
}

char *platform_collateral(const Platform *platform, SimTee tee)
{
    json_t *object = json_object();
    add(object, "pck_crl_issuer_chain", platform_pck_crl_chain(platform));
    add(object, "root_ca_crl", platform_crl_hex(platform, CRL_ROOT));
    add(object, "pck_crl", platform_crl_hex(platform, platform->recipe.pck_crl));
    add(object, "tcb_info_issuer_chain", platform_info_chain(platform));
    add_info(object, "tcb_info", &platform->tcb_info[tee]);
    add(object, "qe_identity_issuer_chain", platform_info_chain(platform));
    add_info(object, "qe_identity", &platform->qe_identity[tee]);
    char *text = json_dumps(object, JSON_INDENT(1));
    json_decref(object);
    char *whole = g_strconcat(text, "\n", NULL);
    free(text);
    return whole;
}
