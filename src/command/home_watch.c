/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home watch: all applications judged again and again, as the console does it; a row for what
 * changed.
 */
#include "config.h"

#include "command/home.h"

#include "command/verify_request.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/alarm_command.h"
#include "fleet/judge.h"
#include "format/date.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    USUAL_INTERVAL = 60, /* seconds */
    LONGEST_INTERVAL = 86400,
    THREADS = 4,
    ENDING = 2000, /* milliseconds that threads get to end */
    DELTAS_AT_ONCE = 256,
};

/* One application, as it was told last. */
typedef struct Told {
    FleetApp *app;
    FleetSource *source; /* borrowed */
    bool told;
    Trust trust;
    bool other_certificate;
    TrustEnding ending;
} Told;

typedef struct Watch {
    Job *job;
    const GPtrArray *names; /* operands: those alone; none: all */
    VerifyRequest *request;
    unsigned expiry_days;
    bool once, strict;
    bool ever_live; /* any engine answered once: then all are waited for */
    Fleet *fleet;
    Judge *judge;
    AlarmCommand *command;
    int bell;                   /* eventfd: the judge has news */
    GHashTable *apps;           /* "SOURCE ID" → Told */
    FleetCondition *conditions; /* of each source, as it was said last */
    GMutex mutex;               /* of what on_alarm's thread says */
    GQueue said;                /* char* */
    int status;
} Watch;

static void told_free(gpointer data)
{
    Told *told = data;
    fleet_app_unref(told->app);
    g_free(told);
}

/* ---- rows ---- */

static const char *verdict_of(const Trust *trust)
{
    return trust->judged ? verdict_kind_name(trust->verdict) : "unknown";
}

/* One row: what is known of it, and why it is told. */
typedef struct Row {
    const Told *told;
    const char *change; /* for programs */
    const Alarm *alarm; /* raised, or NULL */
    const char *why;    /* why there is nothing to judge, or NULL */
    const char *origin;
    int64_t now;
} Row;

static void emit(Job *job, const Row *row)
{
    const Told *told = row->told;
    const Trust *trust = &told->trust;
    int64_t end = trust_end(trust, told->app);
    json_t *object = json_object();
    json_object_set_new(object, "time", home_time(row->now));
    json_object_set_new(object, "name", home_text(told->app->name));
    json_object_set_new(object, "verdict", json_string(verdict_of(trust)));
    json_object_set_new(object, "change", json_string(row->change));
    json_object_set_new(object, "from", home_text(row->alarm ? row->alarm->from : NULL));
    json_object_set_new(object, "to", home_text(row->alarm ? row->alarm->to : NULL));
    json_object_set_new(object, "alarm", json_boolean(row->alarm != NULL));
    json_object_set_new(object, "failed_check",
                        home_text(trust->failed < 0 ? NULL : check_table[trust->failed].id));
    if (trust->judged)
        json_object_set_new(object, "simulated", json_boolean(trust->simulated));
    if (told->app->certificate && trust->has_certificate)
        json_object_set_new(object, "certificate_known", json_boolean(!told->other_certificate));
    json_object_set_new(object, "ends", home_time(end));
    if (end)
        json_object_set_new(object, "days_left", json_integer(home_days_left(end, row->now)));
    json_object_set_new(object, "state", json_string(fleet_app_state_word(told->app)));
    json_object_set_new(object, "evidence", home_text(row->origin));
    json_object_set_new(object, "why", home_text(row->why));
    json_object_set_new(object, "engine", home_engine(told->source));
    json_object_set_new(object, "id", json_string(told->app->id));
    job_emit(job, object);
}

static const struct {
    const char *change;
    const char *words; /* N_() */
} change_words[] = {
    {"better", N_("it was worse before")},
    {"ends_soon", N_("it ends soon")},
    {"gone", N_("it was removed")},
    {"certificate_known", N_("it shows the certificate of its evidence again")},
};

