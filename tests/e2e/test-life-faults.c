/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spawn, verify --package, run and localtest while the engine of this machine fails at each of
 * their steps: it refuses, breaks off, loses an answer, is gone from then on. And ended by a signal
 * at each of them. What is left was told of, and the same command works again.
 */
#include "config.h"

#include "tests/e2e/own.h"
#include "tests/e2e/proxy.h"
#include "tests/e2e/spawn_stage.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Proxy *proxy;        /* what the verbs take for the engine */
static char *package, *tag; /* its path, the name of the image in it */
static char *evidence;      /* of one that was spawned of it, path */
static char *output;        /* where spawns write */

/* ---- what is there, asked without the proxy ---- */

static bool is_container(const char *name)
{
    return shell_succeeds("docker container inspect '%s'", name);
}

static bool is_image(void)
{
    return shell_succeeds("docker image inspect '%s'", tag);
}

static void remove_everything(void)
{
    shell_succeeds("docker rm -f '%s'; docker rmi '%s'; rm -rf '%s'", spawn_stage.name, tag,
                   output);
}

static Process start_spawn(void)
{
    return spawn_start(package, spawn_stage.name, own_free_port(), output);
}

static void assert_spawns(void)
{
    Process process = start_spawn();
    Outcome got = process_finish(&process);
    if (got.status != 0)
        g_error("%d: %s", got.status, got.err);
    g_autofree char *path = g_build_filename(output, "evidence.json", NULL);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    outcome_clear(&got);
    remove_everything();
}

/* ---- the engine fails at a step ---- */

static const char *const spawn_steps[] = {
    "/_ping",       "/containers/json", "/images/mse-test-app",
    "/images/load", "/images/sha256",   "/containers/create",
    "/start"};

/* The first are enough where it is the same code that meets them. */
static const struct {
    ProxyMode mode;
    const char *name;
} modes[] = {
    {PROXY_REFUSE, "refuse"}, {PROXY_LOSE, "lose"},   {PROXY_DIE, "die"},
    {PROXY_DROP, "drop"},     {PROXY_RESET, "reset"},
};
#define FIRST_MODES 3

/* A sentence, the right status, nothing half-written. */
static void assert_failed(const Outcome *got, const char *name)
{
    if (got->status != 1)
        g_error("%s: %d: %s%s", name, got->status, got->out, got->err);
    assert_sentences(got);
}

static void assert_nothing_left(void)
{
    g_assert_false(is_container(spawn_stage.name));
    g_assert_false(is_image());
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
}

/* An engine that is gone cannot be asked to remove anything: it is told of. */
static void assert_told(const Outcome *got)
{
    if (is_container(spawn_stage.name))
        assert_says(got->err, "docker rm -f");
    if (is_image())
        assert_says(got->err, "docker rmi");
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
}

