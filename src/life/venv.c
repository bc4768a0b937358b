/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/venv.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/exec.h"
#include "core/sanitize.h"

#include <string.h>

struct Venv {
    char *directory;
    char *python;       /* its interpreter */
    char **environment; /* of what runs in it */
};

/* Python looks for modules in the current directory first, whatever is there and whoever put it
 * there; nothing of ours is to come from it. The tests themselves run where they are. */
#define NOT_FROM_HERE "import sys\nif sys.path[:1] == ['']:\n    del sys.path[0]\n"
#define MODULE(name)                                      \
    NOT_FROM_HERE "import runpy\nrunpy.run_module('" name \
                  "', run_name='__main__', alter_sys=True)\n"

/* Which of its words are not satisfied; each on a line. Whatever parser of requirements this
 * Python has is used: `packaging` itself, or pip's copy. Without any, a bare name can be told. */
static const char missing_script[] = NOT_FROM_HERE
    "import importlib.metadata as metadata, re, sys\n"
    "try:\n"
    "    from packaging.requirements import Requirement\n"
    "except ImportError:\n"
    "    try:\n"
    "        from pip._vendor.packaging.requirements import Requirement\n"
    "    except ImportError:\n"
    "        Requirement = None\n"
    "def satisfied(text):\n"
    "    try:\n"
    "        if Requirement is None:\n"
    "            return bool(re.fullmatch(r'[A-Za-z0-9._-]+', text) and metadata.version(text))\n"
    "        wanted = Requirement(text)\n"
    "        if wanted.marker and not wanted.marker.evaluate():\n"
    "            return True\n"
    "        version = metadata.version(wanted.name)\n"
    "        return not wanted.extras and wanted.specifier.contains(version, prereleases=True)\n"
    "    except Exception:\n"
    "        return False\n"
    "for text in sys.argv[1:]:\n"
    "    if not satisfied(text):\n"
    "        print(text)\n";

/* What would lead it out of its directory, or lead something else in. */
static const char *const kept_out[] = {"PYTHONHOME", "PYTHONUSERBASE", "PIP_USER", "PIP_TARGET",
                                       "PIP_PREFIX", "PIP_ROOT",       NULL};

/* ---- running something ---- */

/* Cuts output into lines for a listener, and keeps the last one. */
typedef struct Lines {
    const LifeListener *listener;
    GString *line;
    char *last; /* that was not empty */
} Lines;

static void end_line(Lines *lines)
{
    life_output(lines->listener, lines->line->str);
    if (lines->line->len > 0) {
        g_free(lines->last);
        lines->last = g_strdup(lines->line->str);
    }
    g_string_truncate(lines->line, 0);
}

static void on_output(const void *bytes, size_t size, void *data)
{
    Lines *lines = data;
    const char *text = bytes;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' || lines->line->len >= limit_bytes(LIMIT_LOG_LINE))
            end_line(lines);
        if (text[i] != '\n' && text[i] != '\0')
            g_string_append_c(lines->line, text[i]);
    }
}

static int run_told(const ExecRun *wanted, const LifeListener *listener, char **last,
                    Cancel *cancel, GError **error)
{
    Lines lines = {.listener = listener, .line = g_string_new(NULL)};
    ExecRun run = *wanted;
    run.output = on_output;
    run.data = &lines;
    int status = exec_run(&run, cancel, error);
    if (lines.line->len > 0)
        end_line(&lines);
    g_string_free(lines.line, TRUE);
    if (last != NULL)
        *last = g_steal_pointer(&lines.last);
    g_free(lines.last);
    return status;
}

static void on_text(const void *bytes, size_t size, void *data)
{
    GString *text = data;
    if (text->len < limit_bytes(LIMIT_LOG_LINE))
        g_string_append_len(text, bytes, (gssize)size);
}

/* ---- making it ---- */

static char *find_python(GError **error)
{
    char *python = g_find_program_in_path("python3");
    if (python == NULL)
        g_set_error_literal(error, LIFE_ERROR, LIFE_ERROR_PLATFORM,
                            _("tests are Python, and there is no python3 in PATH; install it (on "
                              "Debian: python3 and python3-venv), or put it in PATH"));
    return python;
}

