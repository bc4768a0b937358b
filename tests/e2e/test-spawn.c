/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Package, spawn, evidence and verify --package against the engine of this machine and the
 * simulated platform, when an engine answers: containers and images carry this process's number,
 * and are removed at the end.
 */
#include "config.h"

#include "tests/e2e/own.h"
#include "tests/e2e/spawn_stage.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static char *package; /* path of the one that was made */

static void assert_nothing_left(const char *container)
{
    g_assert_false(shell_succeeds("docker inspect '%s'", container));
}

/* The journal's latest line of that kind, which is about this application; json_decref. */
static json_t *journal_row(const char *kind, const char *application)
{
    Outcome got = console_run(&spawn_stage.setting, "journal", "list", "--json", NULL);
    json_t *rows = outcome_json(&got), *row = NULL, *found = NULL;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (g_strcmp0(json_string_value(json_object_get(row, "kind")), kind) == 0)
            found = row;
    }
    g_assert_nonnull(found);
    g_assert_cmpstr(json_string_value(json_object_get(found, "application")), ==, application);
    json_incref(found);
    json_decref(rows);
    outcome_clear(&got);
    return found;
}

static void test_package(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *project = process_path("project"), *output = process_path("out");
    Outcome got = console_run(&spawn_stage.setting, "home", "package", "--project", project,
                              "--output", output, "--encrypt", "--json", NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_sentences(&got);
    json_t *row = outcome_json(&got);
    package = g_strdup(json_string_value(json_object_get(row, "package")));
    const char *tag = json_string_value(json_object_get(row, "image"));
    g_assert_true(g_file_test(package, G_FILE_TEST_IS_REGULAR));
    g_autofree char *own = g_strconcat(spawn_stage.application, ":", NULL);
    g_assert_true(g_str_has_prefix(tag, own));
    g_assert_false(
        shell_succeeds("docker image inspect '%s'", tag)); /* it is in the package alone */
    struct stat about;
    g_assert_cmpint(g_stat(json_string_value(json_object_get(row, "key")), &about), ==, 0);
    g_assert_cmpint(about.st_mode & 07777, ==, 0600);
    g_assert_cmpint(about.st_size, ==, 32);
    json_t *journal = journal_row("package", spawn_stage.application);
    json_t *what = json_object_get(journal, "what");
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(what, 0), "path")), ==,
                    package);
    g_assert_true(g_str_has_prefix(json_string_value(json_object_get(journal, "input")), package));
    json_decref(journal);
    json_decref(row);
    outcome_clear(&got);
    got = console_run(&spawn_stage.setting, "home", "package", "--project", project, "--output",
                      output, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.out, "kept here as secret: code.key, secrets.json"));
    outcome_clear(&got);
}

/* A Dockerfile that cannot be built leaves neither a package nor an image. */
static void test_package_fails(void)
{
    if (!spawn_stage_ready())
        return;
    g_autofree char *broken = process_path("broken"), *output = process_path("none");
    g_autofree char *project = process_path("project");
    g_assert_true(shell_succeeds("cp -r '%s' '%s' && printf 'FROM %s\\nCOPY secrets.json /\\n' "
                                 ">'%s/Dockerfile'",
                                 project, broken, spawn_stage.base, broken));
    Outcome got = console_run(&spawn_stage.setting, "home", "package", "--project", broken,
                              "--output", output, NULL);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "secrets.json")); /* it was not sent */
    g_assert_false(shell_succeeds("ls '%s'/package_*", output));
    outcome_clear(&got);
}

static Outcome spawn(const char *container, unsigned port, const char *output, const char *extra,
                     const char *value)
{
    g_autofree char *number = g_strdup_printf("%u", port), *key = process_path("key.pem");
    return console_run(&spawn_stage.setting, "home", "spawn", "--host", "myapp.fr", "--port",
                       number, "--size", "4096", "--package", package, "--output", output,
                       "--signer-key", key, container, extra, value, NULL);
}

