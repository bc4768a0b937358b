/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Localtest: a project's image built and run without an enclave, and its tests run against it, on
 * this machine: HTTP on 127.0.0.1:5000, the code and the secrets mounted. The container and the
 * image, both NAME_test, are removed however it ends.
 */
#ifndef MSE_LIFE_LOCALTEST_H
#define MSE_LIFE_LOCALTEST_H

#include "app/project.h"
#include "docker/engine.h"
#include "life/life.h"

enum { LOCALTEST_PORT = 5000 };

/* Borrowed for the call. */
typedef struct LocaltestRequest {
    DockerEngine *engine;
    const Project *project;
    const ProjectConfig *config;
    bool no_tests; /* keep it up, and follow its log, until cancelled */
    const LifeListener *listener;
} LocaltestRequest;

typedef struct LocaltestOutcome {
    int status;           /* of the tests; 0 with no_tests */
    uint64_t peak_memory; /* of the application, bytes; 0: not known */
} LocaltestOutcome;

/* False with `error`: LIFE_ERROR, DOCKER_ERROR, CANCEL_ERROR. When the application or its tests
 * fail, the container's log is told to the listener. */
bool localtest_run(const LocaltestRequest *request, LocaltestOutcome *outcome, Cancel *cancel,
                   GError **error);

#endif
