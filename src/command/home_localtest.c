/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home localtest: a project tried on this machine, without an enclave.
 */
#include "config.h"

#include "command/home.h"
#include "command/home_tests.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "life/localtest.h"

static const char *const part_options[] = {"code", "config", "dockerfile", "test"};

/* How many of the four are given. */
static unsigned count_parts(const Arguments *arguments)
{
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(part_options); i++)
        n += arguments_value(arguments, part_options[i]) != NULL;
    return n;
}

static Project *open_parts(const Arguments *arguments, GError **error)
{
    const ProjectParts parts = {
        .code = arguments_value(arguments, "code"),
        .config = arguments_value(arguments, "config"),
        .dockerfile = arguments_value(arguments, "dockerfile"),
        .tests = arguments_value(arguments, "test"),
    };
    return project_of_parts(&parts, error);
}

static bool take_file(char **to, const char *path, GError **error)
{
    if (!path)
        return true;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_autofree char *safe = sanitize_string(path);
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_OPTION, _("%s: there is no such file"), safe);
        return false;
    }
    g_free(*to);
    *to = g_strdup(path);
    return true;
}

/* --secrets and --sealed-secrets stand in for the project's own. */
static Project *open_project(const Arguments *arguments, GError **error)
{
    const char *directory = arguments_value(arguments, "project");
    g_autoptr(Project) project =
        directory ? project_open(directory, error) : open_parts(arguments, error);
    if (!project || !take_file(&project->secrets, arguments_value(arguments, "secrets"), error) ||
        !take_file(&project->sealed_secrets, arguments_value(arguments, "sealed-secrets"), error))
        return NULL;
    return g_steal_pointer(&project);
}

static FleetSource *one_source(Job *job, const Arguments *arguments, GError **error)
{
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, error);
    if (!sources)
        return NULL;
    if (sources->len == 1)
        return fleet_source_ref(g_ptr_array_index(sources, 0));
    g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                        _("there are several engines: say which with --engine"));
    return NULL;
}

static int run_project(Job *job, const Arguments *arguments, const Project *project)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config = project_config_read(project->config, job_cancel(job), &error);
    g_autoptr(FleetSource) source = config ? one_source(job, arguments, &error) : NULL;
    if (!source)
        return job_fail(job, error);
    home_tests_warn(job, config);
    LifeListener listener = home_tests_listener(job);
    const LocaltestRequest request = {
        .engine = fleet_source_engine(source),
        .project = project,
        .config = config,
        .no_tests = arguments_flag(arguments, "no-tests"),
        .listener = &listener,
    };
    LocaltestOutcome outcome;
    if (!localtest_run(&request, &outcome, job_cancel(job), &error))
        return job_fail(job, error);
    if (!job_json(job) && outcome.peak_memory > 0) {
        g_autofree char *peak = units_size(outcome.peak_memory);
        job_text(job, _("Most memory that the application used: %s"), peak);
    }
    return home_tests_end(job, config->name, outcome.status, outcome.peak_memory);
}

static int run_localtest(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    unsigned n = count_parts(arguments);
    bool whole = arguments_value(arguments, "project") != NULL;
    if (whole ? n > 0 : n < G_N_ELEMENTS(part_options))
        return verb_usage(job, _("home localtest: what? Either --project DIR, or all of --code, "
                                 "--config, --dockerfile and --test"));
    g_autoptr(Project) project = open_project(arguments, &error);
    return project ? run_project(job, arguments, project) : job_fail(job, error);
}

static const VerbOption options[] = {
    {.name = "project",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("the project's directory, as \"home scaffold\" makes it")},
    {.name = "code",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("instead of --project: the directory of the code")},
    {.name = "config",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the configuration (mse.toml)")},
    {.name = "dockerfile",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the Dockerfile; its directory is what the image is built from")},
    {.name = "test",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("the directory of the tests")},
    {.name = "secrets",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("secrets to mount, instead of the project's secrets.json")},
    {.name = "sealed-secrets",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("secrets to mount as the sealed ones, instead of secrets_to_seal.json")},
    {.name = "no-tests",
     .kind = ARGUMENT_NONE,
     .help = N_("keep the application up and follow its log, until Ctrl-C")},
    HOME_ENGINE_OPTION,
    {0},
};

const Verb verb_home_localtest = {
    .words = "home localtest",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("try a project on this machine, without an enclave"),
    .description =
        N_("Builds the project's image, runs it with the code and the secrets mounted, waits 60 "
           "seconds at most until the application is healthy at http://127.0.0.1:5000, and runs "
           "its tests as \"home test\" does; exit status is theirs. When something fails the "
           "container's log is shown. The container and the image, NAME_test, are removed however "
           "it ends. Secrets are not sent to the engine's builder."),
    .options = options,
    .columns = home_tests_columns,
    .flags = VERB_STREAM,
    .run = run_localtest,
};
