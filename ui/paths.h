/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Paths: what can follow a path that is being typed. Directories are read in a job: one on a server
 * that is gone keeps nobody from typing.
 */
#ifndef MSE_UI_PATHS_H
#define MSE_UI_PATHS_H

#include "ui/jobs.h"

/* What a job read. */
typedef struct PathsRead {
    char *directory;    /* as asked for */
    GPtrArray *entries; /* char*: names in order, directories with a slash behind them */
} PathsRead;

void paths_read_free(PathsRead *read);

/* How what is typed is read: as it stands (a form's field), or as a shell reads a word, bare or
 * within quotes, the opening one not typed any more. */
typedef enum { PATHS_AS_IS, PATHS_BARE, PATHS_IN_DOUBLE, PATHS_IN_SINGLE } PathsQuoting;

/* The directory that a word as typed is completed from: "" is the current one. g_free. */
char *paths_directory(const char *typed, PathsQuoting quoting);

/* The words that `typed` can become, as they must be typed. char*. */
GPtrArray *paths_offer(const char *typed, PathsQuoting quoting, const PathsRead *read);

/* Reads a directory; answers with MESSAGE_DIRECTORY. */
void paths_start(Jobs *jobs, const char *directory);

#endif
