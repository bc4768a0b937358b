/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home test: an application's tests, run against it where it is.
 */
#include "config.h"

#include "command/home_life.h"
#include "command/home_tests.h"

#include "app/project.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/venv.h"

#include <string.h>

/* ---- what the verbs that test share ---- */

/* With --json, what others say is a row a line: the tests' output is what is asked for. */
static void on_output(const char *line, void *data)
{
    Job *job = data;
    if (job_json(job)) {
        g_autofree char *valid = g_utf8_make_valid(line, -1);
        job_emit(job, json_pack("{s:s}", "line", valid));
        return;
    }
    g_autofree char *whole = g_strconcat(line, "\n", NULL);
    job_raw(job, whole, strlen(whole));
}

LifeListener home_tests_listener(Job *job)
{
    LifeListener listener = home_listener(job);
    listener.output = on_output;
    return listener;
}

void home_tests_warn(Job *job, const ProjectConfig *config)
{
    for (guint i = 0; i < config->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(config->warnings, i));
}

const VerbColumn home_tests_columns[] = {
    {"line", N_("line"), COLUMN_TEXT, NULL, false},
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"exit_status", N_("exit status"), COLUMN_NUMBER, NULL, false},
    {"peak_memory", N_("peak memory"), COLUMN_BYTES, NULL, false},
    {0},
};

int home_tests_end(Job *job, const char *name, int status, uint64_t peak_memory)
{
    g_autofree char *safe = sanitize_string(name);
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:i, s:o}", "name", name, "exit_status", status,
                                "peak_memory", home_bytes(peak_memory)));
    else if (status == 0)
        job_text(job, _("%s: its tests passed"), safe);
    if (status != 0)
        job_warn(job, _("the tests of %s failed (exit status %d)"), safe, status);
    return status;
}

/* ---- home test ---- */

static bool check_running(const FleetApp *app, GError **error)
{
    if (app->state == FLEET_STATE_RUNNING && app->port != 0)
        return true;
    g_autofree char *name = sanitize_string(app->name);
    g_autofree char *state = fleet_app_state_text(app);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_STATE,
                _("%s cannot be tested: it is %s; \"mse-console home restart %s\" starts it"), name,
                state, name);
    return false;
}

/* Certificates are made for "localhost": what is published on every address is reached by that
 * name. */
static char *remote_url(const HomeApp *found)
{
    g_autofree char *url = fleet_app_url(found->source, found->app, "");
    static const char loopback[] = "https://127.0.0.1:";
    if (!g_str_has_prefix(url, loopback))
        return g_steal_pointer(&url);
    return g_strconcat("https://localhost:", url + strlen(loopback), NULL);
}

static int run_tests(Job *job, const HomeApp *found, const ProjectConfig *config, const char *tests)
{
    g_autoptr(GError) error = NULL;
    LifeListener listener = home_tests_listener(job);
    Cancel *cancel = job_cancel(job);
    g_autoptr(Venv) venv =
        venv_new((const char *const *)config->tests_requirements, &listener, cancel, &error);
    if (!venv)
        return job_fail(job, error);
    g_autofree char *url = remote_url(found);
    g_autofree char *variable = g_strconcat("TEST_REMOTE_URL=", url, NULL);
    const char *changes[] = {variable, NULL};
    int status =
        venv_run_module(venv, config->tests_cmd, tests, changes, &listener, cancel, &error);
    if (status < 0)
        return job_fail(job, error);
    return home_tests_end(job, found->app->name, status, 0);
}

static int run_test(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    const char *tests = arguments_value(arguments, "test");
    const char *path = arguments_value(arguments, "config");
    if (!tests || !path)
        return verb_usage(job, _("home test: which tests? --test DIR and --config FILE, as "
                                 "\"home spawn\" left them in its output directory"));
    if (!g_file_test(tests, G_FILE_TEST_IS_DIR)) {
        g_autofree char *safe = sanitize_string(tests);
        return verb_usage(job, _("home test: --test %s: it is no directory"), safe);
    }
    g_autoptr(ProjectConfig) config = project_config_read(path, job_cancel(job), &error);
    if (!config)
        return job_fail(job, error);
    home_tests_warn(job, config);
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!home_find(job, arguments, name, &found, &error) || !check_running(found.app, &error))
        return job_fail(job, error);
    return run_tests(job, &found, config, tests);
}

static const VerbOption options[] = {
    {.name = "test",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("the directory of the tests; they are run in it")},
    {.name = "config",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the configuration that says how (mse.toml): tests_cmd, tests_requirements")},
    HOME_ENGINE_OPTION,
    {0},
};

const Verb verb_home_test = {
    .words = "home test",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("run the tests of an application against it"),
    .description =
        N_("Runs \"python3 -m\" with tests_cmd of the configuration in DIR, with TEST_REMOTE_URL "
           "in its environment; what it prints is passed on, its exit status is this one's. The "
           "python3 in PATH lends itself and what it has; what else tests_requirements asks for is "
           "installed by pip (PIP_INDEX_URL and PIP_FIND_LINKS count) into a virtual environment "
           "that is removed afterwards."),
    .options = options,
    .columns = home_tests_columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_test,
};
