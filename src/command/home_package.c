/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home_life.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "life/pack.h"

static const char *const part_options[] = {"code", "config", "dockerfile", "test"};

static Project *open_project(const Arguments *arguments, GError **error)
{
    const char *directory = arguments_value(arguments, "project");
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(part_options); i++)
        n += arguments_value(arguments, part_options[i]) != NULL;
    if (directory && n == 0)
        return project_open(directory, error);
    const ProjectParts parts = {.code = arguments_value(arguments, "code"),
                                .config = arguments_value(arguments, "config"),
                                .dockerfile = arguments_value(arguments, "dockerfile"),
                                .tests = arguments_value(arguments, "test")};
    if (!directory && n == G_N_ELEMENTS(part_options))
        return project_of_parts(&parts, error);
    g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                        _("home package: of what? --project DIR, or all of --code DIR, --config "
                          "FILE, --dockerfile FILE and --test DIR"));
    return NULL;
}

static void say(Job *job, const LifePack *pack, const PackageMade *made, const char *tag)
{
    g_autofree char *path = sanitize_string(made->path), *size = units_size(made->size);
    g_autofree char *key = made->key_path ? sanitize_string(made->key_path) : NULL;
    for (guint i = 0; i < made->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(made->warnings, i));
    job_made(job, "package", made->path);
    if (made->key_path)
        job_made(job, "key", made->key_path);
    if (job_json(job)) {
        job_emit(job, json_pack("{s:s, s:s, s:s?, s:s, s:I, s:I, s:I}", "name", pack->config->name,
                                "package", made->path, "key", made->key_path, "image", tag, "size",
                                (json_int_t)made->size, "code_files", (json_int_t)made->n_code,
                                "test_files", (json_int_t)made->n_tests));
        return;
    }
    job_text(job, _("Package: %s (%s; files of code: %u, of tests: %u)"), path, size, made->n_code,
             made->n_tests);
    if (!key)
        return;
    job_text(job, _("Key of the code: %s"), key);
    job_text(job,
             _("  Whoever has it reads the code: seal it for the enclave, or give it to \"home "
               "run --key\"; it never goes with the package."));
}

static void remember(Job *job, const FleetSource *source, const LifePack *pack,
                     const PackageMade *made)
{
    json_t *what = json_array();
    g_autofree char *path = g_canonicalize_filename(made->path, NULL);
    json_array_append_new(what, deed_item("package", path, made->size, NULL));
    if (made->key_path) {
        g_autofree char *key = g_canonicalize_filename(made->key_path, NULL);
        json_array_append_new(what, deed_item("code_key", key, 32, NULL));
    }
    const Deed deed = {.kind = DEED_PACKAGE,
                       .application = pack->config->name,
                       .engine = fleet_source_name(source),
                       .what = what};
    home_remember(job, &deed);
    json_decref(what);
}

static int pack_project(Job *job, const Arguments *arguments, const Project *project)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config = project_config_read(project->config, job_cancel(job), &error);
    g_autoptr(FleetSource) source = config ? home_one_source(job, arguments, &error) : NULL;
    if (!source)
        return job_fail(job, error);
    for (guint i = 0; i < config->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(config->warnings, i));
    const LifeListener listener = home_listener(job);
    const char *output = arguments_value(arguments, "output");
    const LifePack pack = {.engine = fleet_source_engine(source),
                           .project = project,
                           .config = config,
                           .output = output ? output : ".",
                           .encrypt = arguments_flag(arguments, "encrypt"),
                           .cancel = job_cancel(job),
                           .listener = &listener};
    g_autofree char *tag = NULL;
    g_autoptr(PackageMade) made = life_pack(&pack, &tag, &error);
    if (!made)
        return job_fail(job, error);
    remember(job, source, &pack, made);
    say(job, &pack, made, tag);
    return EXIT_OK;
}

static int run_package(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Project) project = open_project(arguments, &error);
    return project ? pack_project(job, arguments, project) : job_fail(job, error);
}

static const VerbOption options[] = {
    {.name = "project",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("a project, as \"scaffold\" makes it")},
    {.name = "code",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("instead of --project: the directory with the code")},
    {.name = "config",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("with --code: the configuration, mse.toml or config.toml")},
    {.name = "dockerfile",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("with --code: the Dockerfile; its directory is the build context")},
    {.name = "test",
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("with --code: the directory with the tests")},
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "DIR",
     .help = N_("where the package goes; default: this directory")},
    {.name = "encrypt",
     .kind = ARGUMENT_NONE,
     .help = N_("encrypt the code, with a new key beside the package")},
    HOME_ONE_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"package", N_("package"), COLUMN_TEXT, NULL, false},
    {"key", N_("key"), COLUMN_TEXT, NULL, false},
    {"image", N_("image"), COLUMN_TEXT, NULL, false},
    {"size", N_("size"), COLUMN_BYTES, "bytes", false},
    {"code_files", N_("files of code"), COLUMN_NUMBER, NULL, false},
    {"test_files", N_("files of tests"), COLUMN_NUMBER, NULL, false},
    {0},
};

const Verb verb_home_package = {
    .words = "home package",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("make the package of a project: its code, its image, its tests"),
    .description =
        N_("The image is built by the engine from the Dockerfile's directory; of that, what is "
           "secret by its name (secrets.json, secrets_to_seal.json, *.key) and what .dockerignore "
           "names stays here, and what is sent is said. It is then streamed into the package, and "
           "removed from the engine. The package is written whole or not at all; a key is readable "
           "by its owner alone, and is never printed."),
    .options = options,
    .columns = columns,
    .flags = VERB_STREAM,
    .run = run_package,
};
