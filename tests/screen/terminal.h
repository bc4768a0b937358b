/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A terminal for tests: the real program in a pseudo-terminal, libvterm as what a person would look
 * at. Keys go in, the screen comes out as text. Nothing sleeps: every wait ends when the screen is
 * as it should be, and fails the test with the screen when a deadline passes. Every byte that the
 * program writes must be one that it may write (emitted.h), in all tests.
 */
#ifndef MSE_TESTS_SCREEN_TERMINAL_H
#define MSE_TESTS_SCREEN_TERMINAL_H

#include "emitted.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

typedef struct Terminal {
    int master;
    pid_t child;
    VTerm *vterm;
    VTermScreen *screen;
    GByteArray *written; /* every byte since it was started or terminal_forget was called */
    Emitted emitted;
    bool alternate; /* the second screen is shown */
    bool cursor_visible;
    bool ended;
    int status; /* of waitpid, when ended */
    struct termios before;
} Terminal;

typedef struct TerminalOptions {
    int columns, rows;              /* 0: 120×36 */
    const char *const *environment; /* "NAME=VALUE", NULL-terminated; "NAME" unsets. May be NULL */
    const char *directory;          /* NULL: as we are */
} TerminalOptions;

Terminal *terminal_start(const char *const *argv, const TerminalOptions *options);
/* The console under test, on files of the samples; see terminal_samples. */
Terminal *terminal_start_console(const char *const *files, const TerminalOptions *options);
void terminal_free(Terminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Terminal, terminal_free)

/* The directory of SIMULATED samples, made once per test program by mse-sim; NULL, and the test
 * marked as skipped, where there is no mse-sim. */
const char *terminal_samples(void);
char *terminal_sample(const char *name); /* g_free */

void terminal_type(Terminal *terminal, const char *bytes);
/* A lone Esc, until it was taken as that and not as the start of a sequence. */
void terminal_escape(Terminal *terminal);
void terminal_resize(Terminal *terminal, int columns, int rows);

/* Takes in what the program writes until the predicate holds; fails the test otherwise. */
typedef bool (*TerminalPredicate)(Terminal *terminal, const void *data);
void terminal_wait(Terminal *terminal, TerminalPredicate predicate, const void *data,
                   const char *what);
void terminal_wait_text(Terminal *terminal, const char *text);
void terminal_wait_gone(Terminal *terminal, const char *text);
/* Until the program has ended: its status as of waitpid. */
int terminal_wait_end(Terminal *terminal);
/* Until the program has taken all keys, has drawn what they did, and waits for more. */
void terminal_wait_answer(Terminal *terminal);
/* As that, and no job of it runs: none of its threads does anything for half a second. */
void terminal_wait_rest(Terminal *terminal);
/* True when nothing is written for so long: by a program that waits, or was not let run. */
bool terminal_is_silent(Terminal *terminal, int milliseconds);

char *terminal_text(Terminal *terminal); /* g_free */
char *terminal_row(Terminal *terminal, int row);
bool terminal_shows(Terminal *terminal, const char *text);
/* The cell where a text begins; false when it is not there. */
bool terminal_find(Terminal *terminal, const char *text, VTermScreenCell *cell, VTermPos *at);
void terminal_forget(Terminal *terminal);

#endif
