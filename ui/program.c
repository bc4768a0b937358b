/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/program.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    GRACE_MILLISECONDS = 1000, /* between TERM and KILL, when it is cancelled */
    LINE_BYTES = 64 * 1024,    /* a longer line goes on as another */
    BLOCK_LINES = 500,
};

void program_request_free(ProgramRequest *request)
{
    if (request == NULL)
        return;
    if (request->input >= 0)
        close(request->input);
    g_free(request->title);
    g_strfreev(request->argv);
    g_strfreev(request->added);
    g_free(request);
}

static void request_free(void *request)
{
    program_request_free(request);
}

static void end_free(void *data)
{
    ProgramEnd *end = data;

    g_free(end->error);
    g_free(end);
}

/* ---- starting ---- */

static char **environment_of(const ProgramRequest *request)
{
    char **environment = g_get_environ();

    for (unsigned i = 0; request->added != NULL && request->added[i] != NULL; i++) {
        const char *equals = strchr(request->added[i], '=');
        g_autofree char *name = g_strndup(request->added[i], (gsize)(equals - request->added[i]));
        environment = g_environ_setenv(environment, name, equals + 1, TRUE);
    }
    return environment;
}

/* Signals as a program finds them that a shell starts: we block some and ignore others. */
static void set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

/* In the background it has a group of its own, so that what it started ends with it. */
static int spawn(const ProgramRequest *request, int input, int output, bool background,
                 pid_t *child)
{
    g_auto(GStrv) environment = environment_of(request);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    int error;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_signals(&attributes);
    posix_spawnattr_setflags(&attributes,
                             background ? (short)(flags | POSIX_SPAWN_SETPGROUP) : flags);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (output >= 0) {
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    }
    error =
        posix_spawnp(child, request->argv[0], &actions, &attributes, request->argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static char *spawn_problem(const ProgramRequest *request, int error)
{
    g_autofree char *name = sanitize_string(request->argv[0]);

    return g_strdup_printf(_("cannot start %s: %s"), name, g_strerror(error));
}

/* ---- ending ---- */

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int reap(pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return exit_status(status);
}

/* Waits for its end; ends it when the job is cancelled. `target` is whom signals are for. */
static int wait_for(pid_t child, pid_t target, Cancel *cancel)
{
    int descriptor = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};

    if (descriptor < 0) /* an old kernel: whoever cancels waits for it */
        return reap(child);
    if (!cancel_wait(cancel, descriptor, POLLIN, NULL)) {
        kill(target, SIGTERM);
        if (poll(&watched, 1, GRACE_MILLISECONDS) <= 0)
            kill(target, SIGKILL);
    }
    close(descriptor);
    return reap(child);
}

/* ---- on the terminal ---- */

static void wait_for_enter(int status, Cancel *cancel)
{
    char byte = '\0';

    printf(_("\n[exit status %d; Enter goes back to the console] "), status);
    fflush(stdout);
    while (byte != '\n' && cancel_wait(cancel, STDIN_FILENO, POLLIN, NULL) &&
           read(STDIN_FILENO, &byte, 1) == 1)
        ;
}

static void run_on_terminal(UiJob *job, void *data)
{
    const ProgramRequest *request = data;
    ProgramEnd *end = g_new0(ProgramEnd, 1);
    pid_t child;
    int error = spawn(request, request->input, -1, false, &child);

    if (error != 0) {
        end->error = spawn_problem(request, error);
        end->status = 127;
    } else {
        end->status = wait_for(child, child, job->cancel);
        if (request->waits)
            wait_for_enter(end->status, job->cancel);
    }
    job->status = end->status;
    mailbox_post(job->mailbox,
                 (Message){.kind = MESSAGE_PROGRAM_ENDED, .data = end, .free_data = end_free});
}

UiJob *program_start_on_terminal(Jobs *jobs, ProgramRequest *request)
{
    return jobs_start(jobs, request->title, JOB_QUIET | JOB_URGENT, run_on_terminal, request,
                      request_free);
}

/* ---- in the background ---- */

typedef struct Output {
    UiJob *job;
    GPtrArray *block; /* JobLine* */
    GString *line;    /* what has come of the next */
} Output;

static void send_block(Output *output)
{
    if (output->block->len == 0)
        return;
    ui_job_send(output->job, output->block);
    output->block = g_ptr_array_new_with_free_func(job_line_free);
}

static void end_line(Output *output, bool error)
{
    JobLine *line = g_new(JobLine, 1);

    *line =
        (JobLine){.error = error,
                  .text = sanitize(span_of(output->line->str, output->line->len), SANITIZE_LINE)};
    g_ptr_array_add(output->block, line);
    g_string_truncate(output->line, 0);
    if (output->block->len >= BLOCK_LINES)
        send_block(output);
}

static void take_bytes(Output *output, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n' || output->line->len >= LINE_BYTES)
            end_line(output, false);
        if (bytes[i] != '\n')
            g_string_append_c(output->line, bytes[i]);
    }
}

static void read_all(Output *output, int descriptor)
{
    char bytes[65536];
    ssize_t n;

    while (cancel_wait(output->job->cancel, descriptor, POLLIN, NULL)) {
        n = read(descriptor, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        take_bytes(output, bytes, (size_t)n);
        send_block(output);
    }
}

static void say_problem(Output *output, char *problem)
{
    g_string_assign(output->line, problem);
    end_line(output, true);
    g_free(problem);
}

static int run_piped(const ProgramRequest *request, Output *output)
{
    int ends[2], nothing = open("/dev/null", O_RDONLY | O_CLOEXEC), error, status = 127;
    pid_t child;

    error = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
    if (error == 0) {
        error = spawn(request, nothing, ends[1], true, &child);
        close(ends[1]);
        if (error == 0) {
            read_all(output, ends[0]);
            status = wait_for(child, -child, output->job->cancel);
        }
        close(ends[0]);
    }
    if (nothing >= 0)
        close(nothing);
    if (error != 0)
        say_problem(output, spawn_problem(request, error));
    return status;
}

static void run(UiJob *job, void *data)
{
    Output output = {.job = job,
                     .block = g_ptr_array_new_with_free_func(job_line_free),
                     .line = g_string_new(NULL)};

    job->status = run_piped(data, &output);
    if (output.line->len > 0)
        end_line(&output, false);
    send_block(&output);
    g_ptr_array_unref(output.block);
    g_string_free(output.line, TRUE);
}

UiJob *program_start(Jobs *jobs, ProgramRequest *request)
{
    return jobs_start(jobs, request->title, 0, run, request, request_free);
}
