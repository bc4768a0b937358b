/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/follow.h"

#include "core/i18n.h"
#include "fleet/backoff.h"
#include "fleet/table.h"

#include <poll.h>
#include <string.h>

/* A container that stopped may be on its way to being started again: asked so often, so far apart
 * (milliseconds). */
enum { RESTART_LOOKS = 6, RESTART_LOOK_APART = 250 };

/* What goes on from one connection to the next. */
typedef struct Following {
    DockerEngine *engine;
    FleetTrouble trouble;
    void *data;
    Cancel *cancel;
    unsigned failures;
    bool ever;    /* it was reached once */
    bool in_need; /* the trouble was told */
} Following;

static bool pause_for(Cancel *cancel, int milliseconds, GError **error)
{
    struct pollfd watched = {.fd = cancel_descriptor(cancel), .events = POLLIN};
    poll(&watched, 1, cancel_poll_timeout(cancel, milliseconds));
    return !cancel_is_set(cancel, error);
}

static void reached(Following *following)
{
    if (following->in_need)
        following->trouble(NULL, following->data);
    following->in_need = false;
    following->ever = true;
    following->failures = 0;
}

/* Errors that no waiting mends. */
static bool is_final(const GError *problem)
{
    static const DockerError final[] = {DOCKER_ERROR_NOT_FOUND, DOCKER_ERROR_PERMISSION,
                                        DOCKER_ERROR_VERSION,   DOCKER_ERROR_TLS,
                                        DOCKER_ERROR_ENDPOINT,  DOCKER_ERROR_REFUSED};
    if (problem->domain != DOCKER_ERROR)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(final); i++) {
        if (problem->code == (int) final[i])
            return true;
    }
    return false;
}

/* Waits before the next try. False, with `error`, when there is to be none. Steals `problem`, which
 * may be NULL: the engine ended it in good order. */
static bool try_again(Following *following, GError *problem, GError **error)
{
    g_autoptr(GError) why = problem;
    if (why && (!following->ever || is_final(why))) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (!following->in_need) {
        const char *text = why ? why->message : _("the engine ended the connection");
        following->in_need = true;
        following->trouble(text, following->data);
    }
    int64_t wait = fleet_backoff(++following->failures, g_random_int());
    return pause_for(following->cancel, (int)(wait / 1000), error);
}

/* ---- events ---- */

typedef struct Events {
    Following following;
    FleetEachEvent each;
    int64_t last;     /* time of the latest event */
    GHashTable *seen; /* those of that very moment */
    bool told;        /* there was one */
    bool resumed;     /* and the next one, on another connection, should be it again */
} Events;

static void events_from(Events *events, int64_t time)
{
    g_hash_table_remove_all(events->seen);
    events->last = time;
}

/* Whether the engine's clock was set back: nothing can be waited for until it is there again. */
static bool set_back(int64_t now, int64_t last)
{
    return now < last - FLEET_CLOCK_SLACK;
}

static void tell_event(Events *events, const DockerEvent *event)
{
    if (event->time > events->last || set_back(event->time, events->last))
        events_from(events, event->time);
    /* Some pass each other on their way: earlier ones are told too, since none comes again. */
    bool fresh = event->time < events->last ||
                 g_hash_table_add(events->seen, g_strconcat(event->id, " ", event->action, NULL));
    if (events->resumed && fresh)
        events->each(NULL, events->following.data);
    events->resumed = false;
    events->told = true;
    if (fresh)
        events->each(event, events->following.data);
}

/* One connection, from its beginning to its end. False with `error` set when it ended otherwise
 * than in good order. */
static bool events_once(Events *events, GError **error)
{
    Following *following = &events->following;
    g_autoptr(DockerHello) hello = docker_engine_hello(following->engine, following->cancel, error);
    if (!hello)
        return false;
    if (events->last == 0 || (following->ever && set_back(hello->time, events->last)))
        events_from(events, hello->time);
    events->resumed = events->told;
    g_autoptr(DockerStream) stream = docker_engine_events(following->engine, events->last, NULL);
    for (;;) {
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, following->cancel, error);
        if (!message)
            return false;
        if (message->kind == DOCKER_MESSAGE_OPEN)
            reached(following);
        if (message->kind == DOCKER_MESSAGE_EVENT)
            tell_event(events, message->event);
        if (message->kind != DOCKER_MESSAGE_END)
            continue;
        bool good = message->error == NULL;
        if (!good)
            g_propagate_error(error, g_steal_pointer(&message->error));
        return good;
    }
}

