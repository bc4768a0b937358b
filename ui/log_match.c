/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_match.h"

#include "core/clock.h"
#include "ui/match.h"

#include <string.h>

/* An answer is sent when it is this old, or so many blocks long. */
enum { ANSWER_MICROSECONDS = 16000, ANSWER_BLOCKS = 256 };

typedef struct Part {
    LogBlock *block;
    unsigned from, n;
    uint8_t *marks;
} Part;

typedef struct LogAnswer {
    GArray *parts; /* Part */
    uint64_t generation;
    GRegex *shown; /* or NULL */
    char *problem;
    bool last;
} LogAnswer;

typedef struct LogQuestion {
    char *filter, *search;
    GArray *parts; /* Part, oldest first, without marks */
    uint64_t generation, serial;
} LogQuestion;

static uint64_t last_serial;

static void clear_part(void *data)
{
    Part *part = data;

    log_block_unref(part->block);
    g_free(part->marks);
}

static GArray *parts_new(void)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(Part));

    g_array_set_clear_func(parts, clear_part);
    return parts;
}

static void answer_free(void *data)
{
    LogAnswer *answer = data;

    g_array_unref(answer->parts);
    g_clear_pointer(&answer->shown, g_regex_unref);
    g_free(answer->problem);
    g_free(answer);
}

static void question_free(void *data)
{
    LogQuestion *question = data;

    g_array_unref(question->parts);
    g_free(question->filter);
    g_free(question->search);
    g_free(question);
}

/* ---- the job ---- */

static void match_part(Part *part, const GRegex *filter, bool invert, const GRegex *search)
{
    part->marks = g_malloc0(part->n);
    for (unsigned i = 0; i < part->n; i++) {
        const LogLine *line = &part->block->lines[part->from + i];
        Span text = span_of(part->block->text + line->offset, line->size);
        if (filter == NULL || line->ruled || match_bytes(filter, text) != invert)
            part->marks[i] |= LOG_SHOWN;
        if (search != NULL && match_bytes(search, text))
            part->marks[i] |= LOG_FOUND;
    }
}

static LogAnswer *answer_new(const LogQuestion *question)
{
    LogAnswer *answer = g_new0(LogAnswer, 1);

    answer->parts = parts_new();
    answer->generation = question->generation;
    return answer;
}

static void post(const UiJob *job, const LogQuestion *question, LogAnswer *answer)
{
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_LOG_MATCHES,
                                         .generation = question->serial,
                                         .data = answer,
                                         .free_data = answer_free});
}

static void match_all(UiJob *job, const LogQuestion *question, const GRegex *filter,
                      const GRegex *search)
{
    LogAnswer *answer = answer_new(question);
    int64_t began = clock_monotonic();

    if (search != NULL) /* with the first answer */
        answer->shown = match_compile_shown(question->search);

    for (unsigned i = question->parts->len; i-- > 0 && !cancel_is_set(job->cancel, NULL);) {
        Part part = g_array_index(question->parts, Part, i);
        log_block_ref(part.block);
        match_part(&part, filter, *question->filter == '!', search);
        g_array_append_val(answer->parts, part);
        if (answer->parts->len < ANSWER_BLOCKS && clock_monotonic() - began < ANSWER_MICROSECONDS)
            continue;
        post(job, question, answer);
        answer = answer_new(question);
        began = clock_monotonic();
    }
    answer->last = true;
    post(job, question, answer);
}

static void run(UiJob *job, void *data)
{
    const LogQuestion *question = data;
    char *problem = NULL;
    g_autoptr(GRegex) filter = NULL;
    g_autoptr(GRegex) search = NULL;

    if (*question->filter != '\0')
        filter = match_compile_bytes(question->filter + (*question->filter == '!'), &problem);
    if (*question->search != '\0' && problem == NULL)
        search = match_compile_bytes(question->search, &problem);
    if (problem != NULL) {
        LogAnswer *answer = answer_new(question);
        answer->problem = problem;
        answer->last = true;
        post(job, question, answer);
        return;
    }
    match_all(job, question, filter, search);
}

