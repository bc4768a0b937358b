/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expectations: a form. Each field is checked as it is typed, and what is wrong stands beside it;
 * what needs a file is checked in a job.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/edit.h"
#include "ui/text.h"

typedef struct Field {
    Edit edit;
    char *problem;       /* or NULL */
    uint64_t generation; /* of the check that runs in a job */
    bool checking;
} Field;

typedef struct FormPane {
    Pane pane;
    Field fields[N_ASKS];
    unsigned at;
    UiJob *check;
    bool apply_when_checked;
    int cursor_x, cursor_y;
} FormPane;

enum { LABEL = 16, ROWS_PER_FIELD = 3 };

static uint64_t last_generation;

typedef struct FieldCheck {
    unsigned number;
    uint64_t generation;
    char *text;
} FieldCheck;

static void field_check_free(void *data)
{
    FieldCheck *check = data;

    g_free(check->text);
    g_free(check);
}

static void check_job(UiJob *job, void *data)
{
    const FieldCheck *check = data;

    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_FIELD_CHECKED,
                                         .generation = check->generation,
                                         .number = check->number,
                                         .data = model_check_policy_file(check->text, job->cancel),
                                         .free_data = g_free});
}

static void check_field(FormPane *self, Model *model, unsigned number)
{
    Field *field = &self->fields[number];
    FieldCheck *check;

    g_clear_pointer(&field->problem, g_free);
    field->checking = false;
    field->problem = model_check_asked((Ask)number, field->edit.text->str);
    if (!ask_table[number].reads_file || field->edit.text->len == 0)
        return;
    check = g_new(FieldCheck, 1);
    field->generation = ++last_generation;
    field->checking = true;
    *check = (FieldCheck){
        .number = number, .generation = field->generation, .text = g_strdup(field->edit.text->str)};
    if (self->check != NULL)
        jobs_cancel(model->jobs, self->check);
    g_clear_pointer(&self->check, ui_job_unref);
    self->check = ui_job_ref(jobs_start(model->jobs, "check", JOB_QUIET | JOB_URGENT, check_job,
                                        check, field_check_free));
}

static void form_free(Pane *pane)
{
    FormPane *self = (FormPane *)pane;

    for (unsigned i = 0; i < N_ASKS; i++) {
        edit_clear(&self->fields[i].edit);
        g_free(self->fields[i].problem);
    }
    if (self->check != NULL)
        cancel_set(self->check->cancel);
    g_clear_pointer(&self->check, ui_job_unref);
    g_free(self);
}

static char *title(const Pane *pane, const Model *model)
{
    (void)pane;
    (void)model;
    return g_strdup(_("What is expected"));
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    (void)pane;
    (void)model;
    (void)width;
    (void)height;
}

/* Two rows: the next field's begins below them. */
static void draw_remark(const Canvas *canvas, int y, int columns, Role role, const char *text)
{
    const char *next;
    size_t bytes = text_break(text, (unsigned)columns, &next);
    g_autofree char *first = g_strndup(text, bytes);

    canvas_text_n(canvas, LABEL, y, columns, role, first);
    if (next != NULL)
        canvas_cut(canvas, LABEL, y + 1, columns, role, next);
}

static void draw_field(const FormPane *self, const Canvas *canvas, unsigned i, int y)
{
    const Field *field = &self->fields[i];
    bool here = i == self->at;
    int columns = MAX(canvas->width - LABEL - 1, 1);
    int cursor;

    canvas_text(canvas, 0, y, ROLE_FOCUS, here ? "▸" : " ");
    canvas_cut(canvas, 2, y, LABEL - 3, here ? ROLE_STRONG : ROLE_TEXT, _(ask_table[i].label));
    canvas_fill(canvas, LABEL, y, columns, ROLE_DIM, '_');
    cursor = edit_draw(&field->edit, canvas, LABEL, y, columns, ROLE_TEXT);
    if (here) {
        FormPane *own = (FormPane *)self; /* where the cursor is, for the console to ask */
        own->cursor_x = cursor;
        own->cursor_y = y;
    }
    if (field->problem != NULL)
        draw_remark(canvas, y + 1, columns, ROLE_REJECTED, field->problem);
    else if (field->checking)
        canvas_cut(canvas, LABEL, y + 1, columns, ROLE_DIM, _("being read…"));
    else if (field->edit.text->len > 0)
        canvas_cut(canvas, LABEL, y + 1, columns, ROLE_TRUSTED, "✔");
    else
        draw_remark(canvas, y + 1, columns, ROLE_DIM, _(ask_table[i].hint));
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const FormPane *self = (const FormPane *)pane;
    int y = 1, first = 0;

    (void)model;
    (void)focused;
    canvas_cut(canvas, 2, 0, canvas->width - 2, ROLE_DIM, _("Empty fields ask for nothing."));
    if (canvas->height < 2 + N_ASKS * ROWS_PER_FIELD) {
        int fitting = MAX((canvas->height - 1) / ROWS_PER_FIELD, 1);
        first = MAX((int)self->at - fitting + 1, 0);
    } else {
        y = 2;
    }
    for (unsigned i = (unsigned)first; i < N_ASKS; i++, y += ROWS_PER_FIELD)
        draw_field(self, canvas, i, y);
}

