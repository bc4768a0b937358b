/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated engine answers, shaped as the real one's answers. Everything appends.
 * Source of the formats: Docker Engine API reference, v1.24 to v1.50; dockerd 20.10's answers.
 */
#ifndef MSE_SIM_ENGINE_JSON_H
#define MSE_SIM_ENGINE_JSON_H

#include "sim/engine_fleet.h"

#define SIMULATED_ENGINE_NAME "SIMULATED engine (mse-sim)"

/* What the engine says of itself. */
typedef struct EngineIdentity {
    const char *api_min, *api_max; /* "1.24" */
    bool cgroup_v1;                /* figures as of control groups of version 1 */
    int64_t start;
} EngineIdentity;

/* The parts that never change: once for each container. */
void json_prepare(Container *container, const ContainerSpec *spec);

void json_container(const Container *container, int64_t now, GString *out);
void json_inspect(const Container *container, const FleetSpec *fleet, GString *out);
void json_event(const FleetEvent *event, GString *out);

/* Its figures at a time; `before` is when they were taken last, 0 when never. */
void json_stats(const Container *container, const EngineIdentity *identity, int64_t before,
                int64_t now, GString *out);

void json_version(const EngineIdentity *identity, GString *out);
void json_info(const EngineIdentity *identity, const Fleet *fleet, int64_t now, GString *out);
/* {"message": …} */
void json_message(const char *message, GString *out);

#endif
