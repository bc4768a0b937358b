/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the engine's calls and what leads to them.
 */
#ifndef MSE_SIM_ENGINE_PRIVATE_H
#define MSE_SIM_ENGINE_PRIVATE_H

#include "sim/engine.h"

typedef enum {
    CALL_PING,
    CALL_VERSION,
    CALL_INFO,
    CALL_LIST,
    CALL_INSPECT,
    CALL_EVENTS,
    CALL_LOGS,
    CALL_STATS,
    CALL_START,
    CALL_STOP,
    CALL_RESTART,
    CALL_KILL,
    CALL_PAUSE,
    CALL_UNPAUSE,
    CALL_REMOVE,
    CALL_ARCHIVE,
    N_CALLS
} CallId;

struct Engine {
    EngineOptions options;
    Fleet *fleet;
    HttpServer *server;
    bool frozen[N_CALLS];     /* had its freeze */
    Processes *processes;     /* its containers are some; or NULL */
    GHashTable *certificates; /* id of a container → GBytes: DER, of those that were asked for */
    int64_t churned;          /* until when what happens by itself has happened */
};

/* One call under way. */
typedef struct Call {
    Engine *engine;
    HttpExchange *exchange;
    const char *word;     /* what names the container; NULL when the call takes none */
    Container *container; /* borrowed */
    unsigned version;     /* that was asked for, or the newest */
    Fault fault;
    int64_t now;
} Call;

typedef void (*CallHandler)(Call *call);

void answer_json(Call *call, unsigned status, const GString *body);
/* With header lines more, each ending in CR LF. */
void answer_with(Call *call, const char *type, const char *lines, const GString *body);
void answer_nothing(Call *call, unsigned status);
G_GNUC_PRINTF(3, 4) void answer_problem(Call *call, unsigned status, const char *format, ...);
/* `type` NULL: none is said. */
void answer_stream(Call *call, const char *type, const HttpSource *source, void *data);

/* A flag as an engine reads it: anything but "", 0, no, false and none. */
bool call_flag(const Call *call, const char *name);
/* A number; false after answering when it is none. Absent: `otherwise`. */
bool call_number(Call *call, const char *name, uint64_t otherwise, uint64_t *out);
bool call_time(Call *call, const char *name, int64_t otherwise, int64_t *out);

/* engine_calls.c: what asks. */
void call_ping(Call *call);
void call_version(Call *call);
void call_info(Call *call);
void call_list(Call *call);
void call_inspect(Call *call);
void call_events(Call *call);
void call_logs(Call *call);
void call_stats(Call *call);

/* engine_archive.c */
void call_archive(Call *call);

/* engine_acts.c: what changes something. */
void call_start(Call *call);
void call_stop(Call *call);
void call_restart(Call *call);
void call_kill(Call *call);
void call_pause(Call *call);
void call_unpause(Call *call);
void call_remove(Call *call);

#endif
