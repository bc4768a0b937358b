/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/match.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

/* Backtracking steps for a line: about a millisecond. */
#define STEPS "(*LIMIT_MATCH=20000)"
/* A twentieth of that. */
#define FEW_STEPS "(*LIMIT_MATCH=1000)"

typedef struct MatchTask {
    char *pattern;
    GPtrArray *lines;
    uint64_t generation;
    unsigned number;
} MatchTask;

static void task_free(void *data)
{
    MatchTask *task = data;

    g_free(task->pattern);
    g_ptr_array_unref(task->lines);
    g_free(task);
}

void matches_free(Matches *matches)
{
    if (matches == NULL)
        return;
    g_byte_array_unref(matches->matched);
    g_free(matches->problem);
    g_free(matches);
}

static bool has_upper(const char *pattern)
{
    for (; *pattern != '\0'; pattern = g_utf8_next_char(pattern)) {
        if (*pattern == '\\' && pattern[1] != '\0') /* \S is a class, not a capital */
            pattern++;
        else if (g_unichar_isupper(g_utf8_get_char(pattern)))
            return true;
    }
    return false;
}

static GRegex *compile(const char *pattern, GRegexCompileFlags flags, char **problem)
{
    g_autofree char *bounded = g_strconcat(STEPS, pattern, NULL);
    g_autoptr(GError) error = NULL;
    GRegex *regex =
        g_regex_new(bounded, has_upper(pattern) ? flags : flags | G_REGEX_CASELESS, 0, &error);

    if (regex == NULL)
        *problem = sanitize_string(_("this is no regular expression"));
    return regex;
}

Matches *match_lines(const char *pattern, const GPtrArray *lines, Cancel *cancel)
{
    Matches *matches = g_new0(Matches, 1);
    bool invert = pattern[0] == '!';
    g_autoptr(GRegex) regex = compile(pattern + invert, 0, &matches->problem);

    matches->matched = g_byte_array_new();
    for (unsigned i = 0; regex != NULL && i < lines->len; i++) {
        const char *line = lines->pdata[i];
        size_t size = strlen(line);
        guint8 matched;
        if (cancel_is_set(cancel, NULL))
            break;
        /* A cut in the middle of a character is no valid UTF-8: go back to its start. */
        if (size > LINE_MAX_BYTES)
            size = (size_t)(g_utf8_find_prev_char(line, line + LINE_MAX_BYTES) - line);
        matched = g_regex_match_full(regex, line, (gssize)size, 0, 0, NULL, NULL) != invert;
        g_byte_array_append(matches->matched, &matched, 1);
    }
    return matches;
}

GRegex *match_compile_bytes(const char *pattern, char **problem)
{
    return compile(pattern, G_REGEX_RAW, problem);
}

GRegex *match_compile_shown(const char *pattern)
{
    g_autofree char *bounded = g_strconcat(FEW_STEPS, pattern, NULL);
    GRegexCompileFlags flags = G_REGEX_RAW;

    return g_regex_new(bounded, has_upper(pattern) ? flags : flags | G_REGEX_CASELESS, 0, NULL);
}

bool match_bytes(const GRegex *regex, Span line)
{
    if (line.size == 0)
        return g_regex_match_full(regex, "", 0, 0, 0, NULL, NULL);
    return g_regex_match_full(regex, (const char *)line.data,
                              (gssize)MIN(line.size, (size_t)LINE_MAX_BYTES), 0, 0, NULL, NULL);
}

static void run(UiJob *job, void *data)
{
    MatchTask *task = data;
    Matches *matches = match_lines(task->pattern, task->lines, job->cancel);

    if (cancel_is_set(job->cancel, NULL)) {
        matches_free(matches);
        return;
    }
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_MATCHES,
                                         .generation = task->generation,
                                         .number = task->number,
                                         .data = matches,
                                         .free_data = (GDestroyNotify)matches_free});
}

UiJob *match_start(Jobs *jobs, const char *pattern, GPtrArray *lines, uint64_t generation,
                   unsigned number)
{
    MatchTask *task = g_new(MatchTask, 1);

    *task = (MatchTask){
        .pattern = g_strdup(pattern), .lines = lines, .generation = generation, .number = number};
    return jobs_start(jobs, "match", JOB_QUIET | JOB_URGENT, run, task, task_free);
}
