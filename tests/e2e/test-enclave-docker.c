/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The simulated enclave in containers of a real engine, from an image that mse-sim made: built
 * upon, measured, verified, given its secrets, restarted. All of it is removed at the end.
 */
#include "config.h"

#include "enclave_support.h"
#include "own.h"

#include <stdio.h>
#include <string.h>

#define ARGUMENTS                                                                   \
    "--size 4096M --subject '" ENCLAVE_SUBJECT "' --san localhost --id " ENCLAVE_ID \
    " --application app:app --expiration 1900000000"

static char *base, *image, *name;

static bool succeeds(const char *format, ...) G_GNUC_PRINTF(1, 2);
static bool succeeds(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome outcome = process_run(argv, NULL);
    const bool done = outcome.status == 0;
    outcome_clear(&outcome);
    return done;
}

/* Until the container's log holds the text. */
static void wait_for_log(const char *text)
{
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *log = shell("docker logs %s 2>&1", name);
        if (strstr(log, text) != NULL)
            return;
        if (g_get_monotonic_time() > until)
            g_error("no \"%s\" in: %s", text, log);
        g_usleep(50000);
    }
}

/* A scaffolded Dockerfile builds on it: what it would run is printed. */
static void test_build(void)
{
    g_autofree char *directory = process_path("build");
    g_autofree char *out =
        shell("mkdir '%s' && cd '%s' && printf 'FROM %s\\nRUN . /opt/venv/bin/activate && pip3 "
              "install flask==2.2.5\\n' >Dockerfile && DOCKER_BUILDKIT=0 docker build -t %s . 2>&1",
              directory, directory, base, image);
    g_assert_nonnull(strstr(out, "SIMULATED base image: not run: . /opt/venv/bin/activate && pip3 "
                                 "install flask==2.2.5"));
}

/* Once more: the same image; and a name that another image has is left to it. */
static void test_names(void)
{
    g_autofree char *before = shell("docker inspect -f '{{.Id}}' %s", base);
    sim_run("image", base, NULL);
    g_autofree char *after = shell("docker inspect -f '{{.Id}}' %s", base);
    g_assert_cmpstr(before, ==, after);

    g_autofree char *program = process_program("mse-sim");
    g_autofree char *other = g_strconcat(name, "-other:1", NULL);
    g_free(
        shell("cd '%s' && echo x >x && tar -c x | docker import - %s", process_directory(), other));
    const char *argv[] = {program, "image", other, NULL};
    Outcome refused = process_run(argv, NULL);
    g_assert_cmpint(refused.status, ==, 1);
    g_assert_nonnull(strstr(refused.err, "mse-sim did not make"));
    outcome_clear(&refused);
    g_autofree char *old = shell("docker inspect -f '{{.Id}}' %s", other);
    sim_run("image", other, "--force", NULL);
    g_autofree char *label =
        shell("docker inspect -f '{{index .Config.Labels \"mse-sim\"}}' %s", other);
    g_assert_cmpstr(label, ==, "SIMULATED\n");
    g_free(shell("docker rmi %s %s", other, old));
}

/* What the verifier of a package does: no network, no rights, the code put in, nothing mounted. */
static char *measure(const char *root)
{
    g_autofree char *out =
        shell("id=$(docker create --network none --cap-drop ALL --memory 64m --pids-limit 16 "
              "--entrypoint mse-run %s " ARGUMENTS " --dry-run) && "
              "docker cp -q '%s/opt/input/app.tar' \"$id\":/opt/input/app.tar >/dev/null && "
              "docker start -a \"$id\"; status=$?; docker rm \"$id\" >/dev/null; exit $status",
              image, root);
    g_autoptr(GRegex) regex = g_regex_new("Measurement:\\n[ ]*([a-z0-9]{64})", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, out, 0, &match));
    return g_match_info_fetch(match, 1);
}

static void check_results(unsigned port, const char *ca)
{
    expect(port, "/", ca, NULL, 200, "Hello world");
    expect(port, "/health", ca, NULL, 200, "OK");
    g_autofree char *key = secrets_key(), *token = fetch_body(port, "/result/secrets", ca);
    g_autofree char *plain = decrypt(token, key);
    g_assert_cmpstr(plain, ==, "message using password and salt from SECRETS");
    g_autofree char *sealed = fetch_body(port, "/result/sealed_secrets", ca);
    g_autofree char *sealed_plain = decrypt(sealed, ENCLAVE_RESULT_KEY);
    g_assert_cmpstr(sealed_plain, ==, "message using result_sk from SEALED_SECRETS");
}

