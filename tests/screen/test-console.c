/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console as a person sees it: files opened, keys pressed, the screen read.
 */
#include "config.h"

#include "samples.h"
#include "ui/key_table.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_verdicts(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_wait_text(terminal, "┌ Inputs ── 4 ─");
    terminal_wait_text(terminal, "┬ Evidence ── trusted-enclave-evidence.json ─");
    terminal_wait_text(terminal, "✔ TRUSTED");
    terminal_wait_text(terminal, "✖ REJECTED");
    terminal_wait_text(terminal, "◷ expired");
    terminal_wait_text(terminal, "! warnings");
    terminal_wait_text(terminal, " SIMULATED ");
    terminal_wait_text(terminal, "SIMULATED: rests on “SIMULATED SGX Root CA");
    quit(terminal);
}

static void test_selection_follows(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "j");
    terminal_wait_text(terminal, "Evidence ── expired-collateral-evidence.json");
    terminal_wait_text(terminal, "◷ EXPIRED");
    terminal_wait_text(terminal, "was valid from");
    terminal_type(terminal, "\033[B"); /* the arrow as well as j */
    terminal_wait_text(terminal, "Evidence ── rejected-debug-enclave-evidence.json");
    terminal_wait_text(terminal, "DEBUG: its memory can be read");
    terminal_type(terminal, "G");
    terminal_wait_text(terminal, "Evidence ── trusted-hardening-needed-evidence.json");
    terminal_wait_text(terminal, "SWHardeningNeeded");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Evidence ── trusted-enclave-evidence.json");
    quit(terminal);
}

static void test_explain(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, ENTER); /* to the evidence */
    terminal_type(terminal, ENTER); /* its first check */
    terminal_wait_text(terminal, "Check ── format");
    terminal_wait_text(terminal, "WHAT IT PROVES");
    terminal_wait_text(terminal, "WHAT A FAILURE MEANS");
    terminal_wait_text(terminal, "WHAT TO DO");
    terminal_wait_text(terminal, "SOURCE");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Evidence ── trusted-enclave-evidence.json");
    terminal_escape(terminal); /* back to the list, and no further */
    terminal_escape(terminal);
    terminal_type(terminal, "j");
    terminal_wait_text(terminal, "Evidence ── expired-collateral-evidence.json");
    quit(terminal);
}

static void test_chain(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, TAB "G");
    terminal_wait_text(terminal, "CHAIN OF TRUST");
    terminal_wait_text(terminal, "└ quote");
    terminal_wait_text(terminal, "└ root  SIMULATED SGX Root CA");
    quit(terminal);
}

static void test_filter(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "/REJ");
    terminal_wait_text(terminal, "Inputs ── 1 of 4 ── /REJ");
    terminal_wait_text(terminal, "Evidence ── rejected-debug-enclave-evidence.json");
    terminal_type(terminal, "\177\177\177!trusted");
    terminal_wait_text(terminal, "2 of 4 ── /!trusted");
    terminal_type(terminal, "(");
    terminal_wait_text(terminal, "this is no regular expression");
    terminal_type(terminal, "\177" ENTER);
    terminal_wait_text(terminal, "2 of 4 ── /!trusted");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Inputs ── 4 ─");
    quit(terminal);
}

/* An expression that backtracks without end must not hold a key up. */
static void test_hostile_filter(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "/(.*.*.*.*.*.*.*.*.*)*\\1$x");
    terminal_wait_text(terminal, "0 of 4");
    terminal_escape(terminal);
    terminal_wait_text(terminal, "Inputs ── 4 ─");
    quit(terminal);
}

static void test_sort(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    g_autofree char *first = NULL;

    terminal_type(terminal, ">");
    terminal_wait_text(terminal, "NAME ▴");
    terminal_type(terminal, ">");
    terminal_wait_text(terminal, "VERDICT ▴");
    terminal_wait_answer(terminal);
    first = terminal_row(terminal, 3);
    g_assert_nonnull(strstr(first, "REJECTED"));
    terminal_type(terminal, "=");
    terminal_wait_text(terminal, "VERDICT ▾");
    /* the selection stayed on its row */
    terminal_wait_text(terminal, "Evidence ── trusted-enclave-evidence.json");
    terminal_type(terminal, "<<");
    terminal_wait_gone(terminal, "▾");
    quit(terminal);
}

