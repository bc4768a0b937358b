/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can happen on the way through a walk: a step that runs is cancelled, one that is done is
 * done again, one is refused, a path has spaces, the keys come before what was kept; small
 * terminals and French.
 */
#include "config.h"

#include "demo.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENTER     "\r"
#define TAB       "\t"
#define DOWN      "\033[B"
#define UP        "\033[A"
#define PAGE_DOWN "\033[6~"
#define KILL_LINE "\025"
#define F2        "\033OQ"
#define CTRL_C    "\003"

static const char *const provider[] = {"Scaffold", "Local test", "Package", "Verify",
                                       "Seal",     "Decrypt",    NULL};
static const char *const operator[] = {"Spawn", "Evidence", "Run", "Test", "Monitor", NULL};
static const char *const fournisseur[] = {"Ébaucher", "Essai local", "Empaqueter",
                                          "Vérifier", "Sceller",     NULL};

/* From the first step to that one, none of which was done. */
static void go_to(Terminal *terminal, const char *const *steps, const char *step,
                  const char *not_yet)
{
    for (unsigned i = 0; steps[i] != NULL; i++) {
        g_autofree char *title = g_strdup_printf("%s · %s", steps[i], not_yet);
        terminal_wait_text(terminal, title);
        if (g_str_equal(steps[i], step))
            return;
        terminal_type(terminal, PAGE_DOWN);
    }
    g_assert_not_reached();
}

static void leave(Terminal *terminal)
{
    terminal_escape(terminal);
    terminal_wait_text(terminal, "┌ Apps");
    demo_quit(terminal);
}

/* A server that takes connections and never says a word. */
static int silent_server(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(listening, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(listening, 8), ==, 0);
    g_assert_cmpint(getsockname(listening, (struct sockaddr *)&address, &size), ==, 0);
    *port = ntohs(address.sin_port);
    return listening;
}

/* The evidence of census is to be judged by what such a server says. */
static int ask_silent_pccs(Terminal *terminal)
{
    unsigned port;
    int server = silent_server(&port);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u", port);

    terminal_type(terminal, "w2");
    go_to(terminal, operator, "Evidence", "not yet");
    terminal_type(terminal, "census" DOWN);
    terminal_type(terminal, url);
    return server;
}

/* ---- cancelled, done, done again ---- */

static void collect_evidence(Terminal *terminal)
{
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, ":home evidence census ───");
    terminal_wait_text(terminal, "ratls.pem");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Evidence · done");
}

static void test_cancel_and_redo(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);
    int server = ask_silent_pccs(terminal);

    terminal_wait_text(terminal, "$ mse-console home evidence --pccs https://127.0.0.1:");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, ":home evidence");
    terminal_type(terminal, CTRL_C);
    terminal_wait_text(terminal, "── cancelled");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Evidence · not yet"); /* neither done nor failed */
    terminal_type(terminal, DOWN KILL_LINE);
    terminal_wait_gone(terminal, "--pccs https");
    collect_evidence(terminal);
    collect_evidence(terminal);
    close(server);
    leave(terminal);
}

/* ---- failed ---- */

/* Why it failed stands beside the step, in every size and in the next session of the pane, until it
 * is done. */
static void test_why_it_failed(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);

    terminal_type(terminal, "w2");
    go_to(terminal, operator, "Evidence", "not yet");
    terminal_type(terminal, "nobody" ENTER);
    terminal_wait_text(terminal, "── exit status 1");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Evidence · failed");
    terminal_wait_text(terminal, "no application \"nobody\" on demo");
    terminal_wait_text(terminal, "Put it right; Enter does the step again");
    terminal_resize(terminal, 60, 15);
    terminal_wait_text(terminal, "▸ NAME");
    terminal_wait_text(terminal, "no application \"nobody\" on demo");
    terminal_wait_text(terminal, "Put it right; Enter");
    terminal_escape(terminal);
    terminal_resize(terminal, 120, 36);
    terminal_wait_text(terminal, "┌ Apps");
    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "no application \"nobody\" on demo");
    terminal_type(terminal, KILL_LINE "census");
    collect_evidence(terminal);
    terminal_wait_gone(terminal, "nobody");
    leave(terminal);
}

