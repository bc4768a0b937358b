/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * XSalsa20-Poly1305 in its two forms, byte for byte those of libsodium, but piece by piece:
 *   encrypted file  nonce 24 ‖ tag 16 ‖ ciphertext       (crypto_secretbox with its nonce before)
 *   sealed box      public key 32 ‖ tag 16 ‖ ciphertext   (crypto_box_seal)
 * The tag stands first: who encrypts reads once and writes the tag into its slot at the end
 * (SealSink.write_at); who decrypts reads twice, and writes nothing before the tag was right.
 * Sources: D. J. Bernstein, Cryptography in NaCl; libsodium's documentation of sealed boxes.
 */
#ifndef MSE_SEAL_BOX_H
#define MSE_SEAL_BOX_H

#include "seal/stream.h"

enum {
    BOX_KEY_SIZE = 32,
    BOX_NONCE_SIZE = 24,
    BOX_TAG_SIZE = 16,
    BOX_OVERHEAD = BOX_NONCE_SIZE + BOX_TAG_SIZE,
    BOX_SEALED_OVERHEAD = BOX_KEY_SIZE + BOX_TAG_SIZE,
};

/* `nonce`: never the same twice with one key; random ones are not. */
bool box_encrypt(const uint8_t key[BOX_KEY_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
                 const SealSource *source, const SealSink *sink, GError **error);
bool box_decrypt(const uint8_t key[BOX_KEY_SIZE], const SealSource *source, const SealSink *sink,
                 GError **error);

/* box_encrypt for many small files: memory is locked once. */
typedef struct BoxCipher BoxCipher;
BoxCipher *box_cipher_new(const uint8_t key[BOX_KEY_SIZE]);
void box_cipher_free(BoxCipher *cipher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BoxCipher, box_cipher_free)
bool box_cipher_encrypt(BoxCipher *cipher, const uint8_t nonce[BOX_NONCE_SIZE],
                        const SealSource *source, const SealSink *sink, GError **error);

/* To an X25519 public key. `ephemeral`: 32 random bytes, used for this box alone and then
 * forgotten. SEAL_ERROR_KEY for a key to which nothing can be sealed (of small order: zeros). */
bool box_seal(const uint8_t public_key[BOX_KEY_SIZE], const uint8_t ephemeral[BOX_KEY_SIZE],
              const SealSource *source, const SealSink *sink, GError **error);
bool box_unseal(const uint8_t secret_key[BOX_KEY_SIZE], const SealSource *source,
                const SealSink *sink, GError **error);

#endif
