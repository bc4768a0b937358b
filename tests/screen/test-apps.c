/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console on a simulated engine, as a person sees it: its applications, their logs, what is
 * asked before something is lost, and an engine that does not do as it should.
 */
#include "config.h"

#include "engine.h"

#include <locale.h>
#include <string.h>

#define ENTER "\r"
#define TAB   "\t"

/* ---- what is there ---- */

/* Tab in the `:` line knows the applications, where a verb wants one. */
static void name_by_tab(Terminal *terminal)
{
    terminal_type(terminal, ":home logs fr" TAB);
    terminal_wait_text(terminal, ":home logs fraud-");
    terminal_wait_text(terminal, " fraud-eu-2      fraud-worker-0");
    terminal_type(terminal, "w" TAB);
    terminal_wait_text(terminal, ":home logs fraud-worker-0");
    terminal_escape(terminal);
    terminal_type(terminal, ":home logs --tail fr" TAB "x"); /* the value of an option is no name */
    terminal_wait_text(terminal, ":home logs --tail frx");
    terminal_escape(terminal);
}

static void test_four_panes(void)
{
    const char *options[] = {"--apps", "5", "--seed", "1", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 5 ─");
    terminal_wait_text(terminal, "┬ Evidence ── ");
    terminal_wait_text(terminal, "├ Logs ── ");
    terminal_type(terminal, "d");
    terminal_wait_text(terminal, "┼ Describe ── ");
    terminal_wait_text(terminal, "dialect");
    terminal_wait_text(terminal, "172.17.");
    terminal_wait_text(terminal, "? unknown"); /* its evidence is not on this machine */
    terminal_escape(terminal);                 /* back to the list */
    terminal_resize(terminal, 80, 24);
    terminal_wait_text(terminal, "┌ Apps ── 5 ─");
    terminal_type(terminal, "L");
    terminal_wait_text(terminal, "├ Logs ── ");
    terminal_escape(terminal);
    name_by_tab(terminal);
    terminal_resize(terminal, 60, 15);
    terminal_wait_gone(terminal, "Logs ── ");
    terminal_wait_text(terminal, "┌ Apps ── 5 ─");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_ten_thousand(void)
{
    const char *options[] = {"--apps", "10000", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 10000 ─");
    terminal_type(terminal, "G");
    terminal_wait_text(terminal, "▸ triage");
    terminal_type(terminal, "/^billing-api-2[0-9]$");
    terminal_wait_text(terminal, " of 10000 ── /^billing");
    terminal_type(terminal, ENTER);
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_log_flood(void)
{
    const char *options[] = {"--apps", "1", "--rate", "45000", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lz"); /* the whole width */
    terminal_wait_text(terminal, "── follow");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "k"); /* a key is answered while it floods */
    terminal_wait_text(terminal, "held here");
    terminal_type(terminal, "p");
    terminal_wait_text(terminal, "── paused");
    terminal_type(terminal, "p&NOT THERE" ENTER);
    terminal_wait_text(terminal, "&NOT THERE: 0");
    terminal_type(terminal, "&" ENTER "F/172" ENTER);
    terminal_wait_text(terminal, "/172: ");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_state_comes_back(void)
{
    const char *options[] = {"--apps", "6", NULL};
    Engine engine;

    engine_start(&engine, options);
    for (unsigned run = 0; run < 2; run++) {
        g_autoptr(Terminal) terminal = engine_open_console(&engine, 120, 36, false);
        terminal_wait_text(terminal, "┌ Apps ── 6 ─");
        if (run == 0)
            terminal_type(terminal, ">=");
        terminal_wait_text(terminal, "STATE ▾");
        engine_quit(terminal);
    }
    engine_clear(&engine);
}

/* ---- what attacks the terminal ---- */

/* Whatever reached the terminal raw would end the test: emitted.h. */
static void test_hostile(void)
{
    const char *options[] = {"--apps", "12", "--hostile", "--rate", "50", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 12 ─");
    terminal_type(terminal, "d\177"); /* to see it beside the list */
    for (unsigned i = 0; i < 12; i++) {
        terminal_type(terminal, "j");
        terminal_wait_text(terminal, "dialect");
    }
    terminal_type(terminal, "LWT");
    terminal_wait_text(terminal, "Logs ── ");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- what is asked ---- */

static void test_stop_asks(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "R");
    terminal_wait_text(terminal, "Restart ");
    terminal_wait_text(terminal, "engine-");
    terminal_wait_text(terminal, "[ Cancel ]");
    terminal_type(terminal, ENTER); /* which is the default */
    terminal_wait_text(terminal, "nothing was done");
    terminal_type(terminal, "S" TAB ENTER);
    terminal_wait_text(terminal, "stopped: ");
    terminal_wait_text(terminal, "exited");
    terminal_type(terminal, "D" TAB ENTER); /* a stopped one wants no name */
    terminal_wait_text(terminal, "removed: ");
    terminal_wait_text(terminal, "┌ Apps ── 0 ─");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_remove_wants_the_name(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "R" TAB ENTER); /* whatever it was, it runs */
    terminal_wait_text(terminal, "restarted: ");
    terminal_wait_gone(terminal, "1 stopped");
    terminal_type(terminal, "D");
    terminal_wait_text(terminal, "its name: ");
    terminal_wait_text(terminal, "Enter does it once its name is typed   Esc cancels");
    terminal_type(terminal, "not its name" ENTER);
    terminal_wait_text(terminal, "nothing was done");
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_read_only(void)
{
    static const char *const keys[] = {"S", "R", "D", "K"};
    const char *options[] = {"--apps", "3", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, true);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    g_assert_false(terminal_shows(terminal, "S stop"));
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        terminal_type(terminal, keys[i]);
        terminal_wait_text(terminal, "read-only: ");
        terminal_type(terminal, "j");
        terminal_wait_gone(terminal, "read-only: ");
    }
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- an engine that does not do as it should ---- */

static void test_away_and_back(void)
{
    const char *options[] = {"--apps", "4", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 4 ─");
    engine_stop(&engine);
    terminal_wait_text(terminal, "unreachable");
    terminal_wait_text(terminal, "┌ Apps ── 4 ─"); /* what was known stays */
    terminal_type(terminal, "o");
    terminal_wait_text(terminal, "Sources ── 1");
    engine_start_at(&engine, engine.socket, options);
    terminal_type(terminal, "r");
    terminal_wait_gone(terminal, "unreachable");
    terminal_wait_text(terminal, "↻ back since");
    engine_quit(terminal);
    engine_clear(&engine);
}

static bool says_so_thrice(Terminal *terminal, const void *data)
{
    g_autofree char *text = terminal_text(terminal);
    g_auto(GStrv) parts = g_strsplit(text, "No application is selected.", -1);

    (void)data;
    return g_strv_length(parts) == 4;
}

static void test_never_there(void)
{
    Engine engine = {.socket = engine_socket_path()};
    g_autoptr(Terminal) terminal = engine_open_console(&engine, 120, 36, false);

    terminal_wait_text(terminal, "unreachable");
    terminal_type(terminal, "C"); /* no pane is empty without a word */
    terminal_wait(terminal, says_so_thrice, NULL, "three panes without an application");
    terminal_wait_text(terminal, "$ secrets  d describe"); /* no hint at the pane itself */
    terminal_type(terminal, "1?");
    terminal_wait_text(terminal, "IN THIS PANE");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_hangs(void)
{
    const char *options[] = {"--apps", "4", "--fault", "hang@list", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "asking the engine");
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE"); /* no key waits for it */
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_resets(void)
{
    const char *options[] = {"--apps", "4", "--fault", "reset@logs", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 120, 36, false);
    terminal_wait_text(terminal, "┌ Apps ── 4 ─");
    terminal_wait_text(terminal, "── interrupted");
    engine_quit(terminal);
    engine_clear(&engine);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/apps/four-panes", test_four_panes);
    g_test_add_func("/apps/ten-thousand", test_ten_thousand);
    g_test_add_func("/apps/log-flood", test_log_flood);
    g_test_add_func("/apps/state-comes-back", test_state_comes_back);
    g_test_add_func("/apps/hostile", test_hostile);
    g_test_add_func("/apps/stop-asks", test_stop_asks);
    g_test_add_func("/apps/remove-wants-the-name", test_remove_wants_the_name);
    g_test_add_func("/apps/read-only", test_read_only);
    g_test_add_func("/apps/away-and-back", test_away_and_back);
    g_test_add_func("/apps/never-there", test_never_there);
    g_test_add_func("/apps/hangs", test_hangs);
    g_test_add_func("/apps/resets", test_resets);
    return g_test_run();
}
