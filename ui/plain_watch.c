/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/plain_watch.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "ui/outcome.h"

#include <string.h>

enum {
    TURN_MICROSECONDS = 50000,
    ASKED_MOST = 256, /* applications of which health and evidence are looked at */
};

/* What was told of an application last. */
typedef struct Told {
    char *name, *state;
    const char *trust; /* the outcome's word; NULL: not judged */
    int64_t alarm;     /* when the one was raised that was told; 0: none */
    uint64_t seen;     /* the look that met it last */
} Told;

struct PlainWatch {
    Model *model;
    GHashTable *told;      /* "source id" → Told */
    GPtrArray *conditions; /* char*: of each source, or NULL */
    uint64_t look;
    uint64_t version; /* of the apps, when they were looked at */
    bool started;     /* what was there at the beginning was told */
};

static void told_free(void *data)
{
    Told *told = data;

    g_free(told->name);
    g_free(told->state);
    g_free(told);
}

PlainWatch *plain_watch_new(Model *model)
{
    PlainWatch *watch = g_new0(PlainWatch, 1);

    watch->model = model;
    watch->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, told_free);
    watch->conditions = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_set_size(watch->conditions, (gint)fleet_n_sources(model->apps->fleet));
    watch->version = UINT64_MAX;
    return watch;
}

void plain_watch_free(PlainWatch *watch)
{
    if (watch == NULL)
        return;
    g_hash_table_unref(watch->told);
    g_ptr_array_unref(watch->conditions);
    g_free(watch);
}

static void tell(GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void tell(GPtrArray *lines, const char *format, ...)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now());
    g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
    g_autofree char *words = NULL;
    va_list arguments;

    va_start(arguments, format);
    words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(lines, g_strdup_printf("%s %s", time, words));
}

/* ---- sources ---- */

static void look_at_sources(PlainWatch *watch, GPtrArray *lines)
{
    const Apps *apps = watch->model->apps;

    for (unsigned i = 0; i < watch->conditions->len; i++) {
        const FleetSourceStatus *status = apps_status(apps, i);
        const char *before = watch->conditions->pdata[i];
        const char *word = status == NULL ? NULL : fleet_condition_name(status->condition);
        g_autofree char *name = NULL;
        g_autofree char *text = NULL;
        if (word == NULL || g_strcmp0(word, before) == 0 || status->condition == FLEET_CONNECTING)
            continue;
        name = apps_source_name(apps, i);
        text = fleet_source_status_text(status, clock_monotonic());
        tell(lines, "%s: %s", name, text);
        g_free(watch->conditions->pdata[i]);
        watch->conditions->pdata[i] = g_strdup(word);
    }
}

static bool all_listed(const PlainWatch *watch)
{
    const Apps *apps = watch->model->apps;

    for (unsigned i = 0; i < fleet_n_sources(apps->fleet); i++) {
        const FleetSourceStatus *status = apps_status(apps, i);
        if (status == NULL || status->condition == FLEET_CONNECTING ||
            (status->condition == FLEET_LIVE && !status->listed))
            return false;
    }
    return true;
}

/* ---- applications ---- */

static const char *trust_of(const AppRow *row)
{
    return row->known ? outcome_table[row->evidence.outcome].word : NULL;
}

static Told *told_new(const AppRow *row)
{
    Told *told = g_new0(Told, 1);

    told->name = g_strdup(row->name);
    told->state = g_strdup(row->state);
    told->trust = trust_of(row);
    return told;
}

static void tell_alarm(const AppRow *row, Told *told, GPtrArray *lines)
{
    g_autofree char *text = NULL;

    if (row->alarm == NULL || row->alarm->time == told->alarm)
        return;
    told->alarm = row->alarm->time;
    text = alarm_text(row->alarm);
    tell(lines, _("ALARM: %s: %s"), row->name, text);
}

static void tell_changes(const AppRow *row, Told *told, GPtrArray *lines)
{
    const char *trust = trust_of(row);

    if (!g_str_equal(told->state, row->state)) {
        tell(lines, "%s: %s", row->name, row->state);
        g_free(told->state);
        told->state = g_strdup(row->state);
    }
    if (trust != NULL && trust != told->trust)
        tell(lines, "%s: %s", row->name, _(trust));
    told->trust = trust;
    tell_alarm(row, told, lines);
}

static void look_at_row(PlainWatch *watch, const AppRow *row, GPtrArray *lines)
{
    g_autofree char *key = g_strdup_printf("%u %s", row->app->source, row->app->id);
    Told *told = g_hash_table_lookup(watch->told, key);

    if (told == NULL) {
        told = told_new(row);
        g_hash_table_insert(watch->told, g_steal_pointer(&key), told);
        if (watch->started)
            tell(lines, _("%s: new, %s"), row->name, row->state);
        tell_alarm(row, told, lines);
    } else {
        tell_changes(row, told, lines);
    }
    told->seen = watch->look;
}

static void tell_gone(PlainWatch *watch, GPtrArray *lines)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, watch->told);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Told *told = value;
        if (told->seen == watch->look)
            continue;
        tell(lines, _("%s: removed"), told->name);
        g_hash_table_iter_remove(&iter);
    }
}

/* Health is asked, and evidence judged, of as many as a person would look at. */
static void ask_about(PlainWatch *watch)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    const Apps *apps = watch->model->apps;

    for (unsigned i = 0; i < apps->rows->len && numbers->len < ASKED_MOST; i++)
        if (apps_row(apps, i) != NULL)
            g_array_append_val(numbers, i);
    apps_set_interest(watch->model->apps, numbers);
}

static void look_at_apps(PlainWatch *watch, GPtrArray *lines)
{
    const Apps *apps = watch->model->apps;

    watch->look++;
    for (unsigned i = 0; i < apps->rows->len; i++) {
        const AppRow *row = apps_row(apps, i);
        if (row != NULL)
            look_at_row(watch, row, lines);
    }
    tell_gone(watch, lines);
    ask_about(watch);
}

static void tell_start(PlainWatch *watch, GPtrArray *lines)
{
    unsigned n = watch->model->apps->n;

    watch->started = true;
    tell(lines, P_("watching %u application", "watching %u applications", n), n);
    if (n > ASKED_MOST)
        tell(lines, _("health and evidence of the first %d are looked at"), ASKED_MOST);
}

GPtrArray *plain_watch_take(PlainWatch *watch)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    Apps *apps = watch->model->apps;

    apps_take(apps, clock_monotonic() + TURN_MICROSECONDS);
    if (watch->version == apps->version)
        return lines;
    watch->version = apps->version;
    look_at_sources(watch, lines);
    look_at_apps(watch, lines);
    if (!watch->started && all_listed(watch))
        tell_start(watch, lines);
    return lines;
}
