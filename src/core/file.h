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

/* Writes a private temporary beside `path`, fsyncs, renames over it and fsyncs the directory; on
 * failure nothing of it is left, and what was there before is there still. (The one exception: when
 * only the last fsync fails, the new content stands, and the error says that a power cut may undo
 * it.) `mode` is the file's permission bits, exactly.
 *
 * A symbolic link, directory, FIFO or device at `path` is refused: following a link writes where
 * somebody else chose, replacing it breaks what the user arranged (or /dev/stdout, as root). */
bool file_write(const char *path, Span content, int mode, GError **error);

/* Creates `path` and its parents (0700 for what it creates). */
bool file_make_directory(const char *path, GError **error);

/* "a directory", "a FIFO", … for the bits of stat's st_mode: translated, static. */
const char *file_kind(mode_t mode);

/* XDG directories of this program, e.g. "$XDG_STATE_HOME/mse-console"; a relative XDG value is
 * ignored, as the specification asks. NULL with an error when there is no home. Free with g_free.
 */
char *file_config_directory(GError **error);
char *file_state_directory(GError **error);
char *file_cache_directory(GError **error);

#endif
