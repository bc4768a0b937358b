/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the console share among themselves.
 */
#ifndef MSE_UI_CONSOLE_PRIVATE_H
#define MSE_UI_CONSOLE_PRIVATE_H

#include "ui/console.h"
#include "ui/edit.h"

typedef enum {
    PROMPT_NONE,
    PROMPT_PATTERN, /* `/`: taken as it is typed */
    PROMPT_LINE,    /* `:` */
    PROMPT_PATH,    /* where to export to */
    PROMPT_QUIT,    /* jobs are running: really? */
} PromptKind;

typedef struct Rectangle {
    int x, y, width, height;
} Rectangle;

struct Console {
    Model model;
    KeyTable keys;
    Pane *left;
    GPtrArray *right; /* Pane*: the last is on top; the first is the evidence and stays */
    unsigned focus;   /* PLACE_… */
    bool zoomed;
    bool mouse;
    char *scheme; /* or NULL: as the settings say */

    PromptKind prompt;
    Edit edit; /* of PROMPT_PATTERN and PROMPT_PATH */
    char *old_pattern;
    unsigned export_number;

    char *said; /* the message line, until the next key; or NULL */
    Role said_role;

    unsigned wishes;
    char *copy, *copy_shown;

    Grid *grid;
    bool ascii;
    bool changed;
    Rectangle inner[N_PLACES]; /* where each pane was drawn; no width: it was not */
    int64_t clock_minute;
    char *clock;
    int cursor_x, cursor_y;
};

/* The pane on top in the place, and the one that has the focus. */
Pane *console_pane(const Console *console, unsigned place);
Pane *console_focused(const Console *console);

/* console_draw.c */
void console_draw_all(Console *console, int64_t now);

/* console_commands.c */
void console_prompt_key(Console *console, Key key);
void console_run_command(Console *console, CommandId command);

#endif