/* What is said after the verdict; "" for nothing. g_free. */
static char *reason_text(const Row *row)
{
    const Trust *trust = &row->told->trust;
    if (row->alarm) {
        g_autofree char *text = alarm_text(row->alarm);
        return g_strdup_printf(_("ALARM: %s"), text);
    }
    if (row->why)
        return g_strdup(row->why);
    for (size_t i = 0; i < G_N_ELEMENTS(change_words); i++)
        if (strcmp(change_words[i].change, row->change) == 0)
            return g_strdup(_(change_words[i].words));
    if (trust->failed >= 0)
        return g_strdup_printf(_("%s failed"), check_table[trust->failed].id);
    return g_strdup("");
}

static void say(Job *job, const Row *row)
{
    const Told *told = row->told;
    const Trust *trust = &told->trust;
    g_autofree char *time = date_format(row->now), *name = sanitize_string(told->app->name);
    g_autofree char *engine = sanitize_string(fleet_source_name(told->source));
    g_autofree char *left = trust_ending_text(trust_end(trust, told->app), row->now);
    g_autofree char *reason = reason_text(row);
    job_text(job, "%s  %s  %s%s%s%s%s%s  %s", time, name, home_verdict_word(trust),
             trust->simulated ? " SIMULATED" : "", left ? "  " : "", left ? left : "",
             *reason ? "  " : "", reason, engine);
}

static void tell(Watch *watch, const Row *row)
{
    if (job_json(watch->job))
        emit(watch->job, row);
    else
        say(watch->job, row);
}

/* ---- news ---- */

static void join_status(Watch *watch, const Told *told)
{
    const Trust *trust = &told->trust;
    bool bad =
        trust->judged && (trust->verdict == VERDICT_REJECTED || trust->verdict == VERDICT_EXPIRED ||
                          (watch->strict && trust->verdict != VERDICT_TRUSTED));
    if (bad || told->other_certificate)
        watch->status = EXIT_REJECTED;
}

/* NULL: nothing that is worth a row. */
static const char *change_of(const Told *before, const Told *now, const JudgeNews *news)
{
    if (news->raised)
        return alarm_reason_name(news->alarm->reason);
    if (!before->told)
        return "first";
    if (before->other_certificate && !now->other_certificate)
        return "certificate_known";
    if (!before->trust.judged != !now->trust.judged)
        return now->trust.judged ? "better" : "evidence_gone";
    if (now->trust.judged && now->trust.verdict < before->trust.verdict)
        return "better";
    if (now->ending != TRUST_LASTS && now->ending > before->ending)
        return "ends_soon";
    return trust_same(&before->trust, &now->trust) ? NULL : "judged";
}

static void take_news(Watch *watch, JudgeNews *news)
{
    g_autofree char *key = fleet_app_key(news->source, news->id);
    Told *told = g_hash_table_lookup(watch->apps, key);
    if (!told)
        return;
    Told before = *told;
    int64_t now = clock_now();
    if (news->app) {
        fleet_app_unref(told->app);
        told->app = fleet_app_ref(news->app);
    }
    told->trust = news->trust;
    told->other_certificate = news->other_certificate;
    told->ending = trust_ending(trust_end(&told->trust, told->app), now, watch->expiry_days);
    const char *change = change_of(&before, told, news);
    told->told = true;
    Row row = {.told = told,
               .change = change,
               .alarm = news->raised ? news->alarm : NULL,
               .why = news->problem,
               .origin = fleet_evidence_origin_name(news->origin),
               .now = now};
    if (change)
        tell(watch, &row);
    if (news->raised)
        alarm_command_run(watch->command, news->alarm, &news->trust);
    if (news->journal_problem)
        job_warn(watch->job, "%s", news->journal_problem);
    join_status(watch, told);
}

static void take_all_news(Watch *watch)
{
    eventfd_t count;
    JudgeNews *news;
    eventfd_read(watch->bell, &count);
    while ((news = judge_take(watch->judge))) {
        take_news(watch, news);
        judge_news_free(news);
    }
    for (;;) {
        g_mutex_lock(&watch->mutex);
        g_autofree char *sentence = g_queue_pop_head(&watch->said);
        g_mutex_unlock(&watch->mutex);
        if (!sentence)
            return;
        job_warn(watch->job, "%s", sentence);
    }
}