/* What was started runs, and is in the way until somebody ends it: that is said. */
static void stop_what_runs(void)
{
    Process again = start_spawn();
    Outcome got = process_finish(&again);
    assert_failed(&got, "in the way");
    assert_says(got.err, "stop --remove");
    outcome_clear(&got);
    got = console_run(&spawn_stage.setting, "home", "stop", "--remove", spawn_stage.name, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
}

static void fail_spawn(const char *call, ProxyMode mode, const char *name)
{
    unsigned before = proxy_spoiled(proxy);
    proxy_set(proxy, mode, call);
    Process process = start_spawn();
    Outcome got = process_finish(&process);
    g_test_message("%s, %s: %s", call, name, got.err);
    g_assert_cmpuint(proxy_spoiled(proxy), >, before);
    proxy_set(proxy, PROXY_PASS, NULL);
    assert_failed(&got, name);
    if (mode == PROXY_DIE) {
        assert_told(&got);
        if (g_str_equal(call, "/start"))
            stop_what_runs();
        assert_spawns();
    } else {
        assert_nothing_left();
    }
    outcome_clear(&got);
}

static void test_spawn(gconstpointer data)
{
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
        fail_spawn(data, modes[i].mode, modes[i].name);
}

/* ---- verify --package ---- */

static Process start_verify(void)
{
    g_autofree char *program = process_program("mse-console"), *good = process_path("verified");
    const char *const argv[] = {program,      "home",   "verify",   "--package", package,
                                "--evidence", evidence, "--output", good,        NULL};
    return process_start(argv, &spawn_stage.setting);
}

static const char *const verify_steps[] = {
    "/_ping",       "/containers/json", "/images/mse-test-app",
    "/images/load", "/images/sha256",   "/containers/create",
    "/archive",     "/start",           "/wait",
    "/logs"};

static void assert_verifies(void)
{
    Process process = start_verify();
    int pid = process.pid;
    Outcome got = process_finish(&process);
    if (got.status != 0)
        g_error("%d: %s%s", got.status, got.out, got.err);
    outcome_clear(&got);
    g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
    g_assert_cmpstr(left, ==, "");
    shell_succeeds("rm -rf '%s/verified'; docker rmi '%s'", process_directory(), tag);
}

static void fail_verify(const char *call, ProxyMode mode, const char *name)
{
    g_autofree char *written = process_path("verified");
    unsigned before = proxy_spoiled(proxy);
    proxy_set(proxy, mode, call);
    Process process = start_verify();
    int pid = process.pid;
    Outcome got = process_finish(&process);
    g_test_message("%s, %s: %s", call, name, got.err);
    g_assert_cmpuint(proxy_spoiled(proxy), >, before);
    proxy_set(proxy, PROXY_PASS, NULL);
    assert_failed(&got, name);
    assert_says(got.err, "--mrenclave");
    g_assert_false(g_file_test(written, G_FILE_TEST_EXISTS));
    g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
    if (mode == PROXY_DIE) {
        if (*left != '\0')
            assert_says(got.err, "docker rm -f");
        assert_verifies(); /* which removes what was left */
        g_autofree char *still = stage_made_by(pid, "mse-console-dry-run");
        g_assert_cmpstr(still, ==, "");
    } else {
        g_assert_cmpstr(left, ==, "");
        g_assert_false(is_image());
    }
    outcome_clear(&got);
}

static void test_verify(gconstpointer data)
{
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < FIRST_MODES; i++)
        fail_verify(data, modes[i].mode, modes[i].name);
}

/* What it cannot remove again it names; it was measured all the same. */
static void test_verify_left(void)
{
    if (!spawn_stage_ready())
        return;
    proxy_set(proxy, PROXY_REFUSE, "DELETE /");
    Process process = start_verify();
    int pid = process.pid;
    Outcome got = process_finish(&process);
    proxy_set(proxy, PROXY_PASS, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
    g_assert_cmpstr(left, !=, "");
    assert_says(got.err, left);
    assert_says(got.err, "docker rm -f");
    assert_says(got.err, "docker rmi");
    outcome_clear(&got);
    assert_verifies();
    g_autofree char *still = stage_made_by(pid, "mse-console-dry-run");
    g_assert_cmpstr(still, ==, "");
}

/* ---- run ---- */

static const char *const run_steps[] = {"/_ping", "/containers/"};

static Outcome run_run(void)
{
    g_autofree char *secrets = stage_file("sent.json", "{\"password\": \"p\"}");
    return console_run(&spawn_stage.setting, "home", "run", "--secrets", secrets, spawn_stage.name,
                       NULL);
}

/* Whatever fails before they were sent, the application waits as before. */
static void test_run(void)
{
    if (!spawn_stage_ready())
        return;
    Process spawning = start_spawn();
    Outcome spawned = process_finish(&spawning);
    g_assert_cmpint(spawned.status, ==, 0);
    outcome_clear(&spawned);
    for (size_t i = 0; i < G_N_ELEMENTS(run_steps); i++)
        for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
            unsigned before = proxy_spoiled(proxy);
            proxy_set(proxy, modes[m].mode, run_steps[i]);
            Outcome got = run_run();
            g_test_message("%s, %s: %s", run_steps[i], modes[m].name, got.err);
            g_assert_cmpuint(proxy_spoiled(proxy), >, before);
            proxy_set(proxy, PROXY_PASS, NULL);
            assert_failed(&got, modes[m].name);
            outcome_clear(&got);
        }
    Outcome good = run_run();
    if (good.status != 0)
        g_error("%d: %s", good.status, good.err);
    outcome_clear(&good);
    remove_everything();
}

