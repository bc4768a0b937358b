/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which engines are meant when nobody names one: the one of DOCKER_HOST or DOCKER_CONTEXT, else
 * those of the settings, else the one that Docker's own command line uses.
 */
#ifndef MSE_FLEET_USUAL_H
#define MSE_FLEET_USUAL_H

#include "app/settings.h"
#include "fleet/fleet.h"

/* FleetSource*, at least one; NULL with `error` (DOCKER_ERROR). `tolerant`: never NULL; what is
 * wrongly named is a source too, which says why it cannot be asked. `settings` may be NULL. */
GPtrArray *fleet_sources_usual(const Settings *settings, bool tolerant, GError **error);

#endif
