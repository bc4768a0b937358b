/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The containers of a simulated engine as they are now, what is done to them, and the events that
 * tell of it.
 */
#ifndef MSE_SIM_ENGINE_FLEET_H
#define MSE_SIM_ENGINE_FLEET_H

#include "sim/engine_kept.h"
#include "sim/engine_spec.h"

typedef struct Container {
    unsigned references;
    unsigned number; /* of its spec */
    char *name, *image;
    char id[65];
    bool application, tty, checked, healthy, waiting, everywhere;
    const Hostility *hostility;
    ContainerState state;
    int exit_code;
    unsigned restarts, pid, port, port_inside;
    int64_t created, started, finished;
    bool removed;
    GArray *log;       /* LogSegment: see engine_log.h */
    uint64_t log_end;  /* lines, when it does not run */
    KeptLog *kept;     /* what it really said, instead of all that; or NULL */
    char *arguments;   /* of an application: one line */
    char *head, *tail; /* JSON of the list, around what changes */
    char *labels;      /* JSON: an object */
    char *attributes;  /* JSON of events: members */
} Container;

Container *container_ref(Container *container);
void container_unref(Container *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_unref)

/* It has a process. */
bool container_runs(const Container *container);

typedef struct FleetEvent {
    Container *container; /* owned */
    const char *action;   /* static */
    char extra[32];       /* JSON: a member more of its attributes, with a comma after it; or "" */
    int64_t time;
} FleetEvent;

enum { FLEET_EVENTS = 16384, FLEET_REMEMBERED = 256 };

typedef struct Fleet Fleet;

/* What makes containers more than words: told of what happens to them. */
typedef struct FleetHost {
    void (*start)(void *data, Container *container);
    void (*end)(void *data, Container *container); /* at once, whatever it does */
    void (*pause)(void *data, Container *container, bool paused);
    void *data;
} FleetHost;

struct Fleet {
    FleetSpec spec;
    const FleetHost *host; /* borrowed, or NULL */
    int64_t log_step;      /* nanoseconds between two lines of a log; 0: none are added */
    uint64_t log_history;  /* lines that were there at the start */
    GPtrArray *containers; /* Container, newest first */
    GHashTable *by_name, *by_id;
    FleetEvent *events; /* a ring: event n is at n % FLEET_EVENTS */
    uint64_t n_events;  /* ever */
    uint64_t random;
};

Fleet *fleet_new(const FleetSpec *spec, uint64_t log_rate, uint64_t log_history);
void fleet_free(Fleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fleet, fleet_free)

typedef enum { FLEET_FOUND, FLEET_NOT_FOUND, FLEET_AMBIGUOUS } FleetFound;
/* By name, id or the beginning of an id. `out` is borrowed. */
FleetFound fleet_find(const Fleet *fleet, const char *word, Container **out);

/* What happens to a container that is in the state for it. */
void fleet_start(Fleet *fleet, Container *container, int64_t now);
void fleet_die(Fleet *fleet, Container *container, int exit_code, int64_t now);
void fleet_set_paused(Fleet *fleet, Container *container, bool paused, int64_t now);
void fleet_remove(Fleet *fleet, Container *container, int64_t now);
void fleet_tell(Fleet *fleet, Container *container, const char *action, int64_t now);
void fleet_tell_signal(Fleet *fleet, Container *container, unsigned number, int64_t now);

/* Something happens to some container, as it does: at least one event, unless there is nothing that
 * anything could happen to. */
void fleet_live(Fleet *fleet, int64_t now);

#endif
