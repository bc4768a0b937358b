/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PEM: blocks lie in order within the text, each is a document by itself, and what was decoded is
 * decoded again from what pem_encode makes of it.
 */
#include "config.h"

#include "format/pem.h"

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static void check_same(Span text, const PemBlock *block)
{
    g_autoptr(GPtrArray) again = pem_decode(text, PEM_NOTHING_BETWEEN, 1, NULL);
    g_assert_nonnull(again);
    const PemBlock *found = g_ptr_array_index(again, 0);
    g_assert_cmpstr(found->label, ==, block->label);
    g_assert_true(g_bytes_equal(found->der, block->der));
}

static void check_blocks(Span text, const GPtrArray *blocks)
{
    size_t end = 0;
    for (guint i = 0; i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        g_assert_true(block->offset >= end && block->size <= text.size - block->offset);
        end = block->offset + block->size;
        check_same(span_of(text.data + block->offset, block->size), block);
        g_autofree char *encoded = pem_encode(block->label, bytes_span(block->der));
        check_same(span_of(encoded, strlen(encoded)), block);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 10 };
    Span text = span_of(data, size);
    size_t where = SIZE_MAX;
    g_autoptr(GPtrArray) strict = pem_decode(text, PEM_NOTHING_BETWEEN, MOST, &where);
    g_autoptr(GPtrArray) loose = pem_decode(text, PEM_TEXT_BETWEEN, MOST, NULL);
    if (strict == NULL)
        g_assert_cmpuint(where, <=, size);
    else
        g_assert_true(loose != NULL && loose->len == strict->len);
    if (loose != NULL)
        check_blocks(text, loose);
    return 0;
}
