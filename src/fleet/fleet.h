/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fleet: sources → applications. Several sources at once (Docker engines now), each followed by a
 * thread of its own, which keeps what it shows true: events opened with since= the engine's own
 * time, then the list, then both merged; the same again whenever a connection was lost.
 *
 * Who looks takes deltas: what changed since it last took some, keyed (source, application), only
 * the latest of each. It never waits for a source. Acts, logs and figures of an application go to
 * its engine directly: fleet_source_engine.
 */
#ifndef MSE_FLEET_FLEET_H
#define MSE_FLEET_FLEET_H

#include "core/cancel.h"
#include "docker/engine.h"
#include "docker/stream.h"
#include "fleet/app.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a source is. */
typedef enum {
    FLEET_CONNECTING,  /* never reached so far, and not failed so far */
    FLEET_LIVE,        /* what is shown is so */
    FLEET_STALE,       /* connected, but it does not answer: what is shown was so at `good_at` */
    FLEET_UNREACHABLE, /* is tried again at `retry_at` */
    FLEET_REFUSED,     /* it lets us not in, or speaks no version of ours, or is misconfigured:
                          tried again too, but somebody has to do something */
} FleetCondition;
/* "connecting", "live", …, as --json has it. */
const char *fleet_condition_name(FleetCondition condition);

/* Why it is not as it should be: each has its own words and its own mark. */
typedef enum {
    FLEET_REASON_NONE,
    FLEET_REASON_AWAY,
    FLEET_REASON_FROZEN, /* it takes connections, and answers nothing */
    FLEET_REASON_PERMISSION,
    FLEET_REASON_VERSION,
    FLEET_REASON_TLS,
    FLEET_REASON_RUBBISH,
    FLEET_REASON_ENDPOINT, /* what says where it is, is wrong */
    FLEET_REASON_FAILS,    /* it answers that it cannot */
    N_FLEET_REASONS
} FleetReason;

typedef struct FleetSourceStatus {
    unsigned source;
    FleetCondition condition;
    FleetReason reason; /* UNREACHABLE, REFUSED, STALE */
    int64_t since;    /* monotonic microseconds at which it came into this condition; 0: unknown */
    int64_t slow;     /* LIVE: microseconds that its latest answer took, when that is long */
    int64_t back_at;  /* LIVE: when it was there again after it was lost; 0: it never was */
    int64_t good_at;  /* monotonic microseconds (core/clock.h) of the last good news; 0: never */
    int64_t retry_at; /* the same, of the next try; 0: none is due */
    char *why;        /* UNREACHABLE, REFUSED, STALE: a sentence, safe for a terminal; else NULL */
    bool listed;      /* a list came to its end since it was (re)connected */
    size_t n_apps;    /* known now, other containers too */
} FleetSourceStatus;
void fleet_source_status_free(FleetSourceStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FleetSourceStatus, fleet_source_status_free)

/* "live", "slow: answers in 3 s", "frozen: 12 s", "unreachable, as of 3 min ago, retry in 4 s", at
 * monotonic time `now`. Translated, safe for a terminal. Ages and waits go in steps. g_free. */
char *fleet_source_status_text(const FleetSourceStatus *status, int64_t now);
/* One column that tells the conditions apart without colour. */
const char *fleet_source_status_mark(const FleetSourceStatus *status, int64_t now);
/* "4 s", "20 s", "3 min", "2 h": an age in microseconds, in steps. Translated. g_free. */
char *fleet_age_text(int64_t microseconds);
/* Monotonic microseconds at which that text changes next by itself; INT64_MAX: never. */
int64_t fleet_source_status_changes(const FleetSourceStatus *status, int64_t now);

/* A source: something that lists applications and says when they change. Shared by threads. */
typedef struct FleetSource FleetSource;
FleetSource *fleet_source_ref(FleetSource *source);
void fleet_source_unref(FleetSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FleetSource, fleet_source_unref)

/* "local", the name of a context, "ana@host": short, as given (sanitize before showing). */
const char *fleet_source_name(const FleetSource *source);
const char *fleet_source_kind(const FleetSource *source);    /* "docker" */
const char *fleet_source_address(const FleetSource *source); /* "unix:///var/run/docker.sock" */
/* Its engine, borrowed; NULL when it is no Docker engine. */
DockerEngine *fleet_source_engine(const FleetSource *source);

/* Whether it is one of its confidential applications. What a demo made on an engine is one only for
 * who asks by that demo's own context. */
bool fleet_source_has(const FleetSource *source, const FleetApp *app);

/* Whether both are one and the same engine, reached alike. One that cannot be asked is like none.
 */
bool fleet_source_same(const FleetSource *a, const FleetSource *b);

/* A Docker engine as a source. `named` as docker_endpoint_find. NULL with `error` (DOCKER_ERROR).
 */
