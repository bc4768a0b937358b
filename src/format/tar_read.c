/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "format/tar_header.h"
#include "format/tar_pax.h"

#include <inttypes.h>

GQuark tar_error_quark(void)
{
    return g_quark_from_static_string("mse-tar-error");
}

struct TarReader {
    TarSource source;
    uint64_t at;       /* bytes taken */
    uint64_t left;     /* of the member's content */
    size_t padding;    /* after it */
    uint64_t block_at; /* where the header stands, for messages */
    TarHeader header;
    TarRecords records; /* what the headers before the member's own say of it */
    GString *name, *link;
    TarEntry entry;
    bool ended;
};

TarReader *tar_reader_new(const TarSource *source)
{
    TarReader *reader = g_new0(TarReader, 1);
    reader->source = *source;
    reader->name = g_string_new(NULL);
    reader->link = g_string_new(NULL);
    tar_records_init(&reader->records);
    return reader;
}

void tar_reader_free(TarReader *reader)
{
    if (reader == NULL)
        return;
    g_string_free(reader->name, TRUE);
    g_string_free(reader->link, TRUE);
    tar_records_clear(&reader->records);
    g_free(reader);
}

static bool fail_at(const TarReader *reader, const char *what, GError **error)
{
    g_set_error(error, TAR_ERROR, TAR_ERROR_FORM,
                _("malformed archive: the header at byte %" PRIu64 " %s"), reader->block_at, what);
    return false;
}

static bool fail_cut(const TarReader *reader, GError **error)
{
    if (error != NULL && *error == NULL)
        g_set_error(error, TAR_ERROR, TAR_ERROR_FORM,
                    _("malformed archive: it is cut at byte %" PRIu64), reader->at);
    return false;
}

static bool take(TarReader *reader, void *out, size_t size, GError **error)
{
    size_t got = 0;
    if (!reader->source.read(reader->source.data, out, size, &got, error))
        return false;
    reader->at += got;
    return got == size || fail_cut(reader, error);
}

static bool skip(TarReader *reader, uint64_t size, GError **error)
{
    if (size > 0 && reader->source.skip != NULL) {
        if (!reader->source.skip(reader->source.data, size, error))
            return fail_cut(reader, error);
        reader->at += size;
        return true;
    }
    uint8_t piece[4096];
    for (; size > 0; size -= MIN(size, sizeof piece))
        if (!take(reader, piece, (size_t)MIN(size, sizeof piece), error))
            return false;
    return true;
}

/* ---- Numbers and texts of a header ---- */

/* Base-256: two's complement, big-endian, the first bit being the mark. Negative ones are of times
 * before 1970. */
static bool parse_binary(const char *field, size_t size, int64_t *out)
{
    const uint8_t *bytes = (const uint8_t *)field;
    bool negative = (bytes[0] & 0x40) != 0;
    uint64_t value = negative ? ~(uint64_t)0 : 0;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = i > 0 ? bytes[i] : (uint8_t)(negative ? bytes[0] : bytes[0] & 0x7f);
        uint8_t lost = (uint8_t)(value >> 56);
        if (lost != (negative ? 0xff : 0))
            return false;
        value = value << 8 | byte;
    }
    if (((int64_t)value < 0) != negative)
        return false;
    *out = (int64_t)value;
    return true;
}

/* Octal digits between blanks, ended by a blank, a NUL or the field; nothing at all is 0. */
static bool parse_octal(const char *field, size_t size, int64_t *out)
{
    size_t i = 0;
    uint64_t value = 0;
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(field[i] - '0'); /* 12 digits are 36 bits */
    for (; i < size; i++)
        if (field[i] != ' ' && field[i] != '\0')
            return false;
    *out = (int64_t)value;
    return true;
}

static bool parse_number(const char *field, size_t size, int64_t *out)
{
    return (uint8_t)field[0] & 0x80 ? parse_binary(field, size, out)
                                    : parse_octal(field, size, out);
}
#define number(field, out) parse_number(field, sizeof(field), out)

