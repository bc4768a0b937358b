/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A platform in a directory: plain files, keys 0600. Written whole or not at all.
 */
#ifndef MSE_SIM_PLATFORM_FILES_H
#define MSE_SIM_PLATFORM_FILES_H

#include "sim/platform.h"

/* Writes all files into a private directory beside `path` and puts that in its place. An existing
 * `path` must be empty or, with `force`, hold nothing but a platform's files. */
bool platform_write(const Platform *platform, const char *path, bool force, GError **error);

/* Reads it back: the documents as they stand in the files. NULL with an error. */
Platform *platform_read(const char *path, GError **error);

/* Whether platform_write would do it, as far as what stands there is concerned. */
bool platform_may_replace(const char *path, bool force, GError **error);

#endif
