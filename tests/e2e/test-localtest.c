/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home localtest on a real engine, when one answers: a project whose image is made from nothing
 * with one static program, which plays the application. All is removed at the end.
 */
#include "config.h"

#include "own.h"
#include "process.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    char *base, *name; /* of images */
    char *project, *temporary;
    const char *why_not; /* NULL: tests can run */
    int turn;            /* at the port; -1: not yet */
} here = {.turn = -1};

/* "app:ok" serves files by their path; "app:ends" ends; "app:unhealthy" answers 500. It uses 24
 * MiB.
 */
static const char program_text[] =
    "#include <netinet/in.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <signal.h>\n#include <sys/socket.h>\n#include <unistd.h>\n"
    "static char request[4096], file[65536];\n"
    "int main(int n, char **words) {\n"
    "    printf(\"application %s %s\\n\", n > 2 ? words[2] : \"\", n > 3 ? words[3] : \"\");\n"
    "    fflush(stdout);\n"
    "    if (n > 2 && strstr(words[2], \"ends\")) { puts(\"it ends now\"); return 3; }\n"
    "    const char *head = n > 2 && strstr(words[2], \"unhealthy\") ?\n"
    "        \"HTTP/1.0 500 No\\r\\n\\r\\n\" : \"HTTP/1.0 200 OK\\r\\n\\r\\n\";\n"
    "    char *much = malloc(24 << 20); memset(much, 1, 24 << 20);\n"
    "    signal(SIGPIPE, SIG_IGN);\n"
    "    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(5000)};\n"
    "    int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);\n"
    "    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);\n"
    "    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 9)) return 4;\n"
    "    for (;;) {\n"
    "        int c = accept(s, 0, 0); memset(request, 0, sizeof request);\n"
    "        if (read(c, request, sizeof request - 1) > 4) {\n"
    "            char *path = request + 4; path[strcspn(path, \" \")] = 0;\n"
    "            printf(\"asked for %s\\n\", path); fflush(stdout);\n"
    "            write(c, head, strlen(head));\n"
    "            FILE *f = fopen(path, \"r\"); size_t got = f ? fread(file, 1, sizeof file, f) : "
    "0;\n"
    "            if (f) fclose(f);\n"
    "            write(c, file, got); }\n"
    "        close(c); }\n}\n";

static char *shell(const char *format, ...) G_GNUC_PRINTF(1, 2);
static char *shell(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome outcome = process_run(argv, NULL);
    char *out = outcome.status == 0 ? g_strdup(outcome.out) : NULL;
    outcome_clear(&outcome);
    return out;
}

static bool succeeds(const char *line)
{
    g_autofree char *out = shell("%s", line);
    return out != NULL;
}

static const char *make_base(void)
{
    if (!succeeds("docker version"))
        return "no Docker engine answers here";
    own_sweep("localtest-base");
    own_sweep("localtest");
    if (!succeeds("/usr/bin/python3 -c 'import pytest, requests, venv'"))
        return "Debian's python3-pytest, -requests and -venv are not installed";
    g_autofree char *source = process_path("mse-test.c");
    g_assert_true(g_file_set_contents(source, program_text, -1, NULL));
    g_autofree char *compiled =
        shell("cd '%s' && cc -w -static -o mse-test mse-test.c", process_directory());
    if (!compiled)
        return "no static program can be compiled here";
    g_autofree char *loaded = shell("tar -C '%s' -c mse-test | docker import -c 'ENV PATH=/' - %s",
                                    process_directory(), here.base);
    return loaded ? NULL : "the engine takes no image";
}

