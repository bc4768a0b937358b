/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images of an engine: built, loaded, saved, looked at, removed. See docker/engine.h for how calls
 * behave, and docker/exchange.h for those that stream.
 */
#ifndef MSE_DOCKER_IMAGE_H
#define MSE_DOCKER_IMAGE_H

#include "docker/exchange.h"

/* A line that the engine says while it works, without its line feed: foreign text, not sanitized.
 */
typedef void (*DockerSay)(const char *line, void *data);

typedef struct DockerBuild {
    const char *tag;        /* "name:tag"; NULL: none */
    const char *dockerfile; /* its name in the context; NULL: "Dockerfile" */
    DockerProduce context;  /* a tar */
    void *context_data;
    DockerSay say; /* or NULL */
    void *say_data;
} DockerBuild;

/* Builds with the engine's own builder. Intermediate containers are removed; when it is cancelled
 * the engine stops building. A step that fails is DOCKER_ERROR_FAILED, in the engine's words. The
 * image's id ("sha256:…"); free with g_free. */
char *docker_image_build(DockerEngine *engine, const DockerBuild *build, Cancel *cancel,
                         GError **error);

/* Loads images from a tar as docker_image_save gives it. What the engine says it loaded, names
 * ("name:tag") or, of images without a name, ids: NULL-terminated, free with g_strfreev. Who did
 * not look into the tar cannot know what it overwrites. */
char **docker_image_load(DockerEngine *engine, DockerProduce tar, void *data, Cancel *cancel,
                         GError **error);

/* The image as a tar, with all its layers and that name. */
bool docker_image_save(DockerEngine *engine, const char *name, DockerConsume consume, void *data,
                       Cancel *cancel, GError **error);

typedef struct DockerImage {
    char *id;          /* "sha256:" and 64 hex digits */
    char **names;      /* "name:tag"; NULL-terminated, maybe none */
    uint64_t size;     /* bytes, of all layers */
    char *os;          /* "linux"; "" when not said, as the next */
    char *machine;     /* "amd64" */
    char **entrypoint; /* NULL-terminated, maybe empty */
    char **command;
} DockerImage;
void docker_image_free(DockerImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerImage, docker_image_free)

/* `name` is "name:tag" or an id. DOCKER_ERROR_NOT_FOUND when there is none. */
DockerImage *docker_image_inspect(DockerEngine *engine, const char *name, Cancel *cancel,
                                  GError **error);

/* Takes the name away, and the image and its layers when nothing else needs them. By id, the image
 * with all its names. DOCKER_ERROR_CONFLICT while a container needs it. */
bool docker_image_remove(DockerEngine *engine, const char *name, Cancel *cancel, GError **error);

#endif
