/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_streams.h"

#include "sim/engine_log.h"
#include "sim/engine_text.h"

#include <string.h>

/* A log that is followed is looked at so often at most: its lines come in handfuls. */
static const int64_t FOLLOW_STEP = NS_PER_SECOND / 100;

/* --- lists ----------------------------------------------------------------------------------- */

typedef struct List {
    GPtrArray *containers; /* Container, owned */
    unsigned next;
} List;

void *list_new(const Fleet *fleet, Filter *filter, bool all, unsigned limit)
{
    List *list = g_new0(List, 1);
    list->containers = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);
    const bool any = all || limit > 0 || filter_has(filter, "status");
    for (unsigned i = 0; i < fleet->containers->len; i++) {
        Container *container = fleet->containers->pdata[i];
        const bool runs = container_runs(container) || container->state == CONTAINER_RESTARTING;
        if (limit > 0 && list->containers->len == limit)
            break;
        if ((any || runs) && filter_container(filter, container))
            g_ptr_array_add(list->containers, container_ref(container));
    }
    filter_free(filter);
    return list;
}

static HttpFill list_fill(void *data, GString *out, int64_t now, int64_t *wake)
{
    (void)wake;
    List *list = data;
    const gsize start = out->len;
    if (list->next == 0)
        g_string_append_c(out, '[');
    while (list->next < list->containers->len && out->len - start < HTTP_PIECE) {
        if (list->next > 0)
            g_string_append_c(out, ',');
        json_container(list->containers->pdata[list->next++], now, out);
    }
    if (list->next < list->containers->len)
        return HTTP_FILL_MORE;
    g_string_append(out, "]\n");
    return HTTP_FILL_END;
}

static void list_free(void *data)
{
    List *list = data;
    g_ptr_array_unref(list->containers);
    g_free(list);
}

const HttpSource list_source = {.fill = list_fill, .destroy = list_free};

/* --- events ---------------------------------------------------------------------------------- */

typedef struct Events {
    const Fleet *fleet;
    Filter *filter;
    uint64_t next;
    int64_t since, until;
} Events;

void *events_new(const Fleet *fleet, Filter *filter, int64_t since, int64_t until)
{
    Events *events = g_new0(Events, 1);
    events->fleet = fleet;
    events->filter = filter;
    events->since = since;
    events->until = until;
    events->next = fleet->n_events;
    if (since != 0)
        events->next -= MIN(fleet->n_events, FLEET_REMEMBERED);
    return events;
}

static HttpFill events_fill(void *data, GString *out, int64_t now, int64_t *wake)
{
    Events *events = data;
    const Fleet *fleet = events->fleet;
    const gsize start = out->len;
    /* Who is too slow misses some, as with a real engine. */
    if (fleet->n_events - events->next > FLEET_EVENTS)
        events->next = fleet->n_events - FLEET_EVENTS;
    while (events->next < fleet->n_events && out->len - start < HTTP_PIECE) {
        const FleetEvent *event = &fleet->events[events->next++ % FLEET_EVENTS];
        if (event->time > events->until)
            return HTTP_FILL_END;
        if (event->time >= events->since && filter_event(events->filter, event))
            json_event(event, out);
    }
    if (events->next < fleet->n_events)
        return HTTP_FILL_MORE;
    *wake = events->until;
    return now >= events->until ? HTTP_FILL_END : HTTP_FILL_WAIT;
}

static void events_free(void *data)
{
    Events *events = data;
    filter_free(events->filter);
    g_free(events);
}

const HttpSource events_source = {.fill = events_fill, .destroy = events_free};
const HttpSource live_events_source = {.fill = events_fill, .destroy = events_free, .live = true};

/* --- logs ------------------------------------------------------------------------------------ */

typedef struct Logs {
    Container *container;
    LogsRequest request;
    uint64_t line, offset; /* of what comes next */
    GString *scratch;
} Logs;

void *logs_new(Container *container, const LogsRequest *request, int64_t now)
{
    Logs *logs = g_new0(Logs, 1);
    const uint64_t count = log_count(container, now);
    const uint64_t tail = MIN(request->tail, count);
    logs->container = container_ref(container);
    logs->request = *request;
    logs->scratch = g_string_new(NULL);
    logs->line = MAX(log_first(container), count - tail);
    if (request->since != 0)
        logs->line = MAX(logs->line, log_line_at(container, request->since, now));
    return logs;
}

