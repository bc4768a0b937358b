/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spawn, evidence, verify --package, run and package on the engine of this machine, while all but
 * the engine's answers fails: the PCCS, the enclave's container, the disk, the clock, the package.
 */
#include "config.h"

#include "tests/e2e/proxy.h"
#include "tests/e2e/own.h"
#include "tests/e2e/spawn_stage.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static char *package, *tag; /* path, the name of the image in it */
static char *output;        /* where spawns write */
static char *settings;      /* the good ones */

/* ---- what is there ---- */

static char *in_output(const char *file)
{
    return g_build_filename(output, file, NULL);
}

static bool is_written(const char *file)
{
    g_autofree char *path = in_output(file);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *contents(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void remove_everything(void)
{
    shell_succeeds("docker rm -f '%s'; docker rmi '%s'; rm -rf '%s'", spawn_stage.name, tag,
                   output);
}

static void assert_nothing_left(const char *image)
{
    g_assert_false(shell_succeeds("docker container inspect '%s'", spawn_stage.name));
    g_assert_false(shell_succeeds("docker image inspect '%s'", image));
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
}

static void assert_ends(Outcome got, int status, const char *says)
{
    g_test_message("%d: %s%s", got.status, got.out, got.err);
    if (got.status != status)
        g_error("%d: %s%s", got.status, got.out, got.err);
    assert_says(got.err, says);
    outcome_clear(&got);
}

/* Until a shell line succeeds, while the process runs. */
static void await_shell(Process *process, const char *line)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!shell_succeeds("%s", line)) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        if (poll(&ended, 1, 50) != 0)
            g_error("it ended before: %s", line);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static Outcome spawn_usual(void)
{
    return spawn_run(package, spawn_stage.name, own_free_port(), output);
}

static Outcome collect(void)
{
    return console_run(&spawn_stage.setting, "home", "evidence", spawn_stage.name, "--output",
                       output, NULL);
}

/* ---- the PCCS ---- */

typedef struct Pccs {
    Process process;
    char *settings;
} Pccs;

/* From now on this one is asked, and what another said is not remembered. */
static Pccs pccs_begin(const char *fault)
{
    static unsigned count;
    g_autofree char *port_name = g_strdup_printf("pccs-port-%u", count);
    g_autofree char *file = g_strdup_printf("pccs-%u.toml", count);
    g_autofree char *cache = g_strdup_printf("cache-%u", count++);
    g_autofree char *port_file = process_path(port_name), *sim = process_program("mse-sim");
    g_autofree char *cache_path = process_path(cache), *port = NULL;
    const char *const argv[] = {
        sim, "pccs", spawn_stage.platform, "--port-file", port_file, "--fault", fault, NULL};
    Pccs pccs = {.process = process_start(argv, NULL)};
    g_autofree char *line = g_strdup_printf("grep -q . '%s'", port_file);
    await_shell(&pccs.process, line);
    port = g_strchomp(contents(port_file));
    g_autofree char *url = g_strconcat("https://localhost:", port, NULL);
    spawn_stage.environment[0] = pccs.settings = spawn_stage_settings(file, url);
    g_free((char *)spawn_stage.environment[2]);
    spawn_stage.environment[2] = g_strconcat("XDG_CACHE_HOME=", cache_path, NULL);
    return pccs;
}

static void pccs_end(Pccs *pccs)
{
    kill(pccs->process.pid, SIGTERM);
    Outcome got = process_finish(&pccs->process);
    outcome_clear(&got);
    spawn_stage.environment[0] = settings;
    g_free(pccs->settings);
}

static const char *const pccs_faults[] = {"reset@*", "status=500@tcb", "garbage@pckcrl",
                                          "garbage@*", "truncate@tcb"};

/* The application runs and waits; that is said, and how to get its evidence once the PCCS works. */
static void test_pccs(void)
{
    if (!spawn_stage_ready())
        return;
    Pccs gone = pccs_begin("reset@*");
    kill(gone.process.pid, SIGKILL);
    Outcome got = spawn_usual();
    assert_says(got.err, "its evidence was not collected");
    assert_says(got.err, "stop --remove");
    assert_ends(got, 1, "home evidence mse-test-spawn-");
    pccs_end(&gone);
    g_assert_true(is_written("app.tar"));
    g_assert_false(is_written("evidence.json"));
    g_assert_false(is_written("ratls.pem"));
    for (size_t i = 0; i < G_N_ELEMENTS(pccs_faults); i++) {
        Pccs faulty = pccs_begin(pccs_faults[i]);
        got = collect();
        g_test_message("%s: %d: %s%s", pccs_faults[i], got.status, got.out, got.err);
        g_assert_cmpint(got.status, ==, 1);
        assert_sentences(&got);
        outcome_clear(&got);
        g_assert_false(is_written("evidence.json"));
        pccs_end(&faulty);
    }
    /* What a liar says is evidence that nobody trusts: that is said, and nothing can be sent. */
    Pccs liar = pccs_begin("lie@*");
    assert_ends(collect(), 0, "not trusted");
    pccs_end(&liar);
    g_assert_false(is_written("ratls.pem"));
    assert_ends(collect(), 0, "");
    g_assert_true(is_written("ratls.pem"));
}

/* Evidence that is there stays as it is when the next cannot be had. */
static void test_pccs_again(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *path = in_output("evidence.json"), *before = contents(path);
    for (size_t i = 0; i < 3; i++) {
        Pccs faulty = pccs_begin(pccs_faults[i]);
        Outcome got = collect();
        g_assert_cmpint(got.status, ==, 1);
        outcome_clear(&got);
        pccs_end(&faulty);
        g_autofree char *after = contents(path);
        g_assert_cmpstr(after, ==, before);
        g_assert_true(is_written("ratls.pem"));
    }
    remove_everything();
}

/* ---- the enclave's container ---- */

static void await_running(Process *process)
{
    g_autofree char *line = g_strdup_printf(
        "test \"$(docker inspect -f '{{.State.Running}}' '%s')\" = true", spawn_stage.name);
    await_shell(process, line);
}

/* Whether the kernel knows a connection to the port. */
static bool is_connected(const char *table, unsigned port)
{
    g_autofree char *text = NULL;
    g_autofree char *pattern = g_strdup_printf(":%04X 0[1-9B-F] ", port);
    return g_file_get_contents(table, &text, NULL, NULL) &&
           g_regex_match_simple(pattern, text, 0, 0);
}

/* Until it asks whether the enclave answers at its port, which it does once the engine has told it
 * that the container runs. What nobody listens to is over in less than a millisecond and may not be
 * seen: it asks, too, when the container has been running for so long. */
static void await_asking(Process *process, unsigned port)
{
    await_running(process);
    const gint64 until = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (!is_connected("/proc/net/tcp", port) && !is_connected("/proc/net/tcp6", port) &&
           g_get_monotonic_time() < until) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        if (poll(&ended, 1, 1) != 0)
            g_error("it ended before it asked");
    }
}

