/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "core/i18n.h"
#include "fleet/follow.h"
#include "format/date.h"

#include <inttypes.h>
#include <stdlib.h>

#define NANOSECONDS INT64_C(1000000000)

typedef struct Logs {
    Job *job;
    bool timestamps;
    GString *lines; /* of one block */
} Logs;

/* "2023-06-01T00:00:00.123456789Z" */
static char *time_text(int64_t time)
{
    g_autofree char *seconds = date_format(time / NANOSECONDS);
    size_t size = strlen(seconds) - 1; /* without its Z */
    return g_strdup_printf("%.*s.%09" PRId64 "Z", (int)size, seconds, time % NANOSECONDS);
}

static const char *channel_name(const DockerLine *line)
{
    return line->channel == DOCKER_ERRORS ? "stderr" : "stdout";
}

static void emit_line(Logs *logs, const DockerLine *line, const char *text)
{
    json_t *row = json_object();
    if (line->time) {
        g_autofree char *time = time_text(line->time);
        json_object_set_new(row, "time", json_string(time));
    }
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)line->size);
    json_object_set_new(row, "stream", json_string(channel_name(line)));
    json_object_set_new(row, "line", json_string(valid));
    job_emit(logs->job, row);
}

static void append_line(Logs *logs, const DockerLine *line, const char *text)
{
    if (logs->timestamps && line->time && !line->continues) {
        g_autofree char *time = time_text(line->time);
        g_string_append_printf(logs->lines, "%s ", time);
    }
    g_string_append_len(logs->lines, text, (gssize)line->size);
    if (!line->continued)
        g_string_append_c(logs->lines, '\n');
}

static void each_lines(const DockerLog *log, size_t from, void *data)
{
    Logs *logs = data;
    const char *text = g_bytes_get_data(log->text, NULL);
    g_string_truncate(logs->lines, 0);
    for (size_t i = from; i < log->n_lines; i++) {
        const DockerLine *line = &log->lines[i];
        if (job_json(logs->job))
            emit_line(logs, line, text + line->offset);
        else
            append_line(logs, line, text + line->offset);
    }
    if (logs->lines->len > 0)
        job_raw(logs->job, logs->lines->str, logs->lines->len);
}

static void trouble(const char *sentence, void *data)
{
    const Logs *logs = data;
    if (sentence)
        job_warn(logs->job, _("%s; trying again until it is back"), sentence);
    else
        job_warn(logs->job, "%s", _("the engine is back"));
}

static int run_logs(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!home_find(job, arguments, name, &found, &error))
        return job_fail(job, error);
    const char *tail = arguments_value(arguments, "tail");
    const char *since = arguments_value(arguments, "since");
    int64_t seconds = 0;
    if (since)
        date_parse_user(since, &seconds);
    FleetLogRequest request = {
        .tail = tail ? (int64_t)g_ascii_strtoull(tail, NULL, 10) : -1,
        .since = MIN(seconds, INT64_MAX / NANOSECONDS) * NANOSECONDS,
        .follow = arguments_flag(arguments, "follow"),
        .timestamps = arguments_flag(arguments, "timestamps") || job_json(job),
    };
    Logs logs = {.job = job,
                 .timestamps = arguments_flag(arguments, "timestamps"),
                 .lines = g_string_new(NULL)};
    bool good = fleet_follow_log(fleet_source_engine(found.source), found.app->id, &request,
                                 each_lines, trouble, &logs, job_cancel(job), &error);
    g_string_free(logs.lines, TRUE);
    return good ? EXIT_OK : job_fail(job, error);
}

static const VerbOption options[] = {
    {.name = "follow",
     .letter = 'f',
     .kind = ARGUMENT_NONE,
     .help = N_("go on with what it writes, also after the engine was away")},
    {.name = "tail",
     .letter = 'n',
     .kind = ARGUMENT_NUMBER,
     .most = 1000000000,
     .metavar = "N",
     .help = N_("only the last N lines of what it wrote")},
    {.name = "since",
     .kind = ARGUMENT_TIME,
     .metavar = "TIME",
     .help = N_("only what it wrote since then")},
    {.name = "timestamps",
     .letter = 't',
     .kind = ARGUMENT_NONE,
     .help = N_("begin each line with when the engine got it")},
    HOME_ALL_OPTION,
    HOME_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"time", N_("time"), COLUMN_TIME, NULL, false},
    {"stream", N_("stream"), COLUMN_TEXT, NULL, false},
    {"line", N_("line"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_logs = {
    .words = "home logs",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("print what an application wrote"),
    .description =
        N_("Standard output and standard error together. On a terminal, bytes that it would act "
           "upon are shown as \\x1b; into a pipe or file they go as they came."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_STREAM | VERB_APPLICATION,
    .run = run_logs,
};
