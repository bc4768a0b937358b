/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fernet tokens, strict and piece by piece: base64url with padding of
 *   0x80 ‖ time 8, big-endian ‖ IV 16 ‖ AES-128-CBC, PKCS #7 ‖ HMAC-SHA256 of all before
 * key[0:16] signs, key[16:32] encrypts. Line breaks after the token are taken; nothing else is that
 * is no base64url, and no second way to write the same bytes. Tokens do not grow old here.
 * Source: github.com/fernet/spec.
 */
#ifndef MSE_SEAL_FERNET_H
#define MSE_SEAL_FERNET_H

#include "seal/stream.h"

enum {
    FERNET_VERSION = 0x80,
    FERNET_KEY_SIZE = 32,
    FERNET_IV_SIZE = 16,
    FERNET_MAC_SIZE = 32,
    FERNET_BLOCK = 16,
    FERNET_HEADER_SIZE = 1 + 8 + FERNET_IV_SIZE,
};

/* `now` in Unix seconds; `iv` random. Reads once, writes in order. */
bool fernet_encrypt(const uint8_t key[FERNET_KEY_SIZE], const uint8_t iv[FERNET_IV_SIZE],
                    uint64_t now, const SealSource *source, const SealSink *sink, GError **error);

/* Reads twice: nothing is written before the HMAC was right. */
bool fernet_decrypt(const uint8_t key[FERNET_KEY_SIZE], const SealSource *source,
                    const SealSink *sink, GError **error);

#endif
