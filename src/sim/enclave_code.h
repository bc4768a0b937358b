/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The application's code as it comes, an app.tar that anybody may have made, and what is measured
 * of it.
 */
#ifndef MSE_SIM_ENCLAVE_CODE_H
#define MSE_SIM_ENCLAVE_CODE_H

#include "core/reader.h"

#include <glib.h>

/* What an app.tar may hold. */
enum {
    CODE_FILES_MOST = 100000,
    CODE_PATH_MOST = 4096,                   /* bytes of a member's name */
    CODE_ENCRYPTED_MOST = 256 * 1024 * 1024, /* bytes of a .enc file: decrypted in memory */
};
#define CODE_BYTES_MOST (UINT64_C(10) << 30) /* an application's storage is 10 GB */

typedef struct CodeFile {
    char *path; /* relative, of plain parts: never "", ".", ".." */
    uint8_t digest[32];
} CodeFile;

/* Reads the tar at `path`: regular files and directories only, names contained, no duplicates,
 * within the limits above. With `into`, an empty directory, the files are written there, with their
 * permission bits; otherwise nothing is written. CodeFile* sorted by path, bytewise; NULL with
 * SIM_ERROR_CODE. Caller owns. */
GPtrArray *code_read(const char *path, const char *into, GError **error);

/* Copies the files of `from` to `to`, an empty directory; with `key` (32 bytes) those whose name
 * ends in ".enc" are decrypted (a 24-byte nonce and an XSalsa20-Poly1305 box) and lose the ending.
 * Counts of files go to `plain` and `decrypted`. */
bool code_install(const char *from, const char *to, const uint8_t *key, unsigned *plain,
                  unsigned *decrypted, GError **error);

/* Removes a directory with all that is in it, links not followed. True when it is gone. */
bool code_remove(const char *directory);

#endif
