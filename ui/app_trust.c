/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trust of applications: what the judge found out about their evidence, in the rows of the
 * list; a few whole results kept, the others judged again when they are looked at.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/model.h"

enum {
    NEWS_MICROSECONDS = 4000,            /* at a stretch, before keys are looked at again */
    BELL_MICROSECONDS = 5 * 1000 * 1000, /* alarms that come together ring once */
};

static void wake(void *data)
{
    mailbox_post(data, (Message){.kind = MESSAGE_TRUST});
}

static void release(void *basis)
{
    verify_request_unref(basis);
}

Judge *model_judge_new(Model *model)
{
    JudgeOptions options = {.idle = true, .notify = wake, .data = model->mailbox};

    return judge_new(&options, model->defaults, verify_request_ref(model->basis), release,
                     clock_now());
}

void model_judge_by_basis(Model *model)
{
    if (model->apps != NULL)
        judge_set_request(model->apps->judge, model->defaults, verify_request_ref(model->basis),
                          release);
}

static void keep_whole(Apps *apps, unsigned number)
{
    g_queue_remove(&apps->kept, GUINT_TO_POINTER(number));
    g_queue_push_tail(&apps->kept, GUINT_TO_POINTER(number));
    while (g_queue_get_length(&apps->kept) > KEPT_RESULTS) {
        AppRow *row = apps->rows->pdata[GPOINTER_TO_UINT(g_queue_pop_head(&apps->kept))];
        g_clear_pointer(&row->evidence.result, verification_result_unref);
    }
}

static Outcome outcome_of_trust(const Trust *trust)
{
    return trust->judged ? outcome_of_verdict(trust->verdict) : OUTCOME_UNREADABLE;
}

static char *origin_text(const Apps *apps, const AppRow *row, const JudgeNews *news)
{
    g_autofree char *path = sanitize_string(news->path);
    g_autofree char *source = NULL;

    switch (news->origin) {
    case FLEET_EVIDENCE_GIVEN:
        return g_strdup_printf(_("%s, given here"), path);
    case FLEET_EVIDENCE_DIRECTORY:
        return g_strdup_printf(_("%s, its output directory"), path);
    case FLEET_EVIDENCE_CONTAINER:
        source = apps_source_name(apps, row->app->source);
        return g_strdup_printf(_("%s, out of its container on %s"), path, source);
    default:
        return NULL;
    }
}

/* What the row shows of it; texts only when there is something new to tell. */
static void note(const Apps *apps, AppRow *row, JudgeNews *news)
{
    Input *input = &row->evidence;

    row->trust = news->trust;
    row->known = true;
    row->other_certificate = news->other_certificate;
    alarm_free(row->alarm);
    row->alarm = g_steal_pointer(&news->alarm);
    g_free(row->origin);
    row->origin = origin_text(apps, row, news);
    row->written = news->written;
    g_free(input->problem);
    input->problem = g_steal_pointer(&news->problem);
    g_free(input->name);
    input->name = g_strdup(row->name);
    input->kind = INPUT_EVIDENCE;
    input->outcome = outcome_of_trust(&row->trust);
    input->simulated = row->trust.simulated;
    input->failed = row->trust.failed;
    if (news->result == NULL && row->trust.judged)
        return;
    g_clear_pointer(&input->result, verification_result_unref);
    g_clear_pointer(&input->kind_text, g_free);
    if (news->result == NULL)
        return;
    input->result = g_steal_pointer(&news->result);
    input->kind_text = model_kind_text(input->result);
}

static void say(const char *sentence, void *data)
{
    mailbox_post(data, (Message){.kind = MESSAGE_SAID,
                                 .number = ROLE_WARNING,
                                 .data = g_strdup(sentence),
                                 .free_data = g_free});
}

static AlarmCommand *command_of(Model *model)
{
    if (model->on_alarm == NULL)
        model->on_alarm = alarm_command_new(settings_texts(model->settings, SETTING_ALARM_ON_ALARM),
                                            0, say, model->mailbox);
    return model->on_alarm;
}

