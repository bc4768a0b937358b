/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How walk-throughs are drawn: the actor's steps at the left, the form of one beside them, and
 * below both the line of the shell that does it.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/pane_walk_private.h"
#include "ui/text.h"

enum {
    LABEL = 17,
    LIST_WIDE = 24,
    LIST_NARROW = 17,
    WIDE = 76,
    LINE_ROWS = 3,  /* of the command line */
    FIELD_ROWS = 3, /* a field, and two rows for what is said of it */
    FIELD_ROWS_LOW = 2,
    HIGH = 14,   /* rows: there is room for what a step is for in full, and a blank row below, */
    HIGHER = 18, /* and for that also where it failed */
};

static const struct {
    const char *mark;
    const char *word; /* N_() */
    Role role;
} marks[N_WALK_STATES] = {
    [WALK_NOT_YET] = {"–", N_("not yet"), ROLE_DIM},
    [WALK_DONE] = {"✔", N_("done"), ROLE_TRUSTED},
    [WALK_FAILED] = {"✖", N_("failed"), ROLE_REJECTED},
};

bool walk_pane_is_running(const WalkPane *self, unsigned step)
{
    return self->job != NULL && self->doing == step;
}

static void draw_mark(const WalkPane *self, const Canvas *canvas, int x, int y, unsigned step)
{
    WalkState state = self->walk->states[step];

    if (walk_pane_is_running(self, step))
        canvas_text(canvas, x, y, ROLE_WARNING, "…");
    else
        canvas_text(canvas, x, y, marks[state].role, marks[state].mark);
}

static void draw_steps(const WalkPane *self, const Canvas *canvas)
{
    int y = 0;

    for (unsigned i = 0; walk_steps[i].id != NULL; i++) {
        bool here = i == self->walk->step;
        if (walk_steps[i].actor != self->walk->actor)
            continue;
        canvas_text(canvas, 0, y, ROLE_FOCUS, here ? "▸" : " ");
        draw_mark(self, canvas, 2, y, i);
        canvas_cut(canvas, 4, y, canvas->width - 4, here ? ROLE_STRONG : ROLE_TEXT,
                   _(walk_steps[i].title));
        y++;
    }
}

/* Returns the row below. */
static int draw_wrapped(const Canvas *canvas, int x, int y, int rows, Role role, const char *text)
{
    int columns = MAX(canvas->width - x, 1);
    const char *next = text;

    for (int i = 0; next != NULL && i < rows; i++, y++) {
        const char *from = next;
        size_t bytes = text_break(from, (unsigned)columns, &next);
        g_autofree char *line = g_strndup(from, bytes);
        if (next != NULL && i == rows - 1)
            canvas_cut(canvas, x, y, columns, role, from);
        else
            canvas_text(canvas, x, y, role, line);
    }
    return y;
}

static const char *label_of(unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);

    return option != NULL ? option->name : walk_verb(step)->operands;
}

static const char *hint_of(unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);

    return option != NULL ? _(option->help) : _("what it is about");
}

static void draw_remark(const WalkPane *self, const Canvas *canvas, unsigned field, int y, int rows)
{
    unsigned step = self->walk->step;
    g_autofree char *problem = walk_pane_problem(self, field);
    bool empty = *self->walk->values[step][field] == '\0';

    if (problem != NULL && !(empty && field != self->field))
        draw_wrapped(canvas, LABEL, y, rows, ROLE_REJECTED, problem);
    else if (problem != NULL)
        canvas_cut(canvas, LABEL, y, canvas->width - LABEL, ROLE_REJECTED, problem);
    else if (empty || walk_kind(step, field) == ARGUMENT_NONE)
        draw_wrapped(canvas, LABEL, y, rows, ROLE_DIM, hint_of(step, field));
    else
        canvas_text(canvas, LABEL, y, self->checking ? ROLE_DIM : ROLE_TRUSTED,
                    self->checking ? "…" : "✔");
}

static void draw_value(WalkPane *self, const Canvas *canvas, unsigned field, int y)
{
    const char *value = self->walk->values[self->walk->step][field];
    int columns = MAX(canvas->width - LABEL, 1);
    int cursor = LABEL + 1;

    if (walk_kind(self->walk->step, field) == ARGUMENT_NONE) {
        canvas_text(canvas, LABEL, y, ROLE_TEXT, *value == '\0' ? "[ ]" : "[x]");
    } else {
        canvas_fill(canvas, LABEL, y, columns, ROLE_DIM, '_');
        if (field == self->field)
            cursor = edit_draw(&self->edit, canvas, LABEL, y, columns, ROLE_TEXT);
        else
            canvas_cut(canvas, LABEL, y, columns, ROLE_TEXT, value);
    }
    if (field != self->field)
        return;
    self->cursor_x = canvas->x + cursor;
    self->cursor_y = canvas->y + y;
}

