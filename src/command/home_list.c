/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "core/clock.h"
#include "app/settings.h"
#include "core/i18n.h"
#include "core/sanitize.h"

/* The state is a word of people's in a table, and one of programs' in JSON. */
static json_t *state_of(const Job *job, const FleetApp *app)
{
    g_autofree char *text = fleet_app_state_text(app);
    return json_string(job_json(job) ? fleet_app_state_word(app) : text);
}

/* What all rows have in common. */
typedef struct List {
    Job *job;
    int64_t now;
    unsigned days; /* before an end, from which it is warned about */
    LifeEndings *endings;
    GPtrArray *ending; /* char*: what ends soon or has ended */
} List;

static json_t *row_of(const List *list, const FleetApp *app, const FleetSource *source,
                      const LifeEnding *ending)
{
    const Job *job = list->job;
    int64_t now = list->now;
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
    home_add_ending(job, row, ending, now, list->days);
    return row;
}

static void note_ending(const List *list, const FleetApp *app, const LifeEnding *ending)
{
    if (trust_ending(ending->end, list->now, list->days) == TRUST_LASTS)
        return;
    g_autofree char *left = trust_ending_text(ending->end, list->now);
    g_autofree char *name = sanitize_string(app->name);
    g_ptr_array_add(list->ending,
                    g_strdup_printf("%s (%s, %s)", name, home_ending_part(ending), left));
}

static void emit(const List *list, const FleetApp *app, FleetSource *source)
{
    g_auto(LifeEnding) ending = {0};
    if (fleet_source_has(source, app))
        life_ending_find(list->endings, source, app, false, &ending, job_cancel(list->job));
    note_ending(list, app, &ending);
    job_emit(list->job, row_of(list, app, source, &ending));
}

/* One sentence, however many they are. */
static void warn_of_ends(const List *list)
{
    enum { NAMED = 5 };
    g_autoptr(GString) names = g_string_new(NULL);
    unsigned n = list->ending->len;
    for (unsigned i = 0; i < MIN(n, (unsigned)NAMED); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", (char *)list->ending->pdata[i]);
    if (n > NAMED)
        g_string_append(names, ", …");
    if (n > 0)
        job_warn(list->job,
                 P_("trust in %u application ends soon or has ended: %s",
                    "trust in %u applications ends soon or has ended: %s", n),
                 n, names->str);
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

static void list(Job *job, const GPtrArray *apps, const GPtrArray *sources,
                 const Settings *settings)
{
    g_autoptr(LifeEndings) endings = life_endings_new(settings);
    g_autoptr(GPtrArray) ending = g_ptr_array_new_with_free_func(g_free);
    List list = {.job = job,
                 .now = clock_now(),
                 .days = (unsigned)settings_number(settings, SETTING_ALARM_EXPIRY_DAYS),
                 .endings = endings,
                 .ending = ending};
    for (guint i = 0; i < apps->len && !cancel_is_set(job_cancel(job), NULL); i++) {
        const FleetApp *app = g_ptr_array_index(apps, i);
        emit(&list, app, g_ptr_array_index(sources, app->source));
    }
    warn_of_ends(&list);
}

static int run_list(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, &error);
    g_autoptr(Settings) settings = sources ? settings_load(&error) : NULL;
    if (!settings)
        return job_fail(job, error);
    g_autofree GError **errors = g_new0(GError *, sources->len);
    bool all = arguments_flag(arguments, "all-containers");
    g_autoptr(GPtrArray) apps = fleet_list_once((FleetSource *const *)sources->pdata, sources->len,
                                                all, errors, job_cancel(job));
    int status = say_errors(job, errors, sources->len);
    list(job, apps, sources, settings);
    if (apps->len == 0 && status == EXIT_OK && !job_json(job))
        job_text(job, "%s",
                 all ? _("There are no containers.")
                     : _("There are no applications; --all-containers shows other containers."));
    return status == EXIT_OK && cancel_is_set(job_cancel(job), NULL) ? EXIT_CANCELLED : status;
}

static const VerbOption options[] = {HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"state", N_("state"), COLUMN_TEXT, NULL, false},
    {"port", N_("port"), COLUMN_NUMBER, NULL, false},
    {"size", N_("size"), COLUMN_BYTES, NULL, false},
    HOME_ENDING_COLUMNS,
    {"image", N_("image"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, true},
    {"dialect", N_("dialect"), COLUMN_TEXT, NULL, true},
    {"exit_code", N_("exit status"), COLUMN_NUMBER, NULL, true},
    {"address", N_("address"), COLUMN_TEXT, NULL, true},
    {"created", N_("created"), COLUMN_TIME, NULL, true},
    {"expires", N_("expires"), COLUMN_TIME, NULL, true},
    {"days_left", N_("days left"), COLUMN_NUMBER, NULL, true},
    {0},
};

const Verb verb_home_list = {
    .words = "home list",
    .operands = "",
    .help = N_("list the applications of the engines, stopped ones too"),
    .description = N_("Applications are containers with the label mse-home or cenclave, those of "
                      "\"mse-console demo --docker\" left out. Nothing but the engines is asked: "
                      "the state is theirs. Trust ends with the "
                      "certificate or the collateral, whichever ends first: of evidence that is in "
                      "a directory of this machine, judged as the settings say; where there is "
                      "none, with the certificate that the application was started with. What "
                      "ends within the days of the settings ([alarm] expiry_days) is warned "
                      "about."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY,
    .run = run_list,
};
