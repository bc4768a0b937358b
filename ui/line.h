/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The `:` line: GNU readline fed from the console's keys, through its callback interface alone. It
 * touches no terminal, no signal, no environment; what it holds is drawn by the console.
 */
#ifndef MSE_UI_LINE_H
#define MSE_UI_LINE_H

#include "ui/keys.h"
#include "ui/paths.h"

#include <glib.h>
#include <stdbool.h>

/* Before the screen is entered: readline asks terminfo, which curses must not notice. `history` is
 * the file to load, or NULL. */
void line_init(const char *history);
void line_save_history(const char *path);
void line_done(void);

void line_begin(const char *text);

/* Puts the names of applications that begin with `text` into `out` (g_free), each once; or none. */
typedef void (*LineNames)(const char *text, GPtrArray *out, void *data);
/* Who knows them, for verbs that want one. */
void line_set_names(LineNames names, void *data);

/* The same on a terminal that readline itself reads and writes, as one without a cursor that can be
 * placed: instead of line_init, for `--plain`. */
void line_init_plain(const char *history);
/* Shows the prompt and takes a line: call line_plain_read whenever standard input has something.
 * True when a line was entered, or standard input ended: `*taken` (g_free) is it, or NULL. */
void line_plain_begin(const char *prompt);
bool line_plain_read(char **taken);
/* Gives the line up that is being typed. */
void line_plain_abandon(void);
/* What is printed while a line is being typed goes between: the line is shown again after it. */
void line_plain_hide(void);
void line_plain_show(void);

typedef enum { LINE_GOES_ON, LINE_ENTERED, LINE_LEFT } LineState;

/* A key. LINE_ENTERED: line_taken has what was typed. LINE_LEFT: Esc, C-c, or Backspace or C-d on
 * nothing. */
LineState line_key(Key key);
const char *line_taken(void);

/* The directory that the last Tab wants to complete a path from, once; or NULL. g_free. It is read
 * in a job and given to line_take_directory, which completes when nothing was typed since. */
char *line_wanted_directory(void);
void line_take_directory(const PathsRead *read);

/* What stands in it, as typed, valid UTF-8 and safe, and the cursor's byte offset in that.
 * g_free.*/
char *line_text(size_t *at);

/* What the last Tab could mean, when that was more than one: borrowed, NULL-terminated, or NULL. */
const char *const *line_candidates(void);

/* The console's own lines, for completion, help and the manual; ends with a zero row. */
typedef struct LineRow {
    const char *name;
    const char *typed; /* ":open FILE…" */
    const char *help;  /* N_() */
} LineRow;

extern const LineRow line_table[];

#endif
