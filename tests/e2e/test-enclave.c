/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated enclave as a plain process, with the platform's services, verified, sealed to and
 * decrypted by mse-console: its whole life.
 */
#include "config.h"

#include "enclave_support.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

enum { KEY = 32 };

/* Static, small, and nothing in it that would look for names or load anything. */
static void test_program(void)
{
#ifdef WITH_SANITIZERS
    g_test_skip("with sanitizers it is a program like any other");
#else
    g_autofree char *program = process_program("mse-sim-enclave");
    g_autofree char *headers = shell("readelf -lW '%s'", program);
    g_autofree char *dynamic = shell("readelf -dW '%s'", program);
    g_autofree char *symbols = shell("nm '%s' | grep -i ' t '", program);
    g_assert_null(strstr(headers, "INTERP"));
    g_assert_null(strstr(dynamic, "NEEDED"));
    static const char *const absent[] = {"gaih_inet",  "nss_database", "nss_files", "res_nsearch",
                                         "res_nquery", "gnutls_",      "curl_"};
    for (unsigned i = 0; i < G_N_ELEMENTS(absent); i++)
        if (strstr(symbols, absent[i]) != NULL)
            g_error("%s is in it", absent[i]);
    g_assert_nonnull(strstr(symbols, "SSL_accept"));
    GStatBuf status;
    g_assert_cmpint(g_stat(program, &status), ==, 0);
    g_assert_cmpint(status.st_size, <, 12 * 1024 * 1024);
#endif
}

static void test_dry_run(void)
{
    g_autofree char *root = plain_root("dry");
    const char *const later[] = {"--expiration", "1900000001", NULL};
    g_autofree char *one = dry_run(root, expiring), *again = dry_run(root, expiring);
    g_autofree char *other = dry_run(root, later);
    g_assert_cmpstr(one, ==, again);
    g_assert_cmpstr(one, !=, other);
    g_autofree char *state = g_build_filename(root, "var", "lib", NULL);
    g_assert_false(g_file_test(state, G_FILE_TEST_EXISTS)); /* it writes nothing */
}

static void check_application(const Running *running, const char *ca)
{
    expect(running->port, "/", ca, NULL, 200, "Hello world");
    expect(running->port, "/health", ca, NULL, 200, "OK");
    expect(running->port, "/nothing", ca, NULL, 404, NULL);
    expect(running->port, "/", ca, "x", 405, NULL);
    g_autofree char *key = secrets_key();
    g_autofree char *token = fetch_body(running->port, "/result/secrets", ca);
    g_autofree char *plain = decrypt(token, key);
    g_assert_cmpstr(plain, ==, "message using password and salt from SECRETS");
    g_autofree char *sealed_token = fetch_body(running->port, "/result/sealed_secrets", ca);
    g_autofree char *sealed_plain = decrypt(sealed_token, ENCLAVE_RESULT_KEY);
    g_assert_cmpstr(sealed_plain, ==, "message using result_sk from SEALED_SECRETS");
}

static void test_life(void)
{
    g_autofree char *root = plain_root("life");
    g_autofree char *measurement = dry_run(root, expiring);
    Running running = enclave_start(root, "", CONFIGURATION);
    g_autofree char *ca = in_state(&running, "certificate.pem");
    Fetched waiting = fetch(running.port, "/any/path", ca, NULL, FETCH_SECONDS);
    g_assert_true(waiting.waiting && waiting.status == 200);
    fetched_clear(&waiting);
    g_assert_cmpint(verify_host(running.port, "--mrenclave", measurement), ==, 0);
    g_autofree char *subject = shell("openssl x509 -in '%s' -noout -subject -enddate", ca);
    g_assert_nonnull(strstr(subject, "CN = cosmian.com"));
    g_assert_nonnull(strstr(subject, "notAfter=Mar 17 17:46:40 2030 GMT"));

    expect(running.port, "/", ca, "{\"uuid\":\"x\"}", 401, "");
    g_autofree char *body =
        secrets_body(ENCLAVE_SECRETS, "{\"result_sk\":\"" ENCLAVE_RESULT_KEY "\"}", ca, NULL);
    Fetched accepted = fetch(running.port, "/", ca, body, FETCH_SECONDS);
    g_assert_cmpint(accepted.status, ==, 200);
    g_assert_cmpstr(accepted.headers, ==, "HTTP/1.0 200 OK\r\n\r\n");
    fetched_clear(&accepted);
    g_assert_cmpuint(port_of(running.out, APPLICATION), ==, running.port);
    check_application(&running, ca);
    g_free(wait_for_text(running.out, "requests")); /* a log that lives */
    g_autofree char *before = certificate_at(running.port);
    enclave_stop(&running);

    /* Code that is gone by then is no matter: it was kept. */
    g_autofree char *tar = g_build_filename(root, "opt", "input", "app.tar", NULL);
    g_assert_cmpint(g_unlink(tar), ==, 0);
    running = enclave_start(root, "", APPLICATION);
    g_autofree char *after = certificate_at(running.port);
    g_assert_cmpstr(before, ==, after);
    check_application(&running, ca);
    g_assert_cmpint(verify_host(running.port, "--mrenclave", measurement), ==, 0);
    enclave_stop(&running);
}

