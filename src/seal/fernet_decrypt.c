/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "seal/fernet.h"

#include "core/i18n.h"
#include "core/secret.h"

#include <openssl/evp.h>
#include <sodium.h>

enum {
    DECODED_SIZE = SEAL_PIECE / 4 * 3,
    TOKEN_LEAST = FERNET_HEADER_SIZE + FERNET_BLOCK + FERNET_MAC_SIZE,
};

/* One pass over a token. Lies in locked memory. */
typedef struct Pass {
    crypto_auth_hmacsha256_state mac;
    EVP_CIPHER_CTX *aes;  /* NULL: this pass only authenticates */
    const SealSink *sink; /* with it */
    const uint8_t *key;
    uint64_t taken; /* bytes of the token that the HMAC is of */
    size_t waiting; /* in `binary`: at most a MAC more than what is taken at once */
    bool ended;     /* padding or a line break was seen: only line breaks may follow */
    uint8_t text[SEAL_PIECE];
    uint8_t binary[FERNET_HEADER_SIZE + FERNET_MAC_SIZE + DECODED_SIZE];
    uint8_t plain[DECODED_SIZE + FERNET_HEADER_SIZE + FERNET_MAC_SIZE + FERNET_BLOCK];
} Pass;

static bool fail_form(GError **error)
{
    g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_FORM,
                        _("it is no Fernet token: that is base64url and begins with \"gAAAAA\""));
    return false;
}

static bool fail_refused(GError **error)
{
    g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_REFUSED,
                        _("it was not made with this key, or it was changed since"));
    return false;
}

static bool is_line_break(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

static bool only_line_breaks(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_line_break(text[i]))
            return false;
    }
    return true;
}

/* Decodes a piece of text behind what is waiting. */
static bool decode(Pass *pass, size_t size, GError **error)
{
    size_t length = 0, got = 0;
    while (length < size && !is_line_break(pass->text[length]))
        length++;
    if (!only_line_breaks(pass->text + length, size - length) || (pass->ended && length > 0))
        return fail_form(error);
    pass->ended = pass->ended || length < size;
    if (length == 0)
        return true;
    pass->ended = pass->ended || pass->text[length - 1] == '=';
    if (!seal_is_ascii(pass->text, length) ||
        sodium_base642bin(pass->binary + pass->waiting, DECODED_SIZE, (const char *)pass->text,
                          length, NULL, &got, NULL, sodium_base64_VARIANT_URLSAFE) != 0)
        return fail_form(error);
    pass->waiting += got;
    return true;
}

static bool start_aes(Pass *pass, GError **error)
{
    const uint8_t *iv = pass->binary + FERNET_HEADER_SIZE - FERNET_IV_SIZE;
    return EVP_DecryptInit_ex(pass->aes, EVP_aes_128_cbc(), NULL, pass->key + FERNET_KEY_SIZE / 2,
                              iv) == 1 ||
           fail_refused(error);
}

static bool decrypt_part(Pass *pass, const uint8_t *part, size_t size, GError **error)
{
    int made = 0;
    if (EVP_DecryptUpdate(pass->aes, pass->plain, &made, part, (int)size) != 1)
        return fail_refused(error);
    return seal_write(pass->sink, pass->plain, (size_t)made, error);
}

/* Takes what is certainly not the HMAC, which is the last 32 bytes. */
static bool take(Pass *pass, GError **error)
{
    size_t header = pass->taken == 0 ? FERNET_HEADER_SIZE : 0;
    if (pass->waiting < header + FERNET_MAC_SIZE)
        return true;
    size_t size = pass->waiting - FERNET_MAC_SIZE;
    if (header > 0 && pass->binary[0] != FERNET_VERSION)
        return fail_form(error);
    if (header > 0 && pass->aes && !start_aes(pass, error))
        return false;
    crypto_auth_hmacsha256_update(&pass->mac, pass->binary, size);
    if (pass->aes && !decrypt_part(pass, pass->binary + header, size - header, error))
        return false;
    memmove(pass->binary, pass->binary + size, FERNET_MAC_SIZE);
    pass->waiting = FERNET_MAC_SIZE;
    pass->taken += size;
    return true;
}

static bool read_token(Pass *pass, const SealSource *source, GError **error)
{
    size_t got;
    do {
        if (!seal_read(source, pass->text, SEAL_PIECE, &got, error) || !decode(pass, got, error) ||
            !take(pass, error))
            return false;
    } while (got == SEAL_PIECE);
    if (pass->taken + pass->waiting < TOKEN_LEAST ||
        (pass->taken - FERNET_HEADER_SIZE) % FERNET_BLOCK != 0)
        return fail_form(error);
    return true;
}

static bool check_mac(Pass *pass)
{
    uint8_t mac[FERNET_MAC_SIZE];
    crypto_auth_hmacsha256_final(&pass->mac, mac);
    return sodium_memcmp(mac, pass->binary, sizeof mac) == 0;
}

static void start(Pass *pass, EVP_CIPHER_CTX *aes)
{
    crypto_auth_hmacsha256_init(&pass->mac, pass->key, FERNET_KEY_SIZE / 2);
    pass->aes = aes;
    pass->taken = 0;
    pass->waiting = 0;
    pass->ended = false;
}

static bool authenticate(Pass *pass, const SealSource *source, GError **error)
{
    start(pass, NULL);
    return read_token(pass, source, error) && (check_mac(pass) || fail_refused(error));
}

/* What was authentic a moment ago and is not any more was changed meanwhile. Padding that is wrong
 * under a right HMAC was made so by who has the key. */
static bool decrypt_again(Pass *pass, EVP_CIPHER_CTX *aes, const SealSource *source, GError **error)
{
    int made = 0;
    start(pass, aes);
    if (!source->rewind(source->data, error) || !read_token(pass, source, error))
        return false;
    if (!check_mac(pass)) {
        g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_CHANGED,
                            _("it was changed while it was read; nothing was written"));
        return false;
    }
    if (EVP_DecryptFinal_ex(aes, pass->plain, &made) != 1)
        return fail_refused(error);
    return seal_write(pass->sink, pass->plain, (size_t)made, error);
}

bool fernet_decrypt(const uint8_t key[FERNET_KEY_SIZE], const SealSource *source,
                    const SealSink *sink, GError **error)
{
    g_autoptr(Secret) held = secret_new(sizeof(Pass));
    Pass *pass = (Pass *)(void *)secret_data(held);
    pass->key = key;
    pass->sink = sink;
    if (!authenticate(pass, source, error))
        return false;
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    bool done = aes ? decrypt_again(pass, aes, source, error) : fail_refused(error);
    EVP_CIPHER_CTX_free(aes);
    return done;
}
