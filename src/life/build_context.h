/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The build context of an image: the Dockerfile's directory as a tar, without the project's secrets
 * and without what its .dockerignore names. Nothing else of this machine is sent to the engine.
 */
#ifndef MSE_LIFE_BUILD_CONTEXT_H
#define MSE_LIFE_BUILD_CONTEXT_H

#include "app/project.h"
#include "docker/image.h"
#include "life/life.h"

typedef struct BuildContext BuildContext;

/* Looks through the directory, and reads .dockerignore. Its patterns count from the directory's
 * top; "!" brings files back, but none below a directory that is left out. */
BuildContext *build_context_new(const Project *project, Cancel *cancel, GError **error);
void build_context_free(BuildContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BuildContext, build_context_free)

const char *build_context_directory(const BuildContext *context);  /* borrowed */
const char *build_context_dockerfile(const BuildContext *context); /* its name in it; borrowed */
unsigned build_context_files(const BuildContext *context);
uint64_t build_context_size(const BuildContext *context); /* bytes of the files */

/* Tells the listener what is about to be sent: how much, of which directory, and what not. */
void build_context_say(const BuildContext *context, const LifeListener *listener);

/* For DockerBuild.context: `data` is the BuildContext. */
bool build_context_produce(DockerUpload *upload, void *data, GError **error);

#endif