static void test_marks(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "  ");
    terminal_wait_text(terminal, "2 marked");
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "verifying 2 inputs again");
    terminal_wait_text(terminal, "1 trusted · 1 trusted with warnings · 1 expired · 1 REJECTED");
    terminal_type(terminal, "u");
    terminal_wait_gone(terminal, "marked");
    quit(terminal);
}

static void test_expectations(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "e");
    terminal_wait_text(terminal, "What is expected");
    terminal_type(terminal, "12xy");
    terminal_wait_text(terminal, "only the digits");
    terminal_type(terminal, "\025"
                            "1234");
    terminal_wait_text(terminal, "4 of 64 hex digits");
    terminal_type(terminal, ENTER); /* not taken */
    terminal_wait_text(terminal, "MRENCLAVE: 4 of 64 hex digits");
    terminal_type(terminal, "\025"
                            "000102030405060708090a0b0c0d0e0f"
                            "101112131415161718191a1b1c1d1e1f" TAB TAB "/no/such/policy");
    terminal_wait_text(terminal, "/no/such/policy");
    terminal_wait_text(terminal, "No such file");
    terminal_type(terminal, "\025" TAB "yesterday");
    terminal_wait_text(terminal, "not a time");
    terminal_type(terminal, "\025" ENTER);
    terminal_wait_text(terminal, "4 REJECTED"); /* none has this MRENCLAVE */
    terminal_wait_gone(terminal, "What is expected");
    terminal_type(terminal, "Y");
    terminal_wait_text(terminal, "copied (OSC 52): mse-console verify");
    quit(terminal);
}

static bool wrote(Terminal *terminal, const void *bytes)
{
    return g_strstr_len((const char *)terminal->written->data, (gssize)terminal->written->len,
                        bytes) != NULL;
}

/* The mouse is the terminal's until it is asked for, and again afterwards. */
static void test_mouse(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    VTermScreenCell cell;
    VTermPos at;

    g_assert_false(wrote(terminal, "\033[?1000h"));
    terminal_type(terminal, "m");
    terminal_wait_text(terminal, "the mouse selects and scrolls here");
    g_assert_true(wrote(terminal, "\033[?1000h"));
    g_assert_true(terminal_find(terminal, "expired-", &cell, &at));
    g_autofree char *click = g_strdup_printf("\033[<0;%d;%dM\033[<0;%d;%dm", at.col + 1, at.row + 1,
                                             at.col + 1, at.row + 1);
    terminal_type(terminal, click);
    terminal_wait_text(terminal, "Evidence ── expired-collateral-evidence.json");
    g_autofree char *wheel = g_strdup_printf("\033[<65;%d;%dM", at.col + 1, at.row + 1);
    terminal_type(terminal, wheel);
    terminal_wait_text(terminal, "Evidence ── trusted-hardening-needed-evidence.json");
    terminal_forget(terminal);
    terminal_type(terminal, "m");
    terminal_wait_text(terminal, "the mouse is the terminal's again");
    g_assert_true(wrote(terminal, "\033[?1000l"));
    quit(terminal);
}

static void test_command_line(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, ":journal l" TAB);
    terminal_wait_text(terminal, ":journal list");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "┬ :journal list");
    terminal_escape(terminal);
    terminal_wait_gone(terminal, "┬ :journal list");
    terminal_type(terminal, ":");
    terminal_type(terminal, "\033[A"); /* history */
    terminal_wait_text(terminal, ":journal list");
    terminal_escape(terminal);
    terminal_type(terminal, ":nonsense" ENTER);
    terminal_wait_text(terminal, ":nonsense ── exit status 2");
    terminal_escape(terminal);
    terminal_type(terminal, ":se" TAB);
    terminal_wait_text(terminal, ":set");
    terminal_escape(terminal);
    terminal_type(terminal, ":set scheme=mono" ENTER);
    terminal_type(terminal, ":set nothing" ENTER);
    terminal_wait_text(terminal, "set what?");
    terminal_type(terminal, ":q" TAB ENTER);
    terminal_wait_end(terminal);
}

