/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FleetApp: one application as the console and the shell show it, whatever source it came from. It
 * never changes once made: a change is another FleetApp, so that threads may share them.
 *
 * Strings are those of the source: valid UTF-8, but not sanitized. Times are Unix seconds, UTC; 0
 * when unknown.
 */
#ifndef MSE_FLEET_APP_H
#define MSE_FLEET_APP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Two dialects of one product; other containers have none. */
typedef enum { FLEET_DIALECT_NONE, FLEET_DIALECT_MSE_HOME, FLEET_DIALECT_CENCLAVE } FleetDialect;
/* "mse-home", "cenclave"; NULL for none. As labels and --json have it. */
const char *fleet_dialect_name(FleetDialect dialect);

/* What the engine says. */
typedef enum {
    FLEET_STATE_UNKNOWN,
    FLEET_STATE_CREATED,
    FLEET_STATE_RUNNING,
    FLEET_STATE_PAUSED,
    FLEET_STATE_RESTARTING,
    FLEET_STATE_REMOVING,
    FLEET_STATE_EXITED,
    FLEET_STATE_DEAD,
} FleetState;
/* Of "running", …, as engines have it; unknown for any other, and for NULL. */
FleetState fleet_state_named(const char *name);

/* What the application itself says on its health path, when somebody asked. */
typedef enum {
    FLEET_HEALTH_UNKNOWN, /* not asked, or it does not run */
    FLEET_HEALTH_INITIALIZING,
    FLEET_HEALTH_WAITING, /* for secrets */
    FLEET_HEALTH_RUNNING,
    FLEET_HEALTH_ON_ERROR,
    FLEET_HEALTH_SILENT, /* connected, but no answer within the deadline */
} FleetHealth;
/* "initializing", "waiting", …; NULL for unknown. */
const char *fleet_health_name(FleetHealth health);

typedef struct FleetApp {
    unsigned source; /* number of the source: fleet_source_name */
    char *id;        /* of the source: 64 hex digits */
    char *name;
    FleetDialect dialect;
    bool demo; /* a demo made it on this engine: fleet_source_has says for whom it is there */
    FleetState state;
    int exit_code; /* meant when has_exit_code */
    bool has_exit_code;
    char *image;
    int64_t created, started, finished;
    char *address; /* of the host where it is published: "0.0.0.0"; NULL: not published */
    unsigned port; /* on the host; 0: not published */
    bool detailed; /* all that follows was read from the container itself, not from the list */
    /* Its arguments; NULL, 0: none such. */
    uint64_t size;     /* of the enclave's memory, bytes */
    int64_t expires;   /* its certificate does then */
    char *subject;     /* of its certificate: "CN=…,O=…" */
    char *san;         /* the name that its certificate is for */
    char *uuid;        /* --id */
    char *application; /* "module:variable" */
    char *healthcheck; /* path: "/health" */
    char *directory;   /* of the source's host, bound at /opt/input: evidence, ratls.pem */
    FleetHealth health;
    int64_t health_at;   /* when that was so */
    GBytes *certificate; /* DER: what it showed then, unverified; NULL: none */
} FleetApp;

/* By which tables find an application among those of all sources. g_free. */
char *fleet_app_key(unsigned source, const char *id);

FleetApp *fleet_app_ref(FleetApp *app);
void fleet_app_unref(FleetApp *app);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FleetApp, fleet_app_unref)

/* State and health in one word or two, translated, safe for a terminal: "running",
 * "waiting: secrets", "exited (1)". g_free. */
char *fleet_app_state_text(const FleetApp *app);
/* What fleet_app_state_text stands for, not translated: "running", "waiting", "exited". */
const char *fleet_app_state_word(const FleetApp *app);

/* The common name of its subject, or its SAN, or NULL. g_free. */
char *fleet_app_common_name(const FleetApp *app);

#endif
