/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: read whole up to a limit, written whole or not at all.
 */
#ifndef MSE_CORE_FILE_H
#define MSE_CORE_FILE_H

#include "core/cancel.h"
#include "core/limits.h"
#include "core/reader.h"

#include <glib.h>
#include <sys/stat.h>

#define FILE_ERROR (file_error_quark())
typedef enum {
    FILE_ERROR_OPEN, /* missing, unreadable */
    FILE_ERROR_KIND, /* a directory, a device */
    FILE_ERROR_TOO_LARGE,
    FILE_ERROR_READ,
    FILE_ERROR_WRITE,
    FILE_ERROR_EXISTS,
} FileError;
GQuark file_error_quark(void);

/* The whole of a regular file or pipe, never more than limit_bytes(limit). A FIFO or terminal is
 * read with `cancel` watched; a FIFO that nobody writes to is waited for. "/dev/stdin" is the
 * descriptor itself, from where it stands. Errors name the path (sanitized) and what to do; when
 * `cancel` ended it, the domain is CANCEL_ERROR. Caller owns. */
GBytes *file_read(const char *path, LimitId limit, Cancel *cancel, GError **error);

/* Gives `capacity` bytes to read into, the first `used` of them as they were. Called with growing
 * capacities, never more than the limit + 1. */
typedef uint8_t *(*FileGrow)(void *owner, size_t used, size_t capacity);

/* As file_read, into memory of the caller's choosing; `size` is what was read. Whatever `grow` gave
 * stays the caller's, also on failure. */
bool file_read_with(const char *path, LimitId limit, Cancel *cancel, FileGrow grow, void *owner,
                    size_t *size, GError **error);

/* A reading piece by piece, by the rules of file_read, in the memory of whoever reads. */
typedef struct FileReader FileReader;
FileReader *file_reader_open(const char *path, LimitId limit, Cancel *cancel, GError **error);
void file_reader_free(FileReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileReader, file_reader_free)

/* Fills `out`; `got` is less than `size` only at the end. */
bool file_reader_get(FileReader *reader, uint8_t *out, size_t size, size_t *got, GError **error);
/* Whether it can be read once more: a pipe cannot. */
bool file_reader_rewinds(const FileReader *reader);
/* Back to where it began. */
bool file_reader_rewind(FileReader *reader, GError **error);
/* Bytes of a regular file as it was opened; 0 when that is not known. */
uint64_t file_reader_size(const FileReader *reader);
/* Whether `path` leads to the very file that is read. */
bool file_reader_is(const FileReader *reader, const char *path);

/* Writes a private temporary beside `path`, fsyncs, renames over it and fsyncs the directory; on
 * failure nothing of it is left, and what was there before is there still. (The one exception: when
 * only the last fsync fails, the new content stands, and the error says that a power cut may undo
 * it.) `mode` is the file's permission bits, exactly.
 *
 * A symbolic link, directory, FIFO or device at `path` is refused: following a link writes where
 * somebody else chose, replacing it breaks what the user arranged (or /dev/stdout, as root). */
bool file_write(const char *path, Span content, int mode, GError **error);

/* The same piece by piece: nothing stands at `path` before file_writer_commit, and what was not
 * committed is gone with file_writer_free. */
typedef struct FileWriter FileWriter;
FileWriter *file_writer_new(const char *path, GError **error);
void file_writer_free(FileWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileWriter, file_writer_free)

bool file_writer_put(FileWriter *writer, Span bytes, GError **error);
/* Over what was already put, `offset` bytes from the start. */
bool file_writer_put_at(FileWriter *writer, uint64_t offset, Span bytes, GError **error);

typedef enum {
    FILE_REPLACE, /* whatever file is there */
    FILE_ONLY_NEW /* FILE_ERROR_EXISTS when something is there, even since a moment ago */
} FileThere;
bool file_writer_commit(FileWriter *writer, int mode, FileThere there, GError **error);

/* Creates `path` and its parents (0700 for what it creates). */
bool file_make_directory(const char *path, GError **error);

/* Removes what is at `path` and below, as far as it can be: links themselves and not what they
 * lead to, nothing on another file system. Not there: nothing to do. */
void file_remove_tree(const char *path);

/* "a directory", "a FIFO", … for the bits of stat's st_mode: translated, static. */
const char *file_kind(mode_t mode);

/* XDG directories of this program, e.g. "$XDG_STATE_HOME/mse-console"; a relative XDG value is
 * ignored, as the specification asks. NULL with an error when there is no home. Free with g_free.
 */
char *file_config_directory(GError **error);
char *file_state_directory(GError **error);
char *file_cache_directory(GError **error);

#endif
