/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/secret.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* `bytes` is of sodium_malloc: guard pages around, a canary, locked, wiped by sodium_free. */
struct Secret {
    gatomicrefcount references;
    uint8_t *bytes;
    size_t size;
};

void secret_init(void)
{
    if (sodium_init() < 0)
        g_error("libsodium cannot start: it finds no source of randomness");
    /* Either alone can be undone: the limit by a core pattern that is a pipe, the flag by exec. */
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        g_error("core dumps, which would hold secrets, cannot be turned off");
}

Secret *secret_new(size_t size)
{
    Secret *secret = g_new0(Secret, 1);
    g_atomic_ref_count_init(&secret->references);
    secret->size = size;
    /* sodium_malloc goes on when the lock is refused: so it is asked for again, and counts. */
    secret->bytes = sodium_malloc(size);
    if (secret->bytes == NULL || (size > 0 && sodium_mlock(secret->bytes, size) != 0))
        g_error("no locked memory for a secret of %zu bytes: raise the limit (ulimit -l)", size);
    sodium_memzero(secret->bytes, size);
    return secret;
}

Secret *secret_ref(Secret *secret)
{
    g_atomic_ref_count_inc(&secret->references);
    return secret;
}

void secret_free(Secret *secret)
{
    if (secret == NULL || !g_atomic_ref_count_dec(&secret->references))
        return;
    sodium_free(secret->bytes);
    g_free(secret);
}

uint8_t *secret_data(Secret *secret)
{
    return secret->bytes;
}

size_t secret_size(const Secret *secret)
{
    return secret->size;
}

Span secret_span(const Secret *secret)
{
    return span_of(secret->bytes, secret->size);
}
