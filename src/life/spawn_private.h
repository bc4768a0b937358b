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

/* Those asked for, else the usual ones. Borrowed. */
const char *const *life_spawn_binds(const LifeSpawn *spawn);

/* The package's image on an engine. */
typedef struct LifeImage {
    char *id;
    char *made; /* what to remove when it is not wanted any more; NULL: it was there before */
} LifeImage;
void life_image_clear(LifeImage *image);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LifeImage, life_image_clear)

/* Loads the package's image. */
bool life_load_image(DockerEngine *engine, Package *package, LifeImage *out, Cancel *cancel,
                     const LifeListener *listener, GError **error);

#endif