static void test_save_display(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    g_autofree char *path = g_build_filename(g_get_home_dir(), "display.txt", NULL);
    g_autofree char *line = g_strdup_printf(":save-display %s" ENTER, path);
    g_autofree char *saved = NULL, *again = NULL;
    GStatBuf status;

    terminal_wait_text(terminal, "✔ TRUSTED");
    terminal_type(terminal, line);
    terminal_wait_text(terminal, "written: ");
    g_assert_true(g_file_get_contents(path, &saved, NULL, NULL));
    g_assert_nonnull(strstr(saved, "┌ Inputs ── 4 ─"));
    g_assert_nonnull(strstr(saved, "✔ TRUSTED"));
    g_assert_null(strchr(saved, '\033'));
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    terminal_type(terminal, line); /* nothing is overwritten */
    terminal_wait_text(terminal, "is there already; give another name");
    g_assert_true(g_file_get_contents(path, &again, NULL, NULL));
    g_assert_cmpstr(again, ==, saved);
    g_unlink(path);
    quit(terminal);
}

static void test_export(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    g_autofree char *path = g_build_filename(g_get_home_dir(), "judged.json", NULL);
    g_autofree char *keys = g_strdup_printf("x\025%s" ENTER, path);

    terminal_type(terminal, keys);
    terminal_wait_text(terminal, "written: ");
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    terminal_type(terminal, keys); /* nothing is overwritten */
    terminal_wait_text(terminal, "is there already");
    g_unlink(path);
    quit(terminal);
}

static void test_zoom(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, TAB "z");
    terminal_wait_gone(terminal, "│");
    terminal_wait_text(terminal, "\n✔ TRUSTED"); /* from the first column: clean to copy */
    terminal_type(terminal, "z");
    terminal_wait_text(terminal, "│");
    quit(terminal);
}

static void test_help(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE");
    terminal_wait_text(terminal, "verify again what is marked");
    terminal_wait_text(terminal, "Esc back");
    g_assert_false(terminal_shows(terminal, "L logs")); /* no application, no hint at its panes */
    g_assert_false(terminal_shows(terminal, "$ secrets"));
    terminal_type(terminal, "/zoom\r");
    terminal_type(terminal, "\177");
    terminal_wait_gone(terminal, "IN THIS PANE");
    quit(terminal);
}