static void fail_with(const char *what, const char *last, GError **error)
{
    g_autofree char *safe = sanitize_string(last);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_PLATFORM, "%s: %s", what,
                *safe != '\0' ? safe : _("it does not say why"));
}

/* Without pip: that takes seconds, and is seldom needed; the system's serves as well. */
static bool create(Venv *venv, const char *python, const LifeListener *listener, Cancel *cancel,
                   GError **error)
{
    const char *words[] = {
        python,          "-c", MODULE("venv"), "--system-site-packages", "--without-pip",
        venv->directory, NULL};
    const ExecRun run = {.words = words};
    g_autofree char *last = NULL;
    life_progress(listener, _("making a virtual environment"));
    int status = run_told(&run, NULL, &last, cancel, error);
    if (status > 0)
        fail_with(_("python3 cannot make a virtual environment (on Debian: python3-venv)"), last,
                  error);
    return status == 0;
}

static void set_environment(Venv *venv)
{
    g_autofree char *bin = g_build_filename(venv->directory, "bin", NULL);
    const char *path = g_getenv("PATH");
    g_autofree char *longer = g_strdup_printf("%s:%s", bin, path != NULL ? path : "/usr/bin:/bin");
    char **environment = g_get_environ();
    for (const char *const *name = kept_out; *name != NULL; name++)
        environment = g_environ_unsetenv(environment, *name);
    environment = g_environ_setenv(environment, "PATH", longer, TRUE);
    environment = g_environ_setenv(environment, "VIRTUAL_ENV", venv->directory, TRUE);
    environment = g_environ_setenv(environment, "PYTHONNOUSERSITE", "1", TRUE);
    environment = g_environ_setenv(environment, "PYTHONDONTWRITEBYTECODE", "1", TRUE);
    environment = g_environ_setenv(environment, "PYTHONUNBUFFERED", "1", TRUE);
    environment = g_environ_setenv(environment, "PIP_DISABLE_PIP_VERSION_CHECK", "1", TRUE);
    environment = g_environ_setenv(environment, "PIP_NO_INPUT", "1", TRUE);
    venv->environment = environment;
}

/* A requirement that begins with a dash would be an option of pip's. */
static bool check_requirements(const char *const *requirements, GError **error)
{
    for (; *requirements != NULL; requirements++) {
        if (**requirements != '-' && **requirements != '\0' &&
            strpbrk(*requirements, "\r\n") == NULL)
            continue;
        g_autofree char *safe = sanitize_string(*requirements);
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_OPTION,
                    _("tests_requirements: \"%s\" is no requirement; expected names of packages, "
                      "for example \"requests\" or \"requests>=2.28\""),
                    safe);
        return false;
    }
    return true;
}

static GPtrArray *words_of(const Venv *venv, const char *const *first, const char *const *then)
{
    GPtrArray *words = g_ptr_array_new();
    g_ptr_array_add(words, venv->python);
    for (; *first != NULL; first++)
        g_ptr_array_add(words, (char *)*first);
    for (; *then != NULL; then++)
        g_ptr_array_add(words, (char *)*then);
    g_ptr_array_add(words, NULL);
    return words;
}

static ExecRun run_of(const Venv *venv, const GPtrArray *words)
{
    return (ExecRun){.words = (const char *const *)words->pdata,
                     .environment = (const char *const *)venv->environment};
}

/* NULL-terminated, maybe none; NULL with an error. */
static char **find_missing(const Venv *venv, const char *const *requirements, Cancel *cancel,
                           GError **error)
{
    static const char *const script[] = {"-c", missing_script, NULL};
    g_autoptr(GPtrArray) words = words_of(venv, script, requirements);
    g_autoptr(GString) text = g_string_new(NULL);
    ExecRun run = run_of(venv, words);
    run.output = on_text;
    run.data = text;
    int status = exec_run(&run, cancel, error);
    if (status > 0)
        fail_with(_("python3 cannot tell what is installed"), text->str, error);
    if (status != 0)
        return NULL;
    g_strchomp(text->str);
    return g_strsplit(text->str, "\n", -1);
}

