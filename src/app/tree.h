/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A directory's files in the order of their paths' components ("a/b" before "a-b"), as they are
 * packed. Nothing is listed but one directory and those above it at a time.
 */
#ifndef MSE_APP_TREE_H
#define MSE_APP_TREE_H

#include "core/cancel.h"
#include "format/ignore.h"

#include <sys/types.h>

typedef struct TreeFile {
    const char *path; /* relative */
    int descriptor;   /* open for reading, at its start; closed by the walk */
    uint64_t size;    /* bytes */
    unsigned mode;    /* permission bits */
    int64_t mtime;    /* whole Unix seconds */
} TreeFile;

typedef struct TreeWalk {
    const char *root;
    const Ignore *ignore;       /* or NULL */
    bool hidden;                /* also what has a part that begins with "." */
    const char *const *without; /* names that are passed over wherever they are; or NULL */
    GPtrArray *warnings;        /* char*: what was left out and why, safe for a terminal */
    Cancel *cancel;
} TreeWalk;

/* Visits every regular file that is not left out. A link is followed to a regular file in the
 * directory that is itself not left out, and is that file then; other links, devices, sockets and
 * FIFOs get a warning. Errors name the file. */
typedef bool (*TreeVisit)(const TreeFile *file, void *data, GError **error);
bool tree_walk(const TreeWalk *walk, TreeVisit visit, void *data, GError **error);

/* Removes a directory of this name with all that is in it, or a file; links are not followed. What
 * cannot be removed stays. */
void tree_remove(int directory, const char *name);

#endif
