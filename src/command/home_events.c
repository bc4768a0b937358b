/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/follow.h"
#include "format/date.h"

#include <string.h>

#define NANOSECONDS INT64_C(1000000000)

/* All engines tell one job: one at a time. */
typedef struct Telling {
    Job *job;
    GMutex mutex;
    bool all;
    int64_t since;
} Telling;

typedef struct Follower {
    Telling *telling;
    FleetSource *source;
    GError *error;
} Follower;

/* What changes an application, and is not merely done with it. */
static const char *const changes[] = {"create", "start", "restart", "pause",  "unpause", "die",
                                      "stop",   "kill",  "oom",     "rename", "update",  "destroy"};

static bool is_change(const DockerEvent *event)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (strcmp(changes[i], event->action) == 0)
            return true;
    }
    return g_str_has_prefix(event->action, "health_status");
}

static const char *attribute(const DockerEvent *event, const char *key)
{
    return docker_label(event->attributes, event->n_attributes, key);
}

/* What a demo does is told to who asks by that demo's own context, where nothing else happens. */
static bool is_application(const Follower *follower, const DockerEvent *event)
{
    const DockerEngine *engine = fleet_source_engine(follower->source);
    bool others_demo =
        attribute(event, DOCKER_SCOPE) && docker_engine_endpoint(engine)->scope == NULL;
    return !others_demo && (attribute(event, "mse-home") || attribute(event, "cenclave"));
}

static void emit_event(const Follower *follower, const DockerEvent *event, const char *time)
{
    const char *code = attribute(event, "exitCode");
    gint64 status;
    json_t *row = json_object();
    json_object_set_new(row, "time", json_string(time));
    json_object_set_new(row, "name", json_string(event->name));
    json_object_set_new(row, "event", json_string(event->action));
    json_object_set_new(row, "engine", home_engine(follower->source));
    json_object_set_new(row, "id", json_string(event->id));
    json_object_set_new(row, "image", home_text(event->image));
    if (code && g_ascii_string_to_signed(code, 10, INT32_MIN, INT32_MAX, &status, NULL))
        json_object_set_new(row, "exit_code", json_integer(status));
    job_emit(follower->telling->job, row);
}

static void say_event(const Follower *follower, const DockerEvent *event, const char *time)
{
    const char *code = attribute(event, "exitCode");
    g_autofree char *name = sanitize_string(event->name);
    g_autofree char *action = sanitize_string(event->action);
    g_autofree char *engine = sanitize_string(fleet_source_name(follower->source));
    g_autofree char *status = sanitize_string(code);
    job_text(follower->telling->job, "%s  %s  %s%s%s%s  %s", time, name, action, code ? " (" : "",
             status, code ? ")" : "", engine);
}

static void say_gap(const Follower *follower)
{
    g_autofree char *engine = sanitize_string(fleet_source_name(follower->source));
    g_mutex_lock(&follower->telling->mutex);
    job_warn(follower->telling->job,
             _("%s: events may be missing here: the engine does not remember all that happened "
               "while it was not heard"),
             engine);
    g_mutex_unlock(&follower->telling->mutex);
}

static void each_event(const DockerEvent *event, void *data)
{
    const Follower *follower = data;
    Telling *telling = follower->telling;
    if (!event) {
        say_gap(follower);
        return;
    }
    if (!is_change(event) || (!telling->all && !is_application(follower, event)))
        return;
    g_autofree char *time = date_format(event->time / NANOSECONDS);
    g_mutex_lock(&telling->mutex);
    if (job_json(telling->job))
        emit_event(follower, event, time);
    else
        say_event(follower, event, time);
    g_mutex_unlock(&telling->mutex);
}

static void trouble(const char *sentence, void *data)
{
    const Follower *follower = data;
    g_autofree char *engine = sanitize_string(fleet_source_name(follower->source));
    g_mutex_lock(&follower->telling->mutex);
    if (sentence)
        job_warn(follower->telling->job, _("%s; trying again until it is back"), sentence);
    else
        job_warn(follower->telling->job, _("%s: the engine is back"), engine);
    g_mutex_unlock(&follower->telling->mutex);
}

static gpointer follow(gpointer data)
{
    Follower *follower = data;
    fleet_follow_events(fleet_source_engine(follower->source), follower->telling->since, each_event,
                        trouble, follower, job_cancel(follower->telling->job), &follower->error);
    return NULL;
}

static int follow_all(Job *job, const GPtrArray *sources, Telling *telling)
{
    g_autofree Follower *followers = g_new0(Follower, sources->len);
    g_autofree GThread **threads = g_new0(GThread *, sources->len);
    for (guint i = 0; i < sources->len; i++) {
        followers[i] = (Follower){telling, g_ptr_array_index(sources, i), NULL};
        if (i > 0)
            threads[i] = g_thread_new("events", follow, &followers[i]);
    }
    follow(&followers[0]);
    int status = EXIT_OK;
    for (guint i = 0; i < sources->len; i++) {
        if (threads[i])
            g_thread_join(threads[i]);
        if (status == EXIT_OK)
            status = job_fail(job, followers[i].error);
        g_clear_error(&followers[i].error);
    }
    return status;
}

static int run_events(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, &error);
    if (!sources)
        return job_fail(job, error);
    const char *since = arguments_value(arguments, "since");
    int64_t seconds = 0;
    if (since)
        date_parse_user(since, &seconds);
    Telling telling = {.job = job,
                       .all = arguments_flag(arguments, "all-containers"),
                       .since = MIN(seconds, INT64_MAX / NANOSECONDS) * NANOSECONDS};
    g_mutex_init(&telling.mutex);
    int status = follow_all(job, sources, &telling);
    g_mutex_clear(&telling.mutex);
    return status;
}

static const VerbOption options[] = {
    {.name = "since",
     .kind = ARGUMENT_TIME,
     .metavar = "TIME",
     .help = N_("begin with what happened since then, as far as the engine remembers")},
    HOME_ALL_OPTION,
    HOME_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"time", N_("time"), COLUMN_TIME, NULL, false},
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"event", N_("event"), COLUMN_TEXT, NULL, false},
    {"exit_code", N_("exit status"), COLUMN_NUMBER, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"image", N_("image"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_events = {
    .words = "home events",
    .operands = "",
    .help = N_("print what happens to applications, as it happens"),
    .description = N_("Until it is cancelled. While an engine is away it is tried again, and what "
                      "happened meanwhile is told then, as far as the engine remembers it."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_STREAM,
    .run = run_events,
};