/* ---- ended at a step ---- */

static unsigned done_before; /* the answer is held */

static void hold(const char *call)
{
    done_before = proxy_done(proxy);
    proxy_set(proxy, PROXY_HOLD, call);
}

/* Once the engine has done it, and before the answer. */
static Outcome end_held(Process *process, int number)
{
    proxy_await(proxy, proxy_done, done_before, process->pidfd);
    kill(process->pid, number);
    Outcome got = process_finish(process);
    proxy_set(proxy, PROXY_PASS, NULL);
    return got;
}

static void signal_spawn(const char *call, int number)
{
    hold(call);
    Process process = start_spawn();
    Outcome got = end_held(&process, number);
    g_test_message("%s, signal %d: %s", call, number, got.err);
    g_assert_cmpint(got.status, ==, number == SIGKILL ? 256 + number : 128 + number);
    if (number != SIGKILL)
        assert_nothing_left();
    outcome_clear(&got);
}

static void test_signals(void)
{
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(spawn_steps); i++) {
        signal_spawn(spawn_steps[i], SIGINT);
        signal_spawn(spawn_steps[i], SIGTERM);
    }
    assert_spawns();
}

static void test_verify_signals(void)
{
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(verify_steps); i++) {
        int number = i % 2 == 0 ? SIGTERM : SIGINT;
        hold(verify_steps[i]);
        Process process = start_verify();
        int pid = process.pid;
        Outcome got = end_held(&process, number);
        g_test_message("%s, signal %d: %s", verify_steps[i], number, got.err);
        g_assert_cmpint(got.status, ==, 128 + number);
        g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
        g_assert_cmpstr(left, ==, "");
        g_assert_false(is_image());
        outcome_clear(&got);
    }
    assert_verifies();
}

/* The directory of an earlier spawn, whose container is gone, with a file of its owner's. g_free.
 */
static char *make_earlier(void)
{
    char *earlier = process_path("earlier");
    if (g_file_test(earlier, G_FILE_TEST_EXISTS))
        return earlier;
    Process process = start_spawn();
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_true(shell_succeeds("echo mine >'%s/notes.txt' && docker rm -f '%s' && mv '%s' '%s'",
                                 output, spawn_stage.name, output, earlier));
    remove_everything();
    return earlier;
}

static void assert_as_before(const char *earlier)
{
    g_assert_true(shell_succeeds("diff -r '%s' '%s'", earlier, output));
}

/* Nobody can clean up after a kill: what was there before still is, and the same command does it,
 * unless the application runs, which is said. */
static void test_killed(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *earlier = make_earlier();
    for (size_t i = 0; i < G_N_ELEMENTS(spawn_steps); i++) {
        g_assert_true(shell_succeeds("cp -a '%s' '%s'", earlier, output));
        signal_spawn(spawn_steps[i], SIGKILL);
        assert_as_before(earlier);
        if (g_str_equal(spawn_steps[i], "/start"))
            stop_what_runs();
        assert_spawns();
    }
}