void fleet_follow_events(DockerEngine *engine, int64_t since, FleetEachEvent each,
                         FleetTrouble trouble, void *data, Cancel *cancel, GError **error)
{
    Events events = {
        .following = {.engine = engine, .trouble = trouble, .data = data, .cancel = cancel},
        .each = each,
        .last = since,
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    GError *problem = NULL;
    do {
        problem = NULL;
        events_once(&events, &problem);
    } while (try_again(&events.following, problem, error));
    g_hash_table_unref(events.seen);
}

/* ---- logs ---- */

typedef struct Log {
    Following following;
    const char *id;
    const FleetLogRequest *request;
    FleetEachLines each;
    int64_t last;     /* time of the latest line; 0: none yet */
    uint64_t at_last; /* lines of that very moment */
    uint64_t skip;    /* of them, that come again after a reconnection */
} Log;

/* How many lines of the block were told before. */
static size_t told_before(Log *log, const DockerLog *block)
{
    size_t i = 0;
    while (i < block->n_lines && log->skip > 0) {
        const DockerLine *line = &block->lines[i];
        if (line->time > log->last) {
            log->skip = 0;
            break;
        }
        if (line->time == log->last)
            log->skip--;
        i++;
    }
    return i;
}

static void remember(Log *log, const DockerLog *block, size_t from)
{
    for (size_t i = from; i < block->n_lines; i++) {
        int64_t time = block->lines[i].time;
        if (time == 0)
            continue;
        log->at_last = time == log->last ? log->at_last + 1 : 1;
        log->last = time;
    }
}

static void tell_lines(Log *log, const DockerLog *block)
{
    size_t from = told_before(log, block);
    if (from == block->n_lines)
        return;
    remember(log, block, from);
    log->each(block, from, log->following.data);
}

static DockerStream *open_log(Log *log, const DockerInspect *inspect)
{
    const FleetLogRequest *asked = log->request;
    bool again = log->last != 0;
    DockerLogsRequest request = {
        .tail = again || asked->tail < 0 ? -1 : asked->tail,
        .since = again ? log->last : asked->since,
        .follow = asked->follow,
        .timestamps = asked->timestamps || asked->follow,
        .framing = inspect->tty ? DOCKER_FRAMING_TTY : DOCKER_FRAMING_FRAMES,
    };
    log->skip = again ? log->at_last : 0;
    return docker_engine_logs(log->following.engine, log->id, &request, NULL);
}

/* Before it is asked for again from its latest line on: by the engine's clock, that may lie in the
 * future now. */
static bool check_clock(Log *log, GError **error)
{
    if (log->last == 0)
        return true;
    g_autoptr(DockerHello) hello =
        docker_engine_hello(log->following.engine, log->following.cancel, error);
    if (!hello)
        return false;
    if (set_back(hello->time, log->last)) {
        log->last = hello->time;
        log->at_last = 0;
    }
    return true;
}

static bool log_once(Log *log, GError **error)
{
    Following *following = &log->following;
    if (!check_clock(log, error))
        return false;
    g_autoptr(DockerInspect) inspect =
        docker_engine_inspect(following->engine, log->id, following->cancel, error);
    if (!inspect)
        return false;
    g_autoptr(DockerStream) stream = open_log(log, inspect);
    for (;;) {
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, following->cancel, error);
        if (!message)
            return false;
        if (message->kind == DOCKER_MESSAGE_OPEN)
            reached(following);
        if (message->kind == DOCKER_MESSAGE_LOG)
            tell_lines(log, message->log);
        if (message->kind != DOCKER_MESSAGE_END)
            continue;
        bool good = message->error == NULL;
        if (!good)
            g_propagate_error(error, g_steal_pointer(&message->error));
        return good;
    }
}

static bool is_over(const DockerInspect *inspect)
{
    return strcmp(inspect->state, "running") != 0 && strcmp(inspect->state, "paused") != 0 &&
           strcmp(inspect->state, "restarting") != 0;
}

/* After the end of a followed log: whether the container is to be heard of no more. False, with
 * `problem`, when that could not be asked. */
static bool has_stopped(Log *log, bool *stopped, GError **problem)
{
    *stopped = true;
    for (unsigned i = 0; *stopped && i < RESTART_LOOKS; i++) {
        g_autoptr(DockerInspect) inspect =
            docker_engine_inspect(log->following.engine, log->id, log->following.cancel, problem);
        if (!inspect)
            return false;
        *stopped = is_over(inspect);
        if (*stopped && !pause_for(log->following.cancel, RESTART_LOOK_APART, problem))
            return false;
    }
    return true;
}

bool fleet_follow_log(DockerEngine *engine, const char *id, const FleetLogRequest *request,
                      FleetEachLines each, FleetTrouble trouble, void *data, Cancel *cancel,
                      GError **error)
{
    Log log = {
        .following = {.engine = engine, .trouble = trouble, .data = data, .cancel = cancel},
        .id = id,
        .request = request,
        .each = each,
    };
    for (;;) {
        GError *problem = NULL;
        bool stopped = true;
        bool ended = log_once(&log, &problem);
        if (ended && request->follow)
            ended = has_stopped(&log, &stopped, &problem);
        /* Removed since: there is no more to come. */
        if (log.following.ever && g_error_matches(problem, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND)) {
            g_clear_error(&problem);
            return true;
        }
        if (ended && stopped)
            return true;
        if (ended && !stopped)
            continue;
        if (!request->follow) {
            g_propagate_error(error, problem);
            return false;
        }
        if (!try_again(&log.following, problem, error))
            return false;
    }
}
