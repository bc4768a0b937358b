/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/apps.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/text.h"

#include <string.h>

/* Deltas at a time; rows that stay free, so that a number is not soon another application's. */
enum { DELTAS_AT_ONCE = 256, ROWS_KEPT_FREE = 64 };

static void clear_texts(AppRow *row)
{
    g_clear_pointer(&row->name, g_free);
    g_clear_pointer(&row->sort_name, g_free);
    g_clear_pointer(&row->state, g_free);
}

static void clear_row(AppRow *row)
{
    clear_texts(row);
    g_clear_pointer(&row->app, fleet_app_unref);
    g_free(row->origin);
    alarm_free(row->alarm);
    g_free(row->series);
    input_clear(&row->evidence);
    memset(row, 0, sizeof *row);
}

static void free_row(void *data)
{
    clear_row(data);
    g_free(data);
}

void app_event_free(void *data)
{
    AppEvent *event = data;

    g_free(event->id);
    g_free(event->what);
    g_free(event);
}

static void free_status(void *status)
{
    if (status != NULL)
        fleet_source_status_free(status);
}

static GHashTable *namesakes_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
}

Apps *apps_new(Fleet *fleet, Judge *judge)
{
    Apps *apps = g_new0(Apps, 1);

    apps->fleet = fleet;
    apps->judge = judge;
    apps->rows = g_ptr_array_new_with_free_func(free_row);
    apps->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    apps->statuses = g_ptr_array_new_with_free_func(free_status);
    g_ptr_array_set_size(apps->statuses, (gint)fleet_n_sources(fleet));
    apps->n_of = g_array_sized_new(FALSE, TRUE, sizeof(unsigned), (guint)fleet_n_sources(fleet));
    g_array_set_size(apps->n_of, (guint)fleet_n_sources(fleet));
    apps->only = -1;
    if (fleet_n_sources(fleet) > 1)
        apps->namesakes = namesakes_new();
    apps->interest = g_byte_array_new();
    g_queue_init(&apps->free);
    g_queue_init(&apps->events);
    g_queue_init(&apps->kept);
    return apps;
}

void apps_free(Apps *apps)
{
    if (apps == NULL)
        return;
    judge_free(apps->judge);
    fleet_free(apps->fleet);
    g_ptr_array_unref(apps->rows);
    g_hash_table_unref(apps->numbers);
    g_ptr_array_unref(apps->statuses);
    g_array_unref(apps->n_of);
    g_clear_pointer(&apps->namesakes, g_hash_table_unref);
    g_byte_array_unref(apps->interest);
    g_queue_clear(&apps->free);
    g_queue_clear(&apps->kept);
    g_queue_clear_full(&apps->events, app_event_free);
    g_free(apps);
}

/* ---- what an application is ---- */

AppsCount apps_count_of(const FleetApp *app)
{
    if (app->state != FLEET_STATE_RUNNING)
        return APPS_STOPPED;
    switch (app->health) {
    case FLEET_HEALTH_WAITING:
        return APPS_WAITING;
    case FLEET_HEALTH_INITIALIZING:
        return APPS_INITIALIZING;
    case FLEET_HEALTH_ON_ERROR:
    case FLEET_HEALTH_SILENT:
        return APPS_ON_ERROR;
    case FLEET_HEALTH_UNKNOWN:
    case FLEET_HEALTH_RUNNING:
        break;
    }
    return APPS_RUNNING;
}

Role app_state_role(const FleetApp *app)
{
    switch (apps_count_of(app)) {
    case APPS_WAITING:
    case APPS_INITIALIZING:
        return ROLE_WARNING;
    case APPS_ON_ERROR:
        return ROLE_REJECTED;
    case APPS_STOPPED:
        return app->has_exit_code && app->exit_code != 0 ? ROLE_REJECTED : ROLE_DIM;
    default:
        return ROLE_TEXT;
    }
}

char *apps_age(int64_t seconds)
{
    int64_t minutes = seconds / 60;

    if (minutes < 1)
        return g_strdup(_("< 1 min"));
    if (minutes < 60)
        return g_strdup_printf(_("%d min"), (int)minutes);
    if (minutes < 60 * 24)
        return g_strdup_printf(_("%d h"), (int)(minutes / 60));
    return g_strdup_printf(_("%d d"), (int)MIN(minutes / (60 * 24), INT32_MAX));
}

/* ---- rows ---- */

AppRow *apps_row(const Apps *apps, unsigned number)
{
    AppRow *row;

    number &= ~APP_NUMBER_FIRST;
    if (apps == NULL || number >= apps->rows->len)
        return NULL;
    row = apps->rows->pdata[number];
    return row->present ? row : NULL;
}

FleetSource *apps_source_of(const Apps *apps, const AppRow *row)
{
    return fleet_source(apps->fleet, row->app->source);
}

