/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated container engine: the part of the Docker Engine API that a console uses, with
 * containers that do not exist.
 * Source: Docker Engine API reference, v1.24 to v1.50.
 */
#ifndef MSE_SIM_ENGINE_H
#define MSE_SIM_ENGINE_H

#include "sim/engine_json.h"
#include "sim/engine_process.h"
#include "sim/fault.h"
#include "sim/http.h"
#include "sim/platform.h"

#include <stdio.h>

/* What it can do wrong. */
extern const FaultService engine_faults;

typedef struct EngineOptions {
    FleetSpec fleet;
    EngineIdentity identity;
    uint64_t log_rate;    /* lines a second, of each log */
    uint64_t log_history; /* lines that are there at the start */
    uint64_t churn;       /* events a second */
    const Fault *faults;  /* borrowed */
    unsigned n_faults;
    /* Borrowed: gets "METHOD PATH", a line a call, "END PATH" when a stream ends; NULL: none. */
    FILE *calls;
    const Platform *platform;     /* borrowed: its applications have evidence; NULL: none has */
    const ProcessSpec *processes; /* borrowed: by number, what its containers really are; or NULL */
    unsigned n_processes;
} EngineOptions;

typedef struct Engine Engine;

Engine *engine_new(const EngineOptions *options);
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

/* The engine's, for listening and running. The engine outlives nothing of it: run, then free. */
HttpServer *engine_server(Engine *engine);
unsigned engine_count(const Engine *engine); /* of containers */
/* Somebody starts the container of that name again. For the thread that the server runs in. */
void engine_restart(Engine *engine, const char *name);

/* "1.41" → 1041; 0 when it is no version. */
unsigned api_number(const char *text);

#endif
