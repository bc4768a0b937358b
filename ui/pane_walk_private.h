/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the walk-throughs' pane share: the pane, what it keeps and checks in files
 * (pane_walk_files.c), how it is drawn (pane_walk_draw.c).
 */
#ifndef MSE_UI_PANE_WALK_PRIVATE_H
#define MSE_UI_PANE_WALK_PRIVATE_H

#include "ui/console.h"
#include "ui/edit.h"
#include "ui/walk.h"

typedef struct WalkPane {
    Pane pane;
    Walk *walk;
    WalkActor offered; /* while none is chosen: what Enter chooses */
    char *directory;   /* whose walk-throughs these are */
    unsigned field;
    Edit edit; /* of that field */
    char *file_problems[WALK_FIELDS];
    uint64_t generation; /* of the check that runs, or ran last */
    bool checking, run_when_checked;
    UiJob *check;
    UiJob *job; /* that does a step, or NULL */
    unsigned doing;
    bool completing;
    uint64_t kept;  /* what was kept is being read, as an answer to this; 0: no more */
    UiJob *reading; /* that reads it, or NULL */
    GArray *held;   /* KeyEvent: typed meanwhile */
    int cursor_x, cursor_y;
} WalkPane;

/* Writes how far one came, here and now. */
void walk_state_write(const WalkPane *self);

/* The same in a job: what is written last is what was kept last. */
void walk_state_save(const WalkPane *self, Console *console);

/* Reads what was kept for this directory, in a job: MESSAGE_WALK_KEPT has it. */
void walk_state_read(WalkPane *self, Console *console);

/* Looks at the files that the step's fields name, in a job; MESSAGE_WALK_CHECKED has what is wrong
 * with each field, NULL where nothing is. */
void walk_check(WalkPane *self, Console *console);

/* An argument of that kind names what is there already. */
bool walk_reads_path(ArgumentKind kind);

/* What is wrong with that field of the step, or NULL; g_free. */
char *walk_pane_problem(const WalkPane *self, unsigned field);

bool walk_pane_is_running(const WalkPane *self, unsigned step);

void walk_pane_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused);

#endif
