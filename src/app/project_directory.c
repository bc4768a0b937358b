/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/project.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

void project_free(Project *project)
{
    if (project == NULL)
        return;
    g_free(project->code);
    g_free(project->config);
    g_free(project->dockerfile);
    g_free(project->tests);
    g_free(project->secrets);
    g_free(project->sealed_secrets);
    g_free(project);
}

static bool fail_kind(const char *path, const char *what, const char *found, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_KIND, _("%s, which should be %s, is %s"), shown,
                what, found);
    return false;
}

/* A link may lead to it: the user arranged that. */
static bool check_kind(const char *path, mode_t kind, const char *what, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail_kind(path, what, _("not there"), error);
    if ((status.st_mode & S_IFMT) != kind)
        return fail_kind(path, what, file_kind(status.st_mode), error);
    return true;
}

static bool check_parts(const Project *project, GError **error)
{
    return check_kind(project->config, S_IFREG, _("the configuration"), error) &&
           check_kind(project->code, S_IFDIR, _("the directory of the code"), error) &&
           check_kind(project->dockerfile, S_IFREG, _("the Dockerfile"), error) &&
           check_kind(project->tests, S_IFDIR, _("the directory of the tests"), error);
}

/* A path in the directory, when a file is there. */
static char *file_in(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

/* The one dialect whose configuration is there. */
static const Dialect *dialect_in(const char *directory, GError **error)
{
    const Dialect *found = NULL;
    g_autofree char *shown = sanitize_string(directory);
    for (unsigned i = 0; dialects[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(directory, dialects[i]->config_name, NULL);
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        if (found != NULL) {
            g_set_error(
                error, PROJECT_ERROR, PROJECT_ERROR_BOTH,
                _("%s has both %s and %s: which one is meant is not guessed; move one away"), shown,
                found->config_name, dialects[i]->config_name);
            return NULL;
        }
        found = dialects[i];
    }
    if (found == NULL)
        g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_KIND,
                    _("%s is no project: neither %s nor %s is in it"), shown,
                    dialect_mse.config_name, dialect_cenclave.config_name);
    return found;
}

Project *project_open(const char *directory, GError **error)
{
    if (!check_kind(directory, S_IFDIR, _("the directory of a project"), error))
        return NULL;
    const Dialect *dialect = dialect_in(directory, error);
    if (dialect == NULL)
        return NULL;
    g_autoptr(Project) project = g_new0(Project, 1);
    project->dialect = dialect;
    project->code = g_build_filename(directory, dialect->code_name, NULL);
    project->config = g_build_filename(directory, dialect->config_name, NULL);
    project->dockerfile = g_build_filename(directory, "Dockerfile", NULL);
    project->tests = g_build_filename(directory, "tests", NULL);
    project->secrets = file_in(directory, "secrets.json");
    project->sealed_secrets = file_in(directory, "secrets_to_seal.json");
    return check_parts(project, error) ? g_steal_pointer(&project) : NULL;
}

Project *project_of_parts(const ProjectParts *parts, GError **error)
{
    g_autoptr(Project) project = g_new0(Project, 1);
    const Dialect *named = dialect_of_config(parts->config);
    g_autofree char *beside = g_path_get_dirname(parts->config);
    project->dialect = named != NULL ? named : &dialect_mse;
    project->code = g_strdup(parts->code);
    project->config = g_strdup(parts->config);
    project->dockerfile = g_strdup(parts->dockerfile);
    project->tests = g_strdup(parts->tests);
    project->secrets = file_in(beside, "secrets.json");
    project->sealed_secrets = file_in(beside, "secrets_to_seal.json");
    return check_parts(project, error) ? g_steal_pointer(&project) : NULL;
}
