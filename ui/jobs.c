/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/jobs.h"

#include "attest/signature.h"
#include "core/clock.h"
#include "core/sanitize.h"
#include "core/stack.h"
#include "ui/theme.h"

#include <sched.h>
#include <string.h>

enum {
    PLACES = 4,
    KEPT = 100,
    LOG_LINES = 100000,     /* of one job */
    LOGS_LINES = 200000,    /* of all; those that ended first lose theirs first */
    LOG_BYTES = 64 << 20,   /* a line can have a quarter of a MiB, */
    LOGS_BYTES = 128 << 20, /* and comes from whom nobody trusts */
};

struct Jobs {
    Mailbox *mailbox;
    GPtrArray *list;  /* UiJob*: shown */
    GPtrArray *alive; /* UiJob*, borrowed: started or queued, not ended */
    GQueue queued;    /* UiJob*, each with a reference */
    unsigned places_taken;
    unsigned last_id;
    uint64_t log_lines, log_bytes; /* that all listed ones keep */
    /* Counts the threads, for jobs_stop: the only thing they share with us. */
    GMutex mutex;
    GCond none_left;
    unsigned threads;
};

/* A thread's own: the job and where it is counted. */
typedef struct JobThread {
    Jobs *jobs;
    UiJob *job;
} JobThread;

void job_line_free(void *data)
{
    JobLine *line = data;

    g_free(line->text);
    g_free(line);
}

UiJob *ui_job_ref(UiJob *job)
{
    g_atomic_int_inc(&job->references);
    return job;
}

void ui_job_unref(UiJob *job)
{
    if (job == NULL || !g_atomic_int_dec_and_test(&job->references))
        return;
    if (job->free_data != NULL)
        job->free_data(job->data);
    cancel_unref(job->cancel);
    g_free(job->title);
    g_free(job->why);
    g_free(job->progress);
    g_ptr_array_unref(job->log);
    g_free(job);
}

Jobs *jobs_new(Mailbox *mailbox)
{
    Jobs *jobs = g_new0(Jobs, 1);

    jobs->mailbox = mailbox;
    jobs->list = g_ptr_array_new_with_free_func((GDestroyNotify)ui_job_unref);
    jobs->alive = g_ptr_array_new();
    g_queue_init(&jobs->queued);
    g_mutex_init(&jobs->mutex);
    g_cond_init(&jobs->none_left);
    return jobs;
}

void jobs_free(Jobs *jobs)
{
    if (jobs == NULL)
        return;
    g_ptr_array_unref(jobs->list);
    g_ptr_array_unref(jobs->alive);
    g_queue_clear_full(&jobs->queued, (GDestroyNotify)ui_job_unref);
    g_mutex_clear(&jobs->mutex);
    g_cond_clear(&jobs->none_left);
    g_free(jobs);
}

static void be_idle_class(void)
{
    struct sched_param parameter = {0};

    sched_setscheduler(0, SCHED_IDLE, &parameter); /* where it is refused, keys come first less */
}

static void *thread_main(void *data)
{
    JobThread *thread = data;
    Jobs *jobs = thread->jobs;
    UiJob *job = thread->job;

    stack_guard_thread();
    if (job->flags & JOB_COMPUTES)
        be_idle_class();
    job->run(job, job->data);
    signature_thread_ends();
    mailbox_post(jobs->mailbox, (Message){.kind = MESSAGE_JOB_ENDED,
                                          .number = job->id,
                                          .data = job,
                                          .free_data = (GDestroyNotify)ui_job_unref});
    g_free(thread);
    g_mutex_lock(&jobs->mutex);
    if (--jobs->threads == 0)
        g_cond_signal(&jobs->none_left);
    g_mutex_unlock(&jobs->mutex);
    return NULL;
}

