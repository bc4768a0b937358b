/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home run and home nginx: to an enclave that this test plays, on an engine that it plays too, so
 * that each can fail at any step. Evidence is of a simulated platform.
 */
#include "config.h"

#include "memory_scan.h"
#include "nginx.h"
#include "own.h"
#include "process.h"
#include "sham_enclave.h"

#include "tests/unit/fake_engine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID        "f5cab18a-63b2-4a64-8a66-c1d194e7beb0"
#define ID          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MEASUREMENT "1111111111111111111111111111111111111111111111111111111111111111"
#define PASSWORD    "correct-horse-battery-staple"

static char *directory; /* of the application: evidence.json */
static char *settings;  /* "MSE_CONSOLE_CONFIG=…" */
static char *key;       /* of the enclave's certificate */

/* ---- an application, as its engine tells of it ---- */

typedef struct Place {
    FakeRoute routes[2];
    char *running, *exited; /* answers */
    FakeEngine *engine;
    ShamEnclave *enclave;
    char *host; /* "DOCKER_HOST=unix://…" */
    const char *environment[4];
    ProcessSetting setting;
} Place;

static Place *current; /* the last that was made */

static char *inspect_answer(unsigned port, const char *state, const char *with)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Id\": \"" ID "\", \"Name\": \"/appli\", \"Image\": \"sha256:00\","
        " \"State\": {\"Status\": \"%s\", \"ExitCode\": 7},"
        " \"Config\": {\"Image\": \"appli:1\", \"Labels\": {\"mse-home\": \"1\","
        " \"healthcheck_endpoint\": \"/health\"}, \"Cmd\": [\"--size\", \"4096M\", \"--san\","
        " \"localhost\", \"--id\", \"" UUID "\", \"--application\", \"app:app\"]},"
        " \"HostConfig\": {\"PortBindings\": {\"443/tcp\": [{\"HostIp\": \"0.0.0.0\","
        " \"HostPort\": \"%u\"}]}},"
        " \"Mounts\": [{\"Type\": \"bind\", \"Source\": \"%s\", \"Destination\": \"/opt/input\","
        " \"RW\": true}]%s}",
        state, port, directory, with);
    return g_strdup_printf(FAKE_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static char *certificate_path(void)
{
    return g_build_filename(directory, "ratls.pem", NULL);
}

static Place *place_new(ShamScript script)
{
    Place *place = current = g_new0(Place, 1);
    g_autofree char *certificate = certificate_path();
    if (!script.certificate)
        script.certificate = certificate;
    if (!script.key)
        script.key = key;
    place->enclave = sham_enclave_start(&script);
    unsigned port = sham_enclave_port(place->enclave);
    place->running = inspect_answer(port, "running", "");
    place->exited = inspect_answer(port, "exited", "");
    place->routes[0] = (FakeRoute){.match = "/containers/", .answer = place->running};
    place->engine = fake_engine_start(place->routes, NULL);
    place->host = g_strconcat("DOCKER_HOST=", fake_engine_address(place->engine), NULL);
    place->environment[0] = place->host;
    place->environment[1] = settings;
    place->setting.environment = place->environment;
    return place;
}

static void place_free(Place *place)
{
    fake_engine_stop(place->engine);
    sham_enclave_stop(place->enclave);
    g_free(place->running);
    g_free(place->exited);
    g_free(place->host);
    g_free(place);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Place, place_free)

/* From now on its container has ended, or is not there at all. */
static void let_end(void *data)
{
    (void)data;
    g_atomic_pointer_set(&current->routes[0].answer, current->exited);
}

static void let_vanish(void *data)
{
    (void)data;
    g_atomic_pointer_set(&current->routes[0].match, "/nothing/");
}

static void let_fail(void *data)
{
    (void)data;
    g_atomic_pointer_set(&current->routes[0].answer,
                         "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

/* ---- files ---- */

static char *file(const char *name, const char *text)
{
    char *path = process_path(name);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static char *secrets_file(void)
{
    return file("secrets.json", "{\"login\": \"u\", \"password\": \"" PASSWORD "\"}\n");
}

static char *sealed_file(void)
{
    return file("x.sealed", "0123456789012345678901234567890123456789012345678");
}

static char *key_file(void)
{
    return file("code.key", "abcdefghijklmnopqrstuvwxyz012345");
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("\"%s\" does not say \"%s\"", text, part);
}

static void assert_nothing_sent(const Place *place)
{
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 0);
}

static Outcome run_plain(const Place *place)
{
    g_autofree char *secrets = secrets_file();
    return console_run(&place->setting, "home", "run", "--secrets", secrets, "appli", NULL);
}

/* ---- what comes of it ---- */

static void test_all(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS, .starting = 2});
    g_autofree char *secrets = secrets_file(), *sealed = sealed_file(), *code = key_file();
    Outcome got = console_run(&place->setting, "home", "run", "--secrets", secrets,
                              "--sealed-secrets", sealed, "--key", code, "appli", NULL);
    g_assert_cmpstr(got.err, ==, "");
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.out, "SIMULATED");
    assert_says(got.out, MEASUREMENT);
    assert_says(got.out, "appli is ready: https://127.0.0.1:");
    g_assert_null(strstr(got.out, PASSWORD));
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
    g_autofree char *body = sham_enclave_body(place->enclave);
    g_assert_cmpstr(body, ==,
                    "{\"uuid\": \"" UUID
                    "\", \"app_secrets\": {\"login\": \"u\", \"password\": \"" PASSWORD
                    "\"}, \"app_sealed_secrets\": "
                    "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA\", "
                    "\"code_secret_key\": "
                    "\"6162636465666768696a6b6c6d6e6f707172737475767778797a303132333435\"}");
    outcome_clear(&got);
}

