/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home test: an application's tests in a virtual environment of their own, against an application
 * that this test plays. With Debian's Python, whose pytest and requests it lends.
 */
#include "config.h"

#include "process.h"
#include "sham_enclave.h"

#include "tests/unit/fake_engine.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct {
    FakeRoute routes[2];
    FakeEngine *engine;
    ShamEnclave *enclave;
    char *answer;
    char *host; /* "DOCKER_HOST=unix://…" */
    char *tests, *config, *temporary;
} here;

static void put_file(const char *directory, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void configure(const char *command, const char *requirements)
{
    g_autofree char *text = g_strdup_printf(
        "name = \"appli\"\npython_application = \"app:app\"\nhealthcheck_endpoint = \"/health\"\n"
        "tests_cmd = \"%s\"\ntests_requirements = [%s]\n",
        command, requirements);
    g_assert_true(g_file_set_contents(here.config, text, -1, NULL));
}

static void start_application(void)
{
    g_autofree char *platform = process_path("platform"), *key = process_path("enclave.key");
    g_autofree char *certificate = process_path("ratls.pem");
    sim_run("platform", platform, NULL);
    sim_run("quote", platform, "--certificate", "--key", key, "--output", certificate, NULL);
    here.enclave =
        sham_enclave_start(&(ShamScript){.certificate = certificate, .key = key, .runs = true});
    g_autofree char *body = g_strdup_printf(
        "{\"Id\": \"" ID "\", \"Name\": \"/appli\", \"State\": {\"Status\": \"running\"},"
        " \"Config\": {\"Labels\": {\"mse-home\": \"1\"}}, \"HostConfig\": {\"PortBindings\":"
        " {\"443/tcp\": [{\"HostIp\": \"0.0.0.0\", \"HostPort\": \"%u\"}]}}}",
        sham_enclave_port(here.enclave));
    here.answer = g_strdup_printf(FAKE_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    here.routes[0] = (FakeRoute){.match = "/containers/appli/", .answer = here.answer};
    here.engine = fake_engine_start(here.routes, NULL);
    here.host = g_strconcat("DOCKER_HOST=", fake_engine_address(here.engine), NULL);
}

static void make_all(void)
{
    start_application();
    here.tests = process_path("tests");
    here.config = process_path("mse.toml");
    g_autofree char *temporary = process_path("tmp");
    here.temporary = g_strconcat("TMPDIR=", temporary, NULL);
    g_assert_cmpint(g_mkdir(here.tests, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(temporary, 0700), ==, 0);
    put_file(here.tests, "conftest.py",
             "import os\nimport pytest\n\n\n@pytest.fixture\ndef url():\n"
             "    return os.environ['TEST_REMOTE_URL']\n");
    put_file(here.tests, "test_app.py",
             "import requests\n\n\ndef test_health(url):\n"
             "    assert url.startswith('https://localhost:')\n"
             "    requests.packages.urllib3.disable_warnings()\n"
             "    assert requests.get(url + '/health', verify=False).text == 'OK'\n");
    put_file(here.tests, "test_fails.py", "def test_it():\n    assert 1 == 2\n");
    put_file(here.tests, "uses_extra.py",
             "import mse_extra, site, sys\nprint('extra', mse_extra.WORD, sys.prefix)\n"
             "print('user site', site.ENABLE_USER_SITE)\n");
    put_file(here.tests, "endless.py",
             "import os, subprocess, sys, time\n"
             "child = subprocess.Popen(['sleep', '1000'])\n"
             "print('pids', os.getpid(), child.pid, 'end', flush=True)\ntime.sleep(1000)\n");
}

static bool has_python(void)
{
    const char *argv[] = {"/usr/bin/python3", "-c", "import pytest, requests, venv", NULL};
    if (!g_file_test(argv[0], G_FILE_TEST_IS_EXECUTABLE)) {
        g_test_skip("no /usr/bin/python3 here");
        return false;
    }
    Outcome got = process_run(argv, NULL);
    bool has = got.status == 0;
    outcome_clear(&got);
    if (!has)
        g_test_skip("Debian's python3-pytest, -requests and -venv are not installed");
    return has;
}

static ProcessSetting setting_with(const char **environment, const char *one, const char *other)
{
    environment[0] = here.host;
    environment[1] = here.temporary;
    environment[2] = "PATH=/usr/bin:/bin";
    environment[3] = one;
    environment[4] = one ? other : NULL;
    environment[5] = NULL;
    return (ProcessSetting){.environment = environment};
}

static Outcome run_tests(const char *one, const char *other)
{
    const char *environment[6];
    ProcessSetting setting = setting_with(environment, one, other);
    return console_run(&setting, "home", "test", "--test", here.tests, "--config", here.config,
                       "appli", NULL);
}

static void assert_nothing_left(void)
{
    GDir *directory = g_dir_open(here.temporary + strlen("TMPDIR="), 0, NULL);
    g_assert_nonnull(directory);
    g_assert_cmpstr(g_dir_read_name(directory), ==, NULL);
    g_dir_close(directory);
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("\"%s\" does not say \"%s\"", text, part);
}

static void test_passes(void)
{
    if (!has_python())
        return;
    configure("pytest -q test_app.py", "\"pytest\", \"requests >= 2\"");
    Outcome got = run_tests(NULL, NULL);
    g_assert_cmpstr(got.err, ==, "");
    assert_says(got.out, "1 passed");
    assert_says(got.out, "appli: its tests passed");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_fails(void)
{
    if (!has_python())
        return;
    configure("pytest -q test_fails.py", "\"pytest\"");
    Outcome got = run_tests(NULL, NULL);
    assert_says(got.out, "1 failed");
    assert_says(got.err, "failed (exit status 1)");
    g_assert_cmpint(got.status, ==, 1);
    outcome_clear(&got);
    configure("pytest -q no_such_file.py", "\"pytest\"");
    Outcome none = run_tests(NULL, NULL);
    g_assert_cmpint(none.status, ==, 4); /* pytest's own */
    outcome_clear(&none);
    assert_nothing_left();
}

static void test_json(void)
{
    if (!has_python())
        return;
    const char *environment[6];
    ProcessSetting setting = setting_with(environment, NULL, NULL);
    configure("pytest -q test_app.py", "");
    Outcome got = console_run(&setting, "home", "test", "--json", "--test", here.tests, "--config",
                              here.config, "appli", NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(got.out), "\n", -1);
    guint n = g_strv_length(lines);
    g_assert_cmpuint(n, >, 1);
    json_t *last = json_loads(lines[n - 1], 0, NULL);
    g_assert_cmpint(json_integer_value(json_object_get(last, "exit_status")), ==, 0);
    json_decref(last);
    outcome_clear(&got);
}

/* A package that only this test has, as a wheel beside it. */
static char *make_wheel(void)
{
    static const char script[] =
        "import sys, zipfile\n"
        "with zipfile.ZipFile(sys.argv[1] + '/mse_extra-1.5-py3-none-any.whl', 'w') as z:\n"
        "    z.writestr('mse_extra.py', \"WORD = 'from-a-wheel'\\n\")\n"
        "    d = 'mse_extra-1.5.dist-info/'\n"
        "    z.writestr(d + 'METADATA', 'Metadata-Version: 2.1\\nName: mse-extra\\nVersion: "
        "1.5\\n')\n"
        "    z.writestr(d + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: "
        "true\\nTag: py3-none-any\\n')\n"
        "    z.writestr(d + 'RECORD', '')\n";
    g_autofree char *links = process_path("links");
    g_mkdir(links, 0700);
    const char *argv[] = {"/usr/bin/python3", "-c", script, links, NULL};
    Outcome got = process_run(argv, NULL);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    return g_strconcat("PIP_FIND_LINKS=", links, NULL);
}

/* What is missing comes from where pip is told, into the environment of this run alone. */
static void test_missing(void)
{
    if (!has_python())
        return;
    g_autofree char *links = make_wheel();
    configure("uses_extra", "\"pytest\", \"mse-extra >= 1.2\"");
    Outcome got = run_tests("PIP_NO_INDEX=1", links);
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.out, "extra from-a-wheel");
    assert_says(got.out, "user site False");
    outcome_clear(&got);
    const char *argv[] = {"/usr/bin/python3", "-c", "import mse_extra", NULL};
    Outcome outside = process_run(argv, NULL);
    g_assert_cmpint(outside.status, !=, 0);
    outcome_clear(&outside);
    configure("uses_extra", "\"mse-extra >= 2\"");
    Outcome newer = run_tests("PIP_NO_INDEX=1", links);
    g_assert_cmpint(newer.status, ==, 1);
    assert_says(newer.err, "pip cannot install mse-extra >= 2");
    assert_sentences(&newer);
    outcome_clear(&newer);
    assert_nothing_left();
}

/* Modules that lie where it is run, as anybody may have left them in a shared directory, are not
 * taken for Python's. */
static void test_not_from_here(void)
{
    static const char *const names[] = {"venv.py", "runpy.py", "packaging.py",
                                        "pip.py",  "re.py",    "ensurepip.py"};
    if (!has_python())
        return;
    g_autofree char *links = make_wheel(), *shared = process_path("shared");
    g_autofree char *mark = g_build_filename(shared, "TAKEN", NULL);
    g_mkdir(shared, 0700);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        put_file(shared, names[i], "open('TAKEN', 'w')\nraise SystemExit(1)\n");
    configure("uses_extra", "\"pytest\", \"mse-extra >= 1.2\"");
    const char *environment[6];
    ProcessSetting setting = setting_with(environment, "PIP_NO_INDEX=1", links);
    setting.directory = shared;
    Outcome got = console_run(&setting, "home", "test", "--test", here.tests, "--config",
                              here.config, "appli", NULL);
    g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    assert_says(got.out, "extra from-a-wheel");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    assert_nothing_left();
}

static void test_no_option_of_pip(void)
{
    configure("pytest", "\"--index-url=https://elsewhere.test/\"");
    Outcome got = run_tests(NULL, NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "is no requirement");
    outcome_clear(&got);
}

static void test_no_python(void)
{
    const char *environment[6];
    ProcessSetting setting = setting_with(environment, NULL, NULL);
    environment[2] = "PATH=/nonexistent";
    configure("pytest", "");
    Outcome got = console_run(&setting, "home", "test", "--test", here.tests, "--config",
                              here.config, "appli", NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "there is no python3 in PATH; install it");
    assert_sentences(&got);
    outcome_clear(&got);
}

static void test_usage(void)
{
    configure("pytest 'unclosed", "");
    Outcome quoting = run_tests(NULL, NULL);
    g_assert_cmpint(quoting.status, ==, 1);
    assert_says(quoting.err, "tests_cmd");
    outcome_clear(&quoting);
    const char *environment[6];
    ProcessSetting setting = setting_with(environment, NULL, NULL);
    Outcome without = console_run(&setting, "home", "test", "appli", NULL);
    g_assert_cmpint(without.status, ==, 2);
    outcome_clear(&without);
    Outcome nowhere = console_run(&setting, "home", "test", "--test", "/nonexistent", "--config",
                                  here.config, "appli", NULL);
    g_assert_cmpint(nowhere.status, ==, 2);
    outcome_clear(&nowhere);
    configure("pytest", "");
    Outcome nobody = console_run(&setting, "home", "test", "--test", here.tests, "--config",
                                 here.config, "nobody", NULL);
    g_assert_cmpint(nobody.status, ==, 1);
    assert_says(nobody.err, "no application \"nobody\"");
    outcome_clear(&nobody);
}

/* Until it has printed its processes: those two. */
static void await_pids(const Process *process, long pids[2])
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *text = NULL;
        if (g_file_get_contents(process->out_path, &text, NULL, NULL) &&
            sscanf(text, "pids %ld %ld end", &pids[0], &pids[1]) == 2)
            return;
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 5), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static bool is_gone(long pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%ld/stat", pid);
    g_autofree char *stat = NULL;
    return !g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z ");
}

static void await_gone(long pid)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!is_gone(pid)) {
        g_usleep(1000);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* Neither Python nor what it started, nor a file of it. */
static void test_cancelled(void)
{
    if (!has_python())
        return;
    static const int signals[] = {SIGINT, SIGTERM};
    configure("endless", "");
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        const char *environment[6];
        ProcessSetting setting = setting_with(environment, NULL, NULL);
        g_autofree char *program = process_program("mse-console");
        const char *argv[] = {program,    "home",      "test",  "--test", here.tests,
                              "--config", here.config, "appli", NULL};
        Process process = process_start(argv, &setting);
        long pids[2];
        await_pids(&process, pids);
        g_assert_cmpint(kill(process.pid, signals[i]), ==, 0);
        Outcome got = process_finish(&process);
        g_assert_cmpint(got.status, ==, 128 + signals[i]);
        outcome_clear(&got);
        await_gone(pids[0]);
        await_gone(pids[1]);
        assert_nothing_left();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_all();
    g_test_add_func("/test/passes", test_passes);
    g_test_add_func("/test/fails", test_fails);
    g_test_add_func("/test/json", test_json);
    g_test_add_func("/test/missing", test_missing);
    g_test_add_func("/test/not-from-here", test_not_from_here);
    g_test_add_func("/test/no-option-of-pip", test_no_option_of_pip);
    g_test_add_func("/test/no-python", test_no_python);
    g_test_add_func("/test/usage", test_usage);
    g_test_add_func("/test/cancelled", test_cancelled);
    int status = g_test_run();
    fake_engine_stop(here.engine);
    sham_enclave_stop(here.enclave);
    return status;
}