AppRow *apps_find(const Apps *apps, unsigned source, const char *id, unsigned *number)
{
    g_autofree char *key = fleet_app_key(source, id);
    gpointer found;

    if (!g_hash_table_lookup_extended(apps->numbers, key, NULL, &found))
        return NULL;
    if (number != NULL)
        *number = GPOINTER_TO_UINT(found);
    return apps->rows->pdata[GPOINTER_TO_UINT(found)];
}

/* ---- names ---- */

/* What the row is called, alone or among others of that name. */
static void set_name(Apps *apps, AppRow *row, bool alone)
{
    g_autofree char *name = sanitize_string(row->app->name);
    g_autofree char *engine =
        alone ? NULL : sanitize_string(fleet_source_name(apps_source_of(apps, row)));

    g_free(row->name);
    g_free(row->sort_name);
    row->name = alone ? g_steal_pointer(&name) : g_strdup_printf("%s@%s", name, engine);
    row->sort_name = g_utf8_collate_key_for_filename(row->name, -1);
    g_free(row->evidence.name); /* the pane bears it before anything is judged */
    row->evidence.name = g_strdup(row->name);
    apps->name_width = MAX(apps->name_width, text_width(row->name));
    apps->order_version++;
}

static void rename_all(Apps *apps, const GArray *rows)
{
    for (unsigned i = 0; i < rows->len; i++)
        set_name(apps, apps->rows->pdata[g_array_index(rows, unsigned, i)], rows->len == 1);
}

static void add_name(Apps *apps, unsigned number)
{
    AppRow *row = apps->rows->pdata[number];
    GArray *rows;

    if (apps->namesakes == NULL) {
        set_name(apps, row, true);
        return;
    }
    rows = g_hash_table_lookup(apps->namesakes, row->app->name);
    if (rows == NULL) {
        rows = g_array_new(FALSE, FALSE, sizeof(unsigned));
        g_hash_table_insert(apps->namesakes, g_strdup(row->app->name), rows);
    }
    g_array_append_val(rows, number);
    rename_all(apps, rows);
}

static void drop_name(Apps *apps, unsigned number, const char *name)
{
    GArray *rows = apps->namesakes == NULL ? NULL : g_hash_table_lookup(apps->namesakes, name);

    for (unsigned i = 0; rows != NULL && i < rows->len; i++)
        if (g_array_index(rows, unsigned, i) == number) {
            g_array_remove_index_fast(rows, i);
            break;
        }
    if (rows != NULL && rows->len == 0)
        g_hash_table_remove(apps->namesakes, name);
    else if (rows != NULL)
        rename_all(apps, rows);
}

static unsigned free_number(Apps *apps)
{
    if (g_queue_get_length(&apps->free) > ROWS_KEPT_FREE)
        return GPOINTER_TO_UINT(g_queue_pop_head(&apps->free));
    g_ptr_array_add(apps->rows, g_new0(AppRow, 1));
    return apps->rows->len - 1;
}

void apps_count(Apps *apps, const AppRow *row, int by)
{
    apps->counts[apps_count_of(row->app)] += (unsigned)by;
    apps->alarms += row->alarm != NULL ? (unsigned)by : 0;
    apps->simulated += row->evidence.simulated ? (unsigned)by : 0;
    if (row->known)
        apps->trust[row->evidence.outcome] += (unsigned)by;
}

static void set_app(Apps *apps, unsigned number, FleetApp *app)
{
    AppRow *row = apps->rows->pdata[number];
    bool renamed = row->app == NULL || !g_str_equal(row->app->name, app->name);

    if (row->app != NULL)
        apps_count(apps, row, -1);
    if (renamed && row->app != NULL)
        drop_name(apps, number, row->app->name);
    g_free(row->state);
    row->state = fleet_app_state_text(app);
    fleet_app_ref(app);
    g_clear_pointer(&row->app, fleet_app_unref);
    row->app = app;
    if (renamed)
        add_name(apps, number);
    apps_count(apps, row, 1);
}

static void take_app(Apps *apps, FleetApp *app)
{
    g_autofree char *key = fleet_app_key(app->source, app->id);
    gpointer found;
    unsigned number;

    if (!g_hash_table_lookup_extended(apps->numbers, key, NULL, &found)) {
        number = free_number(apps);
        ((AppRow *)apps->rows->pdata[number])->present = true;
        ((AppRow *)apps->rows->pdata[number])->evidence.outcome = OUTCOME_WAITING;
        apps->n++;
        g_array_index(apps->n_of, unsigned, app->source)++;
        g_hash_table_insert(apps->numbers, g_steal_pointer(&key), GUINT_TO_POINTER(number));
    } else {
        number = GPOINTER_TO_UINT(found);
    }
    set_app(apps, number, app);
}

