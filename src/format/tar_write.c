/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/tar_header.h"

#include <inttypes.h>

struct TarWriter {
    TarSink sink;
    uint64_t at;      /* bytes written */
    uint64_t start;   /* of the member's content */
    uint64_t records; /* where the content of its `x` header begins */
    uint64_t size;    /* of the member, as its header says; not of a slot */
    bool slot;        /* its headers are to be written again */
    TarHeader header; /* of the member */
};

/* Of a slot: decimal digits of a size, so that any size takes as much room. */
#define SLOT_DIGITS 20

TarWriter *tar_writer_new(const TarSink *sink)
{
    TarWriter *writer = g_new0(TarWriter, 1);
    writer->sink = *sink;
    return writer;
}

void tar_writer_free(TarWriter *writer)
{
    g_free(writer);
}

uint64_t tar_writer_size(const TarWriter *writer)
{
    return writer->at;
}

static bool put(TarWriter *writer, const void *bytes, size_t size, GError **error)
{
    writer->at += size;
    return size == 0 || writer->sink.write(writer->sink.data, span_of(bytes, size), error);
}

static bool pad(TarWriter *writer, size_t size, GError **error)
{
    static const uint8_t zeros[TAR_BLOCK];
    for (; size > sizeof zeros; size -= sizeof zeros)
        if (!put(writer, zeros, sizeof zeros, error))
            return false;
    return put(writer, zeros, size, error);
}

/* Octal with leading zeros and a NUL; what does not fit must stand in an `x` header. */
static void set_octal(char *field, size_t size, uint64_t value)
{
    field[size - 1] = '\0';
    for (size_t i = size - 1; i-- > 0; value >>= 3)
        field[i] = (char)('0' + (value & 7));
}

static void set_checksum(TarHeader *header)
{
    set_octal(header->checksum, 7, tar_header_sum(header));
    header->checksum[7] = ' ';
}

static void set_size(TarHeader *header, uint64_t size)
{
    set_octal(header->size, sizeof header->size, size <= TAR_OCTAL_MOST ? size : 0);
    set_checksum(header);
}

/* The last "/" at which a name divides into prefix and name; 0: nowhere. */
static size_t split_at(const char *name, size_t size)
{
    const TarHeader *header;
    for (size_t i = MIN(size - 2, sizeof header->prefix); i > 0; i--)
        if (name[i] == '/' && size - i - 1 <= sizeof header->name)
            return i;
    return 0;
}

/* What a reader without pax shows: cut, and "?" for what is not ASCII. */
static void set_approximate_name(TarHeader *header, const char *name)
{
    for (size_t i = 0; i < sizeof header->name && name[i] != '\0'; i++)
        header->name[i] = (char)((uint8_t)name[i] < 0x80 ? name[i] : '?');
}

/* False when the header has no room for it, or others would take it for another encoding's. */
static bool set_name(TarHeader *header, const char *name)
{
    size_t size = strlen(name);
    bool whole = size <= sizeof header->name;
    size_t split = whole || !g_str_is_ascii(name) ? 0 : split_at(name, size);
    if (split > 0) {
        memcpy(header->prefix, name, split);
        memcpy(header->name, name + split + 1, size - split - 1);
        return true;
    }
    set_approximate_name(header, name);
    return whole && g_str_is_ascii(name);
}

static void start_header(TarHeader *header, char type, unsigned mode, int64_t mtime)
{
    *header = (TarHeader){.type = type, .magic = "ustar", .uname = "root", .gname = "root"};
    header->magic[6] = '0';
    header->magic[7] = '0';
    set_octal(header->mode, sizeof header->mode, mode & 07777);
    set_octal(header->uid, sizeof header->uid, 0);
    set_octal(header->gid, sizeof header->gid, 0);
    set_octal(header->device_major, sizeof header->device_major, 0);
    set_octal(header->device_minor, sizeof header->device_minor, 0);
    uint64_t seconds = mtime < 0 ? 0 : (uint64_t)mtime;
    set_octal(header->mtime, sizeof header->mtime, MIN(seconds, TAR_OCTAL_MOST));
}

/* "LENGTH KEY=VALUE\n", LENGTH being that of all of it. */
static void add_record(GString *records, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3; /* blank, "=", line feed */
    size_t digits = 1, length;
    for (;;) {
        length = rest + digits;
        g_autofree char *text = g_strdup_printf("%zu", length);
        if (strlen(text) == digits)
            break;
        digits++;
    }
    g_string_append_printf(records, "%zu %s=%s\n", length, key, value);
}

