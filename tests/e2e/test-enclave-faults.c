/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated enclave and its quoting service do wrong when they are asked to, and what they
 * stand from clients.
 */
#include "config.h"

#include "enclave_support.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(unsigned port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(descriptor, (const struct sockaddr *)&address, sizeof address), ==, 0);
    return descriptor;
}

enum { TIMED_OUT = 28 }; /* what libcurl says of it */

/* The configuration server has one connection at a time: the next one waits for its end. */
static void test_one_at_a_time(void)
{
    g_autofree char *root = plain_root("one");
    Running running = enclave_start(root, "", CONFIGURATION);
    const int first = connect_to(running.port);
    Fetched held = fetch(running.port, "/", "", NULL, 1);
    g_assert_cmpint(held.failure, ==, TIMED_OUT);
    fetched_clear(&held);
    close(first);
    expect(running.port, "/", "", NULL, 200, NULL);
    enclave_stop(&running);
}

/* Whatever comes, it goes on. */
static void test_hostile_clients(void)
{
    g_autofree char *root = plain_root("hostile");
    Running running = enclave_start(root, "", CONFIGURATION);
    uint8_t noise[4096];
    for (unsigned i = 0; i < 50; i++) {
        randombytes_buf(noise, sizeof noise);
        const int descriptor = connect_to(running.port);
        const ssize_t ignored = send(descriptor, noise, i * 80, MSG_NOSIGNAL);
        (void)ignored;
        close(descriptor);
    }
    g_autofree char *large = g_strnfill(4 * 1024 * 1024 + 1, 'x');
    Fetched refused = fetch(running.port, "/", "", large, FETCH_SECONDS);
    g_assert_true(refused.status == 413 || refused.failure != 0);
    fetched_clear(&refused);
    expect(running.port, "/", "", "{", 401, "");
    expect(running.port, "/", "", NULL, 200, NULL);
    enclave_stop(&running);
}

typedef struct FaultCase {
    const char *fault, *says;
} FaultCase;

static void test_ending_faults(void)
{
    static const FaultCase cases[] = {
        {"exit-before-certificate", "ends, as a fault asks for"},
        {"exit-before-listening", "ends, as a fault asks for"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = plain_root(cases[i].fault);
        Running running = enclave_start(root, cases[i].fault, NULL);
        g_autofree char *certificate = in_state(&running, "certificate.pem");
        enclave_ends(&running, cases[i].says);
        g_assert_cmpint(g_file_test(certificate, G_FILE_TEST_EXISTS), ==, i == 1);
    }
}

/* Evidence that mse-console must refuse. */
static void test_evidence_faults(void)
{
    static const struct {
        const char *fault;
        int status;
    } cases[] = {{"broken-quote", 3},
                 {"other-key", 3},
                 {"debug-enclave", 3},
                 {"no-quote", 3},
                 {"other-measurement", 3}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *root = plain_root(cases[i].fault);
        g_autofree char *measurement = dry_run(root, expiring);
        Running running = enclave_start(root, cases[i].fault, CONFIGURATION);
        g_assert_cmpint(verify_host(running.port, "--mrenclave", measurement), ==, cases[i].status);
        enclave_stop(&running);
    }
    /* Sound, but nothing can be sealed to it. */
    g_autofree char *root = plain_root("no-enclave-key"), *secrets = process_path("no-key.json");
    g_assert_true(g_file_set_contents(secrets, "{}", -1, NULL));
    Running running = enclave_start(root, "no-enclave-key", CONFIGURATION);
    g_autofree char *ca = in_state(&running, "certificate.pem");
    g_assert_cmpint(verify_host(running.port, NULL, NULL), ==, 0);
    Outcome outcome = console_run(NULL, "home", "seal", "--secrets", secrets, "--cert", ca,
                                  "--output", process_directory(), NULL);
    g_assert_cmpint(outcome.status, !=, 0);
    outcome_clear(&outcome);
    enclave_stop(&running);
}

/* What hangs is not waited for; what is answered may take its time. */
static long seconds_for(int failure)
{
    return failure == TIMED_OUT ? 1 : FETCH_SECONDS;
}

static void test_handshake_faults(void)
{
    static const struct {
        const char *fault;
        int failure; /* of libcurl */
    } cases[] = {{"hang-handshake", TIMED_OUT}, {"reset-handshake", 35}, {"garbage-handshake", 35}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *root = plain_root(cases[i].fault);
        Running running = enclave_start(root, cases[i].fault, CONFIGURATION);
        Fetched got = fetch(running.port, "/", "", NULL, seconds_for(cases[i].failure));
        g_assert_cmpint(got.failure, ==, cases[i].failure);
        fetched_clear(&got);
        enclave_stop(&running);
    }
}

static void test_secrets_faults(void)
{
    static const struct {
        const char *fault;
        int failure;
        long status;
    } cases[] = {
        {"refuse-secrets", 0, 401}, {"hang-secrets", TIMED_OUT, 0}, {"reset-secrets", -1, 0}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *root = plain_root(cases[i].fault);
        Running running = enclave_start(root, cases[i].fault, CONFIGURATION);
        Fetched got = fetch(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}",
                            seconds_for(cases[i].failure));
        g_assert_true(cases[i].failure < 0 ? got.failure != 0 : got.failure == cases[i].failure);
        g_assert_cmpint(got.status, ==, cases[i].status);
        fetched_clear(&got);
        enclave_stop(&running);
    }
    g_autofree char *root = plain_root("exit-after-secrets");
    Running running = enclave_start(root, "exit-after-secrets", CONFIGURATION);
    expect(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 200, "");
    enclave_ends(&running, "ends, as a fault asks for");
    running = enclave_start(root, "", CONFIGURATION); /* it has no secrets yet */
    enclave_stop(&running);
}

