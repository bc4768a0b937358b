/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/screen.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/stack.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

enum {
    ESCAPE_DELAY_MS = 25,
    COPY_MAX = 74994, /* what xterm and tmux take in one OSC 52, in base64 */
};

#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT};

static struct {
    SCREEN *curses;
    FILE *in, *out;
    struct termios before; /* as we found it */
    struct termios during;
    struct sigaction old_actions[G_N_ELEMENTS(crash_signals)];
    bool handlers_set;
    bool mouse;
    bool full_repaint;
    Grid *shown; /* what curses holds */
    int cursor_x, cursor_y;
    bool cursor_on;
    attr_t attributes[N_ROLES];
    attr_t selected_attributes;
} terminal;

/* What the crash handler reads: set before the terminal is changed. */
static struct {
    volatile sig_atomic_t armed;
    char bytes[512];
    size_t size;
    struct termios termios;
} restore;

GQuark screen_error_quark(void)
{
    return g_quark_from_static_string("mse-screen-error");
}

/* ---- what brings the terminal back ---- */

static void write_all(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes += n;
        size -= (size_t)n;
    }
}

static int append_restore(int byte)
{
    if (restore.size < sizeof restore.bytes)
        restore.bytes[restore.size++] = (char)byte;
    return byte;
}

static const char *capability(const char *name)
{
    char copy[8];
    const char *value;

    g_strlcpy(copy, name, sizeof copy);
    value = tigetstr(copy);
    return value == (const char *)-1 ? NULL : value;
}

static void compute_restore(void)
{
    static const char *const capabilities[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    const char *lower_left = capability("cup");

    restore.size = 0;
    for (size_t i = 0; i < strlen(MOUSE_OFF); i++)
        if (capability("kmous") != NULL) /* a terminal that has a mouse understands this */
            append_restore(MOUSE_OFF[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        const char *value = capability(capabilities[i]);
        if (value != NULL)
            tputs(value, 1, append_restore);
    }
    /* Without a second screen to come back from, the prompt starts on a new line. */
    if (capability("rmcup") == NULL && lower_left != NULL)
        append_restore('\n');
    append_restore('\r');
    restore.termios = terminal.before;
}

/* Async-signal-safe. The terminal may be gone: nothing here is checked. */
static void restore_terminal(void)
{
    if (!restore.armed)
        return;
    restore.armed = 0;
    write_all(restore.bytes, restore.size);
    tcsetattr(STDIN_FILENO, TCSANOW, &restore.termios);
}

static void on_crash(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    restore_terminal();
    sigaction(number, &action, NULL);
    raise(number); /* delivered when the handler returns: the signal is blocked in it */
}

static void set_crash_handlers(void)
{
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++)
        sigaction(crash_signals[i], &action,
                  terminal.handlers_set ? NULL : &terminal.old_actions[i]);
    terminal.handlers_set = true;
}

static void unset_crash_handlers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++)
        sigaction(crash_signals[i], &terminal.old_actions[i], NULL);
    terminal.handlers_set = false;
}

/* ---- entering and leaving ---- */

bool screen_usable(char **why)
{
    const char *term = getenv("TERM");
    g_autofree char *shown = sanitize_string(term);
    int status = 0;

    *why = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        *why = g_strdup(_("The console needs a terminal, and standard input or output is none."));
    else if (term == NULL || *term == '\0')
        *why =
            g_strdup(_("The console needs a terminal, and TERM does not say which one this is."));
    else if (setupterm(term, STDOUT_FILENO, &status) != OK)
        *why = g_strdup_printf(
            _("The console needs to know the terminal, and there is no description of TERM=%s; "
              "TERM=xterm-256color suits most."),
            shown);
    else if (capability("cup") == NULL)
        *why = g_strdup_printf(
            _("The console needs a terminal with a cursor that can be placed, and TERM=%s has "
              "none."),
            shown);
    if (status == 1)
        del_curterm(cur_term);
    return *why == NULL;
}

bool screen_is_utf8(void)
{
    return g_str_equal(nl_langinfo(CODESET), "UTF-8");
}

static int append_string(int byte)
{
    char c = (char)byte;
    write_all(&c, 1);
    return byte;
}

static void write_capability(const char *name)
{
    const char *value = capability(name);

    if (value != NULL)
        tputs(value, 1, append_string);
}

/* Ctrl-C, Ctrl-Z and the rest are keys; only Ctrl-\ stays a signal: it ends a console that hangs,
 * through the crash handler. */