/* ---- who one is ---- */

static void test_choosing(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);

    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "▸ 1  Code provider");
    terminal_type(terminal, DOWN);
    terminal_wait_text(terminal, "▸ 2  Operator");
    terminal_type(terminal, UP);
    terminal_wait_text(terminal, "▸ 1  Code provider");
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "┌ Help");
    terminal_wait_text(terminal, "In a field, letters and digits are typed");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "▸ 1  Code provider");
    terminal_type(terminal, "j" ENTER);
    terminal_wait_text(terminal, "Spawn · not yet");
    leave(terminal);
}

/* Left while it runs, it goes on, and is met again as it is. */
static void test_left_while_running(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);
    int server = ask_silent_pccs(terminal);

    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, ":home evidence");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Evidence · running");
    terminal_type(terminal, ENTER); /* once is enough */
    terminal_wait_text(terminal, "still running: home evidence");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "┌ Apps ── 6 ─");
    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "Evidence · running");
    terminal_type(terminal, CTRL_C);
    terminal_wait_text(terminal, "Evidence · not yet");
    close(server);
    leave(terminal);
}

/* ---- refused ---- */

static void test_read_only(void)
{
    g_autofree char *project = NULL, *key = NULL;
    g_autoptr(Terminal) terminal = demo_open_read_only();

    terminal_type(terminal, "w2");
    go_to(terminal, operator, "Run", "not yet");
    terminal_type(terminal, "billing" ENTER);
    terminal_wait_text(terminal, "the console was started read-only");
    terminal_wait_text(terminal, "Run · not yet");
    terminal_type(terminal, F2);
    terminal_wait_text(terminal, "Scaffold · not yet");
    terminal_type(terminal, KILL_LINE "project" ENTER);
    terminal_wait_text(terminal, "the console was started read-only");
    terminal_wait_text(terminal, "Scaffold · not yet");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "waiting: secrets"); /* still */
    terminal_type(terminal, ":home keygen --symmetric --fernet --output key" ENTER);
    terminal_wait_text(terminal, "home keygen: makes or changes something");
    terminal_escape(terminal);
    project = demo_path("project");
    key = demo_path("key");
    g_assert_false(g_file_test(project, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(key, G_FILE_TEST_EXISTS));
    demo_quit(terminal);
}

static void make_stranger(const char *path)
{
    g_autofree char *sim = demo_program("mse-sim");
    g_autofree char *platform = g_build_filename(g_get_home_dir(), "stranger", NULL);
    g_autofree char *key = g_build_filename(g_get_home_dir(), "stranger.key", NULL);
    g_autofree char *public_key = g_strnfill(64, '9');
    const char *make[] = {sim, "platform", platform, NULL};
    const char *quote[] = {sim,        "quote", platform, "--certificate", "--enclave-key",
                           public_key, "--key", key,      "--output",      path,
                           NULL};
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char **)make, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_spawn_sync(NULL, (char **)quote, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

/* Beside the field that it is about; whoever knows whose it is says so. */
static void test_stranger(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);
    g_autofree char *certificate = demo_path("work/stranger.pem");
    g_autofree char *sealed = demo_path("work/secrets_to_seal.json.sealed");

    make_stranger(certificate);
    terminal_type(terminal, "w1");
    go_to(terminal, provider, "Seal", "not yet");
    terminal_type(terminal, "secrets_to_seal.json" DOWN "stranger.pem");
    terminal_wait_text(terminal, "it was never verified as trusted on this machine");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Seal · not yet");
    g_assert_false(g_file_test(sealed, G_FILE_TEST_EXISTS));
    terminal_type(terminal, DOWN DOWN " "); /* “unverified” */
    terminal_wait_gone(terminal, "it was never verified");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Sealed: secrets_to_seal.json");
    g_assert_true(g_file_test(sealed, G_FILE_TEST_EXISTS));
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Seal · done");
    leave(terminal);
}

