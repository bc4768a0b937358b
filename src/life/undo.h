/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking back what a step made on an engine. It has a cancel of its own: a person who cancels wants
 * nothing left. What cannot be taken back is warned of, with its name.
 */
#ifndef MSE_LIFE_UNDO_H
#define MSE_LIFE_UNDO_H

#include "docker/engine.h"
#include "life/life.h"

/* An engine that breaks off or does not answer is asked again for so long, in milliseconds. */
#define LIFE_PATIENCE 3000

/* A moment, before something is tried again. False when cancelled, or past the deadline. */
bool life_pause(Cancel *cancel);

/* `since`: when the taking back began, on the monotonic clock; an engine that is away is waited for
 * once, and not anew for each thing. */

/* Removes a container, running or not; true when it is gone, whoever removed it. */
bool life_container_gone(DockerEngine *engine, const char *id, int64_t since, Cancel *cancel,
                         GError **error);
/* The same, of its own accord; `name`: what a person knows it by, safe for a terminal, or NULL. One
 * that is not there is fine; NULL too. */
void life_remove_container(DockerEngine *engine, const char *id, const char *name, int64_t since,
                           const LifeListener *listener);
/* An image by a name or id of its own. One that a container needs is left. One that is not there is
 * fine, but when it is not `known` to be there or not it is waited for a moment: what was cancelled
 * may still come to its end. NULL is fine. */
void life_remove_image(DockerEngine *engine, const char *name, bool known, int64_t since,
                       const LifeListener *listener);

/* The last lines that a container printed, told as output. */
void life_tell_log(DockerEngine *engine, const char *id, unsigned lines,
                   const LifeListener *listener);

#endif
