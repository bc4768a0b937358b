/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/journal.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One reading of the journal: what is asked, and what was seen. */
typedef struct Reading {
    Job *job;
    bool has_since;
    int64_t since;
    size_t tail; /* 0: all */
    GQueue rows; /* json_t*, at most `tail` */
    bool numbered;
    uint64_t lines, broken, shown;
    uint64_t first_broken;
    bool torn, cancelled;
} Reading;

static void count_line(Reading *reading, uint64_t number, JournalLineState state)
{
    reading->lines = number;
    if (state == JOURNAL_LINE_TORN)
        reading->torn = true;
    if (state == JOURNAL_LINE_BROKEN && reading->broken++ == 0)
        reading->first_broken = number;
}

static bool is_recent(const Reading *reading, const json_t *line)
{
    if (!reading->has_since)
        return true;
    const json_t *time = json_object_get(line, "time");
    int64_t at;
    return json_is_string(time) &&
           date_parse_rfc3339(span_of(json_string_value(time), json_string_length(time)), &at) &&
           at >= reading->since;
}

static void keep_row(Reading *reading, json_t *row)
{
    reading->shown++;
    if (reading->tail == 0) {
        job_emit(reading->job, row);
        return;
    }
    g_queue_push_tail(&reading->rows, row);
    if (g_queue_get_length(&reading->rows) > reading->tail)
        json_decref(g_queue_pop_head(&reading->rows));
}

static const char *state_name(JournalLineState state)
{
    static const char *const names[] = {
        [JOURNAL_LINE_OK] = "ok", [JOURNAL_LINE_BROKEN] = "broken", [JOURNAL_LINE_TORN] = "torn"};
    return names[state];
}

/* Of a deed, what it was done with: the paths of its files. */
static void add_input(json_t *row)
{
    g_autoptr(GString) paths = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(row, "what"), i, item)
    {
        const char *path = json_string_value(json_object_get(item, "path"));
        if (path)
            g_string_append_printf(paths, "%s%s", paths->len > 0 ? ", " : "", path);
    }
    if (paths->len > 0 && !json_object_get(row, "input"))
        json_object_set_new(row, "input", json_string(paths->str));
}

static bool visit(uint64_t number, JournalLineState state, const json_t *line, Span raw, void *data)
{
    Reading *reading = data;
    (void)raw;
    count_line(reading, number, state);
    reading->cancelled = cancel_is_set(job_cancel(reading->job), NULL);
    if (reading->cancelled)
        return false;
    if (!line || !is_recent(reading, line))
        return true;
    json_t *row = json_deep_copy(line);
    if (reading->numbered) {
        add_input(row);
        json_object_set_new(row, "line", json_integer((json_int_t)number));
        json_object_set_new(row, "state", json_string(state_name(state)));
    }
    keep_row(reading, row);
    return true;
}

static bool count_only(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                       void *data)
{
    Reading *reading = data;
    (void)line;
    (void)raw;
    count_line(reading, number, state);
    reading->cancelled = cancel_is_set(job_cancel(reading->job), NULL);
    return !reading->cancelled;
}

static void warn_of_damage(const Reading *reading)
{
    if (reading->broken > 0)
        job_warn(reading->job,
                 _("line %" PRIu64 " of the journal is broken; \"mse-console journal "
                   "verify\" says more"),
                 reading->first_broken);
    if (reading->torn)
        job_warn(reading->job, _("the last line of the journal was cut off while it was written"));
}

static int read_journal(Reading *reading, JournalVisit visitor, char **path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Journal) journal = journal_new(NULL);
    if (path)
        *path = g_strdup(journal_path(journal));
    if (!journal_read(journal, visitor, reading, &error))
        return job_fail(reading->job, error);
    return reading->cancelled ? EXIT_CANCELLED : EXIT_OK;
}

static void read_filters(Reading *reading, const Arguments *arguments)
{
    const char *since = arguments_value(arguments, "since");
    const char *tail = arguments_value(arguments, "tail");
    reading->has_since = since && date_parse_user(since, &reading->since);
    reading->tail = tail ? strtoul(tail, NULL, 10) : 0;
}

static int show_lines(Job *job, const Arguments *arguments, bool numbered)
{
    Reading reading = {.job = job, .numbered = numbered};
    read_filters(&reading, arguments);
    int status = read_journal(&reading, visit, NULL);
    json_t *row;
    while ((row = g_queue_pop_head(&reading.rows))) {
        if (status == EXIT_OK)
            job_emit(job, row);
        else
            json_decref(row);
    }
    if (numbered && status == EXIT_OK && reading.shown == 0 && !job_json(job))
        job_text(job, "%s",
                 reading.lines > 0 ? _("The journal has nothing of that time or later.")
                                   : _("The journal has nothing in it yet."));
    warn_of_damage(&reading);
    return status;
}

