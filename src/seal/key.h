/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys as they stand in files, and new ones. Nothing here is random by itself: who makes a key
 * brings the randomness.
 */
#ifndef MSE_SEAL_KEY_H
#define MSE_SEAL_KEY_H

#include "core/secret.h"
#include "seal/stream.h"

typedef enum {
    CIPHER_FERNET, /* 44 characters of base64url, a line break after them or not */
    CIPHER_BOX,    /* 32 bytes: XSalsa20-Poly1305, as in packages */
} Cipher;

/* "Fernet", "XSalsa20-Poly1305". */
const char *cipher_name(Cipher cipher);

/* The 32 bytes of a symmetric key; its form tells the cipher. NULL with SEAL_ERROR_KEY. */
Secret *key_symmetric(Span file, Cipher *cipher, GError **error);

/* An X25519 secret key: 32 bytes, or the last 32 of a pair (public ‖ secret) whose halves belong
 * together. NULL with SEAL_ERROR_KEY. */
Secret *key_x25519_secret(Span file, GError **error);

/* An X25519 public key: 32 bytes, or the first 32 of such a pair. False with SEAL_ERROR_KEY. */
bool key_x25519_public(Span file, uint8_t out[32], GError **error);

/* True for zeros: how an enclave says that it takes no sealed secrets. */
bool key_is_zero(const uint8_t key[32]);

/* public ‖ secret, 64 bytes, of a secret of 32 random ones. */
Secret *key_pair(const uint8_t secret[32]);
/* The 44 characters of a Fernet key of 32 random bytes. */
Secret *key_fernet_text(const uint8_t key[32]);

#endif