/* ---- deltas ---- */

static bool is_wanted(const Watch *watch, const FleetApp *app)
{
    for (guint i = 0; i < watch->names->len; i++) {
        const char *name = g_ptr_array_index(watch->names, i);
        if (strcmp(name, app->name) == 0 || (strlen(name) >= 12 && g_str_has_prefix(app->id, name)))
            return true;
    }
    return watch->names->len == 0;
}

static void take_app(Watch *watch, FleetApp *app)
{
    FleetSource *source = fleet_source(watch->fleet, app->source);
    if (!is_wanted(watch, app))
        return;
    g_autofree char *key = fleet_app_key(app->source, app->id);
    Told *told = g_hash_table_lookup(watch->apps, key);
    if (!told) {
        told = g_new0(Told, 1);
        told->source = source;
        told->trust.failed = -1;
        g_hash_table_insert(watch->apps, g_steal_pointer(&key), told);
    }
    g_clear_pointer(&told->app, fleet_app_unref);
    told->app = fleet_app_ref(app);
    judge_take_app(watch->judge, source, app);
}

static void take_gone(Watch *watch, unsigned source, const char *id)
{
    g_autofree char *key = fleet_app_key(source, id);
    const Told *told = g_hash_table_lookup(watch->apps, key);
    if (!told)
        return;
    judge_take_gone(watch->judge, source, id);
    Row row = {.told = told, .change = "gone", .now = clock_now()};
    if (told->told)
        tell(watch, &row);
    g_hash_table_remove(watch->apps, key);
}

static bool is_lost(FleetCondition condition)
{
    return condition == FLEET_UNREACHABLE || condition == FLEET_REFUSED || condition == FLEET_STALE;
}

/* Said once when it is lost, and once when it is back. */
static void take_status(Watch *watch, const FleetSourceStatus *status)
{
    FleetCondition before = watch->conditions[status->source];
    g_autofree char *name =
        sanitize_string(fleet_source_name(fleet_source(watch->fleet, status->source)));
    watch->conditions[status->source] = status->condition;
    if (is_lost(status->condition) && !is_lost(before)) {
        const char *why = status->why ? status->why : fleet_condition_name(status->condition);
        if (watch->ever_live && !watch->once)
            job_warn(watch->job, _("%s: %s; trying again until it is back"), name, why);
        else
            job_warn(watch->job, "%s: %s", name, why);
    }
    if (status->condition != FLEET_LIVE)
        return;
    watch->ever_live = true;
    if (is_lost(before))
        job_warn(watch->job, _("%s: the engine is back"), name);
    judge_take_live(watch->judge, status->source);
}

static bool take_deltas(Watch *watch)
{
    g_autoptr(GPtrArray) deltas = fleet_take_deltas(watch->fleet, DELTAS_AT_ONCE);
    for (guint i = 0; i < deltas->len; i++) {
        const FleetDelta *delta = g_ptr_array_index(deltas, i);
        if (delta->kind == FLEET_DELTA_APP)
            take_app(watch, delta->app);
        else if (delta->kind == FLEET_DELTA_GONE)
            take_gone(watch, delta->source, delta->id);
        else if (delta->kind == FLEET_DELTA_SOURCE)
            take_status(watch, delta->status);
    }
    return deltas->len == DELTAS_AT_ONCE;
}

/* ---- rounds ---- */

static bool all_settled(const Watch *watch, bool *any_live)
{
    bool settled = true;
    *any_live = false;
    for (size_t i = 0; i < fleet_n_sources(watch->fleet); i++) {
        *any_live |= watch->conditions[i] == FLEET_LIVE;
        settled &= watch->conditions[i] != FLEET_CONNECTING;
    }
    return settled;
}

