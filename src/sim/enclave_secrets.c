/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration server's one request: secrets for this enclave and no other.
 */
#include "config.h"

#include "sim/enclave.h"

#include "core/file.h"
#include "core/hex.h"
#include "sim/base64url.h"
#include "sim/crypto.h"

#include <jansson.h>
#include <openssl/err.h>
#include <sodium.h>

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "%s", why);
    return false;
}

static const char *text_member(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool is_given(json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return value != NULL && !json_is_null(value);
}

/* A JSON value in the file of that name beside the application's other secrets. */
static bool write_secrets(const Enclave *enclave, const char *name, json_t *value, GError **error)
{
    g_autofree char *path = enclave_secrets_path(enclave, name);
    g_autofree char *directory = g_path_get_dirname(path);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    const bool written = text != NULL && file_make_directory(directory, error) &&
                         file_write(path, span_of(text, strlen(text)), 0600, error);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return written;
}

static bool take_code_key(Enclave *enclave, const char *hex, GError **error)
{
    if (hex == NULL ||
        !hex_decode_exact(span_of(hex, strlen(hex)), enclave->code_key, sizeof enclave->code_key))
        return refuse(error, "code_secret_key: 64 hex digits are expected");
    enclave->has_code_key = true;
    return true;
}

/* The text in the sealed box, which is a JSON object. NULL: it cannot be opened, or is none. */
static json_t *unseal(const Enclave *enclave, const char *sealed)
{
    size_t size;
    g_autofree uint8_t *box = base64url_decode(sealed, &size);
    if (box == NULL || size < crypto_box_SEALBYTES)
        return NULL;
    const size_t text_size = size - crypto_box_SEALBYTES;
    g_autofree uint8_t *text = g_malloc(text_size + 1);
    json_t *value = NULL;
    if (crypto_box_seal_open(text, box, size, enclave->enclave_public, enclave->enclave_secret) ==
        0)
        value = json_loadb((const char *)text, text_size, JSON_REJECT_DUPLICATES, NULL);
    sodium_memzero(text, text_size);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

static bool take_sealed(Enclave *enclave, const char *sealed, GError **error)
{
    json_t *secrets = sealed == NULL || enclave_fails(enclave, ENCLAVE_FAULT_NO_ENCLAVE_KEY)
                          ? NULL
                          : unseal(enclave, sealed);
    if (secrets == NULL)
        return refuse(error, "app_sealed_secrets: not sealed to this enclave, or no JSON object");
    const bool taken = (!is_given(secrets, "code_secret_key") ||
                        take_code_key(enclave, text_member(secrets, "code_secret_key"), error)) &&
                       write_secrets(enclave, "sealed_secrets.json", secrets, error);
    json_decref(secrets);
    return taken;
}

/* The key of the certificate that the application serves. */
static bool take_ssl_key(const Enclave *enclave, const char *pem, GError **error)
{
    if (pem == NULL)
        return refuse(error, "ssl_private_key: it is needed, for fullchain.pem");
    if (!enclave_state_write(enclave, "ssl.key", pem, strlen(pem), error))
        return false;
    SSL_CTX *context = enclave_application_tls(enclave, error);
    SSL_CTX_free(context);
    return context != NULL;
}

static bool take_members(Enclave *enclave, json_t *object, GError **error)
{
    const char *uuid = text_member(object, "uuid");
    if (uuid == NULL || strcmp(uuid, enclave->arguments.id) != 0)
        return refuse(error, "uuid: it is another application's");
    if (is_given(object, "code_secret_key") &&
        !take_code_key(enclave, text_member(object, "code_secret_key"), error))
        return false;
    if (is_given(object, "app_secrets") &&
        !write_secrets(enclave, "secrets.json", json_object_get(object, "app_secrets"), error))
        return false;
    if (is_given(object, "app_sealed_secrets") &&
        !take_sealed(enclave, text_member(object, "app_sealed_secrets"), error))
        return false;
    return enclave->arguments.expires != 0 ||
           take_ssl_key(enclave, text_member(object, "ssl_private_key"), error);
}

bool enclave_accept_secrets(Enclave *enclave, const void *body, size_t size, GError **error)
{
    enclave->has_code_key = false;
    json_t *object = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
    const bool accepted = json_is_object(object) ? take_members(enclave, object, error)
                                                 : refuse(error, "the body is no JSON object");
    json_decref(object);
    return accepted;
}
