/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/child.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/exec.h"
#include "core/sanitize.h"
#include "wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAXIMUM 2048                 /* bytes kept of what one says, the last ones */
#define GRACE        (2 * G_USEC_PER_SEC) /* between asking it to end and ending it */
#define BLIND_SLICE \
    (G_USEC_PER_SEC / 10) /* how often to look when there is no descriptor to wait on */

struct Child {
    gatomicrefcount references;
    char **command;
    int listener;   /* until our end is connected; else -1 */
    pid_t pid;      /* 0: it was waited for */
    int exit_watch; /* a pidfd, or -1 where there are none */
    int socket;     /* -1: closed */
    int errors;     /* what it says; -1: nothing more */
    GString *said;
    int64_t kill_at; /* monotonic microseconds; 0: it was not told to end */
};

/* All that have not been waited for, or may still speak. Of the wire thread. */
static GPtrArray *children;

static void close_descriptor(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

Child *child_ref(Child *child)
{
    g_atomic_ref_count_inc(&child->references);
    return child;
}

void child_unref(Child *child)
{
    if (child == NULL || !g_atomic_ref_count_dec(&child->references))
        return;
    close_descriptor(&child->exit_watch);
    close_descriptor(&child->errors);
    close_descriptor(&child->listener);
    g_strfreev(child->command);
    g_string_free(child->said, TRUE);
    g_free(child);
}

int child_socket(const Child *child)
{
    return child->socket;
}

bool child_may_speak(const Child *child)
{
    return child->errors >= 0 || child->listener >= 0;
}

/* In a session of its own: it must not ask for a password on our terminal, nor get its Ctrl-C. */
static int spawn(pid_t *pid, char *const *command, int socket, int errors)
{
    const ExecSpec spec = {
        .words = (const char *const *)command,
        .place = EXEC_SESSION,
        .input = socket,
        .output = socket,
        .errors = errors,
    };
    return exec_start(&spec, pid);
}

/* A listener under a name that the kernel chooses. */
static int listen_somewhere(struct curl_sockaddr *address)
{
    struct sockaddr_un *name = (struct sockaddr_un *)(void *)&address->addr;
    socklen_t size = sizeof(sa_family_t);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    name->sun_family = AF_UNIX;
    if (listener >= 0 && bind(listener, (struct sockaddr *)name, size) == 0 &&
        listen(listener, 4) == 0) {
        size = sizeof *name;
        if (getsockname(listener, (struct sockaddr *)name, &size) == 0) {
            address->addrlen = size;
            return listener;
        }
    }
    close_descriptor(&listener);
    return -1;
}

Child *child_start(char *const *command, struct curl_sockaddr *address, GError **error)
{
    int listener = listen_somewhere(address);
    int client = listener < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_COMMAND, "%s", g_strerror(errno));
        close_descriptor(&listener);
        return NULL;
    }
    Child *child = g_new0(Child, 1);
    g_atomic_ref_count_init(&child->references);
    child->command = g_strdupv((char **)command);
    child->listener = listener;
    child->socket = client;
    child->exit_watch = child->errors = -1;
    child->said = g_string_new(NULL);
    if (children == NULL)
        children = g_ptr_array_new_with_free_func((GDestroyNotify)child_unref);
    g_ptr_array_add(children, child_ref(child));
    return child;
}

/* The other end of our connection: anybody on this machine may have connected to the listener, but
 * only our own process is let in. -1: not there yet. */
static int accept_own(const Child *child)
{
    for (;;) {
        struct ucred peer = {.pid = 0};
        socklen_t size = sizeof peer;
        int accepted = accept4(child->listener, NULL, NULL, SOCK_CLOEXEC);
        if (accepted < 0)
            return -1;
        if (getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
            peer.pid == getpid())
            return accepted;
        close(accepted);
    }
}

static void cannot_run(Child *child, int number)
{
    g_autofree char *shown = sanitize_string(child->command[0]);
    g_string_printf(child->said, _("%s cannot be started: %s"), shown, g_strerror(number));
}

