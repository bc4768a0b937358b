/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

char *process_program(const char *name)
{
    const char *build = g_getenv("MSE_TEST_BUILD");
    char *path = g_build_filename(build ? build : ".", name, NULL);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_EXECUTABLE));
    return path;
}

const char *process_directory(void)
{
    static char *directory;
    if (!directory) {
        g_autoptr(GError) error = NULL;
        directory = g_dir_make_tmp("mse-e2e-XXXXXX", &error);
        g_assert_no_error(error);
    }
    return directory;
}

char *process_path(const char *name)
{
    return g_build_filename(process_directory(), name, NULL);
}

static char **environment_of(const ProcessSetting *setting)
{
    char **environment = g_get_environ();
    if (!setting || !setting->environment)
        return environment;
    for (const char *const *item = setting->environment; *item; item++) {
        const char *equals = strchr(*item, '=');
        g_autofree char *name =
            equals ? g_strndup(*item, (gsize)(equals - *item)) : g_strdup(*item);
        environment = equals ? g_environ_setenv(environment, name, equals + 1, TRUE)
                             : g_environ_unsetenv(environment, name);
    }
    return environment;
}

Process process_start(const char *const *argv, const ProcessSetting *setting)
{
    static unsigned count;
    g_autofree char *out_name = g_strdup_printf("out-%u", count);
    g_autofree char *err_name = g_strdup_printf("err-%u", count++);
    Process process = {.out_path = process_path(out_name), .err_path = process_path(err_name)};
    const char *out = setting && setting->stdout_path ? setting->stdout_path : process.out_path;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, process.err_path, O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    if (setting && setting->directory)
        posix_spawn_file_actions_addchdir_np(&actions, setting->directory);
    g_auto(GStrv) environment = environment_of(setting);
    int failed =
        posix_spawn(&process.pid, argv[0], &actions, NULL, (char *const *)argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    g_assert_cmpint(failed, ==, 0);
    process.pidfd = pidfd_open(process.pid, 0);
    g_assert_cmpint(process.pidfd, >=, 0);
    return process;
}

static void read_whole(const char *path, char **text, size_t *size)
{
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    g_file_get_contents(path, text, &length, &error);
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return;
    g_assert_no_error(error);
    *size = length;
}

Outcome process_finish(Process *process)
{
    struct pollfd watched = {.fd = process->pidfd, .events = POLLIN};
    int ready;
    do
        ready = poll(&watched, 1, PROCESS_DEADLINE);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        kill(process->pid, SIGKILL);
    int status = 0;
    g_assert_cmpint(waitpid(process->pid, &status, 0), ==, process->pid);
    g_assert_cmpint(ready, ==, 1);
    close(process->pidfd);
    Outcome outcome = {
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status),
    };
    read_whole(process->out_path, &outcome.out, &outcome.out_size);
    read_whole(process->err_path, &outcome.err, &outcome.err_size);
    unlink(process->out_path);
    unlink(process->err_path);
    g_free(process->out_path);
    g_free(process->err_path);
    return outcome;
}

Outcome process_run(const char *const *argv, const ProcessSetting *setting)
{
    Process process = process_start(argv, setting);
    return process_finish(&process);
}

Outcome console_run_words(const ProcessSetting *setting, GPtrArray *words)
{
    g_autofree char *program = process_program("mse-console");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    for (guint i = 0; i < words->len; i++)
        g_ptr_array_add(argv, g_ptr_array_index(words, i));
    g_ptr_array_add(argv, NULL);
    return process_run((const char *const *)argv->pdata, setting);
}

Outcome console_run(const ProcessSetting *setting, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    va_list list;
    va_start(list, setting);
    for (char *word; (word = va_arg(list, char *));)
        g_ptr_array_add(words, word);
    va_end(list);
    return console_run_words(setting, words);
}

void sim_run(const char *first, ...)
{
    g_autofree char *program = process_program("mse-sim");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    g_ptr_array_add(argv, (char *)first);
    va_list list;
    va_start(list, first);
    for (char *word; (word = va_arg(list, char *));)
        g_ptr_array_add(argv, word);
    va_end(list);
    g_ptr_array_add(argv, NULL);
    Outcome outcome = process_run((const char *const *)argv->pdata, NULL);
    if (outcome.status != 0)
        g_error("mse-sim %s: %s", first, outcome.err);
    outcome_clear(&outcome);
}

void outcome_clear(Outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
    *outcome = (Outcome){0};
}

/* A pipe can be opened for writing once it has a reader. The process cannot be asked: what it has
 * open is hidden from all but root, for it may hold secrets. */
int process_wait_until_read(const Process *process, const char *fifo)
{
    gint64 deadline = g_get_monotonic_time() + PROCESS_DEADLINE * 1000;
    for (;;) {
        int writer = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (writer >= 0)
            return writer;
        g_assert_cmpint(errno, ==, ENXIO);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        struct pollfd watched = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&watched, 1, 5), ==, 0);
    }
}

/* A socket is there a moment before anybody listens at it. */
static bool is_listened_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    bool connected = connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
    close(descriptor);
    return connected;
}

void process_wait_until_listens(const Process *process, const char *path)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!is_listened_at(path)) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 5), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

json_t *outcome_json(const Outcome *outcome)
{
    json_error_t error;
    json_t *value = json_loadb(outcome->out, outcome->out_size, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        g_error("no JSON (%s) on standard output: %s; on standard error: %s", error.text,
                outcome->out, outcome->err);
    return value;
}

void assert_harmless(const char *text, size_t size)
{
    g_assert_true(g_utf8_validate(text, (gssize)size, NULL));
    for (const char *at = text; at < text + size; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n')
            continue;
        if (g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            g_error("U+%04X is in what was printed: %s", c, text);
    }
}

void assert_sentences(const Outcome *got)
{
    assert_harmless(got->err, got->err_size);
    if (got->out)
        assert_harmless(got->out, got->out_size);
    g_auto(GStrv) lines = g_strsplit(got->err, "\n", -1);
    for (char **line = lines; *line && **line; line++)
        g_assert_true(g_str_has_prefix(*line, "mse-console: "));
    g_assert_true(got->err_size > 0 || (got->out && got->out_size > 0));
}
