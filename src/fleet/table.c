/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/table.h"

#include "fleet/app_private.h"
#include "fleet/fleet_private.h"

#include <string.h>

#define NANOSECONDS INT64_C(1000000000)

/* One application. It stays until those who saw it know that it is gone. */
typedef struct Entry {
    FleetApp *app;
    uint64_t generation; /* counts changes that an answer under way does not know of */
    int64_t changed;     /* the engine's time of the latest event that counted */
    uint64_t list;       /* the latest list that had it */
    bool gone;
    bool pending; /* is in the queue */
    bool shown;   /* was delivered */
} Entry;

typedef struct Source {
    GHashTable *entries; /* id → Entry */
    uint64_t list;       /* number of the latest list */
    int64_t asked;       /* when that was asked for */
    int64_t last_event;
    GHashTable *last_events; /* those of that very moment: a reconnection brings them again */
    size_t n_apps;
    FleetSourceStatus *status;
    bool pending;
    bool closed;
    bool demos; /* a demo's containers are among its applications */
} Source;

/* What waits to be delivered. */
typedef struct Pending {
    unsigned source;
    Entry *entry; /* NULL: the source's status */
} Pending;

struct FleetTable {
    Source *sources;
    size_t n_sources;
    bool all_containers;
    GQueue pending; /* Pending*, in the order in which they became so */
    GQueue events;  /* FleetDelta* */
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    fleet_app_unref(entry->app);
    g_free(entry);
}

/* An event comes in a message, and is given up as one. */
static void event_free(DockerEvent *event)
{
    if (!event)
        return;
    DockerMessage *message = g_new0(DockerMessage, 1);
    message->kind = DOCKER_MESSAGE_EVENT;
    message->event = event;
    docker_message_free(message);
}

void fleet_delta_free(FleetDelta *delta)
{
    if (!delta)
        return;
    fleet_app_unref(delta->app);
    g_free(delta->id);
    fleet_source_status_free(delta->status);
    event_free(delta->event);
    g_free(delta);
}

unsigned fleet_table_add_source(FleetTable *table)
{
    unsigned number = (unsigned)table->n_sources++;
    table->sources = g_renew(Source, table->sources, table->n_sources);
    table->sources[number] = (Source){
        .entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free),
        .last_events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    FleetSourceStatus *status = g_new0(FleetSourceStatus, 1);
    status->source = number;
    fleet_table_status(table, status);
    return number;
}

FleetTable *fleet_table_new(size_t n_sources, bool all_containers)
{
    FleetTable *table = g_new0(FleetTable, 1);
    table->all_containers = all_containers;
    g_queue_init(&table->pending);
    g_queue_init(&table->events);
    for (size_t i = 0; i < n_sources; i++)
        fleet_table_add_source(table);
    return table;
}

void fleet_table_show_demos(FleetTable *table, unsigned source)
{
    table->sources[source].demos = true;
}

void fleet_table_free(FleetTable *table)
{
    if (!table)
        return;
    g_queue_clear_full(&table->pending, g_free);
    g_queue_clear_full(&table->events, (GDestroyNotify)fleet_delta_free);
    for (size_t i = 0; i < table->n_sources; i++) {
        g_hash_table_unref(table->sources[i].entries);
        g_hash_table_unref(table->sources[i].last_events);
        fleet_source_status_free(table->sources[i].status);
    }
    g_free(table->sources);
    g_free(table);
}

static void push(FleetTable *table, Pending pending)
{
    g_queue_push_tail(&table->pending, g_memdup2(&pending, sizeof pending));
}

static bool is_wanted(const FleetTable *table, const Entry *entry)
{
    const FleetApp *app = entry->app;
    bool shown =
        app->dialect != FLEET_DIALECT_NONE && (!app->demo || table->sources[app->source].demos);
    return !entry->gone && (table->all_containers || shown);
}

/* To be delivered, when whoever looks has, or is to have, something of it. */
static void entry_changed(FleetTable *table, Entry *entry)
{
    if (entry->pending || (!entry->shown && !is_wanted(table, entry)))
        return;
    entry->pending = true;
    push(table, (Pending){.source = entry->app->source, .entry = entry});
}

static void entry_forget(FleetTable *table, Entry *entry)
{
    g_hash_table_remove(table->sources[entry->app->source].entries, entry->app->id);
}

static void entry_gone(FleetTable *table, Entry *entry)
{
    if (entry->gone)
        return;
    entry->gone = true;
    entry->generation++;
    table->sources[entry->app->source].n_apps--;
    entry_changed(table, entry);
    if (!entry->pending)
        entry_forget(table, entry);
}

