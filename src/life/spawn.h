/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spawning: a package becomes a container that waits for its secrets.
 */
#ifndef MSE_LIFE_SPAWN_H
#define MSE_LIFE_SPAWN_H

#include "app/package.h"
#include "docker/engine.h"
#include "life/life.h"

/* What is asked. Borrowed. */
typedef struct LifeSpawn {
    DockerEngine *engine;
    Package *package;
    const char *name;    /* of the container */
    const char *address; /* of this host, to be bound: an IP */
    unsigned port;       /* 1 to 65535 */
    const char *subject; /* RFC 4514 */
    const char *san;
    int64_t expires;            /* Unix seconds */
    unsigned size;              /* MiB: a power of two, at least 1024 */
    const char *signer_key;     /* path */
    const char *output;         /* directory */
    const char *const *devices; /* NULL: those of SGX that the host has */
    const char *const *binds;   /* NULL: /var/run/aesmd */
    unsigned timeout;           /* seconds to wait for the configuration server */
    Cancel *cancel;
    const LifeListener *listener;
} LifeSpawn;

typedef struct LifeSpawned {
    char *id;         /* of the container */
    char *uuid;       /* --id */
    char *host_port;  /* where it is reached from here */
    char **arguments; /* Cmd, NULL-terminated */
    /* It is started: from now on it runs, whatever happens. */
    bool started;
    bool ready; /* its configuration server answers */
} LifeSpawned;
void life_spawned_free(LifeSpawned *spawned);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LifeSpawned, life_spawned_free)

/* Refuses what cannot be, before anything is created; then loads, creates, unpacks, starts, waits.
 * NULL with `error`: nothing is left, or what could not be removed was warned of. With `error` and
 * a result: the container runs (`started`), but is not `ready`. */
LifeSpawned *life_spawn(const LifeSpawn *spawn, GError **error);

/* The arguments of a container: {--size, …}; NULL-terminated, g_strfreev. `expires` 0: left out. */
char **life_spawn_arguments(unsigned size, const char *subject, const char *san, const char *uuid,
                            const char *application, int64_t expires);

/* The devices of SGX that this host has; NULL-terminated, maybe none. g_strfreev. */
char **life_sgx_devices(void);

#endif
