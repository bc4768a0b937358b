/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A directory made whole or not at all: filled beside its place, then put there in one step.
 */
#ifndef MSE_SIM_DIRECTORY_H
#define MSE_SIM_DIRECTORY_H

#include <glib.h>
#include <stdbool.h>

/* What may be replaced. */
typedef struct DirectoryKind {
    const char *marker; /* the file that tells such a directory */
    /* True when an entry of it is one that we made. */
    bool (*is_ours)(const char *directory, const char *name);
} DirectoryKind;

/* True when all that stands in `path` is of that kind. Sets an error (SIM_ERROR_DIRECTORY) when it
 * holds anything else, or is of that kind and not to be replaced by `force`. Nothing and an empty
 * directory may always be replaced. */
bool directory_may_replace(const char *path, const DirectoryKind *kind, bool force, GError **error);

typedef bool (*DirectoryFill)(const char *directory, const void *data, GError **error);

/* Makes `path`; on failure nothing of it is left and what was there stays. */
bool directory_make(const char *path, const DirectoryKind *kind, bool force, DirectoryFill fill,
                    const void *data, GError **error);

#endif