void model_set_alarm_command(Model *model)
{
    if (model->on_alarm != NULL)
        alarm_command_set(model->on_alarm, settings_texts(model->settings, SETTING_ALARM_ON_ALARM));
}

static void ring(Model *model)
{
    int64_t now = clock_monotonic();

    if (!settings_flag(model->settings, SETTING_ALARM_BELL))
        return;
    model->bell = model->rung_at == 0 || now - model->rung_at >= BELL_MICROSECONDS;
    if (model->bell)
        model->rung_at = now;
}

/* Said, rung, and handed to the command of the settings. */
static void raise_alarm(Model *model, const AppRow *row)
{
    g_autofree char *text = alarm_text(row->alarm);

    mailbox_post(model->mailbox,
                 (Message){.kind = MESSAGE_SAID,
                           .number = ROLE_ALARM,
                           .data = g_strdup_printf(_("ALARM: %s: %s"), row->name, text),
                           .free_data = g_free});
    ring(model);
    alarm_command_run(command_of(model), row->alarm, &row->trust);
}

static void take(Model *model, JudgeNews *news)
{
    Apps *apps = model->apps;
    unsigned number;
    AppRow *row = apps_find(apps, news->source, news->id, &number);

    if (row == NULL)
        return;
    apps_count(apps, row, -1);
    note(apps, row, news);
    apps_count(apps, row, 1);
    row->evidence.version = ++model->version;
    apps->version++;
    if (row->evidence.result != NULL)
        keep_whole(apps, number);
    if (news->raised && row->alarm != NULL)
        raise_alarm(model, row);
    /* What a person gave could not be judged, and what was known stands. */
    if (row->trust.judged && row->evidence.problem != NULL)
        say(row->evidence.problem, model->mailbox);
    if (news->journal_problem != NULL)
        say(news->journal_problem, model->mailbox);
}

bool model_take_trust(Model *model)
{
    int64_t until = clock_monotonic() + NEWS_MICROSECONDS;
    JudgeNews *news;
    bool any = false;

    while (model->apps != NULL && (news = judge_take(model->apps->judge)) != NULL) {
        take(model, news);
        judge_news_free(news);
        any = true;
        if (clock_monotonic() < until)
            continue;
        wake(model->mailbox);
        break;
    }
    return any;
}

unsigned model_expiry_days(const Model *model)
{
    return (unsigned)settings_number(model->settings, SETTING_ALARM_EXPIRY_DAYS);
}

void model_judge_apps(Model *model, const GArray *numbers)
{
    for (unsigned i = 0; i < numbers->len; i++) {
        const AppRow *row = apps_row(model->apps, g_array_index(numbers, unsigned, i));
        if (row != NULL)
            judge_again(model->apps->judge, row->app->source, row->app->id, true);
    }
}

void model_give_evidence(Model *model, unsigned number, const char *path)
{
    const AppRow *row = apps_row(model->apps, number);

    if (row != NULL)
        judge_give(model->apps->judge, row->app->source, row->app->id, path);
}

unsigned model_acknowledge(Model *model, const GArray *numbers)
{
    unsigned n = 0;

    if (numbers == NULL)
        return judge_acknowledge_all(model->apps->judge);
    for (unsigned i = 0; i < numbers->len; i++) {
        const AppRow *row = apps_row(model->apps, g_array_index(numbers, unsigned, i));
        n += row != NULL && judge_acknowledge(model->apps->judge, row->app->source, row->app->id);
    }
    return n;
}

/* The whole of what is looked at, when it was let go. */
void model_want_app(Model *model, unsigned number)
{
    AppRow *row = apps_row(model->apps, number);

    if (row == NULL || !row->trust.judged || row->evidence.result != NULL ||
        row->wanted == row->evidence.version)
        return;
    row->wanted = row->evidence.version;
    judge_again(model->apps->judge, row->app->source, row->app->id, false);
}
