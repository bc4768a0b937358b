/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo in containers of this machine's engine: what it shows is there and real, a person's own
 * containers are neither shown nor touched, and nothing of it is left however it ends.
 */
#include "config.h"

#include "own.h"
#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LABEL "mse-console-demo"

/* A container of a person's own, an application like any other. */
static char *own, *own_image;

/* The test's own: where demos make their directories, which are the values of their labels. */
static ProcessSetting setting(void)
{
    static char *runtime;
    static const char *environment[2];
    if (runtime == NULL)
        runtime = g_strconcat("XDG_RUNTIME_DIR=", process_directory(), NULL);
    environment[0] = runtime;
    return (ProcessSetting){.environment = environment};
}

/* What it prints; the exit status in `status`, or it must be 0. */
static char *shell(int *status, const char *format, ...) G_GNUC_PRINTF(2, 3);
static char *shell(int *status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome got = process_run(argv, NULL);
    if (status == NULL && got.status != 0)
        g_error("%s: %d: %s", line, got.status, got.err);
    if (status != NULL)
        *status = got.status;
    char *out = g_steal_pointer(&got.out);
    outcome_clear(&got);
    return out;
}

static Outcome demo_run(const char *lines)
{
    const ProcessSetting here = setting();
    return console_run(&here, "demo", "--docker", "-e", lines, NULL);
}

/* --- what there is of this test's demos ----------------------------------------------------------
 */

static char *containers(void)
{
    return shell(NULL,
                 "docker ps -a --filter label=" LABEL " --format '{{.Names}} {{.Label \"" LABEL
                 "\"}}' | grep -F '%s' || :",
                 process_directory());
}

static char *images(void)
{
    return shell(NULL,
                 "for id in $(docker images -q --filter label=" LABEL "); do docker inspect -f "
                 "'{{index .Config.Labels \"" LABEL "\"}}' $id; done | grep -F '%s' || :",
                 process_directory());
}

/* A demo's directory, other than `than` (may be NULL); NULL: there is none. g_free. */
static char *demo_directory_other(const char *than)
{
    g_autoptr(GDir) dir = g_dir_open(process_directory(), 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = process_path(name);
        if (g_str_has_prefix(name, LABEL ".") && g_strcmp0(path, than) != 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

static char *demo_directory(void)
{
    return demo_directory_other(NULL);
}

/* The process that has both texts in its command line; 0: none. */
static pid_t process_with(const char *text, const char *other)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *content = NULL;
        gsize size;
        if (!g_ascii_isdigit(name[0]) || !g_file_get_contents(path, &content, &size, NULL))
            continue;
        for (gsize i = 0; i < size; i++)
            if (content[i] == '\0')
                content[i] = ' ';
        if (g_strstr_len(content, (gssize)size, text) && g_strstr_len(content, (gssize)size, other))
            return (pid_t)g_ascii_strtoll(name, NULL, 10);
    }
    return 0;
}

static void assert_own_is_untouched(void)
{
    g_autofree char *state = shell(NULL, "docker inspect -f '{{.State.Status}}' %s", own);
    g_assert_cmpstr(state, ==, "created\n");
}

static bool something_left(void)
{
    g_autofree char *those = containers(), *these = images(), *directory = demo_directory();
    return *those != '\0' || *these != '\0' || directory != NULL ||
           process_with(process_directory(), "mse-sim") != 0;
}

static void wait_until_nothing_is_left(void)
{
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (something_left()) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 50);
    }
}

/* Once it has ended: at once, and no later. */
static void assert_nothing_left(void)
{
    g_autofree char *those = containers(), *these = images(), *directory = demo_directory();
    g_assert_cmpstr(those, ==, "");
    g_assert_cmpstr(these, ==, "");
    g_assert_null(directory);
    assert_own_is_untouched();
}

/* --- what it shows
 * -------------------------------------------------------------------------------- */

static void test_applications(void)
{
    static const char *const states[][2] = {
        {"batch-", "exited (1)"},   {"billing-", "running"}, {"census-", "running"},
        {"helloworld-", "running"}, {"ledger-", "running"},  {"scoring-", "running"},
    };
    Outcome got = demo_run("home list");
    g_assert_cmpint(got.status, ==, 0);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(got.out), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + G_N_ELEMENTS(states)); /* and its head */
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        g_assert_true(g_str_has_prefix(lines[i + 1], states[i][0]));
        g_assert_nonnull(strstr(lines[i + 1], states[i][1]));
    }
    outcome_clear(&got);
    assert_nothing_left();
}

/* Real evidence under a root of its own, of enclaves in containers. */
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

/* A person's own is out of reach even by its name. */
static void test_others(void)
{
    g_autofree char *line = g_strdup_printf("home status %s", own);
    Outcome got = demo_run(line);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, own));
    outcome_clear(&got);
    assert_nothing_left();
}

/* --- how it ends
 * ---------------------------------------------------------------------------------- */

/* Starts a demo that follows events, and waits until it does: its containers are there then.
 * `dead` (may be NULL) is the directory of one that was before. */