static void assert_refused(Outcome got, int status, const char *says)
{
    g_assert_cmpint(got.status, ==, status);
    if (strstr(got.err, says) == NULL)
        g_error("\"%s\" does not say \"%s\"", got.err, says);
    assert_sentences(&got);
    outcome_clear(&got);
}

static char *in(const char *directory, const char *file)
{
    return g_build_filename(directory, file, NULL);
}

static void assert_verify(const char *evidence, const char *output, int status, const char *says)
{
    g_autofree char *program = process_program("mse-console"),
                    *certificate = in(output, "ratls.pem");
    const char *const argv[] = {program,      "home",   "verify",   "--package", package,
                                "--evidence", evidence, "--output", output,      NULL};
    Process process = process_start(argv, &spawn_stage.setting);
    int pid = process.pid;
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, status);
    assert_says(got.out, says);
    g_assert_true(g_file_test(certificate, G_FILE_TEST_EXISTS) == (status == 0));
    g_autofree char *left = stage_made_by(pid, "mse-console-dry-run");
    g_assert_cmpstr(left, ==, "");
    outcome_clear(&got);
}

static void verify_all(const char *evidence)
{
    g_autofree char *good = process_path("good"), *bad = process_path("bad");
    g_autofree char *other = process_path("other.json");
    assert_verify(evidence, good, 0, "TRUSTED");
    g_assert_true(
        shell_succeeds("sed 's/\"size\": 4096/\"size\": 2048/' '%s' >'%s'", evidence, other));
    assert_verify(other, bad, 3, "Likely cause: the size of the enclave");
}

static void collect_again(const char *directory)
{
    g_autofree char *again = process_path("again"), *evidence = in(again, "evidence.json");
    Outcome got = console_run(&spawn_stage.setting, "home", "evidence", spawn_stage.name,
                              "--output", again, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_autofree char *first = in(directory, "evidence.json");
    g_autofree char *one = NULL, *two = NULL;
    g_assert_true(g_file_get_contents(first, &one, NULL, NULL));
    g_assert_true(g_file_get_contents(evidence, &two, NULL, NULL));
    g_assert_cmpstr(one, ==, two);
}

static void test_spawn(void)
{
    if (!spawn_stage_ready() || package == NULL)
        return;
    unsigned port = own_free_port();
    g_autofree char *directory = process_path("operator"), *else_where = process_path("elsewhere");
    g_autofree char *evidence = in(directory, "evidence.json"), *app = in(directory, "app.tar");
    g_autofree char *second = g_strconcat(spawn_stage.name, "-b", NULL);
    Outcome got = spawn(spawn_stage.name, port, directory, NULL, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.out, "waits for its secrets"));
    outcome_clear(&got);
    g_assert_true(g_file_test(evidence, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(app, G_FILE_TEST_EXISTS));
    json_t *journal = journal_row("spawn", spawn_stage.name);
    g_assert_cmpuint(strlen(json_string_value(json_object_get(journal, "measurement"))), ==, 64);
    json_decref(journal);
    json_decref(journal_row("verdict", spawn_stage.name)); /* of its evidence */
    assert_refused(spawn(spawn_stage.name, own_free_port(), else_where, NULL, NULL), 1, "named");
    assert_refused(spawn(second, port, else_where, NULL, NULL), 1, "port");
    assert_refused(spawn(second, own_free_port(), directory, NULL, NULL), 1, "is the directory of");
    assert_nothing_left(second);
    g_assert_false(g_file_test(else_where, G_FILE_TEST_EXISTS));
    verify_all(evidence);
    collect_again(directory);
    got = console_run(&spawn_stage.setting, "home", "stop", "--remove", spawn_stage.name, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    /* The same command again works. */
    got = spawn(spawn_stage.name, port, directory, NULL, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_true(shell_succeeds("docker rm -f '%s'", spawn_stage.name));
}

static void test_refusals(void)
{
    static const struct {
        const char *option, *value;
        int status;
        const char *says;
    } cases[] = {
        {"--size", "3000", 1, "power of two"},
        {"--size", "512", 1, "power of two"},
        {"--port", "0", 2, "65535"},
        {"--port", "70000", 2, "65535"},
        {"--subject", "nobody", 1, "RFC 4514"},
        {"--san", "other.org", 2, "no IP address"},
        {"--signer-key", "/nowhere", 1, "openssl"},
        {"--host", "203.0.113.9", 2, "--san"},
        {"--engine", "tcp://127.0.0.1:1", 1, "over the network"},
    };
    if (!spawn_stage_ready() || package == NULL)
        return;
    g_autofree char *output = process_path("refused");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(
            spawn(spawn_stage.name, own_free_port(), output, cases[i].option, cases[i].value),
            cases[i].status, cases[i].says);
    assert_refused(spawn("-x", own_free_port(), output, NULL, NULL), 2, "-x");
    assert_nothing_left(spawn_stage.name);
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
}

/* Of two of one name exactly one comes up. */
static void test_two_at_once(void)
{
    if (!spawn_stage_ready() || package == NULL)
        return;
    Process both[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *file = g_strdup_printf("at-once-%d", i), *output = process_path(file);
        both[i] = spawn_start(package, spawn_stage.name, own_free_port(), output);
    }
    int won = 0;
    for (int i = 0; i < 2; i++) {
        Outcome got = process_finish(&both[i]);
        g_autofree char *file = g_strdup_printf("at-once-%d", i), *output = process_path(file);
        won += got.status == 0;
        g_assert_true(got.status == 0 || got.status == 1);
        g_assert_true(g_file_test(output, G_FILE_TEST_EXISTS) == (got.status == 0));
        outcome_clear(&got);
    }
    g_assert_cmpint(won, ==, 1);
    g_assert_true(shell_succeeds("docker rm -f '%s'", spawn_stage.name));
}

/* Until it hears of the signal: so early that it does not, the signal itself ends it. */
static void await_hearing(const Process *process, int number)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)process->pid);
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (guint64 heard = 0; (heard & (G_GUINT64_CONSTANT(1) << (number - 1))) == 0;) {
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        const char *blocked = strstr(text, "\nSigBlk:"), *caught = strstr(text, "\nSigCgt:");
        g_assert_true(blocked != NULL && caught != NULL);
        heard = g_ascii_strtoull(blocked + 8, NULL, 16) | g_ascii_strtoull(caught + 8, NULL, 16);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 1);
    }
}

