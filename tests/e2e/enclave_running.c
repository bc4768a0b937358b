/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "enclave_support.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

Stage stage;
const char *const expiring[] = {"--expiration", "1900000000", NULL};
const char app_text[] = "from flask import Flask\napp = Flask(__name__)\n";

char *root_new(const char *name, const char *code_suffix, const char *code, gssize size)
{
    char *root = process_path(name);
    g_autofree char *directory = g_strconcat(root, "-code", NULL);
    g_autofree char *file_name = g_strconcat("app.py", code_suffix, NULL);
    g_autofree char *file = g_build_filename(directory, file_name, NULL);
    g_assert_cmpint(g_mkdir(directory, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, code, size, NULL));
    g_free(shell("cd '%s' && echo flask >requirements.txt && mkdir -p '%s/opt/input' "
                 "'%s/root/.config/gramine' '%s/var/run' && ln -s '%s' '%s/var/run/aesmd' && "
                 "cp '%s/enclave-signer.key' '%s/root/.config/gramine/enclave-key.pem' && "
                 "tar --format=posix -cf '%s/opt/input/app.tar' *",
                 directory, root, root, root, stage.aesmd, root, stage.platform, root, root));
    return root;
}

char *plain_root(const char *name)
{
    return root_new(name, "", app_text, -1);
}

static void enclave_words(GPtrArray *argv, const char *program, const char *const *more)
{
    const char *const words[] = {program,     "run",           "--size",        "4096M",
                                 "--subject", ENCLAVE_SUBJECT, "--san",         "localhost",
                                 "--id",      ENCLAVE_ID,      "--application", "app:app"};
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (char *)words[i]);
    for (; *more != NULL; more++)
        g_ptr_array_add(argv, (char *)*more);
    g_ptr_array_add(argv, NULL);
}

Process start_at(const char *root, const char *fault, const char *const *argv,
                 const char *const *more)
{
    g_autofree char *program = process_program("mse-sim-enclave");
    g_autofree char *root_line = g_strconcat("MSE_SIM_ROOT=", root, NULL);
    g_autofree char *fault_line = g_strconcat("MSE_SIM_FAULT=", fault, NULL);
    const char *const environment[] = {root_line, fault_line, "MSE_SIM_LISTEN=127.0.0.1:0",
                                       "MSE_SIM_PACE=100", NULL};
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    if (argv == NULL)
        enclave_words(words, program, more != NULL ? more : expiring);
    return process_start(argv != NULL ? argv : (const char *const *)words->pdata,
                         &(ProcessSetting){.environment = environment});
}

unsigned port_of(const char *path, const char *server)
{
    g_autofree char *words = g_strconcat(server, ": listening on port ", NULL);
    g_autofree char *text = wait_for_text(path, words);
    return (unsigned)strtoul(g_strrstr(text, words) + strlen(words), NULL, 10);
}

Running enclave_start(const char *root, const char *fault, const char *server)
{
    Running running = {.root = g_strdup(root), .process = start_at(root, fault, NULL, NULL)};
    running.out = g_strdup(running.process.out_path);
    if (server != NULL)
        running.port = port_of(running.out, server);
    return running;
}

void enclave_stop(Running *running)
{
    g_assert_cmpint(process_end(&running->process), ==, 143);
    g_free(running->root);
    g_free(running->out);
}

void enclave_ends(Running *running, const char *says)
{
    Outcome outcome = process_finish(&running->process);
    g_assert_cmpint(outcome.status, ==, 1);
    if (strstr(outcome.out, says) == NULL)
        g_error("%s instead of %s", outcome.out, says);
    outcome_clear(&outcome);
    g_free(running->root);
    g_free(running->out);
}

char *in_state(const Running *running, const char *name)
{
    return g_build_filename(running->root, "var/lib/mse-sim-enclave", name, NULL);
}

void expect(unsigned port, const char *path, const char *ca, const char *post, long status,
            const char *body)
{
    Fetched got = fetch(port, path, ca, post, FETCH_SECONDS);
    if (got.failure != 0 || got.status != status || (body != NULL && strcmp(got.body, body) != 0))
        g_error("%s: failure %d, status %ld instead of %ld: %s", path, got.failure, got.status,
                status, got.body);
    fetched_clear(&got);
}

char *fetch_body(unsigned port, const char *path, const char *ca)
{
    Fetched got = fetch(port, path, ca, NULL, FETCH_SECONDS);
    g_assert_cmpint(got.status, ==, 200);
    char *body = g_strdup(got.body);
    fetched_clear(&got);
    return body;
}

int verify_host(unsigned port, const char *option, const char *value)
{
    g_autofree char *host = g_strdup_printf("localhost:%u", port);
    g_autofree char *root = g_build_filename(stage.platform, "root.pem", NULL);
    Outcome outcome = console_run(NULL, "verify", "--host", host, "--root", root, "--pccs",
                                  stage.pccs, option, value, NULL);
    const int status = outcome.status;
    g_test_message("%s%s", outcome.out, outcome.err);
    outcome_clear(&outcome);
    return status;
}

char *dry_run(const char *root, const char *const *more)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (char *)"--dry-run");
    for (; *more != NULL; more++)
        g_ptr_array_add(words, (char *)*more);
    g_ptr_array_add(words, NULL);
    Process process = start_at(root, "", NULL, (const char *const *)words->pdata);
    Outcome outcome = process_finish(&process);
    g_assert_cmpint(outcome.status, ==, 0);
    g_autoptr(GRegex) regex = g_regex_new("Measurement:\\n[ ]*([a-z0-9]{64})\\n", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, outcome.out, 0, &match));
    g_assert_nonnull(strstr(outcome.out, "SIMULATED"));
    char *hex = g_match_info_fetch(match, 1);
    outcome_clear(&outcome);
    return hex;
}
