/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo: what it shows is there and real, and it leaves nothing behind, however it ends.
 */
#include "config.h"

#include "demos.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static bool has_no_process(void *data)
{
    (void)data;
    return demos_alive() == 0;
}

static void assert_nothing_left(void)
{
    g_autofree char *directory = demos_directory(NULL);
    g_assert_null(directory);
    demos_await(has_no_process, NULL);
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
        Outcome got = demos_run(NULL, line);
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
    Outcome got = demos_run(NULL, "verify ../apps/helloworld/opt/input/evidence.json "
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
    Outcome got = demos_run(NULL, "home status nobody");
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

static bool is_followed(void *data)
{
    char **directory = data;
    g_free(*directory);
    *directory = demos_directory(NULL);
    if (*directory == NULL)
        return false;
    g_autofree char *settings = g_build_filename(*directory, "docker", NULL);
    return g_file_test(settings, G_FILE_TEST_EXISTS) &&
           demos_processes(follow_line(), NULL, NULL) >= 2;
}

/* Starts a demo that follows a log, and waits until it does. */
static Process start_following(char **directory)
{
    Process process = demos_start(NULL, follow_line());
    demos_await(is_followed, directory);
    return process;
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

/* With all that it started. */
static bool has_ended(void *directory)
{
    return demos_processes(directory, NULL, NULL) + demos_processes(follow_line(), NULL, NULL) == 0;
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
    demos_await(has_ended, directory);
    g_assert_true(g_file_test(directory, G_FILE_TEST_IS_DIR));
    got = demos_run(NULL, "version");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_false(g_file_test(directory, G_FILE_TEST_EXISTS));
    assert_nothing_left();
}

/* A console whose demo is gone before it has begun, as whatever signal comes so early. */
static void test_orphan(void)
{
    static const char *const environment[] = {"MSE_CONSOLE_DEMO=1", NULL};
    const ProcessSetting here = {.environment = environment};
    Outcome got = console_run(&here, "console", "-e", "version; home events", NULL);
    g_assert_cmpint(got.status, ==, 128 + SIGTERM);
    g_assert_cmpstr(got.out, ==, "");
    outcome_clear(&got);
}

/* Two at once do not touch each other. */
static void test_two(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory);
    Outcome got = demos_run(NULL, "version");
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
    const ProcessSetting here = demos_setting();
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
    g_test_add_func("/demo/orphan", test_orphan);
    g_test_add_func("/demo/two", test_two);
    g_test_add_func("/demo/no-place", test_no_place);
    g_test_add_func("/demo/no-terminal", test_no_terminal);
    return g_test_run();
}
