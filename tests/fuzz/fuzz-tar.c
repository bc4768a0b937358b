/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tar: whatever the bytes, members are inside them and errors are harmless; reading contents and
 * passing over them come to the same.
 */
#include "config.h"

#include "format/tar.h"

#include <string.h>

typedef struct Source {
    const uint8_t *data;
    size_t size, at;
} Source;

static bool source_read(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    (void)error;
    Source *source = data;
    *got = MIN(size, source->size - source->at);
    if (*got > 0)
        memcpy(out, source->data + source->at, *got);
    source->at += *got;
    return true;
}

static bool source_skip(void *data, uint64_t size, GError **error)
{
    (void)error;
    Source *source = data;
    if (size > source->size - source->at)
        return false;
    source->at += (size_t)size;
    return true;
}

static bool check_entry(TarReader *reader, const TarEntry *entry, size_t size, bool skip)
{
    g_assert_true(entry->name != NULL && *entry->name != '\0' && entry->link != NULL);
    g_assert_cmpuint(entry->offset, <=, size);
    g_autoptr(GError) error = NULL;
    g_autofree char *clean = tar_clean_name(entry->name, &error);
    g_assert_true((clean == NULL) == (error != NULL));
    if (clean != NULL)
        g_assert_true(*clean != '/' && strstr(clean, "//") == NULL);
    uint64_t left = entry->size;
    uint8_t piece[700];
    for (size_t got = 1; !skip && got > 0; left -= got)
        if (!tar_reader_read(reader, piece, sizeof piece, &got, NULL))
            return false;
    g_assert_true(skip || left == 0);
    return true;
}

/* How many members; -1 when it was refused. */
static int read_all(const uint8_t *data, size_t size, bool skip)
{
    Source memory = {data, size, 0};
    TarSource source = {source_read, skip ? source_skip : NULL, &memory};
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    for (int n = 0;; n++) {
        g_autoptr(GError) error = NULL;
        const TarEntry *entry;
        if (!tar_reader_next(reader, &entry, &error)) {
            g_assert_true(error != NULL && g_utf8_validate(error->message, -1, NULL));
            g_assert_null(strpbrk(error->message, "\n\r\033\177"));
            return -1;
        }
        if (entry == NULL)
            return n;
        if (!check_entry(reader, entry, size, skip))
            return -1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_assert_cmpint(read_all(data, size, false), ==, read_all(data, size, true));
    return 0;
}
