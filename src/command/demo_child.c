/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/demo_child.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { READ_MOST = 4096 };

static char *own_directory(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    return self != NULL ? g_path_get_dirname(self) : g_strdup("/");
}

char *demo_program(const char *name, GError **error)
{
    g_autofree char *directory = own_directory();
    g_autofree char *beside = g_build_filename(directory, name, NULL);
    if (access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    char *found = g_find_program_in_path(name);
    if (found == NULL) {
        g_autofree char *shown = sanitize_string(directory);
        g_set_error(error, DEMO_ERROR, DEMO_ERROR_PROGRAM,
                    _("%s is neither in %s nor in PATH: the demo is played by it, and it is "
                      "installed with this program"),
                    name, shown);
    }
    return found;
}

static bool failed(GError **error, const char *path, int number)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, DEMO_ERROR, DEMO_ERROR_PROGRAM, _("%s cannot be started: %s"), shown,
                g_strerror(number));
    return false;
}

/* Signals are as a program expects them at its start. */
static void set_signals(posix_spawnattr_t *attributes, short flags)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setflags(attributes, flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

bool demo_child_start(DemoChild *child, char *const *argv, GError **error)
{
    int in[2], out[2];
    *child = (DemoChild){.lifeline = -1, .said = -1};
    if (pipe2(in, O_CLOEXEC) != 0)
        return failed(error, argv[0], errno);
    if (pipe2(out, O_CLOEXEC) != 0) {
        failed(error, argv[0], errno);
        close(in[0]);
        close(in[1]);
        return false;
    }
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    set_signals(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    const int number = posix_spawn(&child->pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(in[0]);
    close(out[1]);
    child->lifeline = in[1];
    child->said = out[0];
    child->text = g_string_new(NULL);
    if (number == 0)
        return true;
    child->pid = 0;
    demo_child_end(child, 0);
    return failed(error, argv[0], number);
}

static char *take_line(GString *text)
{
    const char *end = memchr(text->str, '\n', text->len);
    if (end == NULL)
        return NULL;
    const size_t size = (size_t)(end - text->str);
    char *line = g_strndup(text->str, size);
    g_string_erase(text, 0, (gssize)size + 1);
    return line;
}

char *demo_child_line(DemoChild *child, Cancel *cancel, GError **error)
{
    char bytes[READ_MOST];
    char *line;
    while ((line = take_line(child->text)) == NULL) {
        if (!cancel_wait(cancel, child->said, POLLIN, error))
            return NULL;
        const ssize_t size = read(child->said, bytes, sizeof bytes);
        if (size > 0) {
            g_string_append_len(child->text, bytes, size);
        } else if (size == 0 || errno != EINTR) {
            g_autofree char *said = sanitize_string(child->text->str);
            g_set_error(error, DEMO_ERROR, DEMO_ERROR_ENDED,
                        _("the simulated platform ended before it was ready: %s"), said);
            return NULL;
        }
    }
    return line;
}

/* True when it has ended by then (monotonic microseconds; INT64_MAX: whenever that is). */
static bool wait_until(int ended, int64_t then)
{
    struct pollfd wait = {.fd = ended, .events = POLLIN};
    for (;;) {
        const int64_t left = then == INT64_MAX ? -1000 : MAX(then - clock_monotonic(), 0);
        const int n = poll(&wait, 1, (int)(left / 1000));
        if (n != 0 && !(n < 0 && errno == EINTR))
            return true;
        if (n == 0)
            return false;
    }
}

static int reap(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int demo_child_end(DemoChild *child, unsigned seconds)
{
    int status = 0;
    if (child->lifeline >= 0)
        close(child->lifeline);
    if (child->pid > 0) {
        const int ended = pidfd_open(child->pid, 0);
        kill(child->pid, SIGTERM);
        if (ended < 0 || !wait_until(ended, clock_monotonic() + (int64_t)seconds * G_USEC_PER_SEC))
            kill(child->pid, SIGKILL);
        if (ended >= 0)
            close(ended);
        status = reap(child->pid);
    }
    if (child->said >= 0)
        close(child->said);
    if (child->text != NULL)
        g_string_free(child->text, TRUE);
    *child = (DemoChild){.lifeline = -1, .said = -1};
    return status;
}

int demo_run(char *const *argv, char *const *environment, const char *directory, Cancel *cancel,
             GError **error)
{
    pid_t pid;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    set_signals(&attributes, 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, directory);
    const int number = posix_spawn(&pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (number != 0) {
        failed(error, argv[0], number);
        return -1;
    }
    const int ended = pidfd_open(pid, 0);
    while (ended >= 0 && !cancel_wait(cancel, ended, POLLIN, NULL)) {
        kill(pid, SIGTERM); /* it gives the terminal back, and ends */
        wait_until(ended, INT64_MAX);
        break;
    }
    if (ended >= 0)
        close(ended);
    return reap(pid);
}
