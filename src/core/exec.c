/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/exec.h"

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

enum {
    GRACE = 2000, /* milliseconds between telling it to end and ending it */
    SLICE = 20,   /* milliseconds between looks, where nothing wakes us */
};

G_DEFINE_QUARK(mse - exec - error - quark, exec_error)

/* ---- starting ---- */

static void set_files(posix_spawn_file_actions_t *files, const ExecSpec *spec)
{
    posix_spawn_file_actions_init(files);
    if (spec->input < 0)
        posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(files, spec->input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(files, spec->output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(files, spec->errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    if (spec->directory != NULL)
        posix_spawn_file_actions_addchdir_np(files, spec->directory);
}

static void set_attributes(posix_spawnattr_t *attributes, ExecPlace place)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    int own = place == EXEC_SESSION ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(attributes,
                             (short)(own | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

int exec_start(const ExecSpec *spec, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    set_files(&files, spec);
    set_attributes(&attributes, spec->place);
    char *const *environment =
        spec->environment != NULL ? (char *const *)spec->environment : environ;
    int failed = posix_spawnp(pid, spec->words[0], &files, &attributes, (char *const *)spec->words,
                              environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

char **exec_environment(const char *const *from, const char *const *changes)
{
    char **environment = from == NULL ? g_get_environ() : g_strdupv((char **)from);
    for (; *changes != NULL; changes++) {
        const char *equals = strchr(*changes, '=');
        g_autofree char *name =
            equals == NULL ? g_strdup(*changes) : g_strndup(*changes, (gsize)(equals - *changes));
        environment = equals == NULL ? g_environ_unsetenv(environment, name)
                                     : g_environ_setenv(environment, name, equals + 1, TRUE);
    }
    return environment;
}

/* ---- running to the end ---- */

typedef struct Running {
    const ExecRun *run;
    pid_t pid;
    int output;     /* our end; -1: it ended */
    int exit_watch; /* a pidfd, or -1 where there are none */
    bool ended;
    int status;
    int64_t kill_at; /* monotonic microseconds; 0: it was not told to end */
} Running;

static void fail_to_start(const ExecRun *run, int number, GError **error)
{
    g_autofree char *name = sanitize_string(run->words[0]);
    g_set_error(error, EXEC_ERROR, EXEC_ERROR_START, _("%s cannot be started: %s"), name,
                g_strerror(number));
}

static bool begin(Running *running, GError **error)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        fail_to_start(running->run, errno, error);
        return false;
    }
    const ExecSpec spec = {
        .words = running->run->words,
        .environment = running->run->environment,
        .directory = running->run->directory,
        .place = EXEC_GROUP,
        .input = -1,
        .output = pipes[1],
        .errors = pipes[1],
    };
    int failed = exec_start(&spec, &running->pid);
    close(pipes[1]);
    running->output = pipes[0];
    fcntl(running->output, F_SETFL, O_NONBLOCK);
    if (failed == 0) {
        running->exit_watch = pidfd_open(running->pid, 0);
        return true;
    }
    close(running->output);
    fail_to_start(running->run, failed, error);
    return false;
}

/* All that is there now. */
static void hear(Running *running)
{
    char bytes[16384];
    while (running->output >= 0) {
        ssize_t n = read(running->output, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close(running->output);
            running->output = -1;
        } else if (running->run->output != NULL) {
            running->run->output(bytes, (size_t)n, running->run->data);
        }
    }
}

static void tell(const Running *running, int signal_number)
{
    kill(-running->pid, signal_number);
}

/* Once told to end, and once more, in a way that cannot be refused, when it takes its time. */
static void let_end(Running *running)
{
    int64_t now = clock_monotonic();
    if (running->kill_at == 0)
        tell(running, SIGTERM);
    else if (now >= running->kill_at)
        tell(running, SIGKILL);
    else
        return;
    running->kill_at = now + (int64_t)GRACE * 1000;
}

static bool look(Running *running, GError **error)
{
    siginfo_t info = {0};
    /* Left to be waited for until its group was ended: its number stays taken. */
    int failed = waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    if (failed != 0 && errno == EINTR)
        return true;
    if (failed != 0) {
        g_set_error(error, EXEC_ERROR, EXEC_ERROR_WAIT, "%s: %s", running->run->words[0],
                    g_strerror(errno));
        return false;
    }
    running->ended = info.si_pid != 0;
    running->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    return true;
}

/* Until something is printed, it is cancelled, or a while has passed. The output of one that ended
 * may be held open by whom it left behind: that is not waited for. */
static void wait_a_while(const Running *running, Cancel *cancel)
{
    bool told = running->kill_at != 0;
    struct pollfd waits[] = {
        {.fd = running->output, .events = POLLIN},
        {.fd = running->exit_watch, .events = POLLIN},
        {.fd = told ? -1 : cancel_descriptor(cancel), .events = POLLIN},
    };
    int most = told || running->exit_watch < 0 ? SLICE : -1;
    poll(waits, G_N_ELEMENTS(waits), cancel_poll_timeout(told ? NULL : cancel, most));
}

/* It is over: whoever is left of its group goes too. */
static void finish(Running *running)
{
    hear(running);
    tell(running, SIGKILL);
    waitid(P_PID, (id_t)running->pid, NULL, WEXITED);
    if (running->output >= 0)
        close(running->output);
    if (running->exit_watch >= 0)
        close(running->exit_watch);
}

int exec_run(const ExecRun *run, Cancel *cancel, GError **error)
{
    Running running = {.run = run, .output = -1, .exit_watch = -1};
    g_autoptr(GError) cancelled = NULL;
    if (cancel_is_set(cancel, error) || !begin(&running, error))
        return -1;
    for (;;) {
        hear(&running);
        if (!look(&running, error)) {
            finish(&running);
            return -1;
        }
        if (running.ended)
            break;
        if (cancelled != NULL || cancel_is_set(cancel, &cancelled))
            let_end(&running);
        wait_a_while(&running, cancel);
    }
    finish(&running);
    if (cancelled == NULL)
        return running.status;
    g_propagate_error(error, g_steal_pointer(&cancelled));
    return -1;
}
