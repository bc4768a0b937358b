/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "seal/fernet.h"

#include "core/i18n.h"
#include "core/secret.h"

#include <openssl/evp.h>
#include <sodium.h>

/* Room for what AES makes of a piece, with what base64 had left over. */
enum { BINARY_SIZE = SEAL_PIECE + 2 * FERNET_BLOCK + 4, TEXT_SIZE = (BINARY_SIZE / 3 + 1) * 4 + 1 };

/* One encryption. Lies in locked memory. */
typedef struct Encryption {
    crypto_auth_hmacsha256_state mac;
    EVP_CIPHER_CTX *aes;
    const SealSink *sink;
    size_t left; /* of `binary`: fewer than three bytes wait for the next */
    uint8_t piece[SEAL_PIECE];
    uint8_t binary[BINARY_SIZE];
    char text[TEXT_SIZE];
} Encryption;

/* Writes all whole groups of three bytes of `binary`, `left` in number; at the end the rest too. */
static bool write_binary(Encryption *work, bool end, GError **error)
{
    size_t size = end ? work->left : work->left - work->left % 3;
    sodium_bin2base64(work->text, sizeof work->text, work->binary, size,
                      sodium_base64_VARIANT_URLSAFE);
    memmove(work->binary, work->binary + size, work->left - size);
    work->left -= size;
    return seal_write(work->sink, work->text, (size + 2) / 3 * 4, error);
}

/* Takes the `size` bytes after what is left in `binary` into the token. */
static bool take(Encryption *work, size_t size, GError **error)
{
    crypto_auth_hmacsha256_update(&work->mac, work->binary + work->left, size);
    work->left += size;
    return write_binary(work, false, error);
}

static bool fail_library(GError **error)
{
    g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_FORM, _("OpenSSL gives no AES-128-CBC"));
    return false;
}

static bool put_header(Encryption *work, const uint8_t iv[FERNET_IV_SIZE], uint64_t now,
                       GError **error)
{
    uint8_t *at = work->binary;
    *at++ = FERNET_VERSION;
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(now >> shift);
    memcpy(at, iv, FERNET_IV_SIZE);
    return take(work, FERNET_HEADER_SIZE, error);
}

static bool put_text(Encryption *work, const SealSource *source, GError **error)
{
    for (;;) {
        size_t got;
        int made = 0;
        if (!seal_read(source, work->piece, SEAL_PIECE, &got, error))
            return false;
        uint8_t *out = work->binary + work->left;
        if (EVP_EncryptUpdate(work->aes, out, &made, work->piece, (int)got) != 1)
            return fail_library(error);
        if (!take(work, (size_t)made, error))
            return false;
        if (got < SEAL_PIECE)
            break;
    }
    int made = 0;
    if (EVP_EncryptFinal_ex(work->aes, work->binary + work->left, &made) != 1)
        return fail_library(error);
    return take(work, (size_t)made, error);
}

static bool put_mac(Encryption *work, GError **error)
{
    crypto_auth_hmacsha256_final(&work->mac, work->binary + work->left);
    work->left += FERNET_MAC_SIZE;
    return write_binary(work, true, error);
}

bool fernet_encrypt(const uint8_t key[FERNET_KEY_SIZE], const uint8_t iv[FERNET_IV_SIZE],
                    uint64_t now, const SealSource *source, const SealSink *sink, GError **error)
{
    g_autoptr(Secret) held = secret_new(sizeof(Encryption));
    Encryption *work = (Encryption *)(void *)secret_data(held);
    work->sink = sink;
    work->aes = EVP_CIPHER_CTX_new();
    crypto_auth_hmacsha256_init(&work->mac, key, FERNET_KEY_SIZE / 2);
    bool ready = work->aes && EVP_EncryptInit_ex(work->aes, EVP_aes_128_cbc(), NULL,
                                                 key + FERNET_KEY_SIZE / 2, iv) == 1;
    bool done = ready ? put_header(work, iv, now, error) && put_text(work, source, error) &&
                            put_mac(work, error)
                      : fail_library(error);
    EVP_CIPHER_CTX_free(work->aes);
    return done;
}
