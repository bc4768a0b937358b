/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one regular file of a tar that an engine made of a path in a container (GET
 * /containers/{id}/archive). The bytes are an engine's: read strictly (format/tar.h), no copy made
 * of them.
 */
#ifndef MSE_FORMAT_TAR_FILE_H
#define MSE_FORMAT_TAR_FILE_H

#include <glib.h>
#include <stdint.h>

#define TAR_FILE_ERROR (tar_file_error_quark())
typedef enum {
    TAR_FILE_ERROR_KIND, /* it holds a link, a directory, a device; another file; or several */
} TarFileError;
GQuark tar_file_error_quark(void);

/* The content of the only member, which must be a regular file called `name`, in whatever
 * directory. `written` (may be NULL) gets its time of modification, Unix seconds. A view of `tar`,
 * which it keeps alive; NULL with `error`: TAR_FILE_ERROR, TAR_ERROR. Caller owns. */
GBytes *tar_file_only(GBytes *tar, const char *name, int64_t *written, GError **error);

#endif
