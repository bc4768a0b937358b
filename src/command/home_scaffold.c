/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "app/scaffold.h"
#include "command/spelling.h"
#include "core/i18n.h"
#include "core/sanitize.h"

static json_t *files_json(const Dialect *dialect)
{
    g_auto(GStrv) files = project_scaffold_files(dialect);
    json_t *array = json_array();
    for (char **file = files; *file != NULL; file++)
        json_array_append_new(array, json_string(*file));
    return array;
}

static void show_text(Job *job, const char *shown, const Dialect *dialect)
{
    g_auto(GStrv) files = project_scaffold_files(dialect);
    job_text(job, _("Made: %s, a project of %s"), shown, dialect->product);
    for (char **file = files; *file != NULL; file++)
        job_text(job, "  %s/%s", shown, *file);
    g_autofree char *quoted = g_shell_quote(shown);
    job_text(job, _("Next: %s%s%s localtest --project %s"), dialect->program,
             *dialect->group != '\0' ? " " : "", dialect->group, quoted);
}

static int run_scaffold(Job *job, const Arguments *arguments)
{
    const char *path = g_ptr_array_index(arguments_operands(arguments), 0);
    const Dialect *dialect = spelling_dialect();
    g_autoptr(GError) error = NULL;
    if (!project_scaffold(path, dialect, &error))
        return job_fail(job, error);
    g_autofree char *shown = sanitize_string(path);
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:s, s:o}", "directory", shown, "product", dialect->product,
                                "files", files_json(dialect)));
    else
        show_text(job, shown, dialect);
    return EXIT_OK;
}

static const VerbOption options[] = {{0}};

const Verb verb_home_scaffold = {
    .words = "home scaffold",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("make the directory of a new project"),
    .description =
        N_("The directory NAME is made with a small application that works, its tests, its "
           "Dockerfile, its configuration, and secrets made up for it. A directory that is there "
           "is never touched. Called as \"cenclave\", the project is one of Cosmian Enclave."),
    .options = options,
    .run = run_scaffold,
};
