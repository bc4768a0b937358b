/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs: what runs and what ran, newest first.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/pane_reading.h"

typedef struct JobsPane {
    ReadingPane reading;
} JobsPane;

static void jobs_pane_free(Pane *pane)
{
    reading_clear((ReadingPane *)pane);
    g_free(pane);
}

static char *title(const Pane *pane, const Model *model)
{
    unsigned n = jobs_running(model->jobs);

    (void)pane;
    return n == 0 ? g_strdup(_("Jobs")) : g_strdup_printf(_("Jobs ── %u running"), n);
}

static char *job_state(const UiJob *job)
{
    int64_t milliseconds = (job->ended - job->started) / 1000;

    switch (job->state) {
    case JOB_QUEUED:
        return g_strdup(job->cancelled ? _("being cancelled") : _("waits for a place"));
    case JOB_RUNNING:
        return g_strdup(job->cancelled  ? _("being cancelled")
                        : job->progress ? job->progress
                                        : _("running"));
    case JOB_ENDED:
        break;
    }
    if (job->cancelled)
        return g_strdup(_("cancelled"));
    if (job->status != 0)
        return g_strdup_printf(_("exit status %d"), job->status);
    return milliseconds < 1000
               ? g_strdup_printf(_("done in %d ms"), (int)milliseconds)
               : g_strdup_printf(_("done in %d s"), (int)((milliseconds + 500) / 1000));
}

static Document *make(const Model *model)
{
    const GPtrArray *jobs = jobs_list(model->jobs);
    Document *document = document_new();

    for (unsigned i = jobs->len; i-- > 0;) {
        const UiJob *job = jobs->pdata[i];
        g_autofree char *state = job_state(job);
        document_line(document, (int)job->id);
        document_printf(document, ROLE_DIM, " %3u  ", job->id);
        document_add(document, job->state == JOB_ENDED ? ROLE_TEXT : ROLE_STRONG, job->title);
        document_add_right(document, job->status != 0 ? ROLE_WARNING : ROLE_DIM, state);
    }
    if (jobs->len == 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 2, ROLE_DIM, _("Nothing has run yet."));
    }
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    reading_fit((ReadingPane *)pane, make(model), width, height);
}

/* The one under the bar, which is on the newest before it was ever drawn; or NULL. */
static UiJob *selected_job(const ReadingPane *self, const Model *model)
{
    const GPtrArray *jobs = jobs_list(model->jobs);
    int id = DOCUMENT_PLAIN;

    if (self->document != NULL)
        id = document_view_tag(&self->view, self->document);
    else if (jobs->len > 0)
        return jobs->pdata[jobs->len - 1];
    return id == DOCUMENT_PLAIN ? NULL : jobs_find(model->jobs, (unsigned)id);
}

static UiJob *job_of(const Pane *pane, const Model *model)
{
    UiJob *job = selected_job((const ReadingPane *)pane, model);

    return job == NULL || job->state == JOB_ENDED ? NULL : job;
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    UiJob *job = selected_job((const ReadingPane *)pane, console_model(console));

    if (id != COMMAND_OPEN)
        return reading_command(pane, console, id);
    if (job != NULL)
        console_push(console, output_pane_new_job(job));
    return REDO_DRAW;
}

static const PaneClass jobs_class = {
    READING_OPERATIONS_WITH(command),
    .kind = PANE_JOBS,
    .free = jobs_pane_free,
    .title = title,
    .fit = fit,
    .job = job_of,
};

Pane *jobs_pane_new(void)
{
    JobsPane *self = g_new0(JobsPane, 1);

    reading_init(&self->reading, &jobs_class);
    return &self->reading.pane;
}
