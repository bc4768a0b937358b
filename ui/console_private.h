/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the console share among themselves.
 */
#ifndef MSE_UI_CONSOLE_PRIVATE_H
#define MSE_UI_CONSOLE_PRIVATE_H

#include "ui/console.h"
#include "ui/app_verbs.h"
#include "ui/program.h"
#include "ui/tour.h"
#include "ui/edit.h"

#include <jansson.h>

typedef enum {
    PROMPT_NONE,
    PROMPT_PATTERN,  /* `/`: taken as it is typed */
    PROMPT_LINE,     /* `:` */
    PROMPT_PATH,     /* where to export to */
    PROMPT_SAVE,     /* where to write a log to */
    PROMPT_SWEEP,    /* `g/`: what to search whole logs for */
    PROMPT_QUESTION, /* something would be lost: really? */
    PROMPT_QUIT,     /* jobs are running: really? */
} PromptKind;

typedef struct Rectangle {
    int x, y, width, height;
} Rectangle;

enum { LIST_FILES, LIST_APPS, N_LISTS };

/* The panes of the lower right, of which one is shown; in the order of their numbers. */
typedef enum {
    MORE_SECRETS,
    MORE_METRICS,
    MORE_DESCRIBE,
    MORE_HISTORY,
    MORE_JOBS,
    MORE_SOURCES,
    N_MORE
} MoreId;

struct Console {
    Model model;
    KeyTable keys;
    Pane *lists[N_LISTS]; /* the second is there once the fleet was opened, */
    Pane *lower[1];       /* as are logs */
    Pane *more[N_MORE];   /* and these */
    unsigned more_shown;  /* MoreId */
    GArray *trail;        /* where one came from (console_places.c) */
    Pane *left;           /* one of the lists */
    bool on_apps;         /* it is the second */
    bool may_turn;        /* to the files by itself: nobody named the engine, no key was pressed */
    unsigned lower_place; /* which stands below the list where there is room for two */
    json_t *apps_state;   /* of the state file: how the applications were left, or NULL */
    int64_t words_due;    /* monotonic: when the header's words are others; INT64_MAX: never */
    uint64_t sourced;     /* counts :source: of those that are read, the last is taken */
    Question *question;   /* of PROMPT_QUESTION, */
    ConsoleAnswer answer; /* who waits for the answer, */
    void *answer_data;    /* and with what */
    GDestroyNotify free_answer_data;
    GPtrArray *right; /* Pane*: the last is on top; the first is the evidence and stays */
    unsigned focus;   /* PLACE_… */
    bool zoomed;
    bool mouse;
    char *scheme; /* or NULL: as the settings say */

    Tour *tour; /* or NULL */

    Key key_before;        /* the last key, when it was a command's; 0: it was not */
    int64_t key_before_at; /* monotonic */
    PromptKind prompt;
    Edit edit; /* of PROMPT_PATTERN and PROMPT_PATH */
    char *old_pattern;
    unsigned export_number;

    char *said; /* the message line, until the next key; or NULL */
    Role said_role;

    ProgramRequest *program; /* that wants the terminal, or has it: NULL then, */
    UiJob *program_job;      /* and this is its job; NULL: nobody has it */
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

/* console_places.c */
void console_places_init(Console *console);
void console_places_clear(Console *console);
/* Shows one of the panes of the lower right, and gives it the focus. */
void console_show_more(Console *console, MoreId more);
/* As Esc does. */
void console_go_back(Console *console);
/* This is where everything begins: there is no way back. */
void console_forget_way(Console *console);
/* The pane on top in the place, and the one that has the focus. */
Pane *console_pane(const Console *console, unsigned place);
Pane *console_focused(const Console *console);
unsigned console_n_places(const Console *console);
/* The number of what is selected in the list. */
bool console_selected(const Console *console, unsigned *number);

/* console_apps.c */
void console_open_fleet(Console *console);
/* A LineNames: as the engines have them, but for names that a shell would read anything else in. */
void console_offer_names(const char *text, GPtrArray *out, void *console);
/* How the list and the log were left: to them, and from them. */
void console_restore_apps(Console *console);
void console_keep_apps(Console *console);
void console_show_apps(Console *console);
/* An engine that nobody named and that has no application is not what one came for when there is
 * evidence in the directory: shows that once it is found. */
void console_turn_to_files(Console *console);
void console_show_files(Console *console);
void console_look_at_apps(Console *console);
void console_draw_apps_bar(Console *console, const Canvas *canvas, int x, int end);
void console_draw_four(Console *console, const Canvas *canvas, Rectangle area);
void console_draw_stacked(Console *console, const Canvas *canvas, Rectangle area);
/* A person has seen alarms. */
void console_acknowledge(Console *console, bool all);
/* `verify` of an application: with a file, or now. False when the words say another thing. */
bool console_verify_app(Console *console, char *const *words, int n);
bool console_ask_act(Console *console, CommandId command);
void console_question_key(Console *console, Key key);
/* The question is no more, and nobody answered. */
void console_drop_question(Console *console);
void console_save_to(Console *console, const char *path);
/* From a job that wrote a file that was not to be there; `error`: NULL, it has written it. */
void console_say_written(UiJob *job, const char *path, const GError *error);

/* console_own.c */
void console_run_own(Console *console, const SettingCommand *command);

/* console_settings.c */
/* A `:source` line. */
void console_source(Console *console, char *const *words, int n);
/* A message with settings; true when they replaced those before. */
bool console_take_settings(Console *console, const Message *message);

/* console_logs.c */
void console_sweep(Console *console, const char *pattern);
void console_toggle_merge(Console *console);
/* A message about a program that has the terminal; true when it was one. */
bool console_take_program(Console *console, const Message *message);

/* console_draw.c */
void console_draw_all(Console *console, int64_t now);
void console_draw_pane(Console *console, const Canvas *canvas, unsigned place, Rectangle r);
void console_draw_title(const Console *console, const Canvas *canvas, unsigned place, int x, int y,
                        int columns);

/* console_commands.c */
void console_prompt_key(Console *console, Key key);
void console_run_command(Console *console, CommandId command);

#endif