static bool has_pip(const Venv *venv, Cancel *cancel)
{
    static const char *const version[] = {"-c", MODULE("pip"), "--version", NULL};
    static const char *const nothing[] = {NULL};
    g_autoptr(GPtrArray) words = words_of(venv, version, nothing);
    const ExecRun run = run_of(venv, words);
    return exec_run(&run, cancel, NULL) == 0;
}

static bool add_pip(const Venv *venv, const char *names, Cancel *cancel, GError **error)
{
    static const char *const ensure[] = {"-c", MODULE("ensurepip"), NULL};
    static const char *const nothing[] = {NULL};
    if (has_pip(venv, cancel))
        return true;
    g_autoptr(GPtrArray) words = words_of(venv, ensure, nothing);
    const ExecRun run = run_of(venv, words);
    int status = exec_run(&run, cancel, error);
    if (status > 0)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_PLATFORM,
                    _("the tests want %s, and this Python has no pip to install it with (on "
                      "Debian: python3-pip, or the packages themselves, python3-NAME)"),
                    names);
    return status == 0;
}

static bool install(const Venv *venv, char **missing, const LifeListener *listener, Cancel *cancel,
                    GError **error)
{
    static const char *const pip[] = {"-c", MODULE("pip"), "install", "--quiet", "--", NULL};
    g_autofree char *raw = g_strjoinv(", ", missing);
    g_autofree char *names = sanitize_string(raw);
    if (!add_pip(venv, names, cancel, error))
        return false;
    life_progress(listener, _("installing what the tests want"));
    g_autoptr(GPtrArray) words = words_of(venv, pip, (const char *const *)missing);
    const ExecRun run = run_of(venv, words);
    g_autofree char *last = NULL;
    int status = run_told(&run, listener, &last, cancel, error);
    if (status > 0) {
        g_autofree char *what = g_strdup_printf(_("pip cannot install %s"), names);
        fail_with(what, last, error);
    }
    return status == 0;
}

static bool require(const Venv *venv, const char *const *requirements, const LifeListener *listener,
                    Cancel *cancel, GError **error)
{
    if (*requirements == NULL)
        return true;
    g_auto(GStrv) missing = find_missing(venv, requirements, cancel, error);
    if (missing == NULL)
        return false;
    return *missing == NULL || install(venv, missing, listener, cancel, error);
}

Venv *venv_new(const char *const *requirements, const LifeListener *listener, Cancel *cancel,
               GError **error)
{
    if (!check_requirements(requirements, error))
        return NULL;
    g_autofree char *python = find_python(error);
    if (python == NULL)
        return NULL;
    g_autoptr(Venv) venv = g_new0(Venv, 1);
    venv->directory = g_dir_make_tmp("mse-console-venv-XXXXXX", error);
    if (venv->directory == NULL || !create(venv, python, listener, cancel, error))
        return NULL;
    venv->python = g_build_filename(venv->directory, "bin", "python3", NULL);
    set_environment(venv);
    if (!require(venv, requirements, listener, cancel, error))
        return NULL;
    return g_steal_pointer(&venv);
}

void venv_free(Venv *venv)
{
    if (venv == NULL)
        return;
    if (venv->directory != NULL)
        file_remove_tree(venv->directory);
    g_free(venv->directory);
    g_free(venv->python);
    g_strfreev(venv->environment);
    g_free(venv);
}

/* ---- running tests ---- */

int venv_run_module(Venv *venv, const char *command, const char *directory,
                    const char *const *changes, const LifeListener *listener, Cancel *cancel,
                    GError **error)
{
    static const char *const module[] = {"-m", NULL};
    g_auto(GStrv) split = NULL;
    g_autoptr(GError) quoting = NULL;
    if (!g_shell_parse_argv(command, NULL, &split, &quoting)) {
        g_autofree char *safe = sanitize_string(command);
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_OPTION, _("tests_cmd: \"%s\": %s"), safe,
                    quoting->message);
        return -1;
    }
    g_autoptr(GPtrArray) words = words_of(venv, module, (const char *const *)split);
    g_auto(GStrv) environment = exec_environment((const char *const *)venv->environment, changes);
    const ExecRun run = {
        .words = (const char *const *)words->pdata,
        .environment = (const char *const *)environment,
        .directory = directory,
    };
    return run_told(&run, listener, NULL, cancel, error);
}
