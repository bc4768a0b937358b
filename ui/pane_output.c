/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Output: what a verb says, as it says it.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/pane_reading.h"
#include "ui/program.h"
#include "ui/verb_job.h"

#include <inttypes.h>
#include <string.h>

typedef struct OutputPane {
    ReadingPane reading;
    UiJob *job;
    unsigned laid_out; /* lines of its log */
    uint64_t dropped;  /* as it was when it was laid out */
    bool ended;
    bool detached; /* somebody else looks after the job */
} OutputPane;

enum { TABLE_WIDTH = 100 };

static void output_free(Pane *pane)
{
    OutputPane *self = (OutputPane *)pane;

    if (!self->ended && !self->detached)
        cancel_set(self->job->cancel);
    ui_job_unref(self->job);
    reading_clear(&self->reading);
    g_free(self);
}

static char *title(const Pane *pane, const Model *model)
{
    const OutputPane *self = (const OutputPane *)pane;

    (void)model;
    if (!self->ended)
        return g_strdup_printf(":%s ── %s", self->job->title,
                               self->job->progress ? self->job->progress : _("running"));
    if (self->job->cancelled)
        return g_strdup_printf(_(":%s ── cancelled"), self->job->title);
    if (self->job->status != 0)
        return g_strdup_printf(_(":%s ── exit status %d"), self->job->title, self->job->status);
    return g_strdup_printf(":%s", self->job->title);
}

/* Spaces that the line begins with stay with what follows it. */
static void lay_out_line(Document *document, const JobLine *line, int width)
{
    int indent = (int)strspn(line->text, " ");

    document_line(document, DOCUMENT_PLAIN);
    if (line->text[indent] == '\0')
        return;
    if (indent > width / 2)
        indent = 0;
    document_wrap(document, indent, width, line->error ? ROLE_WARNING : ROLE_TEXT,
                  line->text + indent);
}

static void lay_out(OutputPane *self, Document *document, int width)
{
    for (; self->laid_out < self->job->log->len; self->laid_out++)
        lay_out_line(document, self->job->log->pdata[self->laid_out], width);
}

static Document *make(OutputPane *self, int width)
{
    Document *document = document_new();

    self->laid_out = 0;
    self->dropped = self->job->log_dropped;
    if (self->dropped > 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_printf(document, ROLE_DIM, _("%" PRIu64 " earlier lines are not kept"),
                        self->dropped);
    }
    if (self->ended && self->dropped == 0 && self->job->log->len == 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 0, ROLE_DIM, _("It said nothing."));
    }
    lay_out(self, document, width);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    OutputPane *self = (OutputPane *)pane;
    bool must;

    (void)model;
    if (self->dropped != self->job->log_dropped)
        self->reading.stale = true;
    must = reading_must_make(&self->reading, width);
    if (!must)
        lay_out(self, self->reading.document, width);
    reading_fit(&self->reading, must ? make(self, width) : NULL, width, height);
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    OutputPane *self = (OutputPane *)pane;

    if (message->number != self->job->id || message->kind == MESSAGE_MATCHES)
        return reading_update(pane, console, message);
    switch (message->kind) {
    case MESSAGE_JOB_TEXT:
    case MESSAGE_JOB_PROGRESS:
        return REDO_DRAW;
    case MESSAGE_JOB_ENDED:
        self->ended = true;
        self->reading.stale |= self->job->log->len == 0;
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
}

static UiJob *job_of(const Pane *pane, const Model *model)
{
    const OutputPane *self = (const OutputPane *)pane;

    (void)model;
    return self->ended ? NULL : self->job;
}

static const PaneClass output_class = {
    .kind = PANE_READING,
    .free = output_free,
    .title = title,
    .fit = fit,
    .update = update,
    .draw = reading_draw,
    .command = reading_command,
    .pattern = reading_pattern,
    .set_pattern = reading_set_pattern,
    .pattern_state = reading_pattern_state,
    .click = reading_click,
    .job = job_of,
};

static Pane *new_pane(UiJob *job)
{
    OutputPane *self = g_new0(OutputPane, 1);

    reading_init(&self->reading, &output_class);
    self->job = ui_job_ref(job);
    return &self->reading.pane;
}

Pane *output_pane_new(Console *console, const char *line)
{
    return new_pane(verb_job_start(console_model(console)->jobs, line, TABLE_WIDTH));
}

Pane *output_pane_new_program(Console *console, ProgramRequest *request)
{
    return new_pane(program_start(console_model(console)->jobs, request));
}

Pane *output_pane_new_job(UiJob *job)
{
    Pane *pane = new_pane(job);
    OutputPane *self = (OutputPane *)pane;

    self->detached = true;
    self->ended = job->state == JOB_ENDED;
    return pane;
}

UiJob *output_pane_detach(Pane *pane)
{
    OutputPane *self = (OutputPane *)pane;

    self->detached = true;
    return self->job;
}

void output_pane_copy_to(const Pane *pane, GString *text, GString *errors)
{
    const OutputPane *self = (const OutputPane *)pane;

    if (pane->class != &output_class)
        return;
    for (unsigned i = 0; i < self->job->log->len; i++) {
        const JobLine *line = self->job->log->pdata[i];
        g_string_append_printf(line->error ? errors : text, "%s\n", line->text);
    }
}

int output_pane_status(const Pane *pane)
{
    return pane->class == &output_class ? ((const OutputPane *)pane)->job->status : 0;
}