static int run_list(Job *job, const Arguments *arguments)
{
    return show_lines(job, arguments, true);
}

static int run_export(Job *job, const Arguments *arguments)
{
    return show_lines(job, arguments, false);
}

static json_t *report_json(const Reading *reading, const char *path)
{
    json_t *report =
        json_pack("{s:s?, s:I, s:b, s:o, s:b}", "path", path, "lines", (json_int_t)reading->lines,
                  "ok", (int)(reading->broken == 0), "first_broken_line",
                  reading->broken ? json_integer((json_int_t)reading->first_broken) : json_null(),
                  "torn", (int)reading->torn);
    return report;
}

static void say_report(Job *job, const Reading *reading, const char *path)
{
    g_autofree char *safe = sanitize_string(path);
    uint64_t lines = reading->lines;
    if (lines == 0) {
        job_text(job, _("%s: nothing in it yet"), safe);
        return;
    }
    job_text(job, P_("%s: %" PRIu64 " line", "%s: %" PRIu64 " lines", lines), safe, lines);
    if (reading->broken == 0)
        job_text(job, "%s",
                 _("  Each carries the hash of the one before: none was changed, taken "
                   "out or put in between."));
    if (reading->torn)
        job_text(job, "%s",
                 _("  The last one was cut off while it was written; the next entry "
                   "closes it."));
}

static int run_verify(Job *job, const Arguments *arguments)
{
    (void)arguments;
    Reading reading = {.job = job};
    g_autofree char *path = NULL;
    int status = read_journal(&reading, count_only, &path);
    if (status != EXIT_OK)
        return status;
    if (job_json(job))
        job_emit(job, report_json(&reading, path));
    else
        say_report(job, &reading, path);
    if (reading.broken == 0)
        return EXIT_OK;
    g_autoptr(GError) error = g_error_new(
        JOURNAL_ERROR, JOURNAL_ERROR_READ,
        _("line %" PRIu64 " of the journal is broken: it is no JSON object, or the hash "
          "it carries is not that of the line before. What stands before it is as it was "
          "written; from there on nothing is proven"),
        reading.first_broken);
    return job_fail(job, error);
}

static const VerbOption filters[] = {
    {.name = "since",
     .kind = ARGUMENT_TIME,
     .metavar = "TIME",
     .help = N_("only what was written at TIME or later")},
    {.name = "tail",
     .letter = 'n',
     .kind = ARGUMENT_NUMBER,
     .most = G_MAXUINT32,
     .metavar = "N",
     .help = N_("only the last N entries; 0: all")},
    {0},
};

static const VerbColumn columns[] = {
    {"line", N_("Line"), COLUMN_NUMBER, NULL, false},
    {"time", N_("Time"), COLUMN_TIME, NULL, false},
    {"kind", N_("Kind"), COLUMN_TEXT, NULL, false},
    {"application", N_("Application"), COLUMN_TEXT, NULL, false},
    {"verdict", N_("Verdict"), COLUMN_TEXT, NULL, false},
    {"failed_check", N_("Check"), COLUMN_TEXT, NULL, false},
    {"input", N_("Input"), COLUMN_TEXT, NULL, false},
    {"measurement", N_("Measurement"), COLUMN_TEXT, NULL, false},
    {"root", N_("Root"), COLUMN_TEXT, NULL, false},
    {"state", N_("State"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_journal_list = {
    .words = "journal list",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("list what was judged and done on this machine"),
    .description = N_("The journal is $XDG_STATE_HOME/mse-console/journal.jsonl: one entry a "
                      "verdict, alarm or deed, each with the hash of the one before. Application "
                      "is the one that an entry is about, where it is about one; input is what was "
                      "judged, or the files of a deed."),
    .options = filters,
    .columns = columns,
    .flags = VERB_READ_ONLY,
    .run = run_list,
};

const Verb verb_journal_verify = {
    .words = "journal verify",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("check that the journal was not changed"),
    .description = N_("Each entry carries the SHA-256 of the one before. Exit status 1, with the "
                      "first broken line, when one does not. A last line that was cut off while "
                      "it was written is said, and is no failure."),
    .flags = VERB_READ_ONLY,
    .run = run_verify,
};

const Verb verb_journal_export = {
    .words = "journal export",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("print the journal as it stands, an object a line"),
    .description = N_("To be kept elsewhere: whoever holds an earlier copy can see whether the "
                      "journal was rewritten since."),
    .options = filters,
    .flags = VERB_READ_ONLY | VERB_STREAM,
    .run = run_export,
};
