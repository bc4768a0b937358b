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

#define FILE_ERROR (file_error_quark())
typedef enum {
    FILE_ERROR_OPEN,     /* missing, unreadable */
    FILE_ERROR_KIND,     /* a directory, a device */
    FILE_ERROR_TOO_LARGE,
    FILE_ERROR_READ,
    FILE_ERROR_WRITE,
} FileError;
GQuark file_error_quark(void);

/* The whole of a regular file or pipe, never more than limit_bytes(limit). A FIFO or terminal is
 * read with `cancel` watched. Errors name the path (sanitized) and what to do. Caller owns. */
GBytes *file_read(const char *path, LimitId limit, Cancel *cancel, GError **error);

/* Writes a private temporary beside `path`, fsyncs, renames over it and fsyncs the directory; on
 * failure nothing of it is left. `mode` is the file's permission bits, exactly. */
bool file_write(const char *path, Span content, int mode, GError **error);

/* Creates `path` and its parents (0700 for what it creates). */
bool file_make_directory(const char *path, GError **error);

/* XDG directories of this program, e.g. "$XDG_STATE_HOME/mse-console"; a relative XDG value is
 * ignored, as the specification asks. NULL with an error when there is no home. Free with g_free. */
char *file_config_directory(GError **error);
char *file_state_directory(GError **error);
char *file_cache_directory(GError **error);

#endif