static void set_app(FleetTable *table, Entry *entry, FleetApp *app)
{
    bool same = fleet_app_equal(entry->app, app);
    fleet_app_unref(entry->app);
    entry->app = app;
    if (!same)
        entry_changed(table, entry);
}

static Entry *find(const FleetTable *table, unsigned source, const char *id)
{
    return g_hash_table_lookup(table->sources[source].entries, id);
}

/* Steals. A container that was thought gone is there after all. */
static Entry *entry_add(FleetTable *table, FleetApp *app)
{
    Source *source = &table->sources[app->source];
    Entry *entry = find(table, app->source, app->id);
    source->n_apps++;
    if (entry) {
        entry->gone = false;
        fleet_app_unref(entry->app);
        entry->app = app;
    } else {
        entry = g_new0(Entry, 1);
        entry->app = app;
        g_hash_table_insert(source->entries, g_strdup(app->id), entry);
    }
    entry->generation++;
    entry_changed(table, entry);
    return entry;
}

static char *take_text(char **ours, const char *theirs)
{
    return *ours ? *ours : (*ours = g_strdup(theirs));
}

/* What the container's own answer said and the list cannot. */
static void keep_details(FleetApp *app, const FleetApp *before)
{
    take_text(&app->subject, before->subject);
    take_text(&app->san, before->san);
    take_text(&app->uuid, before->uuid);
    take_text(&app->application, before->application);
    take_text(&app->healthcheck, before->healthcheck);
    take_text(&app->directory, before->directory);
    if (app->size == 0)
        app->size = before->size;
    if (app->expires == 0)
        app->expires = before->expires;
}

static void keep_health(FleetApp *app, const FleetApp *before)
{
    if (app->state != FLEET_STATE_RUNNING || before->state != FLEET_STATE_RUNNING)
        return;
    app->health = before->health;
    app->health_at = before->health_at;
    g_clear_pointer(&app->certificate, g_bytes_unref);
    app->certificate = before->certificate ? g_bytes_ref(before->certificate) : NULL;
}

static void keep_state(FleetApp *app, const FleetApp *before)
{
    app->state = before->state;
    app->exit_code = before->exit_code;
    app->has_exit_code = before->has_exit_code;
    app->started = before->started;
    app->finished = before->finished;
    g_free(app->name);
    app->name = g_strdup(before->name);
    keep_health(app, before);
}

/* The engine's clock was set back: what is remembered of times that are still to come would hide
 * all that happens until they are over. */
static void forget_times(Source *source, int64_t now)
{
    GHashTableIter iter;
    gpointer value;
    source->last_event = now;
    source->asked = MIN(source->asked, now);
    g_hash_table_remove_all(source->last_events);
    g_hash_table_iter_init(&iter, source->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Entry *entry = value;
        entry->changed = MIN(entry->changed, now);
    }
}

void fleet_table_clock(FleetTable *table, unsigned source, int64_t now)
{
    if (now < table->sources[source].last_event - FLEET_CLOCK_SLACK)
        forget_times(&table->sources[source], now);
}

void fleet_table_list_begin(FleetTable *table, unsigned source, int64_t asked)
{
    table->sources[source].list++;
    table->sources[source].asked = asked;
}

/* The list alone knows the state; what it has no word about stays as it was known. */
static void merge_listed(FleetTable *table, Entry *entry, FleetApp *app)
{
    const FleetApp *before = entry->app;
    bool newer_event = entry->changed > table->sources[app->source].asked;
    keep_details(app, before);
    if (newer_event) {
        keep_state(app, before);
    } else if (app->state == before->state) {
        app->started = before->started;
        app->finished = before->finished;
        keep_health(app, before);
    }
    if (!fleet_app_equal(before, app))
        entry->generation++;
    set_app(table, entry, app);
}

void fleet_table_list_app(FleetTable *table, FleetApp *app)
{
    const Source *source = &table->sources[app->source];
    Entry *entry = find(table, app->source, app->id);
    if (source->closed || (entry && entry->gone && entry->changed > source->asked)) {
        fleet_app_unref(app);
        return;
    }
    if (entry && !entry->gone)
        merge_listed(table, entry, app);
    else
        entry = entry_add(table, app);
    entry->list = source->list;
}

void fleet_table_list_end(FleetTable *table, unsigned number)
{
    Source *source = &table->sources[number];
    g_autoptr(GList) entries = g_hash_table_get_values(source->entries);
    for (GList *at = entries; at; at = at->next) {
        Entry *entry = at->data;
        if (entry->list != source->list && entry->changed <= source->asked)
            entry_gone(table, entry);
    }
}