static void take_keyboard(void)
{
    terminal.during = terminal.before;
    terminal.during.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT | PARMRK);
    terminal.during.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    terminal.during.c_lflag |= ISIG;
    terminal.during.c_cc[VINTR] = _POSIX_VDISABLE;
    terminal.during.c_cc[VSUSP] = _POSIX_VDISABLE;
    terminal.during.c_cc[VMIN] = 1;
    terminal.during.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.during);
    def_prog_mode();
}

static void window_size(unsigned *width, unsigned *height)
{
    struct winsize size = {0};

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    *width = size.ws_col > 0 ? size.ws_col : 80;
    *height = size.ws_row > 0 ? size.ws_row : 24;
}

bool screen_enter(GError **error)
{
    unsigned width, height;

    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0) {
        g_set_error(error, SCREEN_ERROR, SCREEN_ERROR_TERMINAL,
                    _("cannot read the terminal's settings: %s"), g_strerror(errno));
        return false;
    }
    terminal.in = fdopen(dup(STDIN_FILENO), "r");
    terminal.out = fdopen(dup(STDOUT_FILENO), "w");
    terminal.curses = terminal.in && terminal.out ? newterm(NULL, terminal.out, terminal.in) : NULL;
    if (terminal.curses == NULL) {
        g_set_error(error, SCREEN_ERROR, SCREEN_ERROR_TERMINAL,
                    _("cannot open the terminal; try another TERM, such as xterm-256color"));
        return false;
    }
    set_escdelay(ESCAPE_DELAY_MS);
    compute_restore();
    stack_guard_thread();
    restore.armed = 1;
    set_crash_handlers();
    nonl();
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    start_color();
    use_default_colors();
    take_keyboard();
    /* Through curses, whose buffer may end in the middle of a sequence: seven bytes in 1×1. */
    if (capability("smkx") != NULL)
        putp(capability("smkx"));
    curs_set(0);
    window_size(&width, &height);
    if ((int)width != COLS || (int)height != LINES)
        resizeterm((int)height, (int)width);
    terminal.full_repaint = true;
    return true;
}

void screen_leave(void)
{
    if (terminal.curses == NULL)
        return;
    endwin();
    restore_terminal();
    unset_crash_handlers();
    delscreen(terminal.curses);
    fclose(terminal.out);
    fclose(terminal.in);
    g_clear_pointer(&terminal.shown, grid_free);
    terminal.curses = NULL;
}

void screen_give(void)
{
    if (terminal.curses == NULL)
        return;
    endwin();
    restore_terminal();
    /* Ctrl-\ is for whoever has the terminal now. */
    signal(SIGQUIT, SIG_IGN);
}

void screen_take(void)
{
    if (terminal.curses == NULL)
        return;
    restore.termios = terminal.before;
    restore.armed = 1;
    set_crash_handlers();
    reset_prog_mode();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.during);
    refresh();
    write_capability("smkx");
    if (terminal.mouse)
        write_all(MOUSE_ON, strlen(MOUSE_ON));
    curs_set(0);
    terminal.cursor_on = false;
    screen_repaint();
}

void screen_suspend(void)
{
    sigset_t only, old;

    if (terminal.curses == NULL)
        return;
    screen_give();
    /* The whole group stops, as when the terminal had sent it: a shell script around us too. */
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &only, &old);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    /* Here again: continued. */
    tcgetattr(STDIN_FILENO, &terminal.before);
    screen_take();
}

/* ---- colours ---- */

ThemeTerminal screen_terminal(void)
{
    ThemeTerminal answer = {0};
    char rgb[] = "RGB";

    if (has_colors())
        answer.colours = COLORS;
    answer.direct = answer.colours > 256 && tigetflag(rgb) > 0;
    return answer;
}

/* On a direct terminal the palette's first colours keep their numbers. */
static int curses_colour(int colour)
{
    return colour >= THEME_RGB ? MAX(colour & 0xffffff, 8) : colour;
}

static attr_t look_attributes(const Look *look)
{
    return (look->flags & LOOK_BOLD ? A_BOLD : 0) | (look->flags & LOOK_DIM ? A_DIM : 0) |
           (look->flags & LOOK_REVERSE ? A_REVERSE : 0) |
           (look->flags & LOOK_UNDERLINE ? A_UNDERLINE : 0);
}

void screen_set_theme(const Theme *theme)
{
    for (int role = 0; role < N_ROLES; role++) {
        const Look *look = &theme->looks[role];
        terminal.attributes[role] = look_attributes(look);
        if (has_colors())
            init_extended_pair(role + 1, curses_colour(look->foreground),
                               curses_colour(look->background));
    }
    terminal.selected_attributes = terminal.attributes[ROLE_SELECTION];
    screen_repaint();
}

/* ---- showing ---- */

void screen_size(unsigned *width, unsigned *height)
{
    window_size(width, height);
    if ((int)*width != COLS || (int)*height != LINES)
        resizeterm((int)*height, (int)*width);
}

