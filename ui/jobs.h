/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs of the console: whatever may take time runs in one, at most four at once, each told to stop
 * by its Cancel; what a listed one says is kept. Everything here but the job's own function and
 * what is said to be for it is called by the console thread.
 */
#ifndef MSE_UI_JOBS_H
#define MSE_UI_JOBS_H

#include "core/cancel.h"
#include "ui/message.h"

typedef enum { JOB_QUEUED, JOB_RUNNING, JOB_ENDED } JobState;

typedef enum {
    JOB_COMPUTES = 1 << 0, /* SCHED_IDLE: keys go first */
    JOB_QUIET = 1 << 1,    /* the console's own: not listed, not asked about when quitting */
    JOB_URGENT = 1 << 2,   /* does not wait for one of the four places: answers to a key */
} JobFlags;

typedef struct Jobs Jobs;
typedef struct UiJob UiJob;
typedef void (*JobFunction)(UiJob *job, void *data);

/* What a job said: MESSAGE_JOB_TEXT has them. */
typedef struct JobLine {
    bool error;
    char *text; /* safe for a terminal */
} JobLine;
void job_line_free(void *line);

struct UiJob {
    gint references;
    unsigned id;
    char *title; /* safe for a terminal */
    unsigned flags;
    Cancel *cancel;
    Mailbox *mailbox;
    JobFunction run;
    void *data;
    GDestroyNotify free_data;
    int status; /* the function sets it; read when ended */
    char *why;  /* the same: why it failed, in one line safe for a terminal; or NULL */
    /* the console thread's: */
    JobState state;
    bool cancelled;
    int64_t started, ended; /* microseconds, monotonic */
    char *progress;         /* or NULL */
    GPtrArray *log;         /* JobLine*: what it said, … */
    uint64_t log_dropped;   /* … without so many lines before */
    uint64_t log_bytes;     /* that it keeps */
};

UiJob *ui_job_ref(UiJob *job);
void ui_job_unref(UiJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UiJob, ui_job_unref)

Jobs *jobs_new(Mailbox *mailbox);
/* The jobs have ended or are abandoned: see jobs_stop. */
void jobs_free(Jobs *jobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jobs, jobs_free)

/* Starts `run` on a thread of its own, or queues it. `data` is taken over. Borrowed result. */
UiJob *jobs_start(Jobs *jobs, const char *title, unsigned flags, JobFunction run, void *data,
                  GDestroyNotify free_data);
void jobs_cancel(Jobs *jobs, UiJob *job);

/* What a MESSAGE_JOB_ENDED carries: frees its place for the next. */
void jobs_ended(Jobs *jobs, UiJob *job);

/* Messages of a listed job: its lines are kept, within limits for each and for all together; its
 * progress is shown. False: it is none that is listed. */
bool jobs_take(Jobs *jobs, const Message *message);
/* From the job's own thread: lines of it (JobLine*; steals). It waits when nobody takes them. */
void ui_job_send(UiJob *job, GPtrArray *lines);
/* From the job's own thread: a sentence for the message line, which its log keeps. A Role; steals.
 */
void ui_job_say(UiJob *job, unsigned role, char *sentence);

/* Running and queued, without the quiet ones. */
unsigned jobs_running(const Jobs *jobs);
/* Everything, the quiet ones too. */
unsigned jobs_busy(const Jobs *jobs);
/* NULL: none of that number is listed. */
UiJob *jobs_find(const Jobs *jobs, unsigned id);
/* All that are listed, oldest first: UiJob*. The last hundred are kept. */
const GPtrArray *jobs_list(const Jobs *jobs);

/* Cancels all and waits at most `milliseconds`. True when all have ended. */
bool jobs_stop(Jobs *jobs, unsigned milliseconds);

#endif