void fleet_table_close_source(FleetTable *table, unsigned number)
{
    Source *source = &table->sources[number];
    g_autoptr(GList) entries = g_hash_table_get_values(source->entries);
    source->closed = true;
    for (GList *at = entries; at; at = at->next)
        entry_gone(table, at->data);
}

typedef void (*Effect)(FleetApp *app, const DockerEvent *event);

static void effect_state(FleetApp *app, FleetState state)
{
    app->state = state;
    app->health = FLEET_HEALTH_UNKNOWN;
    app->health_at = 0;
    g_clear_pointer(&app->certificate, g_bytes_unref);
}

static void effect_create(FleetApp *app, const DockerEvent *event)
{
    effect_state(app, FLEET_STATE_CREATED);
    app->created = event->time / NANOSECONDS;
}

static void effect_start(FleetApp *app, const DockerEvent *event)
{
    effect_state(app, FLEET_STATE_RUNNING);
    app->started = event->time / NANOSECONDS;
    app->has_exit_code = false;
    app->exit_code = 0;
}

static void effect_pause(FleetApp *app, const DockerEvent *event)
{
    (void)event;
    effect_state(app, FLEET_STATE_PAUSED);
}

static void effect_unpause(FleetApp *app, const DockerEvent *event)
{
    (void)event;
    effect_state(app, FLEET_STATE_RUNNING);
}

static void effect_die(FleetApp *app, const DockerEvent *event)
{
    const char *text = docker_label(event->attributes, event->n_attributes, "exitCode");
    gint64 code = 0;
    effect_state(app, FLEET_STATE_EXITED);
    app->finished = event->time / NANOSECONDS;
    app->has_exit_code =
        text && g_ascii_string_to_signed(text, 10, INT32_MIN, INT32_MAX, &code, NULL);
    app->exit_code = (int)code;
}

static void effect_rename(FleetApp *app, const DockerEvent *event)
{
    if (!event->name || !*event->name)
        return;
    g_free(app->name);
    app->name = g_strdup(event->name);
}

/* What happens to a container, and what that makes of it. Others change nothing that is shown; a
 * "restart" and a "stop" come after the "start" and the "die" that they are made of. */
static const struct {
    const char *action;
    Effect effect; /* NULL: it is gone */
} effects[] = {
    {"create", effect_create},   {"start", effect_start}, {"pause", effect_pause},
    {"unpause", effect_unpause}, {"die", effect_die},     {"rename", effect_rename},
    {"destroy", NULL},
};

/* The event's place in the table above; its size when it has none. */
static size_t effect_of(const DockerEvent *event)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(effects) && g_strcmp0(effects[i].action, event->action) != 0)
        i++;
    return i;
}

/* A container that was not known: its labels are among the event's attributes. */
static FleetApp *app_of_event(unsigned source, const DockerEvent *event)
{
    FleetApp *app = fleet_app_new();
    app->source = source;
    app->id = g_strdup(event->id);
    app->name = event->name && *event->name ? g_strdup(event->name) : g_strndup(event->id, 12);
    app->image = g_strdup(event->image);
    app->dialect = fleet_dialect_of(event->attributes, event->n_attributes);
    app->demo = fleet_is_demo(event->attributes, event->n_attributes);
    app->healthcheck =
        g_strdup(docker_label(event->attributes, event->n_attributes, "healthcheck_endpoint"));
    return app;
}

static void apply(FleetTable *table, unsigned source, const DockerEvent *event)
{
    size_t at = effect_of(event);
    Entry *entry = find(table, source, event->id);
    if (at == G_N_ELEMENTS(effects) || event->time < table->sources[source].asked)
        return;
    if (entry && event->time < entry->changed)
        return;
    if (!effects[at].effect) {
        if (entry) {
            entry->changed = event->time;
            entry_gone(table, entry);
        }
        return;
    }
    FleetApp *app = entry ? fleet_app_copy(entry->app) : app_of_event(source, event);
    effects[at].effect(app, event);
    if (entry && !entry->gone) {
        entry->generation++;
        entry->changed = event->time;
        set_app(table, entry, app);
        return;
    }
    entry_add(table, app)->changed = event->time;
}

static void keep_event(FleetTable *table, unsigned source, DockerEvent *event)
{
    FleetDelta *delta = g_new0(FleetDelta, 1);
    delta->kind = FLEET_DELTA_EVENT;
    delta->source = source;
    delta->event = event;
    if (table->events.length == FLEET_EVENTS_KEPT)
        fleet_delta_free(g_queue_pop_head(&table->events));
    g_queue_push_tail(&table->events, delta);
}

