/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inputs: what is judged, its verdict as it is found.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/list.h"
#include "ui/text.h"

#include <string.h>

enum { COLUMN_NAME, COLUMN_VERDICT, COLUMN_TCB_, COLUMN_KIND, COLUMN_VALID, N_COLUMNS };

typedef struct InputsPane {
    Pane pane;
    List list;
    uint64_t version; /* of the model when the list was last refreshed */
    char *wanted;     /* an input to select when it is there, or NULL */
    bool moved;       /* the selection is a person's choice, of now or of last time */
    int width;
} InputsPane;

static const ListColumn columns[N_COLUMNS] = {
    [COLUMN_NAME] = {"name", N_("NAME"), 10, 22, 999, 0},
    [COLUMN_VERDICT] = {"verdict", N_("VERDICT"), 12, 12, 23, 0},
    [COLUMN_TCB_] = {"tcb", N_("TCB"), 10, 17, 33, 2},
    [COLUMN_KIND] = {"kind", N_("KIND"), 13, 13, 15, 3},
    [COLUMN_VALID] = {"valid-until", N_("VALID UNTIL"), 11, 11, 13, 1},
};

/* The list's callbacks get the model alone. */
static const Input *input_at(const void *model, unsigned row)
{
    return model_input(model, row);
}

static unsigned count(const void *model)
{
    return ((const Model *)model)->inputs->len;
}

static void verdict_cell(const Input *input, unsigned width, ListCell *out)
{
    const OutcomeRow *row = &outcome_table[input->outcome];

    out->mark = row->mark;
    out->role = row->role;
    out->text = _(row->word);
    if (text_width(out->text) + 2 > width)
        out->text = _(row->short_word);
}

static void cell(const void *model, unsigned row, unsigned column, unsigned width, ListCell *out)
{
    const Input *input = input_at(model, row);

    switch (column) {
    case COLUMN_NAME:
        out->text = model_short_name(model, input);
        out->cut_middle = true;
        return;
    case COLUMN_VERDICT:
        verdict_cell(input, width, out);
        return;
    case COLUMN_TCB_:
        out->text = input->tcb;
        return;
    case COLUMN_KIND:
        out->text = input->kind_text;
        out->role = ROLE_DIM;
        return;
    default:
        out->text = input->valid_until;
        out->role = input->outcome == OUTCOME_EXPIRED ? ROLE_EXPIRED : ROLE_TEXT;
    }
}

/* Names compare as people number them: q2 before q10. */
static int compare_names(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            size_t a_zeros = strspn(a, "0"), b_zeros = strspn(b, "0");
            size_t a_digits = strspn(a + a_zeros, "0123456789");
            size_t b_digits = strspn(b + b_zeros, "0123456789");
            int answer = a_digits != b_digits ? (a_digits < b_digits ? -1 : 1)
                                              : strncmp(a + a_zeros, b + b_zeros, a_digits);
            if (answer != 0)
                return answer;
            a += a_zeros + a_digits;
            b += b_zeros + b_digits;
            continue;
        }
        if (*a != *b)
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        a++;
        b++;
    }
    return (*a != '\0') - (*b != '\0');
}

static int compare(const void *model, unsigned a, unsigned b, unsigned column)
{
    const Input *left = input_at(model, a), *right = input_at(model, b);

    switch (column) {
    case COLUMN_NAME:
        return compare_names(left->name, right->name);
    case COLUMN_VERDICT:
        return (int)left->outcome - (int)right->outcome;
    case COLUMN_TCB_:
        return g_strcmp0(left->tcb, right->tcb);
    case COLUMN_KIND:
        return g_strcmp0(left->kind_text, right->kind_text);
    default:
        return g_strcmp0(left->valid_until, right->valid_until);
    }
}

static void match_text(const void *model, unsigned row, GString *out)
{
    const Input *input = input_at(model, row);

    g_string_append_printf(out, "%s %s %s %s %s", input->name,
                           _(outcome_table[input->outcome].word), input->tcb ? input->tcb : "–",
                           input->kind_text ? input->kind_text : "–",
                           input->valid_until ? input->valid_until : "–");
}

/* Of what there is to say so far. */
static unsigned verdict_width(const Model *model)
{
    unsigned widest = 0;

    for (unsigned i = 0; i < N_OUTCOMES; i++)
        if (model->counts[i] > 0)
            widest = MAX(widest, text_width(_(outcome_table[i].word)) + 2);
    return widest;
}

