/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help: the keys of a pane and those that work everywhere, from the key table.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/line.h"
#include "ui/pane_reading.h"
#include "ui/text.h"

typedef struct HelpPane {
    ReadingPane reading;
    const KeyTable *keys; /* the console's: as they are now */
    unsigned kind;
} HelpPane;

/* From ROOMY columns on there is a wide column for the keys and a line for the shell's command. */
enum { KEYS_WIDTH = 16, ROOMY = 60, NARROW_INDENT = 8 };

static void help_free(Pane *pane)
{
    reading_clear((ReadingPane *)pane);
    g_free(pane);
}

static char *title(const Pane *pane, const Model *model)
{
    (void)pane;
    (void)model;
    return g_strdup(_("Help"));
}

static bool is_everywhere(const CommandRow *row)
{
    unsigned all = PANE_ANY & ~(unsigned)PANE_FORM;

    return (row->panes & all) == all;
}

static void add_row(Document *document, const HelpPane *self, CommandId command, int width)
{
    const CommandRow *row = &command_table[command];
    g_autofree char *keys = key_table_keys(self->keys, command);
    int indent = width >= ROOMY ? 2 + KEYS_WIDTH : NARROW_INDENT;

    if (command == COMMAND_FOCUS_1 && g_str_equal(keys, "1")) {
        g_free(keys);
        keys = g_strdup("1..9"); /* the first stands for all nine */
    }

    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 1, *keys == '\0' ? ROLE_DIM : ROLE_KEY, *keys == '\0' ? "–" : keys);
    if ((int)text_width(keys) > indent - 2) /* many keys in little room: the help below them */
        document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, indent, width, ROLE_TEXT, _(row->help));
    if (row->shell != NULL && width >= ROOMY) {
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, indent, width, ROLE_DIM, row->shell);
    }
}

static void add_rows(Document *document, const HelpPane *self, bool everywhere, int width)
{
    for (unsigned i = 1; i < N_COMMANDS; i++) {
        const CommandRow *row = &command_table[i];
        if (row->name == NULL || !(row->panes & self->kind) || is_everywhere(row) != everywhere)
            continue;
        if (i > COMMAND_FOCUS_1 && i <= COMMAND_FOCUS_9)
            continue;
        add_row(document, self, (CommandId)i, width);
    }
}

/* What the shell is given, and how. */
static void add_own(Document *document, const HelpPane *self, int width)
{
    int indent = width >= ROOMY ? 2 + KEYS_WIDTH : NARROW_INDENT;

    if (self->keys->n_own == 0 || !(self->kind & PANE_OWN))
        return;
    document_heading(document, _("YOUR OWN COMMANDS"));
    for (unsigned i = 0; i < self->keys->n_own; i++) {
        const SettingCommand *command = self->keys->own[i].command;
        g_autofree char *key = key_text(self->keys->own[i].key);
        g_autofree char *name = sanitize_string(command->name);
        g_autofree char *run = sanitize_string(command->run);
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 1, ROLE_KEY, key);
        document_add_at(document, indent, ROLE_TEXT, name);
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, indent, width, ROLE_DIM, run);
    }
}

static void add_legend(Document *document)
{
    document_heading(document, _("MARKS"));
    for (unsigned i = 0; i < N_OUTCOMES; i++) {
        document_line(document, DOCUMENT_PLAIN);
        document_printf(document, outcome_table[i].role, "  %s %s", outcome_table[i].mark,
                        _(outcome_table[i].word));
    }
}

static void add_lines(Document *document, int width)
{
    document_heading(document, _("AFTER :"));
    for (unsigned i = 0; line_table[i].typed != NULL; i++) {
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 2, ROLE_KEY, line_table[i].typed);
        document_wrap(document, 4 + KEYS_WIDTH + 2, width, ROLE_TEXT, _(line_table[i].help));
    }
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_DIM,
                  _("And the verbs of the shell: verify, inspect, journal, doctor…; Tab completes, "
                    "Up and Down go through the history."));
}

static Document *make(const HelpPane *self, int width)
{
    Document *document = document_new();

    document_heading(document, _("IN THIS PANE"));
    add_rows(document, self, false, width);
    add_own(document, self, width);
    document_heading(document, _("EVERYWHERE"));
    if (self->kind == PANE_WALK) {
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width, ROLE_DIM,
                      _("In a field, letters and digits are typed; these keys are for the rest."));
    }
    add_rows(document, self, true, width);
    add_lines(document, width);
    add_legend(document);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    HelpPane *self = (HelpPane *)pane;

    (void)model;
    reading_fit(&self->reading, reading_must_make(&self->reading, width) ? make(self, width) : NULL,
                width, height);
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    if (message->kind != MESSAGE_SETTINGS)
        return reading_update(pane, console, message);
    ((HelpPane *)pane)->reading.stale = true;
    return REDO_DRAW;
}

static const PaneClass help_class = {
    .kind = PANE_READING,
    .free = help_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = reading_draw,
    .command = reading_command,
    .pattern = reading_pattern,
    .set_pattern = reading_set_pattern,
    .pattern_state = reading_pattern_state,
    .click = reading_click,
};

Pane *help_pane_new(const KeyTable *keys, unsigned kind)
{
    HelpPane *self = g_new0(HelpPane, 1);

    reading_init(&self->reading, &help_class);
    self->keys = keys;
    self->kind = kind;
    return &self->reading.pane;
}
