/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_tap.h"

#include "core/clock.h"
#include "ui/log_feed.h"

#include <string.h>

enum {
    WAITING_BYTES = 1024 * 1024,  /* of what arrived and was not appended */
    MARKS_MICROSECONDS = 1000000, /* lines wait no longer for them */
    MARKS_JOB_MILLISECONDS = 900,
    MARKS_MOST = 512,
    BETWEEN_SECONDS = 3, /* an end and a start between which a stream may go on */
};

#define NANOSECONDS G_GINT64_CONSTANT(1000000000)

static unsigned last_number;
static uint64_t last_serial;

static void arrival_free(void *data)
{
    LogArrival *arrival = data;

    docker_message_free(arrival->message);
    g_free(arrival);
}

LogTap *log_tap_new(DockerEngine *engine, unsigned source, const char *id, const char *name)
{
    LogTap *tap = g_new0(LogTap, 1);

    tap->engine = docker_engine_ref(engine);
    tap->source = source;
    tap->id = g_strdup(id);
    tap->name = g_strdup(name);
    tap->marks = g_array_new(FALSE, FALSE, sizeof(LogMark));
    g_queue_init(&tap->waiting);
    return tap;
}

static void stop_marks(LogTap *tap)
{
    if (tap->marks_job == NULL)
        return;
    cancel_set(tap->marks_job->cancel);
    g_clear_pointer(&tap->marks_job, ui_job_unref);
}

void log_tap_close(LogTap *tap)
{
    g_clear_pointer(&tap->feed, log_feed_close);
    tap->open = tap->ended = tap->dry = false;
    g_queue_clear_full(&tap->waiting, arrival_free);
    tap->waiting_size = 0;
    tap->at = 0;
    stop_marks(tap);
}

void log_tap_free(LogTap *tap)
{
    if (tap == NULL)
        return;
    log_tap_close(tap);
    g_array_unref(tap->marks);
    docker_engine_unref(tap->engine);
    g_free(tap->problem);
    g_free(tap->id);
    g_free(tap->name);
    g_free(tap);
}

/* ---- when it was started and ended ---- */

typedef struct MarksTask {
    DockerEngine *engine;
    char *id;
    int64_t since;
    uint64_t serial;
} MarksTask;

static void task_free(void *data)
{
    MarksTask *task = data;

    docker_engine_unref(task->engine);
    g_free(task->id);
    g_free(task);
}

static void add_mark(GArray *marks, const DockerEvent *event)
{
    const char *code = docker_label(event->attributes, event->n_attributes, "exitCode");
    LogMark mark = {
        .time = event->time, .start = g_str_equal(event->action, "start"), .status = -1};
    gint64 status;

    if (code != NULL && g_ascii_string_to_signed(code, 10, 0, 255, &status, NULL))
        mark.status = (int)status;

    if (marks->len < MARKS_MOST && (mark.start || g_str_equal(event->action, "die")))
        g_array_append_val(marks, mark);
}

/* However it ends, what was learned is told: lines wait for it. */
static void ask_marks(UiJob *job, void *data)
{
    const MarksTask *task = data;
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(LogMark));
    int64_t until = g_get_real_time() * 1000; /* to the microsecond: it may have just happened */
    g_autoptr(DockerStream) stream =
        docker_engine_past_events(task->engine, task->id, task->since, until, NULL);
    bool over = false;

    cancel_set_deadline(job->cancel, MARKS_JOB_MILLISECONDS);
    while (!over) {
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, job->cancel, NULL);
        over = message == NULL || message->kind == DOCKER_MESSAGE_END;
        if (!over && message->kind == DOCKER_MESSAGE_EVENT)
            add_mark(marks, message->event);
    }
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_LOG_MARKS,
                                         .generation = task->serial,
                                         .data = marks,
                                         .free_data = (GDestroyNotify)g_array_unref});
}

