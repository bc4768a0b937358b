/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar_file.h"

#include "core/i18n.h"
#include "format/tar.h"

#include <string.h>

GQuark tar_file_error_quark(void)
{
    return g_quark_from_static_string("mse-tar-file-error");
}

static bool read_bytes(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    Reader *reader = data;
    (void)error;
    *got = MIN(size, reader_left(reader));
    return reader_copy(reader, out, *got);
}

static bool skip_bytes(void *data, uint64_t size, GError **error)
{
    Reader *reader = data;
    (void)error;
    return size <= reader_left(reader) && reader_skip(reader, (size_t)size);
}

static bool fail(const char *what, GError **error)
{
    g_set_error_literal(error, TAR_FILE_ERROR, TAR_FILE_ERROR_KIND, what);
    return false;
}

static bool is_called(const TarEntry *entry, const char *name)
{
    const char *slash = strrchr(entry->name, '/');
    return strcmp(slash == NULL ? entry->name : slash + 1, name) == 0;
}

static bool check(const TarEntry *entry, const char *name, GError **error)
{
    if (entry == NULL)
        return fail(_("the archive is empty"), error);
    if (entry->type != TAR_FILE) {
        g_autofree char *what = g_strdup_printf(_("it is %s"), tar_type_name(entry->type));
        return fail(what, error);
    }
    return is_called(entry, name) || fail(_("the archive holds another file"), error);
}

/* Where the member's content is; then that nothing follows it. */
static bool find(TarReader *reader, const char *name, TarEntry *found, GError **error)
{
    const TarEntry *entry;
    if (!tar_reader_next(reader, &entry, error) || !check(entry, name, error))
        return false;
    *found = *entry;
    if (!tar_reader_next(reader, &entry, error))
        return false;
    return entry == NULL || fail(_("the archive holds more than one file"), error);
}

GBytes *tar_file_only(GBytes *tar, const char *name, int64_t *written, GError **error)
{
    size_t size;
    const uint8_t *data = g_bytes_get_data(tar, &size);
    Reader bytes = reader_on(span_of(data, size));
    TarSource source = {.read = read_bytes, .skip = skip_bytes, .data = &bytes};
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    TarEntry entry;
    if (!find(reader, name, &entry, error))
        return NULL;
    if (written != NULL)
        *written = entry.mtime;
    return g_bytes_new_from_bytes(tar, (size_t)entry.offset, (size_t)entry.size);
}
