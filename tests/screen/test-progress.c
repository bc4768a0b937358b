/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The progress of a verb in a shell: one line at the end of a terminal's output while it works, no
 * trace of it afterwards, and none at all where standard error is no terminal or JSON is wanted.
 */
#include "config.h"

#include "demo.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE (96 * 1024 * 1024)

static char *large_file(void)
{
    char *path = g_build_filename(g_get_home_dir(), "large", NULL);

    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    g_assert_cmpint(truncate(path, LARGE), ==, 0);
    return path;
}

static char *key_file(void)
{
    char *path = g_build_filename(g_get_home_dir(), "large.key", NULL);

    g_assert_true(g_file_set_contents(path, "01234567890123456789012345678901", 32, NULL));
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    return path;
}

/* How often a text was written. */
static unsigned times_written(const Terminal *terminal, const char *text)
{
    g_autofree char *written =
        g_strndup((const char *)terminal->written->data, terminal->written->len);
    unsigned n = 0;

    for (const char *at = written; (at = strstr(at, text)) != NULL; at += strlen(text))
        n++;
    return n;
}

/* `sh -c` with these after it; until it has ended. */
static Terminal *run(const char *script, const char *term)
{
    g_autofree char *console = demo_program("mse-console");
    g_autofree char *input = large_file(), *key = key_file();
    g_autofree char *output = g_strconcat(input, ".enc", NULL);
    const char *argv[] = {"/bin/sh", "-c", script, console, key, output, input, NULL};
    const char *environment[] = {term, NULL};
    const TerminalOptions options = {.columns = 60, .rows = 15, .environment = environment};
    gint64 began = g_get_monotonic_time();
    Terminal *terminal = terminal_start(argv, &options);
    unsigned most;

    terminal_wait_text(terminal, "over");
    /* Ten times a second, when it begins and when it ends, for as long as it took. */
    most = 4 + (unsigned)((g_get_monotonic_time() - began) / 100000);
    g_assert_cmpuint(times_written(terminal, "\rreading: "), <=, most);
    g_unlink(output);
    return terminal;
}

#define ENCRYPT "\"$0\" home encrypt --key \"$1\" --output \"$2\" \"$3\" "

static void test_drawn(void)
{
    g_autoptr(Terminal) terminal = run(ENCRYPT "; echo over", "TERM=xterm-256color");

    g_assert_cmpuint(times_written(terminal, "\rreading: "), >=, 2);
    g_assert_cmpuint(times_written(terminal, "of 96 MiB ("), >=, 2);
    g_assert_cmpuint(times_written(terminal, "of 96 MiB (100 %)"), >=, 1);
    g_assert_false(terminal_shows(terminal, "reading"));
    terminal_wait_end(terminal);
}

static void test_not_drawn(void)
{
    static const struct {
        const char *script, *term;
    } rows[] = {
        {ENCRYPT "2>\"$2.err\"; cat \"$2.err\"; echo over", "TERM=xterm-256color"},
        {ENCRYPT "--json; echo over", "TERM=xterm-256color"},
        {ENCRYPT "; echo over", "TERM=dumb"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Terminal) terminal = run(rows[i].script, rows[i].term);
        g_assert_cmpuint(times_written(terminal, "reading"), ==, 0);
        terminal_wait_end(terminal);
    }
}

/* What is printed stands where it would without: nothing is left of the line beside it. */
static void test_rows_are_whole(void)
{
    const char *samples = terminal_samples();
    g_autofree char *console = demo_program("mse-console");
    g_autofree char *first = NULL, *second = NULL;
    const TerminalOptions options = {.columns = 200, .rows = 24};
    g_autoptr(Terminal) terminal = NULL;

    if (samples == NULL)
        return;
    first = terminal_sample("trusted-enclave-evidence.json");
    second = terminal_sample("rejected-debug-enclave-evidence.json");
    {
        const char *argv[] = {"/bin/sh", "-c",  "\"$0\" verify \"$1\" \"$2\" \"$1\"; echo over",
                              console,   first, second,
                              NULL};
        terminal = terminal_start(argv, &options);
    }
    terminal_wait_text(terminal, "over");
    g_assert_cmpuint(times_written(terminal, "\rverifying: "), >=, 1);
    g_assert_false(terminal_shows(terminal, "verifying"));
    for (int row = 0; row < 3; row++) {
        g_autofree char *text = terminal_row(terminal, row);
        g_assert_true(g_str_has_prefix(text, "✔ ") || g_str_has_prefix(text, "✖ "));
    }
    terminal_wait_end(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/progress/drawn", test_drawn);
    g_test_add_func("/progress/not-drawn", test_not_drawn);
    g_test_add_func("/progress/rows-are-whole", test_rows_are_whole);
    return g_test_run();
}
