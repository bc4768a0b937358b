/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tar archives, written and read piece by piece over callbacks.
 *
 * Written: POSIX pax. A member whose header cannot hold its name or size has an `x` header before
 * it; a member whose size is known only at its end has one always, a slot that is filled then.
 *
 * Read, strictly: pax, ustar with its prefix, GNU long names and base-256 numbers. What programs
 * read in several ways is refused, so that what was checked is what another program unpacks: wrong
 * checksums, records of which the length is not theirs, a size said twice and differently, links or
 * directories with content, sparse files, a lone zero block, anything but zeros after the end.
 *
 * Not through libarchive: it wants every size beforehand, and of records that lie it only warns, as
 * it does of a name that the locale cannot show. The tests hold this reader to it.
 *
 * Sources: POSIX.1-2017, pax, "pax Interchange Format" and "ustar Interchange Format"; GNU tar's
 * manual, "Basic Tar Format".
 */
#ifndef MSE_FORMAT_TAR_H
#define MSE_FORMAT_TAR_H

#include "core/reader.h"

#include <glib.h>

enum {
    TAR_BLOCK = 512,
    TAR_RECORD = 20 * TAR_BLOCK, /* an archive is a multiple of it */
};

#define TAR_ERROR (tar_error_quark())
typedef enum {
    TAR_ERROR_FORM,  /* malformed, cut, or of a kind that is not read */
    TAR_ERROR_LIMIT, /* a name or a header larger than its limit */
    TAR_ERROR_NAME,  /* absolute, with "..", empty, not UTF-8 */
    TAR_ERROR_SIZE,  /* what was put is not as much as the header says */
} TarError;
GQuark tar_error_quark(void);

typedef enum {
    TAR_FILE,
    TAR_DIRECTORY,
    TAR_SYMBOLIC_LINK,
    TAR_HARD_LINK,
    TAR_DEVICE, /* or FIFO */
} TarType;

/* "a file", "a symbolic link", …: translated, static. */
const char *tar_type_name(TarType type);

typedef struct TarEntry {
    TarType type;
    const char *name; /* as in the archive: maybe absolute, with "..", not UTF-8 */
    const char *link; /* of links; else "" */
    uint64_t size;    /* bytes of content; 0 of all but files */
    unsigned mode;    /* permission bits */
    int64_t mtime;    /* whole Unix seconds */
    uint64_t offset;  /* of the content in the archive; read only */
} TarEntry;

/* ---- Names ---- */

/* Where a name leads below the directory in which it is unpacked: without "./", doubled slashes and
 * the one at the end. "" is that directory itself. NULL with TAR_ERROR_NAME when it is absolute or
 * has "..", TAR_ERROR_LIMIT when it, or a part, is too long for a file. Free with g_free. */
char *tar_clean_name(const char *name, GError **error);

/* Orders paths by their components: "a/b" before "a-b". For g_ptr_array_sort and the like. */
int tar_compare_names(const char *a, const char *b);

/* ---- Writing ---- */

typedef struct TarSink {
    bool (*write)(void *data, Span bytes, GError **error);
    /* Over what was written, `offset` bytes from the first; only slots and tar_writer_put_at. */
    bool (*write_at)(void *data, uint64_t offset, Span bytes, GError **error);
    void *data;
} TarSink;

typedef struct TarWriter TarWriter;
TarWriter *tar_writer_new(const TarSink *sink);
void tar_writer_free(TarWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarWriter, tar_writer_free)

/* A member's header; then exactly entry->size bytes with tar_writer_put, then tar_writer_close.
 * Files and directories only; owner and group are root. */
bool tar_writer_open(TarWriter *writer, const TarEntry *entry, GError **error);
/* The same for a file of which the size is known at its end: entry->size is not looked at. */
bool tar_writer_open_slot(TarWriter *writer, const TarEntry *entry, GError **error);
bool tar_writer_put(TarWriter *writer, Span bytes, GError **error);
/* Over what was put of this member, `offset` bytes from its first. */
bool tar_writer_put_at(TarWriter *writer, uint64_t offset, Span bytes, GError **error);
bool tar_writer_close(TarWriter *writer, GError **error);
/* The end of the archive. */
bool tar_writer_finish(TarWriter *writer, GError **error);
/* Bytes written so far. */
uint64_t tar_writer_size(const TarWriter *writer);

/* ---- Reading ---- */

typedef struct TarSource {
    /* Fills `out`; `got` is less than `size` only at the end. */
    bool (*read)(void *data, uint8_t *out, size_t size, size_t *got, GError **error);
    /* Passes over exactly `size` bytes; or NULL: they are read. False, with or without an error,
     * when there are fewer. */
    bool (*skip)(void *data, uint64_t size, GError **error);
    void *data;
} TarSource;

typedef struct TarReader TarReader;
TarReader *tar_reader_new(const TarSource *source);
void tar_reader_free(TarReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarReader, tar_reader_free)

/* The next member, what is left of the one before being passed over; at the end of the archive
 * `*entry` is NULL. Borrowed until the next call. Messages say at which byte. */
bool tar_reader_next(TarReader *reader, const TarEntry **entry, GError **error);
/* Content of the member: fills `out`; `got` is less than `size` only at its end. */
bool tar_reader_read(TarReader *reader, uint8_t *out, size_t size, size_t *got, GError **error);

#endif
