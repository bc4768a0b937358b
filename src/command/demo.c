/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * demo: the console on a SIMULATED platform, which mse-sim plays. The console is a child, so that
 * whatever becomes of it, its parent takes everything away again.
 */
#include "config.h"

#include "command/console.h"
#include "command/demo_child.h"
#include "command/demo_engine.h"
#include "command/verbs.h"

#include "core/i18n.h"
#include "docker/endpoint.h"

#include <string.h>
#include <unistd.h>

extern char **environ;

/* What the simulated platform says when everything is there. */
static const char READY[] = "ready";

/* Seconds that the platform may take to take away what it made: of an engine, containers. */
enum { GRACE = 3, GRACE_OF_CONTAINERS = 60 };

typedef struct Demo {
    Job *job;
    const Arguments *arguments;
    DemoPlace place;
    char *engine; /* whose containers the applications are; NULL: they are processes */
    char *names;  /* what theirs end in; NULL with `engine` */
} Demo;

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

static char **demo_environment(const Demo *demo)
{
    const char *directory = demo->place.path;
    char **environment = g_strdupv(environ);
    for (size_t i = 0; i < G_N_ELEMENTS(unset); i++)
        environment = g_environ_unsetenv(environment, unset[i]);
    g_autofree char *parent = g_strdup_printf("%d", (int)getpid());
    environment = g_environ_setenv(environment, "MSE_CONSOLE_DEMO", parent, TRUE);
    if (demo->names != NULL)
        environment = g_environ_setenv(environment, "MSE_CONSOLE_DEMO_NAMES", demo->names, TRUE);
    set_path(&environment, "MSE_CONSOLE_CONFIG", directory, "config.toml");
    set_path(&environment, "XDG_STATE_HOME", directory, "state");
    set_path(&environment, "XDG_CACHE_HOME", directory, "cache");
    set_path(&environment, "DOCKER_CONFIG", directory, "docker");
    return g_environ_setenv(environment, "DOCKER_CONTEXT", "demo", TRUE);
}

/* Starts the platform and waits until it is ready. */
static bool start_platform(const Demo *demo, DemoChild *platform, GError **error)
{
    g_autofree char *program = demo_program("mse-sim", error);
    if (program == NULL)
        return false;
    char *argv[] = {program,      (char *)"demo",    demo->place.path, (char *)"--engine",
                    demo->engine, (char *)"--names", demo->names,      NULL};
    if (demo->engine == NULL)
        argv[3] = NULL;
    if (!demo_child_start(platform, argv, error))
        return false;
    for (;;) {
        g_autofree char *line = demo_child_line(platform, job_cancel(demo->job), error);
        if (line == NULL)
            return false;
        if (g_str_equal(line, READY))
            return true;
        job_text(demo->job, "%s", line);
    }
}

static int open_console(const Demo *demo, GError **error)
{
    g_auto(GStrv) environment = demo_environment(demo);
    g_autofree char *work = g_build_filename(demo->place.path, "work", NULL);
    const char *script = arguments_value(demo->arguments, "execute");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)"/proc/self/exe");
    g_ptr_array_add(argv, (char *)"console");
    if (arguments_flag(demo->arguments, "tour"))
        g_ptr_array_add(argv, (char *)"--tour");
    if (script != NULL) {
        g_ptr_array_add(argv, (char *)"-e");
        g_ptr_array_add(argv, (char *)script);
    }
    g_ptr_array_add(argv, NULL);
    return demo_run((char **)argv->pdata, environment, work, job_cancel(demo->job), error);
}

/* What an engine still has is told: nobody else will take it away before the next demo does. */
static void end_platform(const Demo *demo, DemoChild *platform)
{
    const bool containers = demo->engine != NULL;
    const bool started = platform->pid > 0;
    const int status = demo_child_end(platform, containers ? GRACE_OF_CONTAINERS : GRACE);
    if (containers && started && status != 0)
        job_warn(demo->job,
                 _("the engine may still have containers of the demo; the next \"mse-console demo "
                   "--docker\" removes them, or: docker rm -f $(docker ps -aq --filter "
                   "label=%s=%s)"),
                 DOCKER_SCOPE, demo->place.path);
}

static int play(const Demo *demo)
{
    g_autoptr(GError) error = NULL;
    DemoChild platform = {.lifeline = -1, .said = -1};
    int status = -1;
    if (start_platform(demo, &platform, &error))
        status = open_console(demo, &error);
    end_platform(demo, &platform);
    if (error != NULL)
        return job_fail(demo->job, error);
    return cancel_is_set(job_cancel(demo->job), NULL) ? EXIT_CANCELLED : status;
}

/* The engine is asked for before anything is made. */
static bool prepare(Demo *demo, GError **error)
{
    const bool docker = arguments_flag(demo->arguments, "docker");
    if (docker && (demo->engine = demo_engine_find(job_cancel(demo->job), error)) == NULL)
        return false;
    if (!demo_place_open(&demo->place, error))
        return false;
    if (docker)
        demo->names = g_ascii_strdown(strrchr(demo->place.path, '.') + 1, -1);
    return true;
}

static int run_demo(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    const ConsoleDoor *door = console_door();
    Demo demo = {.job = job, .arguments = arguments};
    if (!arguments_value(arguments, "execute") && (!door || !door->usable(&why)))
        return verb_usage(job, _("%s The demo is shown in the console."),
                          why ? why : _("The console is not in this program."));
    const int status = prepare(&demo, &error) ? play(&demo) : job_fail(job, error);
    demo_place_close(&demo.place);
    g_free(demo.engine);
    g_free(demo.names);
    return status;
}

static const VerbOption options[] = {
    {.name = "tour",
     .kind = ARGUMENT_NONE,
     .help = N_("explain: the console goes through it step by step, at the space bar")},
    {.name = "docker",
     .kind = ARGUMENT_NONE,
     .help = N_("the same in real containers, on the engine of this machine")},
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
                      "private directory and is gone when the console is left. With --docker the "
                      "applications are containers of your own engine, with a label of the demo's: "
                      "your containers are neither shown nor touched, and the demo's go with it."),
    .options = options,
    .flags = VERB_READ_ONLY | VERB_SHELL_ONLY | VERB_NO_JSON,
    .run = run_demo,
};