static void test_no_secrets(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    g_autofree char *empty = file("empty.json", "{}");
    Outcome got =
        console_run(&place->setting, "home", "run", "--secrets", empty, "appli", "--json", NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.err, "is empty");
    json_t *row = outcome_json(&got);
    g_assert_cmpstr(json_string_value(json_object_get(row, "measurement")), ==, MEASUREMENT);
    g_assert_cmpstr(json_string_value(json_object_get(row, "health")), ==, "running");
    g_assert_true(json_is_true(json_object_get(row, "simulated")));
    g_assert_cmpuint(json_array_size(json_object_get(row, "sent")), ==, 0);
    json_decref(row);
    g_autofree char *body = sham_enclave_body(place->enclave);
    g_assert_cmpstr(body, ==, "{\"uuid\": \"" UUID "\"}");
    outcome_clear(&got);
}

/* What the journal has of it, and that nothing of the secrets is in it. */
static void test_journal(void)
{
    g_autofree char *state = process_path("state");
    g_autofree char *home = g_strconcat("XDG_STATE_HOME=", state, NULL);
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    place->environment[2] = home;
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
    Outcome listed = console_run(&place->setting, "journal", "list", NULL);
    g_assert_cmpint(listed.status, ==, 0);
    assert_says(listed.out, "send");
    assert_says(listed.out, "appli");
    assert_says(listed.out, "secrets.json"); /* what was sent */
    outcome_clear(&listed);
    g_autofree char *path = g_build_filename(state, "mse-console", "journal.jsonl", NULL);
    g_autofree char *journal = NULL;
    g_assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    assert_says(journal, "\"kind\":\"send\"");
    assert_says(journal, "\"application\":\"appli\"");
    assert_says(journal, "\"measurement\":\"" MEASUREMENT "\"");
    assert_says(journal, "\"role\":\"secrets\"");
    const char *verdict = strstr(journal, "\"kind\":\"verdict\"");
    g_assert_nonnull(verdict);
    g_autofree char *line = g_strndup(verdict, strcspn(verdict, "\n"));
    assert_says(line, "\"application\":\"appli\"");
    g_assert_null(strstr(journal, PASSWORD));
}

static void test_started_late(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS, .away = 3});
    Outcome got = run_plain(place);
    g_assert_cmpstr(got.err, ==, "");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
}