/* Names that are none, once the engines have said what they have. */
static bool check_names(Watch *watch)
{
    bool good = true;
    for (guint i = 0; i < watch->names->len; i++) {
        const char *name = g_ptr_array_index(watch->names, i);
        GHashTableIter iter;
        gpointer told;
        bool found = false;
        g_hash_table_iter_init(&iter, watch->apps);
        while (!found && g_hash_table_iter_next(&iter, NULL, &told)) {
            const FleetApp *app = ((const Told *)told)->app;
            found = strcmp(app->name, name) == 0 || g_str_has_prefix(app->id, name);
        }
        if (found)
            continue;
        g_autofree char *safe = sanitize_string(name);
        job_warn(watch->job, _("no application \"%s\" is there"), safe);
        good = false;
    }
    return good;
}

/* Milliseconds until `at`, monotonic microseconds. */
static int until(int64_t at)
{
    int64_t left = at - clock_monotonic();
    return left <= 0 ? 0 : (int)MIN((left + 999) / 1000, INT32_MAX);
}

static bool wait_for_something(Watch *watch, int64_t round_at)
{
    Cancel *cancel = job_cancel(watch->job);
    struct pollfd watched[] = {
        {.fd = fleet_descriptor(watch->fleet), .events = POLLIN},
        {.fd = watch->bell, .events = POLLIN},
        {.fd = cancel_descriptor(cancel), .events = POLLIN},
    };
    poll(watched, G_N_ELEMENTS(watched), cancel_poll_timeout(cancel, until(round_at)));
    return !cancel_is_set(cancel, NULL);
}

static int finish_once(Watch *watch, bool any_live)
{
    bool all_live = any_live;
    for (size_t i = 0; i < fleet_n_sources(watch->fleet); i++)
        all_live &= watch->conditions[i] == FLEET_LIVE;
    bool names = check_names(watch);
    alarm_command_wait(watch->command, job_cancel(watch->job));
    take_all_news(watch);
    if (watch->status == EXIT_OK && (!all_live || !names))
        return EXIT_ERROR;
    if (g_hash_table_size(watch->apps) == 0 && all_live && names && !job_json(watch->job))
        job_text(watch->job, "%s", _("There are no applications to judge."));
    return watch->status;
}

static int follow(Watch *watch, int64_t interval)
{
    int64_t round_at = clock_monotonic() + interval;
    while (wait_for_something(watch, round_at)) {
        bool any_live, more = take_deltas(watch);
        take_all_news(watch);
        bool settled = all_settled(watch, &any_live) && !more;
        if (settled && !any_live && !watch->ever_live) /* said already: why */
            return EXIT_ERROR;
        if (watch->once && settled && judge_is_done(watch->judge))
            return finish_once(watch, any_live);
        if (clock_monotonic() < round_at)
            continue;
        round_at = clock_monotonic() + interval;
        judge_time(watch->judge, clock_now());
        judge_all_again(watch->judge);
    }
    return EXIT_CANCELLED;
}

/* ---- the verb ---- */

static void ring(void *data)
{
    const Watch *watch = data;
    eventfd_write(watch->bell, 1);
}

static void note_said(const char *sentence, void *data)
{
    Watch *watch = data;
    g_mutex_lock(&watch->mutex);
    g_queue_push_tail(&watch->said, g_strdup(sentence));
    g_mutex_unlock(&watch->mutex);
    eventfd_write(watch->bell, 1);
}

static void begin(Watch *watch, const GPtrArray *sources)
{
    const Settings *settings = watch->request->settings;
    JudgeOptions options = {.ask_health = true, .threads = THREADS, .notify = ring, .data = watch};
    g_mutex_init(&watch->mutex);
    g_queue_init(&watch->said);
    watch->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch->apps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, told_free);
    watch->conditions = g_new0(FleetCondition, sources->len);
    watch->expiry_days = (unsigned)settings_number(settings, SETTING_ALARM_EXPIRY_DAYS);
    watch->command =
        alarm_command_new(settings_texts(settings, SETTING_ALARM_ON_ALARM), 0, note_said, watch);
    watch->judge = judge_new(&options, &watch->request->request, NULL, NULL, clock_now());
    watch->fleet = fleet_new((FleetSource *const *)sources->pdata, sources->len, false);
}

