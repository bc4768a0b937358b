/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cancel: the flag, the descriptor, the deadline, and waiting with them.
 */
#include "config.h"

#include "core/cancel.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static bool readable(int descriptor)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    return poll(&wait, 1, 0) == 1 && (wait.revents & POLLIN) != 0;
}

static void test_flag(void)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(cancel_is_set(cancel, &error));
    g_assert_no_error(error);
    g_assert_false(readable(cancel_descriptor(cancel)));
    g_assert_cmpint(cancel_milliseconds_left(cancel), ==, -1);
    cancel_set(cancel);
    cancel_set(cancel);
    g_assert_true(cancel_is_set(cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_assert_true(readable(cancel_descriptor(cancel)));
}

static void test_null(void)
{
    g_assert_null(cancel_ref(NULL));
    cancel_set(NULL);
    cancel_set_deadline(NULL, 0);
    g_assert_false(cancel_is_set(NULL, NULL));
    g_assert_cmpint(cancel_descriptor(NULL), ==, -1);
    g_assert_cmpint(cancel_milliseconds_left(NULL), ==, -1);
    g_assert_cmpint(cancel_poll_timeout(NULL, 7), ==, 7);
    cancel_unref(NULL);
}

static void test_deadline(void)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(cancel, 1000000);
    g_assert_false(cancel_is_set(cancel, NULL));
    g_assert_cmpint(cancel_milliseconds_left(cancel), >, 900000);
    g_assert_cmpint(cancel_poll_timeout(cancel, 5), ==, 5);
    g_assert_cmpint(cancel_poll_timeout(cancel, -1), >, 900000);
    cancel_set_deadline(cancel, 0);
    g_assert_cmpint(cancel_milliseconds_left(cancel), ==, 0);
    g_assert_true(cancel_is_set(cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    g_assert_false(readable(cancel_descriptor(cancel)));
}

static void test_wait(void)
{
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(cancel, 20);
    g_assert_false(cancel_wait(cancel, ends[0], POLLIN, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    g_clear_error(&error);
    g_assert_cmpint(write(ends[1], "x", 1), ==, 1);
    g_assert_true(cancel_wait(NULL, ends[0], POLLIN, &error));
    close(ends[0]);
    close(ends[1]);
}

static gpointer set_it(gpointer data)
{
    cancel_set(data);
    cancel_unref(data);
    return NULL;
}

static void test_wait_other_thread(void)
{
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    for (int i = 0; i < 50; i++) {
        g_autoptr(Cancel) cancel = cancel_new();
        g_autoptr(GError) error = NULL;
        GThread *thread = g_thread_new("setter", set_it, cancel_ref(cancel));
        g_assert_false(cancel_wait(cancel, ends[0], POLLIN, &error));
        g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
        g_thread_join(thread);
    }
    close(ends[0]);
    close(ends[1]);
}

/* Volatile: the compiler knows that raise does not call back into this file. */
static Cancel *volatile from_handler;

static void on_signal(int number)
{
    (void)number;
    cancel_set(from_handler);
}

static void test_signal(void)
{
    g_autoptr(Cancel) cancel = cancel_new();
    from_handler = cancel;
    struct sigaction action = {.sa_handler = on_signal}, before;
    sigaction(SIGUSR1, &action, &before);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &before, NULL);
    from_handler = NULL;
    g_assert_true(cancel_is_set(cancel, NULL));
}

/* With no descriptor left for the eventfd the flag still ends a wait. */
static void test_no_descriptor(void)
{
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    struct rlimit before, none;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
    g_assert_cmpint(cancel_descriptor(cancel), ==, -1);
    g_autoptr(GError) error = NULL;
    GThread *thread = g_thread_new("setter", set_it, cancel_ref(cancel));
    g_assert_false(cancel_wait(cancel, ends[0], POLLIN, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_thread_join(thread);
    close(ends[0]);
    close(ends[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cancel/flag", test_flag);
    g_test_add_func("/cancel/null", test_null);
    g_test_add_func("/cancel/deadline", test_deadline);
    g_test_add_func("/cancel/wait", test_wait);
    g_test_add_func("/cancel/wait-other-thread", test_wait_other_thread);
    g_test_add_func("/cancel/signal", test_signal);
    g_test_add_func("/cancel/no-descriptor", test_no_descriptor);
    return g_test_run();
}
