/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

enum {
    DEADLINE_SECONDS = 120,   /* of a wait: only what is wrong takes as long, on any machine */
    ANSWER_MILLISECONDS = 50, /* longer than a lone Esc is waited for */
    REST_MILLISECONDS = 500,
};

/* ---- starting ---- */

static int on_property(VTermProp property, VTermValue *value, void *data)
{
    Terminal *terminal = data;

    if (property == VTERM_PROP_ALTSCREEN)
        terminal->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        terminal->cursor_visible = value->boolean;
    return 1;
}

static void apply_environment(const char *const *environment)
{
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *equals = strchr(*environment, '=');
        g_autofree char *name = NULL;
        if (equals == NULL) {
            unsetenv(*environment);
            continue;
        }
        name = g_strndup(*environment, (gsize)(equals - *environment));
        setenv(name, equals + 1, 1);
    }
}

static void become(const char *const *argv, const TerminalOptions *options)
{
    unsetenv("LINES");
    unsetenv("COLUMNS");
    apply_environment(options->environment);
    if (options->directory != NULL && chdir(options->directory) != 0)
        _exit(126);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

/* As forkpty does, but its settings are read before the program can change them. */
static void open_terminal(Terminal *terminal, const struct winsize *size, const char *const *argv,
                          const TerminalOptions *options)
{
    int slave;

    g_assert_cmpint(openpty(&terminal->master, &slave, NULL, NULL, size), ==, 0);
    tcgetattr(slave, &terminal->before);
    terminal->child = fork();
    g_assert_cmpint(terminal->child, >=, 0);
    if (terminal->child == 0) {
        close(terminal->master);
        if (login_tty(slave) != 0)
            _exit(126);
        become(argv, options);
    }
    close(slave);
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

Terminal *terminal_start(const char *const *argv, const TerminalOptions *options)
{
    static const TerminalOptions defaults = {0};
    Terminal *terminal = g_new0(Terminal, 1);
    struct winsize size;

    options = options != NULL ? options : &defaults;
    size = (struct winsize){.ws_col = (unsigned short)(options->columns ? options->columns : 120),
                            .ws_row = (unsigned short)(options->rows ? options->rows : 36)};
    open_terminal(terminal, &size, argv, options);
    terminal->vterm = vterm_new(size.ws_row, size.ws_col);
    vterm_set_utf8(terminal->vterm, 1);
    terminal->screen = vterm_obtain_screen(terminal->vterm);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
    vterm_screen_reset(terminal->screen, 1);
    terminal->written = g_byte_array_new();
    terminal->cursor_visible = true;
    return terminal;
}

static const char *program(void)
{
    const char *build = g_getenv("MSE_TEST_BUILD");
    static char *path;

    if (path == NULL)
        path = g_build_filename(build != NULL ? build : ".", "mse-console", NULL);
    return path;
}

Terminal *terminal_start_console(const char *const *files, const TerminalOptions *options)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *configured = terminal_samples();
    g_autofree char *config =
        configured == NULL ? NULL : g_build_filename(configured, "settings", "config.toml", NULL);

    if (config != NULL)
        g_setenv("MSE_CONSOLE_CONFIG", config, TRUE);
    g_ptr_array_add(
        argv, (void *)(g_getenv("MSE_TEST_CONSOLE") ? g_getenv("MSE_TEST_CONSOLE") : program()));
    for (; files != NULL && *files != NULL; files++)
        g_ptr_array_add(argv, (void *)*files);
    g_ptr_array_add(argv, NULL);
    return terminal_start((const char *const *)argv->pdata, options);
}

/* ---- samples ---- */

const char *terminal_samples(void)
{
    static char *directory;
    g_autofree char *sim = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
    g_autofree char *target = g_build_filename(g_get_home_dir(), "samples", NULL);
    const char *argv[] = {sim, "samples", target, NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (directory != NULL)
        return directory;
    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                      &status, &error))
        g_error("mse-sim samples: %s", error->message);
    g_assert_cmpint(status, ==, 0);
    directory = g_strdup(target);
    return directory;
}

char *terminal_sample(const char *name)
{
    return g_build_filename(terminal_samples(), name, NULL);
}

/* ---- in and out ---- */

/* What the terminal answers to the program's questions. */
static void send_answers(Terminal *terminal)
{
    char bytes[256];
    size_t n;

    while ((n = vterm_output_read(terminal->vterm, bytes, sizeof bytes)) > 0) {
        ssize_t written = write(terminal->master, bytes, n);
        (void)written;
    }
}