static void append_field(GString *text, const char *field, size_t size)
{
    g_string_append_len(text, field, (gssize)strnlen(field, size));
}

static bool is_zero_block(const TarHeader *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, TAR_BLOCK - 1) == 0;
}

static bool check_header(const TarReader *reader, GError **error)
{
    const TarHeader *header = &reader->header;
    int64_t sum;
    if (memcmp(header->magic, "ustar", 5) != 0)
        return fail_at(reader, _("is none of a tar archive (no \"ustar\")"), error);
    if (!number(header->checksum, &sum) || sum != tar_header_sum(header))
        return fail_at(reader, _("has a wrong checksum"), error);
    return true;
}

/* ---- Headers before a member's own ---- */

/* The content of an `x`, `g`, `L` or `K` header. */
static GBytes *take_extension(TarReader *reader, GError **error)
{
    int64_t size;
    if (!number(reader->header.size, &size) || size < 0) {
        fail_at(reader, _("has no number for its size"), error);
        return NULL;
    }
    if ((uint64_t)size > limit_bytes(LIMIT_ARCHIVE_HEADER)) {
        g_set_error(error, TAR_ERROR, TAR_ERROR_LIMIT,
                    _("the header at byte %" PRIu64 " has %" PRId64
                      " bytes of names and attributes; at most %zu are taken"),
                    reader->block_at, size, limit_bytes(LIMIT_ARCHIVE_HEADER));
        return NULL;
    }
    g_autofree uint8_t *bytes = g_malloc((gsize)size + 1);
    if (!take(reader, bytes, (size_t)size, error) ||
        !skip(reader, tar_padding((uint64_t)size), error))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&bytes), (gsize)size);
}

/* False: the header is a member's own. `*done` is whether it was read rightly. */
static bool read_extension(TarReader *reader, bool *done, GError **error)
{
    char type = reader->header.type;
    if (strchr("xgLK", type) == NULL || type == '\0')
        return false;
    g_autoptr(GBytes) content = take_extension(reader, error);
    const char *wrong = NULL;
    *done = content != NULL;
    if (!*done)
        return true;
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(content, &size);
    if (type == 'x' || type == 'g')
        wrong = tar_records_pax(&reader->records, type == 'g', span_of(bytes, size));
    else
        wrong = tar_records_gnu(&reader->records, type == 'K', span_of(bytes, size));
    if (wrong != NULL)
        *done = fail_at(reader, _(wrong), error);
    return true;
}

/* ---- The member itself ---- */

static bool set_type(TarReader *reader, GError **error)
{
    switch (reader->header.type) {
    case '0':
    case '7': /* contiguous: a file */
    case '\0':
        reader->entry.type = TAR_FILE;
        return true;
    case '1':
        reader->entry.type = TAR_HARD_LINK;
        return true;
    case '2':
        reader->entry.type = TAR_SYMBOLIC_LINK;
        return true;
    case '3':
    case '4':
    case '6':
        reader->entry.type = TAR_DEVICE;
        return true;
    case '5':
        reader->entry.type = TAR_DIRECTORY;
        return true;
    default:
        return fail_at(reader, _("is of a type that is not read (sparse, of several volumes, …)"),
                       error);
    }
}

/* A size said twice must be the same, where the field of the header can hold it. */
static bool set_size(TarReader *reader, GError **error)
{
    int64_t size;
    if (!number(reader->header.size, &size) || size < 0)
        return fail_at(reader, _("has no number for its size"), error);
    reader->entry.size = (uint64_t)size;
    if (!reader->records.has_size)
        return true;
    uint64_t said = reader->records.size;
    if (said <= TAR_OCTAL_MOST && said != (uint64_t)size)
        return fail_at(reader, _("says two different sizes"), error);
    reader->entry.size = said;
    return true;
}

