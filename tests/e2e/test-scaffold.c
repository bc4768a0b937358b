/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home scaffold in both dialects: what it makes, what it never touches; and that the application
 * it makes serves and passes its own tests, where Debian's Python has what they import.
 */
#include "config.h"

#include "own.h"
#include "process.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3"

static Outcome run_in(const char *directory, const char *program, const char *line)
{
    ProcessSetting setting = {.directory = directory};
    g_autofree char *whole = g_strconcat(program, " ", line, NULL);
    g_auto(GStrv) words = g_strsplit(whole, " ", -1);
    Outcome got = process_run((const char *const *)words, &setting);
    assert_sentences(&got);
    return got;
}

static void scaffold(const char *program, const char *line)
{
    Outcome got = run_in(process_directory(), program, line);
    if (got.status != 0)
        g_error("%s: status %d: %s", line, got.status, got.err);
    outcome_clear(&got);
}

static char *content(const char *name)
{
    g_autofree char *path = process_path(name);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    g_assert_nonnull(text);
    return text;
}

static unsigned mode_of(const char *name)
{
    g_autofree char *path = process_path(name);
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    return status.st_mode & 07777;
}

/* No directory of a scaffolding that did not end. */
static void check_no_rest(void)
{
    g_autoptr(GDir) entries = g_dir_open(process_directory(), 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(entries)) != NULL)
        g_assert_false(g_str_has_prefix(name, ".mse-"));
}

static void test_made(void)
{
    g_autofree char *program = process_program("mse-console");
    static const char *const files[] = {
        "mse.toml",          "Dockerfile",        "mse_src/app.py", "mse_src/.mseignore",
        "tests/conftest.py", "tests/test_app.py", "README.md"};
    scaffold(program, "home scaffold example");
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *name = g_build_filename("example", files[i], NULL);
        g_autofree char *text = content(name);
        g_assert_cmpuint(strlen(text), >, 50);
        g_assert_null(strstr(text, "@NAME@"));
        g_assert_cmpuint(mode_of(name), ==, 0644);
    }
    g_autofree char *config = content("example/mse.toml");
    g_assert_nonnull(strstr(config, "\nname = \"example\"\n"));
    g_autofree char *docker = content("example/Dockerfile");
    g_assert_true(g_str_has_prefix(docker, "FROM ghcr.io/cosmian/mse-base:20230720095554\n"));
    g_autofree char *readme = content("example/README.md");
    g_assert_nonnull(strstr(readme, "mse home localtest --project example/"));
    g_assert_cmpuint(mode_of("example/secrets.json"), ==, 0600);
    g_assert_cmpuint(mode_of("example/secrets_to_seal.json"), ==, 0600);
    check_no_rest();
}

/* What is secret is made up anew each time, and never said. */
static void test_secrets(void)
{
    g_autofree char *program = process_program("mse-console");
    Outcome got = run_in(process_directory(), program, "home scaffold --json second");
    json_t *root = outcome_json(&got);
    g_assert_cmpuint(json_array_size(json_object_get(root, "files")), ==, 9);
    json_decref(root);
    for (int i = 0; i < 2; i++) {
        static const char *const names[] = {"secrets.json", "secrets_to_seal.json"};
        static const char *const keys[][3] = {{"login", "password", "salt"}, {"result_sk"}};
        g_autofree char *first = g_build_filename("example", names[i], NULL);
        g_autofree char *second = g_build_filename("second", names[i], NULL);
        g_autofree char *one = content(first), *other = content(second);
        json_t *a = json_loads(one, 0, NULL), *b = json_loads(other, 0, NULL);
        for (int j = 0; j < 3 && keys[i][j] != NULL; j++) {
            const char *value = json_string_value(json_object_get(a, keys[i][j]));
            g_assert_cmpuint(strlen(value), ==, 44);
            g_assert_cmpstr(value, !=, json_string_value(json_object_get(b, keys[i][j])));
            g_assert_null(strstr(got.out, json_string_value(json_object_get(b, keys[i][j]))));
        }
        json_decref(a);
        json_decref(b);
    }
    outcome_clear(&got);
}

static void test_cenclave(void)
{
    g_autofree char *program = process_program("mse-console");
    g_autofree char *link = process_path("cenclave");
    g_autofree char *whole = g_canonicalize_filename(program, NULL);
    g_assert_cmpint(symlink(whole, link), ==, 0);
    scaffold(link, "scaffold enclave");
    g_autofree char *config = content("enclave/config.toml");
    g_assert_nonnull(strstr(config, "name = \"enclave\""));
    g_autofree char *app = content("enclave/src/app.py");
    g_autofree char *ignore = content("enclave/src/.cenclaveignore");
    g_autofree char *readme = content("enclave/README.md");
    g_assert_nonnull(strstr(readme, "    cenclave localtest --project enclave/"));
    g_assert_null(strstr(readme, "mse"));
    g_assert_cmpint(g_unlink(link), ==, 0);
}

static void check_refused(const char *line, int status, const char *said)
{
    g_autofree char *program = process_program("mse-console");
    Outcome got = run_in(process_directory(), program, line);
    if (got.status != status || strstr(got.err, said) == NULL)
        g_error("%s: status %d: %s", line, got.status, got.err);
    outcome_clear(&got);
    check_no_rest();
}

