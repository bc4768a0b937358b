/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The terminal is taken and given back: signals, crashes, suspension, sizes, colours, terminals
 * that can little or have gone.
 */
#include "config.h"

#include "terminal.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 120 };

static const char *const one[] = {"trusted-enclave-evidence.json", NULL};

static Terminal *open_one(int columns, int rows, const char *const *environment)
{
    TerminalOptions options = {.columns = columns,
                               .rows = rows,
                               .environment = environment,
                               .directory = terminal_samples()};

    return terminal_start_console(one, &options);
}

static Terminal *open_judged(const char *const *environment)
{
    Terminal *terminal = open_one(120, 36, environment);

    terminal_wait_text(terminal, "1 trusted");
    terminal_wait_text(terminal, "✔ TRUSTED");
    terminal_wait_text(terminal, "q quit"); /* the last line: all of it */
    return terminal;
}

static bool written_contains(const Terminal *terminal, const char *bytes)
{
    g_autofree char *all = g_strndup((const char *)terminal->written->data, terminal->written->len);

    return strstr(all, bytes) != NULL;
}

/* As it was: settings, first screen, cursor, colours. */
static void assert_restored(Terminal *terminal)
{
    struct termios now;

    g_assert_cmpint(tcgetattr(terminal->master, &now), ==, 0);
    g_assert_cmpint(now.c_lflag & (ICANON | ECHO | ISIG), ==,
                    terminal->before.c_lflag & (ICANON | ECHO | ISIG));
    g_assert_cmpint(now.c_iflag & (ICRNL | IXON), ==, terminal->before.c_iflag & (ICRNL | IXON));
    g_assert_cmpint(now.c_oflag, ==, terminal->before.c_oflag);
    g_assert_cmpint(now.c_cc[VINTR], ==, terminal->before.c_cc[VINTR]);
    g_assert_cmpint(now.c_cc[VSUSP], ==, terminal->before.c_cc[VSUSP]);
    g_assert_false(terminal->alternate);
    g_assert_true(terminal->cursor_visible);
    g_assert_true(written_contains(terminal, "\033[?1049l")); /* rmcup */
    g_assert_true(written_contains(terminal, "\033[?1l"));    /* rmkx */
}

static void test_quit_restores(void)
{
    g_autoptr(Terminal) terminal = open_judged(NULL);

    g_assert_true(terminal->alternate);
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
    assert_restored(terminal);
}

static void test_signal_restores(gconstpointer data)
{
    int number = GPOINTER_TO_INT(data);
    g_autoptr(Terminal) terminal = open_judged(NULL);
    int status;

    kill(terminal->child, number);
    status = terminal_wait_end(terminal);
    if (WIFEXITED(status)) /* a sanitizer may end it in its own way */
        g_assert_cmpint(WEXITSTATUS(status), !=, 0);
    else
        g_assert_cmpint(WTERMSIG(status), ==, number);
    assert_restored(terminal);
}

/* A thread of the process that is not the main one, while there is one. */
static pid_t other_thread(pid_t process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)process);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        pid_t thread = (pid_t)g_ascii_strtoll(name, NULL, 10);
        if (thread != process)
            return thread;
    }
    return 0;
}

/* A job that waits for as long as it is let: reading a pipe that nobody writes. */
static void test_crash_in_a_thread(void)
{
    g_autofree char *fifo = g_build_filename(g_get_home_dir(), "fifo", NULL);
    const char *files[] = {fifo, NULL};
    TerminalOptions options = {.directory = terminal_samples()};
    g_autoptr(Terminal) terminal = NULL;
    pid_t thread = 0;
    gint64 deadline = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    terminal = terminal_start_console(files, &options);
    terminal_wait_text(terminal, "Inputs ── 1");
    do /* one that has just ended is not hit */
        thread = other_thread(terminal->child);
    while ((thread == 0 || syscall(SYS_tgkill, terminal->child, thread, SIGSEGV) != 0) &&
           g_get_monotonic_time() < deadline);
    g_assert_cmpint(thread, !=, 0);
    terminal_wait_end(terminal);
    assert_restored(terminal);
    unlink(fifo);
}

