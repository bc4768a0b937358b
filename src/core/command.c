/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/command.h"

#include "core/clock.h"
#include "core/exec.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SAID_MOST = 2048,   /* bytes kept of what it says, the last ones */
    GRACE = 2000,       /* milliseconds between asking it to end and ending it */
    SLICE_SHORTEST = 1, /* milliseconds between looks at whether it has ended: doubled, up to */
    SLICE_LONGEST = 100,
};

/* One command under way. */
typedef struct Running {
    const char *const *argv;
    pid_t pid;
    int errors; /* what it says; -1: nothing more */
    GString *said;
} Running;

GQuark command_error_quark(void)
{
    return g_quark_from_static_string("mse-command-error");
}

static void close_descriptor(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static bool write_all(int descriptor, Span bytes)
{
    while (bytes.size > 0) {
        ssize_t n = write(descriptor, bytes.data, bytes.size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = span_of(bytes.data + n, bytes.size - (size_t)n);
    }
    return true;
}

/* A file, not a pipe: nobody has to be there who reads it. */
static int file_with(Span input)
{
    int file = memfd_create("input", MFD_CLOEXEC);
    if (file >= 0 && (!write_all(file, input) || lseek(file, 0, SEEK_SET) != 0))
        close_descriptor(&file);
    return file;
}

/* An errno value, or 0. */
static int spawn(pid_t *pid, const char *const *argv, int input, int errors)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ExecSpec spec = {
        .words = argv, .place = EXEC_SESSION, .input = input, .output = nowhere, .errors = errors};
    int failed = nowhere < 0 ? errno : exec_start(&spec, pid);
    close_descriptor(&nowhere);
    return failed;
}

static bool fail_to_start(const char *program, int number, GError **error)
{
    g_autofree char *safe = sanitize_string(program);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_START, _("%s cannot be started: %s"), safe,
                g_strerror(number));
    return false;
}

static bool start(Running *running, Span input, GError **error)
{
    int ends[2] = {-1, -1};
    int file = file_with(input);
    if (file < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        fail_to_start(running->argv[0], errno, error);
        close_descriptor(&file);
        return false;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int failed = spawn(&running->pid, running->argv, file, ends[1]);
    close_descriptor(&file);
    close_descriptor(&ends[1]);
    running->errors = ends[0];
    if (failed == 0)
        return true;
    close_descriptor(&running->errors);
    return fail_to_start(running->argv[0], failed, error);
}

/* Takes in what it said until now. */
static void listen_to(Running *running)
{
    char bytes[512];
    while (running->errors >= 0) {
        ssize_t n = read(running->errors, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            if (errno == EAGAIN)
                return;
            continue;
        }
        if (n <= 0) {
            close_descriptor(&running->errors);
            return;
        }
        g_string_append_len(running->said, bytes, n);
        if (running->said->len > SAID_MOST)
            g_string_erase(running->said, 0, (gssize)(running->said->len - SAID_MOST));
    }
}

/* 1: it has ended; 0: not by then; -1: cancelled. */
static int wait_until(Running *running, int64_t until, int *status, Cancel *cancel)
{
    int slice = SLICE_SHORTEST;
    for (;;) {
        struct pollfd watched[] = {
            {.fd = running->errors, .events = POLLIN},
            {.fd = cancel_descriptor(cancel), .events = POLLIN},
        };
        listen_to(running);
        if (waitpid(running->pid, status, WNOHANG) != 0)
            return 1;
        if (cancel_is_set(cancel, NULL))
            return -1;
        if (clock_monotonic() >= until)
            return 0;
        poll(watched, G_N_ELEMENTS(watched), slice);
        slice = MIN(slice * 2, SLICE_LONGEST);
    }
}

/* Its last line, for a sentence. g_free. */
static char *last_words(const Running *running)
{
    g_autofree char *text = g_strchomp(g_strndup(running->said->str, running->said->len));
    const char *line = strrchr(text, '\n');
    return sanitize_string(line == NULL ? text : line + 1);
}

static bool fail_late(const Running *running, unsigned milliseconds, GError **error)
{
    g_autofree char *safe = sanitize_string(running->argv[0]);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_LATE,
                _("%s was ended: it took longer than %u seconds"), safe, milliseconds / 1000);
    return false;
}

static bool judge_status(const Running *running, int status, GError **error)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    g_autofree char *safe = sanitize_string(running->argv[0]), *words = last_words(running);
    const char *between = *words != '\0' ? ": " : "";
    if (WIFEXITED(status))
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_FAILED,
                    _("%s failed with exit status %d%s%s"), safe, WEXITSTATUS(status), between,
                    words);
    else
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_FAILED, _("%s was ended by signal %d%s%s"),
                    safe, WTERMSIG(status), between, words);
    return false;
}

/* It leads its session's group: what it started is ended with it. */
static void end_group(Running *running, int *status)
{
    kill(-running->pid, SIGTERM);
    if (wait_until(running, clock_monotonic() + GRACE * INT64_C(1000), status, NULL) == 1)
        return;
    kill(-running->pid, SIGKILL);
    while (waitpid(running->pid, status, 0) < 0 && errno == EINTR)
        ;
}

static bool finish(Running *running, unsigned milliseconds, Cancel *cancel, GError **error)
{
    int status = 0;
    int64_t until = clock_monotonic() + milliseconds * INT64_C(1000);
    switch (wait_until(running, until, &status, cancel)) {
    case 1:
        return judge_status(running, status, error);
    case 0:
        end_group(running, &status);
        return fail_late(running, milliseconds, error);
    default:
        cancel_is_set(cancel, error);
        return false;
    }
}

bool command_run(const char *const *argv, Span input, unsigned milliseconds, Cancel *cancel,
                 GError **error)
{
    Running running = {.argv = argv, .errors = -1};
    if (!start(&running, input, error))
        return false;
    running.said = g_string_new(NULL);
    bool good = finish(&running, milliseconds, cancel, error);
    close_descriptor(&running.errors);
    g_string_free(running.said, TRUE);
    return good;
}
