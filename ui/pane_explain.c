/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explanation of a check: what was found, what it proves, what a failure means, what to do.
 */
#include "config.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "ui/console.h"
#include "ui/measurement.h"
#include "ui/pane_reading.h"

typedef struct ExplainPane {
    ReadingPane reading;
    unsigned number;
    CheckId check;
    uint64_t made_version; /* of the input */
} ExplainPane;

static void explain_free(Pane *pane)
{
    reading_clear((ReadingPane *)pane);
    g_free(pane);
}

static char *title(const Pane *pane, const Model *model)
{
    const ExplainPane *self = (const ExplainPane *)pane;

    (void)model;
    return g_strdup_printf(_("Check ── %s"), check_table[self->check].id);
}

static const Verdict *verdict_of(const ExplainPane *self, const Model *model)
{
    const Input *input = model_input(model, self->number);

    return input == NULL || input->result == NULL ? NULL : input->result->verdict;
}

static void add_outcome(Document *document, const CheckOutcome *outcome, const CheckRow *row,
                        int width)
{
    static const char *const words[N_CHECK_RESULTS] = {
        [CHECK_RESULT_OK] = N_("ok"),
        [CHECK_RESULT_WARNING] = N_("warning"),
        [CHECK_RESULT_FAILED] = N_("FAILED"),
        [CHECK_RESULT_SKIPPED] = N_("not asked for"),
        [CHECK_RESULT_NOT_REACHED] = N_("not reached: something it needs failed"),
    };

    document_line(document, DOCUMENT_PLAIN);
    document_printf(document, check_role(outcome->result), "%s %s", check_mark(outcome->result),
                    _(words[outcome->result]));
    document_printf(document, ROLE_STRONG, "  %s", _(row->title));
    if (outcome->detail == NULL)
        return;
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_TEXT, outcome->detail);
}

static void add_paragraph(Document *document, const char *heading, const char *text, int width)
{
    document_heading(document, heading);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_TEXT, text);
}

static void add_needs(Document *document, const CheckRow *row, const Verdict *verdict)
{
    if (row->needs == 0)
        return;
    document_heading(document, _("NEEDS"));
    for (unsigned i = 0; i < N_CHECKS; i++) {
        CheckResult result = verdict == NULL ? CHECK_RESULT_SKIPPED : verdict->checks[i].result;
        if (!(row->needs & CHECK_BIT(i)))
            continue;
        document_line(document, DOCUMENT_PLAIN);
        document_printf(document, check_role(result), "  %s ", check_mark(result));
        document_add(document, ROLE_TEXT, check_table[i].id);
    }
}

/* What the check is about, in full. */
static void add_measurements(Document *document, CheckId check, const Verdict *verdict, int width)
{
    for (unsigned i = 0; i < N_MEASUREMENTS; i++) {
        g_autofree char *hex = NULL;
        Span bytes;
        if (measurement_check((MeasurementId)i) != check ||
            !measurement_bytes(verdict, (MeasurementId)i, &bytes))
            continue;
        hex = hex_encode(bytes);
        add_paragraph(document, measurement_label((MeasurementId)i), hex, width);
    }
}

static Document *make(const ExplainPane *self, const Model *model, int width)
{
    Document *document = document_new();
    const CheckRow *row = &check_table[self->check];
    const Verdict *verdict = verdict_of(self, model);

    if (verdict != NULL)
        add_outcome(document, &verdict->checks[self->check], row, width);
    add_measurements(document, self->check, verdict, width);
    add_paragraph(document, _("WHAT IT PROVES"), _(row->proves), width);
    add_paragraph(document, _("WHAT A FAILURE MEANS"), _(row->failure_means), width);
    add_paragraph(document, _("WHAT TO DO"), _(row->what_to_do), width);
    add_needs(document, row, verdict);
    add_paragraph(document, _("SOURCE"), row->source, width);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    ExplainPane *self = (ExplainPane *)pane;
    const Input *input = model_input(model, self->number);
    uint64_t version = input == NULL ? 0 : input->version;
    bool must = reading_must_make(&self->reading, width) || self->made_version != version;

    self->made_version = version;
    reading_fit(&self->reading, must ? make(self, model, width) : NULL, width, height);
}

/* The measurement in full where the check is about one, else the text. */
static Redo command(Pane *pane, Console *console, CommandId id)
{
    const ExplainPane *self = (const ExplainPane *)pane;
    const Verdict *verdict = verdict_of(self, console_model(console));
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; id == COMMAND_COPY && i < N_MEASUREMENTS; i++) {
        g_autofree char *hex = NULL;
        Span bytes;
        if (measurement_check((MeasurementId)i) != self->check ||
            !measurement_bytes(verdict, (MeasurementId)i, &bytes))
            continue;
        hex = hex_encode(bytes);
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", hex);
    }
    if (text->len == 0)
        return reading_command(pane, console, id);
    console_copy(console, check_table[self->check].id, text->str);
    return REDO_DRAW;
}

static void show(Pane *pane, unsigned number)
{
    ((ExplainPane *)pane)->number = number;
}

static const PaneClass explain_class = {
    .kind = PANE_READING,
    .free = explain_free,
    .title = title,
    .fit = fit,
    READING_OPERATIONS_WITH(command),
    .show = show,
};

Pane *explain_pane_new(unsigned number, CheckId check)
{
    ExplainPane *self = g_new0(ExplainPane, 1);

    reading_init(&self->reading, &explain_class);
    self->number = number;
    self->check = check;
    return &self->reading.pane;
}