static void draw_fields(WalkPane *self, const Canvas *canvas)
{
    unsigned n = walk_n_fields(self->walk->step);
    int rows = (int)n * FIELD_ROWS <= canvas->height ? FIELD_ROWS : FIELD_ROWS_LOW;
    int fitting = MAX(canvas->height / rows, 1);
    unsigned first = (unsigned)MAX((int)self->field - fitting + 1, 0);
    int y = 0;

    for (unsigned i = first; i < n && y < canvas->height; i++, y += rows) {
        bool here = i == self->field;
        canvas_text(canvas, 0, y, ROLE_FOCUS, here ? "▸" : " ");
        canvas_cut(canvas, 2, y, LABEL - 3, here ? ROLE_STRONG : ROLE_TEXT,
                   label_of(self->walk->step, i));
        draw_value(self, canvas, i, y);
        draw_remark(self, canvas, i, y + 1, rows - 1);
    }
}

/* Why it failed and what to do, in the place of what the step is for where there is little room.
 * Returns the row below. */
static int draw_failure(const WalkPane *self, const Canvas *canvas, int y)
{
    const char *why = self->walk->why[self->walk->step];

    if (why != NULL)
        y = draw_wrapped(canvas, 0, y, canvas->height >= HIGH ? 3 : 2, ROLE_REJECTED, why);
    canvas_cut(canvas, 0, y, canvas->width, ROLE_TEXT,
               _("Put it right; Enter does the step again."));
    return y + 1;
}

static void draw_form(WalkPane *self, const Canvas *canvas)
{
    unsigned step = self->walk->step;
    WalkState state = self->walk->states[step];
    bool running = walk_pane_is_running(self, step);
    bool failed = state == WALK_FAILED && !running;
    Canvas fields;
    int y;

    y = canvas_cut(canvas, 0, 0, canvas->width, ROLE_STRONG, _(walk_steps[step].title));
    canvas_printf(canvas, y, 0, running ? ROLE_WARNING : marks[state].role, " · %s",
                  running ? _("running") : _(marks[state].word));
    y = 1;
    if (!failed || canvas->height >= HIGHER)
        y = draw_wrapped(canvas, 0, y, canvas->height >= HIGH ? 3 : 1, ROLE_DIM,
                         _(walk_steps[step].what));
    if (failed)
        y = draw_failure(self, canvas, y);
    y += canvas->height >= HIGH;
    fields = canvas_part(canvas, 0, y, canvas->width, canvas->height - y);
    draw_fields(self, &fields);
}

static void draw_line(const WalkPane *self, const Canvas *canvas, int y)
{
    g_autofree char *line = walk_line(self->walk, self->walk->step);
    g_autofree char *text = g_strdup_printf("$ mse-console %s", line);
    g_autofree char *safe = sanitize_string(text);

    canvas_fill(canvas, 0, y, canvas->width, ROLE_BORDER, 0x2500);
    draw_wrapped(canvas, 0, y + 1, LINE_ROWS - 1, ROLE_KEY, safe);
}

static void draw_choice(const WalkPane *self, const Canvas *canvas)
{
    static const char *const what[N_WALK_ACTORS] = {
        N_("has the code: makes the package, verifies the enclave, seals the secrets, decrypts "
           "the results"),
        N_("has the machine: starts the package in an enclave, hands out its evidence, sends it "
           "the secrets, tests and monitors it"),
    };
    int y = 2;

    canvas_cut(canvas, 1, 0, canvas->width - 1, ROLE_STRONG, _("Who are you? Choose with Enter."));
    for (unsigned i = 0; i < N_WALK_ACTORS; i++) {
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        canvas_text(canvas, 0, y, ROLE_FOCUS, i == self->offered ? "▸" : " ");
        canvas_text(canvas, 2, y, ROLE_KEY, number);
        canvas_cut(canvas, 5, y, canvas->width - 5, ROLE_STRONG, _(walk_actor_names[i]));
        y = draw_wrapped(canvas, 5, y + 1, 3, ROLE_DIM, _(what[i])) + 1;
    }
}

void walk_pane_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    WalkPane *self = (WalkPane *)pane; /* where the cursor is, for the console to ask */
    int list = canvas->width >= WIDE ? LIST_WIDE : LIST_NARROW;
    int height = MAX(canvas->height - LINE_ROWS, 1);
    Canvas steps = canvas_part(canvas, 0, 0, list - 1, height);
    Canvas form = canvas_part(canvas, list, 0, canvas->width - list - 1, height);

    (void)model;
    (void)focused;
    if (self->kept != 0) {
        canvas_text(canvas, 1, 0, ROLE_DIM, "…");
        return;
    }
    if (!self->walk->chosen) {
        draw_choice(self, canvas);
        return;
    }
    draw_steps(self, &steps);
    draw_form(self, &form);
    draw_line(self, canvas, height);
    self->cursor_x -= canvas->x;
    self->cursor_y -= canvas->y;
}
