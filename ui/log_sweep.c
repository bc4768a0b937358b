/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_sweep.h"

#include "core/clock.h"
#include "core/sanitize.h"
#include "ui/log_tap.h"
#include "ui/match.h"

#include <string.h>

/* An answer is sent when it is this old (with something found, or without), or this large. */
enum {
    FOUND_MICROSECONDS = 16000,
    NOTHING_MICROSECONDS = 250000,
    ANSWER_BYTES = 64 * 1024,
};

/* What was found since the answer before. */
typedef struct LogSwept {
    GByteArray *text;
    GArray *lines; /* LogLine, offsets into `text` */
    uint64_t read, found;
    bool last;
    char *problem;
} LogSwept;

typedef struct Target {
    DockerEngine *engine;
    char *id;
} Target;

typedef struct Sweep {
    GArray *targets;
    char *pattern;
    uint64_t serial;
    /* the job's own */
    UiJob *job;
    GRegex *regex;
    uint64_t read, found, kept_lines, kept_bytes;
    LogSwept *answer;
    int64_t began;
} Sweep;

static uint64_t last_serial;

static void swept_free(void *data)
{
    LogSwept *swept = data;

    g_byte_array_unref(swept->text);
    g_array_unref(swept->lines);
    g_free(swept->problem);
    g_free(swept);
}

static LogSwept *swept_new(void)
{
    LogSwept *swept = g_new0(LogSwept, 1);

    swept->text = g_byte_array_new();
    swept->lines = g_array_new(FALSE, TRUE, sizeof(LogLine));
    return swept;
}

static void clear_target(void *data)
{
    Target *target = data;

    docker_engine_unref(target->engine);
    g_free(target->id);
}

static void sweep_task_free(void *data)
{
    Sweep *sweep = data;

    g_array_unref(sweep->targets);
    g_clear_pointer(&sweep->regex, g_regex_unref);
    g_clear_pointer(&sweep->answer, swept_free);
    g_free(sweep->pattern);
    g_free(sweep);
}

/* ---- the job ---- */

static void send(Sweep *sweep, bool last, char *problem)
{
    LogSwept *answer = sweep->answer;

    answer->read = sweep->read;
    answer->found = sweep->found;
    answer->last = last;
    answer->problem = problem;
    mailbox_post(sweep->job->mailbox, (Message){.kind = MESSAGE_LOG_SWEPT,
                                                .generation = sweep->serial,
                                                .data = answer,
                                                .free_data = swept_free});
    sweep->answer = last ? NULL : swept_new();
    sweep->began = clock_monotonic();
}

static void keep(Sweep *sweep, const DockerLine *line, Span text, unsigned origin)
{
    LogLine kept = {.time = line->time,
                    .offset = sweep->answer->text->len,
                    .size = (uint32_t)text.size,
                    .continues = line->continues,
                    .origin = (uint8_t)origin,
                    .from_error = line->channel == DOCKER_ERRORS};

    if (sweep->kept_lines >= LOG_SWEEP_LINES || sweep->kept_bytes + text.size > LOG_SWEEP_BYTES)
        return;
    sweep->kept_lines++;
    sweep->kept_bytes += text.size;
    g_byte_array_append(sweep->answer->text, text.data, (guint)text.size);
    g_array_append_val(sweep->answer->lines, kept);
}

static void match_block(Sweep *sweep, const DockerLog *log, unsigned origin, bool invert)
{
    const uint8_t *bytes = g_bytes_get_data(log->text, NULL);

    for (size_t i = 0; i < log->n_lines && !cancel_is_set(sweep->job->cancel, NULL); i++) {
        const DockerLine *line = &log->lines[i];
        Span text = span_of(bytes + line->offset, line->size);
        sweep->read++;
        if (match_bytes(sweep->regex, text) == invert)
            continue;
        sweep->found++;
        keep(sweep, line, text, origin);
    }
}

