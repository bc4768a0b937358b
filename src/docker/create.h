/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making containers: created, given files, waited for. Starting and removing them are acts
 * (docker/engine.h).
 */
#ifndef MSE_DOCKER_CREATE_H
#define MSE_DOCKER_CREATE_H

#include "docker/exchange.h"

/* A port of the container that is published on the host. */
typedef struct DockerPublish {
    const char *address; /* on the host; NULL: all of them */
    unsigned host;       /* port; 0: the engine chooses */
    unsigned inside;     /* port, of TCP */
} DockerPublish;

/* What is made. Borrowed; lists are NULL-terminated, and NULL when empty. */
typedef struct DockerSpec {
    const char *name;               /* NULL: the engine chooses */
    const char *image;              /* name or id */
    const char *const *entrypoint;  /* NULL: the image's */
    const char *const *command;     /* NULL: the image's */
    const char *const *environment; /* "NAME=value" */
    const char *const *binds;       /* "/host:/inside" or "/host:/inside:ro" */
    bool binds_exist;               /* one that is not there is refused by the engine, not made */
    const char *const *devices;     /* paths, the same inside, to be read and written */
    const DockerPair *labels;
    size_t n_labels;
    const DockerPublish *ports;
    size_t n_ports;
    const char *network;  /* "none", …; NULL: the engine's default */
    bool no_capabilities; /* all dropped, and none can be gained */
    uint64_t memory;      /* bytes, swap included; 0: no limit */
    unsigned processes;   /* at most; 0: no limit */
} DockerSpec;

/* The id of the container, which is not started; free with g_free. DOCKER_ERROR_CONFLICT when there
 * is one of that name, DOCKER_ERROR_NOT_FOUND when there is no such image. */
char *docker_container_create(DockerEngine *engine, const DockerSpec *spec, Cancel *cancel,
                              GError **error);

/* Unpacks a tar below a directory of the container, running or not. */
bool docker_container_put(DockerEngine *engine, const char *id, const char *directory,
                          DockerProduce tar, void *data, Cancel *cancel, GError **error);

/* Waits until it does not run, `deadline` milliseconds at most (0: a day), and says its exit
 * status. DOCKER_ERROR_FROZEN when it still runs then. */
bool docker_container_wait(DockerEngine *engine, const char *id, unsigned deadline, int *status,
                           Cancel *cancel, GError **error);

#endif