/* Ended at any time: what runs is told, everything else is gone, and the same works again. */
static void test_signals(void)
{
    if (!spawn_stage_ready() || package == NULL)
        return;
    g_autofree char *output = process_path("signalled");
    for (unsigned delay = 0; delay < 1500; delay += 250) {
        int signal = delay % 500 == 0 ? SIGINT : SIGTERM;
        Process process = spawn_start(package, spawn_stage.name, own_free_port(), output);
        if (delay > 0)
            await_hearing(&process, signal);
        g_usleep(delay * 1000);
        kill(process.pid, signal);
        Outcome got = process_finish(&process);
        bool left = shell_succeeds("docker inspect '%s'", spawn_stage.name);
        g_test_message("%u ms: %d: %s", delay, got.status, got.err);
        /* So early that nobody listens yet, the signal itself ends it. */
        g_assert_true(got.status == 0 || got.status == (signal == SIGINT ? 130 : 143) ||
                      (delay == 0 && got.status == 256 + signal));
        if (left && got.status != 0)
            g_assert_nonnull(strstr(got.err, "stop --remove"));
        if (!left)
            g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
        outcome_clear(&got);
        if (left)
            g_assert_true(shell_succeeds("docker rm -f '%s'", spawn_stage.name));
        g_assert_true(shell_succeeds("rm -rf '%s'", output));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    spawn_stage_begin();
    g_test_add_func("/spawn/package", test_package);
    g_test_add_func("/spawn/package-fails", test_package_fails);
    g_test_add_func("/spawn/refusals", test_refusals);
    g_test_add_func("/spawn/spawn", test_spawn);
    g_test_add_func("/spawn/two-at-once", test_two_at_once);
    g_test_add_func("/spawn/signals", test_signals);
    int failed = g_test_run();
    spawn_stage_end();
    return failed;
}
