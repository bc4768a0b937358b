/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/platform_files.h"

#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"
#include "sim/crypto.h"
#include "sim/directory.h"

#include <jansson.h>
#include <stdlib.h>

enum { KEY_MODE = 0600, FILE_MODE = 0644 };

#define SPEC_FILE "platform.json"
static const char MAKER[] = "mse-sim, SIMULATED";

/* By what it is: keys and certificates share their stem. */
static const char *const stems[N_STORED_KEYS] = {
    [CERTIFICATE_ROOT] = "root",
    [CERTIFICATE_PLATFORM_CA] = "platform-ca",
    [CERTIFICATE_PROCESSOR_CA] = "processor-ca",
    [CERTIFICATE_PCK] = "pck",
    [CERTIFICATE_TCB_SIGNING] = "tcb-signing",
    [KEY_ATTESTATION] = "attestation",
    [KEY_ENCLAVE_SIGNER] = "enclave-signer",
};

static const char *const crl_files[N_CRLS] = {
    [CRL_ROOT] = "root.crl",
    [CRL_PLATFORM] = "platform-ca.crl",
    [CRL_PROCESSOR] = "processor-ca.crl",
};

static const char *const tcb_info_files[N_SIM_TEES] = {"tcb-info-sgx.json", "tcb-info-tdx.json"};
static const char *const qe_identity_files[N_SIM_TEES] = {"qe-identity-sgx.json",
                                                          "qe-identity-tdx.json"};
static const char *const collateral_files[N_SIM_TEES] = {"collateral-sgx.json",
                                                         "collateral-tdx.json"};

static const char *const other_files[] = {
    "collateral.json",
    "pck-chain.pem",
    "enclave-signer.pub.pem",
    "pccs.pem",
    "pccs.key",
    "platform.json",
    NULL,
};

typedef struct Writer {
    const char *directory;
    GError **error;
    bool failed;
} Writer;

/* Steals `text`. Once one failed the others are not tried. */
static void write_text(Writer *writer, const char *name, int mode, char *text)
{
    g_autofree char *path = g_build_filename(writer->directory, name, NULL);
    if (!writer->failed)
        writer->failed = !file_write(path, span_of(text, strlen(text)), mode, writer->error);
    g_free(text);
}

static char *spec_text(const PlatformSpec *spec)
{
    g_autofree char *fmspc = hex_encode(span_of(spec->fmspc, sizeof spec->fmspc));
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:s, s:I, s:i}", "made_by", MAKER,
                  "tee", sim_tee_name(spec->tee), "tcb_status", spec->tcb_status->name, "qe_status",
                  spec->qe_status->name, "debug", (int)spec->debug, "expired", (int)spec->expired,
                  "revoked", (int)spec->revoked, "processor_ca", (int)spec->processor_ca, "fmspc",
                  fmspc, "at", (json_int_t)spec->at, "days", (int)spec->days);
    char *text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    char *whole = g_strconcat(text, "\n", NULL);
    free(text);
    return whole;
}

static char *named(const char *stem, const char *suffix)
{
    return g_strconcat(stem, suffix, NULL);
}

static bool write_files(const Platform *platform, const char *directory, GError **error)
{
    Writer writer = {.directory = directory, .error = error};
    for (unsigned i = 0; i < N_STORED_KEYS; i++) {
        g_autofree char *name = named(stems[i], ".key");
        write_text(&writer, name, KEY_MODE, key_private_pem(platform->keys[i]));
    }
    for (CertificateId id = 0; id < N_CERTIFICATES; id++) {
        g_autofree char *name = named(stems[id], ".pem");
        write_text(&writer, name, FILE_MODE, platform_chain_pem(platform, &id, 1));
    }
    for (CrlId id = 0; id < N_CRLS; id++)
        write_text(&writer, crl_files[id], FILE_MODE, platform_crl_pem(platform, id));
    for (SimTee tee = 0; tee < N_SIM_TEES; tee++) {
        write_text(&writer, tcb_info_files[tee], FILE_MODE,
                   signed_info_body(&platform->tcb_info[tee], TCB_INFO_KEY));
        write_text(&writer, qe_identity_files[tee], FILE_MODE,
                   signed_info_body(&platform->qe_identity[tee], QE_IDENTITY_KEY));
        write_text(&writer, collateral_files[tee], FILE_MODE, platform_collateral(platform, tee));
    }
    const CertificateId chain[] = {CERTIFICATE_PCK, platform_pck_issuer(platform),
                                   CERTIFICATE_ROOT};
    write_text(&writer, "pck-chain.pem", FILE_MODE,
               platform_chain_pem(platform, chain, G_N_ELEMENTS(chain)));
    write_text(&writer, "enclave-signer.pub.pem", FILE_MODE,
               key_public_pem(platform->keys[KEY_ENCLAVE_SIGNER]));
    write_text(&writer, "collateral.json", FILE_MODE,
               platform_collateral(platform, platform->recipe.spec.tee));
    write_text(&writer, SPEC_FILE, FILE_MODE, spec_text(&platform->recipe.spec));
    return !writer.failed;
}

static bool is_ours(const char *directory, const char *name)
{
    (void)directory;
    for (unsigned i = 0; i < N_STORED_KEYS; i++) {
        g_autofree char *key = named(stems[i], ".key");
        g_autofree char *certificate = named(stems[i], ".pem");
        if (strcmp(name, key) == 0 || (i < N_CERTIFICATES && strcmp(name, certificate) == 0))
            return true;
    }
    for (unsigned i = 0; i < N_SIM_TEES; i++)
        if (strcmp(name, tcb_info_files[i]) == 0 || strcmp(name, qe_identity_files[i]) == 0 ||
            strcmp(name, collateral_files[i]) == 0)
            return true;
    for (unsigned i = 0; i < N_CRLS; i++)
        if (strcmp(name, crl_files[i]) == 0)
            return true;
    return g_strv_contains(other_files, name);
}