static bool put_records(TarWriter *writer, const GString *records, GError **error)
{
    TarHeader header;
    start_header(&header, 'x', 0644, 0);
    memcpy(header.name, "././@PaxHeader", sizeof "././@PaxHeader");
    set_size(&header, records->len);
    if (!put(writer, &header, sizeof header, error))
        return false;
    writer->records = writer->at;
    return put(writer, records->str, records->len, error) &&
           pad(writer, tar_padding(records->len), error);
}

static void add_size(GString *records, uint64_t size)
{
    char digits[SLOT_DIGITS + 1];
    g_snprintf(digits, sizeof digits, "%0*" PRIu64, SLOT_DIGITS, size);
    add_record(records, "size", digits);
}

static bool check_name(const char *name, GError **error)
{
    if (*name != '\0' && g_utf8_validate(name, -1, NULL))
        return true;
    g_autofree char *shown = sanitize_string(name);
    g_set_error(error, TAR_ERROR, TAR_ERROR_NAME,
                _("the name \"%s\" cannot be written into an archive: it is not UTF-8; rename it"),
                shown);
    return false;
}

static bool open_member(TarWriter *writer, const TarEntry *entry, uint64_t size, GError **error)
{
    if (!check_name(entry->name, error))
        return false;
    g_autoptr(GString) records = g_string_new(NULL);
    if (writer->slot || size > TAR_OCTAL_MOST)
        add_size(records, size);
    TarHeader *header = &writer->header;
    start_header(header, entry->type == TAR_DIRECTORY ? '5' : '0', entry->mode, entry->mtime);
    if (!set_name(header, entry->name))
        add_record(records, "path", entry->name);
    set_size(header, size);
    if (records->len > 0 && !put_records(writer, records, error))
        return false;
    writer->size = size;
    bool done = put(writer, header, sizeof *header, error);
    writer->start = writer->at;
    return done;
}

bool tar_writer_open(TarWriter *writer, const TarEntry *entry, GError **error)
{
    writer->slot = false;
    return open_member(writer, entry, entry->size, error);
}

bool tar_writer_open_slot(TarWriter *writer, const TarEntry *entry, GError **error)
{
    writer->slot = true;
    return open_member(writer, entry, 0, error);
}

bool tar_writer_put(TarWriter *writer, Span bytes, GError **error)
{
    return put(writer, bytes.data, bytes.size, error);
}

bool tar_writer_put_at(TarWriter *writer, uint64_t offset, Span bytes, GError **error)
{
    return writer->sink.write_at(writer->sink.data, writer->start + offset, bytes, error);
}

/* The `size` record is the first of the slot's `x` header: the others keep their places. */
static bool fill_slot(TarWriter *writer, uint64_t size, GError **error)
{
    g_autoptr(GString) record = g_string_new(NULL);
    add_size(record, size);
    set_size(&writer->header, size);
    const TarSink *sink = &writer->sink;
    return sink->write_at(sink->data, writer->start - TAR_BLOCK,
                          span_of(&writer->header, TAR_BLOCK), error) &&
           sink->write_at(sink->data, writer->records, span_of(record->str, record->len), error);
}

static bool fail_size(const TarWriter *writer, uint64_t size, GError **error)
{
    g_set_error(error, TAR_ERROR, TAR_ERROR_SIZE,
                _("it has %" PRIu64 " bytes and had %" PRIu64
                  " a moment ago: it changed while it was packed; try again"),
                size, writer->size);
    return false;
}

bool tar_writer_close(TarWriter *writer, GError **error)
{
    uint64_t size = writer->at - writer->start;
    if (!writer->slot && size != writer->size)
        return fail_size(writer, size, error);
    return (!writer->slot || fill_slot(writer, size, error)) &&
           pad(writer, tar_padding(size), error);
}

bool tar_writer_finish(TarWriter *writer, GError **error)
{
    uint64_t end = writer->at + 2 * (uint64_t)TAR_BLOCK;
    size_t rest = (size_t)((TAR_RECORD - end % TAR_RECORD) % TAR_RECORD);
    return pad(writer, 2 * TAR_BLOCK + rest, error);
}
