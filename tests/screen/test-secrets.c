/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secrets files sealed, sent and forgotten from their pane, on the demo's enclaves: what is asked,
 * what is refused and where that stands, what the journal has of it; and that no byte of a secret
 * is ever written to the terminal.
 */
#include "config.h"

#include "demo.h"
#include "engine.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#define ENTER "\r"
#define TAB   "\t"

#define FILE_NAME "secrets_to_seal.json"

/* ---- the way there ---- */

static void go_to_secrets(Terminal *terminal)
{
    terminal_type(terminal, ":select billing" ENTER "$");
    terminal_wait_text(terminal, "Secrets ── billing");
    terminal_wait_text(terminal, "· not sent");
    terminal_wait_text(terminal, "waiting: secrets  ✔ trusted");
}

static Terminal *open_secrets(void)
{
    Terminal *terminal = demo_open(NULL);

    terminal_wait_text(terminal, "waiting: secrets");
    go_to_secrets(terminal);
    return terminal;
}

static void seal(Terminal *terminal)
{
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "sealed: " FILE_NAME);
    terminal_wait_text(terminal, "• sealed ");
    terminal_wait_text(terminal, "• to send");
}

static char *work_path(const char *name)
{
    g_autofree char *inside = g_build_filename("work", name, NULL);

    return demo_path(inside);
}

static void overwrite(const char *name, const char *text)
{
    g_autofree char *path = work_path(name);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static bool is_there(const char *name)
{
    g_autofree char *path = work_path(name);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static unsigned journal_lines(const char *kind)
{
    g_autofree char *journal = demo_journal();
    g_autofree char *member = g_strdup_printf("\"kind\":\"%s\"", kind);
    unsigned n = 0;

    for (const char *at = journal; (at = strstr(at, member)) != NULL; at += strlen(member))
        n++;
    return n;
}

/* The value that is in the file must not have been written to the terminal, ever. */
static char *secret_of_file(void)
{
    g_autofree char *path = work_path(FILE_NAME);
    g_autofree char *text = NULL;
    const char *value;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    value = strstr(text, ": \"");
    g_assert_nonnull(value);
    value += strlen(": \"");
    return g_strndup(value, 16);
}

static bool was_written(const Terminal *terminal, const char *text)
{
    return g_strstr_len((const char *)terminal->written->data, (gssize)terminal->written->len,
                        text) != NULL;
}

/* ---- sealing and sending ---- */

static void ask_and_cancel(Terminal *terminal)
{
    g_autofree char *mrenclave = demo_mrenclave("billing");

    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Send secrets to billing?");
    terminal_wait_text(terminal, mrenclave);
    terminal_wait_text(terminal, FILE_NAME ".sealed, 110 bytes: sealed");
    terminal_wait_text(terminal, "SIMULATED: this enclave");
    terminal_type(terminal, ENTER); /* Cancel is what Enter does */
    terminal_wait_text(terminal, "nothing was done");
    g_assert_cmpuint(journal_lines("send"), ==, 0);
}

static void send(Terminal *terminal)
{
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Send secrets to billing?");
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "billing is ready: https://");
    terminal_wait_text(terminal, "✔ sent sealed");
    terminal_wait_text(terminal, "✔ sent ");
    g_assert_cmpuint(journal_lines("send"), ==, 1);
}

/* Under its line in the list of jobs. */
static void look_at_log(Terminal *terminal)
{
    terminal_type(terminal, "J");
    terminal_wait_text(terminal, "┼ Jobs");
    terminal_wait_text(terminal, "  home run --sealed-secrets");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "To billing, the enclave with measurement");
    terminal_wait_text(terminal, "billing is ready: https://");
    terminal_escape(terminal);
    terminal_wait_gone(terminal, "To billing, the enclave with measurement");
    terminal_type(terminal, "$");
    terminal_wait_text(terminal, "Secrets ── billing");
}

static void test_seal_and_send(void)
{
    g_autoptr(Terminal) terminal = open_secrets();
    g_autofree char *secret = secret_of_file(), *brief = NULL;
    g_autofree char *mrenclave = demo_mrenclave("billing");

    seal(terminal);
    terminal_type(terminal, "Y");
    terminal_wait_text(terminal, "mse-console home seal --input ");
    ask_and_cancel(terminal);
    send(terminal);
    brief = g_strdup_printf("%.4s…%s", mrenclave, mrenclave + 60);
    terminal_wait_text(terminal, brief);
    terminal_type(terminal, "Y");
    terminal_wait_text(terminal, "mse-console home run --sealed-secrets ");
    look_at_log(terminal);
    terminal_wait_gone(terminal, "waits for secrets"); /* its row says so, too */
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "billing has its secrets already");
    g_assert_false(was_written(terminal, secret));
    demo_quit(terminal);
}