static void start_marks(LogTap *tap, int64_t since, Jobs *jobs)
{
    MarksTask *task = g_new(MarksTask, 1);

    stop_marks(tap);
    tap->marks_serial = ++last_serial;
    tap->marks_known = false;
    tap->marks_until = clock_monotonic() + MARKS_MICROSECONDS;
    *task = (MarksTask){.engine = docker_engine_ref(tap->engine),
                        .id = g_strdup(tap->id),
                        .since = MAX(since, tap->last_mark + 1),
                        .serial = tap->marks_serial};
    tap->marks_job =
        ui_job_ref(jobs_start(jobs, "marks", JOB_QUIET | JOB_URGENT, ask_marks, task, task_free));
}

bool log_tap_take_marks(LogTap *tap, const Message *message)
{
    const GArray *marks = message->data;

    if (message->generation != tap->marks_serial)
        return false;
    g_array_set_size(tap->marks, 0);
    g_array_append_vals(tap->marks, marks->data, marks->len);
    tap->next_mark = 0;
    if (marks->len > 0)
        tap->last_mark = g_array_index(marks, LogMark, marks->len - 1).time;
    tap->marks_known = true;
    g_clear_pointer(&tap->marks_job, ui_job_unref);
    return true;
}

/* ---- the stream ---- */

void log_tap_open(LogTap *tap, const DockerLogsRequest *fresh, Jobs *jobs, Mailbox *mailbox)
{
    DockerLogsRequest request = *fresh;

    log_tap_close(tap);
    tap->open_at = 0;
    tap->continued = false;
    g_clear_pointer(&tap->problem, g_free);
    if (tap->newest != 0) {
        request.since = tap->newest + 1;
        request.tail = -1;
    }
    tap->number = ++last_number;
    tap->feed = log_feed_open(tap->engine, tap->id, &request, mailbox, tap->number);
    start_marks(tap, tap->newest + 1, jobs);
}

void log_tap_restarted(LogTap *tap, int64_t started, Jobs *jobs)
{
    tap->started = started;
    start_marks(tap, started * NANOSECONDS - BETWEEN_SECONDS * NANOSECONDS, jobs);
}

static void take_message(LogTap *tap, DockerMessage *message, int64_t now)
{
    LogArrival *arrival;

    if (message->kind == DOCKER_MESSAGE_OPEN)
        tap->open = true;
    if (message->kind != DOCKER_MESSAGE_LOG && message->kind != DOCKER_MESSAGE_END) {
        docker_message_free(message);
        return;
    }
    arrival = g_new(LogArrival, 1);
    *arrival = (LogArrival){.message = message, .at = now};
    if (message->kind == DOCKER_MESSAGE_LOG)
        tap->waiting_size += g_bytes_get_size(message->log->text);
    g_queue_push_tail(&tap->waiting, arrival);
}

bool log_tap_take_in(LogTap *tap, int64_t until)
{
    int64_t now = clock_monotonic();

    while (tap->feed != NULL && tap->waiting_size < WAITING_BYTES && now < until) {
        DockerMessage *message = log_feed_take(tap->feed);
        tap->dry = message == NULL;
        if (tap->dry)
            return true;
        take_message(tap, message, now);
        now = clock_monotonic();
    }
    return tap->feed == NULL || tap->dry;
}

bool log_tap_peek(const LogTap *tap, const DockerLine **line, Span *text, bool *end)
{
    const LogArrival *first = g_queue_peek_head((GQueue *)&tap->waiting);
    const DockerLog *log;
    size_t size;
    const uint8_t *bytes;

    *end = first != NULL && first->message->kind == DOCKER_MESSAGE_END;
    if (first == NULL || *end)
        return false;
    log = first->message->log;
    bytes = g_bytes_get_data(log->text, &size);
    *line = &log->lines[tap->at];
    *text = span_of(bytes + (*line)->offset, (*line)->size);
    return true;
}

void log_tap_next(LogTap *tap)
{
    const LogArrival *first = g_queue_peek_head(&tap->waiting);

    if (first->message->kind == DOCKER_MESSAGE_LOG && ++tap->at < first->message->log->n_lines)
        return;
    if (first->message->kind == DOCKER_MESSAGE_LOG)
        tap->waiting_size -= g_bytes_get_size(first->message->log->text);
    arrival_free(g_queue_pop_head(&tap->waiting));
    tap->at = 0;
}
