/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/ui.h"

#include "core/i18n.h"
#include "docker/endpoint.h"
#include "ui/console.h"
#include "ui/leak.h"
#include "ui/line.h"
#include "ui/loop.h"
#include "ui/plain.h"
#include "ui/record.h"
#include "ui/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How long jobs get to end when the console is left. */
enum { GRACE_MILLISECONDS = 500 };

bool ui_terminal_usable(char **why)
{
    return screen_usable(why);
}

/* ---- the fleet ---- */

static bool takes_connection(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor;
    bool taken;

    if (path == NULL || strlen(path) >= sizeof address.sun_path)
        return false;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return false;
    /* One that is too busy to take it now is there too. */
    taken =
        connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(descriptor);
    return taken;
}

bool ui_fleet_is_near(const Settings *settings)
{
    DockerEnvironment environment = docker_environment();
    g_autoptr(DockerEndpoint) endpoint = NULL;
    g_autoptr(GError) error = NULL;

    if (settings != NULL && settings_is_set(settings, SETTING_SOURCES_DOCKER))
        return true;
    endpoint = docker_endpoint_find(&environment, NULL, &error);
    if (endpoint == NULL) /* named, and wrong: the console says how */
        return true;
    if (environment.host != NULL && *environment.host != '\0')
        return true;
    if (!g_str_equal(endpoint->name, "default"))
        return true;
    return takes_connection(endpoint->socket);
}

/* ---- scripts ---- */

/* The lines between semicolons, those in quotes left alone. */
static GPtrArray *script_lines(const char *script)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    GString *line = g_string_new(NULL);
    char quote = '\0';

    for (; *script != '\0'; script++) {
        if (quote == '\0' && (*script == ';' || *script == '\n')) {
            g_ptr_array_add(lines, g_strdup(line->str));
            g_string_truncate(line, 0);
            continue;
        }
        if (*script == '\\' && quote != '\'' && script[1] != '\0')
            g_string_append_c(line, *script++);
        else if (quote == *script)
            quote = '\0';
        else if (quote == '\0' && (*script == '"' || *script == '\''))
            quote = *script;
        g_string_append_c(line, *script);
    }
    g_ptr_array_add(lines, g_string_free(line, FALSE));
    return lines;
}

/* As if the signal had not been caught: whoever started us sees what ended us. */
static void die_by(int number)
{
    sigset_t set;

    leak_check();
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* Runs the lines; the last status that was not 0. `number` gets the signal that ended it, or 0. */
static int run_lines(Console *console, const GPtrArray *lines, int *number)
{
    int status = 0;

    *number = loop_finish_jobs(console);
    for (unsigned i = 0; i < lines->len && *number == 0; i++) {
        int answer;
        console_run_line(console, lines->pdata[i]);
        *number = loop_finish_jobs(console);
        answer = console_drain_output(console);
        if (answer != 0)
            status = answer;
        if (console_take_wishes(console) & WISH_QUIT)
            break;
    }
    return status;
}

static int run_script(const UiOptions *options)
{
    g_autoptr(GPtrArray) lines = script_lines(options->script);
    UiOptions here = *options;
    Console *console;
    int status, number;

    here.fleet = false; /* lines say themselves what they are about */
    console = console_new(&here, !screen_is_utf8());
    console_resize(console, 120, 36);
    status = run_lines(console, lines, &number);
    if (number != 0)
        die_by(number);
    /* A job whose end was heard of may have a last word to say to the one that counts them. */
    if (!jobs_stop(console_model(console)->jobs, GRACE_MILLISECONDS)) {
        leak_check();
        _exit(status);
    }
    console_free(console);
    return status;
}

/* ---- the console ---- */

static bool judge_stops(Console *console)
{
    const Apps *apps = console_model(console)->apps;

    return apps == NULL || judge_stop(apps->judge, GRACE_MILLISECONDS);
}

/* Does not come back: threads that still wait for somebody end with the process, and nothing is
 * taken down under them, as exit() would. */
static _Noreturn void leave(Console *console, Recorder *recorder, LoopEnd how, int number)
{
    char *history = console_state_path("history"); /* nothing is freed behind _exit by itself */
    Jobs *jobs = console_model(console)->jobs;

    if (history != NULL)
        line_save_history(history);
    g_free(history);
    console_save_state(console);
    screen_leave();
    recorder_free(recorder);
    if (jobs_stop(jobs, GRACE_MILLISECONDS) && judge_stops(console)) {
        console_free(console);
        line_done();
    } /* else a job does not listen: it must not hold the person */
    fflush(NULL);
    if (how == LOOP_SIGNAL)
        die_by(number);
    leak_check();
    _exit(how == LOOP_QUIT ? 0 : 128 + SIGHUP);
}

static void load_history(void)
{
    g_autofree char *history = console_state_path("history");

    line_init(history);
}

int ui_run(const UiOptions *options)
{
    g_autoptr(GError) error = NULL;
    Recorder *recorder = NULL;
    Console *console;
    unsigned width, height;
    int number = 0;
    LoopEnd how;

    loop_block_signals();
    if (options->cancel != NULL && cancel_is_set(options->cancel, NULL))
        return EXIT_CANCELLED;
    if (options->script != NULL)
        return run_script(options);
    if (options->plain)
        return plain_run(options);
    if (options->record != NULL && (recorder = recorder_new(options->record, &error)) == NULL) {
        fprintf(stderr, "mse-console: %s\n", error->message);
        return 1;
    }
    load_history();
    if (!screen_enter(&error)) {
        fprintf(stderr, "mse-console: %s\n", error->message);
        line_done();
        recorder_free(recorder);
        return 1;
    }
    console = console_new(options, !screen_is_utf8());
    if (recorder != NULL)
        recorder_set_mailbox(recorder, console_model(console)->mailbox);
    console_restore_state(console);
    screen_size(&width, &height);
    console_resize(console, width, height);
    how = loop_run(console, recorder, &number);
    leave(console, recorder, how, number);
}