FleetSource *fleet_source_docker(const DockerEnvironment *environment, const char *named,
                                 GError **error);
/* A source that cannot be asked, and says why whenever it is: what names it is wrong. */
FleetSource *fleet_source_misconfigured(const char *named, const GError *why);
/* The same of an endpoint that is known. */
FleetSource *fleet_source_docker_at(const DockerEndpoint *endpoint);

typedef enum {
    FLEET_DELTA_APP,    /* `app` is there, or changed */
    FLEET_DELTA_GONE,   /* application `id` is there no more */
    FLEET_DELTA_SOURCE, /* `status` of the source */
    FLEET_DELTA_EVENT,  /* `event`: something happened, for a history; all of them, in order, but
                           no more than 4,096 that were not taken (the oldest go) */
} FleetDeltaKind;

typedef struct FleetDelta {
    FleetDeltaKind kind;
    unsigned source;
    FleetApp *app;             /* APP */
    char *id;                  /* GONE */
    FleetSourceStatus *status; /* SOURCE */
    DockerEvent *event;        /* EVENT */
} FleetDelta;
void fleet_delta_free(FleetDelta *delta);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FleetDelta, fleet_delta_free)

typedef struct Fleet Fleet;

/* Starts following. References the sources; a source's number is its place here. `all_containers`:
 * also those that are no confidential applications (fleet_source_has). Returns at once. */
Fleet *fleet_new(FleetSource *const *sources, size_t n_sources, bool all_containers);

/* Ends it. Returns within 200 ms, whatever the sources do: a thread that is still in a call is left
 * to end by itself. NULL is fine. */
void fleet_free(Fleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fleet, fleet_free)

/* Sources that were closed are counted too: a number is never another's. */
size_t fleet_n_sources(const Fleet *fleet);
FleetSource *fleet_source(const Fleet *fleet, unsigned number); /* borrowed */

/* For whoever owns the fleet, in one thread. One source more, followed from now on: its number. */
unsigned fleet_add_source(Fleet *fleet, FleetSource *source);
/* Ends following one; its applications are gone, as deltas say. Waits for nothing. */
void fleet_close_source(Fleet *fleet, unsigned number);
bool fleet_source_is_open(const Fleet *fleet, unsigned number);

/* An eventfd that polls readable while there is something to take. */
int fleet_descriptor(const Fleet *fleet);

/* At most `most` deltas (FleetDelta*, freed with the array), in the order in which they first
 * became pending, then events; maybe none. */
GPtrArray *fleet_take_deltas(Fleet *fleet, size_t most);

/* An application in which somebody is interested. */
typedef struct FleetInterest {
    unsigned source;
    const char *id;
} FleetInterest;

/* Replaces the set of the applications that are visible or watched. Of these alone the details are
 * read (FleetApp.detailed) and the health path is asked: soon, and then every 30 s, or 5 s while it
 * starts or waits. Copies. Cheap: call it whenever what is visible changes. */
void fleet_set_interest(Fleet *fleet, const FleetInterest *interest, size_t n);

/* Tries again at once what waits for its next try. */
void fleet_retry_now(Fleet *fleet, unsigned source);

/* For the shell: all applications of the sources, sorted by name, blocking (at most the deadlines
 * of docker/engine.h). Sources are asked at the same time. FleetApp*, freed with the array;
 * `errors` gets one GError* or NULL a source (n_sources of them; free each). */
GPtrArray *fleet_list_once(FleetSource *const *sources, size_t n_sources, bool all_containers,
                           GError **errors, Cancel *cancel);

/* Everything of one application, from the container itself. NULL with `error` (DOCKER_ERROR). */
FleetApp *fleet_app_inspect(FleetSource *source, unsigned number, const char *id, Cancel *cancel,
                            GError **error);

/* `app` with its health asked now: one GET, at most 5 s, that is sent nothing secret. What does not
 * run or is not published has none. Never NULL; caller owns a reference. `now` is Unix seconds. */
FleetApp *fleet_app_ask_health(FleetSource *source, FleetApp *app, int64_t now, Cancel *cancel);

/* "https://HOST:PORT/PATH" where it is published, as this machine reaches it; `path` begins with a
 * slash, or is "". NULL when it is not published. g_free. */
char *fleet_app_url(FleetSource *source, const FleetApp *app, const char *path);

/* The health of the one application that shows this certificate (DER): one GET, at most 5 s.
 * FLEET_HEALTH_UNKNOWN with `error` when somebody else answers there (WIRE_ERROR_STRANGER), and
 * when cancelled. It must be published. */
FleetHealth fleet_app_ask_pinned(FleetSource *source, const FleetApp *app, GBytes *certificate,
                                 Cancel *cancel, GError **error);

#endif
