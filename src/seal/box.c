/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "seal/box.h"

#include "core/i18n.h"
#include "core/secret.h"

#include <sodium.h>

enum { BLOCK = 64 }; /* of XSalsa20's key stream */

/* One pass over a text. Lies in locked memory. */
typedef struct Pass {
    crypto_onetimeauth_state mac;
    uint8_t key[BOX_KEY_SIZE];
    uint8_t nonce[BOX_NONCE_SIZE];
    uint8_t tag[BOX_TAG_SIZE];
    uint64_t block; /* of the key stream, for the next piece */
    /* The first 32 bytes of the key stream are the MAC's key, so the text begins at the 33rd: the
     * first piece is shorter by them, and all others begin with a block. */
    size_t skip;
    uint8_t piece[SEAL_PIECE];
} Pass;

/* Gives the work its memory. Free with secret_free. */
static Pass *pass_new(Secret **held)
{
    *held = secret_new(sizeof(Pass));
    return (Pass *)(void *)secret_data(*held);
}

static void start(Pass *pass)
{
    uint8_t *mac_key = pass->piece;
    crypto_stream_xsalsa20(mac_key, crypto_onetimeauth_KEYBYTES, pass->nonce, pass->key);
    crypto_onetimeauth_init(&pass->mac, mac_key);
    pass->block = 0;
    pass->skip = crypto_onetimeauth_KEYBYTES;
}

static bool read_piece(Pass *pass, const SealSource *source, size_t *got, GError **error)
{
    return seal_read(source, pass->piece + pass->skip, SEAL_PIECE - pass->skip, got, error);
}

/* Encrypts or decrypts the piece in its place: the same. */
static void cross(Pass *pass, size_t size)
{
    crypto_stream_xsalsa20_xor_ic(pass->piece, pass->piece, pass->skip + size, pass->nonce,
                                  pass->block, pass->key);
}

static void next(Pass *pass)
{
    pass->block += SEAL_PIECE / BLOCK;
    pass->skip = 0;
}

static bool encrypt_text(Pass *pass, const SealSource *source, const SealSink *sink, GError **error)
{
    start(pass);
    for (;;) {
        size_t got;
        if (!read_piece(pass, source, &got, error))
            return false;
        if (got == 0)
            break;
        cross(pass, got);
        const uint8_t *text = pass->piece + pass->skip;
        crypto_onetimeauth_update(&pass->mac, text, got);
        if (!seal_write(sink, text, got, error))
            return false;
        next(pass);
    }
    crypto_onetimeauth_final(&pass->mac, pass->tag);
    return true;
}

/* Header, a slot for the tag, text; then the tag into its slot. */
static bool encrypt(Pass *pass, Span header, const SealSource *source, const SealSink *sink,
                    GError **error)
{
    static const uint8_t slot[BOX_TAG_SIZE];
    return seal_write(sink, header.data, header.size, error) &&
           seal_write(sink, slot, sizeof slot, error) && encrypt_text(pass, source, sink, error) &&
           sink->write_at(sink->data, header.size, span_of(pass->tag, sizeof pass->tag), error);
}

/* Reads the text to its end; writes it decrypted to `sink`, unless that is NULL. */
static bool read_text(Pass *pass, const SealSource *source, const SealSink *sink, bool *authentic,
                      GError **error)
{
    uint8_t tag[BOX_TAG_SIZE];
    start(pass);
    for (;;) {
        size_t got;
        if (!read_piece(pass, source, &got, error))
            return false;
        if (got == 0)
            break;
        crypto_onetimeauth_update(&pass->mac, pass->piece + pass->skip, got);
        if (sink) {
            cross(pass, got);
            if (!seal_write(sink, pass->piece + pass->skip, got, error))
                return false;
        }
        next(pass);
    }
    crypto_onetimeauth_final(&pass->mac, tag);
    *authentic = sodium_memcmp(tag, pass->tag, sizeof tag) == 0;
    return true;
}

static bool fail_refused(GError **error)
{
    g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_REFUSED,
                        _("it was not made for this key, or it was changed since"));
    return false;
}

static bool fail_changed(GError **error)
{
    g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_CHANGED,
                        _("it was changed while it was read; nothing was written"));
    return false;
}

static bool read_header(const SealSource *source, uint8_t *header, size_t size,
                        uint8_t tag[BOX_TAG_SIZE], GError **error)
{
    size_t got = 0, tag_got = 0;
    if (!seal_read(source, header, size, &got, error))
        return false;
    if (got == size && !seal_read(source, tag, BOX_TAG_SIZE, &tag_got, error))
        return false;
    if (tag_got == BOX_TAG_SIZE)
        return true;
    g_set_error(error, SEAL_ERROR, SEAL_ERROR_FORM,
                _("it has %zu bytes; the shortest of its kind has %zu"), got + tag_got,
                size + BOX_TAG_SIZE);
    return false;
}