static void test_on_error(void)
{
    g_autoptr(Place) place = place_new((ShamScript){
        .answer = SHAM_ACCEPTS, .running_answer = "HTTP/1.0 500 Internal Server Error\r\n\r\n"});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.err, "500");
    outcome_clear(&got);
}

/* ---- refusals before anything is sent ---- */

static void test_other_certificate(void)
{
    g_autofree char *certificate = process_path("other.pem"), *other = process_path("other.key");
    g_autofree char *platform = process_path("platform");
    sim_run("quote", platform, "--certificate", "--key", other, "--output", certificate, NULL);
    g_autoptr(Place) place =
        place_new((ShamScript){.answer = SHAM_ACCEPTS, .certificate = certificate, .key = other});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "another certificate");
    assert_sentences(&got);
    outcome_clear(&got);
    /* Not one byte after the handshake, neither of the secrets nor of a question. */
    g_autofree char *seen = sham_enclave_got(place->enclave);
    g_assert_cmpstr(seen, ==, "");
    /* Unless it is named, and can be trusted itself. */
    g_autofree char *secrets = secrets_file();
    Outcome named = console_run(&place->setting, "home", "run", "--secrets", secrets, "--cert",
                                certificate, "appli", NULL);
    g_assert_cmpstr(named.err, ==, "");
    g_assert_cmpint(named.status, ==, 0);
    outcome_clear(&named);
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
}

static void test_not_trusted(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    place->environment[1] = "MSE_CONSOLE_CONFIG"; /* Intel's root then */
    g_autofree char *home = g_strconcat("XDG_CONFIG_HOME=", process_directory(), NULL);
    place->environment[2] = home;
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 3);
    assert_says(got.out, "REJECTED");
    assert_says(got.err, "nothing was sent");
    outcome_clear(&got);
    g_autofree char *certificate = certificate_path();
    Outcome named =
        console_run(&place->setting, "home", "run", "--cert", certificate, "appli", NULL);
    g_assert_cmpint(named.status, ==, 3);
    outcome_clear(&named);
    g_autofree char *seen = sham_enclave_got(place->enclave);
    g_assert_cmpstr(seen, ==, "");
}

/* --mrenclave: trusted evidence of another enclave than the one that is meant. */
static void test_other_measurement(void)
{
    g_autofree char *secrets = secrets_file(), *other = g_strnfill(64, '2');
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    Outcome got = console_run(&place->setting, "home", "run", "--secrets", secrets, "--mrenclave",
                              other, "appli", NULL);
    g_assert_cmpint(got.status, ==, 3);
    assert_says(got.err, "nothing was sent to appli");
    assert_says(got.err, MEASUREMENT);
    assert_says(got.err, other);
    outcome_clear(&got);
    g_autofree char *seen = sham_enclave_got(place->enclave);
    g_assert_cmpstr(seen, ==, "");
    Outcome meant = console_run(&place->setting, "home", "run", "--secrets", secrets, "--mrenclave",
                                MEASUREMENT, "appli", NULL);
    g_assert_cmpstr(meant.err, ==, "");
    g_assert_cmpint(meant.status, ==, 0);
    outcome_clear(&meant);
}

static void test_runs_already(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.runs = true});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "does not wait for secrets");
    outcome_clear(&got);
    assert_nothing_sent(place);
}

static void test_bad_files(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    g_autofree char *bad = file("bad.json", "{\"password\": " PASSWORD "}");
    static const char *const options[] = {"--secrets", "--sealed-secrets", "--key"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        Outcome got = console_run(&place->setting, "home", "run", options[i],
                                  i == 0 ? bad : "/nonexistent/x", "appli", NULL);
        g_assert_cmpint(got.status, ==, 1);
        assert_sentences(&got);
        g_assert_null(strstr(got.err, PASSWORD));
        outcome_clear(&got);
    }
    g_autofree char *seen = sham_enclave_got(place->enclave);
    g_assert_cmpstr(seen, ==, "");
}

