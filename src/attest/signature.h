/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ECDSA and SHA-256 as attestation needs them. Algorithms are fetched once; a key is made from its
 * raw point by copying a prepared one, which costs a quarter of EVP_PKEY_fromdata. Thread-safe.
 * Sources: FIPS 186-4, section 6; SEC 1, sections 2.3 and 4.1.
 */
#ifndef MSE_ATTEST_SIGNATURE_H
#define MSE_ATTEST_SIGNATURE_H

#include "core/reader.h"

#include <glib.h>
#include <openssl/evp.h>

enum {
    SHA256_SIZE = 32,
    P256_POINT_SIZE = 65,         /* 04 ‖ x ‖ y */
    P256_RAW_KEY_SIZE = 64,       /* x ‖ y */
    P256_RAW_SIGNATURE_SIZE = 64, /* r ‖ s, big-endian */
};

typedef enum {
    SIGNATURE_OTHER,
    SIGNATURE_ECDSA_SHA256,
    SIGNATURE_ECDSA_SHA384,
    SIGNATURE_ECDSA_SHA512,
} SignatureAlgorithm;

typedef enum { KEY_OTHER, KEY_P256, KEY_P384 } KeyKind;

void sha256(Span bytes, uint8_t out[SHA256_SIZE]);

/* The key of an uncompressed point (04 ‖ x ‖ y); NULL when it is not a point of the curve. */
EVP_PKEY *signature_key(KeyKind kind, Span point);
/* The same from x ‖ y as it stands in quotes. */
EVP_PKEY *signature_key_raw(Span x_y);

/* True when `signature` (DER, SEQUENCE of two INTEGERs, strictly) over `message` is by `key`. r or
 * s of 0 or not below the group's order is no signature; a high s is one. */
bool signature_verify_der(EVP_PKEY *key, SignatureAlgorithm algorithm, Span message,
                          Span signature);
/* The same for r ‖ s, with SHA-256. */
bool signature_verify_raw(EVP_PKEY *key, Span message, Span r_s);

/* The calling thread ends soon: what OpenSSL keeps for it goes now. It would go with the thread,
 * but a thread that nobody joins may end after OpenSSL has, when the process does. */
void signature_thread_ends(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

#endif