/* While spawn waits for the configuration server. */
static void test_enclave_ends(void)
{
    static const struct {
        const char *line, *says;
    } ways[] = {
        {"docker kill '%s'", "status 137"},
        {"docker stop -t 1 '%s'", "stopped by itself"},
        {"docker rm -f '%s'", "before it was ready"},
    };
    if (!spawn_stage_ready())
        return;
    g_autofree char *silent = spawn_stage_package("silent", "ENV MSE_SIM_FAULT=never-listens\n");
    g_autofree char *image = spawn_stage_tag(silent);
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        Process process = spawn_start(silent, spawn_stage.name, own_free_port(), output);
        await_running(&process);
        g_auto(GStrv) parts = g_strsplit(ways[i].line, "%s", 2);
        g_autofree char *line = g_strconcat(parts[0], spawn_stage.name, parts[1], NULL);
        g_assert_true(shell_succeeds("%s", line));
        assert_ends(process_finish(&process), 1, ways[i].says);
        assert_nothing_left(image);
    }
    g_autofree char *ending =
        spawn_stage_package("ending", "ENV MSE_SIM_FAULT=exit-before-listening\n");
    g_autofree char *ending_image = spawn_stage_tag(ending);
    Outcome got = spawn_run(ending, spawn_stage.name, own_free_port(), output);
    assert_says(got.out, "[SIMULATED]"); /* its log */
    assert_ends(got, 1, "stopped by itself with status");
    assert_nothing_left(ending_image);
}