static void test_read_only(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    Outcome got = console_run(&place->setting, "--read-only", "home", "run", "appli", NULL);
    g_assert_cmpint(got.status, !=, 0);
    outcome_clear(&got);
    assert_nothing_sent(place);
}

static void test_not_running(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS});
    let_end(NULL);
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "exited (7)");
    assert_says(got.err, "home restart appli");
    outcome_clear(&got);
    assert_nothing_sent(place);
}

/* ---- failures after it left ---- */

static void test_refused(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_REFUSES, .waits_on = true});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "401");
    assert_says(got.err, "sealed for another enclave");
    assert_sentences(&got);
    outcome_clear(&got);
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
}

static void test_strange_answer(void)
{
    g_autoptr(Place) place =
        place_new((ShamScript){.answer = "HTTP/1.0 404 Not Found\r\n\r\n", .waits_on = true});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "404");
    outcome_clear(&got);
}

/* The answer is lost: it is sent once all the same, and whether it arrived shows. */
static void test_answer_lost(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.starting = 1});
    Outcome got = run_plain(place);
    g_assert_cmpint(got.status, ==, 0);
    assert_says(got.err, "without an answer");
    outcome_clear(&got);
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
    g_autoptr(Place) again = place_new((ShamScript){.waits_on = true});
    Outcome lost = run_plain(again);
    g_assert_cmpint(lost.status, ==, 1);
    assert_says(lost.err, "waits for its secrets as before");
    outcome_clear(&lost);
    g_assert_cmpuint(sham_enclave_posts(again->enclave), ==, 1);
}

static Process start_plain(const Place *place)
{
    g_autofree char *secrets = secrets_file();
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "run", "--secrets", secrets, "appli", NULL};
    return process_start(argv, &place->setting);
}

/* Until `holds` says so, or the deadline. */
static void await(bool (*holds)(const Process *process, const Place *place), const Process *process,
                  const Place *place)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!holds(process, place)) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 5), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static bool asked_engine(const Process *process, const Place *place)
{
    (void)process;
    g_autofree char *requests = fake_engine_requests(place->engine);
    unsigned inspected = 0;
    for (const char *at = requests; (at = strstr(at, "/json")); at++)
        inspected++;
    return inspected >= 2; /* once to find it, once while it waits */
}

/* It ends before it ever answers. */
static void test_ends_early(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.away = 1000000});
    Process process = start_plain(place);
    await(asked_engine, &process, place);
    let_end(NULL);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "exited (7)");
    outcome_clear(&got);
    assert_nothing_sent(place);
}

/* It ends with the secrets, or while it starts; or is removed. */
static void test_ends(void)
{
    static const struct {
        const char *answer;
        void (*at_post)(void *data);
        const char *says;
    } cases[] = {
        {NULL, let_end, "home logs appli"},
        {SHAM_ACCEPTS, let_end, "exited (7)"},
        {SHAM_ACCEPTS, let_vanish, "was removed"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Place) place = place_new((ShamScript){
            .answer = cases[i].answer, .ends_at_post = true, .at_post = cases[i].at_post});
        Outcome got = run_plain(place);
        g_assert_cmpint(got.status, ==, 1);
        assert_says(got.err, cases[i].says);
        assert_sentences(&got);
        outcome_clear(&got);
        g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
    }
}

/* The engine goes away while the application starts: what is waited for is the application. */
static void test_engine_away(void)
{
    g_autoptr(Place) place =
        place_new((ShamScript){.answer = SHAM_ACCEPTS, .starting = 2, .at_post = let_fail});
    Outcome got = run_plain(place);
    g_assert_cmpstr(got.err, ==, "");
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
}

static void test_timeout(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.answer = SHAM_ACCEPTS, .starting = 1000000});
    g_autofree char *secrets = secrets_file();
    Outcome got = console_run(&place->setting, "home", "run", "--secrets", secrets, "--timeout",
                              "0", "appli", NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_says(got.err, "within the time allowed");
    assert_says(got.err, "home status appli");
    assert_sentences(&got);
    outcome_clear(&got);
    g_assert_cmpuint(sham_enclave_posts(place->enclave), ==, 1);
}

/* ---- cancelled ---- */