/* Nor is anything of it lost when it fails in good order. */
static void test_earlier(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *earlier = make_earlier();
    for (size_t i = 0; i < G_N_ELEMENTS(spawn_steps); i++)
        for (size_t m = 0; m < 2; m++) {
            g_assert_true(shell_succeeds("cp -a '%s' '%s'", earlier, output));
            proxy_set(proxy, modes[m].mode, spawn_steps[i]);
            Process process = start_spawn();
            Outcome got = process_finish(&process);
            proxy_set(proxy, PROXY_PASS, NULL);
            g_assert_cmpint(got.status, ==, 1);
            outcome_clear(&got);
            assert_as_before(earlier);
            remove_everything();
        }
}

static void test_verify_killed(void)
{
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(verify_steps); i++) {
        hold(verify_steps[i]);
        Process process = start_verify();
        int pid = process.pid;
        Outcome got = end_held(&process, SIGKILL);
        g_assert_cmpint(got.status, ==, 256 + SIGKILL);
        outcome_clear(&got);
        assert_verifies();
        g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
        g_assert_cmpstr(left, ==, "");
    }
}

/* ---- package ---- */

static const char *const package_steps[] = {"/build", "/get"};

static Process start_package(const char *into)
{
    g_autofree char *program = process_program("mse-console");
    const char *const argv[] = {program,    "home", "package", "--project", spawn_stage.project,
                                "--output", into,   NULL};
    return process_start(argv, &spawn_stage.setting);
}

static char *images(void)
{
    return shell_says("docker images -q --filter reference='%s:*'", spawn_stage.application);
}

static void remove_images(void)
{
    shell_succeeds("docker images --format '{{.Repository}}:{{.Tag}}' '%s' | xargs -r docker rmi",
                   spawn_stage.application);
}

static void assert_nothing_packed(const char *into)
{
    g_autofree char *listing = shell_says("ls -A '%s' 2>/dev/null || true", into);
    g_assert_cmpstr(listing, ==, "");
}

static void fail_package(const char *call, ProxyMode mode, const char *name, const char *into)
{
    unsigned before = proxy_spoiled(proxy);
    proxy_set(proxy, mode, call);
    Process process = start_package(into);
    Outcome got = process_finish(&process);
    g_test_message("%s, %s: %s", call, name, got.err);
    g_assert_cmpuint(proxy_spoiled(proxy), >, before);
    proxy_set(proxy, PROXY_PASS, NULL);
    assert_failed(&got, name);
    assert_nothing_packed(into);
    g_autofree char *left = images();
    if (mode != PROXY_DIE)
        g_assert_cmpstr(left, ==, "");
    else if (*left != '\0')
        assert_says(got.err, "docker rmi");
    remove_images();
    outcome_clear(&got);
}

static void end_package(const char *call, int number, const char *into)
{
    hold(call);
    Process process = start_package(into);
    Outcome got = end_held(&process, number);
    g_test_message("%s, signal %d: %s", call, number, got.err);
    g_assert_cmpint(got.status, ==, number == SIGKILL ? 256 + number : 128 + number);
    assert_nothing_packed(into);
    g_autofree char *left = images();
    if (number != SIGKILL)
        g_assert_cmpstr(left, ==, "");
    remove_images();
    outcome_clear(&got);
}

static void test_package(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGKILL};
    if (!spawn_stage_ready())
        return;
    g_autofree char *into = process_path("packed");
    for (size_t i = 0; i < G_N_ELEMENTS(package_steps); i++) {
        for (size_t m = 0; m < FIRST_MODES; m++)
            fail_package(package_steps[i], modes[m].mode, modes[m].name, into);
        for (size_t n = 0; n < G_N_ELEMENTS(signals); n++)
            end_package(package_steps[i], signals[n], into);
    }
    Process process = start_package(into);
    Outcome good = process_finish(&process);
    g_assert_cmpint(good.status, ==, 0);
    outcome_clear(&good);
}

/* ---- what was there before ---- */

static void fail_at_start(void)
{
    proxy_set(proxy, PROXY_REFUSE, "/start");
    Process process = start_spawn();
    Outcome got = process_finish(&process);
    proxy_set(proxy, PROXY_PASS, NULL);
    assert_failed(&got, "start");
    outcome_clear(&got);
}

