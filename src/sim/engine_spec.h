/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the containers of a simulated engine are: everything follows from the seed and a container's
 * number, but the times, which are told from when the engine started.
 */
#ifndef MSE_SIM_ENGINE_SPEC_H
#define MSE_SIM_ENGINE_SPEC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    CONTAINER_CREATED,
    CONTAINER_RUNNING,
    CONTAINER_PAUSED,
    CONTAINER_RESTARTING,
    CONTAINER_EXITED,
    CONTAINER_DEAD,
    N_CONTAINER_STATES
} ContainerState;

const char *container_state_name(ContainerState state);

typedef struct Hostility Hostility;

typedef struct ContainerSpec ContainerSpec;

/* Containers that are told, instead of following from a seed. */
typedef struct GivenSpecs {
    unsigned count;
    /* Caller owns the result. */
    ContainerSpec *(*make)(const void *data, unsigned number);
    const void *data;
} GivenSpecs;

/* What all of them share. */
typedef struct FleetSpec {
    const GivenSpecs *given; /* borrowed; NULL: what follows says which there are */
    unsigned applications;
    uint64_t seed;
    bool hostile;
    int64_t start;       /* when the engine started: Unix nanoseconds */
    const char *outputs; /* where output directories are; NULL: in a place that nobody has */
} FleetSpec;

struct ContainerSpec {
    bool application; /* a confidential one; else a container that is none */
    bool tty;
    bool checked;               /* has a health check of the engine's */
    bool waiting;               /* for secrets */
    const Hostility *hostility; /* NULL: none */
    char id[65];
    char image_id[72];
    char *name;
    char *image;
    const char *entrypoint;
    GPtrArray *command; /* char*: Cmd */
    GPtrArray *labels;  /* char*: key, value, key … sorted by key */
    GPtrArray *mounts;  /* char*: source, destination … */
    bool everywhere;    /* its port is published on all addresses; else on 127.0.0.1 */
    unsigned port, port_inside;
    ContainerState state;
    int exit_code;
    unsigned restarts, pid;
    int64_t created, started, finished; /* Unix nanoseconds; 0: never */
};

/* How many containers there are: the applications come first, then those that are none. */
unsigned fleet_spec_count(const FleetSpec *fleet);

ContainerSpec *container_spec_new(const FleetSpec *fleet, unsigned number);
/* One without anything, for who fills it. */
ContainerSpec *container_spec_empty(void);
void container_spec_free(ContainerSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerSpec, container_spec_free)

/* The arguments of an application in one line, as its log tells them. Free with g_free. */
char *container_spec_arguments(const ContainerSpec *spec);

#endif
