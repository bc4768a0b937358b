/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated engine on which something happens all the time, for lines that want an application.
 */
#ifndef MSE_TESTS_E2E_BUSY_ENGINE_H
#define MSE_TESTS_E2E_BUSY_ENGINE_H

#include <glib.h>
#include <jansson.h>

/* Starts it, and leads what is run from now on to it (DOCKER_HOST). */
void busy_engine_start(void);
void busy_engine_end(void);

/* Adds an application that runs, by its id, another one each time since some lines remove theirs,
 * and a yes where the verb (a row of help --json) asks for it. */
void busy_engine_add_application(GPtrArray *line, const json_t *verb);

#endif
