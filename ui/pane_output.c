/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Output: what a verb says, as it says it.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/pane_reading.h"
#include "ui/program.h"
#include "ui/verb_job.h"

#include <inttypes.h>
#include <string.h>

typedef struct OutputPane {
    ReadingPane reading;
    char *line;
    UiJob *job;
    GPtrArray *said; /* JobLine*: kept to be laid out again for another width */
    unsigned laid_out;
    uint64_t dropped;
    bool ended;
    bool detached; /* somebody else looks after the job */
} OutputPane;

/* What a pane keeps; what came before is counted and said. */
enum { KEPT_LINES = 100000, TABLE_WIDTH = 100 };

static void job_line_free(void *data)
{
    JobLine *line = data;

    g_free(line->text);
    g_free(line);
}

static void output_free(Pane *pane)
{
    OutputPane *self = (OutputPane *)pane;

    if (!self->ended && !self->detached)
        cancel_set(self->job->cancel);
    ui_job_unref(self->job);
    g_ptr_array_unref(self->said);
    g_free(self->line);
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
    for (; self->laid_out < self->said->len; self->laid_out++)
        lay_out_line(document, self->said->pdata[self->laid_out], width);
}

static Document *make(OutputPane *self, int width)
{
    Document *document = document_new();

    self->laid_out = 0;
    if (self->dropped > 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_printf(document, ROLE_DIM, _("%" PRIu64 " earlier lines are not kept"),
                        self->dropped);
    }
    lay_out(self, document, width);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    OutputPane *self = (OutputPane *)pane;
    bool must = reading_must_make(&self->reading, width);

    (void)model;
    if (!must)
        lay_out(self, self->reading.document, width);
    reading_fit(&self->reading, must ? make(self, width) : NULL, width, height);
}

static void take_lines(OutputPane *self, const GPtrArray *lines)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const JobLine *line = lines->pdata[i];
        JobLine *copy = g_new(JobLine, 1);
        *copy = (JobLine){.error = line->error, .text = g_strdup(line->text)};
        g_ptr_array_add(self->said, copy);
    }
    if (self->said->len > KEPT_LINES + KEPT_LINES / 10) {
        unsigned excess = self->said->len - KEPT_LINES;
        g_ptr_array_remove_range(self->said, 0, excess);
        self->dropped += excess;
        self->reading.stale = true;
    }
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    OutputPane *self = (OutputPane *)pane;

    if (message->number != self->job->id || message->kind == MESSAGE_MATCHES)
        return reading_update(pane, console, message);
    switch (message->kind) {
    case MESSAGE_JOB_TEXT:
        take_lines(self, message->data);
        return REDO_DRAW;
    case MESSAGE_JOB_PROGRESS:
        g_free(self->job->progress);
        self->job->progress = sanitize_string(message->data);
        return REDO_DRAW;
    case MESSAGE_JOB_ENDED:
        self->ended = true;
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

static Pane *new_pane(const char *line, UiJob *job)
{
    OutputPane *self = g_new0(OutputPane, 1);

    reading_init(&self->reading, &output_class);
    self->line = g_strdup(line);
    self->said = g_ptr_array_new_with_free_func(job_line_free);
    self->job = ui_job_ref(job);
    return &self->reading.pane;
}

Pane *output_pane_new(Console *console, const char *line)
{
    return new_pane(line, verb_job_start(console_model(console)->jobs, line, TABLE_WIDTH));
}

Pane *output_pane_new_program(Console *console, ProgramRequest *request)
{
    UiJob *job = program_start(console_model(console)->jobs, request);

    return new_pane(job->title, job);
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
    for (unsigned i = 0; i < self->said->len; i++) {
        const JobLine *line = self->said->pdata[i];
        g_string_append_printf(line->error ? errors : text, "%s\n", line->text);
    }
}

int output_pane_status(const Pane *pane)
{
    return pane->class == &output_class ? ((const OutputPane *)pane)->job->status : 0;
}
