/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The logs pane on a simulated engine: several logs merged, whole logs searched, restarts ruled,
 * lines handed to a pager, a file, the clipboard.
 */
#include "config.h"

#include "engine.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTER "\r"
#define TAB   "\t"

static Terminal *open_on(const Engine *engine, const char *const *more)
{
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", engine->socket);
    g_autoptr(GPtrArray) environment = g_ptr_array_new();
    TerminalOptions options = {.columns = 120, .rows = 36};

    g_ptr_array_add(environment, host);
    for (; more != NULL && *more != NULL; more++)
        g_ptr_array_add(environment, (void *)*more);
    g_ptr_array_add(environment, NULL);
    options.environment = (const char *const *)environment->pdata;
    return terminal_start_console(NULL, &options);
}

/* ---- several logs ---- */

static void test_merged(void)
{
    const char *options[] = {"--apps", "4",         "--seed", "1", "--rate",
                             "20",     "--history", "500",    NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 4 ─");
    terminal_type(terminal, "M");
    terminal_wait_text(terminal, "mark two applications or more");
    terminal_type(terminal, "   Mz");
    terminal_wait_text(terminal, "Logs ── 3 applications ── follow");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Reading args"); /* the oldest of all */
    terminal_type(terminal, "T");
    terminal_type(terminal, "MF");
    terminal_wait_gone(terminal, "3 applications");
    terminal_wait_text(terminal, "── follow");
    engine_quit(terminal);
    engine_clear(&engine);
}

static bool times_are_in_order(Terminal *terminal)
{
    g_autofree char *text = terminal_text(terminal);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    g_autofree char *last = g_strdup("");
    unsigned n = 0;

    for (unsigned i = 1; rows[i] != NULL; i++) {
        g_autofree char *time = g_strndup(rows[i], 8);
        if (strlen(time) < 8 || time[2] != ':' || time[5] != ':')
            continue;
        if (strcmp(time, last) < 0)
            return false;
        g_free(last);
        last = g_steal_pointer(&time);
        n++;
    }
    return n > 10;
}

static bool shows_two_in_order(Terminal *terminal, const void *names)
{
    const char *const *name = names;

    return terminal_shows(terminal, name[0]) && terminal_shows(terminal, name[1]) &&
           times_are_in_order(terminal);
}

/* What follows, of applications that write all the time: line by line in the order of times. */
static void test_merged_in_order(void)
{
    const char *options[] = {"--apps", "2", "--seed", "2", "--rate", "30", NULL};
    const char *names[2] = {"genome-eu-0", "genome-lab-1"};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 2 ─");
    terminal_type(terminal, "  R" TAB ENTER); /* whatever they were, they run */
    terminal_wait_text(terminal, "restarted: ");
    terminal_type(terminal, "MzT");
    terminal_wait(terminal, shows_two_in_order, names, "lines of both in the order of times");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- whole logs ---- */

/* A line in the first thousand of a million, of which a thousand are held. */
static void test_sweep(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "1000000", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lz/Untar the code" ENTER);
    terminal_wait_text(terminal, "/Untar the code: 0");
    terminal_type(terminal, "g/");
    terminal_wait_text(terminal, "search the whole log: g/");
    terminal_type(terminal, "Untar the c.de" ENTER);
    terminal_wait_text(terminal, "Untar the code");
    terminal_wait_text(terminal, "g/Untar the c.de");
    terminal_wait_text(terminal, "1 of 1000"); /* …000 lines */
    terminal_escape(terminal);
    terminal_wait_gone(terminal, "g/Untar");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* Everything matches: what is kept is bounded, what is found is counted; Ctrl-C ends it. */
static void test_sweep_bounded(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "5000000", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lzg/." ENTER); /* before the log is attached */
    terminal_wait_text(terminal, "the first 10000 are shown");
    terminal_type(terminal, "\003");
    terminal_wait_text(terminal, "── cancelled");
    terminal_type(terminal, "G");
    terminal_type(terminal, "g/(" ENTER);
    terminal_wait_text(terminal, "this is no regular expression");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- between the lines ---- */

static void test_restart_is_ruled(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", "--rate", "20", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "R" TAB ENTER);
    terminal_wait_text(terminal, "restarted: ");
    terminal_type(terminal, "Lz");
    terminal_type(terminal, "&started again|Reading args|ended" ENTER);
    terminal_wait_text(terminal, "· started again 20");
    engine_quit(terminal);
    /* The same of the past: who comes later sees it too. */
    terminal_free(terminal);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "Apps ── 1");
    terminal_type(terminal, "L&NOTHING" ENTER);
    terminal_wait_text(terminal, "&NOTHING: ");
    terminal_wait_text(terminal, "started again 20");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- filters, marks ---- */

static void test_bad_regex(void)
{
    const char *options[] = {"--apps", "1",      "--seed", "1", "--history",
                             "500",    "--rate", "20",     NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lz&(");
    terminal_wait_text(terminal, "this is no regular expression");
    terminal_type(terminal, "\177");
    terminal_wait_gone(terminal, "this is no regular expression");
    terminal_type(terminal, "![a-z]" ENTER); /* no line is without a letter */
    terminal_wait_text(terminal, "no line passes the filter");
    terminal_type(terminal, "&" ENTER "/(a*)*(a*)*(a*)*(a*)*b" ENTER);
    terminal_wait_text(terminal, "/(a*)*");
    terminal_type(terminal, "/POST|GET" ENTER "n");
    terminal_wait_text(terminal, "/POST|GET: ");
    engine_quit(terminal);
    engine_clear(&engine);
}

static bool is_marked(Terminal *terminal, const void *text)
{
    VTermScreenCell cell;
    VTermPos at;

    return terminal_find(terminal, text, &cell, &at) && cell.attrs.underline != 0;
}

/* What is searched for stands out, and nothing else of its line. */
static void test_match_stands_out(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "500", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lz");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Untar the code");
    terminal_type(terminal, "jk/the c.de" ENTER); /* right after g it would be g/ */
    terminal_wait(terminal, is_marked, "the code", "the match to stand out");
    g_assert_false(is_marked(terminal, "Untar"));
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- lines that leave ---- */

static void test_pager(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "500", "--hostile", NULL};
    g_autofree char *copy = g_build_filename(g_get_home_dir(), "paged", NULL);
    g_autofree char *pager =
        g_strdup_printf("PAGER=stat -L -c %%a /dev/stdin > '%s.mode'; tee '%s' | tail -3; "
                        "echo; echo THE PAGER; head -c 1 < /dev/tty",
                        copy, copy);
    const char *more[] = {pager, NULL};
    g_autofree char *content = NULL;
    g_autofree char *mode_path = g_strconcat(copy, ".mode", NULL);
    g_autofree char *mode = NULL;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, more);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "L");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Reading args");
    terminal_type(terminal, "|");
    terminal_wait_text(terminal, "THE PAGER");
    g_assert_false(terminal->alternate);
    terminal_type(terminal, "\003x" ENTER); /* Ctrl-C is the pager's; the console stays */
    terminal_wait_text(terminal, "Logs ── ");
    g_assert_true(terminal->alternate);
    g_assert_true(g_file_get_contents(copy, &content, NULL, NULL));
    g_assert_nonnull(strstr(content, "Reading args"));
    g_assert_nonnull(strstr(content, "\\x1b"));
    g_assert_null(strchr(content, '\033'));
    g_assert_true(g_file_get_contents(mode_path, &mode, NULL, NULL));
    g_assert_cmpstr(g_strstrip(mode), ==, "600");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_no_pager(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "500", NULL};
    const char *more[] = {"PAGER=/no/such/pager", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, more);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "L");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Reading args");
    terminal_type(terminal, "|");
    terminal_wait_text(terminal, "it ended with status 127");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_save(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "500", "--hostile", NULL};
    g_autofree char *path = g_build_filename(g_get_home_dir(), "saved.log", NULL);
    g_autofree char *keys = g_strdup_printf("\025%s" ENTER, path);
    g_autofree char *content = NULL;
    struct stat status;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    g_unlink(path);
    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "L");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "g");
    terminal_wait_text(terminal, "Reading args");
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "save to: ");
    terminal_type(terminal, keys);
    terminal_wait_text(terminal, "written: ");
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_nonnull(strchr(content, '\033')); /* as it came */
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    terminal_type(terminal, "s");
    terminal_wait_text(terminal, "save to: ");
    terminal_type(terminal, keys);
    terminal_wait_text(terminal, "is there already");
    engine_quit(terminal);
    engine_clear(&engine);
}