static void show_cell(int x, int y, const Cell *cell)
{
    wchar_t text[2 + CELL_COMBINING] = {(wchar_t)cell->character};
    attr_t attributes = terminal.attributes[cell->role];
    int pair = has_colors() ? cell->role + 1 : 0;
    cchar_t out;

    for (unsigned i = 0; i < CELL_COMBINING && cell->combining[i] != 0; i++)
        text[i + 1] = (wchar_t)cell->combining[i];
    if (cell->selected) { /* in one colour: mark and word tell the state */
        attributes = (attributes & A_BOLD) | terminal.selected_attributes;
        pair = has_colors() ? ROLE_SELECTION + 1 : 0;
    }
    if (setcchar(&out, text, attributes, (short)pair, has_colors() ? &pair : NULL) == OK)
        mvadd_wch(y, x, &out);
}

static void show_row(const Grid *grid, unsigned y)
{
    const Cell *row = &grid->cells[(size_t)y * grid->width];

    for (unsigned x = 0; x < grid->width; x++)
        if (row[x].character != 0)
            show_cell((int)x, (int)y, &row[x]);
}

static bool row_is_shown(const Grid *grid, unsigned y)
{
    size_t at = (size_t)y * grid->width;

    return memcmp(&grid->cells[at], &terminal.shown->cells[at], grid->width * sizeof(Cell)) == 0;
}

static void remember(const Grid *grid)
{
    if (terminal.shown == NULL || terminal.shown->width != grid->width ||
        terminal.shown->height != grid->height) {
        g_clear_pointer(&terminal.shown, grid_free);
        terminal.shown = grid_new(grid->width, grid->height, grid->ascii);
    }
    memcpy(terminal.shown->cells, grid->cells, (size_t)grid->width * grid->height * sizeof(Cell));
}

static bool place_cursor(int x, int y)
{
    bool visible = x >= 0;
    bool same = visible == terminal.cursor_on &&
                (!visible || (x == terminal.cursor_x && y == terminal.cursor_y));

    if (visible != terminal.cursor_on)
        curs_set(visible ? 1 : 0);
    terminal.cursor_on = visible;
    terminal.cursor_x = x;
    terminal.cursor_y = y;
    return !same;
}

void screen_show(const Grid *grid, int cursor_x, int cursor_y)
{
    bool all = terminal.full_repaint || terminal.shown == NULL ||
               terminal.shown->width != grid->width || terminal.shown->height != grid->height;
    bool changed = all;

    for (unsigned y = 0; y < grid->height; y++)
        if (all || !row_is_shown(grid, y)) {
            show_row(grid, y);
            changed = true;
        }
    changed |= place_cursor(cursor_x, cursor_y);
    if (!changed)
        return;
    if (terminal.full_repaint)
        clearok(curscr, TRUE);
    terminal.full_repaint = false;
    remember(grid);
    move(cursor_x >= 0 ? cursor_y : LINES - 1, cursor_x >= 0 ? cursor_x : 0);
    wnoutrefresh(stdscr);
    doupdate();
}

void screen_repaint(void)
{
    terminal.full_repaint = true;
}

/* ---- the rest ---- */

void screen_load_keys(KeyDecoder *decoder)
{
    key_decoder_load_terminal(decoder);
}

void screen_set_mouse(bool on)
{
    terminal.mouse = on;
    write_all(on ? MOUSE_ON : MOUSE_OFF, strlen(on ? MOUSE_ON : MOUSE_OFF));
}

void screen_bell(void)
{
    write_capability("bel");
}

const char *screen_copy(const char *text)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    g_autofree char *sequence = NULL;
    const char *term = getenv("TERM");
    bool tmux = getenv("TMUX") != NULL && *getenv("TMUX") != '\0';
    bool gnu_screen = !tmux && term != NULL && g_str_has_prefix(term, "screen");

    if (strlen(encoded) > COPY_MAX)
        return NULL;
    /* tmux takes the one where set-clipboard is on, and hands the other on where allow-passthrough
     * is; which of them, it does not tell. */
    if (tmux)
        sequence =
            g_strdup_printf("\033]52;c;%s\a\033Ptmux;\033\033]52;c;%s\a\033\\", encoded, encoded);
    else if (gnu_screen)
        sequence = g_strdup_printf("\033P\033]52;c;%s\a\033\\", encoded);
    else
        sequence = g_strdup_printf("\033]52;c;%s\a", encoded);
    write_all(sequence, strlen(sequence));
    return tmux         ? _("OSC 52, and through tmux")
           : gnu_screen ? _("OSC 52 through screen")
                        : _("OSC 52");
}