static bool is_due(const Sweep *sweep)
{
    int64_t age = clock_monotonic() - sweep->began;

    return sweep->answer->text->len >= ANSWER_BYTES || age >= NOTHING_MICROSECONDS ||
           (sweep->answer->lines->len > 0 && age >= FOUND_MICROSECONDS);
}

/* NULL, or why the log could not be read to its end. */
static GError *sweep_one(Sweep *sweep, unsigned origin)
{
    static const DockerLogsRequest all = {.tail = -1, .timestamps = true};
    const Target *target = &g_array_index(sweep->targets, Target, origin);
    g_autoptr(DockerStream) stream = docker_engine_logs(target->engine, target->id, &all, NULL);

    for (;;) {
        GError *error = NULL;
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, sweep->job->cancel, &error);
        if (message == NULL)
            return error;
        if (message->kind == DOCKER_MESSAGE_END)
            return g_steal_pointer(&message->error);
        if (message->kind == DOCKER_MESSAGE_LOG)
            match_block(sweep, message->log, origin, *sweep->pattern == '!');
        if (is_due(sweep))
            send(sweep, false, NULL);
    }
}

static void run(UiJob *job, void *data)
{
    Sweep *sweep = data;
    char *problem = NULL;

    sweep->job = job;
    sweep->answer = swept_new();
    sweep->began = clock_monotonic();
    sweep->regex = match_compile_bytes(sweep->pattern + (*sweep->pattern == '!'), &problem);
    for (unsigned i = 0; sweep->regex != NULL && i < sweep->targets->len; i++) {
        g_autoptr(GError) error = sweep_one(sweep, i);
        if (error != NULL && problem == NULL && !cancel_is_set(job->cancel, NULL))
            problem = sanitize_string(error->message);
    }
    job->status = problem != NULL;
    send(sweep, true, problem);
}

/* ---- the console's side ---- */

LogSweep *log_sweep_new(const GPtrArray *taps, const char *pattern, Jobs *jobs)
{
    LogSweep *self = g_new0(LogSweep, 1);
    Sweep *sweep = g_new0(Sweep, 1);
    g_autofree char *safe = sanitize_string(pattern);
    g_autofree char *title = g_strdup_printf("g/%s", safe);

    sweep->targets = g_array_new(FALSE, FALSE, sizeof(Target));
    g_array_set_clear_func(sweep->targets, clear_target);
    for (unsigned i = 0; i < taps->len; i++) {
        const LogTap *tap = taps->pdata[i];
        Target target = {.engine = docker_engine_ref(tap->engine), .id = g_strdup(tap->id)};
        g_array_append_val(sweep->targets, target);
    }
    sweep->pattern = g_strdup(pattern);
    sweep->serial = ++last_serial;
    self->pattern = g_strdup(pattern);
    self->serial = sweep->serial;
    self->job = ui_job_ref(jobs_start(jobs, title, JOB_COMPUTES, run, sweep, sweep_task_free));
    return self;
}

void log_sweep_free(LogSweep *sweep)
{
    if (sweep == NULL)
        return;
    cancel_set(sweep->job->cancel);
    ui_job_unref(sweep->job);
    g_free(sweep->pattern);
    g_free(sweep->problem);
    g_free(sweep);
}

bool log_sweep_take(LogSweep *sweep, LogRing *ring, const Message *message)
{
    const LogSwept *swept = message->data;

    if (message->kind != MESSAGE_LOG_SWEPT || message->generation != sweep->serial)
        return false;
    for (unsigned i = 0; i < swept->lines->len; i++) {
        const LogLine *line = &g_array_index(swept->lines, LogLine, i);
        log_ring_append(ring, span_of(swept->text->data + line->offset, line->size), line);
    }
    sweep->kept += swept->lines->len;
    sweep->read = swept->read;
    sweep->found = swept->found;
    if (swept->last) {
        sweep->over = true;
        sweep->problem = g_strdup(swept->problem);
    }
    return true;
}
