/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the console is opened on: the current directory, nothing, hostile names, ten thousand files;
 * and what it remembers of the last time.
 */
#include "config.h"

#include "samples.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_current_directory(void)
{
    TerminalOptions options = {.directory = terminal_samples()};
    g_autoptr(Terminal) terminal = terminal_start_console(NULL, &options);
    terminal_wait_text(terminal, "mse-console"); /* where an engine answers, on it */
    terminal_type(terminal, ":files\r");

    terminal_wait_text(terminal, "trusted-quote.bin");
    terminal_wait_text(terminal, "1 collateral");
    g_assert_false(terminal_shows(terminal, "config.toml"));
    terminal_wait_gone(terminal, "to go");
    quit(terminal);
}

static void test_nothing_here(void)
{
    g_autofree char *empty = g_build_filename(g_get_home_dir(), "empty", NULL);
    TerminalOptions options = {.directory = empty};
    g_autoptr(Terminal) terminal = NULL;

    g_mkdir(empty, 0700);
    terminal = terminal_start_console(NULL, &options);
    terminal_wait_text(terminal, "mse-console"); /* where an engine answers, on it */
    terminal_type(terminal, ":files\r");
    terminal_wait_text(terminal, "Nothing to judge in this directory.");
    terminal_wait_text(terminal, "mse-console FILE");
    terminal_type(terminal, "\rvex/j?");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Nothing to judge");
    terminal_escape(terminal);
    terminal_escape(terminal);
    terminal_escape(terminal);
    quit(terminal);
    g_rmdir(empty);
}

/* A name that would drive the terminal is shown, never sent. */
static void test_hostile_name(void)
{
    static const char evil[] = "evil\033]0;owned\a\033[31m\xe2\x80\xae\xff.bin";
    g_autofree char *directory = g_build_filename(g_get_home_dir(), "hostile", NULL);
    g_autofree char *path = g_build_filename(directory, evil, NULL);
    const char *files[] = {evil, NULL};
    TerminalOptions options = {.directory = directory};
    g_autoptr(Terminal) terminal = NULL;

    g_mkdir(directory, 0700);
    g_assert_true(g_file_set_contents(path, "no evidence", -1, NULL));
    terminal = terminal_start_console(files, &options);
    terminal_wait_text(terminal, "1 unreadable");
    terminal_wait_text(terminal, "\\x1b]0;owned");
    quit(terminal);
    g_unlink(path);
    g_rmdir(directory);
}

static void test_state_comes_back(void)
{
    {
        g_autoptr(Terminal) terminal = open_judged();
        terminal_type(terminal, ">>=j");
        terminal_wait_text(terminal, "VERDICT ▾");
        terminal_type(terminal, "G");
        terminal_wait_text(terminal, "Evidence ── rejected-debug");
        quit(terminal);
    }
    {
        g_autoptr(Terminal) terminal = wait_judged(open_samples(120, 36));
        terminal_wait_text(terminal, "VERDICT ▾");
        terminal_wait_text(terminal, "Evidence ── rejected-debug");
        terminal_type(terminal, "=");
        terminal_wait_text(terminal, "VERDICT ▴");
        terminal_type(terminal, "<<");
        terminal_wait_gone(terminal, "▴");
        terminal_type(terminal, "g");
        quit(terminal);
    }
}

static bool has_ended_or_asks(Terminal *terminal, const void *data)
{
    (void)data;
    return terminal->ended || terminal_shows(terminal, "still running");
}

/* `q`: whether it asks because something runs; otherwise it ends. */
static bool asks_to_leave(Terminal *terminal)
{
    terminal_type(terminal, "q");
    terminal_wait(terminal, has_ended_or_asks, NULL, "the end, or a question");
    return terminal_shows(terminal, "still running");
}

static void test_ten_thousand(void)
{
    g_autofree char *directory = g_build_filename(g_get_home_dir(), "many", NULL);
    g_autofree char *sample = terminal_sample("trusted-enclave-evidence.json");
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    TerminalOptions options = {.directory = directory};
    g_autoptr(Terminal) terminal = NULL;

    g_mkdir(directory, 0700);
    for (unsigned i = 0; i < 10000; i++) {
        char *name = g_strdup_printf("%05u.json", i);
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_assert_cmpint(symlink(sample, path), ==, 0);
        g_ptr_array_add(files, name);
    }
    g_ptr_array_add(files, NULL);
    terminal = terminal_start_console((const char *const *)files->pdata, &options);
    terminal_wait_text(terminal, "Inputs ── 10000");
    terminal_type(terminal, "G"); /* answered while they are judged */
    terminal_wait_text(terminal, "Evidence ── 09999.json");
    terminal_type(terminal, "/^0777");
    terminal_wait_text(terminal, "10 of 10000");
    terminal_escape(terminal);
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Evidence ── 00000.json");
    if (asks_to_leave(terminal)) {
        terminal_type(terminal, "n");
        terminal_wait_gone(terminal, "still running");
        terminal_type(terminal, "\003");
        terminal_wait_text(terminal, "cancel");
        if (asks_to_leave(terminal))
            terminal_type(terminal, "y");
    }
    terminal_wait_end(terminal);
    for (unsigned i = 0; i + 1 < files->len; i++) {
        g_autofree char *path = g_build_filename(directory, files->pdata[i], NULL);
        g_unlink(path);
    }
    g_rmdir(directory);
}

/* The directory that all inputs share is said once; what was judged is selected, not the collateral
 * that served; the worst comes first when sorted by verdict. */
static void test_shared_directory(void)
{
    g_autofree char *directory = g_canonicalize_filename(terminal_samples(), NULL);
    g_autofree char *collateral = g_build_filename(directory, "collateral.json", NULL);
    g_autofree char *quote = g_build_filename(directory, "trusted-quote.bin", NULL);
    g_autofree char *rejected = g_build_filename(directory, names[2], NULL);
    g_autofree char *end = g_strdup_printf("%.6s", directory + strlen(directory) - 6);
    const char *const files[] = {collateral, quote, rejected, NULL};
    g_autoptr(Terminal) terminal = NULL;
    g_autofree char *row = NULL;

    forget_state();
    terminal = terminal_start_console(files, NULL);
    terminal_wait_text(terminal, "1 trusted · 1 REJECTED · 1 collateral");
    terminal_wait_text(terminal, "Inputs ── 3 ── ");
    terminal_wait_text(terminal, end);
    terminal_wait_text(terminal, "│  collateral.json ");
    terminal_wait_text(terminal, "│▸ trusted-quote.bin ");
    terminal_wait_text(terminal, "Evidence ── trusted-quote.bin");
    terminal_type(terminal, ">>"); /* by name, by verdict */
    terminal_wait_text(terminal, "VERDICT ▴");
    terminal_wait_answer(terminal);
    row = terminal_row(terminal, 3);
    g_assert_nonnull(strstr(row, "✖ REJECTED"));
    quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/console/current-directory", test_current_directory);
    g_test_add_func("/console/nothing-here", test_nothing_here);
    g_test_add_func("/console/hostile-name", test_hostile_name);
    g_test_add_func("/console/state-comes-back", test_state_comes_back);
    g_test_add_func("/console/ten-thousand", test_ten_thousand);
    g_test_add_func("/console/shared-directory", test_shared_directory);
    return g_test_run();
}
