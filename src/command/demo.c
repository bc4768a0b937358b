/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * demo: the console on a SIMULATED platform, which mse-sim plays. The console is a child, so that
 * whatever becomes of it, its parent takes everything away again.
 */
#include "config.h"

#include "command/console.h"
#include "command/demo_child.h"
#include "command/verbs.h"

#include "core/i18n.h"

#include <unistd.h>

extern char **environ;

/* What the simulated platform says when everything is there. */
static const char READY[] = "ready";

/* What would lead the console, or a verb in it, out of the demo or back into the person's files. */
static const char *const unset[] = {"DOCKER_HOST",      "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY",
                                    "DOCKER_CERT_PATH", "DOCKER_TLS",     "MSE_DEFAULT_ENV",
                                    "http_proxy",       "https_proxy",    "all_proxy",
                                    "HTTP_PROXY",       "HTTPS_PROXY",    "ALL_PROXY"};

static void set_path(char ***environment, const char *name, const char *directory, const char *file)
{
    g_autofree char *path = g_build_filename(directory, file, NULL);
    *environment = g_environ_setenv(*environment, name, path, TRUE);
}

static char **demo_environment(const char *directory)
{
    char **environment = g_strdupv(environ);
    for (size_t i = 0; i < G_N_ELEMENTS(unset); i++)
        environment = g_environ_unsetenv(environment, unset[i]);
    g_autofree char *parent = g_strdup_printf("%d", (int)getpid());
    environment = g_environ_setenv(environment, "MSE_CONSOLE_DEMO", parent, TRUE);
    set_path(&environment, "MSE_CONSOLE_CONFIG", directory, "config.toml");
    set_path(&environment, "XDG_STATE_HOME", directory, "state");
    set_path(&environment, "XDG_CACHE_HOME", directory, "cache");
    set_path(&environment, "DOCKER_CONFIG", directory, "docker");
    return g_environ_setenv(environment, "DOCKER_CONTEXT", "demo", TRUE);
}

/* Starts the platform and waits until it is ready. */
static bool start_platform(Job *job, const char *directory, DemoChild *platform, GError **error)
{
    g_autofree char *program = demo_program("mse-sim", error);
    if (program == NULL)
        return false;
    char *argv[] = {program, (char *)"demo", (char *)directory, NULL};
    if (!demo_child_start(platform, argv, error))
        return false;
    for (;;) {
        g_autofree char *line = demo_child_line(platform, job_cancel(job), error);
        if (line == NULL)
            return false;
        if (g_str_equal(line, READY))
            return true;
        job_text(job, "%s", line);
    }
}

static int open_console(Job *job, const Arguments *arguments, const char *directory, GError **error)
{
    g_auto(GStrv) environment = demo_environment(directory);
    g_autofree char *work = g_build_filename(directory, "work", NULL);
    const char *script = arguments_value(arguments, "execute");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)"/proc/self/exe");
    g_ptr_array_add(argv, (char *)"console");
    if (arguments_flag(arguments, "tour"))
        g_ptr_array_add(argv, (char *)"--tour");
    if (script != NULL) {
        g_ptr_array_add(argv, (char *)"-e");
        g_ptr_array_add(argv, (char *)script);
    }
    g_ptr_array_add(argv, NULL);
    return demo_run((char **)argv->pdata, environment, work, job_cancel(job), error);
}

static int play(Job *job, const Arguments *arguments, const DemoPlace *place)
{
    g_autoptr(GError) error = NULL;
    DemoChild platform = {.lifeline = -1, .said = -1};
    int status = -1;
    if (start_platform(job, place->path, &platform, &error))
        status = open_console(job, arguments, place->path, &error);
    demo_child_end(&platform);
    if (error != NULL)
        return job_fail(job, error);
    return cancel_is_set(job_cancel(job), NULL) ? EXIT_CANCELLED : status;
}

static int run_demo(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    const ConsoleDoor *door = console_door();
    DemoPlace place;
    if (!arguments_value(arguments, "execute") && (!door || !door->usable(&why)))
        return verb_usage(job, _("%s The demo is shown in the console."),
                          why ? why : _("The console is not in this program."));
    if (!demo_place_open(&place, &error))
        return job_fail(job, error);
    const int status = play(job, arguments, &place);
    demo_place_close(&place);
    return status;
}

static const VerbOption options[] = {
    {.name = "tour",
     .kind = ARGUMENT_NONE,
     .help = N_("explain: the console goes through it step by step, at the space bar")},
    {.name = "execute",
     .letter = 'e',
     .kind = ARGUMENT_TEXT,
     .metavar = "LINES",
     .help = N_("run lines of the console in it, without a terminal, and leave")},
    {0},
};

const Verb verb_demo = {
    .words = "demo",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("show the console on a SIMULATED platform; needs no Docker and no SGX"),
    .description = N_("Several applications with real evidence of a SIMULATED platform: running "
                      "and trusted, waiting for secrets, one whose measurement changes while you "
                      "watch, one on an outdated platform, one that ended. Everything is in a "
                      "private directory and is gone when the console is left."),
    .options = options,
    .flags = VERB_READ_ONLY | VERB_SHELL_ONLY | VERB_NO_JSON,
    .run = run_demo,
};