static unsigned natural_width(const void *data, unsigned column)
{
    const Model *model = data;

    switch (column) {
    case COLUMN_NAME:
        return model->name_width - text_width_n(model_input(model, 0)->name, model->shared);
    case COLUMN_VERDICT:
        return verdict_width(model);
    case COLUMN_TCB_:
        return model->tcb_width;
    default:
        return columns[column].most;
    }
}

static const ListSource source = {
    .columns = columns,
    .n_columns = N_COLUMNS,
    .count = count,
    .cell = cell,
    .compare = compare,
    .match_text = match_text,
    .natural_width = natural_width,
};

static void inputs_free(Pane *pane)
{
    InputsPane *self = (InputsPane *)pane;

    list_clear(&self->list);
    g_free(self->wanted);
    g_free(self);
}

/* As much of it as there is room for; its end says more. */
static void add_directory(GString *title, const Model *model, int width)
{
    enum { AROUND = 8, LEAST = 8 };
    g_autofree char *directory = model_directory(model);
    int room = width - (int)text_width(title->str) - AROUND;
    g_autofree char *cut = NULL;

    if (directory == NULL || room < LEAST)
        return;
    cut = text_cut_middle(directory, (unsigned)room);
    g_string_append_printf(title, " ── %s", cut);
}

static char *title(const Pane *pane, const Model *model)
{
    const InputsPane *self = (const InputsPane *)pane;
    const List *list = &self->list;
    GString *out = g_string_new(_("Inputs"));

    if (*list->filter != '\0')
        g_string_append_printf(out, _(" ── %u of %u ── /%s"), list->order->len, model->inputs->len,
                               list->filter);
    else
        g_string_append_printf(out, " ── %u", model->inputs->len);
    if (list->n_marked > 0)
        g_string_append_printf(out, P_(" ── %u marked", " ── %u marked", list->n_marked),
                               list->n_marked);
    if (*list->filter == '\0')
        add_directory(out, model, self->width);
    return g_string_free(out, FALSE);
}

static void select_wanted(InputsPane *self, const Model *model)
{
    for (unsigned i = 0; self->wanted != NULL && i < model->inputs->len; i++)
        if (g_str_equal(model_input(model, i)->given, self->wanted)) {
            list_select_row(&self->list, i);
            self->moved = true;
            g_clear_pointer(&self->wanted, g_free);
        }
}

/* Until a person chooses, what was judged is looked at: collateral serves it. */
static void pass_over_collateral(InputsPane *self, const Model *model)
{
    const List *list = &self->list;

    for (unsigned i = list->at; !self->moved && i < list->order->len; i++)
        if (input_at(model, g_array_index(list->order, uint32_t, i))->outcome !=
            OUTCOME_COLLATERAL) {
            list_move_to(&self->list, i);
            return;
        }
}

static void refresh(InputsPane *self, const Model *model, Jobs *jobs)
{
    if (self->version == model->version)
        return;
    self->version = model->version;
    list_refresh(&self->list, model, jobs);
    select_wanted(self, model);
    pass_over_collateral(self, model);
}

/* As the settings say; without them all. */
static void choose_columns(InputsPane *self, const Model *model)
{
    list_all_columns(&self->list);
    list_choose_columns(&self->list, settings_texts(model->settings, SETTING_COLUMNS_FILES));
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    InputsPane *self = (InputsPane *)pane;
    Model *model = console_model(console);

    if (message->kind == MESSAGE_SETTINGS)
        choose_columns(self, model);
    else if (!list_take_matches(&self->list, model, model->jobs, message))
        return REDO_NOTHING;
    return REDO_DRAW;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    InputsPane *self = (InputsPane *)pane;

    self->width = width;
    refresh(self, model, model->jobs);
    list_fit(&self->list, (unsigned)MAX(height - 1, 1));
}