/* By name after `:`, wherever one is. */
static void test_by_line(void)
{
    g_autoptr(Terminal) terminal = open_secrets();

    terminal_type(terminal, "1:seal" ENTER);
    terminal_wait_text(terminal, "• to send");
    terminal_type(terminal, "1:send" ENTER);
    terminal_wait_text(terminal, "Send secrets to billing?");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "nothing was done");
    demo_quit(terminal);
}

/* ---- what does not go well stands in the pane ---- */

static void test_problems(void)
{
    g_autoptr(Terminal) terminal = open_secrets();
    g_autofree char *path = work_path(FILE_NAME);
    const struct utimbuf later = {.actime = time(NULL) + 60, .modtime = time(NULL) + 60};

    overwrite(FILE_NAME ".sealed", "somebody's");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "move it away");
    g_assert_cmpuint(journal_lines("seal"), ==, 0);
    overwrite(FILE_NAME, "{broken");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "whoever runs the application can");
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "it is no JSON from here on");
    g_assert_cmpuint(journal_lines("send"), ==, 0);
    g_unlink(path);
    terminal_type(terminal, "r");
    terminal_wait_text(terminal, "✖ missing");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "cannot read");
    overwrite(FILE_NAME, "{\"a\": \"b\"}");
    terminal_type(terminal, "r");
    terminal_wait_text(terminal, "· not sent");
    {
        g_autofree char *sealed = work_path(FILE_NAME ".sealed");
        g_assert_cmpint(g_unlink(sealed), ==, 0);
    }
    seal(terminal);
    g_assert_cmpint(utime(path, &later), ==, 0);
    terminal_type(terminal, "r");
    terminal_wait_text(terminal, "! sealed, changed since");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "changed since it was sealed");
    terminal_type(terminal, "j");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, FILE_NAME ".sealed is sealed already");
    demo_quit(terminal);
}

/* An enclave that does not answer: Ctrl-C ends the waiting, and nothing was sent. */
static void test_cancelled(void)
{
    g_autoptr(Terminal) terminal = open_secrets();
    pid_t enclave = demo_enclave("billing");

    seal(terminal);
    kill(enclave, SIGSTOP);
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Send secrets to billing?");
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "… sending " FILE_NAME ".sealed: ");
    terminal_type(terminal, ENTER); /* one at a time */
    terminal_wait_text(terminal, "still running: home run");
    terminal_type(terminal, "\003");
    terminal_wait_gone(terminal, "… sending");
    terminal_wait_text(terminal, "cancelled");
    kill(enclave, SIGCONT);
    g_assert_cmpuint(journal_lines("send"), ==, 0);
    send(terminal);
    demo_quit(terminal);
}

/* ---- forgetting ---- */

static void test_forget(void)
{
    g_autoptr(Terminal) terminal = open_secrets();

    terminal_type(terminal, "D"); /* the settings name it */
    terminal_wait_text(terminal, "is named in the settings, [secrets]");
    seal(terminal);
    terminal_type(terminal, "jD");
    terminal_wait_text(terminal, "Forget " FILE_NAME ".sealed?");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "nothing was done");
    terminal_wait_text(terminal, "• to send");
    terminal_type(terminal, "D");
    terminal_wait_text(terminal, "Forget " FILE_NAME ".sealed?");
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "no longer listed; the file stays");
    terminal_wait_gone(terminal, "• to send");
    g_assert_true(is_there(FILE_NAME ".sealed"));
    g_assert_cmpuint(journal_lines("forget"), ==, 1);
    terminal_type(terminal, ENTER); /* what it was sealed to is known no more */
    terminal_wait_text(terminal, "its sealed copy is");
    {
        g_autofree char *sealed = work_path(FILE_NAME ".sealed");
        g_assert_cmpint(g_unlink(sealed), ==, 0);
    }
    seal(terminal);
    demo_quit(terminal);
}

/* ---- read-only ---- */

static void test_read_only(void)
{
    g_autoptr(Terminal) terminal = demo_open_read_only();

    go_to_secrets(terminal);
    g_assert_false(terminal_shows(terminal, "Enter send"));
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "read-only: nothing is sent or sealed from here");
    terminal_type(terminal, "z");
    terminal_wait_gone(terminal, "nothing is sent or sealed");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "read-only: nothing is sent or sealed from here");
    g_assert_false(terminal_shows(terminal, "Send secrets"));
    g_assert_false(is_there(FILE_NAME ".sealed"));
    demo_quit(terminal);
}

/* ---- nobody verified it ---- */