/* Every key of the table, in every pane, in every layout: the console lives and answers. */
static void test_every_key(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    KeyTable table;

    key_table_make(&table, NULL, NULL);
    for (unsigned pane = 0; pane < 3; pane++)
        for (unsigned command = 1; command < N_COMMANDS; command++) {
            char bytes[KEY_SEQUENCE_MAX + 1] = {0};
            Key key = table.keys[command][0];
            if (key == 0 || command == COMMAND_QUIT || command == COMMAND_SUSPEND)
                continue;
            terminal_type(terminal, pane == 0 ? "1" : pane == 1 ? "2" : "2\r");
            key_bytes(key, bytes);
            terminal_type(terminal, bytes);
            terminal_type(terminal, ESC ESC ESC);
            terminal_wait_answer(terminal);
        }
    terminal_type(terminal, "1g");
    terminal_wait_text(terminal, "Evidence ── trusted-enclave-evidence.json");
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

/* What OSC 52 last carried, decoded. */
static char *copied(const Terminal *terminal)
{
    static const char start[] = "\033]52;c;";
    g_autofree char *written =
        g_strndup((const char *)terminal->written->data, terminal->written->len);
    const char *at = g_strrstr(written, start);
    g_autofree char *base64 = NULL;
    gsize size;
    g_autofree guchar *bytes = NULL;

    g_assert_nonnull(at);
    at += strlen(start);
    base64 = g_strndup(at, strcspn(at, "\007\033"));
    bytes = g_base64_decode(base64, &size);
    return g_strndup((const char *)bytes, size);
}

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

/* Measurements are shown with an ellipsis, opened and copied whole. */
static void test_copy(void)
{
    g_autoptr(Terminal) terminal = open_judged();
    g_autofree char *name = NULL, *chosen = NULL, *opened = NULL;

    terminal_forget(terminal);
    terminal_type(terminal, "y");
    terminal_wait_text(terminal, "copied (OSC 52): trusted-enclave-evidence.json");
    name = copied(terminal);
    g_assert_cmpstr(name, ==, "trusted-enclave-evidence.json");

    terminal_type(terminal,
                  TAB "tkkk"); /* just above the chain: MRENCLAVE, MRSIGNER, report data */
    terminal_forget(terminal);
    terminal_type(terminal, "y");
    terminal_wait_text(terminal, "copied (OSC 52): MRENCLAVE ");
    chosen = copied(terminal);
    g_assert_true(is_hex(chosen, 64));

    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "Check ── mrenclave");
    terminal_forget(terminal);
    terminal_type(terminal, "y");
    terminal_wait_text(terminal, "copied (OSC 52): mrenclave ");
    opened = copied(terminal);
    g_assert_cmpstr(opened, ==, chosen);
    quit(terminal);
}

static void test_to_the_chain(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, TAB "t");
    terminal_wait_text(terminal, "CHAIN OF TRUST");
    terminal_wait_text(terminal, "└ pck  Intel SGX PCK Certificate");
    terminal_wait_text(terminal, "✔ qe-identity  QE identity");
    terminal_type(terminal, "t");
    terminal_wait_text(terminal, "✔ TRUSTED");
    quit(terminal);
}

/* Meaning first, and nothing of it cut at 120 columns. */
static void test_rejected_headline(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "jj");
    terminal_wait_text(terminal, "✖ REJECTED  debug failed");
    terminal_wait_text(terminal, "A debugger may read every secret in it: it protects nothing.");
    terminal_wait_text(terminal, "its documents are valid from");
    terminal_wait_text(terminal, "judged as of");
    quit(terminal);
}

/* Paths are completed as they must be typed, step by step, hidden ones only when asked for. */
static void test_complete_path(void)
{
    g_autofree char *directory = g_dir_make_tmp("paths-XXXXXX", NULL);
    g_autofree char *inner = g_build_filename(directory, "sub dir", NULL);
    g_autofree char *file = g_build_filename(inner, "only one.json", NULL);
    g_autofree char *hidden = g_build_filename(inner, ".hidden", NULL);
    TerminalOptions options = {.columns = 120, .rows = 36, .directory = directory};
    g_autoptr(Terminal) terminal = NULL;

    g_assert_cmpint(g_mkdir(inner, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, "{}", -1, NULL));
    g_assert_true(g_file_set_contents(hidden, "{}", -1, NULL));
    terminal = terminal_start_console((const char *const[]){NULL}, &options);
    terminal_wait_text(terminal, "q quit");
    terminal_type(terminal, ":inspect s" TAB);
    terminal_wait_text(terminal, ":inspect sub\\ dir/");
    terminal_type(terminal, TAB);
    terminal_wait_text(terminal, ":inspect sub\\ dir/only\\ one.json");
    terminal_escape(terminal);
    terminal_type(terminal, ":inspect nowhere/x" TAB "y");
    terminal_wait_text(terminal, ":inspect nowhere/xy");
    terminal_escape(terminal);
    quit(terminal);
    g_unlink(file);
    g_unlink(hidden);
    g_rmdir(inner);
    g_rmdir(directory);
}

