/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With sanitizers: a session in which memory is lost fails, whichever way it is left.
 */
#include "config.h"

#include "ui/leak.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 60 };

typedef struct Way {
    const char *name;
    const char *words[3]; /* of the console */
    const char *shows;    /* when it is there; NULL: when it reads the pipe */
    const char *keys;     /* NULL: it is sent SIGTERM */
} Way;

static const Way ways[] = {
    {"/leaks/quit", {"trusted-enclave-evidence.json"}, "1 trusted", "q"},
    {"/leaks/signal", {"trusted-enclave-evidence.json"}, "1 trusted", NULL},
    {"/leaks/plain-quit", {"--plain"}, "line by line", "quit\r"},
    {"/leaks/plain-signal", {"--plain"}, "line by line", NULL},
    {"/leaks/script-signal", {"-e", "verify pipe"}, NULL, NULL},
};

/* The sanitizer adds the process to the name. */
static char *read_report(const char *start, pid_t process)
{
    g_autofree char *path = g_strdup_printf("%s.%d", start, (int)process);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* Its reader waits for what is never written. */
static int open_read_pipe(const char *path)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;
    int writer;

    while ((writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    return writer;
}

static Terminal *open_leaking(const Way *way, const char *report)
{
    g_autofree char *preload =
        g_strdup_printf("LD_PRELOAD=%s/tests/screen/leaking.so", g_getenv("MSE_TEST_BUILD"));
    g_autofree char *sanitizer = g_strdup_printf(
        "ASAN_OPTIONS=verify_asan_link_order=0:exitcode=%d:log_path=%s", LEAK_STATUS, report);
    const char *environment[] = {preload, sanitizer, NULL};
    TerminalOptions options = {.environment = environment, .directory = terminal_samples()};

    return terminal_start_console(way->words, &options);
}

static void test_way(gconstpointer data)
{
    const Way *way = data;
    g_autofree char *pipe = g_build_filename(terminal_samples(), "pipe", NULL);
    g_autofree char *report = g_build_filename(g_get_home_dir(), "report", NULL);
    g_autofree char *text = NULL;
    g_autoptr(Terminal) terminal = NULL;
    int status, writer = -1;

#ifndef WITH_SANITIZERS
    g_test_skip("only a sanitizer sees what is lost");
    return;
#endif
    g_assert_true(mkfifo(pipe, 0600) == 0 || errno == EEXIST);
    terminal = open_leaking(way, report);
    if (way->shows != NULL)
        terminal_wait_text(terminal, way->shows);
    else
        writer = open_read_pipe(pipe);
    if (way->keys != NULL)
        terminal_type(terminal, way->keys);
    else
        kill(terminal->child, SIGTERM);
    status = terminal_wait_end(terminal);
    text = read_report(report, terminal->child);
    g_assert_nonnull(strstr(text, "Direct leak of 54321 byte(s)"));
    g_assert_nonnull(strstr(text, "SUMMARY: AddressSanitizer: 54321 byte(s) leaked"));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, LEAK_STATUS);
    if (writer >= 0)
        close(writer);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        g_test_add_data_func(ways[i].name, &ways[i], test_way);
    return g_test_run();
}
