/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .dockerignore: patterns of paths from the top of the build context. Unlike .gitignore, every
 * pattern is anchored there; a pattern that matches a directory matches what is below; "!" takes
 * out of what came before; the last that matches counts.
 * Source: Docker's reference of the build context, ".dockerignore files".
 */
#ifndef MSE_LIFE_DOCKER_IGNORE_H
#define MSE_LIFE_DOCKER_IGNORE_H

#include "core/reader.h"

#include <glib.h>
#include <stdbool.h>

typedef struct DockerIgnore DockerIgnore;

/* Any text is one: a pattern that is malformed matches nothing. */
DockerIgnore *docker_ignore_parse(Span text);
void docker_ignore_free(DockerIgnore *ignore);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerIgnore, docker_ignore_free)

/* Whether the path, relative and without "./", stays out. */
bool docker_ignore_matches(const DockerIgnore *ignore, const char *path);

/* Whether some pattern begins with "!": then something below what is ignored may go. */
bool docker_ignore_has_exceptions(const DockerIgnore *ignore);

#endif
