/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking back what a step made on an engine. It has a cancel of its own: a person who cancels wants
 * nothing left. What cannot be taken back is warned of, with its name.
 */
#ifndef MSE_LIFE_UNDO_H
#define MSE_LIFE_UNDO_H

#include "docker/engine.h"
#include "life/life.h"

/* A container, running or not. One that is not there is fine; NULL too. */
void life_remove_container(DockerEngine *engine, const char *id, const LifeListener *listener);
/* An image by a name or id of its own. One that is not there, or that a container needs, is left.
 * NULL is fine. */
void life_remove_image(DockerEngine *engine, const char *name, const LifeListener *listener);

/* The last lines that a container printed, told as output. */
void life_tell_log(DockerEngine *engine, const char *id, unsigned lines,
                   const LifeListener *listener);

#endif
