/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "core/i18n.h"
#include "docker/stream.h"

#include <math.h>

/* Subscriptions at the same time: each costs the engine. */
enum { TOP_AT_ONCE = 8 };

typedef struct Figure {
    FleetApp *app;       /* a reference */
    FleetSource *source; /* borrowed */
    DockerStream *stream;
    DockerStats stats;
    bool known;
} Figure;

static void figure_clear(gpointer data)
{
    Figure *figure = data;
    fleet_app_unref(figure->app);
    docker_stream_close(figure->stream);
}

static void add_figure(GArray *figures, FleetApp *app, FleetSource *source)
{
    Figure figure = {.app = fleet_app_ref(app), .source = source};
    g_array_append_val(figures, figure);
}

static bool add_named(Job *job, const Arguments *arguments, GArray *figures, GPtrArray *sources,
                      GError **error)
{
    const GPtrArray *names = arguments_operands(arguments);
    for (guint i = 0; i < names->len; i++) {
        g_auto(HomeApp) found = {0};
        if (!home_find(job, arguments, g_ptr_array_index(names, i), &found, error))
            return false;
        g_ptr_array_add(sources, fleet_source_ref(found.source));
        add_figure(figures, found.app, found.source);
    }
    return true;
}

static int add_running(Job *job, const Arguments *arguments, GArray *figures, GPtrArray *sources)
{
    g_autofree GError **errors = g_new0(GError *, sources->len);
    g_autoptr(GPtrArray) apps =
        fleet_list_once((FleetSource *const *)sources->pdata, sources->len,
                        arguments_flag(arguments, "all-containers"), errors, job_cancel(job));
    int status = EXIT_OK;
    for (guint i = 0; i < sources->len; i++) {
        if (errors[i] && status != EXIT_CANCELLED)
            status = job_fail(job, errors[i]);
        g_clear_error(&errors[i]);
    }
    for (guint i = 0; i < apps->len; i++) {
        FleetApp *app = g_ptr_array_index(apps, i);
        if (app->state == FLEET_STATE_RUNNING)
            add_figure(figures, app, g_ptr_array_index(sources, app->source));
    }
    return status;
}

static void open_figure(Figure *figure)
{
    if (figure->app->state == FLEET_STATE_RUNNING)
        figure->stream =
            docker_engine_stats(fleet_source_engine(figure->source), figure->app->id, NULL);
}

/* The first sample that has a CPU: the second that comes. One that stops meanwhile has what it had.
 * False, with `error`, when the engine could not tell. */
static bool take_figure(Figure *figure, Cancel *cancel, GError **error)
{
    while (figure->stream && (!figure->known || isnan(figure->stats.cpu))) {
        g_autoptr(DockerMessage) message = docker_stream_wait(figure->stream, cancel, error);
        if (!message)
            return false;
        if (message->kind == DOCKER_MESSAGE_STATS) {
            figure->stats = *message->stats;
            figure->known = true;
        }
        if (message->kind != DOCKER_MESSAGE_END)
            continue;
        bool removed = g_error_matches(message->error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
        if (message->error && !removed) {
            g_propagate_error(error, g_steal_pointer(&message->error));
            return false;
        }
        break;
    }
    g_clear_pointer(&figure->stream, docker_stream_close);
    return true;
}

static json_t *count(bool known, uint64_t value)
{
    return known && value <= INT64_MAX ? json_integer((json_int_t)value) : json_null();
}

/* As `docker stats` rounds it. */
static json_t *percent(bool known, double value)
{
    return known && isfinite(value) ? json_real(round(value * 100) / 100) : json_null();
}

static json_t *row_of(const Figure *figure)
{
    const DockerStats *stats = &figure->stats;
    bool known = figure->known;
    bool limited = known && stats->memory_limit > 0 && stats->memory_limit <= INT64_MAX;
    double share = limited ? 100.0 * (double)stats->memory / (double)stats->memory_limit : NAN;
    json_t *row = json_object();
    json_object_set_new(row, "name", json_string(figure->app->name));
    json_object_set_new(row, "cpu_percent", percent(known, stats->cpu));
    json_object_set_new(row, "memory", count(known, stats->memory));
    json_object_set_new(row, "memory_limit", count(known, stats->memory_limit));
    json_object_set_new(row, "memory_percent", percent(known, share));
    json_object_set_new(row, "received", count(known, stats->received));
    json_object_set_new(row, "sent", count(known, stats->sent));
    json_object_set_new(row, "read", count(known, stats->read));
    json_object_set_new(row, "written", count(known, stats->written));
    json_object_set_new(row, "processes", count(known, stats->processes));
    json_object_set_new(row, "engine", home_engine(figure->source));
    json_object_set_new(row, "id", json_string(figure->app->id));
    return row;
}

static bool take_all(Job *job, GArray *figures, GError **error)
{
    guint opened = 0;
    for (guint i = 0; i < figures->len; i++) {
        while (opened < figures->len && opened < i + TOP_AT_ONCE)
            open_figure(&g_array_index(figures, Figure, opened++));
        Figure *figure = &g_array_index(figures, Figure, i);
        if (!take_figure(figure, job_cancel(job), error))
            return false;
        job_emit(job, row_of(figure));
        job_progress(
            job,
            &(Progress){.what = _("asking for figures"), .done = i + 1, .total = figures->len});
    }
    return true;
}

static int run_top(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, &error);
    if (!sources)
        return job_fail(job, error);
    g_autoptr(GArray) figures = g_array_new(FALSE, TRUE, sizeof(Figure));
    g_array_set_clear_func(figures, figure_clear);
    int status = EXIT_OK;
    if (arguments_operands(arguments)->len == 0)
        status = add_running(job, arguments, figures, sources);
    else if (!add_named(job, arguments, figures, sources, &error))
        return job_fail(job, error);
    if (status == EXIT_CANCELLED)
        return status;
    if (!take_all(job, figures, &error))
        return job_fail(job, error);
    if (figures->len == 0 && status == EXIT_OK && !job_json(job))
        job_text(job, "%s", _("No application runs."));
    return status;
}

static const VerbOption options[] = {HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"cpu_percent", N_("CPU"), COLUMN_NUMBER, "%", false},
    {"memory", N_("memory"), COLUMN_BYTES, NULL, false},
    {"memory_limit", N_("limit"), COLUMN_BYTES, NULL, false},
    {"memory_percent", N_("share"), COLUMN_NUMBER, "%", false},
    {"received", N_("received"), COLUMN_BYTES, NULL, false},
    {"sent", N_("sent"), COLUMN_BYTES, NULL, false},
    {"read", N_("read"), COLUMN_BYTES, NULL, true},
    {"written", N_("written"), COLUMN_BYTES, NULL, true},
    {"processes", N_("processes"), COLUMN_NUMBER, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, true},
    {"id", N_("id"), COLUMN_TEXT, NULL, true},
    {0},
};

const Verb verb_home_top = {
    .words = "home top",
    .operands = "[NAME…]",
    .max_operands = G_MAXUINT,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("show CPU, memory and network of what runs"),
    .description = N_("As \"docker stats\" counts them; CPU in per cent of one processor, over "
                      "about a second. Without a NAME, all applications that run."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_APPLICATION,
    .run = run_top,
};
