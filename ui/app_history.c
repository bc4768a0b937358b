/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/app_history.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <string.h>

enum { LINES_MOST = 500 };

/* What is asked: names as the journal has them. */
typedef struct Question {
    Journal *journal; /* borrowed: it is there as long as the console */
    uint64_t generation;
    char *application, *engine;
    GQueue found; /* AppEvent* */
    Cancel *cancel;
} Question;

static void free_question(void *data)
{
    Question *question = data;

    g_free(question->application);
    g_free(question->engine);
    g_queue_clear_full(&question->found, app_event_free);
    g_free(question);
}

/* ---- one line in words ---- */

static const char *text_at(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static char *words_of_verdict(const json_t *line, Role *role)
{
    const char *verdict = text_at(line, "verdict"), *failed = text_at(line, "failed_check");
    g_autofree char *safe = sanitize_string(failed);

    for (int i = 0; i < N_VERDICTS; i++) {
        const OutcomeRow *row;
        if (g_strcmp0(verdict, verdict_kind_name((VerdictKind)i)) != 0)
            continue;
        row = &outcome_table[outcome_of_verdict((VerdictKind)i)];
        *role = row->role;
        if (*safe != '\0')
            return g_strdup_printf(_("judged: %s %s (%s failed)"), row->mark, _(row->word), safe);
        return g_strdup_printf(_("judged: %s %s"), row->mark, _(row->word));
    }
    return NULL;
}

static char *words_of_alarm(const json_t *line, Role *role)
{
    AlarmReason reason = alarm_reason_named(text_at(line, "reason"));
    g_autoptr(Alarm) alarm = alarm_new(reason, "", "", NULL, 0);
    g_autofree char *text = NULL;

    if (reason == ALARM_NONE)
        return NULL;
    alarm->from = g_strdup(text_at(line, "from"));
    alarm->to = g_strdup(text_at(line, "to"));
    text = alarm_text(alarm);
    *role = ROLE_ALARM;
    return g_strdup_printf(_("ALARM: %s"), text);
}

static const struct {
    const char *kind;
    const char *words; /* N_() */
} deeds[] = {
    {"acknowledged", N_("the alarm was acknowledged")},
    {"package", N_("its package was made")},
    {"spawn", N_("it was spawned")},
    {"send", N_("it was sent its secrets")},
    {"stop", N_("it was stopped")},
    {"restart", N_("it was restarted")},
    {"remove", N_("it was removed")},
    {"kill", N_("it was killed")},
};

static char *words_of_deed(const json_t *line, Role *role)
{
    const char *kind = text_at(line, "kind");
    g_autofree char *who = sanitize_string(text_at(line, "who"));

    *role = ROLE_TEXT;
    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++)
        if (g_strcmp0(deeds[i].kind, kind) == 0)
            return *who == '\0' ? g_strdup(_(deeds[i].words))
                                : g_strdup_printf(_("%s by %s"), _(deeds[i].words), who);
    return NULL;
}

static char *words_of(const json_t *line, Role *role)
{
    const char *kind = text_at(line, "kind");

    if (g_strcmp0(kind, "verdict") == 0)
        return words_of_verdict(line, role);
    if (g_strcmp0(kind, "alarm") == 0)
        return words_of_alarm(line, role);
    return words_of_deed(line, role);
}

/* ---- the job ---- */

static bool visit(uint64_t number, JournalLineState state, const json_t *line, Span raw, void *data)
{
    Question *question = data;
    const char *time = text_at(line, "time");
    AppEvent *event;
    Role role = ROLE_TEXT;
    char *words;

    (void)number;
    (void)raw;
    if (cancel_is_set(question->cancel, NULL))
        return false;
    if (state != JOURNAL_LINE_OK || line == NULL ||
        g_strcmp0(text_at(line, "application"), question->application) != 0 ||
        g_strcmp0(text_at(line, "engine"), question->engine) != 0)
        return true;
    words = words_of(line, &role);
    if (words == NULL)
        return true;
    event = g_new0(AppEvent, 1);
    event->what = words;
    event->role = role;
    if (time != NULL)
        date_parse_rfc3339(span_of(time, strlen(time)), &event->time);
    g_queue_push_tail(&question->found, event);
    if (g_queue_get_length(&question->found) > LINES_MOST)
        app_event_free(g_queue_pop_head(&question->found));
    return true;
}

static void read_journal(UiJob *job, void *data)
{
    Question *question = data;
    GPtrArray *events = g_ptr_array_new_with_free_func(app_event_free);
    AppEvent *event;

    question->cancel = job->cancel;
    journal_read(question->journal, visit, question, NULL);
    while ((event = g_queue_pop_head(&question->found)) != NULL)
        g_ptr_array_add(events, event);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_HISTORY,
                                         .generation = question->generation,
                                         .data = events,
                                         .free_data = (GDestroyNotify)g_ptr_array_unref});
}

void app_history_ask(const Model *model, const AppRow *row, uint64_t generation)
{
    const FleetSource *source = apps_source_of(model->apps, row);
    Question *question;

    if (model->defaults->journal == NULL)
        return;
    question = g_new0(Question, 1);
    question->journal = model->defaults->journal;
    question->generation = generation;
    question->application = sanitize_string(row->app->name);
    question->engine = sanitize_string(fleet_source_name(source));
    g_queue_init(&question->found);
    jobs_start(model->jobs, "history", JOB_QUIET | JOB_URGENT, read_journal, question,
               free_question);
}
