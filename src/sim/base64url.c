/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/base64url.h"

#include <sodium.h>
#include <string.h>

uint8_t *base64url_decode(const char *text, size_t *size)
{
    const size_t n = strlen(text);
    const int variant = n > 0 && text[n - 1] == '=' ? sodium_base64_VARIANT_URLSAFE
                                                    : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    g_autofree uint8_t *out = g_malloc(n + 1);
    if (!g_str_is_ascii(text)) /* libsodium reads the eighth bit as it comes */
        return NULL;
    if (sodium_base642bin(out, n, text, n, NULL, size, NULL, variant) != 0)
        return NULL;
    return g_steal_pointer(&out);
}

char *base64url_encode(const void *data, size_t size)
{
    const size_t room = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE);
    char *out = g_malloc(room);
    return sodium_bin2base64(out, room, data, size, sodium_base64_VARIANT_URLSAFE);
}
