/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The context store of Docker's CLI: see docker/endpoint.h. For the files of this room.
 */
#ifndef MSE_DOCKER_CONTEXT_H
#define MSE_DOCKER_CONTEXT_H

#include "docker/endpoint.h"

typedef struct DockerContext {
    char *name;  /* as meta.json has it */
    char *host;  /* "ssh://ana@host" */
    char *scope; /* Metadata's DOCKER_SCOPE; NULL: none */
    char *meta_file;
    char *tls_directory; /* NULL: it has no TLS material */
    bool skip_tls_verify;
} DockerContext;
void docker_context_free(DockerContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerContext, docker_context_free)

/* DOCKER_CONFIG, or HOME/.docker. Free with g_free. */
char *docker_context_directory(const DockerEnvironment *environment);

/* The context of that name; `said_by` named it. */
DockerContext *docker_context_read(const DockerEnvironment *environment, const char *name,
                                   const char *said_by, GError **error);

/* currentContext of config.json (NULL when there is none) and that file's path. False with `error`
 * set when the file is there but cannot be read. Free both with g_free. */
bool docker_context_current(const DockerEnvironment *environment, char **name, char **file,
                            GError **error);

#endif