static void test_terminal_vanishes(void)
{
    g_autoptr(Terminal) terminal = open_judged(NULL);
    int status, null;
    gint64 deadline = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;

    close(terminal->master);
    while (waitpid(terminal->child, &status, WNOHANG) == 0)
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    terminal->ended = true;
    null = dup(STDIN_FILENO); /* for terminal_free to close */
    terminal->master = null;
    g_assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGHUP : WEXITSTATUS(status) != 0);
}

static void test_suspend(void)
{
    const char *samples = terminal_samples();
    g_autofree char *config = g_build_filename(samples, "settings", "config.toml", NULL);
    g_autofree char *program =
        g_getenv("MSE_TEST_CONSOLE") != NULL
            ? g_strdup(g_getenv("MSE_TEST_CONSOLE"))
            : g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    g_autofree char *script = g_strdup_printf(
        "set -m; '%s' %s; echo stopped-here; read line; fg >/dev/null; echo over", program, one[0]);
    const char *argv[] = {"/bin/bash", "-c", script, NULL};
    TerminalOptions options = {.directory = samples};
    g_autoptr(Terminal) terminal = NULL;

    if (!g_file_test("/bin/bash", G_FILE_TEST_IS_EXECUTABLE)) {
        g_test_skip("no bash here");
        return;
    }
    g_setenv("MSE_CONSOLE_CONFIG", config, TRUE);
    terminal = terminal_start(argv, &options);
    terminal_wait_text(terminal, "1 trusted");
    terminal_type(terminal, "\032");
    terminal_wait_text(terminal, "stopped-here");
    g_assert_false(terminal->alternate);
    g_assert_true(terminal->cursor_visible);
    terminal_type(terminal, "\n");
    terminal_wait_text(terminal, "1 trusted");
    g_assert_true(terminal->alternate);
    terminal_type(terminal, "?"); /* keys come as before */
    terminal_wait_text(terminal, "IN THIS PANE");
    terminal_type(terminal, "q");
    terminal_wait_text(terminal, "over");
    terminal_wait_end(terminal);
}

static void test_sizes(void)
{
    static const int sizes[][2] = {{200, 60}, {120, 36}, {100, 30}, {80, 24}, {79, 24},
                                   {60, 15},  {59, 14},  {40, 10},  {39, 9},  {20, 5},
                                   {12, 4},   {11, 3},   {5, 2},    {2, 2},   {1, 1},
                                   {1, 40},   {200, 1},  {80, 24},  {200, 60}};
    g_autoptr(Terminal) terminal = open_one(200, 60, NULL);

    terminal_wait_text(terminal, "1 trusted");
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        terminal_resize(terminal, sizes[i][0], sizes[i][1]);
        terminal_wait_answer(terminal);
        terminal_type(terminal, i % 2 ? "\tj" : "zkz:\033?\033"); /* whatever it is: it lives */
        terminal_wait_answer(terminal);
    }
    terminal_wait_text(terminal, "1 trusted");
    terminal_wait_text(terminal, "Inputs ── 1");
    terminal_wait_text(terminal, "Evidence ── trusted-enclave-evidence.json");
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
}

