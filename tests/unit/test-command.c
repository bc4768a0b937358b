/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands of the user's own: what they get, what they may take, what is said when they fail.
 */
#include "config.h"

#include "core/clock.h"
#include "core/command.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE (120 * G_USEC_PER_SEC)

static char *place(const char *name)
{
    return g_build_filename(g_getenv("TMPDIR"), name, NULL);
}

static bool run(GError **error, const char *script, const char *input, unsigned milliseconds)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    return command_run(argv, span_of(input, strlen(input)), milliseconds, NULL, error);
}

/* Its input as a file, which can also be opened again; in a session of its own. */
static void test_what_it_gets(void)
{
    g_autofree char *out = place("got"), *text = NULL;
    g_autofree char *script = g_strdup_printf(
        "cat >'%s'; ps -o sid= -p $$ | tr -d ' ' >>'%s'; echo $$ >>'%s'; echo noise", out, out,
        out);
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&error, script, "{\"a\":1}\n", 30000));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(out, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpstr(lines[0], ==, "{\"a\":1}");
    g_assert_cmpstr(lines[1], ==, lines[2]);
}

static void test_large_input(void)
{
    g_autofree char *large = g_strnfill(1 << 20, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_true(run(&error, "test $(wc -c) -eq 1048576", large, 30000));
    g_assert_true(run(&error, "exit 0", large, 30000)); /* nobody has to read it */
    g_assert_no_error(error);
}

static void assert_fails(const char *script, int code, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(run(&error, script, "", 30000));
    g_assert_error(error, COMMAND_ERROR, code);
    g_assert_nonnull(strstr(error->message, says));
}

static void test_failures(void)
{
    const char *missing[] = {"/no/such/program", NULL};
    g_autoptr(GError) error = NULL;
    assert_fails("exit 7", COMMAND_ERROR_FAILED, "exit status 7");
    assert_fails("echo first >&2; echo the last word >&2; exit 1", COMMAND_ERROR_FAILED,
                 ": the last word");
    assert_fails("printf '\\033]0;evil\\007' >&2; exit 1", COMMAND_ERROR_FAILED, "\\x1b]0;evil");
    assert_fails("kill -9 $$", COMMAND_ERROR_FAILED, "signal 9");
    assert_fails("yes line | head -c 1000000 >&2; exit 3", COMMAND_ERROR_FAILED, "status 3");
    g_assert_false(command_run(missing, span_of("", 0), 1000, NULL, &error));
    g_assert_error(error, COMMAND_ERROR, COMMAND_ERROR_START);
    g_assert_nonnull(strstr(error->message, "/no/such/program"));
}

/* A zombie has no command line, and what has ended is none after a moment. */
static void wait_until_gone(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
    int64_t until = clock_monotonic() + PATIENCE;
    for (gsize size = 1; size > 0; g_usleep(1000)) {
        g_autofree char *words = NULL;
        if (!g_file_get_contents(path, &words, &size, NULL))
            return;
        g_assert_cmpint(clock_monotonic(), <, until);
    }
}

/* Ended with everything that it started, also when it does not want to. */
static void test_late(void)
{
    g_autofree char *pid = place("pid"), *text = NULL;
    g_autofree char *script = g_strdup_printf("trap '' TERM; sleep 1000 & echo $! >'%s.part'; "
                                              "mv '%s.part' '%s'; wait; wait",
                                              pid, pid, pid);
    /* So long as it takes it here to come so far. */
    for (unsigned limit = 1000; !g_file_get_contents(pid, &text, NULL, NULL); limit *= 2) {
        g_autoptr(GError) error = NULL;
        int64_t before = clock_monotonic();
        g_assert_cmpuint(limit, <, 100000);
        g_assert_false(run(&error, script, "", limit));
        g_assert_error(error, COMMAND_ERROR, COMMAND_ERROR_LATE);
        g_assert_cmpint(clock_monotonic() - before, <, PATIENCE);
    }
    wait_until_gone(g_strchomp(text));
}

static void *cancel_it(void *cancel)
{
    cancel_set(cancel);
    return NULL;
}

static void test_cancel(void)
{
    const char *argv[] = {"sleep", "20", NULL};
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    GThread *thread = g_thread_new("cancel", cancel_it, cancel);
    g_assert_false(command_run(argv, span_of("", 0), 60000, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_thread_join(thread);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/what-it-gets", test_what_it_gets);
    g_test_add_func("/command/large-input", test_large_input);
    g_test_add_func("/command/failures", test_failures);
    g_test_add_func("/command/late", test_late);
    g_test_add_func("/command/cancel", test_cancel);
    return g_test_run();
}
