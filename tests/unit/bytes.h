/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Comparing bytes in tests (g_assert_cmpmem takes int).
 */
#ifndef MSE_TESTS_UNIT_BYTES_H
#define MSE_TESTS_UNIT_BYTES_H

#include <glib.h>
#include <string.h>

static inline void assert_bytes(GBytes *got, const void *expected, size_t size)
{
    g_assert_nonnull(got);
    g_assert_cmpuint(g_bytes_get_size(got), ==, size);
    g_assert_true(size == 0 || memcmp(g_bytes_get_data(got, NULL), expected, size) == 0);
}

#endif