static unsigned journal_lines(void)
{
    g_autofree char *path =
        g_build_filename(g_get_home_dir(), ".local", "state", "mse-console", "journal.jsonl", NULL);
    g_autofree char *text = NULL;
    unsigned n = 0;

    if (g_file_get_contents(path, &text, NULL, NULL))
        for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
            n++;
    return n;
}

/* More than are kept whole: what was let go is judged again when it is looked at, as it was judged
 * before and without another line in the journal; a file that changed meanwhile is news. */
static void test_let_go(void)
{
    enum { FILES = 300 };
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *directory = g_dir_make_tmp("let-go-XXXXXX", NULL);
    g_autofree char *sample = terminal_sample(names[0]);
    g_autofree char *other = terminal_sample(names[2]);
    g_autofree char *second = g_build_filename(directory, "001.json", NULL);
    TerminalOptions options = {.columns = 120, .rows = 36, .directory = directory};
    Terminal *terminal;
    unsigned lines;

    for (int i = 0; i < FILES; i++) {
        char *name = g_strdup_printf("%03d.json", i);
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_assert_cmpint(symlink(sample, path), ==, 0);
        g_ptr_array_add(files, name);
    }
    g_ptr_array_add(files, NULL);
    lines = journal_lines();
    terminal = terminal_start_console((const char *const *)files->pdata, &options);
    terminal_wait_text(terminal, "Inputs ── 300 ─");
    terminal_type(terminal, "G");
    terminal_wait_text(terminal, "300 trusted");
    terminal_wait_text(terminal, "✔ crl");
    g_assert_cmpuint(journal_lines(), ==, lines + FILES);

    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Evidence ── 000.json");
    terminal_wait_text(terminal, "✔ crl");
    g_assert_cmpuint(journal_lines(), ==, lines + FILES);

    g_assert_cmpint(g_unlink(second), ==, 0);
    g_assert_cmpint(symlink(other, second), ==, 0);
    terminal_type(terminal, "j");
    terminal_wait_text(terminal, "299 trusted · 1 REJECTED");
    terminal_wait_text(terminal, "DEBUG: its memory can be read");
    g_assert_cmpuint(journal_lines(), ==, lines + FILES + 1);
    quit(terminal);
    terminal_free(terminal);
    for (unsigned i = 0; i < FILES; i++) {
        g_autofree char *path = g_build_filename(directory, files->pdata[i], NULL);
        g_unlink(path);
    }
    g_rmdir(directory);
}

static void test_unbound_key(void)
{
    g_autoptr(Terminal) terminal = open_judged();

    terminal_type(terminal, "\001"); /* Ctrl-A: somebody's prefix */
    terminal_wait_text(terminal, "C-a does nothing here");
    quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/console/verdicts", test_verdicts);
    g_test_add_func("/console/selection-follows", test_selection_follows);
    g_test_add_func("/console/explain", test_explain);
    g_test_add_func("/console/chain", test_chain);
    g_test_add_func("/console/filter", test_filter);
    g_test_add_func("/console/hostile-filter", test_hostile_filter);
    g_test_add_func("/console/sort", test_sort);
    g_test_add_func("/console/marks", test_marks);
    g_test_add_func("/console/expectations", test_expectations);
    g_test_add_func("/console/mouse", test_mouse);
    g_test_add_func("/console/command-line", test_command_line);
    g_test_add_func("/console/save-display", test_save_display);
    g_test_add_func("/console/export", test_export);
    g_test_add_func("/console/zoom", test_zoom);
    g_test_add_func("/console/help", test_help);
    g_test_add_func("/console/every-key", test_every_key);
    g_test_add_func("/console/unbound-key", test_unbound_key);
    g_test_add_func("/console/copy", test_copy);
    g_test_add_func("/console/to-the-chain", test_to_the_chain);
    g_test_add_func("/console/rejected-headline", test_rejected_headline);
    g_test_add_func("/console/complete-path", test_complete_path);
    g_test_add_func("/console/let-go", test_let_go);
    return g_test_run();
}