static void test_refused(void)
{
    g_autofree char *before = content("example/README.md");
    check_refused("home scaffold", 2, "NAME");
    check_refused("home scaffold example", 1, "is there already");
    g_autofree char *after = content("example/README.md");
    g_assert_cmpstr(before, ==, after);
    g_autofree char *empty = process_path("empty"), *dangling = process_path("dangling");
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    check_refused("home scaffold empty", 1, "is there already");
    g_assert_cmpint(symlink("nowhere", dangling), ==, 0);
    check_refused("home scaffold dangling", 1, "is there already");
    check_refused("home scaffold Not_For_Docker", 1, "Docker cannot tag");
    check_refused("home scaffold nowhere/project", 1, "nowhere/project");
    check_refused("home scaffold /proc/project", 1, "/proc/project");
}

/* ---- The application ---- */

static void wait_until_served(const Process *server, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    gint64 end = g_get_monotonic_time() + PROCESS_DEADLINE * (gint64)1000;
    for (;;) {
        int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int connected = connect(client, (struct sockaddr *)&address, sizeof address);
        close(client);
        if (connected == 0)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        struct pollfd ended = {.fd = server->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
    }
}

/* Its own tests in its directory, told this. */
static Outcome run_tests(const char *const *environment)
{
    g_autofree char *tests = process_path("example/tests");
    const char *argv[] = {PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", NULL};
    ProcessSetting setting = {.directory = tests, .environment = environment};
    return process_run(argv, &setting);
}

static void check_application(const char *scheme, const char *extra, bool with_secrets)
{
    unsigned port = own_free_port();
    g_autofree char *source = process_path("example/mse_src");
    g_autofree char *secrets = process_path("example/secrets.json");
    g_autofree char *sealed = process_path("example/secrets_to_seal.json");
    g_autofree char *code = g_strdup_printf("import app; app.app.run(port=%u%s)", port, extra);
    g_autofree char *own = g_strconcat("SECRETS_PATH=", with_secrets ? secrets : "none", NULL);
    g_autofree char *sealed_own =
        g_strconcat("SEALED_SECRETS_PATH=", with_secrets ? sealed : "none", NULL);
    const char *serve[] = {PYTHON, "-B", "-c", code, NULL};
    const char *served[] = {own, sealed_own, NULL};
    ProcessSetting setting = {.directory = source, .environment = served};
    Process server = process_start(serve, &setting);
    wait_until_served(&server, port);

    g_autofree char *url = g_strdup_printf("TEST_REMOTE_URL=%s://localhost:%u", scheme, port);
    g_autofree char *known = g_strconcat("TEST_SECRET_JSON=", secrets, NULL);
    g_autofree char *sealed_known = g_strconcat("TEST_SEALED_SECRET_JSON=", sealed, NULL);
    const char *told[] = {url, "PYTHONDONTWRITEBYTECODE=1", known, sealed_known, NULL};
    Outcome got = run_tests(told);
    g_test_message("%s", got.out);
    g_assert_cmpint(got.status, ==, with_secrets ? 0 : 1); /* 404 where a result was expected */
    outcome_clear(&got);
    told[2] = NULL; /* without the files, as `home test` runs them */
    got = run_tests(told);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    kill(server.pid, SIGTERM);
    Outcome ended = process_finish(&server);
    outcome_clear(&ended);
}

static bool python_is_there(void)
{
    const char *argv[] = {PYTHON, "-c", "import flask, cryptography, pytest, requests", NULL};
    if (!g_file_test(PYTHON, G_FILE_TEST_IS_EXECUTABLE))
        return false;
    Outcome got = process_run(argv, NULL);
    bool there = got.status == 0;
    outcome_clear(&got);
    return there;
}

static void test_application(void)
{
    if (!python_is_there()) {
        g_test_skip("python3-flask, -cryptography, -pytest, -requests are not installed");
        return;
    }
    check_application("http", "", true);
    check_application("http", "", false);
    /* As in an enclave: its own certificate, for another name than the one it is reached by. */
    g_autofree char *openssl = g_find_program_in_path("openssl");
    g_assert_nonnull(openssl);
    const char *make[] = {openssl,
                          "req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:P-256",
                          "-nodes",
                          "-keyout",
                          "k.pem",
                          "-out",
                          "c.pem",
                          "-subj",
                          "/CN=myapp.fr",
                          "-addext",
                          "subjectAltName=DNS:myapp.fr",
                          NULL};
    g_autofree char *source = process_path("example/mse_src");
    ProcessSetting setting = {.directory = source};
    Outcome made = process_run(make, &setting);
    g_assert_cmpint(made.status, ==, 0);
    outcome_clear(&made);
    check_application("https", ", ssl_context=(\"c.pem\", \"k.pem\")", true);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scaffold/made", test_made);
    g_test_add_func("/scaffold/secrets", test_secrets);
    g_test_add_func("/scaffold/cenclave", test_cenclave);
    g_test_add_func("/scaffold/refused", test_refused);
    g_test_add_func("/scaffold/application", test_application);
    return g_test_run();
}
