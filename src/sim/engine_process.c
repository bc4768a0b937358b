/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_process.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_PIPES = 2, READ_MOST = 64 * 1024, FAILED_TO_START = 127 };

typedef struct Process {
    Processes *owner;
    const ProcessSpec *spec;
    Container *container; /* a reference */
    pid_t pid;            /* 0: it does not run */
    int ended;            /* a descriptor of it that polls readable then; -1 */
    int pipes[N_PIPES];   /* its output and errors; -1 */
} Process;

struct Processes {
    HttpServer *server;
    Fleet *fleet;
    FleetHost host;
    Process *all;
    unsigned n;
};

static Process *process_of(Processes *processes, const Container *container)
{
    return container->number < processes->n ? &processes->all[container->number] : NULL;
}

/* False at its end. */
static bool take_output(Process *process, unsigned channel)
{
    char bytes[READ_MOST];
    const int64_t now = http_server_now(process->owner->server);
    const ssize_t size = read(process->pipes[channel], bytes, sizeof bytes);
    if (size > 0)
        kept_log_add(process->container->kept, channel + 1, bytes, (size_t)size, now);
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

static void close_pipe(Process *process, unsigned channel)
{
    if (process->pipes[channel] < 0)
        return;
    http_server_unwatch(process->owner->server, process->pipes[channel]);
    close(process->pipes[channel]);
    process->pipes[channel] = -1;
}

static void on_output(void *data, int descriptor)
{
    Process *process = data;
    const unsigned channel = descriptor == process->pipes[0] ? 0 : 1;
    if (!take_output(process, channel))
        close_pipe(process, channel);
    http_server_kick(process->owner->server);
}

/* Whatever it said last is read; gives the exit code as an engine counts it. */
static int reap(Process *process)
{
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    process->pid = 0;
    http_server_unwatch(process->owner->server, process->ended);
    close(process->ended);
    process->ended = -1;
    for (unsigned i = 0; i < N_PIPES; i++) {
        if (process->pipes[i] >= 0)
            take_output(process, i);
        close_pipe(process, i);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void on_end(void *data, int descriptor)
{
    (void)descriptor;
    Process *process = data;
    Processes *processes = process->owner;
    if (process->pid == 0)
        return;
    const int code = reap(process);
    if (container_runs(process->container))
        fleet_die(processes->fleet, process->container, code, http_server_now(processes->server));
    http_server_kick(processes->server);
}

/* Its standard input is empty; the ends of the pipes that are its own get closed here. */
static int spawn(const ProcessSpec *spec, const int *outputs, pid_t *pid)
{
    static const char self[] = "/proc/self/exe";
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    g_autofree char *parent = g_strdup_printf("%d", (int)getpid());
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)PROCESS_CHILD);
    g_ptr_array_add(argv, parent);
    g_ptr_array_add(argv, (char *)spec->program);
    for (unsigned i = 0; spec->arguments[i] != NULL; i++)
        g_ptr_array_add(argv, spec->arguments[i]);
    g_ptr_array_add(argv, NULL);
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, outputs[0], 1);
    posix_spawn_file_actions_adddup2(&actions, outputs[1], 2);
    const int failed =
        posix_spawn(pid, self, &actions, &attributes, (char **)argv->pdata, spec->variables);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static bool open_pipes(Process *process, int *outputs)
{
    for (unsigned i = 0; i < N_PIPES; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            return false;
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        process->pipes[i] = ends[0];
        outputs[i] = ends[1];
    }
    return true;
}

static void watch_process(Process *process)
{
    HttpServer *server = process->owner->server;
    for (unsigned i = 0; i < N_PIPES; i++)
        http_server_watch(server, process->pipes[i], on_output, process);
    process->ended = pidfd_open(process->pid, 0);
    if (process->ended < 0)
        g_error("pidfd_open: %s", g_strerror(errno));
    fcntl(process->ended, F_SETFD, FD_CLOEXEC);
    http_server_watch(server, process->ended, on_end, process);
    process->container->pid = (unsigned)process->pid;
}

static void say_failure(Process *process, int failed)
{
    g_autofree char *text = g_strdup_printf("SIMULATED engine: %s cannot be started: %s\n",
                                            process->spec->program, g_strerror(failed));
    kept_log_add(process->container->kept, 2, text, strlen(text),
                 http_server_now(process->owner->server));
}

static void start(void *data, Container *container)
{
    Process *process = process_of(data, container);
    int outputs[N_PIPES] = {-1, -1};
    if (process == NULL || process->spec->program == NULL || process->pid != 0)
        return;
    const bool open = open_pipes(process, outputs);
    const int failed = open ? spawn(process->spec, outputs, &process->pid) : errno;
    for (unsigned i = 0; i < N_PIPES; i++)
        if (outputs[i] >= 0)
            close(outputs[i]);
    if (failed == 0) {
        watch_process(process);
        return;
    }
    process->pid = 0;
    say_failure(process, failed);
    for (unsigned i = 0; i < N_PIPES; i++)
        close_pipe(process, i);
}

static void end(void *data, Container *container)
{
    Process *process = process_of(data, container);
    if (process == NULL || process->pid == 0)
        return;
    kill(process->pid, SIGKILL);
    reap(process);
}

static void set_paused(void *data, Container *container, bool paused)
{
    const Process *process = process_of(data, container);
    if (process != NULL && process->pid != 0)
        kill(process->pid, paused ? SIGSTOP : SIGCONT);
}

static void adopt(Processes *processes, Container *container, const ProcessSpec *spec)
{
    Process *process = &processes->all[container->number];
    *process = (Process){processes, spec, container_ref(container), 0, -1, {-1, -1}};
    container->kept = kept_log_new();
    if (spec->log != NULL)
        kept_log_add(container->kept, 1, spec->log, strlen(spec->log),
                     container->finished ? container->finished : container->started);
    if (container->state == CONTAINER_RUNNING)
        start(processes, container);
}

Processes *processes_new(HttpServer *server, Fleet *fleet, const ProcessSpec *specs, unsigned n)
{
    Processes *processes = g_new0(Processes, 1);
    processes->server = server;
    processes->fleet = fleet;
    processes->all = g_new0(Process, n);
    processes->n = n;
    processes->host = (FleetHost){start, end, set_paused, processes};
    fleet->host = &processes->host;
    for (unsigned i = 0; i < fleet->containers->len; i++) {
        Container *container = fleet->containers->pdata[i];
        if (container->number < n)
            adopt(processes, container, &specs[container->number]);
    }
    return processes;
}

void processes_free(Processes *processes)
{
    if (processes == NULL)
        return;
    processes->fleet->host = NULL;
    for (unsigned i = 0; i < processes->n; i++) {
        if (processes->all[i].container == NULL)
            continue;
        end(processes, processes->all[i].container);
        container_unref(processes->all[i].container);
    }
    g_free(processes->all);
    g_free(processes);
}

char *processes_file(const Processes *processes, const Container *container, const char *name)
{
    if (container->number >= processes->n || strchr(name, '/') != NULL || name[0] == '.')
        return NULL;
    const char *directory = processes->all[container->number].spec->directory;
    if (directory == NULL)
        return NULL;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_EVIDENCE, NULL, NULL);
    if (bytes == NULL)
        return NULL;
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    return g_strndup(data, size);
}

int process_become(int argc, char **argv)
{
    if (argc < 4 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        g_ascii_strtoll(argv[1], NULL, 10) != (gint64)getppid()) /* it has ended already */
        return FAILED_TO_START;
    execv(argv[2], argv + 3);
    fprintf(stderr, "SIMULATED engine: %s: %s\n", argv[2], g_strerror(errno));
    return FAILED_TO_START;
}