/* Once we are connected, the program gets the other end. When it cannot run, that end is closed. */
static void run(Child *child)
{
    int pipes[2];
    int other = child->listener < 0 ? -1 : accept_own(child);
    if (other < 0)
        return;
    close_descriptor(&child->listener);
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        cannot_run(child, errno);
    } else {
        int failed = spawn(&child->pid, child->command, other, pipes[1]);
        close(pipes[1]);
        child->errors = pipes[0];
        fcntl(child->errors, F_SETFL, O_NONBLOCK);
        if (failed != 0) {
            child->pid = 0;
            cannot_run(child, failed);
        } else {

            child->exit_watch = pidfd_open(child->pid, 0);
        }
    }
    close(other);
}

char *child_said(const Child *child)
{
    g_autofree char *text = g_strstrip(g_strdup(child->said->str));
    const char *last = strrchr(text, '\n');
    last = last == NULL ? text : last + 1;
    return *last == '\0' ? NULL : sanitize_string(last);
}

static void tell(Child *child, int signal_number)
{
    if (child->pid > 0)
        kill(-child->pid, signal_number); /* it leads its session's group */
}

static void let_end(Child *child)
{
    if (child->kill_at == 0)
        child->kill_at = clock_monotonic() + GRACE;
    tell(child, SIGTERM);
}

int child_close_socket(void *data, curl_socket_t socket)
{
    (void)data;
    for (guint i = 0; children != NULL && i < children->len; i++) {
        Child *child = g_ptr_array_index(children, i);
        if (child->socket != socket)
            continue;
        child->socket = -1;
        let_end(child);
        break;
    }
    return close(socket);
}

int64_t children_poll(GArray *waits)
{
    int64_t due = INT64_MAX;
    for (guint i = 0; children != NULL && i < children->len; i++) {
        const Child *child = g_ptr_array_index(children, i);
        const int descriptors[] = {child->errors, child->exit_watch, child->listener};
        for (size_t d = 0; d < G_N_ELEMENTS(descriptors); d++) {
            struct curl_waitfd wait = {.fd = descriptors[d], .events = CURL_WAIT_POLLIN};
            if (wait.fd >= 0)
                g_array_append_val(waits, wait);
        }
        if (child->kill_at != 0 && child->pid > 0)
            due = MIN(due, child->kill_at);
        if (child->exit_watch < 0 && child->pid > 0)
            due = MIN(due, clock_monotonic() + BLIND_SLICE);
    }
    return due;
}

static void hear(Child *child)
{
    char bytes[1024];
    while (child->errors >= 0) {
        ssize_t n = read(child->errors, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_descriptor(&child->errors);
            return;
        }
        for (ssize_t i = 0; i < n; i++) /* a NUL would end what is shown */
            g_string_append_c(child->said, bytes[i] == '\0' ? '?' : bytes[i]);
        if (child->said->len > SAID_MAXIMUM)
            g_string_erase(child->said, 0, (gssize)(child->said->len - SAID_MAXIMUM));
    }
}

static void await(Child *child, int64_t now)
{
    if (child->pid == 0)
        return;
    pid_t ended = waitpid(child->pid, NULL, WNOHANG);
    if (ended == child->pid || (ended < 0 && errno == ECHILD)) {
        child->pid = 0;
        close_descriptor(&child->exit_watch);
        return;
    }
    if (child->kill_at != 0 && now >= child->kill_at) {
        tell(child, SIGKILL);
        child->kill_at = now + GRACE;
    }
}

/* Somebody whom it started may hold the pipe for ever: nobody listens once the connection is gone
 * and the child too. */
static bool is_over(const Child *child)
{
    return child->pid == 0 && child->socket < 0;
}

void children_attend(int64_t now)
{
    for (guint i = children == NULL ? 0 : children->len; i-- > 0;) {
        Child *child = g_ptr_array_index(children, i);
        run(child);
        await(child, now); /* before hearing: what it said before it ended is heard */
        hear(child);
        if (is_over(child)) {
            close_descriptor(&child->listener);
            close_descriptor(&child->errors);
            g_ptr_array_remove_index_fast(children, i);
        }
    }
}

void children_end(void)
{
    for (guint i = 0; children != NULL && i < children->len; i++) {
        Child *child = g_ptr_array_index(children, i);
        tell(child, SIGTERM);
        close_descriptor(&child->socket);
    }
    g_clear_pointer(&children, g_ptr_array_unref);
}
