/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo's applications as containers of a real engine on this machine. Whatever is made there
 * bears DEMO_LABEL, whose value is the demo's directory; only what bears it is ever touched.
 */
#ifndef MSE_SIM_DEMO_DOCKER_H
#define MSE_SIM_DEMO_DOCKER_H

#include "sim/demo_apps.h"

#define DEMO_LABEL "mse-console-demo"

typedef struct DemoDocker {
    const char *engine;    /* see docker_call */
    const char *directory; /* the demo's, absolute */
    int stop;              /* can be read when it shall end */
} DemoDocker;

/* Removes what demos that are no more left behind: they were killed. Whether one lives is told by
 * the lock in its directory. False with an error when the engine does not answer. */
bool demo_docker_sweep(const DemoDocker *docker, GError **error);

/* Loads the image, then creates and starts a container for each application. False with an error:
 * what was made until then is for demo_docker_remove. */
bool demo_docker_make(const DemoDocker *docker, DemoApps *apps, GError **error);
bool demo_docker_restart(const DemoDocker *docker, const DemoApp *app, GError **error);
/* Whether it runs no more. */
bool demo_docker_has_ended(const DemoDocker *docker, const DemoApp *app);

/* Removes all containers and images of this demo, also those that a person made in it. */
bool demo_docker_remove(const DemoDocker *docker, GError **error);

#endif
