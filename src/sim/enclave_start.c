/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From code and arguments to an enclave with a measurement, keys and a certificate.
 */
#include "config.h"

#include "sim/enclave.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/sanitize.h"
#include "format/pem.h"
#include "sim/certificate.h"
#include "sim/crypto.h"
#include "sim/enclave_code.h"
#include "sim/enclave_measure.h"
#include "sim/enclave_say.h"
#include "sim/quoting.h"

#include <openssl/core_names.h>
#include <sodium.h>

#define INPUT             "/opt/input/"
#define QUOTING_DIRECTORY "/var/run/aesmd/"
#define SIGNER_KEY        "/root/.config/gramine/enclave-key.pem"
#define QUOTE_OID         "1.2.840.113741.1337.6"

enum { DAY = 86400, YEAR = 365 * DAY };

static bool digest_program(uint8_t out[32], GError **error)
{
    return enclave_digest_file("/proc/self/exe", out, error);
}

/* The certificate that the application will serve, when it is not the enclave's own. */
static bool digest_fullchain(const Enclave *enclave, bool keep, uint8_t out[32], GError **error)
{
    g_autofree char *path = enclave_path(enclave, INPUT "fullchain.pem");
    g_autoptr(GBytes) pem = file_read(path, LIMIT_CERTIFICATE, NULL, error);
    if (pem == NULL) {
        g_prefix_error(error, "--expiration is not given, so that fullchain.pem is served: ");
        return false;
    }
    size_t size;
    const void *data = g_bytes_get_data(pem, &size);
    digest_sha256(span_of(data, size), out);
    return !keep || enclave_state_write(enclave, "fullchain.pem", data, size, error);
}

static bool measure(Enclave *enclave, const char *into, GError **error)
{
    uint8_t program[32], fullchain[32];
    const bool own = enclave->arguments.expires != 0;
    g_autofree char *tar = enclave_path(enclave, INPUT "app.tar");
    g_autoptr(GPtrArray) files = code_read(tar, into, error);
    if (files == NULL || !digest_program(program, error) ||
        (!own && !digest_fullchain(enclave, into != NULL, fullchain, error)))
        return false;
    enclave_measure(&enclave->arguments, files, program, own ? NULL : fullchain,
                    enclave->measurement);
    return true;
}

static bool read_measurement(Enclave *enclave, GError **error)
{
    g_autofree char *path = enclave_state_path(enclave, "measurement");
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_KEY, NULL, error);
    if (bytes == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    if (size == sizeof enclave->measurement) {
        memcpy(enclave->measurement, data, size);
        return true;
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_PLATFORM, "what was kept of the measurement is none");
    return false;
}

static bool keep_code(Enclave *enclave, GError **error)
{
    g_autofree char *code = enclave_state_path(enclave, "code");
    /* What an end in the middle left. */
    code_remove(code);
    return file_make_directory(code, error) && measure(enclave, code, error) &&
           enclave_state_write(enclave, "measurement", enclave->measurement,
                               sizeof enclave->measurement, error);
}

bool enclave_measure_code(Enclave *enclave, bool keep, GError **error)
{
    if (!keep)
        return measure(enclave, NULL, error);
    enclave->restarted = enclave_state_has(enclave, "measurement");
    enclave->configured = enclave->restarted && enclave_state_has(enclave, "configured");
    if (!(enclave->restarted ? read_measurement(enclave, error) : keep_code(enclave, error)))
        return false;
    if (enclave_fails(enclave, ENCLAVE_FAULT_OTHER_MEASUREMENT) ||
        (enclave->restarted && enclave_fails(enclave, ENCLAVE_FAULT_RESTART_OTHER_MEASUREMENT)))
        enclave->measurement[0] ^= 1;
    return true;
}

static bool read_key_file(const Enclave *enclave, const char *path, EVP_PKEY **out, GError **error)
{
    (void)enclave;
    g_autoptr(GBytes) pem = file_read(path, LIMIT_KEY, NULL, error);
    if (pem == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(pem, &size);
    *out = key_read_private(span_of(data, size), path, error);
    return *out != NULL;
}

static bool is_signer_key(const EVP_PKEY *key)
{
    BIGNUM *exponent = NULL;
    const bool is = EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == 3072 &&
                    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                    BN_is_word(exponent, 3);
    BN_free(exponent);
    return is;
}

static bool read_signer(const Enclave *enclave, uint8_t out[32], GError **error)
{
    g_autofree char *path = enclave_path(enclave, SIGNER_KEY);
    g_autoptr(EVP_PKEY) key = NULL;
    if (!read_key_file(enclave, path, &key, error))
        return false;
    if (is_signer_key(key)) {
        key_mrsigner(key, out);
        return true;
    }
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, SIM_ERROR, SIM_ERROR_KEY,
                "%s: an RSA key of 3072 bits with exponent 3 is expected: it signs the enclave",
                shown);
    return false;
}

static void set_report_data(const Enclave *enclave, EVP_PKEY *key, uint8_t out[64])
{
    uint8_t point[65] = {4};
    key_point(key, point + 1);
    digest_sha256(span_of(point, sizeof point), out);
    memcpy(out + 32, enclave->enclave_public, 32);
    if (enclave_fails(enclave, ENCLAVE_FAULT_OTHER_KEY))
        out[0] ^= 1;
    if (enclave_fails(enclave, ENCLAVE_FAULT_NO_ENCLAVE_KEY))
        memset(out + 32, 0, 32);
}

