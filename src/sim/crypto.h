/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys, signatures and digests of the simulated platform, on OpenSSL. An OpenSSL call that cannot
 * fail but for want of memory ends the program, as GLib's allocations do.
 */
#ifndef MSE_SIM_CRYPTO_H
#define MSE_SIM_CRYPTO_H

#include "core/reader.h"

#include <glib.h>
#include <openssl/evp.h>

#define SIM_ERROR (sim_error_quark())
typedef enum {
    SIM_ERROR_USAGE,     /* exit status 2 */
    SIM_ERROR_DIRECTORY, /* not ours, not empty, cannot be made */
    SIM_ERROR_PLATFORM,  /* a file of the platform is missing or malformed */
    SIM_ERROR_KEY,
    SIM_ERROR_NETWORK,
    SIM_ERROR_OUTPUT,
    SIM_ERROR_CODE, /* an application's code is not to be used */
} SimError;
GQuark sim_error_quark(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

/* Ends the program with OpenSSL's own words when `done` is false. */
void crypto_must(bool done, const char *what);

/* Caller owns: EVP_PKEY_free. */
EVP_PKEY *key_new_p256(void);
/* RSA-3072 with e = 3: what signs SGX enclaves. Takes about half a second. */
EVP_PKEY *key_new_enclave_signer(void);
/* PEM of a private key. NULL with SIM_ERROR_KEY naming `name`. */
EVP_PKEY *key_read_private(Span pem, const char *name, GError **error);
bool key_is_p256(const EVP_PKEY *key);

/* PKCS#8 and SPKI PEM. Free with g_free. */
char *key_private_pem(EVP_PKEY *key);
char *key_public_pem(EVP_PKEY *key);

/* x ‖ y of a P-256 key. */
void key_point(const EVP_PKEY *key, uint8_t out[64]);
/* ECDSA with SHA-256 as r ‖ s. */
void key_sign(EVP_PKEY *key, Span message, uint8_t out[64]);
/* MRSIGNER: SHA-256 of the RSA modulus, little-endian, 384 bytes. */
void key_mrsigner(const EVP_PKEY *key, uint8_t out[32]);

void digest_sha256(Span message, uint8_t out[32]);

#endif
