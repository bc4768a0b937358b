/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of spawning share.
 */
#ifndef MSE_LIFE_SPAWN_PRIVATE_H
#define MSE_LIFE_SPAWN_PRIVATE_H

#include "life/spawn.h"

#define LIFE_DIRECTORY_INSIDE "/opt/input"
#define LIFE_KEY_INSIDE       "/root/.config/gramine/enclave-key.pem"
#define LIFE_PORT_INSIDE      443

/* Refuses what cannot be, before anything is created: options, the engine, devices, names, ports,
 * the directory. `leftovers` gets the containers that a killed spawn left under this name or with
 * this directory, never started: ids, then names, in turns. */
bool life_spawn_check(const LifeSpawn *spawn, GPtrArray *leftovers, GError **error);

/* False in the program's own image: there the host's devices and directories are not to be seen,
 * and the engine, whose socket it was given, knows them. */
bool life_sees_host(void);

/* Those asked for, else the usual ones. Borrowed. */
const char *const *life_spawn_binds(const LifeSpawn *spawn);

/* The package's image on an engine. */
typedef struct LifeImage {
    char *id;
    char *made;  /* what to remove when it is not wanted any more; NULL: it was there before */
    bool loaded; /* it is there: the engine said so */
} LifeImage;
void life_image_clear(LifeImage *image);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LifeImage, life_image_clear)

/* Loads the package's image. */
bool life_load_image(DockerEngine *engine, Package *package, LifeImage *out, Cancel *cancel,
                     const LifeListener *listener, GError **error);
/* Takes it back, unless it was there before. */
void life_unload_image(DockerEngine *engine, const LifeImage *image, int64_t since,
                       const LifeListener *listener);

#endif
