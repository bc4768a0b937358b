/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/lookup.h"

#define SECOND G_USEC_PER_SEC

/* Health is asked again after so long: soon while it is about to change by itself. */
#define HEALTH_CALM   (30 * SECOND)
#define HEALTH_MOVING (5 * SECOND)
/* Details that could not be had. */
#define DETAILS_AGAIN (5 * SECOND)

typedef struct Watched {
    unsigned source;
    char *id;
    int64_t details_at, health_at; /* not before */
    uint64_t health_of;            /* the generation whose health was asked */
    bool busy;
} Watched;

struct FleetLookup {
    GPtrArray *watched; /* Watched*, in the order of the interest */
    GHashTable *by_key; /* "SOURCE ID" → Watched, the same */
};

static void watched_free(gpointer data)
{
    Watched *watched = data;
    g_free(watched->id);
    g_free(watched);
}

static GHashTable *index_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

FleetLookup *fleet_lookup_new(void)
{
    FleetLookup *lookup = g_new0(FleetLookup, 1);
    lookup->watched = g_ptr_array_new_with_free_func(watched_free);
    lookup->by_key = index_new();
    return lookup;
}

void fleet_lookup_free(FleetLookup *lookup)
{
    if (!lookup)
        return;
    g_hash_table_unref(lookup->by_key);
    g_ptr_array_unref(lookup->watched);
    g_free(lookup);
}

static Watched *find(GHashTable *index, unsigned source, const char *id)
{
    g_autofree char *key = fleet_app_key(source, id);
    return g_hash_table_lookup(index, key);
}

bool fleet_lookup_has(const FleetLookup *lookup, unsigned source, const char *id)
{
    return lookup->watched->len > 0 && find(lookup->by_key, source, id) != NULL;
}

void fleet_lookup_set(FleetLookup *lookup, const FleetInterest *interest, size_t n)
{
    g_autoptr(GPtrArray) before = lookup->watched;
    g_autoptr(GHashTable) index_before = lookup->by_key;
    lookup->watched = g_ptr_array_new_with_free_func(watched_free);
    lookup->by_key = index_new();
    for (size_t i = 0; i < n; i++) {
        const Watched *old = find(index_before, interest[i].source, interest[i].id);
        Watched *watched = g_new0(Watched, 1);
        if (old)
            *watched = *old;
        watched->source = interest[i].source;
        watched->id = g_strdup(interest[i].id);
        g_ptr_array_add(lookup->watched, watched);
        g_hash_table_replace(lookup->by_key, fleet_app_key(watched->source, watched->id), watched);
    }
}

static bool has_health(const FleetApp *app)
{
    return app->dialect != FLEET_DIALECT_NONE && app->state == FLEET_STATE_RUNNING &&
           app->port != 0;
}

/* When this one is to be asked about, and what; INT64_MAX: not. */
static int64_t due(Watched *watched, const FleetApp *app, uint64_t generation,
                   FleetLookupKind *kind)
{
    if (!app->detailed) {
        *kind = FLEET_LOOKUP_DETAILS;
        return watched->details_at;
    }
    if (!has_health(app))
        return INT64_MAX;
    *kind = FLEET_LOOKUP_HEALTH;
    return watched->health_of == generation ? watched->health_at : 0;
}

int64_t fleet_lookup_next(FleetLookup *lookup, FleetTable *table, int64_t now,
                          FleetLookupTask *task)
{
    int64_t next = INT64_MAX;
    for (guint i = 0; i < lookup->watched->len; i++) {
        Watched *watched = g_ptr_array_index(lookup->watched, i);
        const FleetSourceStatus *status = fleet_table_status_of(table, watched->source);
        if (watched->busy || status->condition != FLEET_LIVE)
            continue;
        g_autoptr(FleetApp) app =
            fleet_table_find(table, watched->source, watched->id, &task->generation);
        int64_t at = app ? due(watched, app, task->generation, &task->kind) : INT64_MAX;
        if (at <= now) {
            watched->busy = true;
            task->app = g_steal_pointer(&app);
            return 0;
        }
        next = MIN(next, at);
    }
    return next;
}

static bool is_moving(FleetHealth health)
{
    return health == FLEET_HEALTH_INITIALIZING || health == FLEET_HEALTH_WAITING;
}

void fleet_lookup_done(FleetLookup *lookup, const FleetLookupTask *task, const FleetApp *answer,
                       int64_t now)
{
    Watched *watched = find(lookup->by_key, task->app->source, task->app->id);
    if (!watched)
        return;
    watched->busy = false;
    if (task->kind == FLEET_LOOKUP_DETAILS) {
        watched->details_at = now + DETAILS_AGAIN;
        return;
    }
    watched->health_of = task->generation;
    watched->health_at = now + (answer && is_moving(answer->health) ? HEALTH_MOVING : HEALTH_CALM);
}
