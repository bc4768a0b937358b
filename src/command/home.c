/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "app/nearest.h"
#include "command/home_life.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/usual.h"
#include "format/date.h"

#include <string.h>

static bool add_source(GPtrArray *sources, const DockerEnvironment *environment, const char *named,
                       GError **error)
{
    FleetSource *source = fleet_source_docker(environment, named, error);
    if (source)
        g_ptr_array_add(sources, source);
    return source != NULL;
}

static bool add_named(GPtrArray *sources, const DockerEnvironment *environment,
                      const char *const *names, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++) {
        if (!add_source(sources, environment, names[i], error))
            return false;
    }
    return true;
}

static GPtrArray *usual(Job *job, GError **error)
{
    g_autoptr(Settings) settings = settings_load(error);
    if (!settings)
        return NULL;
    for (guint i = 0; i < settings->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(settings->warnings, i));
    return fleet_sources_usual(settings, false, error);
}

GPtrArray *home_sources(Job *job, const Arguments *arguments, GError **error)
{
    DockerEnvironment environment = docker_environment();
    const GPtrArray *named = arguments_values(arguments, "engine");
    if (named->len == 0)
        return usual(job, error);
    g_autoptr(GPtrArray) sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)fleet_source_unref);
    if (!add_named(sources, &environment, (const char *const *)named->pdata, named->len, error))
        return NULL;
    return g_steal_pointer(&sources);
}

void home_app_clear(HomeApp *found)
{
    g_clear_pointer(&found->source, fleet_source_unref);
    g_clear_pointer(&found->app, fleet_app_unref);
}

static char *names_of(const GPtrArray *sources)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < sources->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               fleet_source_name(g_ptr_array_index(sources, i)));
    g_autofree char *raw = g_string_free(names, FALSE);
    return sanitize_string(raw);
}

/* What was perhaps meant, as a sentence's end; "" when nothing is near. */
static char *suggestion(const GPtrArray *sources, const char *name, Cancel *cancel)
{
    g_autofree GError **errors = g_new0(GError *, sources->len);
    g_autoptr(GPtrArray) apps =
        fleet_list_once((FleetSource *const *)sources->pdata, sources->len, false, errors, cancel);
    for (guint i = 0; i < sources->len; i++)
        g_clear_error(&errors[i]);
    g_autofree const char **names = g_new0(const char *, apps->len + 1);
    for (guint i = 0; i < apps->len; i++)
        names[i] = ((const FleetApp *)g_ptr_array_index(apps, i))->name;
    const char *near = nearest_word(name, names, apps->len);
    if (!near)
        return g_strdup(_("\"mse-console home list\" shows what there is"));
    g_autofree char *safe = sanitize_string(near);
    return g_strdup_printf(_("did you mean \"%s\"?"), safe);
}

static void not_found(const GPtrArray *sources, const char *name, Cancel *cancel, GError **error)
{
    g_autofree char *safe = sanitize_string(name), *where = names_of(sources);
    g_autofree char *hint = suggestion(sources, name, cancel);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND, _("no application \"%s\" on %s; %s"),
                safe, where, hint);
}

static void found_twice(const HomeApp *one, const FleetSource *other, GError **error)
{
    g_autofree char *name = sanitize_string(one->app->name);
    g_autofree char *here = sanitize_string(fleet_source_name(one->source));
    g_autofree char *there = sanitize_string(fleet_source_name(other));
    g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE,
                _("\"%s\" is on %s and on %s: say which with --engine"), name, here, there);
}

/* Asks every engine; the first error other than "not there" is kept in `problem`. */
static bool search(const GPtrArray *sources, const char *name, HomeApp *found, GError **problem,
                   Cancel *cancel, GError **error)
{
    for (guint i = 0; i < sources->len; i++) {
        FleetSource *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) failure = NULL;
        g_autoptr(FleetApp) app = fleet_app_inspect(source, i, name, cancel, &failure);
        if (app && found->app) {
            found_twice(found, source, error);
            return false;
        }
        if (app) {
            found->app = g_steal_pointer(&app);
            found->source = fleet_source_ref(source);
        } else if (!*problem && !g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND)) {
            *problem = g_steal_pointer(&failure);
        }
    }
    return true;
}

static bool is_allowed(const Arguments *arguments, const HomeApp *found, GError **error)
{
    if (fleet_source_has(found->source, found->app) || arguments_flag(arguments, "all-containers"))
        return true;
    g_autofree char *name = sanitize_string(found->app->name);
    if (found->app->demo) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_REFUSED,
                    _("the container \"%s\" is a demo's (\"mse-console demo --docker\"); with "
                      "--all-containers it is taken all the same"),
                    name);
        return false;
    }
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_REFUSED,
                _("the container \"%s\" is no confidential application (no label mse-home or "
                  "cenclave); with --all-containers it is taken all the same"),
                name);
    return false;
}

bool home_find(Job *job, const Arguments *arguments, const char *name, HomeApp *found,
               GError **error)
{
    *found = (HomeApp){0};
    if (!*name || strchr(name, '/')) {
        g_autofree char *safe = sanitize_string(name);
        g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE, _("\"%s\" is no name of an application"),
                    safe);
        return false;
    }
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, error);
    if (!sources)
        return false;
    g_autoptr(GError) problem = NULL;
    if (!search(sources, name, found, &problem, job_cancel(job), error))
        return false;
    if (found->app)
        return is_allowed(arguments, found, error);
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    else
        not_found(sources, name, job_cancel(job), error);
    return false;
}

