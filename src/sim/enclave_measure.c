/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_measure.h"

#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/enclave_code.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

static EVP_MD_CTX *sha256_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    crypto_must(context != NULL && EVP_DigestInit(context, EVP_sha256()) == 1, "hashing");
    return context;
}

static void update(EVP_MD_CTX *context, const void *data, size_t size)
{
    crypto_must(EVP_DigestUpdate(context, data, size) == 1, "hashing");
}

/* The length as eight bytes, little-endian, then the bytes. */
static void put(EVP_MD_CTX *context, const void *data, size_t size)
{
    uint8_t length[8];
    for (unsigned i = 0; i < sizeof length; i++)
        length[i] = (uint8_t)((uint64_t)size >> (8 * i));
    update(context, length, sizeof length);
    update(context, data, size);
}

/* An argument that was not given is told from one that is empty: it has no value at all. */
static void put_argument(const char *name, const char *value, void *data)
{
    if (value == NULL)
        return;
    put(data, name, strlen(name));
    put(data, value, strlen(value));
}

void enclave_measure(const EnclaveArguments *arguments, const GPtrArray *files,
                     const uint8_t program[32], const uint8_t *fullchain, uint8_t out[32])
{
    static const char mark[] = "SIMULATED enclave";
    g_autoptr(EVP_MD_CTX) context = sha256_new();
    put(context, mark, sizeof mark - 1);
    put(context, program, 32);
    enclave_arguments_each(arguments, put_argument, context);
    put(context, fullchain, fullchain != NULL ? 32 : 0);
    for (guint i = 0; i < files->len; i++) {
        const CodeFile *file = files->pdata[i];
        put(context, file->path, strlen(file->path));
        put(context, file->digest, sizeof file->digest);
    }
    crypto_must(EVP_DigestFinal(context, out, NULL) == 1, "hashing");
}

bool enclave_digest_file(const char *path, uint8_t out[32], GError **error)
{
    enum { PIECE = 64 * 1024 };
    g_autoptr(EVP_MD_CTX) context = sha256_new();
    g_autofree uint8_t *piece = g_malloc(PIECE);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = descriptor >= 0 ? 1 : -1;
    while (n > 0) {
        n = read(descriptor, piece, PIECE);
        if (n > 0)
            update(context, piece, (size_t)n);
    }
    if (n < 0) {
        g_autofree char *shown = sanitize_string(path);
        g_set_error(error, SIM_ERROR, SIM_ERROR_CODE, "%s: cannot be read: %s", shown,
                    g_strerror(errno));
    }
    if (descriptor >= 0)
        close(descriptor);
    crypto_must(EVP_DigestFinal(context, out, NULL) == 1, "hashing");
    return n == 0;
}
