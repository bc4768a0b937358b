/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Package, spawn, evidence and verify --package against the engine of this machine and the
 * simulated platform, when an engine answers: containers and images carry this process's number,
 * and are removed at the end.
 */
#include "config.h"

#include "tests/e2e/process.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *name, *base, *application; /* of this run; name NULL: no engine */
static char *package;                   /* path of the one that was made */
static Process servers[2];
static const char *environment[4];
static ProcessSetting setting = {.environment = environment};

static bool shell(const char *format, ...) G_GNUC_PRINTF(1, 2);
static bool shell(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome got = process_run(argv, NULL);
    bool good = got.status == 0;
    if (!good)
        g_test_message("%s: %s", line, got.err);
    outcome_clear(&got);
    return good;
}

static char *write_file(const char *file, const char *text)
{
    char *path = process_path(file);
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(descriptor, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(descriptor, (struct sockaddr *)&address, &size), ==, 0);
    close(descriptor);
    return ntohs(address.sin_port);
}

static char *await_file(const char *file)
{
    g_autofree char *path = process_path(file);
    char *text = NULL;
    int64_t until = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
    while (!g_file_get_contents(path, &text, NULL, NULL) || *text == '\0') {
        g_clear_pointer(&text, g_free);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
    return g_strchomp(text);
}

static void start_platform(void)
{
    g_autofree char *platform = process_path("platform"), *sim = process_program("mse-sim");
    g_autofree char *sockets = process_path("aesmd"), *port_file = process_path("port");
    sim_run("platform", platform, NULL);
    g_assert_cmpint(g_mkdir(sockets, 0755), ==, 0);
    const char *const quoting[] = {sim, "quoting", platform, "--socket", sockets, NULL};
    const char *const pccs[] = {sim, "pccs", platform, "--port-file", port_file, NULL};
    servers[0] = process_start(quoting, NULL);
    servers[1] = process_start(pccs, NULL);
    g_autofree char *port = await_file("port");
    g_autofree char *text = g_strdup_printf(
        "[trust]\nroot = \"platform/root.pem\"\n[pccs]\nurl = \"https://localhost:%s\"\n"
        "ca = \"platform/pccs.pem\"\n[spawn]\ndevices = []\nbinds = [\"%s:/var/run/aesmd\"]\n",
        port, sockets);
    g_autofree char *config = write_file("config.toml", text);
    environment[0] = g_strconcat("MSE_CONSOLE_CONFIG=", config, NULL);
    environment[1] = g_strconcat("XDG_STATE_HOME=", process_directory(), NULL);
    environment[2] = g_strconcat("XDG_CACHE_HOME=", process_directory(), NULL);
}

static void make_project(void)
{
    g_autofree char *dockerfile = g_strdup_printf("FROM %s\nRUN pip3 install flask\n", base);
    g_autofree char *config = g_strdup_printf(
        "name = \"%s\"\npython_application = \"app:app\"\nhealthcheck_endpoint = \"/health\"\n"
        "tests_cmd = \"pytest\"\ntests_requirements = []\n",
        application);
    const struct {
        const char *file, *text;
    } files[] = {
        {"project/Dockerfile", dockerfile},
        {"project/mse.toml", config},
        {"project/mse_src/app.py", "app = 1\n"},
        {"project/tests/test_app.py", "pass\n"},
        {"project/secrets.json", "{\"needle\": \"in the context\"}\n"},
        {"project/code.key", "secret\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        g_free(write_file(files[i].file, files[i].text));
}

static void set_up(void)
{
    if (!shell("docker version"))
        return;
    name = g_strdup_printf("mse-test-spawn-%d", (int)getpid());
    application = g_strdup_printf("mse-test-app-%d", (int)getpid());
    base = g_strdup_printf("mse-test-base-%d:1", (int)getpid());
    g_autofree char *program = process_program("mse-sim-enclave"), *key = process_path("key.pem");
    start_platform();
    sim_run("image", base, "--program", program, NULL);
    g_assert_true(shell("openssl genrsa -3 -out '%s' 3072", key));
    make_project();
}

static bool ready(void)
{
    if (name != NULL)
        return true;
    g_test_skip("no engine answers, or no docker to ask it with");
    return false;
}

static void assert_nothing_left(const char *container)
{
    g_assert_false(shell("docker inspect '%s'", container));
}

static void test_package(void)
{
    if (!ready())
        return;
    g_autofree char *project = process_path("project"), *output = process_path("out");
    Outcome got = console_run(&setting, "home", "package", "--project", project, "--output", output,
                              "--encrypt", "--json", NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_sentences(&got);
    json_t *row = outcome_json(&got);
    package = g_strdup(json_string_value(json_object_get(row, "package")));
    const char *tag = json_string_value(json_object_get(row, "image"));
    g_assert_true(g_file_test(package, G_FILE_TEST_IS_REGULAR));
    g_autofree char *own = g_strconcat(application, ":", NULL);
    g_assert_true(g_str_has_prefix(tag, own));
    g_assert_false(shell("docker image inspect '%s'", tag)); /* it is in the package alone */
    struct stat about;
    g_assert_cmpint(g_stat(json_string_value(json_object_get(row, "key")), &about), ==, 0);
    g_assert_cmpint(about.st_mode & 07777, ==, 0600);
    g_assert_cmpint(about.st_size, ==, 32);
    json_decref(row);
    outcome_clear(&got);
    got = console_run(&setting, "home", "package", "--project", project, "--output", output, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.out, "kept here as secret: code.key, secrets.json"));
    outcome_clear(&got);
}

/* A Dockerfile that cannot be built leaves neither a package nor an image. */
static void test_package_fails(void)
{
    if (!ready())
        return;
    g_autofree char *broken = process_path("broken"), *output = process_path("none");
    g_autofree char *project = process_path("project");
    g_assert_true(shell("cp -r '%s' '%s' && printf 'FROM %s\\nCOPY secrets.json /\\n' "
                        ">'%s/Dockerfile'",
                        project, broken, base, broken));
    Outcome got =
        console_run(&setting, "home", "package", "--project", broken, "--output", output, NULL);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "secrets.json")); /* it was not sent */
    g_assert_false(shell("ls '%s'/package_*", output));
    outcome_clear(&got);
}

static Outcome spawn(const char *container, unsigned port, const char *output, const char *extra,
                     const char *value)
{
    g_autofree char *number = g_strdup_printf("%u", port), *key = process_path("key.pem");
    return console_run(&setting, "home", "spawn", "--host", "myapp.fr", "--port", number, "--size",
                       "4096", "--package", package, "--output", output, "--signer-key", key,
                       container, extra, value, NULL);
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
    Outcome got = console_run(&setting, "home", "verify", "--package", package, "--evidence",
                              evidence, "--output", output, NULL);
    g_assert_cmpint(got.status, ==, status);
    g_assert_nonnull(strstr(got.out, says));
    g_autofree char *certificate = in(output, "ratls.pem");
    g_assert_true(g_file_test(certificate, G_FILE_TEST_EXISTS) == (status == 0));
    outcome_clear(&got);
}

static void verify_all(const char *evidence)
{
    g_autofree char *good = process_path("good"), *bad = process_path("bad");
    g_autofree char *other = process_path("other.json");
    assert_verify(evidence, good, 0, "TRUSTED");
    g_assert_true(shell("sed 's/\"size\": 4096/\"size\": 2048/' '%s' >'%s'", evidence, other));
    assert_verify(other, bad, 3, "Likely cause: the size of the enclave");
    g_assert_true(shell("test -z \"$(docker ps -aq --filter status=created --filter "
                        "ancestor=%s)\"",
                        base));
}

static void collect_again(const char *directory)
{
    g_autofree char *again = process_path("again"), *evidence = in(again, "evidence.json");
    Outcome got = console_run(&setting, "home", "evidence", name, "--output", again, NULL);
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
    if (!ready() || package == NULL)
        return;
    unsigned port = free_port();
    g_autofree char *directory = process_path("operator"), *else_where = process_path("elsewhere");
    g_autofree char *evidence = in(directory, "evidence.json"), *app = in(directory, "app.tar");
    g_autofree char *second = g_strconcat(name, "-b", NULL);
    Outcome got = spawn(name, port, directory, NULL, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.out, "waits for its secrets"));
    outcome_clear(&got);
    g_assert_true(g_file_test(evidence, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(app, G_FILE_TEST_EXISTS));
    assert_refused(spawn(name, free_port(), else_where, NULL, NULL), 1, "named");
    assert_refused(spawn(second, port, else_where, NULL, NULL), 1, "port");
    assert_refused(spawn(second, free_port(), directory, NULL, NULL), 1, "is the directory of");
    assert_nothing_left(second);
    g_assert_false(g_file_test(else_where, G_FILE_TEST_EXISTS));
    verify_all(evidence);
    collect_again(directory);
    got = console_run(&setting, "home", "stop", "--remove", name, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    /* The same command again works. */
    got = spawn(name, port, directory, NULL, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    g_assert_true(shell("docker rm -f '%s'", name));
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
    if (!ready() || package == NULL)
        return;
    g_autofree char *output = process_path("refused");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(spawn(name, free_port(), output, cases[i].option, cases[i].value),
                       cases[i].status, cases[i].says);
    assert_refused(spawn("-x", free_port(), output, NULL, NULL), 2, "-x");
    assert_nothing_left(name);
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
}

/* Of two of one name exactly one comes up. */
static void test_two_at_once(void)
{
    if (!ready() || package == NULL)
        return;
    g_autofree char *program = process_program("mse-console"), *key = process_path("key.pem");
    Process both[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *port = g_strdup_printf("%u", free_port());
        g_autofree char *file = g_strdup_printf("at-once-%d", i), *output = process_path(file);
        const char *const argv[] = {program,  "home",     "spawn",  "--san",        "x.org",
                                    "--port", port,       "--size", "1024",         "--package",
                                    package,  "--output", output,   "--signer-key", key,
                                    name,     NULL};
        both[i] = process_start(argv, &setting);
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
    g_assert_true(shell("docker rm -f '%s'", name));
}

/* Ended at any time: what runs is told, everything else is gone, and the same works again. */
static void test_signals(void)
{
    if (!ready() || package == NULL)
        return;
    g_autofree char *program = process_program("mse-console"), *key = process_path("key.pem");
    g_autofree char *output = process_path("signalled");
    for (unsigned delay = 0; delay < 1500; delay += 250) {
        int signal = delay % 500 == 0 ? SIGINT : SIGTERM;
        g_autofree char *port = g_strdup_printf("%u", free_port());
        const char *const argv[] = {program,  "home",     "spawn",  "--san",        "x.org",
                                    "--port", port,       "--size", "1024",         "--package",
                                    package,  "--output", output,   "--signer-key", key,
                                    name,     NULL};
        Process process = process_start(argv, &setting);
        g_usleep(delay * 1000);
        kill(process.pid, signal);
        Outcome got = process_finish(&process);
        bool left = shell("docker inspect '%s'", name);
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
            g_assert_true(shell("docker rm -f '%s'", name));
        g_assert_true(shell("rm -rf '%s'", output));
    }
}

static void tear_down(void)
{
    if (name == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(servers); i++) {
        kill(servers[i].pid, SIGTERM);
        Outcome got = process_finish(&servers[i]);
        outcome_clear(&got);
    }
    shell("docker rm -f '%s' '%s-b'", name, name);
    shell("docker images -q --no-trunc --filter reference='%s:*' | xargs -r docker rmi -f",
          application);
    shell("docker rmi -f '%s'", base);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/spawn/package", test_package);
    g_test_add_func("/spawn/package-fails", test_package_fails);
    g_test_add_func("/spawn/refusals", test_refusals);
    g_test_add_func("/spawn/spawn", test_spawn);
    g_test_add_func("/spawn/two-at-once", test_two_at_once);
    g_test_add_func("/spawn/signals", test_signals);
    int failed = g_test_run();
    tear_down();
    return failed;
}