static void take_gone(Apps *apps, unsigned source, const char *id)
{
    g_autofree char *key = fleet_app_key(source, id);
    gpointer found;
    AppRow *row;

    if (!g_hash_table_lookup_extended(apps->numbers, key, NULL, &found))
        return;
    row = apps->rows->pdata[GPOINTER_TO_UINT(found)];
    apps_count(apps, row, -1);
    drop_name(apps, GPOINTER_TO_UINT(found), row->app->name);
    g_queue_remove(&apps->kept, found);
    clear_row(row);
    g_hash_table_remove(apps->numbers, key);
    g_queue_push_tail(&apps->free, found);
    apps->n--;
    g_array_index(apps->n_of, unsigned, source)--;
    apps->order_version++;
}

/* ---- trust ---- */

static unsigned count_ending(const Apps *apps, int64_t now, unsigned days)
{
    unsigned n = 0;

    for (unsigned i = 0; i < apps->rows->len; i++) {
        const AppRow *row = apps->rows->pdata[i];
        n += row->present &&
             trust_ending(trust_end(&row->trust, row->app), now, days) == TRUST_ENDS_SOON;
    }
    return n;
}

unsigned apps_ending(Apps *apps, int64_t now, unsigned days)
{
    if (apps->ending_minute == now / 60 && apps->ending_version == apps->version)
        return apps->ending;
    apps->ending_minute = now / 60;
    apps->ending_version = apps->version;
    apps->ending = count_ending(apps, now, days);
    return apps->ending;
}

bool apps_next_alarm(const Apps *apps, unsigned number, unsigned *next)
{
    unsigned n = apps->rows->len;

    for (unsigned i = 1; i <= n; i++) {
        unsigned at = (number + i) % n;
        if (((const AppRow *)apps->rows->pdata[at])->alarm == NULL)
            continue;
        *next = at;
        return true;
    }
    return false;
}

/* ---- what happened ---- */

static const struct {
    const char *action;
    const char *words; /* N_() */
    Role role;
} actions[] = {
    {"create", N_("created"), ROLE_TEXT},        {"start", N_("started"), ROLE_TRUSTED},
    {"restart", N_("restarted"), ROLE_TRUSTED},  {"die", N_("ended"), ROLE_WARNING},
    {"stop", N_("stopped"), ROLE_TEXT},          {"kill", N_("was sent a signal"), ROLE_WARNING},
    {"pause", N_("paused"), ROLE_TEXT},          {"unpause", N_("goes on"), ROLE_TEXT},
    {"oom", N_("out of memory"), ROLE_REJECTED}, {"destroy", N_("removed"), ROLE_WARNING},
    {"rename", N_("renamed"), ROLE_TEXT},
};

static void take_event(Apps *apps, unsigned source, const DockerEvent *event)
{
    AppEvent *kept = g_new0(AppEvent, 1);
    const char *code = docker_label(event->attributes, event->n_attributes, "exitCode");
    g_autofree char *words = sanitize_string(event->action);

    kept->time = event->time / G_GINT64_CONSTANT(1000000000);
    kept->source = source;
    kept->id = g_strdup(event->id);
    kept->role = ROLE_DIM;
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_equal(actions[i].action, event->action)) {
            g_free(words);
            words = g_strdup(_(actions[i].words));
            kept->role = actions[i].role;
        }
    if (code != NULL && g_str_equal(event->action, "die")) {
        g_autofree char *safe = sanitize_string(code);
        kept->what = g_strdup_printf(_("%s, exit status %s"), words, safe);
    } else {
        kept->what = g_steal_pointer(&words);
    }
    g_queue_push_tail(&apps->events, kept);
    if (g_queue_get_length(&apps->events) > APP_EVENTS_KEPT)
        app_event_free(g_queue_pop_head(&apps->events));
}

/* ---- deltas ---- */

static void take_status(Apps *apps, FleetDelta *delta)
{
    if (!apps_has_source(apps, delta->source))
        return;
    free_status(apps->statuses->pdata[delta->source]);
    apps->statuses->pdata[delta->source] = g_steal_pointer(&delta->status);
}

static void take_delta(Apps *apps, FleetDelta *delta)
{
    switch (delta->kind) {
    case FLEET_DELTA_APP:
        take_app(apps, delta->app);
        judge_take_app(apps->judge, fleet_source(apps->fleet, delta->app->source), delta->app);
        break;
    case FLEET_DELTA_GONE:
        take_gone(apps, delta->source, delta->id);
        judge_take_gone(apps->judge, delta->source, delta->id);
        break;
    case FLEET_DELTA_SOURCE:
        if (delta->status->condition == FLEET_LIVE)
            judge_take_live(apps->judge, delta->source);
        take_status(apps, delta);
        break;
    case FLEET_DELTA_EVENT:
        take_event(apps, delta->source, delta->event);
    }
    apps->version++;
}