/* Whoever does not want to wait any longer is told what runs. */
static void test_waiting_ended(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGKILL};
    if (!spawn_stage_ready())
        return;
    g_autofree char *silent = spawn_stage_package("silent", "ENV MSE_SIM_FAULT=never-listens\n");
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        unsigned port = own_free_port();
        Process process = spawn_start(silent, spawn_stage.name, port, output);
        await_asking(&process, port);
        kill(process.pid, signals[i]);
        Outcome got = process_finish(&process);
        if (signals[i] != SIGKILL)
            assert_says(got.err, "stop --remove");
        assert_ends(got, signals[i] == SIGKILL ? 256 + SIGKILL : 128 + signals[i], "");
        got = spawn_run(silent, spawn_stage.name, own_free_port(), output);
        assert_ends(got, 1, "stop --remove");
        got = console_run(&spawn_stage.setting, "home", "stop", "--remove", spawn_stage.name, NULL);
        assert_ends(got, 0, "");
    }
    shell_succeeds("rm -rf '%s'", output);
}

static Process start_run(void)
{
    g_autofree char *program = process_program("mse-console");
    g_autofree char *secrets = stage_file("sent.json", "{\"password\": \"p\"}");
    const char *const argv[] = {program, "home",           "run", "--secrets",
                                secrets, spawn_stage.name, NULL};
    return process_start(argv, &spawn_stage.setting);
}

/* Once it has the secrets, before the application answers. */
static void test_run_ends(void)
{
    static const struct {
        const char *line, *says;
    } ways[] = {
        {"docker kill", "exited (137)"},
        {"docker rm -f", "before it was ready"},
    };
    if (!spawn_stage_ready())
        return;
    g_autofree char *busy = spawn_stage_package("busy", "ENV MSE_SIM_FAULT=application-503\n");
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        Outcome got = spawn_run(busy, spawn_stage.name, own_free_port(), output);
        assert_ends(got, 0, "");
        Process process = start_run();
        g_autofree char *ready =
            g_strdup_printf("docker logs '%s' 2>&1 | grep -q 'app:app'", spawn_stage.name);
        await_shell(&process, ready);
        g_assert_true(shell_succeeds("%s '%s'", ways[i].line, spawn_stage.name));
        assert_ends(process_finish(&process), 1, ways[i].says);
        if (i == 0) {
            process = start_run();
            assert_ends(process_finish(&process), 1, "home restart");
        }
        remove_everything();
    }
}

/* ---- the disk ---- */

/* A file system of so many KiB at the output directory; false after skipping. */
static bool mount_output(unsigned size)
{
    g_autofree char *options = g_strdup_printf("size=%uk", size);
    g_assert_cmpint(g_mkdir_with_parents(output, 0755), ==, 0);
    if (mount("tmpfs", output, "tmpfs", 0, options) == 0)
        return true;
    g_test_skip("a small file system cannot be mounted here");
    g_rmdir(output);
    return false;
}

static void unmount_output(void)
{
    g_assert_cmpint(umount2(output, MNT_DETACH), ==, 0);
    remove_everything();
}

static void fill_output(void)
{
    shell_succeeds("dd if=/dev/zero of='%s/filler' bs=4096 count=1000000 2>/dev/null", output);
}