static void end(Watch *watch)
{
    fleet_free(watch->fleet);
    /* A thread that cannot be ended still judges with the request: that stays then. */
    if (judge_stop(watch->judge, ENDING))
        verify_request_unref(watch->request);
    judge_free(watch->judge);
    alarm_command_free(watch->command);
    g_hash_table_unref(watch->apps);
    g_free(watch->conditions);
    g_queue_clear_full(&watch->said, g_free);
    g_mutex_clear(&watch->mutex);
    close(watch->bell);
}

/* What cannot be used is said once, before anything is judged with it. */
static bool can_judge(Job *job, const VerificationRequest *request, GError **error)
{
    g_autoptr(Verification) tried = verification_new(request, job_cancel(job), error);
    return tried != NULL;
}

static int run_watch(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, &error);
    if (!sources)
        return job_fail(job, error);
    const char *interval = arguments_value(arguments, "interval");
    int64_t seconds = interval ? g_ascii_strtoll(interval, NULL, 10) : USUAL_INTERVAL;
    if (seconds == 0)
        return verb_usage(job, "%s", _("--interval: at least 1 second is expected"));
    VerifyRequest *request = verify_request_new(job, arguments, &error);
    if (!request)
        return job_fail(job, error);
    if (!can_judge(job, &request->request, &error)) {
        verify_request_unref(request);
        return job_fail(job, error);
    }
    Watch watch = {.job = job,
                   .names = arguments_operands(arguments),
                   .request = request,
                   .once = arguments_flag(arguments, "once"),
                   .strict = arguments_flag(arguments, "strict")};
    begin(&watch, sources);
    int status = follow(&watch, seconds * G_USEC_PER_SEC);
    end(&watch);
    return status;
}

static const VerbOption options[] = {
    {.name = "once", .help = N_("judge each once, and end: for cron")},
    {.name = "interval",
     .kind = ARGUMENT_NUMBER,
     .most = LONGEST_INTERVAL,
     .metavar = "SECONDS",
     .help = N_("judge all again so often (60)")},
    VERIFY_BASIS_OPTIONS,
    HOME_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"time", N_("time"), COLUMN_TIME, NULL, false},
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"verdict", N_("verdict"), COLUMN_TEXT, NULL, false},
    {"change", N_("change"), COLUMN_TEXT, NULL, false},
    {"alarm", N_("alarm"), COLUMN_BOOLEAN, NULL, false},
    {"from", N_("from"), COLUMN_TEXT, NULL, false},
    {"to", N_("to"), COLUMN_TEXT, NULL, false},
    {"failed_check", N_("failed check"), COLUMN_TEXT, NULL, false},
    {"simulated", N_("simulated"), COLUMN_BOOLEAN, NULL, false},
    {"certificate_known", N_("certificate known"), COLUMN_BOOLEAN, NULL, false},
    {"ends", N_("ends"), COLUMN_TIME, NULL, false},
    {"days_left", N_("days left"), COLUMN_NUMBER, NULL, false},
    {"state", N_("state"), COLUMN_TEXT, NULL, false},
    {"evidence", N_("evidence"), COLUMN_TEXT, NULL, false},
    {"why", N_("why"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_watch = {
    .words = "home watch",
    .operands = "[NAME…]",
    .max_operands = G_MAXUINT,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("judge the evidence of applications again and again, and print what changed"),
    .description = N_(
        "Each application is judged as the console does it: with the evidence of its output "
        "directory, or else out of its container, and the certificate that it shows when it is "
        "asked for its health is compared with that of its evidence. A first row tells what each "
        "is; after that a row tells what changed. What changed for the worse, also since the "
        "last run, is an alarm: a line of the journal, and the setting on_alarm is run. An "
        "engine that is away is tried again. With --once it ends when all were judged: exit "
        "status 3 when any is rejected, has expired, or shows another certificate than its "
        "evidence has; else 1 when an engine could not be asked or a NAME is not there."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_STREAM | VERB_APPLICATION,
    .run = run_watch,
};
