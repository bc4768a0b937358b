/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "core/clock.h"
#include "core/i18n.h"

/* The state is a word of people's in a table, and one of programs' in JSON. */
static json_t *state_of(const Job *job, const FleetApp *app)
{
    g_autofree char *text = fleet_app_state_text(app);
    return json_string(job_json(job) ? fleet_app_state_word(app) : text);
}

static json_t *row_of(const Job *job, const FleetApp *app, const FleetSource *source, int64_t now)
{
    json_t *row = json_object();
    json_object_set_new(row, "name", json_string(app->name));
    json_object_set_new(row, "state", state_of(job, app));
    if (app->port)
        json_object_set_new(row, "port", json_integer(app->port));
    json_object_set_new(row, "size", home_bytes(app->size));
    if (app->expires)
        json_object_set_new(row, "days_left", json_integer(home_days_left(app->expires, now)));
    json_object_set_new(row, "image", home_text(app->image));
    json_object_set_new(row, "engine", home_engine(source));
    json_object_set_new(row, "id", json_string(app->id));
    json_object_set_new(row, "dialect", home_text(fleet_dialect_name(app->dialect)));
    if (app->has_exit_code)
        json_object_set_new(row, "exit_code", json_integer(app->exit_code));
    json_object_set_new(row, "address", home_text(app->address));
    json_object_set_new(row, "created", home_time(app->created));
    json_object_set_new(row, "expires", home_time(app->expires));
    return row;
}

/* What one engine could not tell does not hide what another one did. */
static int say_errors(Job *job, GError **errors, size_t n)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < n; i++) {
        if (errors[i] && status != EXIT_CANCELLED)
            status = job_fail(job, errors[i]);
        g_clear_error(&errors[i]);
    }
    return status;
}

static int run_list(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, &error);
    if (!sources)
        return job_fail(job, error);
    g_autofree GError **errors = g_new0(GError *, sources->len);
    bool all = arguments_flag(arguments, "all-containers");
    g_autoptr(GPtrArray) apps = fleet_list_once((FleetSource *const *)sources->pdata, sources->len,
                                                all, errors, job_cancel(job));
    int status = say_errors(job, errors, sources->len);
    int64_t now = clock_now();
    for (guint i = 0; i < apps->len; i++) {
        const FleetApp *app = g_ptr_array_index(apps, i);
        job_emit(job, row_of(job, app, g_ptr_array_index(sources, app->source), now));
    }
    if (apps->len == 0 && status == EXIT_OK && !job_json(job))
        job_text(job, "%s",
                 all ? _("There are no containers.")
                     : _("There are no applications; --all-containers shows other containers."));
    return status;
}

static const VerbOption options[] = {HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"state", N_("state"), COLUMN_TEXT, NULL, false},
    {"port", N_("port"), COLUMN_NUMBER, NULL, false},
    {"size", N_("size"), COLUMN_BYTES, NULL, false},
    {"days_left", N_("days left"), COLUMN_NUMBER, NULL, false},
    {"image", N_("image"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, true},
    {"dialect", N_("dialect"), COLUMN_TEXT, NULL, true},
    {"exit_code", N_("exit status"), COLUMN_NUMBER, NULL, true},
    {"address", N_("address"), COLUMN_TEXT, NULL, true},
    {"created", N_("created"), COLUMN_TIME, NULL, true},
    {"expires", N_("expires"), COLUMN_TIME, NULL, true},
    {0},
};

const Verb verb_home_list = {
    .words = "home list",
    .operands = "",
    .help = N_("list the applications of the engines, stopped ones too"),
    .description = N_("Applications are containers with the label mse-home or cenclave. Nothing "
                      "but the engines is asked: the state is theirs."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY,
    .run = run_list,
};