static void test_application_faults(void)
{
    static const struct {
        const char *fault;
        long status;
    } cases[] = {{"application-503,slow-application=50", 503},
                 {"application-500,slow-start=50", 500}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *root = plain_root(cases[i].fault);
        Running running = enclave_start(root, cases[i].fault, CONFIGURATION);
        expect(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 200, "");
        port_of(running.out, APPLICATION);
        expect(running.port, "/health", "", NULL, cases[i].status, NULL);
        enclave_stop(&running);
    }
    g_autofree char *root = plain_root("exit-after");
    Running running = enclave_start(root, "exit-after=1", CONFIGURATION);
    expect(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 200, "");
    enclave_ends(&running, "ends, as a fault asks for");
    /* One that never listens ends at TERM. */
    g_autofree char *never = plain_root("never-listens");
    running = enclave_start(never, "never-listens", NULL);
    g_free(wait_for_text(running.out, "asking the quoting service"));
    enclave_stop(&running);
}

/* A restart that is not what it was. */
static void test_restart_faults(void)
{
    static const struct {
        const char *fault, *server;
        bool same_certificate;
        int status; /* of verify with the first measurement */
    } cases[] = {
        {"restart-other-certificate", APPLICATION, false, 0},
        {"restart-other-measurement", APPLICATION, false, 3},
        {"restart-forgets", CONFIGURATION, true, 0},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *root = plain_root(cases[i].fault);
        g_autofree char *measurement = dry_run(root, expiring);
        Running running = enclave_start(root, cases[i].fault, CONFIGURATION);
        expect(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 200, "");
        port_of(running.out, APPLICATION);
        g_autofree char *before = certificate_at(running.port);
        enclave_stop(&running);
        running = enclave_start(root, cases[i].fault, cases[i].server);
        g_autofree char *after = certificate_at(running.port);
        g_assert_cmpint(strcmp(before, after) == 0, ==, cases[i].same_certificate);
        g_assert_cmpint(verify_host(running.port, "--mrenclave", measurement), ==, cases[i].status);
        enclave_stop(&running);
    }
}

