/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DER: items nest, and an accepted length is the one that its minimal encoding gives back.
 */
#include "config.h"

#include "format/der.h"

#include <glib.h>

enum { DEEPEST = 16 };

static size_t length_octets(size_t length)
{
    size_t octets = 1;
    if (length >= 0x80) {
        for (; length > 0; length >>= 8)
            octets++;
    }
    return octets;
}

static void check_item(const DerItem *item, const uint8_t *at, const uint8_t *end)
{
    g_assert_true(item->whole.data == at);
    g_assert_true(item->whole.size <= (size_t)(end - at));
    g_assert_true(item->content.data + item->content.size == at + item->whole.size);
    g_assert_cmpuint(item->whole.size - item->content.size, ==,
                     1 + length_octets(item->content.size));
}

static void touch(const DerItem *item)
{
    bool boolean;
    uint64_t number;
    int64_t seconds;
    Span part;
    if (der_boolean(item->content, &boolean))
        g_assert_cmpuint(item->content.size, ==, 1);
    if (der_magnitude(item->content, &part))
        g_assert_true(part.size == 1 || part.data[0] != 0);
    if (der_unsigned(item->content, &number))
        g_assert_cmpuint(part.size, <=, 8);
    if (der_bit_octets(item->content, &part))
        g_assert_cmpuint(part.size, ==, item->content.size - 1);
    der_time(item, &seconds);
    g_autofree char *oid = der_oid_text(item->content);
    if (oid != NULL)
        g_assert_true(der_oid_valid(item->content));
}

static void walk(Span bytes, unsigned depth)
{
    Reader reader = reader_on(bytes);
    DerItem item;
    const uint8_t *at = reader.at;
    while (der_next(&reader, &item)) {
        check_item(&item, at, reader.end);
        g_assert_true(reader.at == at + item.whole.size);
        at = reader.at;
        touch(&item);
        if (depth < DEEPEST)
            walk(item.content, depth + 1);
    }
    g_assert_true(reader.at == at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(span_of(data, size), 0);
    return 0;
}
