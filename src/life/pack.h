/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packing: a project's image is built by an engine and streamed out of it straight into a package.
 */
#ifndef MSE_LIFE_PACK_H
#define MSE_LIFE_PACK_H

#include "app/package.h"
#include "docker/engine.h"
#include "life/life.h"

typedef struct LifePack {
    DockerEngine *engine;
    const Project *project;
    const ProjectConfig *config;
    const char *output; /* a directory */
    bool encrypt;
    Cancel *cancel;
    const LifeListener *listener;
} LifePack;

/* What was made; `tag` gets the image's, "NAME:<ns>" (g_free). The image is in the package, and is
 * removed from the engine again, whatever happens. NULL with `error`: nothing is left. */
PackageMade *life_pack(const LifePack *pack, char **tag, GError **error);

#endif