static void draw_welcome(const Model *model, const Canvas *canvas)
{
    static const char *const lines[] = {
        N_("Open evidence, quotes or certificates:"),
        "    mse-console FILE…",
        "",
        N_("or type here:"),
        N_("    :open FILE        judge a file"),
        N_("    :inspect FILE     take it apart"),
        N_("    :doctor           what works on this machine"),
        "",
        N_("?  shows the keys,  q  leaves."),
    };
    int y = 1;

    if (model->scanning) {
        canvas_cut(canvas, 2, y, canvas->width - 2, ROLE_DIM, _("looking for evidence here…"));
        return;
    }
    canvas_cut(canvas, 2, y, canvas->width - 2, ROLE_STRONG,
               model->from_directory ? _("Nothing to judge in this directory.")
                                     : _("Nothing to judge yet."));
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        if (*lines[i] != '\0')
            canvas_cut(canvas, 2, y + 2 + (int)i, canvas->width - 2, ROLE_TEXT, _(lines[i]));
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const InputsPane *self = (const InputsPane *)pane;

    if (model->inputs->len == 0) {
        draw_welcome(model, canvas);
        return;
    }
    list_draw(&self->list, model, canvas, focused);
    if (self->list.order->len == 0)
        canvas_cut(canvas, 2, 1, canvas->width - 2, ROLE_DIM, _("no row matches the filter"));
}

/* The names of what is marked, else of what is selected. */
static void copy_names(const List *list, Console *console)
{
    g_autoptr(GArray) rows = list_chosen(list);
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; i < rows->len; i++)
        g_string_append_printf(
            text, "%s%s", i > 0 ? "\n" : "",
            model_input(console_model(console), g_array_index(rows, unsigned, i))->name);
    if (rows->len > 0)
        console_copy(console, NULL, text->str);
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    Model *model = console_model(console);

    ((InputsPane *)pane)->moved = true;
    if (id == COMMAND_COPY) {
        copy_names(&((InputsPane *)pane)->list, console);
        return REDO_DRAW;
    }
    if (id == COMMAND_OPEN) {
        console_focus(console, PLACE_RIGHT);
        return REDO_DRAW;
    }
    return list_command(&((InputsPane *)pane)->list, model, model->jobs, id);
}

static const char *pattern(const Pane *pane)
{
    return ((const InputsPane *)pane)->list.filter;
}

static void set_pattern(Pane *pane, Console *console, const char *text)
{
    Model *model = console_model(console);

    list_set_filter(&((InputsPane *)pane)->list, model, model->jobs, text);
}

static char *pattern_state(const Pane *pane, const Model *model)
{
    const List *list = &((const InputsPane *)pane)->list;

    if (list_filter_problem(list) != NULL)
        return g_strdup(list_filter_problem(list));
    return g_strdup_printf(_("%u of %u"), list->order->len, model->inputs->len);
}

static Redo click(Pane *pane, Console *console, int x, int y)
{
    List *list = &((InputsPane *)pane)->list;

    (void)console;
    (void)x;
    ((InputsPane *)pane)->moved = true;
    if (y < 1 || list->top + (unsigned)y - 1 >= list->order->len)
        return REDO_NOTHING;
    list_move_to(list, list->top + (unsigned)y - 1);
    return REDO_DRAW;
}

static const PaneClass inputs_class = {
    .kind = PANE_INPUTS,
    .free = inputs_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = draw,
    .command = command,
    .pattern = pattern,
    .set_pattern = set_pattern,
    .pattern_state = pattern_state,
    .click = click,
};

Pane *inputs_pane_new(const Model *model)
{
    InputsPane *self = g_new0(InputsPane, 1);

    self->pane.class = &inputs_class;
    list_init(&self->list, &source);
    choose_columns(self, model);
    return &self->pane;
}

bool inputs_pane_selected(const Pane *pane, unsigned *number)
{
    return list_selected(&((const InputsPane *)pane)->list, number);
}

GArray *inputs_pane_chosen(const Pane *pane)
{
    return list_chosen(&((const InputsPane *)pane)->list);
}

void inputs_pane_state(const Pane *pane, const Model *model, const char **sort, bool *descending,
                       const char **selected)
{
    const List *list = &((const InputsPane *)pane)->list;
    unsigned row;

    *sort = list->sort_column == LIST_UNSORTED ? "" : columns[list->sort_column].id;
    *descending = list->descending;
    *selected = list_selected(list, &row) && model_input(model, row) != NULL
                    ? model_input(model, row)->given
                    : "";
}

void inputs_pane_restore(Pane *pane, const Model *model, const char *sort, bool descending,
                         const char *selected)
{
    InputsPane *self = (InputsPane *)pane;

    refresh(self, model, NULL);
    for (int i = 0; i < N_COLUMNS; i++)
        if (g_str_equal(columns[i].id, sort))
            list_sort_by(&self->list, model, i, descending);
    g_free(self->wanted);
    self->wanted = *selected == '\0' ? NULL : g_strdup(selected);
    select_wanted(self, model);
}