bool apps_take(Apps *apps, int64_t until)
{
    bool any = false;

    do {
        g_autoptr(GPtrArray) deltas = fleet_take_deltas(apps->fleet, DELTAS_AT_ONCE);
        for (unsigned i = 0; i < deltas->len; i++)
            take_delta(apps, deltas->pdata[i]);
        any |= deltas->len > 0;
        if (deltas->len < DELTAS_AT_ONCE)
            return any;
    } while (clock_monotonic() < until);
    return any;
}

/* ---- sources ---- */

unsigned apps_n_sources(const Apps *apps)
{
    unsigned n = 0;

    for (unsigned i = 0; i < fleet_n_sources(apps->fleet); i++)
        n += apps_has_source(apps, i);
    return n;
}

bool apps_has_source(const Apps *apps, unsigned source)
{
    return source < fleet_n_sources(apps->fleet) && fleet_source_is_open(apps->fleet, source);
}

/* Names were never compared while there was one source alone. */
static void begin_namesakes(Apps *apps)
{
    if (apps->namesakes != NULL)
        return;
    apps->namesakes = namesakes_new();
    for (unsigned i = 0; i < apps->rows->len; i++)
        if (((const AppRow *)apps->rows->pdata[i])->present)
            add_name(apps, i);
}

void apps_add_source(Apps *apps, FleetSource *source)
{
    unsigned n = fleet_add_source(apps->fleet, source) + 1;

    g_ptr_array_set_size(apps->statuses, (gint)n);
    g_array_set_size(apps->n_of, n);
    begin_namesakes(apps);
    apps->version++;
}

void apps_close_source(Apps *apps, unsigned source)
{
    fleet_close_source(apps->fleet, source);
    free_status(apps->statuses->pdata[source]);
    apps->statuses->pdata[source] = NULL;
    if (apps->only == (int)source)
        apps->only = -1;
    apps->version++;
    apps->order_version++;
}

char *apps_source_name(const Apps *apps, unsigned source)
{
    const FleetSource *from = fleet_source(apps->fleet, source);
    g_autofree char *name = sanitize_string(fleet_source_name(from));

    return g_strdup_printf("%s:%s", fleet_source_kind(from), name);
}

const FleetSourceStatus *apps_status(const Apps *apps, unsigned source)
{
    return source < apps->statuses->len ? apps->statuses->pdata[source] : NULL;
}

bool apps_is_listing(const Apps *apps, unsigned source)
{
    const FleetSourceStatus *status = apps_status(apps, source);

    return apps_has_source(apps, source) &&
           (status == NULL || status->condition == FLEET_CONNECTING ||
            (status->condition == FLEET_LIVE && !status->listed));
}

void apps_show_only(Apps *apps, int source)
{
    apps->only = source;
    apps->version++;
    apps->order_version++;
}

unsigned apps_n_shown(const Apps *apps)
{
    return apps->only < 0 ? apps->n : g_array_index(apps->n_of, unsigned, apps->only);
}

bool apps_is_old(const Apps *apps, const AppRow *row)
{
    const FleetSourceStatus *status = apps_status(apps, row->app->source);

    return status != NULL && status->condition != FLEET_LIVE &&
           status->condition != FLEET_CONNECTING;
}

int64_t apps_due(const Apps *apps, int64_t now)
{
    int64_t due = INT64_MAX;

    for (unsigned i = 0; i < apps->statuses->len; i++)
        if (apps->statuses->pdata[i] != NULL)
            due = MIN(due, fleet_source_status_changes(apps->statuses->pdata[i], now));
    return due;
}

/* ---- interest ---- */

void apps_set_interest(Apps *apps, const GArray *numbers)
{
    g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(FleetInterest));
    g_autoptr(GByteArray) key = g_byte_array_new();

    for (unsigned i = 0; i < numbers->len; i++) {
        const AppRow *row = apps_row(apps, g_array_index(numbers, unsigned, i));
        FleetInterest interest;
        if (row == NULL)
            continue;
        interest = (FleetInterest){.source = row->app->source, .id = row->app->id};
        g_array_append_val(told, interest);
        g_byte_array_append(key, (const guint8 *)&interest.source, sizeof interest.source);
        g_byte_array_append(key, (const guint8 *)interest.id, (guint)strlen(interest.id) + 1);
    }
    if (key->len == apps->interest->len &&
        (key->len == 0 || memcmp(key->data, apps->interest->data, key->len) == 0))
        return;
    g_byte_array_unref(apps->interest);
    apps->interest = g_steal_pointer(&key);
    fleet_set_interest(apps->fleet, (const FleetInterest *)(void *)told->data, told->len);
    judge_look_at(apps->judge, (const FleetInterest *)(void *)told->data, told->len);
}