static void assert_listing(const char *expected)
{
    g_autofree char *listing = shell_says("ls -A '%s'", output);
    g_assert_cmpstr(listing, ==, expected);
}

/* No room for the code. */
static void test_full_unpacking(void)
{
    if (!spawn_stage_ready() || !mount_output(8))
        return;
    Outcome got = spawn_usual();
    assert_listing("");
    assert_ends(got, 1, "No space left on device");
    g_assert_false(shell_succeeds("docker container inspect '%s'", spawn_stage.name));
    g_assert_false(shell_succeeds("docker image inspect '%s'", tag));
    unmount_output();
    assert_ends(spawn_usual(), 0, "");
    remove_everything();
}

/* No room for the evidence. */
static void test_full_evidence(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *slow = spawn_stage_package("slow", "ENV MSE_SIM_FAULT=slow-start=8000\n");
    if (!mount_output(1024))
        return;
    Process process = spawn_start(slow, spawn_stage.name, own_free_port(), output);
    await_running(&process);
    fill_output();
    Outcome got = process_finish(&process);
    assert_says(got.err, "No space left on device");
    assert_ends(got, 1, "its evidence was not collected");
    assert_listing("app.tar\nfiller\nmse.toml\ntests");
    g_assert_true(shell_succeeds("rm '%s/filler'", output));
    assert_ends(collect(), 0, "");
    g_autofree char *path = in_output("evidence.json"), *before = contents(path);
    fill_output();
    assert_ends(collect(), 1, "No space left on device");
    g_autofree char *after = contents(path);
    g_assert_cmpstr(after, ==, before);
    unmount_output();
}

static char *images(void)
{
    return shell_says("docker images -q --filter reference='%s:*'", spawn_stage.application);
}

static void test_full_package(void)
{
    if (!spawn_stage_ready() || !mount_output(64))
        return;
    g_autofree char *before = images();
    Outcome got = console_run(&spawn_stage.setting, "home", "package", "--project",
                              spawn_stage.project, "--output", output, "--encrypt", NULL);
    assert_listing("");
    assert_ends(got, 1, "No space left on device");
    g_autofree char *after = images();
    g_assert_cmpstr(after, ==, before);
    unmount_output();
}

static char *make_evidence(void)
{
    char *evidence = process_path("evidence.json");
    assert_ends(spawn_usual(), 0, "");
    g_assert_true(shell_succeeds("cp '%s/evidence.json' '%s'", output, evidence));
    remove_everything();
    return evidence;
}

static Outcome verify(const char *evidence)
{
    return console_run(&spawn_stage.setting, "home", "verify", "--package", package, "--evidence",
                       evidence, "--output", output, NULL);
}

/* No room for the certificate that may be sent secrets. */
static void test_full_verify(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *evidence = make_evidence();
    if (!mount_output(64))
        return;
    fill_output();
    Outcome got = verify(evidence);
    assert_listing("filler");
    assert_ends(got, 1, "No space left on device");
    unmount_output();
    assert_ends(verify(evidence), 0, "");
    remove_everything();
}

/* ---- the package ---- */

