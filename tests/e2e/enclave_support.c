/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "enclave_support.h"

#include <curl/curl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

char *shell(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome outcome = process_run(argv, NULL);
    if (outcome.status != 0)
        g_error("%s: status %d: %s%s", line, outcome.status, outcome.out, outcome.err);
    char *out = g_strdup(outcome.out);
    outcome_clear(&outcome);
    return out;
}

char *wait_for_text(const char *path, const char *text)
{
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        char *content = NULL;
        if (g_file_get_contents(path, &content, NULL, NULL) && strstr(content, text) != NULL)
            return content;
        if (g_get_monotonic_time() > until)
            g_error("%s: no \"%s\" in: %s", path, text, content);
        g_free(content);
        g_usleep(10000);
    }
}

char *wait_for_output(const Process *process, const char *text)
{
    return wait_for_text(process->out_path, text);
}

int process_end(Process *process)
{
    kill(process->pid, SIGTERM);
    Outcome outcome = process_finish(process);
    const int status = outcome.status;
    outcome_clear(&outcome);
    return status;
}

static void start_quoting(Stage *made, const char *fault)
{
    g_autofree char *program = process_program("mse-sim");
    const char *argv[] = {program,     "quoting", made->platform, "--socket",
                          made->aesmd, "--fault", fault,          NULL};
    if (fault == NULL)
        argv[5] = NULL;
    made->quoting = process_start(argv, NULL);
    g_free(wait_for_output(&made->quoting, "SIMULATED quoting service at"));
}

static void start_pccs(Stage *made)
{
    g_autofree char *program = process_program("mse-sim");
    g_autofree char *file = g_strconcat(made->platform, ".port", NULL);
    const char *argv[] = {program, "pccs", made->platform, "--http", "--port-file", file, NULL};
    made->pccs_process = process_start(argv, NULL);
    g_autofree char *port = g_strchomp(wait_for_text(file, "\n"));
    made->pccs = g_strdup_printf("http://localhost:%s", port);
}

void stage_begin(Stage *made, const char *name, const char *fault)
{
    g_autofree char *aesmd = g_strconcat(name, "-aesmd", NULL);
    *made = (Stage){.platform = process_path(name), .aesmd = process_path(aesmd)};
    g_assert_cmpint(g_mkdir(made->aesmd, 0755), ==, 0);
    sim_run("platform", made->platform, NULL);
    start_quoting(made, fault);
    start_pccs(made);
}

void stage_end(Stage *made)
{
    g_assert_cmpint(process_end(&made->quoting), ==, 0);
    g_assert_cmpint(process_end(&made->pccs_process), ==, 0);
    g_autofree char *socket = g_build_filename(made->aesmd, "mse-sim-quoting.socket", NULL);
    g_assert_false(g_file_test(socket, G_FILE_TEST_EXISTS));
    g_free(made->platform);
    g_free(made->aesmd);
    g_free(made->pccs);
}

static size_t take(char *data, size_t size, size_t n, void *out)
{
    g_string_append_len(out, data, (gssize)(size * n));
    return size * n;
}

Fetched fetch(unsigned port, const char *path, const char *ca, const char *post, long seconds)
{
    CURL *curl = curl_easy_init();
    g_autofree char *url =
        g_strdup_printf("%s://localhost:%u%s", ca != NULL ? "https" : "http", port, path);
    GString *headers = g_string_new(NULL), *body = g_string_new(NULL);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    if (ca != NULL && ca[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, ca == NULL || ca[0] != '\0' ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, ca == NULL || ca[0] != '\0' ? 2L : 0L);
    if (post != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post);
    Fetched fetched = {.failure = (int)curl_easy_perform(curl)};
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &fetched.status);
    curl_easy_cleanup(curl);
    fetched.waiting = strstr(headers->str, "\r\nMse-Status: Waiting\r\n") != NULL;
    fetched.headers = g_string_free(headers, FALSE);
    fetched.body = g_string_free(body, FALSE);
    return fetched;
}

void fetched_clear(Fetched *fetched)
{
    g_free(fetched->headers);
    g_free(fetched->body);
}

char *certificate_at(unsigned port)
{
    return shell("openssl s_client -connect localhost:%u </dev/null 2>/dev/null | "
                 "openssl x509",
                 port);
}

static char *sealed(const char *text, const char *certificate)
{
    static unsigned count;
    g_autofree char *name = g_strdup_printf("to-seal-%u.json", count++);
    g_autofree char *path = process_path(name);
    g_autofree char *out = g_strconcat(path, ".sealed", NULL), *box = NULL;
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    Outcome outcome = console_run(NULL, "home", "seal", "--secrets", path, "--cert", certificate,
                                  "--output", process_directory(), NULL);
    g_assert_cmpint(outcome.status, ==, 0);
    outcome_clear(&outcome);
    gsize size;
    g_assert_true(g_file_get_contents(out, &box, &size, NULL));
    char *encoded = g_base64_encode((const guchar *)box, size);
    g_strdelimit(encoded, "+", '-');
    g_strdelimit(encoded, "/", '_');
    encoded[strcspn(encoded, "=")] = '\0';
    return encoded;
}

char *secrets_body(const char *secrets, const char *to_seal, const char *certificate,
                   const char *code_key)
{
    GString *body = g_string_new("{\"uuid\":\"" ENCLAVE_ID "\"");
    if (secrets != NULL)
        g_string_append_printf(body, ",\"app_secrets\":%s", secrets);
    g_autofree char *box = to_seal != NULL ? sealed(to_seal, certificate) : NULL;
    if (box != NULL)
        g_string_append_printf(body, ",\"app_sealed_secrets\":\"%s\"", box);
    if (code_key != NULL)
        g_string_append_printf(body, ",\"code_secret_key\":\"%s\"", code_key);
    g_string_append_c(body, '}');
    return g_string_free(body, FALSE);
}

char *decrypt(const char *token, const char *key)
{
    g_autofree char *token_path = process_path("result.enc");
    g_autofree char *key_path = process_path("result.key");
    g_autofree char *out = process_path("result.plain");
    char *text = NULL;
    g_assert_true(g_file_set_contents(token_path, token, -1, NULL));
    g_assert_true(g_file_set_contents(key_path, key, -1, NULL));
    Outcome outcome =
        console_run(NULL, "home", "decrypt", "--key", key_path, "--output", out, token_path, NULL);
    if (outcome.status != 0)
        g_error("home decrypt: %s", outcome.err);
    outcome_clear(&outcome);
    g_assert_true(g_file_get_contents(out, &text, NULL, NULL));
    return text;
}

/* The salt of ENCLAVE_SECRETS is what these bytes are in base64. */
char *secrets_key(void)
{
    gsize size;
    uint8_t key[32];
    g_autofree guchar *salt =
        g_base64_decode("NICFe3qjykoE/DCSng22uzd6Pks3P2HHnaF+y9G18qo=", &size);
    g_assert_cmpint(
        EVP_PBE_scrypt("qwerty", 6, salt, size, 1 << 14, 8, 1, 64 * 1024 * 1024, key, sizeof key),
        ==, 1);
    char *text = g_base64_encode(key, sizeof key);
    g_strdelimit(text, "+", '-');
    return g_strdelimit(text, "/", '_');
}