/* Everything that it says is marked. */
static void test_marks(void)
{
    g_autofree char *root = plain_root("marks");
    Running running = enclave_start(root, "", CONFIGURATION);
    g_autofree char *log = wait_for_text(running.out, "waiting for the secrets");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(log), "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        g_assert_true(g_str_has_prefix(lines[i], "[SIMULATED] 2"));
    Fetched got = fetch(running.port, "/", "", NULL, FETCH_SECONDS);
    g_assert_nonnull(strstr(got.headers, "Server: mse-sim-enclave (SIMULATED)"));
    g_assert_nonnull(strstr(got.body, "SIMULATED"));
    fetched_clear(&got);
    enclave_stop(&running);
}

static void test_encrypted(void)
{
    enum { HEAD = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES };
    const size_t size = strlen(app_text);
    uint8_t key[KEY];
    g_autofree uint8_t *box = g_malloc(HEAD + size);
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    randombytes_buf(key, KEY);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)app_text, size, box,
                          key);
    char hex[2 * KEY + 1];
    sodium_bin2hex(hex, sizeof hex, key, KEY);
    g_autofree char *root = root_new("encrypted", ".enc", (const char *)box, (gssize)(HEAD + size));

    /* Without the key, with a wrong one: it ends, and another start waits again. */
    g_autofree char *wrong = g_strnfill(64, 'a');
    const struct {
        const char *key, *says;
    } bad[] = {{NULL, "No module named 'app' (it is encrypted"},
               {wrong, "not encrypted with this code key"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        Running running = enclave_start(root, "", CONFIGURATION);
        g_autofree char *body = secrets_body(NULL, NULL, NULL, bad[i].key);
        expect(running.port, "/", "", body, 200, "");
        enclave_ends(&running, bad[i].says);
    }
    Running running = enclave_start(root, "", CONFIGURATION);
    g_autofree char *body = secrets_body(NULL, NULL, NULL, hex);
    expect(running.port, "/", "", body, 200, "");
    port_of(running.out, APPLICATION);
    expect(running.port, "/", "", NULL, 200, "Hello world");
    expect(running.port, "/result/secrets", "", NULL, 404, NULL); /* none were sent */
    g_free(wait_for_text(running.out, "1 files decrypted, 1 as they were"));
    enclave_stop(&running);

    /* The key sealed with the secrets: nobody but the enclave sees it. */
    g_autofree char *sealed_root = g_strconcat(root, "-sealed", NULL);
    g_free(shell("cp -a '%s' '%s' && rm -r '%s/var/lib' '%s/mse-app'", root, sealed_root,
                 sealed_root, sealed_root));
    running = enclave_start(sealed_root, "", CONFIGURATION);
    g_autofree char *ca = in_state(&running, "certificate.pem");
    g_autofree char *secrets = g_strdup_printf("{\"code_secret_key\":\"%s\"}", hex);
    g_autofree char *sealed = secrets_body(NULL, secrets, ca, NULL);
    expect(running.port, "/", ca, sealed, 200, "");
    port_of(running.out, APPLICATION);
    expect(running.port, "/", ca, NULL, 200, "Hello world");
    enclave_stop(&running);
}

/* Without an expiration: fullchain.pem, and the key that is posted. */
static void test_fullchain(void)
{
    g_autofree char *root = plain_root("chain");
    g_autofree char *chain = g_build_filename(root, "opt", "input", "fullchain.pem", NULL);
    g_autofree char *key = g_strconcat(root, ".key", NULL);
    const char *const none[] = {NULL};
    Process process = start_at(root, "", NULL, none);
    Outcome outcome = process_finish(&process);
    g_assert_cmpint(outcome.status, ==, 1);
    g_assert_nonnull(strstr(outcome.err, "fullchain.pem"));
    outcome_clear(&outcome);

    g_free(shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                 "-keyout '%s' -out '%s' -subj /CN=own -addext subjectAltName=DNS:localhost "
                 "-days 10 2>/dev/null",
                 key, chain));
    process = start_at(root, "", NULL, none);
    const unsigned port = port_of(process.out_path, CONFIGURATION);
    g_autofree char *pem = shell("awk '{ printf \"%%s\\\\n\", $0 }' '%s'", key);
    g_autofree char *body =
        g_strdup_printf("{\"uuid\":\"" ENCLAVE_ID "\",\"ssl_private_key\":\"%s\"}", pem);
    expect(port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 401, "");
    expect(port, "/", "", body, 200, "");
    port_of(process.out_path, APPLICATION);
    expect(port, "/", chain, NULL, 200, "Hello world");
    g_assert_cmpint(process_end(&process), ==, 143);
}

