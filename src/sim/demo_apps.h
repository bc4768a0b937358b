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
    char *name;      /* of its container */
    char *root;      /* what is "/" for it, where it is a process */
    char *directory; /* bound at /opt/input */
    char *socket;    /* of its quoting service */
    char *id;        /* its --id */
    int64_t expires;
    unsigned port;                 /* at 127.0.0.1 */
    char **arguments, **variables; /* of its process */
    char container[65], image[72];
} DemoApp;

typedef struct DemoApps {
    DemoApp *all;
    unsigned n;
    ProcessSpec *processes;
    GivenSpecs specs;
    char *program; /* mse-sim-enclave */
    char *suffix;  /* of their names: what keeps two demos on one engine apart; "" */
    int64_t start; /* Unix seconds */
} DemoApps;

/* What they are made of. */
typedef struct DemoMaking {
    const char *directory; /* theirs are below it */
    const char *program, *suffix;
    const Platform *platform;
    /* The quoting services of a platform that is up to date and of one that is not. */
    const char *socket, *outdated_socket;
} DemoMaking;

/* Makes directories and code. False with an error. */
bool demo_apps_make(DemoApps *apps, const DemoMaking *making, GError **error);
void demo_apps_clear(DemoApps *apps);

/* A port of 127.0.0.1 that nobody has at the moment; each has one to begin with. */
void demo_app_choose_port(DemoApp *app);

DemoFate demo_app_fate(const DemoApp *app);
const char *demo_app_name(const DemoApp *app);

/* What tells an enclave how to be a demo's: names and values, ended by a name that is NULL. The
 * values last until the next call. */
typedef struct DemoVariable {
    const char *name, *value;
} DemoVariable;
const DemoVariable *demo_app_variables(const DemoApp *app);
/* The key that its enclave is signed with, below its root. */
#define DEMO_SIGNER_KEY "root/.config/gramine/enclave-key.pem"

/* The certificate that it shows now, DER; NULL: none yet. Caller owns. */
GBytes *demo_app_certificate(const DemoApp *app);
/* Writes evidence.json and ratls.pem into its directory, with the collateral of `platform`. */
bool demo_app_collect(const DemoApp *app, GBytes *certificate, const Platform *platform,
                      GError **error);
/* MRENCLAVE of the quote in its certificate, in hex; NULL when there is none. g_free. */
char *demo_app_measurement(GBytes *certificate);
/* Sends what the configuration server waits for. False: not taken, or it does not listen yet. */
bool demo_app_configure(const DemoApp *app);

#endif