static void check_emitted(Terminal *terminal, const char *bytes, size_t size)
{
    g_autofree char *wrong = emitted_take(&terminal->emitted, (const uint8_t *)bytes, size);

    if (wrong != NULL)
        g_error("the program wrote %s", wrong);
    if (g_strstr_len(bytes, (gssize)size, "(null)") != NULL)
        g_error("the program wrote a text that is none: (null)");
}

/* Waits at most so long for the program to write; false when it did not, or ended. */
static bool take_in(Terminal *terminal, int milliseconds)
{
    struct pollfd watched = {.fd = terminal->master, .events = POLLIN};
    char bytes[65536];
    ssize_t n;

    if (poll(&watched, 1, milliseconds) <= 0)
        return false;
    n = read(terminal->master, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    g_byte_array_append(terminal->written, (const guint8 *)bytes, (guint)n);
    check_emitted(terminal, bytes, (size_t)n);
    vterm_input_write(terminal->vterm, bytes, (size_t)n);
    send_answers(terminal);
    return true;
}

/* Each y and Y may be answered by one copy to the clipboard, and nothing else is. */
static void allow_copies(Terminal *terminal, const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        terminal->emitted.copies += *bytes == 'y' || *bytes == 'Y';
}

void terminal_type(Terminal *terminal, const char *bytes)
{
    size_t left = strlen(bytes);

    allow_copies(terminal, bytes);
    while (left > 0) {
        ssize_t n = write(terminal->master, bytes, left);
        g_assert_cmpint(n, >, 0);
        bytes += n;
        left -= (size_t)n;
    }
}

/* ---- whether it waits ---- */

/* Silence alone says nothing of a program that was not let run yet: all keys were taken, and … */
static bool took_all_keys(const Terminal *terminal)
{
    int slave = open(ptsname(terminal->master), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int left = 0;

    if (slave < 0)
        return true; /* it has hung up */
    ioctl(slave, FIONREAD, &left);
    close(slave);
    return left == 0;
}

/* … the thread sleeps. What cannot be looked at has ended. */
static bool thread_waits(pid_t process, const char *thread)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%s/stat", (int)process, thread);
    g_autofree char *text = NULL;
    const char *state;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return true;
    state = strrchr(text, ')');
    return state == NULL || (state[2] != 'R' && state[2] != 'D');
}

static bool main_thread_waits(pid_t process)
{
    g_autofree char *thread = g_strdup_printf("%d", (int)process);

    return thread_waits(process, thread);
}

static bool all_threads_wait(pid_t process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)process);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *thread;

    while (directory != NULL && (thread = g_dir_read_name(directory)) != NULL)
        if (!thread_waits(process, thread))
            return false;
    return true;
}

/* Before a silence, and after it: what began to wait for the rest of a sequence has given up. */
static bool waits_for(Terminal *terminal, bool (*waits)(pid_t process), int milliseconds)
{
    return took_all_keys(terminal) && waits(terminal->child) &&
           terminal_is_silent(terminal, milliseconds) && took_all_keys(terminal) &&
           waits(terminal->child) && terminal_is_silent(terminal, 0);
}

static bool has_answered(Terminal *terminal, const void *data)
{
    (void)data;
    return waits_for(terminal, main_thread_waits, ANSWER_MILLISECONDS);
}

void terminal_wait_answer(Terminal *terminal)
{
    terminal_wait(terminal, has_answered, NULL, "an answer to all keys");
}

static bool is_at_rest(Terminal *terminal, const void *data)
{
    (void)data;
    return waits_for(terminal, all_threads_wait, REST_MILLISECONDS);
}

void terminal_wait_rest(Terminal *terminal)
{
    terminal_wait(terminal, is_at_rest, NULL, "rest");
}

void terminal_escape(Terminal *terminal)
{
    terminal_type(terminal, "\033");
    terminal_wait_answer(terminal);
}

void terminal_resize(Terminal *terminal, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};

    vterm_set_size(terminal->vterm, rows, columns);
    ioctl(terminal->master, TIOCSWINSZ, &size);
}

static bool check_ended(Terminal *terminal)
{
    if (!terminal->ended && waitpid(terminal->child, &terminal->status, WNOHANG) > 0)
        terminal->ended = true;
    return terminal->ended;
}

static void fail(Terminal *terminal, const char *what)
{
    g_autofree char *text = terminal_text(terminal);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);

    g_test_message("waited in vain for: %s%s", what,
                   terminal->ended ? " (the program has ended)" : "");
    for (unsigned i = 0; rows[i] != NULL; i++)
        g_test_message("%s", rows[i]);
    g_test_fail();
    g_assert_not_reached();
}