/* ---- the console's side ---- */

void log_matcher_init(LogMatcher *matcher, LogRing *ring)
{
    *matcher = (LogMatcher){.ring = ring, .filter = g_strdup(""), .search = g_strdup("")};
}

static void stop(LogMatcher *matcher)
{
    if (matcher->job == NULL)
        return;
    cancel_set(matcher->job->cancel);
    g_clear_pointer(&matcher->job, ui_job_unref);
}

void log_matcher_clear(LogMatcher *matcher)
{
    stop(matcher);
    g_clear_pointer(&matcher->shown, g_regex_unref);
    g_free(matcher->filter);
    g_free(matcher->search);
    g_free(matcher->problem);
}

static bool asks(const LogMatcher *matcher)
{
    return *matcher->filter != '\0' || *matcher->search != '\0';
}

/* What no job was given yet. */
static GArray *open_parts(LogMatcher *matcher)
{
    const LogRing *ring = matcher->ring;
    GArray *parts = parts_new();

    for (unsigned i = ring->start; i < ring->blocks->len; i++) {
        LogBlock *block = ring->blocks->pdata[i];
        uint64_t from = MAX(block->first, matcher->matched);
        Part part = {.block = block, .from = (unsigned)(from - block->first)};
        if (from >= block->first + block->n_lines)
            continue;
        part.n = block->n_lines - part.from;
        log_block_ref(block);
        g_array_append_val(parts, part);
    }
    matcher->matched = ring->end;
    return parts;
}

void log_matcher_go_on(LogMatcher *matcher, Jobs *jobs)
{
    LogQuestion *question;

    if (matcher->job != NULL || !asks(matcher) || matcher->problem != NULL ||
        matcher->matched >= matcher->ring->end)
        return;
    question = g_new0(LogQuestion, 1);
    question->filter = g_strdup(matcher->filter);
    question->search = g_strdup(matcher->search);
    question->generation = matcher->ring->generation;
    question->serial = matcher->serial;
    question->parts = open_parts(matcher);
    matcher->job = ui_job_ref(jobs_start(jobs, "match", JOB_QUIET | JOB_URGENT | JOB_COMPUTES, run,
                                         question, question_free));
}

void log_matcher_ask(LogMatcher *matcher, Jobs *jobs, const char *filter, const char *search)
{
    g_autofree char *old_filter = matcher->filter;
    g_autofree char *old_search = matcher->search;

    stop(matcher);
    matcher->filter = g_strdup(filter);
    matcher->search = g_strdup(search);
    matcher->serial = ++last_serial;
    matcher->matched = 0;
    g_clear_pointer(&matcher->problem, g_free);
    g_clear_pointer(&matcher->shown, g_regex_unref);
    log_ring_ask(matcher->ring, asks(matcher));
    log_matcher_go_on(matcher, jobs);
}

bool log_matcher_take(LogMatcher *matcher, Jobs *jobs, const Message *message)
{
    LogAnswer *answer = message->data;

    if (message->kind != MESSAGE_LOG_MATCHES || message->generation != matcher->serial)
        return false;
    for (unsigned i = 0; i < answer->parts->len; i++) {
        const Part *part = &g_array_index(answer->parts, Part, i);
        log_ring_answer(matcher->ring, part->block, answer->generation, part->from, part->marks,
                        part->n);
    }
    if (answer->shown != NULL) {
        g_clear_pointer(&matcher->shown, g_regex_unref);
        matcher->shown = g_steal_pointer(&answer->shown);
    }
    if (answer->problem != NULL) {
        matcher->problem = g_strdup(answer->problem);
        log_ring_ask(matcher->ring, false);
    }
    if (answer->last) {
        g_clear_pointer(&matcher->job, ui_job_unref);
        log_matcher_go_on(matcher, jobs);
    }
    return true;
}
