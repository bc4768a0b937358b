/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libarchive, loaded when an archive is touched and not before: with it in the link line every
 * start of the program would pay for it.
 */
#ifndef MSE_FORMAT_ARCHIVE_H
#define MSE_FORMAT_ARCHIVE_H

#include <glib.h>

#define ARCHIVE_ERROR (archive_error_quark())
typedef enum { ARCHIVE_ERROR_LIBRARY } ArchiveError;
GQuark archive_error_quark(void);

/* What libarchive says of itself: "libarchive 3.6.2 zlib/1.2.13 …". Loads it; NULL with an error
 * when it cannot be loaded. Static text, for the life of the process. */
const char *archive_library_version(GError **error);

#endif
