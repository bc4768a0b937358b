/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Docker engine as a source. */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/fleet_private.h"

#include "core/i18n.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    /* A silent engine is asked whether it is there, and may take so long to say so. Milliseconds.
     */
    QUIET_PERIOD = 5000,
    ANSWER_DEADLINE = 2000,
    QUIET_PERIOD_WHEN_STALE = 1000,
    /* One that is known to be slow, or does not answer, is given so long. */
    ANSWER_DEADLINE_WHEN_SLOW = 5000,
    /* Until the engine opened its events. */
    OPEN_DEADLINE = 10000,
};

/* An eventfd that outlives the stream which writes to it: the wire's thread may still be in it. */
typedef struct Bell {
    gatomicrefcount references;
    int descriptor;
} Bell;

static void bell_unref(gpointer data)
{
    Bell *bell = data;
    if (!g_atomic_ref_count_dec(&bell->references))
        return;
    if (bell->descriptor >= 0)
        close(bell->descriptor);
    g_free(bell);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bell, bell_unref)

static Bell *bell_new(void)
{
    Bell *bell = g_new0(Bell, 1);
    g_atomic_ref_count_init(&bell->references);
    bell->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell;
}

static void bell_ring(DockerStream *stream, void *data)
{
    const Bell *bell = data;
    (void)stream;
    eventfd_write(bell->descriptor, 1);
}

typedef struct Each {
    FleetFeed *feed;
    GPtrArray *apps;
    unsigned number;
} Each;

static bool feed_container(const DockerContainer *container, void *data)
{
    Each *each = data;
    fleet_feed_list_app(each->feed, fleet_app_from_container(container, each->number));
    return true;
}

static bool list_to_feed(FleetSource *source, FleetFeed *feed, int64_t asked, Cancel *cancel,
                         GError **error)
{
    Each each = {.feed = feed, .number = fleet_feed_source(feed)};
    fleet_feed_list_begin(feed, asked);
    if (!docker_engine_list(source->engine, feed_container, &each, cancel, error))
        return false;
    fleet_feed_list_end(feed);
    return true;
}

static GError *away(const FleetSource *source, const char *what)
{
    g_autofree char *address = g_strdup(docker_engine_endpoint(source->engine)->address);
    return g_error_new(DOCKER_ERROR, DOCKER_ERROR_AWAY, "%s: %s", address, what);
}

/* The end of the events is the end of the connection, whoever wanted it. */
static GError *end_of(const FleetSource *source, DockerMessage *message)
{
    if (message->error)
        return g_steal_pointer(&message->error);
    return away(source, _("the engine ended the connection"));
}

/* Everything that came. False, with `error`, at the end of the stream. */
static bool drain(FleetSource *source, FleetFeed *feed, DockerStream *events, bool *any,
                  GError **error)
{
    *any = false;
    for (;;) {
        g_autoptr(DockerMessage) message = docker_stream_take(events);
        if (!message)
            return true;
        *any = true;
        if (message->kind == DOCKER_MESSAGE_EVENT)
            fleet_feed_event(feed, g_steal_pointer(&message->event));
        if (message->kind == DOCKER_MESSAGE_END) {
            g_propagate_error(error, end_of(source, message));
            return false;
        }
    }
}

static bool is_slow(int64_t took)
{
    return took > ANSWER_DEADLINE * 1000 / 2;
}

/* Whether the engine answers; what came of it goes to the feed. False, with `error`, when the
 * connection is to be given up. */
static bool ask_whether_there(FleetSource *source, FleetFeed *feed, bool *answers, bool *slow,
                              GError **error)
{
    g_autoptr(GError) problem = NULL;
    int64_t before = g_get_monotonic_time();
    Cancel *cancel = fleet_feed_call_begin(feed, *slow || !*answers ? ANSWER_DEADLINE_WHEN_SLOW
                                                                    : ANSWER_DEADLINE);
    g_autoptr(DockerHello) hello = docker_engine_hello(source->engine, cancel, &problem);
    int64_t took = g_get_monotonic_time() - before;
    fleet_feed_call_end(feed, cancel);
    *answers = hello != NULL;
    if (hello) {
        *slow = is_slow(took);
        fleet_feed_answered(feed, took);
        return true;
    }
    bool late = g_error_matches(problem, CANCEL_ERROR, CANCEL_ERROR_DEADLINE) ||
                g_error_matches(problem, DOCKER_ERROR, DOCKER_ERROR_FROZEN);
    if (!late) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    fleet_feed_stale(feed, _("the engine does not answer"));
    return true;
}

/* Until something came, or `milliseconds` passed; false when cancelled. */
static bool wait_for(const Bell *bell, Cancel *cancel, int milliseconds, GError **error)
{
    struct pollfd watched[] = {
        {.fd = bell->descriptor, .events = POLLIN},
        {.fd = cancel_descriptor(cancel), .events = POLLIN},
    };
    eventfd_t count;
    poll(watched, G_N_ELEMENTS(watched), cancel_poll_timeout(cancel, milliseconds));
    eventfd_read(bell->descriptor, &count);
    return !cancel_is_set(cancel, error);
}