static const DirectoryKind platform_kind = {.marker = SPEC_FILE, .is_ours = is_ours};

static bool fill(const char *directory, const void *data, GError **error)
{
    return write_files(data, directory, error);
}

bool platform_may_replace(const char *path, bool force, GError **error)
{
    return directory_may_replace(path, &platform_kind, force, error);
}

bool platform_write(const Platform *platform, const char *path, bool force, GError **error)
{
    return directory_make(path, &platform_kind, force, fill, platform, error);
}

static GBytes *read_file(const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    return file_read(path, LIMIT_COLLATERAL, NULL, error);
}

static Span bytes_span(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static bool malformed(const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, SIM_ERROR, SIM_ERROR_PLATFORM,
                _("%s: not as mse-sim wrote it: make the platform anew with --force"), shown);
    return false;
}

static GBytes *read_pem(const char *directory, const char *name, GError **error)
{
    g_autoptr(GBytes) bytes = read_file(directory, name, error);
    if (bytes == NULL)
        return NULL;
    g_autoptr(GPtrArray) blocks = pem_decode(bytes_span(bytes), PEM_NOTHING_BETWEEN, 1, NULL);
    if (blocks == NULL) {
        malformed(directory, name, error);
        return NULL;
    }
    const PemBlock *block = g_ptr_array_index(blocks, 0);
    return g_bytes_ref(block->der);
}

static bool read_spec(const char *directory, PlatformSpec *spec, GError **error)
{
    g_autoptr(GBytes) bytes = read_file(directory, SPEC_FILE, error);
    if (bytes == NULL)
        return false;
    const Span text = bytes_span(bytes);
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    const char *maker, *tee, *tcb, *qe, *fmspc;
    int debug, expired, revoked, processor_ca, days;
    json_int_t at;
    const bool read =
        object != NULL &&
        json_unpack(object, "{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:s, s:I, s:i}", "made_by",
                    &maker, "tee", &tee, "tcb_status", &tcb, "qe_status", &qe, "debug", &debug,
                    "expired", &expired, "revoked", &revoked, "processor_ca", &processor_ca,
                    "fmspc", &fmspc, "at", &at, "days", &days) == 0 &&
        strcmp(maker, MAKER) == 0 && days > 0 &&
        hex_decode_exact(span_of(fmspc, strlen(fmspc)), spec->fmspc, sizeof spec->fmspc) &&
        (spec->tcb_status = sim_status_find(sim_tcb_statuses, tcb)) != NULL &&
        (spec->qe_status = sim_status_find(sim_qe_statuses, qe)) != NULL;
    if (read) {
        spec->tee = strcmp(tee, sim_tee_name(SIM_TDX)) == 0 ? SIM_TDX : SIM_SGX;
        spec->debug = debug != 0;
        spec->expired = expired != 0;
        spec->revoked = revoked != 0;
        spec->processor_ca = processor_ca != 0;
        spec->at = at;
        spec->days = (unsigned)days;
    }
    json_decref(object);
    return read || malformed(directory, SPEC_FILE, error);
}

static bool read_keys(Platform *platform, const char *directory, GError **error)
{
    for (unsigned i = 0; i < N_STORED_KEYS; i++) {
        g_autofree char *name = named(stems[i], ".key");
        g_autoptr(GBytes) pem = read_file(directory, name, error);
        if (pem == NULL)
            return false;
        platform->keys[i] = key_read_private(bytes_span(pem), name, error);
        if (platform->keys[i] == NULL)
            return false;
        if (i != KEY_ENCLAVE_SIGNER ? !key_is_p256(platform->keys[i])
                                    : !EVP_PKEY_is_a(platform->keys[i], "RSA") ||
                                          EVP_PKEY_get_bits(platform->keys[i]) != 3072)
            return malformed(directory, name, error);
    }
    platform->keys[KEY_STRANGER] = key_new_p256();
    return true;
}

static bool read_info(const char *directory, const char *name, const char *key, SignedInfo *out,
                      GError **error)
{
    g_autoptr(GBytes) bytes = read_file(directory, name, error);
    if (bytes == NULL)
        return false;
    const Span text = bytes_span(bytes);
    g_autofree char *body = g_strndup((const char *)text.data, text.size);
    return signed_info_read(body, key, out) || malformed(directory, name, error);
}

static bool read_documents(Platform *platform, const char *directory, GError **error)
{
    for (unsigned i = 0; i < N_CERTIFICATES; i++) {
        g_autofree char *name = named(stems[i], ".pem");
        platform->certificates[i] = read_pem(directory, name, error);
        if (platform->certificates[i] == NULL)
            return false;
    }
    for (unsigned i = 0; i < N_CRLS; i++) {
        platform->crls[i] = read_pem(directory, crl_files[i], error);
        if (platform->crls[i] == NULL)
            return false;
    }
    for (unsigned i = 0; i < N_SIM_TEES; i++)
        if (!read_info(directory, tcb_info_files[i], TCB_INFO_KEY, &platform->tcb_info[i], error) ||
            !read_info(directory, qe_identity_files[i], QE_IDENTITY_KEY, &platform->qe_identity[i],
                       error))
            return false;
    return true;
}

Platform *platform_read(const char *path, GError **error)
{
    g_autoptr(Platform) platform = g_new0(Platform, 1);
    PlatformSpec spec = {0};
    if (!read_spec(path, &spec, error) || !read_keys(platform, path, error))
        return NULL;
    platform_recipe(platform, &spec);
    if (!read_documents(platform, path, error))
        return NULL;
    return g_steal_pointer(&platform);
}