/* The image, under its name or another: only what was loaded is taken back. */
static void test_image_there(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *other = g_strconcat(spawn_stage.application, "-kept:1", NULL);
    g_assert_true(shell_succeeds("tar -xOf '%s' image.tar | docker load -q", package));
    fail_at_start();
    g_assert_true(is_image());
    g_assert_true(shell_succeeds("docker tag '%s' '%s' && docker rmi '%s'", tag, other, tag));
    fail_at_start();
    g_assert_false(is_image());
    g_assert_true(shell_succeeds("docker rmi '%s'", other));
    assert_nothing_left();
}

/* ---- what comes in between ---- */

/* The container of a dry run is taken away from it. */
static void test_verify_taken(void)
{
    static const char *const calls[] = {"/start", "/wait", "/logs"};
    if (!spawn_stage_ready())
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        unsigned before = proxy_spoiled(proxy);
        proxy_set(proxy, PROXY_STOP, calls[i]);
        Process process = start_verify();
        proxy_await(proxy, proxy_spoiled, before, process.pidfd);
        g_autofree char *made = stage_made_by(process.pid, "mse-console-dry-run");
        g_assert_true(shell_succeeds("docker rm -f '%s'", made));
        proxy_set(proxy, PROXY_PASS, NULL);
        Outcome got = process_finish(&process);
        assert_failed(&got, calls[i]);
        assert_says(got.err, "No such container");
        outcome_clear(&got);
        g_assert_false(is_image());
    }
    assert_verifies();
}

/* The name is taken by somebody else after it was looked for: it is theirs. */
static void test_stranger(void)
{
    if (!spawn_stage_ready())
        return;
    unsigned before = proxy_spoiled(proxy);
    proxy_set(proxy, PROXY_STOP, "/containers/create");
    Process process = start_spawn();
    proxy_await(proxy, proxy_spoiled, before, process.pidfd);
    g_assert_true(
        shell_succeeds("docker create --name '%s' '%s' x", spawn_stage.name, spawn_stage.base));
    proxy_set(proxy, PROXY_PASS, NULL);
    Outcome got = process_finish(&process);
    assert_failed(&got, "stranger");
    assert_says(got.err, spawn_stage.name);
    outcome_clear(&got);
    g_assert_true(is_container(spawn_stage.name));
    g_assert_true(shell_succeeds("docker rm '%s'", spawn_stage.name));
    assert_nothing_left();
}

