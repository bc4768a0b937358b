/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the scaffolded application answers below /result: Fernet tokens made of its secrets.
 * Source: the Fernet specification (version 0x80); RFC 7914 (scrypt).
 */
#include "config.h"

#include "sim/enclave.h"

#include "core/clock.h"
#include "core/file.h"
#include "sim/base64url.h"
#include "sim/crypto.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

enum { KEY = 32, IV = 16, MAC = 32 };

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

static void encrypt(GByteArray *out, const uint8_t key[16], const uint8_t iv[IV], const char *text)
{
    uint8_t cipher[256];
    int first = 0, last = 0;
    const int size = (int)strlen(text);
    g_autoptr(EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new();
    crypto_must(size < (int)sizeof cipher - IV && context != NULL &&
                    EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, key, iv) == 1 &&
                    EVP_EncryptUpdate(context, cipher, &first, (const uint8_t *)text, size) == 1 &&
                    EVP_EncryptFinal_ex(context, cipher + first, &last) == 1,
                "encrypting");
    g_byte_array_append(out, cipher, (guint)(first + last));
}

/* 0x80 ‖ time 8, big-endian ‖ IV ‖ AES-128-CBC ‖ HMAC-SHA256 of all before. */
static char *fernet(const uint8_t key[KEY], const char *text)
{
    g_autoptr(GByteArray) token = g_byte_array_new();
    uint8_t head[1 + 8 + IV] = {0x80}, mac[MAC];
    const uint64_t now = (uint64_t)clock_now();
    for (unsigned i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(now >> (8 * (7 - i)));
    randombytes_buf(head + 9, IV);
    g_byte_array_append(token, head, sizeof head);
    encrypt(token, key + 16, head + 9, text);
    unsigned size = 0;
    crypto_must(HMAC(EVP_sha256(), key, 16, token->data, token->len, mac, &size) != NULL,
                "authenticating");
    g_byte_array_append(token, mac, sizeof mac);
    return base64url_encode(token->data, token->len);
}

static bool key_of_password(json_t *secrets, uint8_t out[KEY])
{
    const char *salt = json_string_value(json_object_get(secrets, "salt"));
    const char *password = json_string_value(json_object_get(secrets, "password"));
    size_t size;
    g_autofree uint8_t *bytes = salt != NULL ? base64url_decode(salt, &size) : NULL;
    enum { N = 1 << 14, R = 8, P = 1, MEMORY = 64 * 1024 * 1024 };
    return bytes != NULL && password != NULL &&
           EVP_PBE_scrypt(password, strlen(password), bytes, size, N, R, P, MEMORY, out, KEY) == 1;
}

static bool key_as_it_is(json_t *secrets, uint8_t out[KEY])
{
    const char *text = json_string_value(json_object_get(secrets, "result_sk"));
    size_t size;
    g_autofree uint8_t *bytes = text != NULL ? base64url_decode(text, &size) : NULL;
    if (bytes == NULL || size != KEY)
        return false;
    memcpy(out, bytes, KEY);
    return true;
}

static const struct {
    const char *file;
    bool (*key)(json_t *secrets, uint8_t out[KEY]);
    const char *text;
    const char *expected;
} results[] = {
    {"secrets.json", key_of_password, "message using password and salt from SECRETS",
     "a salt in base64url and a password are expected"},
    {"sealed_secrets.json", key_as_it_is, "message using result_sk from SEALED_SECRETS",
     "a result_sk of 32 bytes in base64url is expected"},
};

static json_t *read_secrets(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SECRETS, NULL, error);
    if (bytes == NULL)
        return NULL;
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    json_t *secrets = json_loadb(data, size, JSON_DECODE_ANY, NULL);
    if (secrets == NULL)
        g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "%s: no JSON", path);
    return secrets;
}

char *enclave_result(const Enclave *enclave, bool sealed, GError **error)
{
    g_autofree char *path = enclave_secrets_path(enclave, results[sealed].file);
    json_t *secrets = read_secrets(path, error);
    if (secrets == NULL)
        return NULL;
    uint8_t key[KEY];
    char *token = NULL;
    if (results[sealed].key(secrets, key))
        token = fernet(key, results[sealed].text);
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "%s: %s", path, results[sealed].expected);
    OPENSSL_cleanse(key, sizeof key);
    json_decref(secrets);
    return token;
}