void terminal_wait(Terminal *terminal, TerminalPredicate predicate, const void *data,
                   const char *what)
{
    gint64 deadline = g_get_monotonic_time() + DEADLINE_SECONDS * G_USEC_PER_SEC;

    while (!predicate(terminal, data)) {
        if (!take_in(terminal, 50) && check_ended(terminal) && !take_in(terminal, 0) &&
            !predicate(terminal, data))
            fail(terminal, what);
        if (g_get_monotonic_time() > deadline)
            fail(terminal, what);
    }
}

static bool has_text(Terminal *terminal, const void *text)
{
    return terminal_shows(terminal, text);
}

static bool has_no_text(Terminal *terminal, const void *text)
{
    return !terminal_shows(terminal, text);
}

void terminal_wait_text(Terminal *terminal, const char *text)
{
    terminal_wait(terminal, has_text, text, text);
}

void terminal_wait_gone(Terminal *terminal, const char *text)
{
    g_autofree char *what = g_strdup_printf("the end of “%s”", text);

    terminal_wait(terminal, has_no_text, text, what);
}

static bool has_ended(Terminal *terminal, const void *data)
{
    (void)data;
    return check_ended(terminal);
}

int terminal_wait_end(Terminal *terminal)
{
    terminal_wait(terminal, has_ended, NULL, "the end of the program");
    while (take_in(terminal, 0))
        ;
    return terminal->status;
}

bool terminal_is_silent(Terminal *terminal, int milliseconds)
{
    return !take_in(terminal, milliseconds);
}

void terminal_forget(Terminal *terminal)
{
    g_byte_array_set_size(terminal->written, 0);
}

/* ---- the end ---- */

/* One that was not left is told to end, and not killed: what a sanitizer has to say of it is said
 * when it ends. */
static void end(Terminal *terminal)
{
    kill(terminal->child, SIGTERM);
    terminal_wait_end(terminal);
}

void terminal_free(Terminal *terminal)
{
    if (terminal == NULL)
        return;
    if (!terminal->ended)
        end(terminal);
    close(terminal->master);
    vterm_free(terminal->vterm);
    g_byte_array_unref(terminal->written);
    emitted_clear(&terminal->emitted);
    g_free(terminal);
}

/* ---- the screen ---- */

char *terminal_row(Terminal *terminal, int row)
{
    GString *text = g_string_new(NULL);
    VTermScreenCell cell;
    int rows, columns;

    vterm_get_size(terminal->vterm, &rows, &columns);
    for (int column = 0; column < columns; column += MAX(cell.width, 1)) {
        vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, &cell);
        if (cell.chars[0] == 0 || cell.chars[0] == (uint32_t)-1)
            g_string_append_c(text, ' ');
        for (unsigned i = 0;
             i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && cell.chars[i] != (uint32_t)-1;
             i++)
            g_string_append_unichar(text, cell.chars[i]);
    }
    return g_strchomp(g_string_free(text, FALSE));
}

char *terminal_text(Terminal *terminal)
{
    GString *text = g_string_new(NULL);
    int rows, columns;

    vterm_get_size(terminal->vterm, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        g_autofree char *line = terminal_row(terminal, row);
        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

bool terminal_shows(Terminal *terminal, const char *text)
{
    g_autofree char *screen = terminal_text(terminal);

    return strstr(screen, text) != NULL;
}

/* The column where the n-th byte of a row's text stands. */
static bool find_in_row(Terminal *terminal, int row, const char *text, VTermPos *at)
{
    int rows, columns;
    VTermScreenCell cell;
    g_autoptr(GString) rest = g_string_new(NULL);

    vterm_get_size(terminal->vterm, &rows, &columns);
    for (int start = 0; start < columns; start++) {
        g_string_truncate(rest, 0);
        for (int column = start; column < columns && rest->len < strlen(text);
             column += MAX(cell.width, 1)) {
            vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, &cell);
            g_string_append_unichar(
                rest, cell.chars[0] == 0 || cell.chars[0] == (uint32_t)-1 ? ' ' : cell.chars[0]);
        }
        if (g_str_has_prefix(rest->str, text)) {
            *at = (VTermPos){row, start};
            return true;
        }
    }
    return false;
}

bool terminal_find(Terminal *terminal, const char *text, VTermScreenCell *cell, VTermPos *at)
{
    int rows, columns;

    vterm_get_size(terminal->vterm, &rows, &columns);
    for (int row = 0; row < rows; row++)
        if (find_in_row(terminal, row, text, at)) {
            vterm_screen_get_cell(terminal->screen, *at, cell);
            return true;
        }
    return false;
}