static bool set_name(TarReader *reader, GError **error)
{
    const TarHeader *header = &reader->header;
    g_string_truncate(reader->name, 0);
    g_string_truncate(reader->link, 0);
    if (reader->records.path != NULL) {
        g_string_assign(reader->name, reader->records.path);
    } else {
        /* GNU's header has other things there. */
        if (header->magic[5] == '\0' && header->prefix[0] != '\0') {
            append_field(reader->name, header->prefix, sizeof header->prefix);
            g_string_append_c(reader->name, '/');
        }
        append_field(reader->name, header->name, sizeof header->name);
    }
    if (reader->records.link != NULL)
        g_string_assign(reader->link, reader->records.link);
    else
        append_field(reader->link, header->link, sizeof header->link);
    if (reader->name->len == 0)
        return fail_at(reader, _("has no name"), error);
    reader->entry.name = reader->name->str;
    reader->entry.link = reader->link->str;
    return true;
}

static bool set_entry(TarReader *reader, GError **error)
{
    int64_t mode, mtime;
    TarEntry *entry = &reader->entry;
    *entry = (TarEntry){0};
    if (!set_type(reader, error) || !set_size(reader, error) || !set_name(reader, error))
        return false;
    if (!number(reader->header.mode, &mode) || !number(reader->header.mtime, &mtime))
        return fail_at(reader, _("has no number for its mode or time"), error);
    if (entry->type == TAR_FILE && reader->header.type == '\0' &&
        reader->name->str[reader->name->len - 1] == '/')
        return fail_at(reader, _("is a file for some programs and a directory for others"), error);
    if (entry->type != TAR_FILE && entry->size > 0)
        return fail_at(reader, _("has content without being a file"), error);
    if (entry->size > INT64_MAX - TAR_BLOCK)
        return fail_at(reader, _("has a size that no file has"), error);
    entry->mode = (unsigned)mode & 07777;
    entry->mtime = reader->records.has_mtime ? reader->records.mtime : mtime;
    entry->offset = reader->at;
    reader->left = entry->size;
    reader->padding = tar_padding(entry->size);
    tar_records_next(&reader->records);
    return true;
}

/* ---- The end ---- */

static bool check_rest(TarReader *reader, GError **error)
{
    uint8_t piece[4096];
    for (;;) {
        size_t got;
        if (!reader->source.read(reader->source.data, piece, sizeof piece, &got, error))
            return false;
        for (size_t i = 0; i < got; i++) {
            if (piece[i] == 0)
                continue;
            g_set_error(error, TAR_ERROR, TAR_ERROR_FORM,
                        _("malformed archive: something follows its end, at byte %" PRIu64),
                        reader->at + i);
            return false;
        }
        reader->at += got;
        if (got < sizeof piece)
            return true;
    }
}

static bool read_end(TarReader *reader, GError **error)
{
    if (tar_records_pending(&reader->records))
        return fail_at(reader, _("ends the archive where a member was announced"), error);
    reader->block_at = reader->at;
    if (!take(reader, &reader->header, TAR_BLOCK, error))
        return false;
    if (!is_zero_block(&reader->header))
        return fail_at(reader, _("follows a lone block of zeros"), error);
    reader->ended = true;
    return check_rest(reader, error);
}

bool tar_reader_next(TarReader *reader, const TarEntry **entry, GError **error)
{
    *entry = NULL;
    g_autoptr(GError) local = NULL;
    if (reader->ended)
        return true;
    if (!skip(reader, reader->left + reader->padding, &local)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    reader->left = reader->padding = 0;
    for (;;) {
        bool done = true;
        reader->block_at = reader->at;
        if (!take(reader, &reader->header, TAR_BLOCK, error))
            return false;
        if (is_zero_block(&reader->header))
            return read_end(reader, error);
        if (!check_header(reader, error))
            return false;
        if (!read_extension(reader, &done, error))
            break;
        if (!done)
            return false;
    }
    if (!set_entry(reader, error))
        return false;
    *entry = &reader->entry;
    return true;
}

bool tar_reader_read(TarReader *reader, uint8_t *out, size_t size, size_t *got, GError **error)
{
    size_t wanted = (size_t)MIN(size, reader->left);
    *got = 0;
    if (!take(reader, out, wanted, error))
        return false;
    reader->left -= wanted;
    *got = wanted;
    return true;
}
