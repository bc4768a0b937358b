/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ignore files: any text is one. The first line is the path that is asked.
 */
#include "config.h"

#include "format/ignore.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192)
        return 0;
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = end != NULL ? (size_t)(end - data) : size;
    g_autofree char *path = g_strndup((const char *)data, first);
    size_t start = MIN(first + 1, size);
    g_autoptr(Ignore) ignore = ignore_parse(span_of(data + start, size - start));
    for (int directory = 0; directory < 2; directory++)
        if (ignore_matches(ignore, path, directory))
            g_assert_true(ignore_excludes(ignore, path, directory));
    return 0;
}