/* After read_header: authenticates, then reads all again and decrypts. The tag must be right twice:
 * the source is somebody else's, and may change in between. */
static bool decrypt(Pass *pass, size_t header_size, const SealSource *source, const SealSink *sink,
                    GError **error)
{
    bool authentic;
    uint8_t header[BOX_KEY_SIZE], tag[BOX_TAG_SIZE];
    if (!read_text(pass, source, NULL, &authentic, error))
        return false;
    if (!authentic)
        return fail_refused(error);
    if (!source->rewind(source->data, error) ||
        !read_header(source, header, header_size, tag, error) ||
        !read_text(pass, source, sink, &authentic, error))
        return false;
    return authentic || fail_changed(error);
}

struct BoxCipher {
    Secret *held;
    Pass *pass;
};

BoxCipher *box_cipher_new(const uint8_t key[BOX_KEY_SIZE])
{
    BoxCipher *cipher = g_new0(BoxCipher, 1);
    cipher->pass = pass_new(&cipher->held);
    memcpy(cipher->pass->key, key, BOX_KEY_SIZE);
    return cipher;
}

void box_cipher_free(BoxCipher *cipher)
{
    if (cipher == NULL)
        return;
    secret_free(cipher->held);
    g_free(cipher);
}

bool box_cipher_encrypt(BoxCipher *cipher, const uint8_t nonce[BOX_NONCE_SIZE],
                        const SealSource *source, const SealSink *sink, GError **error)
{
    memcpy(cipher->pass->nonce, nonce, BOX_NONCE_SIZE);
    return encrypt(cipher->pass, span_of(nonce, BOX_NONCE_SIZE), source, sink, error);
}

bool box_encrypt(const uint8_t key[BOX_KEY_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
                 const SealSource *source, const SealSink *sink, GError **error)
{
    g_autoptr(BoxCipher) cipher = box_cipher_new(key);
    return box_cipher_encrypt(cipher, nonce, source, sink, error);
}

bool box_decrypt(const uint8_t key[BOX_KEY_SIZE], const SealSource *source, const SealSink *sink,
                 GError **error)
{
    g_autoptr(Secret) held = NULL;
    Pass *pass = pass_new(&held);
    memcpy(pass->key, key, sizeof pass->key);
    return read_header(source, pass->nonce, sizeof pass->nonce, pass->tag, error) &&
           decrypt(pass, sizeof pass->nonce, source, sink, error);
}

/* The nonce of a sealed box: BLAKE2b-24 of both public keys. */
static void sealed_nonce(Pass *pass, const uint8_t ephemeral_public[BOX_KEY_SIZE],
                         const uint8_t public_key[BOX_KEY_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, BOX_NONCE_SIZE);
    crypto_generichash_update(&state, ephemeral_public, BOX_KEY_SIZE);
    crypto_generichash_update(&state, public_key, BOX_KEY_SIZE);
    crypto_generichash_final(&state, pass->nonce, BOX_NONCE_SIZE);
}

static bool agree(Pass *pass, const uint8_t public_key[BOX_KEY_SIZE],
                  const uint8_t secret_key[BOX_KEY_SIZE])
{
    return crypto_box_beforenm(pass->key, public_key, secret_key) == 0;
}

bool box_seal(const uint8_t public_key[BOX_KEY_SIZE], const uint8_t ephemeral[BOX_KEY_SIZE],
              const SealSource *source, const SealSink *sink, GError **error)
{
    g_autoptr(Secret) held = NULL;
    Pass *pass = pass_new(&held);
    uint8_t ephemeral_public[BOX_KEY_SIZE];
    crypto_scalarmult_base(ephemeral_public, ephemeral);
    if (!agree(pass, public_key, ephemeral)) {
        g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_KEY,
                            _("the public key is none to which something can be sealed"));
        return false;
    }
    sealed_nonce(pass, ephemeral_public, public_key);
    return encrypt(pass, span_of(ephemeral_public, sizeof ephemeral_public), source, sink, error);
}

bool box_unseal(const uint8_t secret_key[BOX_KEY_SIZE], const SealSource *source,
                const SealSink *sink, GError **error)
{
    g_autoptr(Secret) held = NULL;
    Pass *pass = pass_new(&held);
    uint8_t ephemeral_public[BOX_KEY_SIZE], public_key[BOX_KEY_SIZE];
    if (!read_header(source, ephemeral_public, sizeof ephemeral_public, pass->tag, error))
        return false;
    if (!agree(pass, ephemeral_public, secret_key))
        return fail_refused(error);
    crypto_scalarmult_base(public_key, secret_key);
    sealed_nonce(pass, ephemeral_public, public_key);
    return decrypt(pass, sizeof ephemeral_public, source, sink, error);
}
