/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk-throughs by keys alone, on the demo: evidence verified by a known MRENCLAVE, secrets
 * sealed for it, sent and the application ready; what is wrong stands beside its field; what was
 * left is there again.
 */
#include "config.h"

#include "demo.h"

#include <locale.h>
#include <string.h>

#define ENTER     "\r"
#define TAB       "\t"
#define DOWN      "\033[B"
#define PAGE_DOWN "\033[6~"
#define PAGE_UP   "\033[5~"
#define F2        "\033OQ"
#define KILL_LINE "\025"

static void go_to(Terminal *terminal, const char *const *titles)
{
    terminal_wait_text(terminal, titles[0]);
    for (unsigned i = 1; titles[i] != NULL; i++) {
        terminal_type(terminal, PAGE_DOWN);
        terminal_wait_text(terminal, titles[i]);
    }
}

static void verify(Terminal *terminal)
{
    g_autofree char *mrenclave = demo_mrenclave("billing");

    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "needed");
    terminal_type(terminal, "nowhere.json");
    terminal_wait_text(terminal, "there is no such file; Tab shows what there is");
    terminal_type(terminal, KILL_LINE "../apps/bil" TAB);
    terminal_wait_text(terminal, "--evidence ../apps/billing/ ");
    terminal_wait_text(terminal, "it is a directory; a file is wanted");
    terminal_type(terminal, "opt/input/ev" TAB);
    terminal_wait_text(terminal, "--evidence ../apps/billing/opt/input/evidence.json ");
    terminal_type(terminal, DOWN);
    terminal_wait_text(terminal, "needed, or package instead");
    terminal_type(terminal, "12");
    terminal_wait_text(terminal, "--mrenclave wants 64 hex digits");
    terminal_type(terminal, KILL_LINE);
    terminal_type(terminal, mrenclave);
    terminal_wait_gone(terminal, "wants 64 hex digits");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Written: ./ratls.pem");
    terminal_escape(terminal);
}

/* Right after the verdict: its certificate is filled in. */
static void seal(Terminal *terminal)
{
    terminal_wait_text(terminal, "✔ Verify");
    terminal_wait_text(terminal, "Seal · not yet");
    terminal_wait_text(terminal, "$ mse-console home seal --cert ratls.pem --output .");
    terminal_type(terminal, "secrets_to_seal.json" ENTER);
    terminal_wait_text(terminal, "Sealed: secrets_to_seal.json");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Seal · done");
}

static void run(Terminal *terminal)
{
    static const char *const titles[] = {"Spawn · not yet", "Evidence · not yet", "Run · not yet",
                                         NULL};

    terminal_type(terminal, F2);
    go_to(terminal, titles);
    terminal_wait_text(terminal, "--sealed-secrets secrets_to_seal.json.sealed");
    terminal_type(terminal, "billing");
    terminal_wait_text(terminal, "home run --sealed-secrets secrets_to_seal.json.sealed billing");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "billing is ready");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Run · done");
}

static void leave_and_come_back(Terminal *terminal)
{
    terminal_escape(terminal);
    terminal_wait_text(terminal, "┌ Apps ── 6 ─");
    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "Operator ── work");
    terminal_wait_text(terminal, "Run · done");
    terminal_resize(terminal, 80, 24);
    terminal_wait_text(terminal, "Run · done");
    terminal_wait_text(terminal, "secrets_to_seal.json.sealed billing");
    terminal_resize(terminal, 60, 15);
    terminal_wait_text(terminal, "Run · done");
    terminal_wait_text(terminal, "F1 help   Esc leaves"); /* the way out is never cut */
    terminal_type(terminal, PAGE_DOWN PAGE_DOWN);
    terminal_wait_text(terminal, "$ mse-console home logs -f");
    terminal_resize(terminal, 120, 36);
}

/* To the log of the application, which is where the walk ends. */
static void monitor(Terminal *terminal)
{
    terminal_type(terminal, KILL_LINE "billing" ENTER);
    terminal_wait_text(terminal, "Logs ── billing");
    terminal_wait_text(terminal, "▸ billing");
}

static void test_verify_seal_run(void)
{
    static const char *const titles[] = {"Scaffold · not yet", "Local test · not yet",
                                         "Package · not yet", "Verify · not yet", NULL};
    g_autoptr(Terminal) terminal = demo_open(NULL);

    terminal_type(terminal, "w");
    terminal_wait_text(terminal, "Who are you?");
    terminal_type(terminal, "1");
    terminal_wait_text(terminal, "Code provider ── work");
    go_to(terminal, titles);
    verify(terminal);
    seal(terminal);
    run(terminal);
    leave_and_come_back(terminal);
    monitor(terminal);
    demo_quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/walk/verify-seal-run", test_verify_seal_run);
    return g_test_run();
}
