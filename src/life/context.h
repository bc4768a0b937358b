/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Build contexts: what an engine is sent to build a Dockerfile, which is the directory that it lies
 * in. As Docker's command line does it: .dockerignore is honoured, symbolic links go as links to
 * files of the directory (their content, here) and everything belongs to root. What is secret by
 * its name never goes: secrets.json, secrets_to_seal.json, *.key; nor do the project's secrets
 * files, whatever they are called.
 */
#ifndef MSE_LIFE_CONTEXT_H
#define MSE_LIFE_CONTEXT_H

#include "app/project.h"
#include "docker/image.h"
#include "life/life.h"

typedef struct LifeContext LifeContext;

/* Looks at the directory of the project's Dockerfile, and decides what goes. NULL with `error`. */
LifeContext *life_context_new(const Project *project, Cancel *cancel, GError **error);
void life_context_free(LifeContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LifeContext, life_context_free)

/* What goes and what stays: for people, safe for a terminal; free with g_free. */
char *life_context_text(const LifeContext *context);
/* Paths that go, relative, in order; NULL-terminated, borrowed. */
const char *const *life_context_paths(const LifeContext *context);

/* A DockerProduce: sends it as a tar; `context` is a LifeContext. */
bool life_context_produce(DockerUpload *upload, void *context, GError **error);

/* Builds it; what the engine says is told as output. The image's id, to be freed with g_free. */
char *life_build(DockerEngine *engine, LifeContext *context, const char *tag,
                 const LifeListener *listener, Cancel *cancel, GError **error);

#endif
