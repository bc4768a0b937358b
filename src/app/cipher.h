/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files sealed, unsealed, encrypted and decrypted: read piece by piece in bounded memory, written
 * whole or not at all; what is secret is 0600. A pipe is kept in a temporary file when it must be
 * read twice: it holds nothing but what is encrypted. Never prints.
 */
#ifndef MSE_APP_CIPHER_H
#define MSE_APP_CIPHER_H

#include "core/cancel.h"
#include "core/secret.h"
#include "seal/key.h"

#define CIPHER_ERROR (cipher_error_quark())
typedef enum {
    CIPHER_ERROR_SAME, /* the output is the input or the key */
} CipherError;
GQuark cipher_error_quark(void);

/* Called now and then; `total` is 0 when it is not known. */
typedef void (*CipherProgress)(uint64_t done, uint64_t total, void *data);

typedef struct CipherFiles {
    const char *input, *output;
    const char *key; /* a key file; NULL for cipher_seal */
    Cancel *cancel;
    CipherProgress progress; /* or NULL */
    void *data;
} CipherFiles;

/* The key's form tells the cipher, which is given back. The output is 0644, or 0600 for text that
 * was decrypted. Errors name the file. */
bool cipher_encrypt(const CipherFiles *files, Cipher *cipher, GError **error);
bool cipher_decrypt(const CipherFiles *files, Cipher *cipher, GError **error);

bool cipher_seal(const CipherFiles *files, const uint8_t public_key[32], GError **error);
bool cipher_unseal(const CipherFiles *files, GError **error);
/* The text alone; `output` is not looked at. Caller owns. */
Secret *cipher_unseal_to_memory(const CipherFiles *files, GError **error);

typedef enum { NEW_KEY_SYMMETRIC, NEW_KEY_FERNET, NEW_KEY_PAIR } NewKey;

/* Makes a key, 0600. Without `force` whatever is at `path` stays: FILE_ERROR_EXISTS. */
bool cipher_new_key(NewKey kind, const char *path, bool force, GError **error);

#endif