static Process start_following(char **directory, const char *dead)
{
    const ProcessSetting here = setting();
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "demo", "--docker", "-e", "home events", NULL};
    Process process = process_start(argv, &here);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_free(*directory);
        *directory = demo_directory_other(dead);
        g_autofree char *those = containers();
        g_autofree char *settings =
            *directory != NULL ? g_build_filename(*directory, "docker", NULL) : NULL;
        if (settings != NULL && g_file_test(settings, G_FILE_TEST_EXISTS) &&
            strstr(those, *directory) != NULL)
            return process;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 20);
    }
}

static void test_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autofree char *directory = NULL;
        Process process = start_following(&directory, NULL);
        kill(process.pid, signals[i]);
        Outcome got = process_finish(&process);
        g_assert_cmpint(got.status % 256 == signals[i] ? 128 + signals[i] : got.status, ==,
                        128 + signals[i]);
        outcome_clear(&got);
        assert_nothing_left();
    }
}

/* While its containers are made: what is there by then goes. */
static void test_early(void)
{
    const ProcessSetting here = setting();
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "demo", "--docker", "-e", "home events", NULL};
    Process process = process_start(argv, &here);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *those = containers();
        if (*those != '\0')
            break;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    kill(process.pid, SIGTERM);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 128 + SIGTERM);
    outcome_clear(&got);
    assert_nothing_left();
}

/* The console's parent is killed: its platform takes the containers away by itself. */
static void test_killed(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory, NULL);
    kill(process.pid, SIGKILL);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 256 + SIGKILL);
    outcome_clear(&got);
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *those = containers(), *these = images();
        if (*those == '\0' && *these == '\0')
            break;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 50);
    }
    got = demo_run("version"); /* the next one removes the directory */
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    wait_until_nothing_is_left();
}

/* Both are killed at once: the containers run on, and the next demo removes them; one that lives
 * meanwhile keeps its own. */
static void test_all_killed(void)
{
    g_autofree char *directory = NULL, *living = NULL;
    Process process = start_following(&directory, NULL);
    const pid_t platform = process_with(directory, "mse-sim demo");
    g_assert_cmpint(platform, !=, 0);
    kill(platform, SIGKILL);
    kill(process.pid, SIGKILL);
    Outcome got = process_finish(&process);
    outcome_clear(&got);
    g_autofree char *left = containers();
    g_assert_nonnull(strstr(left, directory));

    Process other = start_following(&living, directory); /* it removes what the first left */
    g_autofree char *now = containers();
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (strstr(now, directory) != NULL || strstr(now, living) == NULL) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 50);
        g_free(now);
        now = containers();
    }
    got = demo_run("home list"); /* a second one at once: the first one's stay */
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_autofree char *still = containers();
    g_assert_cmpstr(still, ==, now);
    kill(other.pid, SIGTERM);
    got = process_finish(&other);
    outcome_clear(&got);
    wait_until_nothing_is_left();
    assert_own_is_untouched();
}

static void test_no_engine(void)
{
    static const char *const hosts[][2] = {
        {"DOCKER_HOST=unix:///nowhere/docker.sock", "/nowhere/docker.sock"},
        {"DOCKER_HOST=tcp://192.0.2.1:2375", "another machine"},
        {"DOCKER_HOST=gopher://x", "gopher"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        const ProcessSetting usual = setting();
        const char *environment[] = {hosts[i][0], usual.environment[0], NULL};
        const ProcessSetting here = {.environment = environment};
        Outcome got = console_run(&here, "demo", "--docker", "-e", "version", NULL);
        g_assert_cmpint(got.status, ==, 1);
        g_assert_nonnull(strstr(got.err, hosts[i][1]));
        assert_sentences(&got);
        outcome_clear(&got);
        assert_nothing_left();
    }
}

static const char *why_not(void)
{
#ifdef WITH_SANITIZERS
    return "with sanitizers the enclave program is not static";
#else
    int status;
    g_free(shell(&status, "docker version"));
    return status == 0 ? NULL : "no Docker engine answers here";
#endif
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *why = why_not();
    if (why != NULL) {
        printf("1..0 # SKIP %s\n", why);
        return 0;
    }
    own_sweep("own");
    own = own_name("own");
    own_image = g_strconcat(own, "/image:1", NULL);
    sim_run("image", own_image, NULL);
    g_free(shell(NULL, "docker create --name %s --label mse-home=1 --network none %s mse-run", own,
                 own_image));
    g_test_add_func("/demo-docker/applications", test_applications);
    g_test_add_func("/demo-docker/verdicts", test_verdicts);
    g_test_add_func("/demo-docker/others", test_others);
    g_test_add_func("/demo-docker/signals", test_signals);
    g_test_add_func("/demo-docker/early", test_early);
    g_test_add_func("/demo-docker/killed", test_killed);
    g_test_add_func("/demo-docker/all-killed", test_all_killed);
    g_test_add_func("/demo-docker/no-engine", test_no_engine);
    const int status = g_test_run();
    int ignored;
    g_free(shell(&ignored, "docker rm -f %s; docker rmi -f %s", own, own_image));
    return status;
}
