/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/tls_identity.h"

#include "core/clock.h"
#include "core/file.h"
#include "format/pem.h"
#include "sim/certificate.h"
#include "sim/crypto.h"

#include <string.h>

enum { DAY = 86400 };

static bool write_text(const char *path, int mode, const char *text, GError **error)
{
    return file_write(path, span_of(text, strlen(text)), mode, error);
}

static char *read_text(const char *path)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_KEY, NULL, NULL);
    if (bytes == NULL)
        return NULL;
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    return g_strndup(data, size);
}

bool tls_identity(const char *directory, char **certificate, char **key, GError **error)
{
    g_autofree char *certificate_path = g_build_filename(directory, "pccs.pem", NULL);
    g_autofree char *key_path = g_build_filename(directory, "pccs.key", NULL);
    *certificate = read_text(certificate_path);
    *key = read_text(key_path);
    if (*certificate != NULL && *key != NULL)
        return true;
    g_free(*certificate);
    g_free(*key);
    g_autoptr(EVP_PKEY) made = key_new_p256();
    const int64_t now = clock_now(); /* TLS clients have no other time */
    g_autoptr(GBytes) der = certificate_make_tls(made, now - DAY, now + 3650 * (int64_t)DAY);
    size_t size;
    const void *data = g_bytes_get_data(der, &size);
    *certificate = pem_encode("CERTIFICATE", span_of(data, size));
    *key = key_private_pem(made);
    return write_text(key_path, 0600, *key, error) &&
           write_text(certificate_path, 0644, *certificate, error);
}
