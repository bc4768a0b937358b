/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "seal/key.h"

#include "core/i18n.h"

#include <sodium.h>

enum { KEY_SIZE = 32, PAIR_SIZE = 64, FERNET_TEXT_SIZE = 44 };

const char *cipher_name(Cipher cipher)
{
    static const char *const names[] = {
        [CIPHER_FERNET] = "Fernet",
        [CIPHER_BOX] = "XSalsa20-Poly1305",
    };
    return names[cipher];
}

static Span without_line_break(Span text)
{
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    if (text.size > 0 && text.data[text.size - 1] == '\r')
        text.size--;
    return text;
}

static bool decode_fernet_key(Span text, uint8_t out[KEY_SIZE])
{
    size_t size = 0;
    return text.size == FERNET_TEXT_SIZE && seal_is_ascii(text.data, text.size) &&
           sodium_base642bin(out, KEY_SIZE, (const char *)text.data, text.size, NULL, &size, NULL,
                             sodium_base64_VARIANT_URLSAFE) == 0 &&
           size == KEY_SIZE;
}

Secret *key_symmetric(Span file, Cipher *cipher, GError **error)
{
    g_autoptr(Secret) key = secret_new(KEY_SIZE);
    if (file.size == KEY_SIZE) {
        *cipher = CIPHER_BOX;
        memcpy(secret_data(key), file.data, KEY_SIZE);
        return g_steal_pointer(&key);
    }
    *cipher = CIPHER_FERNET;
    if (decode_fernet_key(without_line_break(file), secret_data(key)))
        return g_steal_pointer(&key);
    g_set_error(error, SEAL_ERROR, SEAL_ERROR_KEY,
                _("it has %zu bytes and is no symmetric key: a Fernet key is 44 characters of "
                  "base64url, a key of XSalsa20-Poly1305 is 32 bytes"),
                file.size);
    return NULL;
}

/* Both halves of a file of keygen must belong together: else something else has 64 bytes too. */
static bool is_pair(Span file)
{
    uint8_t public_key[KEY_SIZE];
    if (file.size != PAIR_SIZE)
        return false;
    crypto_scalarmult_base(public_key, file.data + KEY_SIZE);
    return sodium_memcmp(public_key, file.data, KEY_SIZE) == 0;
}

static bool fail_x25519(Span file, GError **error)
{
    if (file.size == PAIR_SIZE)
        g_set_error_literal(error, SEAL_ERROR, SEAL_ERROR_KEY,
                            _("its two halves are no public key and its secret key"));
    else
        g_set_error(error, SEAL_ERROR, SEAL_ERROR_KEY,
                    _("it has %zu bytes; an X25519 key has 32, a pair of keygen 64"), file.size);
    return false;
}

Secret *key_x25519_secret(Span file, GError **error)
{
    if (file.size != KEY_SIZE && !is_pair(file)) {
        fail_x25519(file, error);
        return NULL;
    }
    Secret *key = secret_new(KEY_SIZE);
    memcpy(secret_data(key), file.data + (file.size - KEY_SIZE), KEY_SIZE);
    return key;
}

bool key_x25519_public(Span file, uint8_t out[32], GError **error)
{
    if (file.size != KEY_SIZE && !is_pair(file))
        return fail_x25519(file, error);
    memcpy(out, file.data, KEY_SIZE);
    return true;
}

bool key_is_zero(const uint8_t key[32])
{
    return sodium_is_zero(key, KEY_SIZE) == 1;
}

Secret *key_pair(const uint8_t secret[32])
{
    Secret *pair = secret_new(PAIR_SIZE);
    crypto_scalarmult_base(secret_data(pair), secret);
    memcpy(secret_data(pair) + KEY_SIZE, secret, KEY_SIZE);
    return pair;
}

Secret *key_fernet_text(const uint8_t key[32])
{
    /* libsodium writes an end of its own, which is not part of the text. */
    g_autoptr(Secret) ended = secret_new(FERNET_TEXT_SIZE + 1);
    sodium_bin2base64((char *)secret_data(ended), FERNET_TEXT_SIZE + 1, key, KEY_SIZE,
                      sodium_base64_VARIANT_URLSAFE);
    Secret *text = secret_new(FERNET_TEXT_SIZE);
    memcpy(secret_data(text), secret_data(ended), FERNET_TEXT_SIZE);
    return text;
}