/* Its evidence cannot be had here: the certificate is not one that this machine has verified. */
static void test_not_verified(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", NULL};
    g_autofree char *file = g_build_filename(g_get_home_dir(), "mine.json", NULL);
    g_autofree char *config = g_build_filename(g_get_home_dir(), "mine.toml", NULL);
    g_autofree char *sealed = g_strconcat(file, ".sealed", NULL);
    g_autofree char *name = NULL, *id = NULL, *text = NULL, *host = NULL, *settings = NULL;
    g_autoptr(Terminal) terminal = NULL;
    Engine engine;

    engine_start(&engine, options);
    engine_first(&engine, &name, &id);
    text = g_strdup_printf("[secrets]\n\"%s\" = [\"%s\"]\n", name, file);
    g_assert_true(g_file_set_contents(config, text, -1, NULL));
    g_assert_true(g_file_set_contents(file, "{}", -1, NULL));
    host = g_strdup_printf("DOCKER_HOST=unix://%s", engine.socket);
    settings = g_strdup_printf("MSE_CONSOLE_CONFIG=%s", config);
    {
        const char *environment[] = {host, settings, NULL};
        const TerminalOptions how = {.columns = 120, .environment = environment};
        terminal = terminal_start_console(NULL, &how);
    }
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "$");
    terminal_wait_text(terminal, "mine.json");
    terminal_wait_text(terminal, "has no evidence");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "was not verified on this machine");
    g_assert_false(g_file_test(sealed, G_FILE_TEST_EXISTS));
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- its evidence is rejected ---- */

/* Another console on the demo's engine, whose settings name a file for ledger. */
static Terminal *open_beside(void)
{
    static const char *const places[][2] = {{"MSE_CONSOLE_CONFIG", "config.toml"},
                                            {"XDG_STATE_HOME", "state"},
                                            {"XDG_CACHE_HOME", "cache"},
                                            {"DOCKER_CONFIG", "docker"}};
    g_autoptr(GPtrArray) environment = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *config = demo_path("config.toml"), *text = NULL, *more = NULL;
    g_autofree char *work = demo_path("work"), *console = demo_program("mse-console");
    const char *argv[] = {console, "console", NULL};
    TerminalOptions options = {.columns = 120, .directory = work};

    g_assert_true(g_file_get_contents(config, &text, NULL, NULL));
    more = g_strconcat(text, "ledger = [\"work/secrets.json\"]\n", NULL);
    g_assert_true(g_file_set_contents(config, more, -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = demo_path(places[i][1]);
        g_ptr_array_add(environment, g_strdup_printf("%s=%s", places[i][0], path));
    }
    g_ptr_array_add(environment, g_strdup("DOCKER_CONTEXT=demo"));
    g_ptr_array_add(environment, g_strdup("DOCKER_HOST"));
    g_ptr_array_add(environment, NULL);
    options.environment = (const char *const *)environment->pdata;
    return terminal_start(argv, &options);
}

static void test_rejected(void)
{
    g_autoptr(Terminal) demo = demo_open(NULL);
    g_autoptr(Terminal) terminal = open_beside();

    terminal_wait_text(terminal, "✖ REJECTED");
    terminal_type(terminal, ":select ledger" ENTER "$");
    terminal_wait_text(terminal, "Secrets ── ledger");
    terminal_wait_text(terminal, "· not sent");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "its evidence is judged “REJECTED”");
    g_assert_false(is_there("secrets.json.sealed"));
    terminal_type(terminal, ":select ledger" ENTER "$" ENTER);
    terminal_wait_text(terminal, "ledger has its secrets already");
    g_assert_cmpuint(journal_lines("send"), ==, 0);
    demo_quit(terminal);
    demo_quit(demo);
}

/* ---- small, and French ---- */

static void test_small(void)
{
    const DemoOptions options = {.columns = 80, .rows = 24};
    g_autoptr(Terminal) terminal = demo_open(&options);

    go_to_secrets(terminal);
    seal(terminal);
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "[ Cancel ]");
    terminal_wait_text(terminal, "MRENCLAVE");
    terminal_resize(terminal, 60, 15);
    terminal_wait_text(terminal, "[ Cancel ]");
    terminal_wait_text(terminal, "MRENCLAVE");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "• sealed");
    demo_quit(terminal);
}

static void test_french(void)
{
    g_autoptr(Terminal) terminal = demo_open_french();

    if (terminal == NULL)
        return;
    terminal_wait_text(terminal, "attend : secrets  ✔ fiable");
    terminal_type(terminal, ":select billing" ENTER "$");
    terminal_wait_text(terminal, "Secrets ── billing");
    terminal_wait_text(terminal, "· pas envoyé");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "• à envoyer");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Envoyer des secrets à billing ?");
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "billing est prête");
    demo_quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secrets/seal-and-send", test_seal_and_send);
    g_test_add_func("/secrets/by-line", test_by_line);
    g_test_add_func("/secrets/problems", test_problems);
    g_test_add_func("/secrets/cancelled", test_cancelled);
    g_test_add_func("/secrets/forget", test_forget);
    g_test_add_func("/secrets/read-only", test_read_only);
    g_test_add_func("/secrets/not-verified", test_not_verified);
    g_test_add_func("/secrets/rejected", test_rejected);
    g_test_add_func("/secrets/small", test_small);
    g_test_add_func("/secrets/french", test_french);
    return g_test_run();
}