static int connect_quoting(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = g_build_filename(stage.aesmd, "mse-sim-quoting.socket", NULL);
    g_assert_cmpuint(strlen(path), <, sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(descriptor, (const struct sockaddr *)&address, sizeof address), ==, 0);
    return descriptor;
}

/* Half requests, noise, too much, and more idle clients than are served at a time. */
static void test_quoting_hostile(void)
{
    enum { IDLE = 80 };
    uint8_t noise[1024];
    int idle[IDLE];
    for (size_t size = 0; size <= sizeof noise; size += 73) {
        randombytes_buf(noise, sizeof noise);
        const int descriptor = connect_quoting();
        send(descriptor, noise, size, MSG_NOSIGNAL);
        shutdown(descriptor, SHUT_WR);
        uint8_t head[16] = {0};
        /* A sentence, or nothing when it was cut off: never a quote. */
        const ssize_t n = recv(descriptor, head, sizeof head, MSG_WAITALL);
        g_assert_true(n <= 0 || head[8] == 1);
        close(descriptor);
    }
    for (unsigned i = 0; i < IDLE; i++)
        idle[i] = connect_quoting();
    g_autofree char *root = plain_root("patient");
    /* It waits until the idle ones are cut off. */
    Process process = start_at(root, "", NULL, NULL);
    g_free(wait_for_output(&process, "asking the quoting service"));
    for (unsigned i = 0; i < IDLE; i++)
        close(idle[i]);
    port_of(process.out_path, CONFIGURATION);
    g_assert_cmpint(process_end(&process), ==, 143);
    struct stat status;
    g_autofree char *path = g_build_filename(stage.aesmd, "mse-sim-quoting.socket", NULL);
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void test_quoting_faults(void)
{
    static const struct {
        const char *fault, *says; /* NULL: it gets a quote */
        int status;               /* of verify */
    } cases[] = {
        {"reset@quote", "is `mse-sim quoting` running", 0},
        {"truncate@quote", "is `mse-sim quoting` running", 0},
        {"garbage@quote", "its answer is none", 0},
        {"hang@quote", "Connection timed out", 0},
        {"slow=100@quote", NULL, 0},
        {"lie@*", NULL, 3},
    };
    const Stage before = stage;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].fault);
        g_autofree char *name = g_strdup_printf("stage-%u", i);
        stage_begin(&stage, name, cases[i].fault);
        g_autofree char *root_name = g_strconcat(name, "-root", NULL);
        g_autofree char *root = plain_root(root_name);
        if (cases[i].says == NULL) {
            Running running = enclave_start(root, "", CONFIGURATION);
            g_assert_cmpint(verify_host(running.port, NULL, NULL), ==, cases[i].status);
            enclave_stop(&running);
        } else {
            Process process = start_at(root, "", NULL, NULL);
            Outcome outcome = process_finish(&process);
            g_assert_cmpint(outcome.status, ==, 1);
            if (strstr(outcome.err, cases[i].says) == NULL)
                g_error("%s instead of %s", outcome.err, cases[i].says);
            outcome_clear(&outcome);
        }
        stage_end(&stage);
    }
    stage = before;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    stage_begin(&stage, "platform", NULL);
    g_test_add_func("/enclave/one-at-a-time", test_one_at_a_time);
    g_test_add_func("/enclave/hostile-clients", test_hostile_clients);
    g_test_add_func("/enclave/faults/ending", test_ending_faults);
    g_test_add_func("/enclave/faults/evidence", test_evidence_faults);
    g_test_add_func("/enclave/faults/handshake", test_handshake_faults);
    g_test_add_func("/enclave/faults/secrets", test_secrets_faults);
    g_test_add_func("/enclave/faults/application", test_application_faults);
    g_test_add_func("/enclave/faults/restart", test_restart_faults);
    g_test_add_func("/enclave/quoting/hostile", test_quoting_hostile);
    g_test_add_func("/enclave/quoting/faults", test_quoting_faults);
    const int status = g_test_run();
    stage_end(&stage);
    return status;
}
