/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo's tour from its first step to its end, as a person sees it: in English and in French,
 * and in containers of this machine's engine.
 */
#include "config.h"

#include "demo.h"

#include <locale.h>
#include <string.h>

/* What is to be seen at each step, besides its text. The names of containers end in something that
 * keeps them apart from others. */
typedef enum { ENGLISH, FRENCH, CONTAINERS, N_TOURS } Kind;

typedef struct Seen {
    const char *text[N_TOURS];
} Seen;

static const Seen steps[] = {
    {{"┌ Apps ── 6 ─", "┌ Applications ── 6 ─", "your own engine"}},
    {{"Evidence ── helloworld", "Preuve ── helloworld", "Evidence ── helloworld-"}},
    {{"QE", "QE", "QE"}}, /* the chain of trust */
    {{"Evidence ── ledger", "Preuve ── ledger", "Evidence ── ledger-"}},
    {{"Logs ── helloworld", "Journal ── helloworld", "Logs ── helloworld-"}},
    {{"▸ billing", "▸ billing", "▸ billing-"}},
    {{"secrets_to_seal.json.sealed", "secrets_to_seal.json.sealed", "secrets_to_seal.json.sealed"}},
    {{"billing is ready", "billing est prête", " is ready"}},
    {{"▸ billing     running", "▸ billing", "▸ billing-"}},
    {{"ALARM: scoring", "ALARME : scoring", "ALARM: scoring-"}},
    {{"── scoring", "── scoring", "── scoring-"}},
    {{"▸ scoring", "▸ scoring", "▸ scoring-"}},
};

/* The step that waits for an application to change. */
enum { CHANGE = 9 };

static bool left_something(const char *directory)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_prefix(name, "mse-console-demo."))
            return true;
    return false;
}

static void take_tour(const char *const *environment, const char *directory, Kind kind)
{
    g_autofree char *console = demo_program("mse-console");
    const char *argv[] = {console, "demo", "--tour", kind == CONTAINERS ? "--docker" : NULL, NULL};
    const bool french = kind == FRENCH;
    const TerminalOptions options = {.columns = 130, .rows = 38, .environment = environment};
    g_autoptr(Terminal) terminal = terminal_start(argv, &options);
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *head =
            g_strdup_printf(french ? "Visite, étape %u sur %u" : "Tour, step %u of %u", i + 1,
                            (unsigned)G_N_ELEMENTS(steps));
        terminal_wait_text(terminal, head);
        if (kind == CONTAINERS && i == CHANGE) /* it comes in its own time: see its log first */
            terminal_wait_text(terminal, "stopped by a si");
        terminal_wait_text(terminal, steps[i].text[kind]);
        terminal_wait_text(terminal, " SIMULATED ");
        if (i == 1) /* the next shows what it was judged by, and waits for that */
            terminal_wait_text(terminal, kind == FRENCH ? "✔ FIABLE" : "✔ TRUSTED");
        if (i + 1 < G_N_ELEMENTS(steps)) /* what it started has ended */
            terminal_wait_text(terminal, french ? "Espace" : "Space goes on");
        terminal_type(terminal, " ");
    }
    terminal_wait_gone(terminal, french ? "Visite, étape" : "Tour, step");
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
    g_assert_false(left_something(directory));
}

static void test_english(void)
{
    const char *home = g_get_home_dir();
    g_autofree char *runtime = g_strconcat("XDG_RUNTIME_DIR=", home, NULL);
    const char *environment[] = {runtime, NULL};
    take_tour(environment, home, ENGLISH);
}

static bool succeeds(const char *line)
{
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)line, NULL};
    int status;
    return g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           status == 0;
}

static void test_containers(void)
{
#ifdef WITH_SANITIZERS
    g_test_skip("with sanitizers the enclave program is not static");
    return;
#endif
    if (!succeeds("docker version")) {
        g_test_skip("no Docker engine answers here");
        return;
    }
    const char *home = g_get_home_dir();
    g_autofree char *runtime = g_strconcat("XDG_RUNTIME_DIR=", home, NULL);
    const char *environment[] = {runtime, NULL};
    take_tour(environment, home, CONTAINERS);
    g_autofree char *left = g_strdup_printf(
        "docker ps -a --filter label=mse-console-demo --format '{{.Labels}}' | grep -F '%s'", home);
    g_assert_false(succeeds(left));
}

static void test_french(void)
{
    const char *home = g_get_home_dir();
    g_auto(GStrv) french = demo_french();
    if (french == NULL)
        return;
    g_autofree char *runtime = g_strconcat("XDG_RUNTIME_DIR=", home, NULL);
    const char *environment[] = {runtime, french[0], french[1], french[2], french[3], NULL};
    take_tour(environment, home, FRENCH);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tour/english", test_english);
    g_test_add_func("/tour/french", test_french);
    g_test_add_func("/tour/containers", test_containers);
    return g_test_run();
}
