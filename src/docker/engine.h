/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Engine: the part of the Docker Engine API (1.24 to the newest) that this program uses. Calls
 * block the thread of a job, watch `cancel`, and have deadlines and limits of their own
 * (core/limits.h); streams (docker/stream.h) never block. Everything here is thread-safe.
 *
 * Strings of the engine are given as they came: valid UTF-8, but not sanitized. Those in errors
 * are. Times are Unix nanoseconds, UTC; 0 when unknown.
 *
 * Source of the formats: Docker Engine API reference, v1.24 to v1.50.
 */
#ifndef MSE_DOCKER_ENGINE_H
#define MSE_DOCKER_ENGINE_H

#include "core/cancel.h"
#include "docker/endpoint.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCKER_ERROR (docker_error_quark())
typedef enum {
    DOCKER_ERROR_ENDPOINT,   /* a variable, file or context that says where it is, is wrong */
    DOCKER_ERROR_AWAY,       /* nobody there: no socket, refused, unreachable, cut off */
    DOCKER_ERROR_PERMISSION, /* the socket or the host lets us not in */
    DOCKER_ERROR_TLS,        /* no handshake, not trusted, or our certificate refused */
    DOCKER_ERROR_VERSION,    /* the engine and we speak no version in common */
    DOCKER_ERROR_FROZEN,     /* connected, but no answer within the deadline */
    DOCKER_ERROR_RUBBISH,    /* an answer that is not the API's, or cut short */
    DOCKER_ERROR_TOO_LARGE,  /* an answer beyond its limit */
    DOCKER_ERROR_NOT_FOUND,  /* no such container, or no such path in it */
    DOCKER_ERROR_CONFLICT,   /* not in the state that it is in */
    DOCKER_ERROR_REFUSED,    /* any other 4xx */
    DOCKER_ERROR_ENGINE,     /* a 5xx: the engine failed at it */
    DOCKER_ERROR_FAILED,     /* it began, and told while it worked that it cannot be done */
} DockerError;
GQuark docker_error_quark(void);

typedef struct DockerEngine DockerEngine;

/* Asks nothing yet. Copies the endpoint. */
DockerEngine *docker_engine_new(const DockerEndpoint *endpoint);
DockerEngine *docker_engine_ref(DockerEngine *engine);
void docker_engine_unref(DockerEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerEngine, docker_engine_unref)
const DockerEndpoint *docker_engine_endpoint(const DockerEngine *engine); /* borrowed */

/* Whom we talk to. */
typedef struct DockerHello {
    char api[16];   /* the version that is spoken from now on: "1.41" */
    char *version;  /* of the engine: "20.10.24"; NULL when it does not say */
    char *platform; /* "linux/amd64", or NULL */
    int64_t time;   /* the engine's clock when it answered; whole seconds, when it gives no more */
} DockerHello;
void docker_hello_free(DockerHello *hello);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerHello, docker_hello_free)

/* Agrees on a version, and asks the engine's time, for the since= of events. To be called on every
 * new connection; the other calls agree on a version by themselves when this was not called. */
DockerHello *docker_engine_hello(DockerEngine *engine, Cancel *cancel, GError **error);

typedef struct DockerPair {
    char *key;
    char *value;
} DockerPair;

typedef struct DockerPort {
    char *address;   /* on the host: "0.0.0.0", "::"; NULL when it is not published */
    unsigned host;   /* port; 0 when it is not published */
    unsigned inside; /* port in the container */
    char *protocol;  /* "tcp" */
} DockerPort;

typedef struct DockerMount {
    char *type;        /* "bind", "volume", "tmpfs" */
    char *source;      /* on the engine's host */
    char *destination; /* in the container */
    bool writable;
} DockerMount;

/* One of the list. */
typedef struct DockerContainer {
    char *id;      /* 64 hex digits */
    char *name;    /* without the slash; the id's first 12 digits when it has none */
    char *image;   /* as it was named */
    char *command; /* one line, quoted by the engine */
    char *state;   /* created, running, paused, restarting, removing, exited, dead */
    char *status;  /* the engine's words: "Exited (1) 3 hours ago" */
    int64_t created;
    DockerPair *labels; /* sorted by key */
    size_t n_labels;
    DockerPort *ports;
    size_t n_ports;
    DockerMount *mounts;
    size_t n_mounts;
} DockerContainer;

/* Takes one container of the list, borrowed for the call; false ends the list early. */
typedef bool (*DockerEach)(const DockerContainer *container, void *data);

/* All containers, stopped ones too, each while the rest still arrives. True when the list came to
 * its end (or `each` ended it); what was given before an error stands. */
bool docker_engine_list(DockerEngine *engine, DockerEach each, void *data, Cancel *cancel,
                        GError **error);

/* The value of a label; NULL when it has none of that key. */
const char *docker_label(const DockerPair *labels, size_t n_labels, const char *key);

/* Everything of one container that is shown or read back. */
typedef struct DockerInspect {
    char *id;
    char *name;  /* without the slash */
    char *image; /* as it was named, and its id */
    char *image_id;
    char *state;
    int exit_code;
    bool out_of_memory;
    char *error;  /* the engine's words about a failed start; "" */
    unsigned pid; /* on the engine's host; 0 when it does not run */
    unsigned restarts;
    int64_t created, started, finished;
    char **entrypoint;  /* NULL-terminated, as all of these; never NULL */
    char **command;     /* Cmd */
    char **environment; /* "NAME=value": mask before showing */
    bool tty;
    char *log_driver;
    char *health;       /* "healthy", …; NULL when it has no check */
    DockerPair *labels; /* sorted by key */
    size_t n_labels;
    DockerPort *ports; /* as bound (PortBindings), running or not; where the choice is the engine's,
                        * as it chose (NetworkSettings.Ports), running only */
    size_t n_ports;
    DockerMount *mounts;
    size_t n_mounts;
    uint64_t memory_limit; /* bytes; 0: none */
    char *network_mode;
} DockerInspect;
void docker_inspect_free(DockerInspect *inspect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerInspect, docker_inspect_free)

/* `id` is an id, the beginning of one, or a name. */
DockerInspect *docker_engine_inspect(DockerEngine *engine, const char *id, Cancel *cancel,
                                     GError **error);

typedef enum {
    DOCKER_START,
    DOCKER_STOP,    /* 1 s of grace */
    DOCKER_RESTART, /* 1 s of grace */
    DOCKER_REMOVE,  /* a stopped one; with its anonymous volumes */
    DOCKER_REMOVE_RUNNING,
    DOCKER_KILL,
} DockerAct;

/* Does it, and waits until it is done. What is so already (started, stopped) is a success. */
bool docker_engine_act(DockerEngine *engine, DockerAct act, const char *id, Cancel *cancel,
                       GError **error);

/* A path of the container's files as a tar, running or not, at most `maximum` bytes of it.
 * DOCKER_ERROR_NOT_FOUND when there is no such container or path. */
GBytes *docker_engine_archive(DockerEngine *engine, const char *id, const char *path,
                              size_t maximum, Cancel *cancel, GError **error);

#endif