/* The port is taken after it was tried. */
static void test_port(void)
{
    if (!spawn_stage_ready())
        return;
    unsigned port = own_free_port(), before = proxy_spoiled(proxy);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    proxy_set(proxy, PROXY_STOP, "/start");
    Process process = spawn_start(package, spawn_stage.name, port, output);
    proxy_await(proxy, proxy_spoiled, before, process.pidfd);
    g_assert_cmpint(bind(taken, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(taken, 1), ==, 0);
    proxy_set(proxy, PROXY_PASS, NULL);
    Outcome got = process_finish(&process);
    assert_failed(&got, "port");
    assert_says(got.err, "choose another with --port");
    outcome_clear(&got);
    assert_nothing_left();
    got = spawn_run(package, spawn_stage.name, port, output);
    assert_failed(&got, "port before");
    assert_says(got.err, "is taken by another program");
    outcome_clear(&got);
    close(taken);
    got = spawn_run(package, spawn_stage.name, port, output);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    remove_everything();
}

/* localtest makes containers too. False: another's listens where it wants to. */
static bool end_localtest(const char *call, ProxyMode mode, int number)
{
    g_autofree char *program = process_program("mse-console");
    g_autofree char *container = g_strconcat(spawn_stage.application, "_test", NULL);
    const char *const argv[] = {
        program, "home", "localtest", "--no-tests", "--project", spawn_stage.project, NULL};
    unsigned before = proxy_spoiled(proxy);
    hold(call);
    if (number == 0)
        proxy_set(proxy, mode, call);
    Process process = process_start(argv, &spawn_stage.setting);
    Outcome got = number == 0 ? process_finish(&process) : end_held(&process, number);
    proxy_set(proxy, PROXY_PASS, NULL);
    bool is_free = strstr(got.err, "port 5000 of 127.0.0.1 is taken") == NULL;
    g_test_message("%s, mode %d: %s", call, (int)mode, got.err);
    g_assert_true(!is_free || proxy_spoiled(proxy) > before);
    g_assert_cmpint(got.status, ==, number == 0 || !is_free ? 1 : 128 + number);
    if (mode != PROXY_DIE) {
        g_assert_false(is_container(container));
        g_assert_false(shell_succeeds("docker image inspect '%s'", container));
    } else if (is_container(container)) {
        assert_says(got.err, "docker rm -f");
    }
    outcome_clear(&got);
    return is_free;
}

static void test_localtest(void)
{
    static const char *const calls[] = {"/build", "/containers/create", "/start"};
    bool is_free = spawn_stage_ready();
    int turn = own_turn("port-5000");
    for (size_t i = 0; i < G_N_ELEMENTS(calls) && is_free; i++) {
        for (size_t m = 0; m < FIRST_MODES && is_free; m++)
            is_free = end_localtest(calls[i], modes[m].mode, 0);
        is_free = is_free && end_localtest(calls[i], PROXY_HOLD, i % 2 == 0 ? SIGINT : SIGTERM);
    }
    if (!is_free && spawn_stage.name != NULL)
        g_test_skip("port 5000 is taken");
    close(turn);
}

/* ---- all of it ---- */

static void set_up(void)
{
    static char *host;
    spawn_stage_begin();
    if (spawn_stage.name == NULL)
        return;
    package = spawn_stage_package("project", "");
    tag = spawn_stage_tag(package);
    output = process_path("operator");
    Process process = start_spawn();
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    evidence = process_path("evidence.json");
    g_assert_true(shell_succeeds("cp '%s/evidence.json' '%s'", output, evidence));
    remove_everything();
    g_autofree char *path = process_path("proxy.sock");
    proxy = proxy_start(path, "/var/run/docker.sock");
    host = g_strconcat("DOCKER_HOST=unix://", path, NULL);
    spawn_stage.environment[3] = host;
}

static void add(const char *verb, const char *step, GTestDataFunc test)
{
    g_autofree char *call = g_strdelimit(g_strdup(step + 1), "/_", '-');
    g_autofree char *path = g_strdup_printf("/life-faults/%s-%s", verb, call);
    g_test_add_data_func(path, step, test);
}

static void add_steps(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(spawn_steps); i++)
        add("spawn", spawn_steps[i], test_spawn);
    for (size_t i = 0; i < G_N_ELEMENTS(verify_steps); i++)
        add("verify", verify_steps[i], test_verify);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    add_steps();
    g_test_add_func("/life-faults/verify-left", test_verify_left);
    g_test_add_func("/life-faults/run", test_run);
    g_test_add_func("/life-faults/signals", test_signals);
    g_test_add_func("/life-faults/verify-signals", test_verify_signals);
    g_test_add_func("/life-faults/killed", test_killed);
    g_test_add_func("/life-faults/earlier", test_earlier);
    g_test_add_func("/life-faults/verify-killed", test_verify_killed);
    g_test_add_func("/life-faults/package", test_package);
    g_test_add_func("/life-faults/image-there", test_image_there);
    g_test_add_func("/life-faults/verify-taken", test_verify_taken);
    g_test_add_func("/life-faults/stranger", test_stranger);
    g_test_add_func("/life-faults/port", test_port);
    g_test_add_func("/life-faults/localtest", test_localtest);
    int failed = g_test_run();
    proxy_stop(proxy);
    spawn_stage_end();
    return failed;
}
