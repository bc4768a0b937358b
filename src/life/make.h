/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making containers so that none is left which nobody was told of: one whose making was cancelled,
 * or whose engine's answer was lost, is looked for and removed. Each carries two labels of ours: by
 * whom it is made and what for, and one that no other has.
 */
#ifndef MSE_LIFE_MAKE_H
#define MSE_LIFE_MAKE_H

#include "docker/create.h"
#include "life/life.h"

/* What a container is made for: the key of the label that says by whom. */
#define LIFE_FOR_SPAWN     "mse-console-spawn"
#define LIFE_FOR_MEASURE   "mse-console-dry-run"
#define LIFE_FOR_LOCALTEST "mse-console-localtest"
#define LIFE_MADE          "mse-console-made"

/* The id of the container, which is not started; NULL with `error`: there is none, or what could
 * not be found out or taken back was warned of. */
char *life_make_container(DockerEngine *engine, const DockerSpec *spec, const char *purpose,
                          Cancel *cancel, const LifeListener *listener, GError **error);

/* Starts it; the error says its name too, which the engine is not asked by. */
bool life_start_container(DockerEngine *engine, const char *id, const char *name, Cancel *cancel,
                          GError **error);

/* Whether that failed because somebody else has the port: it may have been free when it was tried
 * before. The engine says so in its words alone, in English always. */
bool life_port_is_taken(const GError *error);

/* Whether who made it, a run on this machine, is no more: it was killed. */
bool life_is_leftover(const DockerPair *labels, size_t n_labels, const char *purpose);

/* Removes one that is left over, and says so. False with an error of the engine, or when cancelled.
 */
bool life_remove_leftover(DockerEngine *engine, const char *id, const char *name, Cancel *cancel,
                          const LifeListener *listener, GError **error);

#endif