static void put(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(here.project, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void configure(const char *application, const char *command)
{
    g_autofree char *text = g_strdup_printf(
        "name = \"%s\"\npython_application = \"%s\"\nhealthcheck_endpoint = \"/health\"\n"
        "tests_cmd = \"%s\"\ntests_requirements = [\"pytest\", \"requests\"]\n",
        here.name, application, command);
    put("mse.toml", text);
}

static void make_project(void)
{
    g_autofree char *dockerfile =
        g_strdup_printf("FROM %s\nCOPY mse_src/app.py /copied\n", here.base);
    put("Dockerfile", dockerfile);
    put("mse_src/app.py", "the code\n");
    put("secrets.json", "{\"password\": \"correct-horse\"}\n");
    put("secrets_to_seal.json", "{\"result_sk\": \"battery-staple\"}\n");
    put("tests/test_app.py",
        "import os, pathlib, requests\n\nURL = 'http://127.0.0.1:5000'\n\n\n"
        "def test_mounts():\n"
        "    assert 'TEST_REMOTE_URL' not in os.environ\n"
        "    for name, path in (('TEST_SECRET_JSON', '/root/.cache/mse/secrets.json'),\n"
        "            ('TEST_SEALED_SECRET_JSON', '/root/.cache/mse/sealed_secrets.json')):\n"
        "        text = pathlib.Path(os.environ[name]).read_text()\n"
        "        assert len(text) > 20 and requests.get(URL + path).text == text\n"
        "    assert requests.get(URL + '/mse-app/app.py').text == 'the code\\n'\n"
        "    assert requests.get(URL + '/copied').text == 'the code\\n'\n"
        "    assert requests.get(URL + '/secrets.json').text == ''\n");
    put("tests/test_fails.py", "def test_it():\n    assert 1 == 2\n");
    put("tests/endless.py", "import time\nprint('endless', flush=True)\ntime.sleep(1000)\n");
}

static void make_all(void)
{
    here.base = own_name("localtest-base");
    here.name = own_name("localtest");
    here.project = process_path("project");
    g_autofree char *temporary = process_path("tmp");
    here.temporary = g_strconcat("TMPDIR=", temporary, NULL);
    g_assert_cmpint(g_mkdir(temporary, 0700), ==, 0);
    here.why_not = make_base();
    make_project();
}

static void remove_all(void)
{
    g_autofree char *container = shell("docker rm -f %s_test", here.name);
    g_autofree char *image = shell("docker rmi -f %s_test", here.name);
    g_autofree char *base = shell("docker rmi -f %s", here.base);
}

/* Of others, and not of tests, which take their turns. */
static int bind_port(void)
{
    const int one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(5000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static bool can_run(void)
{
    if (here.why_not) {
        g_test_skip(here.why_not);
        return false;
    }
    if (here.turn < 0)
        here.turn = own_turn("port-5000");
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (int port; (port = bind_port()) < 0; g_usleep(100000)) {
        if (g_get_monotonic_time() < until)
            continue;
        g_test_skip("port 5000 of 127.0.0.1 is taken");
        return false;
    }
    return true;
}

static void fill(ProcessSetting *setting, const char **environment)
{
    environment[0] = here.temporary;
    environment[1] = "PATH=/usr/bin:/bin";
    environment[2] = NULL;
    *setting = (ProcessSetting){.environment = environment};
}

static Outcome localtest(const char *option)
{
    const char *environment[3];
    ProcessSetting setting;
    fill(&setting, environment);
    return console_run(&setting, "home", "localtest", "--project", here.project, option, NULL);
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("\"%s\" does not say \"%s\"", text, part);
}

static void assert_nothing_left(void)
{
    g_autofree char *containers = shell("docker ps -aq --filter name=^%s_test$", here.name);
    g_autofree char *images = shell("docker images -q %s_test", here.name);
    g_assert_cmpstr(containers, ==, "");
    g_assert_cmpstr(images, ==, "");
    GDir *directory = g_dir_open(here.temporary + strlen("TMPDIR="), 0, NULL);
    g_assert_cmpstr(g_dir_read_name(directory), ==, NULL);
    g_dir_close(directory);
}

static void test_passes(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_app.py");
    Outcome got = localtest(NULL);
    if (got.status != 0)
        g_error("%d: %s%s", got.status, got.out, got.err);
    assert_says(got.out, "1 passed");
    assert_says(got.out, "kept here as secret: secrets.json, secrets_to_seal.json");
    assert_says(got.out, "its tests passed");
    assert_says(got.out, "Most memory that the application used: ");
    outcome_clear(&got);
    assert_nothing_left();
    g_autofree char *cache = g_build_filename(here.project, "mse_src", "__pycache__", NULL);
    g_assert_false(g_file_test(cache, G_FILE_TEST_EXISTS));
}

/* With the parts named one by one, and as rows. */
static void test_parts(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_app.py");
    const char *environment[3];
    ProcessSetting setting;
    fill(&setting, environment);
    g_autofree char *code = g_build_filename(here.project, "mse_src", NULL);
    g_autofree char *config = g_build_filename(here.project, "mse.toml", NULL);
    g_autofree char *dockerfile = g_build_filename(here.project, "Dockerfile", NULL);
    g_autofree char *tests = g_build_filename(here.project, "tests", NULL);
    g_autofree char *secrets = g_build_filename(here.project, "secrets.json", NULL);
    g_autofree char *sealed = g_build_filename(here.project, "secrets_to_seal.json", NULL);
    Outcome got = console_run(&setting, "home", "localtest", "--json", "--code", code, "--config",
                              config, "--dockerfile", dockerfile, "--test", tests, "--secrets",
                              secrets, "--sealed-secrets", sealed, NULL);
    if (got.status != 0)
        g_error("%d: %s%s", got.status, got.out, got.err);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(got.out), "\n", -1);
    json_t *last = json_loads(lines[g_strv_length(lines) - 1], 0, NULL);
    g_assert_cmpint(json_integer_value(json_object_get(last, "exit_status")), ==, 0);
    g_assert_cmpint(json_integer_value(json_object_get(last, "peak_memory")), >=, 24 << 20);
    json_decref(last);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_fails(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_fails.py");
    Outcome got = localtest(NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.out, "1 failed");
    assert_says(got.out, "The log of the application:");
    assert_says(got.out, "application app:ok --debug");
    assert_says(got.err, "failed (exit status 1)");
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_ends(void)
{
    if (!can_run())
        return;
    configure("app:ends", "pytest -q test_app.py");
    Outcome got = localtest(NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.out, "it ends now");
    assert_says(got.err, "exit status 3");
    assert_sentences(&got);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_build_fails(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_app.py");
    g_autofree char *wrong = g_strdup_printf("FROM %s\nCOPY secrets.json /x\n", here.base);
    put("Dockerfile", wrong);
    Outcome got = localtest(NULL);
    make_project();
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "secrets.json");
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_taken(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_app.py");
    int port = bind_port();
    g_assert_cmpint(listen(port, 1), ==, 0);
    Outcome got = localtest(NULL);
    close(port);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "port 5000");
    assert_says(got.err, "another \"home localtest\"");
    outcome_clear(&got);
    g_autofree char *made =
        shell("docker create --name %s_test --entrypoint /mse-test %s", here.name, here.base);
    g_assert_nonnull(made);
    Outcome named = localtest(NULL);
    g_assert_cmpint(named.status, ==, 1);
    assert_says(named.err, "docker rm -f");
    outcome_clear(&named);
    g_autofree char *removed = shell("docker rm %s_test", here.name);
    g_assert_nonnull(removed);
}

/* What a run that was killed has left behind is not in the way of the next. */
static void test_leftover(void)
{
    if (!can_run())
        return;
    configure("app:ok", "pytest -q test_app.py");
    g_autofree char *made =
        shell("docker create --name %s_test --label \"mse-console-localtest=4194301@$(hostname) "
              "$(readlink /proc/self/ns/pid)\" --entrypoint /mse-test %s",
              here.name, here.base);
    g_assert_nonnull(made);
    Outcome got = localtest(NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.err, "left behind");
    outcome_clear(&got);
    assert_nothing_left();
}

/* Cancelled once its output (standard output and the container's log) says so. */
static void cancel_at(const char *option, const char *says, int signal_number)
{
    const char *environment[3];
    ProcessSetting setting;
    fill(&setting, environment);
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "localtest", "--project", here.project, option, NULL};
    Process process = process_start(argv, &setting);
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *text = NULL;
        g_file_get_contents(process.out_path, &text, NULL, NULL);
        g_autofree char *log = shell("docker logs %s_test 2>&1", here.name);
        if ((text && strstr(text, says)) || (log && strstr(log, says)))
            break;
        struct pollfd ended = {.fd = process.pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    g_assert_cmpint(kill(process.pid, signal_number), ==, 0);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 128 + signal_number);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_cancelled(void)
{
    if (!can_run())
        return;
    configure("app:unhealthy", "pytest");
    cancel_at(NULL, "Sent to the engine", SIGINT);
    cancel_at(NULL, "asked for /health", SIGTERM);
    configure("app:ok", "endless");
    cancel_at(NULL, "endless", SIGINT);
    cancel_at("--no-tests", "asked for /health", SIGTERM);
}

static void test_usage(void)
{
    Outcome nothing = console_run(NULL, "home", "localtest", NULL);
    g_assert_cmpint(nothing.status, ==, 2);
    outcome_clear(&nothing);
    Outcome both =
        console_run(NULL, "home", "localtest", "--project", here.project, "--code", ".", NULL);
    g_assert_cmpint(both.status, ==, 2);
    outcome_clear(&both);
    Outcome some = console_run(NULL, "home", "localtest", "--code", ".", "--test", ".", NULL);
    g_assert_cmpint(some.status, ==, 2);
    outcome_clear(&some);
    configure("app:ok", "pytest");
    Outcome far = console_run(NULL, "home", "localtest", "--project", here.project, "--engine",
                              "tcp://127.0.0.1:1", NULL);
    g_assert_cmpint(far.status, ==, 1);
    assert_says(far.err, "another machine");
    outcome_clear(&far);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_all();
    g_test_add_func("/localtest/passes", test_passes);
    g_test_add_func("/localtest/parts", test_parts);
    g_test_add_func("/localtest/fails", test_fails);
    g_test_add_func("/localtest/ends", test_ends);
    g_test_add_func("/localtest/build-fails", test_build_fails);
    g_test_add_func("/localtest/taken", test_taken);
    g_test_add_func("/localtest/leftover", test_leftover);
    g_test_add_func("/localtest/cancelled", test_cancelled);
    g_test_add_func("/localtest/usage", test_usage);
    int status = g_test_run();
    if (!here.why_not)
        remove_all();
    return status;
}