static void test_life(void)
{
    g_autofree char *root = plain_root("life"), *measurement = measure(root);
    const unsigned port = own_free_port();
    g_free(shell("docker run -d --name %s --label mse-home=1 --label healthcheck_endpoint=/health "
                 "--entrypoint mse-run -p 127.0.0.1:%u:443 -v '%s/opt/input:/opt/input' "
                 "-v '%s:/var/run/aesmd' -v '%s/enclave-signer.key:"
                 "/root/.config/gramine/enclave-key.pem' -e MSE_SIM_PACE=200 %s " ARGUMENTS,
                 name, port, root, stage.aesmd, stage.platform, image));
    wait_for_log("listening on port 443");
    g_assert_cmpint(verify_host(port, "--mrenclave", measurement), ==, 0);

    /* The certificate as it is met there is what curl needs. */
    g_autofree char *pem = certificate_at(port), *ca = process_path("met.pem");
    g_assert_true(g_file_set_contents(ca, pem, -1, NULL));
    Fetched waiting = fetch(port, "/health", ca, NULL, FETCH_SECONDS);
    g_assert_true(waiting.waiting && waiting.status == 200);
    fetched_clear(&waiting);
    expect(port, "/", ca, "{\"uuid\":\"wrong\"}", 401, "");
    g_autofree char *body =
        secrets_body(ENCLAVE_SECRETS, "{\"result_sk\":\"" ENCLAVE_RESULT_KEY "\"}", ca, NULL);
    expect(port, "/", ca, body, 200, "");
    wait_for_log("app:app: listening on port 443");
    check_results(port, ca);
    wait_for_log("requests");

    /* The platform's key is nowhere in it. */
    g_autofree char *key = shell("sed -n 2p '%s/attestation.key'", stage.platform);
    g_assert_cmpuint(strlen(g_strstrip(key)), >, 40);
    g_assert_false(succeeds("docker export %s | grep -qaF '%s'", name, key));
    g_assert_false(succeeds("grep -rqaF '%s' '%s/opt/input' '%s'", key, root, stage.aesmd));

    g_free(shell("docker restart -t 1 %s", name));
    wait_for_log("restarted");
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (Fetched got = {.failure = 1}; got.failure != 0;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        got = fetch(port, "/health", ca, NULL, 5);
        g_assert_false(got.waiting);
        fetched_clear(&got);
    }
    check_results(port, ca);
    g_autofree char *after = certificate_at(port);
    g_assert_cmpstr(pem, ==, after);
    g_free(shell("docker stop -t 10 %s", name));
    g_autofree char *status = shell("docker inspect -f '{{.State.ExitCode}}' %s", name);
    g_assert_cmpstr(status, ==, "143\n");
    g_free(shell("docker rm %s", name));
}

/* localtest's container, in the other dialect. */
static void test_localtest(void)
{
    g_autofree char *directory = process_path("local-code");
    const unsigned port = own_free_port();
    g_free(shell("mkdir '%s' && echo 'app = 1' >'%s/app.py' && echo '%s' >'%s/secrets.json' && "
                 "docker run -d --name %s --entrypoint cenclave-test -p 127.0.0.1:%u:5000 "
                 "-v '%s:/app' -v '%s/secrets.json:/root/.cache/cenclave/secrets.json' "
                 "%s --application app:app --debug",
                 directory, directory, ENCLAVE_SECRETS, directory, name, port, directory, directory,
                 image));
    wait_for_log("listening on port 5000 with HTTP");
    expect(port, "/health", NULL, NULL, 200, "OK");
    g_autofree char *key = secrets_key(), *token = fetch_body(port, "/result/secrets", NULL);
    g_autofree char *plain = decrypt(token, key);
    g_assert_cmpstr(plain, ==, "message using password and salt from SECRETS");
    g_free(shell("docker rm -f %s", name));
}

static const char *why_not(void)
{
#ifdef WITH_SANITIZERS
    return "with sanitizers the enclave program is not static";
#else
    return succeeds("docker version") ? NULL : "no Docker engine answers here";
#endif
}

static void clean_up(void)
{
    succeeds("docker rm -f %s", name);
    succeeds("docker rmi -f %s %s", image, base);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *why = why_not();
    if (why != NULL) {
        printf("1..0 # SKIP %s\n", why);
        return 0;
    }
    own_sweep("enclave");
    name = own_name("enclave");
    base = g_strconcat(name, "/base:20230720095554", NULL);
    image = g_strconcat(name, "/app:1", NULL);
    sim_run("image", base, NULL);
    stage_begin(&stage, "platform", NULL);
    g_test_add_func("/enclave-docker/build", test_build);
    g_test_add_func("/enclave-docker/names", test_names);
    g_test_add_func("/enclave-docker/life", test_life);
    g_test_add_func("/enclave-docker/localtest", test_localtest);
    const int status = g_test_run();
    stage_end(&stage);
    clean_up();
    return status;
}