static bool has_sent(const Process *process, const Place *place)
{
    (void)process;
    return sham_enclave_posts(place->enclave) > 0;
}

static void cancel_when(ShamScript script,
                        bool (*holds)(const Process *process, const Place *place),
                        int signal_number, const char *says)
{
    g_autoptr(Place) place = place_new(script);
    Process process = start_plain(place);
    await(holds, &process, place);
    g_assert_cmpint(kill(process.pid, signal_number), ==, 0);
    Outcome got = process_finish(&process);
    g_assert_cmpint(got.status, ==, 128 + signal_number);
    assert_says(got.err, says);
    g_assert_cmpint(strstr(got.err, "were sent") != NULL, ==, strcmp(says, "were sent") == 0);
    outcome_clear(&got);
}

static void test_cancelled(void)
{
    cancel_when((ShamScript){.away = 1000000}, asked_engine, SIGINT, "cancelled");
    cancel_when((ShamScript){.holds_post = true}, has_sent, SIGTERM, "were sent");
    cancel_when((ShamScript){.answer = SHAM_ACCEPTS, .starting = 1000000}, has_sent, SIGINT,
                "were sent");
}

/* ---- memory ---- */

static bool has_forgotten(const Process *process, const Place *place)
{
    (void)place;
    return memory_scan(process->pid, PASSWORD) == 0 &&
           memory_scan(process->pid, "6162636465666768") == 0 &&
           memory_scan(process->pid, "abcdefghijklmnop") == 0;
}

#ifdef WITH_SANITIZERS
static const bool can_look = false; /* their shadow is too large */
#else
static const bool can_look = true;
#endif

/* While it waits for the enclave to answer it has the secrets, which shows that this test would
 * find them; once they were sent, they are nowhere. */
static void test_memory(void)
{
    g_autoptr(Place) place =
        place_new((ShamScript){.answer = SHAM_ACCEPTS, .away = 1000000, .starting = 1000000});
    g_autofree char *secrets = secrets_file(), *code = key_file();
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "run",   "--secrets", secrets,
                          "--key", code,   "appli", NULL};
    Process process = process_start(argv, &place->setting);
    await(asked_engine, &process, place);
    int before = can_look ? memory_scan(process.pid, PASSWORD) : -1;
    sham_enclave_come(place->enclave);
    if (before >= 0) {
        g_assert_cmpint(before, >, 0);
        await(has_sent, &process, place);
        await(has_forgotten, &process, place);
    }
    kill(process.pid, SIGINT);
    Outcome got = process_finish(&process);
    outcome_clear(&got);
    if (before < 0)
        g_test_skip("another process's memory cannot be looked at here");
}

/* ---- home nginx: the same certificate, by a real nginx ---- */

static void assert_browses(const char *program, ShamScript script, const char *expected)
{
    g_autoptr(Place) place = place_new(script);
    g_autofree char *port = g_strdup_printf("%u", own_free_port());
    Outcome site = console_run(&place->setting, "home", "nginx", "appli", "--server-name",
                               "app.example.com", "--listen", port, NULL);
    g_assert_cmpstr(site.err, ==, "");
    g_assert_cmpint(site.status, ==, 0);
    assert_says(site.out, MEASUREMENT);
    assert_says(site.out, "server_name  app.example.com;");
    Process nginx = nginx_start(program, site.out);
    g_autofree char *answer = nginx_answer(&nginx, (unsigned)g_ascii_strtoull(port, NULL, 10));
    assert_says(answer, expected);
    kill(nginx.pid, SIGTERM);
    Outcome ended = process_finish(&nginx);
    outcome_clear(&ended);
    outcome_clear(&site);
}

static void test_nginx(void)
{
    g_autofree char *found = g_find_program_in_path("nginx");
    const char *program = found ? found : "/usr/sbin/nginx";
    if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
        g_test_skip("no nginx here");
        return;
    }
    assert_browses(program, (ShamScript){.runs = true}, "\r\n\r\nOK");
    g_autofree char *certificate = process_path("thief.pem"), *other = process_path("thief.key");
    g_autofree char *platform = process_path("platform");
    sim_run("quote", platform, "--certificate", "--key", other, "--output", certificate, NULL);
    assert_browses(program, (ShamScript){.runs = true, .certificate = certificate, .key = other},
                   "502 Bad Gateway");
}