static void apply(FormPane *self, Console *console)
{
    Model *model = console_model(console);

    for (unsigned i = 0; i < N_ASKS; i++)
        if (self->fields[i].problem != NULL) {
            self->at = i;
            console_say(console, ROLE_REJECTED, "%s: %s", _(ask_table[i].label),
                        self->fields[i].problem);
            return;
        }
    for (unsigned i = 0; i < N_ASKS; i++)
        if (self->fields[i].checking) {
            self->apply_when_checked = true;
            return;
        }
    for (unsigned i = 0; i < N_ASKS; i++) {
        g_free(model->asked[i]);
        model->asked[i] = g_strdup(self->fields[i].edit.text->str);
    }
    model_verify(model, NULL);
    console_say(console, ROLE_TEXT, "%s", _("judging all again"));
    console_pop(console); /* frees this pane */
}

static Redo key(Pane *pane, Console *console, Key k)
{
    FormPane *self = (FormPane *)pane;
    bool changed = false;

    switch (k) {
    case KEYCODE_ENTER:
        apply(self, console);
        return REDO_DRAW;
    case KEYCODE_ESCAPE:
        console_pop(console);
        return REDO_DRAW;
    case KEYCODE_DOWN:
    case KEYCODE_TAB:
        self->at = (self->at + 1) % N_ASKS;
        return REDO_DRAW;
    case KEYCODE_UP:
    case KEYCODE_TAB | KEY_SHIFT:
        self->at = (self->at + N_ASKS - 1) % N_ASKS;
        return REDO_DRAW;
    default:
        break;
    }
    if (!edit_key(&self->fields[self->at].edit, k, &changed))
        return REDO_NOTHING;
    if (changed) {
        self->apply_when_checked = false;
        check_field(self, console_model(console), self->at);
    }
    return REDO_DRAW;
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    FormPane *self = (FormPane *)pane;
    Field *field;

    if (message->kind != MESSAGE_FIELD_CHECKED || message->number >= N_ASKS)
        return REDO_NOTHING;
    field = &self->fields[message->number];
    if (field->generation != message->generation || !field->checking)
        return REDO_NOTHING;
    field->checking = false;
    field->problem = g_strdup(message->data);
    if (self->apply_when_checked) {
        self->apply_when_checked = false;
        apply(self, console);
    }
    return REDO_DRAW;
}

static bool cursor(const Pane *pane, int *x, int *y)
{
    const FormPane *self = (const FormPane *)pane;

    *x = self->cursor_x;
    *y = self->cursor_y;
    return true;
}

static const char *hints(const Pane *pane)
{
    (void)pane;
    return _("Enter judges all again   Tab next field   Esc leaves");
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    (void)pane;
    (void)console;
    (void)id;
    return REDO_NOTHING;
}

static const PaneClass form_class = {
    .kind = PANE_FORM,
    .free = form_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = draw,
    .command = command,
    .key = key,
    .cursor = cursor,
    .hints = hints,
};

Pane *form_pane_new(const Model *model)
{
    FormPane *self = g_new0(FormPane, 1);

    self->pane.class = &form_class;
    for (unsigned i = 0; i < N_ASKS; i++)
        edit_init(&self->fields[i].edit, model->asked[i]);
    return &self->pane;
}
