/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A new project: a small application that works, its tests, its configuration and secrets of its
 * own.
 */
#ifndef MSE_APP_SCAFFOLD_H
#define MSE_APP_SCAFFOLD_H

#include "app/project.h"

/* Makes the directory `path` with a project named as its last part, of this dialect. All or
 * nothing; PROJECT_ERROR_EXISTS when something is there, PROJECT_ERROR_NAME when Docker cannot tag
 * an image with the name. The files of secrets are 0600, their values random. */
bool project_scaffold(const char *path, const Dialect *dialect, GError **error);

/* The files that it makes, relative, in the order of the documentation. `dialect` decides names.
 * NULL-terminated; free with g_strfreev. */
char **project_scaffold_files(const Dialect *dialect);

#endif