static void test_nginx_refuses(void)
{
    g_autoptr(Place) place = place_new((ShamScript){.runs = true});
    Outcome usual = console_run(&place->setting, "home", "nginx", "appli", NULL);
    g_assert_cmpint(usual.status, ==, 0);
    assert_says(usual.out, "listen       8080 default_server;");
    assert_says(usual.out, "server_name  _;");
    outcome_clear(&usual);
    static const char *const names[] = {"a b", "x;}", "", "a\"b", "\x1b[2J"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Outcome got =
            console_run(&place->setting, "home", "nginx", "appli", "--server-name", names[i], NULL);
        g_assert_cmpint(got.status, ==, 2);
        g_assert_cmpstr(got.out, ==, "");
        assert_sentences(&got);
        outcome_clear(&got);
    }
    place->environment[1] = "MSE_CONSOLE_CONFIG"; /* Intel's root then */
    g_autofree char *home = g_strconcat("XDG_CONFIG_HOME=", process_directory(), NULL);
    place->environment[2] = home;
    Outcome got = console_run(&place->setting, "home", "nginx", "appli", NULL);
    g_assert_cmpint(got.status, ==, 3);
    g_assert_cmpstr(got.out, ==, "");
    assert_says(got.err, "not trusted");
    outcome_clear(&got);
}

static void make_evidence(void)
{
    g_autofree char *platform = process_path("platform");
    directory = process_path("appli");
    key = process_path("enclave.key");
    g_assert_cmpint(mkdir(directory, 0700), ==, 0);
    g_autofree char *evidence = g_build_filename(directory, "evidence.json", NULL);
    g_autofree char *certificate = certificate_path();
    sim_run("platform", platform, NULL);
    sim_run("quote", platform, "--evidence", "--mrenclave", MEASUREMENT, "--key", key, "--output",
            evidence, NULL);
    json_t *root = json_load_file(evidence, 0, NULL);
    const char *pem = json_string_value(json_object_get(root, "ratls_certificate"));
    g_assert_true(g_file_set_contents(certificate, pem, -1, NULL));
    json_decref(root);
    g_autofree char *text = g_strdup_printf("[trust]\nroot = \"%s/root.pem\"\n", platform);
    g_autofree char *path = file("config.toml", text);
    settings = g_strconcat("MSE_CONSOLE_CONFIG=", path, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_evidence();
    g_test_add_func("/run/all", test_all);
    g_test_add_func("/run/no-secrets", test_no_secrets);
    g_test_add_func("/run/journal", test_journal);
    g_test_add_func("/run/started-late", test_started_late);
    g_test_add_func("/run/on-error", test_on_error);
    g_test_add_func("/run/other-certificate", test_other_certificate);
    g_test_add_func("/run/not-trusted", test_not_trusted);
    g_test_add_func("/run/other-measurement", test_other_measurement);
    g_test_add_func("/run/runs-already", test_runs_already);
    g_test_add_func("/run/bad-files", test_bad_files);
    g_test_add_func("/run/read-only", test_read_only);
    g_test_add_func("/run/not-running", test_not_running);
    g_test_add_func("/run/refused", test_refused);
    g_test_add_func("/run/strange-answer", test_strange_answer);
    g_test_add_func("/run/answer-lost", test_answer_lost);
    g_test_add_func("/run/ends-early", test_ends_early);
    g_test_add_func("/run/ends", test_ends);
    g_test_add_func("/run/engine-away", test_engine_away);
    g_test_add_func("/run/timeout", test_timeout);
    g_test_add_func("/run/cancelled", test_cancelled);
    g_test_add_func("/run/memory", test_memory);
    g_test_add_func("/nginx/real", test_nginx);
    g_test_add_func("/nginx/refuses", test_nginx_refuses);
    return g_test_run();
}
