/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pane is a file with one table of operations. It draws the model on a canvas and answers
 * commands; it returns what must be redone. Panes of the console stand here, each made by its own
 * function.
 */
#ifndef MSE_UI_PANE_H
#define MSE_UI_PANE_H

#include "ui/canvas.h"
#include "ui/key_table.h"
#include "ui/message.h"
#include "ui/model.h"
#include "ui/program.h"
#include "ui/redo.h"

typedef struct Pane Pane;
typedef struct Console Console;

typedef struct PaneClass {
    unsigned kind; /* one bit of PANE_ANY: which rows of the key table apply */
    void (*free)(Pane *pane);
    /* What stands in the border. g_free. */
    char *(*title)(const Pane *pane, const Model *model);
    /* A message, after the model took it. NULL: none concern it. */
    Redo (*update)(Pane *pane, Console *console, const Message *message);
    /* Lays out for this size: called before draw whenever anything may have changed. */
    void (*fit)(Pane *pane, const Model *model, int width, int height);
    void (*draw)(const Pane *pane, const Model *model, const Canvas *canvas, bool focused);
    Redo (*command)(Pane *pane, Console *console, CommandId command);
    /* Keys as they come, before the key table: forms. NULL: none. */
    Redo (*key)(Pane *pane, Console *console, Key key);
    /* Where the cursor is, when it has one. NULL: none. */
    bool (*cursor)(const Pane *pane, int *x, int *y);
    /* What `/` looks for so far, and its taking. NULL: has none. */
    const char *(*pattern)(const Pane *pane);
    void (*set_pattern)(Pane *pane, Console *console, const char *pattern);
    /* What is said beside the pattern: "12 of 240", or what is wrong with it. g_free. */
    char *(*pattern_state)(const Pane *pane, const Model *model);
    /* A click on a row of the canvas. NULL: nothing. */
    Redo (*click)(Pane *pane, Console *console, int x, int y);
    /* What is selected in the list, by its number: panes that show one follow it. NULL: no matter.
     */
    void (*show)(Pane *pane, unsigned number);
    /* When `tick` wants to be called: monotonic microseconds; INT64_MAX: never. NULL: never. */
    int64_t (*due)(const Pane *pane);
    Redo (*tick)(Pane *pane, Console *console, int64_t now);
    /* The job that Ctrl-C means here, or NULL. */
    UiJob *(*job)(const Pane *pane, const Model *model);
    /* What the bottom line says instead of the key table's hints: parts with three spaces between
     * them, of which the last is always shown. NULL: those. */
    const char *(*hints)(const Pane *pane);
} PaneClass;

struct Pane {
    const PaneClass *class;
};

static inline void pane_free(Pane *pane)
{
    if (pane != NULL)
        pane->class->free(pane);
}

/* The list of inputs, and what of it comes back at the next start. */
Pane *inputs_pane_new(const Model *model);
bool inputs_pane_selected(const Pane *pane, unsigned *number);
/* Numbers (unsigned): the marked ones, else the selected one. g_array_unref. */
GArray *inputs_pane_chosen(const Pane *pane);
void inputs_pane_state(const Pane *pane, const Model *model, const char **sort, bool *descending,
                       const char **selected);
/* `selected`: taken when an input of that name is there. */
void inputs_pane_restore(Pane *pane, const Model *model, const char *sort, bool descending,
                         const char *selected);

/* The list of applications, the same of it, and which rows are in sight. */
Pane *apps_pane_new(const Model *model);
bool apps_pane_selected(const Pane *pane, unsigned *number);
void apps_pane_select_number(Pane *pane, unsigned number);
/* The same of applications; and those whose rows are drawn. g_array_unref. */
GArray *apps_pane_chosen(const Pane *pane);
GArray *apps_pane_in_sight(const Pane *pane);
/* Whether the CPU column is there and switched on. */
bool apps_pane_wants_cpu(const Pane *pane, const Model *model);
/* Selects the application of that name; false when there is none in the list. */
bool apps_pane_select(Pane *pane, const Model *model, const char *name);
void apps_pane_state(const Pane *pane, const Model *model, const char **sort, bool *descending,
                     const char **selected);
void apps_pane_restore(Pane *pane, const Model *model, const char *sort, bool descending,
                       const char *selected);

/* The log of the selected application, or of several; as much of it as the settings say. */
Pane *logs_pane_new(const Model *model);
void logs_pane_restore(Pane *pane, bool wrap, bool timestamps);
void logs_pane_state(const Pane *pane, bool *wrap, bool *timestamps);
bool logs_pane_is(const Pane *pane);
/* The lines that are held and pass the filter. Owned by the caller. */
struct LogText *logs_pane_text(const Pane *pane);
/* What a search of the whole logs that this one shows finds; NULL: it shows none. */
Pane *logs_pane_search(Pane *pane, Console *console, const char *pattern);
/* The logs of these rows (unsigned) together, or of the selected one alone: NULL. */
void logs_pane_merge(Pane *pane, Console *console, const GArray *numbers);
bool logs_pane_is_merged(const Pane *pane);

Pane *describe_pane_new(void);
/* Its secrets files, and the path of the selected one (as it is: sanitize before showing), or NULL.
 */
Pane *secrets_pane_new(void);
const char *secrets_pane_file(const Pane *pane);
Pane *metrics_pane_new(void);
Pane *history_pane_new(void);
Pane *sources_pane_new(void);

/* The evidence of an input: verdict, enclave, checks, chain. */
Pane *evidence_pane_new(void);

Pane *explain_pane_new(unsigned number, CheckId check);
/* Of these keys, which stay the console's: they may be others one day. */
Pane *help_pane_new(const KeyTable *keys, unsigned kind);
Pane *jobs_pane_new(void);
Pane *form_pane_new(const Model *model);
/* The walk-throughs of this directory, as they were left. */
Pane *walk_pane_new(Console *console);
/* Writes how it was left. Nothing when it is another pane. */
void walk_pane_save(const Pane *pane);
/* Runs a verb's line as a job and shows what it says. */
Pane *output_pane_new(Console *console, const char *line);
/* Runs a program in the background and shows what it prints; takes the request over. */
Pane *output_pane_new_program(Console *console, ProgramRequest *request);
/* What a job says that runs or ran already; it goes on when the pane is closed. */
Pane *output_pane_new_job(UiJob *job);
/* Its job goes on when the pane is closed. Borrowed. */
UiJob *output_pane_detach(Pane *pane);
void output_pane_copy_to(const Pane *pane, GString *text, GString *errors);
int output_pane_status(const Pane *pane);

#endif
