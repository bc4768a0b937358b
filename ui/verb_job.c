/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/verb_job.h"

#include "command/job.h"
#include "command/rows_json.h"
#include "command/table.h"
#include "command/verb.h"
#include "core/clock.h"
#include "core/sanitize.h"

#include <string.h>
#include <unistd.h>

/* A block is sent when it is this large or this old. */
enum { BLOCK_LINES = 500, BLOCK_BYTES = 1 << 20, BLOCK_MICROSECONDS = 16000 };

typedef struct VerbJob {
    char *line;
    unsigned width;
    VerbJobPrepare prepare; /* or NULL */
    void *data;
    GDestroyNotify free_data;
    UiJob *job;
    const Verb *verb;
    Job *running;
    json_t *rows; /* of a verb that lists, until it ends: a table is as wide as its widest row */
    GPtrArray *block;
    size_t block_bytes;
    int64_t block_began;
} VerbJob;

static void send_block(VerbJob *self)
{
    if (self->block == NULL)
        return;
    ui_job_send(self->job, self->block);
    self->block = NULL;
}

static void add_line(VerbJob *self, bool error, char *text)
{
    JobLine *line = g_new(JobLine, 1);

    *line = (JobLine){.error = error, .text = text};
    if (self->block == NULL) {
        self->block = g_ptr_array_new_with_free_func(job_line_free);
        self->block_began = clock_monotonic();
        self->block_bytes = 0;
    }
    g_ptr_array_add(self->block, line);
    self->block_bytes += strlen(text);
    if (self->block->len >= BLOCK_LINES || self->block_bytes >= BLOCK_BYTES ||
        clock_monotonic() - self->block_began >= BLOCK_MICROSECONDS)
        send_block(self);
}

static void add_document(VerbJob *self, const json_t *row, bool indented)
{
    g_autofree char *text = rows_json_text(row, indented);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (unsigned i = 0; lines[i] != NULL; i++)
        add_line(self, false, g_strdup(lines[i]));
}

static void on_begin(const Verb *verb, void *data)
{
    ((VerbJob *)data)->verb = verb;
}

static void on_text(const char *line, void *data)
{
    add_line(data, false, g_strdup(line));
}

static void on_error(const char *sentence, void *data)
{
    add_line(data, true, sanitize_string(sentence));
}

static bool lists(const VerbJob *self)
{
    return self->verb != NULL && self->verb->columns != NULL;
}

/* As in the shell: a table or an array when it ends; a stream's objects, and documents, at once. */
static void on_row(const json_t *row, void *data)
{
    VerbJob *self = data;
    bool stream = self->verb != NULL && self->verb->flags & VERB_STREAM;

    if (lists(self) && !(job_json(self->running) && stream))
        json_array_append(self->rows, (json_t *)row);
    else if (job_json(self->running))
        add_document(self, row, !stream && isatty(STDOUT_FILENO) == 1);
}

static void on_progress(const Progress *progress, void *data)
{
    VerbJob *self = data;

    mailbox_post(self->job->mailbox, (Message){.kind = MESSAGE_JOB_PROGRESS,
                                               .number = self->job->id,
                                               .data = progress_text(progress),
                                               .free_data = g_free});
}

static void made_free(void *data)
{
    JobMade *made = data;

    g_free(made->what);
    g_free(made->path);
    g_free(made);
}

static void on_made(const char *what, const char *path, void *data)
{
    const VerbJob *self = data;
    JobMade *made = g_new(JobMade, 1);

    *made = (JobMade){.what = g_strdup(what), .path = g_strdup(path)};
    mailbox_post(self->job->mailbox, (Message){.kind = MESSAGE_JOB_MADE,
                                               .number = self->job->id,
                                               .data = made,
                                               .free_data = made_free});
}

static void send_array(VerbJob *self, int status)
{
    bool stream = self->verb != NULL && self->verb->flags & VERB_STREAM;

    if (lists(self) && !stream && status != EXIT_CANCELLED &&
        (status == EXIT_OK || json_array_size(self->rows) > 0))
        rows_json_lines(self->rows, on_text, self);
}

static void send_table(VerbJob *self)
{
    GPtrArray *lines;

    if (json_array_size(self->rows) == 0)
        return;
    lines = table_render(self->verb->columns, self->rows, self->width);
    for (unsigned i = 0; i < lines->len; i++)
        add_line(self, false, g_strdup(lines->pdata[i]));
    g_ptr_array_unref(lines);
}

static bool is_prepared(VerbJob *self, Job *job)
{
    g_autoptr(GError) error = NULL;

    if (self->prepare == NULL || self->prepare(self->data, self->job->cancel, &error))
        return true;
    self->job->status = job_fail(job, error);
    return false;
}

/* A sentence of several lines has its point in the first. */
static char *first_line_safe(const char *sentence)
{
    g_autofree char *line = g_strndup(sentence, strcspn(sentence, "\n"));

    return sanitize_string(line);
}

static void run(UiJob *ui_job, void *data)
{
    static const JobSink sink = {
        .begin = on_begin,
        .row = on_row,
        .text = on_text,
        .error = on_error,
        .progress = on_progress,
        .careful = true,
        .made = on_made,
    };
    VerbJob *self = data;
    g_autoptr(Job) job = job_new(&sink, self, false, ui_job->cancel);

    self->job = ui_job;
    self->running = job;
    if (is_prepared(self, job))
        ui_job->status = verb_run_line(job, self->line);
    if (ui_job->status != EXIT_OK && job_why(job) != NULL)
        ui_job->why = first_line_safe(job_why(job));
    if (job_json(job))
        send_array(self, ui_job->status);
    else
        send_table(self);
    send_block(self);
}

static void verb_job_free(void *data)
{
    VerbJob *self = data;

    json_decref(self->rows);
    g_clear_pointer(&self->block, g_ptr_array_unref);
    if (self->free_data != NULL)
        self->free_data(self->data);
    g_free(self->line);
    g_free(self);
}

UiJob *verb_job_start(Jobs *jobs, const char *line, unsigned width)
{
    return verb_job_start_prepared(jobs, line, width, NULL, NULL, NULL);
}

UiJob *verb_job_start_prepared(Jobs *jobs, const char *line, unsigned width, VerbJobPrepare prepare,
                               void *data, GDestroyNotify free_data)
{
    VerbJob *self = g_new0(VerbJob, 1);
    g_autofree char *title = sanitize_string(line);

    self->line = g_strdup(line);
    self->width = width;
    self->prepare = prepare;
    self->data = data;
    self->free_data = free_data;
    self->rows = json_array();
    return jobs_start(jobs, title, JOB_COMPUTES, run, self, verb_job_free);
}