json_t *home_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

json_t *home_time(int64_t seconds)
{
    if (seconds == 0)
        return json_null();
    g_autofree char *text = date_format(seconds);
    return json_string(text);
}

json_t *home_bytes(uint64_t bytes)
{
    return bytes == 0 || bytes > INT64_MAX ? json_null() : json_integer((json_int_t)bytes);
}

json_t *home_engine(const FleetSource *source)
{
    return json_string(fleet_source_name(source));
}

int64_t home_days_left(int64_t expires, int64_t now)
{
    int64_t seconds = expires - now;
    return seconds >= 0 ? seconds / 86400 : -((-seconds + 86399) / 86400);
}

const VerbColumn home_act_columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"done", N_("done"), COLUMN_TEXT, NULL, false},
    {0},
};

/* In --json, what was done last: a word of its own for programs. */
static const char *const act_words[] = {
    [DOCKER_START] = "started",          [DOCKER_STOP] = "stopped",
    [DOCKER_RESTART] = "restarted",      [DOCKER_REMOVE] = "removed",
    [DOCKER_REMOVE_RUNNING] = "removed", [DOCKER_KILL] = "killed",
};

static const DeedKind act_deeds[] = {
    [DOCKER_STOP] = DEED_STOP,     [DOCKER_RESTART] = DEED_RESTART,
    [DOCKER_REMOVE] = DEED_REMOVE, [DOCKER_REMOVE_RUNNING] = DEED_REMOVE,
    [DOCKER_KILL] = DEED_KILL,
};

/* Of applications alone: what happens to other containers is nothing to this journal. */
static void remember_act(Job *job, const HomeApp *found, DockerAct act)
{
    if (found->app->dialect == FLEET_DIALECT_NONE || act == DOCKER_START)
        return;
    const Deed deed = {.kind = act_deeds[act],
                       .application = found->app->name,
                       .engine = fleet_source_name(found->source),
                       .id = found->app->id};
    home_remember(job, &deed);
}

int home_act(Job *job, const HomeApp *found, DockerAct act, const char *done)
{
    g_autoptr(GError) error = NULL;
    if (!docker_engine_act(fleet_source_engine(found->source), act, found->app->id, job_cancel(job),
                           &error))
        return job_fail(job, error);
    remember_act(job, found, act);
    g_autofree char *name = sanitize_string(found->app->name);
    if (!job_json(job))
        job_text(job, "%s: %s", name, _(done));
    else
        job_emit(job,
                 json_pack("{s:s, s:s, s:o, s:s}", "name", found->app->name, "id", found->app->id,
                           "engine", home_engine(found->source), "done", act_words[act]));
    return EXIT_OK;
}

int home_confirm(Job *job, const Arguments *arguments, const HomeApp *found, const char *verb,
                 const char *lost)
{
    if (arguments_flag(arguments, "yes"))
        return EXIT_OK;
    g_autofree char *name = sanitize_string(found->app->name);
    g_autofree char *engine = sanitize_string(fleet_source_name(found->source));
    g_autofree char *address = sanitize_string(fleet_source_address(found->source));
    g_autofree char *state = fleet_app_state_text(found->app);
    switch (
        job_ask(job, _("%s %s (%s) on %s (%s)? %s"), verb, name, state, engine, address, lost)) {
    case JOB_ANSWER_YES:
        return EXIT_OK;
    case JOB_ANSWER_NO:
        if (cancel_is_set(job_cancel(job), NULL))
            return EXIT_CANCELLED;
        job_text(job, _("%s is left as it is"), name);
        return EXIT_ERROR;
    default:
        return verb_usage(job,
                          _("%s %s: there is no terminal to ask on; with --yes it is done "
                            "without asking"),
                          verb, name);
    }
}

const char *home_verdict_word(const Trust *trust)
{
    static const char *const words[N_VERDICTS] = {
        [VERDICT_TRUSTED] = N_("trusted"),
        [VERDICT_TRUSTED_WITH_WARNINGS] = N_("trusted with warnings"),
        [VERDICT_EXPIRED] = N_("EXPIRED"),
        [VERDICT_REJECTED] = N_("REJECTED"),
    };
    return trust->judged ? _(words[trust->verdict]) : _("unknown");
}

const char *home_ending_part(const LifeEnding *ending)
{
    if (ending->part != NULL)
        return ending->part;
    if (ending->by == NULL)
        return NULL;
    return g_str_equal(ending->by, "collateral") ? _("collateral") : _("certificate");
}

void home_add_ending(const Job *job, json_t *row, const LifeEnding *ending, int64_t now,
                     unsigned days)
{
    static const char *const names[] = {
        [TRUST_LASTS] = "lasts", [TRUST_ENDS_SOON] = "soon", [TRUST_ENDED] = "ended"};
    if (ending->end == 0)
        return;
    if (!job_json(job)) {
        g_autofree char *left = trust_ending_text(ending->end, now);
        g_autofree char *text = g_strdup_printf("%s, %s", left, home_ending_part(ending));
        json_object_set_new(row, "trust_ends", json_string(text));
        return;
    }
    json_object_set_new(row, "trust_ends", home_time(ending->end));
    json_object_set_new(row, "trust_days_left", json_integer(home_days_left(ending->end, now)));
    json_object_set_new(row, "trust_ends_by", json_string(ending->by));
    json_object_set_new(row, "trust_ending",
                        json_string(names[trust_ending(ending->end, now, days)]));
}