static void test_layouts(void)
{
    g_autoptr(Terminal) terminal = open_one(80, 24, NULL);

    terminal_wait_text(terminal, "┬ Evidence");
    terminal_resize(terminal, 79, 24);
    terminal_wait_gone(terminal, "Evidence");
    terminal_wait_text(terminal, "┌ Inputs");
    terminal_type(terminal, "\t");
    terminal_wait_text(terminal, "┌ Evidence");
    terminal_wait_gone(terminal, "Inputs");
    terminal_resize(terminal, 60, 15);
    terminal_wait_text(terminal, "✔ TRUSTED");
    terminal_resize(terminal, 10, 4);
    terminal_wait_text(terminal, "too small");
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

/* A size that is there from the start. */
static void test_tiny_start(void)
{
    g_autoptr(Terminal) terminal = open_one(1, 1, NULL);

    terminal_wait_answer(terminal);
    terminal_resize(terminal, 120, 36);
    terminal_wait_text(terminal, "1 trusted");
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
}

/* ---- colours ---- */

static VTermColor colour_of(Terminal *terminal, const char *text)
{
    VTermScreenCell cell;
    VTermPos at;

    g_assert_true(terminal_find(terminal, text, &cell, &at));
    return cell.fg;
}

static void test_colours(void)
{
    static const char *const environment[] = {"TERM=xterm-256color", NULL};
    g_autoptr(Terminal) terminal = open_judged(environment);
    VTermColor green = colour_of(terminal, "✔ TRUSTED");
    VTermScreenCell cell;
    VTermPos at;

    g_assert_true(VTERM_COLOR_IS_INDEXED(&green));
    g_assert_cmpint(green.indexed.idx, ==, 2);
    g_assert_true(terminal_find(terminal, "▸", &cell, &at));
    g_assert_true(cell.attrs.reverse); /* the selection */
    g_assert_true(terminal_find(terminal, " SIMULATED ", &cell, &at));
    g_assert_true(cell.attrs.reverse);
    /* the terminal's own background everywhere */
    g_assert_true(terminal_find(terminal, "mse-console", &cell, &at));
    g_assert_true(VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
    terminal_type(terminal, ":set scheme=dark\r");
    terminal_wait_answer(terminal);
    g_assert_true(terminal_find(terminal, "mse-console", &cell, &at));
    g_assert_false(VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
    terminal_type(terminal, ":set scheme=terminal\r");
    terminal_wait_answer(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

static void assert_no_colour(Terminal *terminal)
{
    g_autofree char *all = NULL;
    VTermColor colour;

    terminal_wait_answer(terminal); /* the whole screen */
    all = g_strndup((const char *)terminal->written->data, terminal->written->len);
    colour = colour_of(terminal, "✔ TRUSTED");
    g_assert_true(VTERM_COLOR_IS_DEFAULT_FG(&colour));
    for (unsigned n = 0; n < 8; n++) {
        g_autofree char *foreground = g_strdup_printf("\033[3%um", n);
        g_assert_null(strstr(all, foreground));
    }
    g_assert_null(strstr(all, "38;5;"));
    g_assert_null(strstr(all, "38;2;"));
}

static void test_no_color(void)
{
    static const char *const environment[] = {"NO_COLOR=1", NULL};
    g_autoptr(Terminal) terminal = open_judged(environment);

    assert_no_colour(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

static void test_mono_terminal(void)
{
    static const char *const environment[] = {"TERM=vt220", NULL};
    TerminalOptions options = {.environment = environment, .directory = terminal_samples()};
    g_autoptr(Terminal) terminal = terminal_start_console(one, &options);

    terminal_wait_text(terminal, "TRUSTED");
    assert_no_colour(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

static void check_eight_colours(const char *term)
{
    const char *const environment[] = {term, NULL};
    g_autoptr(Terminal) terminal = open_judged(environment);
    VTermColor green = colour_of(terminal, "✔ TRUSTED");

    g_assert_true(VTERM_COLOR_IS_INDEXED(&green));
    g_assert_cmpint(green.indexed.idx, ==, 2);
    terminal_type(terminal, ":set scheme=light\r");
    terminal_wait_answer(terminal);
    g_assert_false(written_contains(terminal, "38;5;"));
    terminal_type(terminal, ":set scheme=terminal\r");
    terminal_wait_answer(terminal);
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
    g_assert_true(terminal->cursor_visible);
}

/* The kernel's console is such a one, without a second screen. */
static void test_eight_colours(void)
{
    check_eight_colours("TERM=xterm-color");
    check_eight_colours("TERM=linux");
}

static void test_direct_colour(void)
{
    static const char *const environment[] = {"TERM=xterm-direct", NULL};
    g_autoptr(Terminal) terminal = NULL;

    if (!g_file_test("/usr/share/terminfo/x/xterm-direct", G_FILE_TEST_EXISTS)) {
        g_test_skip("no description of xterm-direct here");
        return;
    }
    terminal = open_judged(environment);
    terminal_type(terminal, ":set scheme=dark\r");
    terminal_wait_answer(terminal);
    g_assert_true(written_contains(terminal, "38:2::135:215:135") ||
                  written_contains(terminal, "38;2;135;215;135"));
    terminal_type(terminal, ":set scheme=terminal\r");
    terminal_wait_answer(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

/* ---- terminals that can little ---- */

static void test_no_utf8(void)
{
    static const char *const environment[] = {"LC_ALL=C", "LANG=C", NULL};
    TerminalOptions options = {.environment = environment, .directory = terminal_samples()};
    g_autoptr(Terminal) terminal = terminal_start_console(one, &options);

    terminal_wait_text(terminal, "+ TRUSTED");
    terminal_wait_text(terminal, "+ Inputs -- 1 ---");
    for (unsigned i = 0; i < terminal->written->len; i++)
        g_assert_cmpint(terminal->written->data[i], <, 0x80);
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE");
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

static void test_dumb(void)
{
    static const char *const environment[] = {"TERM=dumb", NULL};
    TerminalOptions options = {.environment = environment, .directory = terminal_samples()};
    g_autoptr(Terminal) terminal = terminal_start_console(one, &options);

    terminal_wait_text(terminal, "TERM=dumb");
    terminal_wait_end(terminal);
    g_assert_false(written_contains(terminal, "\033"));
}

static void test_idle_is_silent(void)
{
    g_autoptr(Terminal) terminal = open_judged(NULL);
    gint64 minute;
    bool silent;

    terminal_wait_rest(terminal);
    /* But for the clock, which is a second late at most. */
    minute = (g_get_real_time() / G_USEC_PER_SEC - 2) / 60;
    silent = terminal_is_silent(terminal, 1000);
    g_assert_true(silent || minute != g_get_real_time() / G_USEC_PER_SEC / 60);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

static void test_interrupt_is_a_key(void)
{
    g_autoptr(Terminal) terminal = open_judged(NULL);

    terminal_wait_rest(terminal);
    terminal_type(terminal, "\003");
    terminal_wait_text(terminal, "nothing is running; q leaves");
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
}

static void test_keyboard_quit(void)
{
    g_autoptr(Terminal) terminal = open_judged(NULL);

    terminal_type(terminal, "\034"); /* Ctrl-\: the way out of anything */
    terminal_wait_end(terminal);
    assert_restored(terminal);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {
        {"/terminal/restored-after/TERM", SIGTERM}, {"/terminal/restored-after/HUP", SIGHUP},
        {"/terminal/restored-after/INT", SIGINT},   {"/terminal/restored-after/QUIT", SIGQUIT},
        {"/terminal/restored-after/SEGV", SIGSEGV}, {"/terminal/restored-after/ABRT", SIGABRT},
    };

    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terminal/restored-after/quit", test_quit_restores);
    for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++)
        g_test_add_data_func(signals[i].name, GINT_TO_POINTER(signals[i].number),
                             test_signal_restores);
    g_test_add_func("/terminal/restored-after/crash-in-a-thread", test_crash_in_a_thread);
    g_test_add_func("/terminal/restored-after/keyboard-quit", test_keyboard_quit);
    g_test_add_func("/terminal/vanishes", test_terminal_vanishes);
    g_test_add_func("/terminal/suspend", test_suspend);
    g_test_add_func("/terminal/sizes", test_sizes);
    g_test_add_func("/terminal/layouts", test_layouts);
    g_test_add_func("/terminal/tiny-start", test_tiny_start);
    g_test_add_func("/terminal/colours", test_colours);
    g_test_add_func("/terminal/no-color", test_no_color);
    g_test_add_func("/terminal/mono", test_mono_terminal);
    g_test_add_func("/terminal/eight-colours", test_eight_colours);
    g_test_add_func("/terminal/direct-colour", test_direct_colour);
    g_test_add_func("/terminal/no-utf8", test_no_utf8);
    g_test_add_func("/terminal/dumb", test_dumb);
    g_test_add_func("/terminal/idle-is-silent", test_idle_is_silent);
    g_test_add_func("/terminal/interrupt-is-a-key", test_interrupt_is_a_key);
    return g_test_run();
}
