/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secrets out of files and out of nothing. Apart from secret.c, so that who must have neither files
 * nor randomness can have secrets.
 */
#include "config.h"

#include "core/secret.h"

#include "core/file.h"

#include <sodium.h>

Secret *secret_new_random(size_t size)
{
    Secret *secret = secret_new(size);
    randombytes_buf(secret_data(secret), size);
    return secret;
}

/* Guarded memory cannot grow in place. */
static uint8_t *grow_secret(void *owner, size_t used, size_t capacity)
{
    Secret **held = owner;
    Secret *larger = secret_new(capacity);
    if (*held != NULL)
        memcpy(secret_data(larger), secret_data(*held), used);
    secret_free(*held);
    *held = larger;
    return secret_data(larger);
}

Secret *secret_read_file(const char *path, LimitId limit, Cancel *cancel, GError **error)
{
    g_autoptr(Secret) held = NULL;
    size_t size;
    if (!file_read_with(path, limit, cancel, grow_secret, &held, &size, error))
        return NULL;
    Secret *exact = secret_new(size);
    if (size > 0)
        memcpy(secret_data(exact), secret_data(held), size);
    return exact;
}