/* localtest's part: HTTP, code and secrets as they are mounted. */
static void test_localtest(void)
{
    g_autofree char *root = process_path("local");
    g_autofree char *program = process_program("mse-sim-enclave");
    const char *const argv[] = {program,   "test",    "cenclave", "--application",
                                "app:app", "--debug", NULL};
    g_free(shell("mkdir -p '%s/app' '%s/root/.cache/cenclave'", root, root));
    Process process = start_at(root, "", argv, NULL);
    Outcome outcome = process_finish(&process);
    g_assert_cmpint(outcome.status, ==, 1);
    g_assert_nonnull(strstr(outcome.out, "No module named 'app'"));
    outcome_clear(&outcome);

    g_autofree char *module = g_build_filename(root, "app", "app.py", NULL);
    g_autofree char *secrets =
        g_build_filename(root, "root", ".cache", "cenclave", "secrets.json", NULL);
    g_assert_true(g_file_set_contents(module, "application = 1\n", -1, NULL));
    process = start_at(root, "", argv, NULL);
    outcome = process_finish(&process);
    g_assert_nonnull(strstr(outcome.out, "has no attribute 'app'"));
    outcome_clear(&outcome);

    g_assert_true(g_file_set_contents(module, app_text, -1, NULL));
    g_assert_true(g_file_set_contents(secrets, ENCLAVE_SECRETS, -1, NULL));
    process = start_at(root, "", argv, NULL);
    const unsigned port = port_of(process.out_path, APPLICATION);
    expect(port, "/health", NULL, NULL, 200, "OK");
    expect(port, "/", NULL, NULL, 200, "Hello world");
    g_autofree char *token = fetch_body(port, "/result/secrets", NULL), *key = secrets_key();
    g_autofree char *plain = decrypt(token, key);
    g_assert_cmpstr(plain, ==, "message using password and salt from SECRETS");
    expect(port, "/result/sealed_secrets", NULL, NULL, 404, NULL);
    g_assert_cmpint(process_end(&process), ==, 143);
}

/* The endpoint that the configuration names. */
static void test_health(void)
{
    g_autofree char *root = plain_root("health");
    g_autofree char *config = g_build_filename(root, "opt", "input", "mse.toml", NULL);
    g_assert_true(g_file_set_contents(config, "healthcheck_endpoint = \" /alive \"\n", -1, NULL));
    Running running = enclave_start(root, "", CONFIGURATION);
    expect(running.port, "/", "", "{\"uuid\":\"" ENCLAVE_ID "\"}", 200, "");
    port_of(running.out, APPLICATION);
    expect(running.port, "/alive", "", NULL, 200, "OK");
    enclave_stop(&running);
}

static void test_shell(void)
{
    g_autofree char *program = process_program("mse-sim-enclave");
    g_autofree char *out = shell("ln -sf '%s' '%s/sh' && '%s/sh' -c 'pip3 install flask'", program,
                                 process_directory(), process_directory());
    g_assert_cmpstr(out, ==, "SIMULATED base image: not run: pip3 install flask\n");
}

/* Without a root it writes nowhere; without quoting service, code or signer it says so. */
static void test_not_started(void)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"rm '%s/opt/input/app.tar'", "app.tar: cannot be read"},
        {"printf x >'%s/opt/input/app.tar'", "no tar"},
        {"rm '%s/root/.config/gramine/enclave-key.pem'", "enclave-key.pem"},
        {"openssl genrsa -out '%s/root/.config/gramine/enclave-key.pem' 3072 2>/dev/null",
         "exponent 3 is expected"},
        {"rm '%s/var/run/aesmd'", "is `mse-sim quoting` running"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("broken-%u", i);
        g_autofree char *root = plain_root(name);
        g_auto(GStrv) halves = g_strsplit(cases[i].line, "%s", 2);
        g_free(shell("%s%s%s", halves[0], root, halves[1]));
        Process process = start_at(root, "", NULL, NULL);
        Outcome outcome = process_finish(&process);
        g_assert_cmpint(outcome.status, ==, 1);
        if (strstr(outcome.err, cases[i].says) == NULL)
            g_error("%s instead of %s", outcome.err, cases[i].says);
        g_assert_true(g_str_has_prefix(outcome.err, "[SIMULATED] mse-sim-enclave: "));
        outcome_clear(&outcome);
    }
    Process process = start_at("/", "", NULL, NULL);
    Outcome outcome = process_finish(&process);
    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_nonnull(strstr(outcome.err, "set MSE_SIM_ROOT"));
    outcome_clear(&outcome);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    stage_begin(&stage, "platform", NULL);
    g_test_add_func("/enclave/program", test_program);
    g_test_add_func("/enclave/dry-run", test_dry_run);
    g_test_add_func("/enclave/life", test_life);
    g_test_add_func("/enclave/marks", test_marks);
    g_test_add_func("/enclave/encrypted", test_encrypted);
    g_test_add_func("/enclave/fullchain", test_fullchain);
    g_test_add_func("/enclave/localtest", test_localtest);
    g_test_add_func("/enclave/health", test_health);
    g_test_add_func("/enclave/shell", test_shell);
    g_test_add_func("/enclave/not-started", test_not_started);
    const int status = g_test_run();
    stage_end(&stage);
    return status;
}
