/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The applications of the demo: which they are, what each needs in its directory, and its evidence.
 */
#ifndef MSE_SIM_DEMO_APPS_H
#define MSE_SIM_DEMO_APPS_H

#include "sim/engine_process.h"
#include "sim/platform.h"

/* What becomes of one. */
typedef enum {
    DEMO_RUNNING,
    DEMO_WAITING, /* for secrets */
    DEMO_CHANGES, /* runs, until its measurement changes */
    DEMO_OUTDATED,
    DEMO_ENDED, /* has ended; nothing of it runs */
    N_DEMO_FATES
} DemoFate;

typedef struct DemoApp {
    const struct DemoRow *row;
    unsigned number;
    char *root;      /* what is "/" for it */
    char *directory; /* bound at /opt/input */
    char *id;        /* its --id */
    int64_t expires;
    unsigned port;
    char **arguments, **variables; /* of its process */
    char *log;                     /* what it said before; or NULL */
    char container[65], image[72];
} DemoApp;

typedef struct DemoApps {
    DemoApp *all;
    unsigned n;
    ProcessSpec *processes;
    GivenSpecs specs;
    char *program; /* mse-sim-enclave */
    int64_t start; /* Unix seconds */
} DemoApps;

/* Makes directories and code below `directory`. The sockets are those of the quoting services of
 * a platform that is up to date and of one that is not. False with an error. */
bool demo_apps_make(DemoApps *apps, const char *directory, const char *program,
                    const Platform *platform, const char *socket, const char *outdated_socket,
                    GError **error);
void demo_apps_clear(DemoApps *apps);

DemoFate demo_app_fate(const DemoApp *app);
const char *demo_app_name(const DemoApp *app);

/* The certificate that it has now, DER; NULL: none yet. Caller owns. */
GBytes *demo_app_certificate(const DemoApp *app);
/* Writes evidence.json and ratls.pem into its directory, with the collateral of `platform`. */
bool demo_app_collect(const DemoApp *app, GBytes *certificate, const Platform *platform,
                      GError **error);
/* MRENCLAVE of the quote in its certificate, in hex; NULL when there is none. g_free. */
char *demo_app_measurement(GBytes *certificate);
/* Sends what the configuration server waits for. False: not taken, or it does not listen yet. */
bool demo_app_configure(const DemoApp *app);

#endif