/* ---- paths ---- */

static void test_spaces(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);
    g_autofree char *directory = demo_path("work/my own secrets");
    g_autofree char *file = g_build_filename(directory, "with \\ and space.json", NULL);
    g_autofree char *sealed = demo_path("work/with \\ and space.json.sealed");

    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, "{}", -1, NULL));
    terminal_type(terminal, "w1");
    go_to(terminal, provider, "Seal", "not yet");
    terminal_type(terminal, "my" TAB);
    terminal_wait_text(terminal, "--secrets 'my own secrets/'");
    terminal_type(terminal, "wi" TAB);
    terminal_wait_text(terminal, "--secrets 'my own secrets/with \\ and space.json'");
    terminal_type(terminal, DOWN "../apps/bil" TAB "opt/input/ra" TAB);
    terminal_wait_text(terminal, "--cert ../apps/billing/opt/input/ratls.pem");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Sealed: my own secrets/with");
    g_assert_true(g_file_test(sealed, G_FILE_TEST_EXISTS));
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Seal · done");
    leave(terminal);
}

/* ---- typed before what was kept has come ---- */

static void test_keys_at_once(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);

    terminal_type(terminal, "w2" PAGE_DOWN "cen" PAGE_DOWN "bill");
    terminal_wait_text(terminal, "Run · not yet");
    terminal_wait_text(terminal, "$ mse-console home run bill");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "┌ Apps ── 6 ─");
    terminal_type(terminal, "wing"); /* goes on where it was left */
    terminal_wait_text(terminal, "$ mse-console home run billing");
    leave(terminal);
}

/* ---- small, and French ---- */

static void test_small(void)
{
    g_autoptr(Terminal) terminal = demo_open(NULL);

    terminal_resize(terminal, 60, 15);
    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "Who are you?");
    terminal_wait_text(terminal, "Operator");
    terminal_type(terminal, "1");
    terminal_wait_text(terminal, "Scaffold · not yet");
    go_to(terminal, provider, "Verify", "not yet");
    terminal_type(terminal, "nowhere");
    terminal_wait_text(terminal, "there is no such file");
    terminal_wait_text(terminal, "$ mse-console verify --evidence nowhere");
    terminal_type(terminal, DOWN DOWN DOWN DOWN DOWN); /* the last field comes in sight */
    terminal_wait_text(terminal, "▸ output");
    terminal_resize(terminal, 80, 24);
    terminal_wait_text(terminal, "▸ output");
    terminal_wait_text(terminal, "evidence");
    leave(terminal);
}

static void test_french(void)
{
    g_autoptr(Terminal) terminal = demo_open_french();

    if (terminal == NULL)
        return;
    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "Qui êtes-vous");
    terminal_type(terminal, "1");
    go_to(terminal, fournisseur, "Sceller", "pas encore");
    terminal_type(terminal, "nulle-part");
    terminal_wait_text(terminal, "$ mse-console home seal --secrets nulle-part");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "┌ Applications");
    demo_quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/walk-ways/cancel-and-redo", test_cancel_and_redo);
    g_test_add_func("/walk-ways/left-while-running", test_left_while_running);
    g_test_add_func("/walk-ways/why-it-failed", test_why_it_failed);
    g_test_add_func("/walk-ways/choosing", test_choosing);
    g_test_add_func("/walk-ways/read-only", test_read_only);
    g_test_add_func("/walk-ways/stranger", test_stranger);
    g_test_add_func("/walk-ways/spaces", test_spaces);
    g_test_add_func("/walk-ways/keys-at-once", test_keys_at_once);
    g_test_add_func("/walk-ways/small", test_small);
    g_test_add_func("/walk-ways/french", test_french);
    return g_test_run();
}
