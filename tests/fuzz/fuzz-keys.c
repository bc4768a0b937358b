/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes from a terminal: every one is taken, none is held for ever, a key that comes out has a name
 * that is that key's.
 */
#include "config.h"

#include "ui/keys.h"

#include <stddef.h>

static void check(const KeyEvent *event)
{
    g_autofree char *name = key_text(event->key);
    char bytes[KEY_SEQUENCE_MAX];

    g_assert_cmpuint(event->key, !=, 0);
    g_assert_cmpuint(event->key & ~(Key)KEY_MODIFIERS, <, KEY_SPECIAL_END);
    g_assert_true(g_utf8_validate(name, -1, NULL));
    g_assert_cmpuint(key_bytes(event->key, bytes), <=, sizeof bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KeyDecoder decoder;
    KeyEvent event;

    key_decoder_init(&decoder);
    for (size_t i = 0; i < size; i++) {
        if (key_decoder_feed(&decoder, data[i], &event))
            check(&event);
        g_assert_cmpuint(decoder.n_pending, <, KEY_SEQUENCE_MAX);
    }
    if (key_decoder_flush(&decoder, &event))
        check(&event);
    g_assert_false(key_decoder_waits(&decoder));
    key_decoder_clear(&decoder);
    return 0;
}