static void follow(FleetSource *source, FleetFeed *feed, DockerStream *events, const Bell *bell,
                   bool slow, Cancel *cancel, GError **error)
{
    bool any, answers = true;
    while (drain(source, feed, events, &any, error)) {
        if (any) {
            fleet_feed_good(feed);
            answers = true;
        }
        int64_t before = g_get_monotonic_time();
        int patience = answers ? QUIET_PERIOD : QUIET_PERIOD_WHEN_STALE;
        if (!wait_for(bell, cancel, patience, error))
            return;
        bool quiet = g_get_monotonic_time() - before >= (int64_t)patience * 1000 - 1000;
        if (quiet && !ask_whether_there(source, feed, &answers, &slow, error))
            return;
    }
}

/* The engine's word that nothing is missed from now on. */
static bool wait_until_open(FleetSource *source, FleetFeed *feed, DockerStream *events,
                            GError **error)
{
    g_autoptr(GError) problem = NULL;
    Cancel *cancel = fleet_feed_call_begin(feed, OPEN_DEADLINE);
    g_autoptr(DockerMessage) message = docker_stream_wait(events, cancel, &problem);
    fleet_feed_call_end(feed, cancel);
    if (message && message->kind == DOCKER_MESSAGE_OPEN)
        return true;
    if (message)
        g_propagate_error(error, end_of(source, message));
    else if (g_error_matches(problem, CANCEL_ERROR, CANCEL_ERROR_DEADLINE))
        g_propagate_error(error, away(source, _("the engine does not answer")));
    else
        g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

static void docker_watch(FleetSource *source, FleetFeed *feed, Cancel *cancel, GError **error)
{
    int64_t before = g_get_monotonic_time();
    g_autoptr(DockerHello) hello = docker_engine_hello(source->engine, cancel, error);
    int64_t took = g_get_monotonic_time() - before;
    if (!hello)
        return;
    int64_t last = fleet_feed_last_event(feed, hello->time);
    g_autoptr(Bell) bell = bell_new();
    g_atomic_ref_count_inc(&bell->references);
    DockerWatcher watcher = {.notify = bell_ring, .data = bell, .free_data = bell_unref};
    g_autoptr(DockerStream) events =
        docker_engine_events(source->engine, last ? last : hello->time, &watcher);
    if (!wait_until_open(source, feed, events, error) ||
        !list_to_feed(source, feed, hello->time, cancel, error))
        return;
    fleet_feed_answered(feed, took);
    follow(source, feed, events, bell, is_slow(took), cancel, error);
}

static bool collect_container(const DockerContainer *container, void *data)
{
    Each *each = data;
    g_ptr_array_add(each->apps, fleet_app_from_container(container, each->number));
    return true;
}

static bool docker_list(FleetSource *source, unsigned number, GPtrArray *apps, Cancel *cancel,
                        GError **error)
{
    Each each = {.apps = apps, .number = number};
    return docker_engine_list(source->engine, collect_container, &each, cancel, error);
}

static FleetApp *docker_inspect(FleetSource *source, unsigned number, const char *id,
                                Cancel *cancel, GError **error)
{
    g_autoptr(DockerInspect) inspect = docker_engine_inspect(source->engine, id, cancel, error);
    return inspect ? fleet_app_from_inspect(inspect, number) : NULL;
}

/* The engine's own host as we reach it: of "ssh://ana@host:22" and "https://[::1]:2376". */
static char *host_of_engine(const DockerEndpoint *endpoint)
{
    const char *at = strstr(endpoint->address, "://");
    if (endpoint->transport == DOCKER_TRANSPORT_UNIX || !at)
        return g_strdup("127.0.0.1");
    at += 3;
    const char *user = strrchr(at, '@');
    at = user ? user + 1 : at;
    size_t size = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/");
    return g_strndup(at, MIN(size, strlen(at)));
}

static bool is_any_address(const char *address)
{
    return !address || !*address || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static char *docker_host(FleetSource *source, const char *address)
{
    if (is_any_address(address))
        return host_of_engine(docker_engine_endpoint(source->engine));
    return strchr(address, ':') ? g_strdup_printf("[%s]", address) : g_strdup(address);
}

static const FleetSourceOps docker_ops = {
    .kind = "docker",
    .watch = docker_watch,
    .list = docker_list,
    .inspect = docker_inspect,
    .host = docker_host,
};

/* The context's name, or what of the address tells engines apart. */
static char *short_name(const DockerEndpoint *endpoint)
{
    if (endpoint->name && strcmp(endpoint->name, "default") != 0)
        return g_strdup(endpoint->name);
    const char *at = strstr(endpoint->address, "://");
    if (endpoint->transport != DOCKER_TRANSPORT_UNIX && at)
        return g_strdup(at + 3);
    if (g_strcmp0(endpoint->socket, "/var/run/docker.sock") == 0 || !endpoint->socket)
        return g_strdup("local");
    return g_path_get_basename(endpoint->socket);
}

FleetSource *fleet_source_docker_at(const DockerEndpoint *endpoint)
{
    FleetSource *source = g_new0(FleetSource, 1);
    source->ops = &docker_ops;
    source->references = 1;
    source->engine = docker_engine_new(endpoint);
    source->name = short_name(endpoint);
    source->address = g_strdup(endpoint->address);
    return source;
}

FleetSource *fleet_source_docker(const DockerEnvironment *environment, const char *named,
                                 GError **error)
{
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(environment, named, error);
    return endpoint ? fleet_source_docker_at(endpoint) : NULL;
}