/* Takes the caller's reference over to the thread. */
static void start_thread(Jobs *jobs, UiJob *job)
{
    JobThread *thread = g_new(JobThread, 1);

    *thread = (JobThread){.jobs = jobs, .job = job};
    job->state = JOB_RUNNING;
    job->started = clock_monotonic();
    if (!(job->flags & JOB_URGENT))
        jobs->places_taken++;
    g_mutex_lock(&jobs->mutex);
    jobs->threads++;
    g_mutex_unlock(&jobs->mutex);
    g_thread_unref(g_thread_new("job", thread_main, thread));
}

/* Those that go on stay, however old. A pane that shows one keeps it. */
static void unlist_oldest(Jobs *jobs)
{
    for (unsigned i = 0; i < jobs->list->len; i++) {
        const UiJob *job = jobs->list->pdata[i];
        if (job->state != JOB_ENDED)
            continue;
        jobs->log_lines -= job->log->len;
        jobs->log_bytes -= job->log_bytes;
        g_ptr_array_remove_index(jobs->list, i);
        return;
    }
}

UiJob *jobs_start(Jobs *jobs, const char *title, unsigned flags, JobFunction run, void *data,
                  GDestroyNotify free_data)
{
    UiJob *job = g_new0(UiJob, 1);

    job->references = 1;
    job->id = ++jobs->last_id;
    job->title = g_strdup(title);
    job->flags = flags;
    job->cancel = cancel_new();
    job->mailbox = jobs->mailbox;
    job->run = run;
    job->data = data;
    job->free_data = free_data;
    job->log = g_ptr_array_new_with_free_func(job_line_free);
    g_ptr_array_add(jobs->alive, job);
    if (!(flags & JOB_QUIET))
        g_ptr_array_add(jobs->list, ui_job_ref(job));
    if (jobs->list->len > KEPT)
        unlist_oldest(jobs);
    if (jobs->places_taken < PLACES || flags & JOB_URGENT)
        start_thread(jobs, job);
    else
        g_queue_push_tail(&jobs->queued, job);
    return job;
}

void jobs_cancel(Jobs *jobs, UiJob *job)
{
    (void)jobs;
    if (job->state == JOB_ENDED)
        return;
    job->cancelled = true;
    cancel_set(job->cancel);
}

void jobs_ended(Jobs *jobs, UiJob *job)
{
    UiJob *next;

    job->state = JOB_ENDED;
    job->ended = clock_monotonic();
    g_ptr_array_remove_fast(jobs->alive, job);
    if (job->flags & JOB_URGENT)
        return;
    jobs->places_taken--;
    next = g_queue_pop_head(&jobs->queued);
    if (next != NULL)
        start_thread(jobs, next);
}

/* ---- what they say ---- */

static uint64_t bytes_of(const JobLine *line)
{
    return sizeof *line + strlen(line->text) + 1;
}

static void drop_lines(Jobs *jobs, UiJob *job, unsigned n)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < n; i++)
        bytes += bytes_of(job->log->pdata[i]);
    if (n == 0)
        return;
    g_ptr_array_remove_range(job->log, 0, n);
    job->log_dropped += n;
    job->log_bytes -= bytes;
    jobs->log_lines -= n;
    jobs->log_bytes -= bytes;
}

static bool is_above(uint64_t n, uint64_t limit)
{
    return n > limit + limit / 10;
}

/* How many of its first lines are too many. Not line by line: what is dropped is laid out anew by
 * whoever shows it. */
static unsigned too_many(const UiJob *job)
{
    unsigned n = is_above(job->log->len, LOG_LINES) ? job->log->len - LOG_LINES : 0;
    uint64_t left = job->log_bytes;

    if (!is_above(left, LOG_BYTES))
        return n;
    for (unsigned i = 0; i < job->log->len && (i < n || left > LOG_BYTES); i++) {
        left -= bytes_of(job->log->pdata[i]);
        n = MAX(n, i + 1);
    }
    return n;
}

