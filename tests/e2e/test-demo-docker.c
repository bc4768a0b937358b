/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo in containers of this machine's engine: what it shows is there and real, a person's own
 * containers are neither shown nor touched, and nothing of it is left however it ends.
 */
#include "config.h"

#include "demos.h"
#include "own.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A container of a person's own, an application like any other. */
static char *own, *own_image;

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

/* --- what there is of this test's demos ----------------------------------------------------------
 */

static char *containers(void)
{
    return shell(NULL,
                 "docker ps -a --filter label=" DEMO_NAME
                 " --format '{{.Names}} {{.Label \"" DEMO_NAME "\"}}' | grep -F '%s' || :",
                 process_directory());
}

static char *images(void)
{
    return shell(NULL,
                 "for id in $(docker images -q --filter label=" DEMO_NAME "); do docker inspect -f "
                 "'{{index .Config.Labels \"" DEMO_NAME "\"}}' $id; done | grep -F '%s' || :",
                 process_directory());
}

static void assert_own_is_untouched(void)
{
    g_autofree char *state = shell(NULL, "docker inspect -f '{{.State.Status}}' %s", own);
    g_assert_cmpstr(state, ==, "created\n");
}

static bool engine_has_nothing(void *data)
{
    g_autofree char *those = containers(), *these = images();
    (void)data;
    return *those == '\0' && *these == '\0';
}

static bool nothing_is_left(void *data)
{
    g_autofree char *directory = demos_directory(NULL);
    return directory == NULL && engine_has_nothing(data) && demos_alive() == 0;
}

/* Once it has ended: at once, and no later. */
static void assert_nothing_left(void)
{
    g_autofree char *those = containers(), *these = images(), *directory = demos_directory(NULL);
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
    Outcome got = demos_run("--docker", "home list");
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
    Outcome got = demos_run("--docker", "verify ../apps/helloworld/opt/input/evidence.json "
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
    Outcome got = demos_run("--docker", line);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, own));
    outcome_clear(&got);
    assert_nothing_left();
}

/* --- how it ends
 * ---------------------------------------------------------------------------------- */

typedef struct Following {
    char **directory;
    const char *dead; /* the directory of one that was before; or NULL */
} Following;

static bool is_followed(void *data)
{
    const Following *following = data;
    char **directory = following->directory;
    g_free(*directory);
    *directory = demos_directory(following->dead);
    if (*directory == NULL)
        return false;
    g_autofree char *settings = g_build_filename(*directory, "docker", NULL), *those = containers();
    return g_file_test(settings, G_FILE_TEST_EXISTS) && strstr(those, *directory) != NULL;
}

/* Starts a demo that follows events, and waits until it does: its containers are there then. */
static Process start_following(char **directory, const char *dead)
{
    Following following = {directory, dead};
    Process process = demos_start("--docker", "home events");
    demos_await(is_followed, &following);
    return process;
}

/* The same engine asked without the demo's context: the demo's are left out, and said to be. */
static void test_seen_by_others(void)
{
    g_autofree char *directory = NULL;
    Process process = start_following(&directory, NULL);
    g_autofree char *those = containers(); /* "NAME DIRECTORY" a line */
    g_autofree char *name = g_strndup(those, strcspn(those, " "));
    const ProcessSetting here = demos_setting();
    Outcome got = console_run(&here, "home", "list", NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.out, own));
    g_assert_null(strstr(got.out, name));
    outcome_clear(&got);
    got = console_run(&here, "home", "list", "--all-containers", NULL);
    g_assert_nonnull(strstr(got.out, name));
    outcome_clear(&got);
    got = console_run(&here, "home", "status", name, NULL);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "is a demo's"));
    outcome_clear(&got);
    kill(process.pid, SIGTERM);
    got = process_finish(&process);
    outcome_clear(&got);
    assert_nothing_left();
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

static bool engine_has_something(void *data)
{
    g_autofree char *those = containers();
    (void)data;
    return *those != '\0';
}

/* While its containers are made: what is there by then goes. */
static void test_early(void)
{
    Process process = demos_start("--docker", "home events");
    demos_await(engine_has_something, NULL);
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
    demos_await(engine_has_nothing, NULL);
    got = demos_run("--docker", "version"); /* the next one removes the directory */
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    demos_await(nothing_is_left, NULL);
}

/* Its containers, on the engine. */
static bool was_removed(void *directory)
{
    g_autofree char *now = containers();
    return strstr(now, directory) == NULL;
}

/* Both are killed at once: the containers run on, and the next demo removes them; one that lives
 * meanwhile keeps its own. */
static void test_all_killed(void)
{
    g_autofree char *directory = NULL, *living = NULL;
    Process process = start_following(&directory, NULL);
    pid_t platform = 0;
    g_assert_cmpuint(demos_processes(directory, "mse-sim demo", &platform), >, 0);
    kill(platform, SIGKILL);
    kill(process.pid, SIGKILL);
    Outcome got = process_finish(&process);
    outcome_clear(&got);
    g_autofree char *left = containers();
    g_assert_nonnull(strstr(left, directory));

    Process other = start_following(&living, directory); /* it removes what the first left */
    demos_await(was_removed, directory);
    g_autofree char *now = containers();
    g_assert_nonnull(strstr(now, living));
    got = demos_run("--docker", "home list"); /* a second one at once: the first one's stay */
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_autofree char *still = containers();
    g_assert_cmpstr(still, ==, now);
    kill(other.pid, SIGTERM);
    got = process_finish(&other);
    outcome_clear(&got);
    demos_await(nothing_is_left, NULL);
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
        const ProcessSetting usual = demos_setting();
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
    g_test_add_func("/demo-docker/seen-by-others", test_seen_by_others);
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
