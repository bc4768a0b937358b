/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo: what it shows is there and real, and it leaves nothing behind, however it ends.
 */
#include "config.h"

#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The test's own: where demos make their directories. */
static ProcessSetting setting(void)
{
    static char *runtime;
    static const char *environment[2];
    if (runtime == NULL)
        runtime = g_strconcat("XDG_RUNTIME_DIR=", process_directory(), NULL);
    environment[0] = runtime;
    return (ProcessSetting){.environment = environment};
}

static Outcome demo_run(const char *lines)
{
    const ProcessSetting here = setting();
    return console_run(&here, "demo", "-e", lines, NULL);
}

/* A demo's directory; NULL: there is none. g_free. */
static char *demo_directory(void)
{
    g_autoptr(GDir) dir = g_dir_open(process_directory(), 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_prefix(name, "mse-console-demo."))
            return process_path(name);
    return NULL;
}

/* How many processes have this text in their command line. */
static unsigned processes_with(const char *text)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *content = NULL;
        gsize size;
        if (!g_ascii_isdigit(name[0]) || !g_file_get_contents(path, &content, &size, NULL))
            continue;
        for (gsize i = 0; i < size; i++)
            if (content[i] == '\0')
                content[i] = ' ';
        n += g_strstr_len(content, (gssize)size, text) != NULL;
    }
    return n;
}

static void assert_nothing_left(void)
{
    g_autofree char *directory = demo_directory();
    g_assert_null(directory);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (processes_with(process_directory()) > 0) {
        poll(NULL, 0, 10);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static void test_applications(void)
{
    static const char *const states[][2] = {
        {"batch", "exited (1)"},   {"billing", "waiting: secrets"}, {"census", "running"},
        {"helloworld", "running"}, {"ledger", "running"},           {"scoring", "running"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *line = g_strdup_printf("home status %s", states[i][0]);
        g_autofree char *state = g_strdup_printf("State:        %s\n", states[i][1]);
        Outcome got = demo_run(line);
        g_assert_cmpstr(got.err, ==, "");
        g_assert_cmpint(got.status, ==, 0);
        g_assert_nonnull(strstr(got.out, state));
        outcome_clear(&got);
        if (i == 1 && !g_test_slow()) /* the others are the same way */
            break;
    }
    assert_nothing_left();
}

/* Real evidence under a root of its own: three are trusted, the outdated platform's is not. */
static void test_verdicts(void)
{
    Outcome got = demo_run("verify ../apps/helloworld/opt/input/evidence.json "
                           "../apps/billing/opt/input/evidence.json "
                           "../apps/ledger/opt/input/evidence.json");
    g_assert_nonnull(strstr(got.out, "TRUSTED  ../apps/helloworld"));
    g_assert_nonnull(strstr(got.out, "TRUSTED  ../apps/billing"));
    g_assert_nonnull(strstr(got.out, "REJECTED  ../apps/ledger"));
    g_assert_nonnull(strstr(got.out, "OutOfDate"));
    g_assert_nonnull(strstr(got.out, "SIMULATED"));
    g_assert_cmpint(got.status, ==, 3);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_status_is_the_lines(void)
{
    Outcome got = demo_run("home status nobody");
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "nobody"));
    outcome_clear(&got);
    assert_nothing_left();
}

/* A line that no other process has. */
static const char *follow_line(void)
{
    static char *line;
    if (line == NULL)
        line = g_strdup_printf("home logs -f helloworld --tail %d", (int)getpid());
    return line;
}

/* Starts a demo that follows a log, and waits until it does. */
static Process start_following(char **directory)
{
    const ProcessSetting here = setting();
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "demo", "-e", follow_line(), NULL};
    Process process = process_start(argv, &here);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *settings = NULL;
        g_free(*directory);
        *directory = demo_directory();
        if (*directory != NULL)
            settings = g_build_filename(*directory, "docker", NULL);
        if (settings != NULL && g_file_test(settings, G_FILE_TEST_EXISTS) &&
            processes_with(follow_line()) >= 2)
            return process;
        poll(NULL, 0, 10);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static void test_signal(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory);
    kill(process.pid, SIGTERM);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 128 + SIGTERM);
    outcome_clear(&got);
    assert_nothing_left();
}

/* What is killed can take nothing away: its children end by themselves, the next one removes. */
static void test_killed(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory);
    kill(process.pid, SIGKILL);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 256 + SIGKILL);
    outcome_clear(&got);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (processes_with(directory) + processes_with(follow_line()) > 0) {
        poll(NULL, 0, 10);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    g_assert_true(g_file_test(directory, G_FILE_TEST_IS_DIR));
    got = demo_run("version");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_false(g_file_test(directory, G_FILE_TEST_EXISTS));
    assert_nothing_left();
}

/* Two at once do not touch each other. */
static void test_two(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory);
    Outcome got = demo_run("version");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_true(g_file_test(directory, G_FILE_TEST_IS_DIR));
    kill(process.pid, SIGINT);
    got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 128 + SIGINT);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_no_place(void)
{
    static const char *const environment[] = {"XDG_RUNTIME_DIR", "TMPDIR=/nowhere", NULL};
    const ProcessSetting here = {.environment = environment};
    Outcome got = console_run(&here, "demo", "-e", "version", NULL);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "/nowhere"));
    assert_sentences(&got);
    outcome_clear(&got);
}

static void test_no_terminal(void)
{
    const ProcessSetting here = setting();
    Outcome got = console_run(&here, "demo", NULL);
    g_assert_cmpint(got.status, ==, 2);
    assert_sentences(&got);
    outcome_clear(&got);
    assert_nothing_left();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/demo/applications", test_applications);
    g_test_add_func("/demo/verdicts", test_verdicts);
    g_test_add_func("/demo/status-is-the-lines", test_status_is_the_lines);
    g_test_add_func("/demo/signal", test_signal);
    g_test_add_func("/demo/killed", test_killed);
    g_test_add_func("/demo/two", test_two);
    g_test_add_func("/demo/no-place", test_no_place);
    g_test_add_func("/demo/no-terminal", test_no_terminal);
    return g_test_run();
}