static GBytes *ask_quote(const Enclave *enclave, EVP_PKEY *key, GError **error)
{
    QuotingRequest request = {.debug = enclave_fails(enclave, ENCLAVE_FAULT_DEBUG_ENCLAVE)};
    memcpy(request.mr_enclave, enclave->measurement, sizeof request.mr_enclave);
    if (!read_signer(enclave, request.mr_signer, error))
        return NULL;
    set_report_data(enclave, key, request.report_data);
    g_autofree char *usual = enclave_path(enclave, QUOTING_DIRECTORY QUOTING_SOCKET);
    const char *path = enclave->setting.quoting != NULL ? enclave->setting.quoting : usual;
    g_autoptr(GBytes) quote = quoting_ask(path, &request, error);
    if (quote == NULL || !enclave_fails(enclave, ENCLAVE_FAULT_BROKEN_QUOTE))
        return g_steal_pointer(&quote);
    /* Header 48, report 384, length 4: then the signature. */
    enum { SIGNATURE = 48 + 384 + 4 };
    size_t size;
    g_autofree uint8_t *copy = g_bytes_unref_to_data(g_steal_pointer(&quote), &size);
    if (size > SIGNATURE)
        copy[SIGNATURE] ^= 1;
    return g_bytes_new(copy, size);
}

static bool make_certificate(Enclave *enclave, GError **error)
{
    g_autoptr(EVP_PKEY) key = key_new_p256();
    const bool quoted = !enclave_fails(enclave, ENCLAVE_FAULT_NO_QUOTE);
    g_autoptr(GBytes) quote = quoted ? ask_quote(enclave, key, error) : NULL;
    if (quoted && quote == NULL)
        return false;
    const int64_t now = clock_now(), expires = enclave->arguments.expires;
    const RatlsRecipe recipe = {
        .key = key,
        .subject = enclave->arguments.subject,
        .san = enclave->arguments.san,
        .not_before = now - DAY,
        .not_after = expires != 0 ? expires : now + YEAR,
        .quote_oid = quoted ? QUOTE_OID : NULL,
        .quote = quote,
    };
    enclave->certificate = certificate_make_ratls(&recipe);
    enclave->key = g_steal_pointer(&key);
    return true;
}

static bool keep_identity(const Enclave *enclave, GError **error)
{
    size_t size;
    const void *der = g_bytes_get_data(enclave->certificate, &size);
    g_autofree char *certificate = pem_encode("CERTIFICATE", span_of(der, size));
    g_autofree char *key = key_private_pem(enclave->key);
    const bool kept =
        enclave_state_write(enclave, "enclave.key", enclave->enclave_secret,
                            sizeof enclave->enclave_secret, error) &&
        enclave_state_write(enclave, "key.pem", key, strlen(key), error) &&
        enclave_state_write(enclave, "certificate.pem", certificate, strlen(certificate), error);
    OPENSSL_cleanse(key, strlen(key));
    return kept;
}

/* The X25519 key follows the enclave, not its certificate. */
static bool read_enclave_key(Enclave *enclave, GError **error)
{
    g_autofree char *path = enclave_state_path(enclave, "enclave.key");
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_KEY, NULL, error);
    if (bytes == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    if (size == sizeof enclave->enclave_secret)
        memcpy(enclave->enclave_secret, data, size);
    if (size == sizeof enclave->enclave_secret &&
        crypto_scalarmult_base(enclave->enclave_public, enclave->enclave_secret) == 0)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "what was kept of the enclave's key is none");
    return false;
}

static bool read_certificate(Enclave *enclave, GError **error)
{
    g_autofree char *key_path = enclave_state_path(enclave, "key.pem");
    g_autofree char *path = enclave_state_path(enclave, "certificate.pem");
    g_autoptr(GBytes) pem = file_read(path, LIMIT_CERTIFICATE, NULL, error);
    if (pem == NULL || !read_key_file(enclave, key_path, &enclave->key, error))
        return false;
    size_t size;
    const void *data = g_bytes_get_data(pem, &size);
    g_autoptr(GPtrArray) blocks = pem_decode(span_of(data, size), PEM_NOTHING_BETWEEN, 1, NULL);
    if (blocks == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "the certificate that was kept is none");
        return false;
    }
    enclave->certificate = g_bytes_ref(((const PemBlock *)blocks->pdata[0])->der);
    return true;
}

bool enclave_identify(Enclave *enclave, GError **error)
{
    const bool known = enclave_state_has(enclave, "certificate.pem");
    if (known && !read_enclave_key(enclave, error))
        return false;
    if (!known)
        crypto_box_keypair(enclave->enclave_public, enclave->enclave_secret);
    if (known && !enclave_fails(enclave, ENCLAVE_FAULT_RESTART_OTHER_CERTIFICATE) &&
        !enclave_fails(enclave, ENCLAVE_FAULT_RESTART_OTHER_MEASUREMENT))
        return read_certificate(enclave, error);
    SAY_INFO("asking the quoting service for a quote");
    return make_certificate(enclave, error) && keep_identity(enclave, error);
}
