/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What jobs say is kept, for each and for all within limits, and how much is not is counted.
 */
#include "config.h"

#include "ui/jobs.h"
#include "ui/theme.h"

#include <poll.h>
#include <string.h>

typedef struct Fixture {
    Mailbox *mailbox;
    Jobs *jobs;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->mailbox = mailbox_new();
    fixture->jobs = jobs_new(fixture->mailbox);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_true(jobs_stop(fixture->jobs, 120000));
    jobs_free(fixture->jobs);
    mailbox_free(fixture->mailbox);
}

/* Hands on what comes until that job has ended. */
static void await_end(const Fixture *fixture, const UiJob *job)
{
    struct pollfd watched = {.fd = mailbox_descriptor(fixture->mailbox), .events = POLLIN};

    while (job->state != JOB_ENDED) {
        g_autoptr(Message) message = mailbox_take(fixture->mailbox);
        if (message == NULL)
            g_assert_cmpint(poll(&watched, 1, 120000), ==, 1);
        else if (message->kind == MESSAGE_JOB_ENDED)
            jobs_ended(fixture->jobs, message->data);
        else
            jobs_take(fixture->jobs, message);
    }
}

static void nothing(UiJob *job, void *data)
{
    (void)job;
    (void)data;
}

static UiJob *ended_job(const Fixture *fixture)
{
    UiJob *job = jobs_start(fixture->jobs, "nothing", 0, nothing, NULL, NULL);

    await_end(fixture, job);
    return job;
}

static bool say(const Fixture *fixture, unsigned id, unsigned n)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(job_line_free);
    const Message message = {.kind = MESSAGE_JOB_TEXT, .number = id, .data = lines};

    for (unsigned i = 0; i < n; i++) {
        JobLine *line = g_new(JobLine, 1);
        *line = (JobLine){.text = g_strdup_printf("%u", i)};
        g_ptr_array_add(lines, line);
    }
    return jobs_take(fixture->jobs, &message);
}

static void test_one(Fixture *fixture, gconstpointer data)
{
    UiJob *job = ended_job(fixture);
    const JobLine *last;

    (void)data;
    g_assert_true(say(fixture, job->id, 2));
    g_assert_false(say(fixture, job->id + 1, 2)); /* there is none */
    g_assert_cmpuint(job->log->len, ==, 2);
    for (unsigned i = 0; i < 12; i++)
        say(fixture, job->id, 10000);
    g_assert_cmpuint(job->log->len, <=, 110000);
    g_assert_cmpuint(job->log->len, >=, 100000);
    g_assert_cmpuint(job->log->len + job->log_dropped, ==, 120002);
    last = job->log->pdata[job->log->len - 1];
    g_assert_cmpstr(last->text, ==, "9999"); /* what came last stays */
}

static void test_all(Fixture *fixture, gconstpointer data)
{
    UiJob *jobs[3];

    (void)data;
    for (unsigned i = 0; i < G_N_ELEMENTS(jobs); i++) {
        jobs[i] = ended_job(fixture);
        for (unsigned n = 0; n < 9; n++)
            say(fixture, jobs[i]->id, 10000);
    }
    g_assert_cmpuint(jobs[0]->log->len, ==, 0); /* the one that ended first */
    g_assert_cmpuint(jobs[0]->log_dropped, ==, 90000);
    g_assert_cmpuint(jobs[1]->log->len, ==, 90000);
    g_assert_cmpuint(jobs[2]->log->len, ==, 90000);
}

/* Lines as long as an application may write them. */
static void say_long(const Fixture *fixture, unsigned id, unsigned n)
{
    enum { LONG = 1 << 20 };

    for (unsigned i = 0; i < n; i++) {
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(job_line_free);
        const Message message = {.kind = MESSAGE_JOB_TEXT, .number = id, .data = lines};
        JobLine *line = g_new(JobLine, 1);
        *line = (JobLine){.text = g_strnfill(LONG, 'x')};
        g_ptr_array_add(lines, line);
        jobs_take(fixture->jobs, &message);
    }
}

