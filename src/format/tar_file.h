/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one regular file of a tar that an engine made of a path in a container (GET
 * /containers/{id}/archive). The bytes are an engine's: strict, bounded, no copy made of them.
 * Format: POSIX ustar, with pax headers before the member as Docker writes them.
 */
#ifndef MSE_FORMAT_TAR_FILE_H
#define MSE_FORMAT_TAR_FILE_H

#include <glib.h>
#include <stdint.h>

#define TAR_FILE_ERROR (tar_file_error_quark())
typedef enum {
    TAR_FILE_ERROR_FORM, /* no tar, or cut short, or it contradicts itself */
    TAR_FILE_ERROR_KIND, /* its member is a link, a directory, a device; or there are several */
} TarFileError;
GQuark tar_file_error_quark(void);

/* The content of the only member, which must be a regular file whose name ends in `name`. `written`
 * (may be NULL) gets its time of modification, Unix seconds. A view of `tar`, which it keeps alive;
 * NULL with `error`, a clause such as "it is a symbolic link". Caller owns. */
GBytes *tar_file_only(GBytes *tar, const char *name, int64_t *written, GError **error);

#endif
