/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making applications: for this room alone. They are changed only before anybody else has them.
 */
#ifndef MSE_FLEET_APP_PRIVATE_H
#define MSE_FLEET_APP_PRIVATE_H

#include "docker/engine.h"
#include "fleet/app.h"

FleetApp *fleet_app_new(void);
/* Another with the same content, to be changed. */
FleetApp *fleet_app_copy(const FleetApp *app);

/* Whether both show the same. */
bool fleet_app_equal(const FleetApp *a, const FleetApp *b);

/* From one of the engine's list. The arguments are those that its one line of command shows. */
FleetApp *fleet_app_from_container(const DockerContainer *container, unsigned source);
/* From the container itself. */
FleetApp *fleet_app_from_inspect(const DockerInspect *inspect, unsigned source);

/* "mse-home=1" or "cenclave=1"; the value does not matter. */
FleetDialect fleet_dialect_of(const DockerPair *labels, size_t n_labels);

/* Whether they are those of a demo's container (DOCKER_SCOPE). */
bool fleet_is_demo(const DockerPair *labels, size_t n_labels);

#endif