static void test_long_lines(Fixture *fixture, gconstpointer data)
{
    UiJob *jobs[3];

    (void)data;
    for (unsigned i = 0; i < G_N_ELEMENTS(jobs); i++) {
        jobs[i] = ended_job(fixture);
        say(fixture, jobs[i]->id, 100);
        say_long(fixture, jobs[i]->id, 100);
        g_assert_cmpuint(jobs[i]->log->len, <=, 71);
        g_assert_cmpuint(jobs[i]->log->len, >=, 60);
        g_assert_cmpuint(jobs[i]->log->len + jobs[i]->log_dropped, ==, 200);
    }
    g_assert_cmpuint(jobs[0]->log->len, ==, 0); /* the one that ended first */
    g_assert_cmpuint(jobs[0]->log_dropped, ==, 200);
    g_assert_cmpuint(jobs[0]->log_bytes, ==, 0);
}

enum { FLOOD = 10000, AHEAD = 10 };

static void flood(UiJob *job, void *data)
{
    for (unsigned i = 0; i < FLOOD; i++) {
        g_atomic_int_inc((gint *)data);
        mailbox_post_paced(job->mailbox, (Message){.kind = MESSAGE_JOB_TEXT}, 1 << 20, job->cancel);
    }
}

/* Whoever says more than is taken waits, and is let go when it is cancelled. */
static void test_paced(Fixture *fixture, gconstpointer data)
{
    struct pollfd watched = {.fd = mailbox_descriptor(fixture->mailbox), .events = POLLIN};
    gint sent = 0;
    UiJob *job = jobs_start(fixture->jobs, "flood", 0, flood, &sent, NULL);

    (void)data;
    for (int taken = 0; taken < FLOOD / 2;) {
        g_autoptr(Message) message = mailbox_take(fixture->mailbox);
        taken += message != NULL;
        g_assert_cmpint(g_atomic_int_get(&sent), <=, taken + AHEAD);
        if (message == NULL)
            g_assert_cmpint(poll(&watched, 1, 120000), ==, 1);
    }
    jobs_cancel(fixture->jobs, job);
    await_end(fixture, job);
    g_assert_cmpint(sent, ==, FLOOD);
}

static void until_cancelled(UiJob *job, void *data)
{
    struct pollfd watched = {.fd = cancel_descriptor(job->cancel), .events = POLLIN};

    (void)data;
    poll(&watched, 1, -1);
}

/* One that goes on for ever stays, and those that came after it go all the same. */
static void test_hundred(Fixture *fixture, gconstpointer data)
{
    UiJob *endless = jobs_start(fixture->jobs, "endless", 0, until_cancelled, NULL, NULL);

    (void)data;
    for (unsigned i = 0; i < 300; i++)
        ended_job(fixture);
    g_assert_cmpuint(jobs_list(fixture->jobs)->len, ==, 100);
    g_assert_true(jobs_find(fixture->jobs, endless->id) == endless);
    jobs_cancel(fixture->jobs, endless);
    await_end(fixture, endless);
}

static void speak(UiJob *job, void *data)
{
    (void)data;
    ui_job_say(job, ROLE_REJECTED, g_strdup("it is \033[1m broken"));
}

/* A sentence for the message line stands in the log, too, safe. */
static void test_said(Fixture *fixture, gconstpointer data)
{
    UiJob *job = jobs_start(fixture->jobs, "speak", 0, speak, NULL, NULL);
    const JobLine *line;

    (void)data;
    await_end(fixture, job);
    g_assert_cmpuint(job->log->len, ==, 1);
    line = job->log->pdata[0];
    g_assert_true(line->error);
    g_assert_nonnull(strstr(line->text, "broken"));
    g_assert_null(strchr(line->text, '\033'));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/jobs/one", Fixture, NULL, set_up, test_one, tear_down);
    g_test_add("/jobs/all", Fixture, NULL, set_up, test_all, tear_down);
    g_test_add("/jobs/long-lines", Fixture, NULL, set_up, test_long_lines, tear_down);
    g_test_add("/jobs/paced", Fixture, NULL, set_up, test_paced, tear_down);
    g_test_add("/jobs/hundred", Fixture, NULL, set_up, test_hundred, tear_down);
    g_test_add("/jobs/said", Fixture, NULL, set_up, test_said, tear_down);
    return g_test_run();
}