/* Whether it is one of those that were seen at the latest moment; else it is, from now on. */
static bool was_seen(Source *source, const DockerEvent *event)
{
    if (event->time > source->last_event) {
        source->last_event = event->time;
        g_hash_table_remove_all(source->last_events);
    }
    if (event->time < source->last_event)
        return false;
    return !g_hash_table_add(source->last_events, g_strconcat(event->id, " ", event->action, NULL));
}

void fleet_table_event(FleetTable *table, unsigned source, DockerEvent *event)
{
    fleet_table_clock(table, source, event->time);
    if (table->sources[source].closed || was_seen(&table->sources[source], event)) {
        event_free(event);
        return;
    }
    apply(table, source, event);
    keep_event(table, source, event);
}

FleetApp *fleet_table_find(FleetTable *table, unsigned source, const char *id, uint64_t *generation)
{
    Entry *entry = find(table, source, id);
    if (!entry || !is_wanted(table, entry))
        return NULL;
    if (generation)
        *generation = entry->generation;
    return fleet_app_ref(entry->app);
}

bool fleet_table_details(FleetTable *table, FleetApp *app, uint64_t generation)
{
    Entry *entry = find(table, app->source, app->id);
    if (!entry || entry->gone) {
        fleet_app_unref(app);
        return false;
    }
    if (entry->generation != generation)
        keep_state(app, entry->app);
    else
        keep_health(app, entry->app);
    set_app(table, entry, app);
    return true;
}

bool fleet_table_health(FleetTable *table, FleetApp *app, uint64_t generation)
{
    Entry *entry = find(table, app->source, app->id);
    bool useful = entry && !entry->gone && entry->generation == generation;
    if (useful) {
        FleetApp *changed = fleet_app_copy(entry->app);
        changed->health = app->health;
        changed->health_at = app->health_at;
        g_clear_pointer(&changed->certificate, g_bytes_unref);
        changed->certificate = app->certificate ? g_bytes_ref(app->certificate) : NULL;
        set_app(table, entry, changed);
    }
    fleet_app_unref(app);
    return useful;
}

void fleet_table_status(FleetTable *table, FleetSourceStatus *status)
{
    Source *source = &table->sources[status->source];
    if (source->closed) {
        fleet_source_status_free(status);
        return;
    }
    fleet_source_status_free(source->status);
    source->status = status;
    if (source->pending)
        return;
    source->pending = true;
    push(table, (Pending){.source = status->source});
}

const FleetSourceStatus *fleet_table_status_of(const FleetTable *table, unsigned source)
{
    return table->sources[source].status;
}

void fleet_table_set_good(FleetTable *table, unsigned source, int64_t good_at)
{
    table->sources[source].status->good_at = good_at;
}

void fleet_table_set_listed(FleetTable *table, unsigned source)
{
    table->sources[source].status->listed = true;
}

int64_t fleet_table_last_event(const FleetTable *table, unsigned source)
{
    return table->sources[source].last_event;
}

bool fleet_table_has_deltas(const FleetTable *table)
{
    return table->pending.length > 0 || table->events.length > 0;
}

/* What to tell of an application now; false: nothing after all. */
static bool take_app(FleetTable *table, Entry *entry, FleetDelta *delta)
{
    bool wanted = is_wanted(table, entry), shown = entry->shown;
    entry->pending = false;
    entry->shown = wanted;
    if (wanted)
        delta->app = fleet_app_ref(entry->app);
    else
        delta->id = g_strdup(entry->app->id);
    delta->kind = wanted ? FLEET_DELTA_APP : FLEET_DELTA_GONE;
    if (entry->gone)
        entry_forget(table, entry);
    return wanted || shown;
}

static bool take_pending(FleetTable *table, const Pending *pending, FleetDelta *delta)
{
    delta->source = pending->source;
    if (pending->entry)
        return take_app(table, pending->entry, delta);
    Source *source = &table->sources[pending->source];
    source->pending = false;
    delta->kind = FLEET_DELTA_SOURCE;
    delta->status = fleet_source_status_copy(source->status);
    delta->status->n_apps = source->n_apps;
    return true;
}

GPtrArray *fleet_table_take(FleetTable *table, size_t most)
{
    GPtrArray *deltas = g_ptr_array_new_with_free_func((GDestroyNotify)fleet_delta_free);
    while (deltas->len < most && table->pending.length > 0) {
        g_autofree Pending *pending = g_queue_pop_head(&table->pending);
        g_autoptr(FleetDelta) delta = g_new0(FleetDelta, 1);
        if (take_pending(table, pending, delta))
            g_ptr_array_add(deltas, g_steal_pointer(&delta));
    }
    while (deltas->len < most && table->events.length > 0)
        g_ptr_array_add(deltas, g_queue_pop_head(&table->events));
    return deltas;
}