static bool wrote(Terminal *terminal, const void *bytes)
{
    return memmem(terminal->written->data, terminal->written->len, bytes, strlen(bytes)) != NULL;
}

static void test_yank(void)
{
    static const char *const ways[][2] = {
        {"TMUX", "copied (OSC 52): "},
        {"TMUX=/tmp/tmux,1,0", "copied (OSC 52, and through tmux): "},
    };
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "500", NULL};
    Engine engine;

    engine_start(&engine, options);
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        const char *more[] = {ways[i][0], NULL};
        g_autoptr(Terminal) terminal = open_on(&engine, more);
        terminal_wait_text(terminal, "┌ Apps ── 1 ─");
        terminal_type(terminal, "L");
        terminal_wait_text(terminal, "172.17.");
        terminal_type(terminal, "g");
        terminal_wait_text(terminal, "Reading args");
        terminal_type(terminal, "jk/Untar" ENTER "n");
        terminal_type(terminal, "y");
        terminal_wait_text(terminal, ways[i][1]);
        terminal_wait(terminal, wrote, "\033]52;c;", "OSC 52");
        g_assert_true(wrote(terminal, "\033Ptmux;\033\033]52;c;") == (i == 1));
        engine_quit(terminal);
    }
    engine_clear(&engine);
}

