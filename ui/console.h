/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Console: panes in their places, the focus, the bottom line. It takes keys and messages and draws
 * on a grid; it knows no terminal, so that tests drive it without one.
 */
#ifndef MSE_UI_CONSOLE_H
#define MSE_UI_CONSOLE_H

#include "ui/program.h"
#include "ui/pane.h"
#include "ui/question.h"
#include "ui/ui.h"

/* On files there are the first two. */
enum { PLACE_LEFT, PLACE_RIGHT, PLACE_LOGS, PLACE_MORE, N_PLACES };

/* What the console wants of its terminal; taken by the loop after each key. */
typedef enum {
    WISH_NONE = 0,
    WISH_QUIT = 1 << 0,
    WISH_SUSPEND = 1 << 1,
    WISH_REPAINT = 1 << 2,
    WISH_MOUSE = 1 << 3,
    WISH_COPY = 1 << 4,  /* console_copy_text */
    WISH_THEME = 1 << 5, /* console_scheme */
    WISH_GIVE = 1 << 6,  /* the terminal, to another program: console_start_program */
    WISH_TAKE = 1 << 7,  /* it back */
    WISH_BELL = 1 << 8,
} Wish;

Console *console_new(const UiOptions *options, bool ascii);
void console_free(Console *console);

/* What was open, sorted, selected when it was left; and where that is kept. */
void console_restore_state(Console *console);
void console_save_state(Console *console);

void console_key(Console *console, const KeyEvent *event);
/* Takes the message over. */
void console_message(Console *console, Message *message);

/* What the loop waits for besides messages: deltas of the fleet (-1: none), and a moment (monotonic
 * microseconds; INT64_MAX: none). */
int console_descriptor(const Console *console);
void console_take_deltas(Console *console, int64_t until);
int64_t console_due(const Console *console, int64_t now);
void console_tick(Console *console, int64_t now);

void console_resize(Console *console, unsigned width, unsigned height);

/* Draws when something changed since; the grid is borrowed until the next call. */
const Grid *console_draw(Console *console, int64_t now, int *cursor_x, int *cursor_y);
void console_touch(Console *console); /* the next console_draw draws */

unsigned console_take_wishes(Console *console);
const char *console_copy_text(const Console *console);
/* What is said of it: its name and its first line. */
const char *console_copy_shown(const Console *console);
const char *console_scheme(const Console *console);
bool console_mouse(const Console *console);

/* The terminal was given away: starts the program that wants it. WISH_TAKE comes when it ended. */
void console_start_program(Console *console);

/* A line as typed after `:`. */
void console_run_line(Console *console, const char *line);
/* Writes what verbs said to standard output and error, for scripts; the last status. */
int console_drain_output(Console *console);

/* ---- for panes ---- */

Model *console_model(Console *console);
void console_push(Console *console, Pane *pane); /* into the place to the right, and focused */
void console_pop(Console *console);
void console_focus(Console *console, unsigned place);
void console_say(Console *console, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);
void console_command(Console *console, CommandId command);
/* Hands text to the terminal's clipboard. `what` names it in the message, or NULL. */
void console_copy(Console *console, const char *what, const char *text);
/* Gives the terminal to a program, when the loop can; takes the request over. */
void console_give_terminal(Console *console, ProgramRequest *request);
/* Asks over all panes; `answer` is called with what a person said, once, unless the console ends
 * first. Takes the question and `data` over. */
typedef void (*ConsoleAnswer)(Console *console, bool yes, void *data);
void console_ask(Console *console, Question *question, ConsoleAnswer answer, void *data,
                 GDestroyNotify free_data);
/* To the log of the application of that name. */
void console_show_log_of(Console *console, const char *name);
void console_start_save(Console *console);
void console_start_export(Console *console, unsigned number);
/* The name of the history file and such: $XDG_STATE_HOME/mse-console/NAME, or NULL. g_free. */
char *console_state_path(const char *name);

#endif
