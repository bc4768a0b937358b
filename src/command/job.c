/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/job.h"

#include "command/verb.h"
#include "core/cause.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

struct Job {
    JobSink sink;
    void *data;
    bool json;
    Cancel *cancel;
    const Verb *verb;
    char *progress_of;                /* what was told last, … */
    int64_t progress_at;              /* … and when: monotonic microseconds */
    char *first_error, *last_warning; /* job_why */
};

enum { PROGRESS_MICROSECONDS = 100 * 1000 };

Job *job_new(const JobSink *sink, void *data, bool json, Cancel *cancel)
{
    Job *job = g_new0(Job, 1);
    job->sink = *sink;
    job->data = data;
    job->json = json;
    job->cancel = cancel ? cancel_ref(cancel) : NULL;
    return job;
}

void job_free(Job *job)
{
    if (!job)
        return;
    if (job->cancel)
        cancel_unref(job->cancel);
    g_free(job->progress_of);
    g_free(job->first_error);
    g_free(job->last_warning);
    g_free(job);
}

bool job_json(const Job *job)
{
    return job->json;
}

Cancel *job_cancel(const Job *job)
{
    return job->cancel;
}

bool job_is_careful(const Job *job)
{
    return job->sink.careful;
}

void job_made(Job *job, const char *what, const char *path)
{
    if (job->sink.made)
        job->sink.made(what, path, job->data);
}

void job_begin(Job *job, const Verb *verb, bool json)
{
    job->verb = verb;
    job->json |= json;
    if (job->sink.begin)
        job->sink.begin(verb, job->data);
}

/* Every row has every column, in the table's order first. */
static json_t *row_completed(const VerbColumn *columns, json_t *row)
{
    json_t *whole = json_object();
    for (; columns->name; columns++) {
        json_t *value = json_object_get(row, columns->name);
        json_object_set_new(whole, columns->name, value ? json_incref(value) : json_null());
    }
    json_object_update_missing(whole, row);
    json_decref(row);
    return whole;
}

void job_emit(Job *job, json_t *row)
{
    if (job->verb && job->verb->columns)
        row = row_completed(job->verb->columns, row);
    if (job->sink.row)
        job->sink.row(row, job->data);
    json_decref(row);
}

static void say_lines(void (*say)(const char *, void *), char *text, void *data)
{
    if (!say)
        return;
    for (char *line = text; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        say(line, data);
        line = end;
    }
}

void job_text(Job *job, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    say_lines(job->sink.text, text, job->data);
}

void job_warn(Job *job, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *sentence = g_strdup_printf(_("warning: %s"), text);
    if (job->sink.error)
        job->sink.error(sentence, job->data);
    g_free(job->last_warning);
    job->last_warning = g_steal_pointer(&text);
}

const char *job_why(const Job *job)
{
    return job->first_error ? job->first_error : job->last_warning;
}

void job_progress(Job *job, const Progress *progress)
{
    int64_t now = clock_monotonic();
    bool other = g_strcmp0(job->progress_of, progress->what) != 0;
    bool ended = progress->total > 0 && progress->done >= progress->total;
    if (!job->sink.progress || (!other && !ended && now - job->progress_at < PROGRESS_MICROSECONDS))
        return;
    if (other) {
        g_free(job->progress_of);
        job->progress_of = g_strdup(progress->what);
    }
    job->progress_at = now;
    job->sink.progress(progress, job->data);
}

/* The line feed that ends the last line begins none. */
void job_raw(Job *job, const void *bytes, size_t size)
{
    if (job->sink.raw) {
        job->sink.raw(bytes, size, job->data);
        return;
    }
    const char *at = bytes, *end = at + size;
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((feed ? feed : end) - at);
        g_autofree char *safe = sanitize(span_of(at, length), SANITIZE_KEEP_TABS);
        job_text(job, "%s", safe);
        at += length + 1;
    }
}

JobAnswer job_ask(Job *job, const char *format, ...)
{
    if (!job->sink.ask)
        return JOB_ANSWER_NOBODY;
    va_list list;
    va_start(list, format);
    g_autofree char *question = g_strdup_vprintf(format, list);
    va_end(list);
    return job->sink.ask(question, job->data);
}

void job_causes(Job *job, const char *message)
{
    if (!causes_are_kept() || !job->sink.error)
        return;
    g_auto(GStrv) chain = cause_chain(message);
    for (unsigned i = 0; chain[i]; i++) {
        g_autofree char *line = g_strdup_printf(_("cause %u: %s"), i + 1, chain[i]);
        job->sink.error(line, job->data);
    }
}

int job_fail(Job *job, const GError *error)
{
    if (error->domain == CANCEL_ERROR && error->code == CANCEL_ERROR_CANCELLED)
        return EXIT_CANCELLED;
    if (job->sink.error)
        job->sink.error(error->message, job->data);
    if (!job->first_error)
        job->first_error = g_strdup(error->message);
    job_causes(job, error->message);
    return error->domain == VERB_ERROR ? EXIT_USAGE : EXIT_ERROR;
}