/* A frame's head: the channel, and how much follows. */
static void put_frame(GString *out, LogChannel channel, uint32_t size)
{
    const guint8 head[8] = {
        (guint8)channel,     0,           0, 0, (guint8)(size >> 24), (guint8)(size >> 16),
        (guint8)(size >> 8), (guint8)size};
    g_string_append_len(out, (const char *)head, sizeof head);
}

/* One piece of a line, framed or not. */
static void put_piece(Logs *logs, GString *out, LogChannel channel, bool more)
{
    enum { STAMP = 31 }; /* and its space */
    const bool tty = logs->container->tty, stamped = logs->request.timestamps;
    const char *end = more ? "" : tty ? "\r\n" : "\n";
    const size_t size = (stamped ? STAMP : 0) + logs->scratch->len + strlen(end);
    if (!tty)
        put_frame(out, channel, logs->request.huge_frame ? UINT32_MAX : (uint32_t)size);
    logs->request.huge_frame = false;
    if (stamped) {
        put_time_fixed(out, log_time(logs->container, logs->line));
        g_string_append_c(out, ' ');
    }
    g_string_append_len(out, logs->scratch->str, (gssize)logs->scratch->len);
    g_string_append(out, end);
}

static void put_next(Logs *logs, GString *out)
{
    bool more;
    g_string_truncate(logs->scratch, 0);
    const LogChannel said =
        log_put(logs->container, logs->line, logs->offset, logs->scratch, &more);
    const LogChannel channel = logs->container->tty ? LOG_OUTPUT : said;
    if (channel == LOG_OUTPUT ? logs->request.output : logs->request.errors)
        put_piece(logs, out, channel, more);
    logs->offset = more ? logs->offset + LOG_PIECE : 0;
    logs->line += more ? 0 : 1;
}

static HttpFill logs_fill(void *data, GString *out, int64_t now, int64_t *wake)
{
    Logs *logs = data;
    Container *container = logs->container;
    const gsize start = out->len;
    const uint64_t count = log_count(container, now);
    const int64_t until = logs->request.until;
    logs->line = MAX(logs->line, log_first(container));
    while (logs->line < count && out->len - start < HTTP_PIECE) {
        if (until != 0 && log_time(container, logs->line) > until)
            return HTTP_FILL_END;
        put_next(logs, out);
    }
    if (logs->line < count)
        return HTTP_FILL_MORE;
    const bool over = container->removed ||
                      !(container_runs(container) || container->state == CONTAINER_RESTARTING);
    if (!logs->request.follow || over || (until != 0 && now > until))
        return HTTP_FILL_END;
    const int64_t next =
        container->log_end == UINT64_MAX ? log_time(container, logs->line) : INT64_MAX;
    *wake = MIN(MAX(next, now + FOLLOW_STEP), until != 0 ? until + 1 : INT64_MAX);
    return HTTP_FILL_WAIT;
}

static void logs_free(void *data)
{
    Logs *logs = data;
    container_unref(logs->container);
    g_string_free(logs->scratch, TRUE);
    g_free(logs);
}

const HttpSource logs_source = {.fill = logs_fill, .destroy = logs_free};
const HttpSource live_logs_source = {.fill = logs_fill, .destroy = logs_free, .live = true};

/* --- figures --------------------------------------------------------------------------------- */

typedef struct Stats {
    Container *container;
    const EngineIdentity *identity;
    int64_t before, next;
} Stats;

void *stats_new(Container *container, const EngineIdentity *identity)
{
    Stats *stats = g_new0(Stats, 1);
    stats->container = container_ref(container);
    stats->identity = identity;
    return stats;
}

static HttpFill stats_fill(void *data, GString *out, int64_t now, int64_t *wake)
{
    Stats *stats = data;
    if (stats->container->removed)
        return HTTP_FILL_END;
    if (now >= stats->next) {
        json_stats(stats->container, stats->identity, stats->before, now, out);
        stats->before = now;
        stats->next = now + NS_PER_SECOND;
    }
    *wake = stats->next;
    return HTTP_FILL_WAIT;
}

static void stats_free(void *data)
{
    Stats *stats = data;
    container_unref(stats->container);
    g_free(stats);
}

const HttpSource stats_source = {.fill = stats_fill, .destroy = stats_free, .live = true};
