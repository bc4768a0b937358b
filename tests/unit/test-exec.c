/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs that are run: what they print, how they end, and that nothing of them stays.
 */
#include "config.h"

#include "core/file.h"
#include "core/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void collect(const void *bytes, size_t size, void *data)
{
    g_string_append_len(data, bytes, (gssize)size);
}

static int shell_in(const char *directory, const char *const *environment, const char *script,
                    GString *out)
{
    const char *words[] = {"sh", "-c", script, NULL};
    const ExecRun run = {.words = words,
                         .directory = directory,
                         .environment = environment,
                         .output = collect,
                         .data = out};
    g_autoptr(GError) error = NULL;
    int status = exec_run(&run, NULL, &error);
    g_assert_no_error(error);
    return status;
}

static int shell(const char *script, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    int status = shell_in(NULL, NULL, script, out);
    g_assert_cmpstr(out->str, ==, expected);
    return status;
}

static void test_ends(void)
{
    g_assert_cmpint(shell("echo out; echo err >&2; exit 0", "out\nerr\n"), ==, 0);
    g_assert_cmpint(shell("exit 7", ""), ==, 7);
    g_assert_cmpint(shell("kill -9 $$", ""), ==, 128 + SIGKILL);
    g_assert_cmpint(shell("exec >&- 2>&-; exit 3", ""), ==, 3);
    const char *words[] = {"true", NULL};
    g_assert_cmpint(exec_run(&(ExecRun){.words = words}, NULL, NULL), ==, 0);
}

static void test_much(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(shell_in(NULL, NULL, "head -c 3000000 /dev/zero", out), ==, 0);
    g_assert_cmpuint(out->len, ==, 3000000);
}

static void test_place(void)
{
    static const char *const changes[] = {"ADDED=yes", "HOME", NULL};
    g_auto(GStrv) environment = exec_environment(NULL, changes);
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(
        shell_in("/usr", (const char *const *)environment, "pwd; echo $ADDED $HOME.; cat", out), ==,
        0);
    g_assert_cmpstr(out->str, ==, "/usr\nyes .\n"); /* and nothing to read */
}

/* Neither a descriptor that was forgotten to be closed on exec, nor what signals do here. (Those of
 * the C library's own, 32 and 33, are its own business.) */
static void test_clean(void)
{
    int open_here = open("/dev/null", O_RDONLY);
    g_assert_cmpint(open_here, >, 2);
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    shell("ls /proc/self/fd | wc -l; grep -E '(SigBlk:.*[1-9a-f]|SigIgn:.*[1-9a-f].{0,6}$)' "
          "/proc/self/status",
          "4\n"); /* three, and the directory */
    signal(SIGPIPE, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(open_here);
}

static void assert_cannot_start(const char *const *words, const char *directory, int number)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(exec_run(&(ExecRun){.words = words, .directory = directory}, NULL, &error), ==,
                    -1);
    g_assert_error(error, EXEC_ERROR, EXEC_ERROR_START);
    g_assert_nonnull(strstr(error->message, g_strerror(number)));
    g_assert_null(strchr(error->message, '\x1b'));
}

static void test_cannot_start(void)
{
    assert_cannot_start((const char *[]){"no-such-\x1b[2Jprogram", NULL}, NULL, ENOENT);
    assert_cannot_start((const char *[]){"/etc/passwd", NULL}, NULL, EACCES);
    assert_cannot_start((const char *[]){"true", NULL}, "/nonexistent", ENOENT);
}

/* Who was left behind holds the pipe open, and ends with the program. */
static void test_left_behind(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(shell_in(NULL, NULL, "sleep 1000 & echo $!", out), ==, 0);
    pid_t left = (pid_t)g_ascii_strtoll(out->str, NULL, 10);
    g_assert_cmpint(left, >, 1);
    gint64 until = g_get_monotonic_time() + 120 * G_USEC_PER_SEC;
    while (kill(left, 0) == 0) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)left);
        g_autofree char *stat = NULL;
        if (!g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z "))
            break;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(1000);
    }
}

static void cancel_at_output(const void *bytes, size_t size, void *data)
{
    (void)bytes;
    (void)size;
    cancel_set(data);
}

static void assert_cancelled(const char *script)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    const char *words[] = {"sh", "-c", script, NULL};
    const ExecRun run = {.words = words, .output = cancel_at_output, .data = cancel};
    g_assert_cmpint(exec_run(&run, cancel, &error), ==, -1);
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
}

static void test_cancelled(void)
{
    assert_cancelled("echo begun; sleep 1000");
    assert_cancelled("echo begun; sleep 1000 & wait");
    assert_cancelled("trap '' TERM; echo begun; while :; do sleep 1; done");
    g_autoptr(Cancel) deadline = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(deadline, 50);
    const char *words[] = {"sleep", "1000", NULL};
    g_assert_cmpint(exec_run(&(ExecRun){.words = words}, deadline, &error), ==, -1);
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
}

static void test_tree(void)
{
    g_autofree char *top = g_dir_make_tmp("tree-XXXXXX", NULL);
    g_autofree char *aside = g_dir_make_tmp("aside-XXXXXX", NULL);
    g_autofree char *kept = g_build_filename(aside, "kept", NULL);
    g_autofree char *script =
        g_strdup_printf("mkdir -p a/b/c && touch a/b/f && chmod 0 a/b/f && ln -s %s a/link && "
                        "touch %s",
                        aside, kept);
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(shell_in(top, NULL, script, out), ==, 0);
    file_remove_tree(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
    file_remove_tree(top);
    file_remove_tree(aside);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/exec/ends", test_ends);
    g_test_add_func("/exec/much", test_much);
    g_test_add_func("/exec/place", test_place);
    g_test_add_func("/exec/clean", test_clean);
    g_test_add_func("/exec/cannot-start", test_cannot_start);
    g_test_add_func("/exec/left-behind", test_left_behind);
    g_test_add_func("/exec/cancelled", test_cancelled);
    g_test_add_func("/file/remove-tree", test_tree);
    return g_test_run();
}