static void keep_within_limits(Jobs *jobs, UiJob *job)
{
    drop_lines(jobs, job, too_many(job));
    for (unsigned i = 0; i < jobs->list->len; i++) {
        UiJob *other = jobs->list->pdata[i];
        if (!is_above(jobs->log_lines, LOGS_LINES) && !is_above(jobs->log_bytes, LOGS_BYTES))
            return;
        if (other->state == JOB_ENDED && other != job)
            drop_lines(jobs, other, other->log->len);
    }
}

static void take_lines(Jobs *jobs, UiJob *job, const GPtrArray *lines)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const JobLine *line = lines->pdata[i];
        JobLine *copy = g_new(JobLine, 1);
        *copy = (JobLine){.error = line->error, .text = g_strdup(line->text)};
        g_ptr_array_add(job->log, copy);
        job->log_bytes += bytes_of(copy);
        jobs->log_bytes += bytes_of(copy);
    }
    jobs->log_lines += lines->len;
    keep_within_limits(jobs, job);
}

bool jobs_take(Jobs *jobs, const Message *message)
{
    UiJob *job = jobs_find(jobs, message->number);

    if (job == NULL)
        return false;
    if (message->kind == MESSAGE_JOB_TEXT)
        take_lines(jobs, job, message->data);
    if (message->kind == MESSAGE_JOB_PROGRESS) {
        g_free(job->progress);
        job->progress = sanitize_string(message->data);
    }
    return true;
}

void ui_job_send(UiJob *job, GPtrArray *lines)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < lines->len; i++)
        bytes += bytes_of(lines->pdata[i]);
    mailbox_post_paced(job->mailbox,
                       (Message){.kind = MESSAGE_JOB_TEXT,
                                 .number = job->id,
                                 .data = lines,
                                 .free_data = (GDestroyNotify)g_ptr_array_unref},
                       bytes, job->cancel);
}

void ui_job_say(UiJob *job, unsigned role, char *sentence)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(job_line_free);
    JobLine *line = g_new(JobLine, 1);

    *line = (JobLine){.error = role == ROLE_WARNING || role == ROLE_REJECTED,
                      .text = sanitize_string(sentence)};
    g_ptr_array_add(lines, line);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_JOB_TEXT,
                                         .number = job->id,
                                         .data = lines,
                                         .free_data = (GDestroyNotify)g_ptr_array_unref});
    mailbox_post(
        job->mailbox,
        (Message){.kind = MESSAGE_SAID, .number = role, .data = sentence, .free_data = g_free});
}

UiJob *jobs_find(const Jobs *jobs, unsigned id)
{
    for (unsigned i = jobs->list->len; i-- > 0;)
        if (((UiJob *)jobs->list->pdata[i])->id == id)
            return jobs->list->pdata[i];
    return NULL;
}

unsigned jobs_running(const Jobs *jobs)
{
    unsigned n = 0;

    for (unsigned i = 0; i < jobs->list->len; i++)
        n += ((const UiJob *)jobs->list->pdata[i])->state != JOB_ENDED;
    return n;
}

unsigned jobs_busy(const Jobs *jobs)
{
    return jobs->alive->len;
}

const GPtrArray *jobs_list(const Jobs *jobs)
{
    return jobs->list;
}

bool jobs_stop(Jobs *jobs, unsigned milliseconds)
{
    int64_t deadline = g_get_monotonic_time() + (int64_t)milliseconds * 1000;
    UiJob *queued;
    bool all;

    for (unsigned i = 0; i < jobs->alive->len; i++)
        jobs_cancel(jobs, jobs->alive->pdata[i]);
    while ((queued = g_queue_pop_head(&jobs->queued)) != NULL) {
        g_ptr_array_remove_fast(jobs->alive, queued);
        ui_job_unref(queued);
    }
    g_mutex_lock(&jobs->mutex);
    while (jobs->threads > 0)
        if (!g_cond_wait_until(&jobs->none_left, &jobs->mutex, deadline))
            break;
    all = jobs->threads == 0;
    g_mutex_unlock(&jobs->mutex);
    return all;
}