/* ---- what goes wrong ---- */

static void test_removed_while_read(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", "--rate", "20", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_on(&engine, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_wait_text(terminal, "Logs ── ");
    terminal_type(terminal, "S" TAB ENTER);
    terminal_wait_text(terminal, "stopped: ");
    terminal_wait_text(terminal, "── ended");
    terminal_wait_text(terminal, "exited"); /* a stopped one wants no name */
    terminal_type(terminal, "D" TAB ENTER);
    terminal_wait_text(terminal, "┌ Apps ── 0 ─");
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_memory_is_bounded(void)
{
    g_autofree char *config = g_build_filename(g_get_home_dir(), "logs.toml", NULL);
    const char *options[] = {"--apps", "1", "--seed", "1", "--history", "300000", NULL};
    Engine engine;
    g_autofree char *host = NULL;
    g_autofree char *settings = g_strdup_printf("MSE_CONSOLE_CONFIG=%s", config);
    const char *more[] = {settings, NULL};
    g_autoptr(Terminal) terminal = NULL;

    g_assert_true(g_file_set_contents(config, "[logs]\nmemory = 2\n", -1, NULL));
    engine_start(&engine, options);
    terminal = open_on(&engine, more);
    terminal_wait_text(terminal, "┌ Apps ── 1 ─");
    terminal_type(terminal, "Lz0");
    terminal_wait_text(terminal, "older lines dropped");
    engine_quit(terminal);
    engine_clear(&engine);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/logs/merged", test_merged);
    g_test_add_func("/logs/merged-in-order", test_merged_in_order);
    g_test_add_func("/logs/sweep", test_sweep);
    g_test_add_func("/logs/sweep-bounded", test_sweep_bounded);
    g_test_add_func("/logs/restart-is-ruled", test_restart_is_ruled);
    g_test_add_func("/logs/bad-regex", test_bad_regex);
    g_test_add_func("/logs/match-stands-out", test_match_stands_out);
    g_test_add_func("/logs/pager", test_pager);
    g_test_add_func("/logs/no-pager", test_no_pager);
    g_test_add_func("/logs/save", test_save);
    g_test_add_func("/logs/yank", test_yank);
    g_test_add_func("/logs/removed-while-read", test_removed_while_read);
    g_test_add_func("/logs/memory-is-bounded", test_memory_is_bounded);
    return g_test_run();
}