/* An image that would take another's name is not sent to the engine. */
static void test_foreign_tag(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *foreign = process_path("foreign.tar"), *path = process_path("proxy.sock");
    g_autofree char *host = g_strconcat("DOCKER_HOST=unix://", path, NULL);
    g_autofree char *evidence = make_evidence();
    g_assert_true(shell_succeeds(
        "cd '%s' && mkdir outer inner && tar -C outer -xf '%s' && tar -C inner -xf outer/image.tar "
        "&& sed -i 's/%s:[0-9]*/mse-test-victim-%d:1/' inner/manifest.json && "
        "rm -f inner/repositories && tar -C inner -cf outer/image.tar $(ls inner) && "
        "tar -C outer -cf foreign.tar app.tar image.tar tests.tar mse.toml && rm -r outer inner",
        process_directory(), package, spawn_stage.application, (int)getpid()));
    Proxy *proxy = proxy_start(path, "/var/run/docker.sock");
    proxy_set(proxy, PROXY_REFUSE, "/images/load");
    spawn_stage.environment[3] = host;
    Outcome spawned = spawn_run(foreign, spawn_stage.name, own_free_port(), output);
    Outcome verified = console_run(&spawn_stage.setting, "home", "verify", "--package", foreign,
                                   "--evidence", evidence, "--output", output, NULL);
    spawn_stage.environment[3] = NULL;
    g_assert_cmpuint(proxy_spoiled(proxy), ==, 0);
    proxy_stop(proxy);
    assert_ends(spawned, 1, "mse-test-victim-");
    assert_ends(verified, 1, "mse-test-victim-");
    assert_nothing_left(tag);
}

/* ---- the clock ---- */

/* What runs from now on is so many seconds ahead. */
static char *shift_clock(int64_t seconds)
{
    static unsigned count;
    g_autofree char *name = g_strdup_printf("clock-%u", count++), *path = process_path(name);
    g_assert_true(g_file_set_contents(path, (const char *)&seconds, sizeof seconds, NULL));
    return g_strconcat("MSE_TEST_CLOCK=", path, NULL);
}

/* Which of the dates it is, and that it may be the clock. */
static void test_clock(void)
{
    static const struct {
        int64_t days;
        const char *verdict, *says;
    } cases[] = {{365, "EXPIRED", "was valid until"}, {-365, "REJECTED", "is valid only from"}};
    if (!spawn_stage_ready())
        return;
    g_autofree char *evidence = make_evidence();
    g_autofree char *build =
        g_build_filename(g_getenv("MSE_TEST_BUILD"), "tests/screen/shifted_clock.so", NULL);
    g_autofree char *preload = g_strconcat("LD_PRELOAD=", build, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *clock = shift_clock(cases[i].days * 86400);
        spawn_stage.environment[3] = preload;
        spawn_stage.environment[4] = clock;
        Outcome verified = verify(evidence), spawned = spawn_usual(), again = collect();
        spawn_stage.environment[3] = spawn_stage.environment[4] = NULL;
        assert_says(verified.out, cases[i].verdict);
        assert_says(verified.out, cases[i].says);
        assert_ends(verified, 3, "no certificate here is trusted");
        assert_says(spawned.err, cases[i].says);
        assert_says(spawned.out, "waits for its secrets");
        assert_ends(spawned, 0, "is the clock right?");
        assert_ends(again, 0, "is the clock right?");
        g_assert_false(is_written("ratls.pem"));
        remove_everything();
    }
    assert_ends(spawn_usual(), 0, "");
    remove_everything();
}

/* ---- all of it ---- */

static void set_up(void)
{
    spawn_stage_begin();
    if (spawn_stage.name == NULL)
        return;
    package = spawn_stage_package("project", "");
    tag = spawn_stage_tag(package);
    output = process_path("operator");
    settings = (char *)spawn_stage.environment[0];
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/life-host/pccs", test_pccs);
    g_test_add_func("/life-host/pccs-again", test_pccs_again);
    g_test_add_func("/life-host/enclave-ends", test_enclave_ends);
    g_test_add_func("/life-host/waiting-ended", test_waiting_ended);
    g_test_add_func("/life-host/run-ends", test_run_ends);
    g_test_add_func("/life-host/full-unpacking", test_full_unpacking);
    g_test_add_func("/life-host/full-evidence", test_full_evidence);
    g_test_add_func("/life-host/full-package", test_full_package);
    g_test_add_func("/life-host/full-verify", test_full_verify);
    g_test_add_func("/life-host/foreign-tag", test_foreign_tag);
    g_test_add_func("/life-host/clock", test_clock);
    int failed = g_test_run();
    spawn_stage_end();
    return failed;
}
