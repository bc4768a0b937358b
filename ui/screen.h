/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Screen: the terminal is entered and left here and nowhere else. A canvas is shown through curses,
 * which writes the differences only: an unchanged canvas writes nothing. What brings the terminal
 * back is computed when it is entered; the crash handler writes it from any thread, on its own
 * stack, without allocating.
 */
#ifndef MSE_UI_SCREEN_H
#define MSE_UI_SCREEN_H

#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/theme.h"

#define SCREEN_ERROR (screen_error_quark())
typedef enum { SCREEN_ERROR_TERMINAL } ScreenError;
GQuark screen_error_quark(void);

/* Whether standard input and output are a terminal, and TERM one that can place a cursor. When not,
 * `why` gets a sentence (g_free). */
bool screen_usable(char **why);

/* Takes the terminal: one screen at a time. The crash handlers (SEGV, BUS, FPE, ILL, ABRT, SYS,
 * QUIT) are set from here to screen_leave. */
bool screen_enter(GError **error);
/* Gives it back as it was. May be called twice. */
void screen_leave(void);

/* Gives the terminal to another program, as we found it; takes it again, and all is painted anew.
 */
void screen_give(void);
void screen_take(void);

/* Leaves, stops this process group as Ctrl-Z does, and takes the terminal again when it goes on. */
void screen_suspend(void);

ThemeTerminal screen_terminal(void);
bool screen_is_utf8(void);
void screen_set_theme(const Theme *theme);

/* Rows and columns of the terminal now, at least 1×1; tells curses when they changed. */
void screen_size(unsigned *width, unsigned *height);

/* Shows the grid; the cursor is at (x, y), or hidden when x is negative. */
void screen_show(const Grid *grid, int cursor_x, int cursor_y);
/* Everything is written again by the next screen_show. */
void screen_repaint(void);

/* Adds terminfo's keys to a decoder. */
void screen_load_keys(KeyDecoder *decoder);
void screen_set_mouse(bool on);
void screen_bell(void);

/* Hands text to the terminal's clipboard by OSC 52, through tmux or screen where one is between;
 * returns the way it went, for a sentence ("OSC 52", "OSC 52 through tmux"), or NULL when the text
 * is too long for it. */
const char *screen_copy(const char *text);

#endif
