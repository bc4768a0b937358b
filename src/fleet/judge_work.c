/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judge's threads: each takes what is due most, reads its evidence, judges it, and says what
 * changed. The lock is never held while anything is read, judged or written.
 */
#include "config.h"

#include "fleet/judge_private.h"

#include "attest/signature.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/stack.h"

#include <sched.h>
#include <string.h>

/* Whole results that wait to be taken: as many more judgements wait for room. */
enum { NEWS_MOST = 64 };

/* One application's turn, as it was when it began; and what came of it. */
typedef struct Turn {
    Judge *judge;
    Entry *entry;
    FleetApp *app; /* a reference */
    Want want;
    bool by_person;
    char *given;
    Trust trust; /* what is known so far */
    bool absent, silent;
    FleetEvidenceOrigin origin;
    FleetFileStamp stamp;
    bool has_content;
    uint8_t content[TRUST_HASH];
    uint64_t known_basis;
    int64_t now;

    Round *round;
    Recalled recalled;
    FleetEvidence evidence;
    VerificationResult *result;
    char *problem; /* why there is nothing to judge */
    bool unknown;  /* nothing could be learnt: all stays as it was */
    bool away;     /* because its engine does not answer */
    bool unchanged;
    char *journal_problem;
} Turn;

static void turn_clear(Turn *turn)
{
    fleet_app_unref(turn->app);
    g_free(turn->given);
    round_unref(turn->round);
    recalled_clear(&turn->recalled);
    fleet_evidence_clear(&turn->evidence);
    verification_result_unref(turn->result);
    g_free(turn->problem);
    g_free(turn->journal_problem);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Turn, turn_clear)

/* ---- what is to be done ---- */

static Entry *next_wanted(Judge *judge)
{
    if (g_queue_get_length(&judge->news) >= NEWS_MOST)
        return NULL;
    for (int want = WANT_NOW; want > WANT_NOTHING; want--) {
        GList *link = g_queue_pop_head_link(&judge->wanted[want]);
        if (link != NULL)
            return link->data;
    }
    return NULL;
}

static void begin(Judge *judge, Entry *entry, Turn *turn)
{
    *turn = (Turn){
        .judge = judge,
        .entry = entry_ref(entry),
        .app = fleet_app_ref(entry->app),
        .want = entry->want,
        .by_person = entry->by_person,
        .given = g_strdup(entry->given),
        .trust = entry->trust,
        .absent = entry->absent,
        .silent = g_hash_table_contains(judge->silent, GUINT_TO_POINTER(entry->app->source)),
        .origin = entry->origin,
        .stamp = entry->stamp,
        .has_content = entry->has_content,
        .known_basis = entry->basis,
        .now = judge_now(judge),
    };
    memcpy(turn->content, entry->content, sizeof turn->content);
    entry->want = WANT_NOTHING;
    entry->next = WANT_NOTHING;
    entry->by_person = false;
    entry->busy = true;
    judge->busy++;
    judge->rests = false;
}

/* ---- reading ---- */

static bool is_as_it_was(const Turn *turn)
{
    FleetFileStamp stamp;
    if (turn->want != WANT_LOOK || !turn->has_content)
        return false;
    if (turn->origin != FLEET_EVIDENCE_DIRECTORY && turn->origin != FLEET_EVIDENCE_GIVEN)
        return false;
    return fleet_evidence_stamp(turn->entry->source, turn->app, turn->given, &stamp) &&
           memcmp(&stamp, &turn->stamp, sizeof stamp) == 0;
}

/* What the engine did not say is not known; what it said is, also when it is of no use. */
static bool is_the_engines(const GError *error)
{
    return error->domain == CANCEL_ERROR ||
           (error->domain == DOCKER_ERROR && error->code != DOCKER_ERROR_TOO_LARGE);
}

/* Asking it for the others would only take as long. */
static bool is_away(const GError *error)
{
    static const int codes[] = {DOCKER_ERROR_AWAY, DOCKER_ERROR_PERMISSION, DOCKER_ERROR_TLS,
                                DOCKER_ERROR_VERSION, DOCKER_ERROR_FROZEN};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (g_error_matches(error, DOCKER_ERROR, codes[i]))
            return true;
    return false;
}

static void note_failure(Turn *turn, const GError *error)
{
    turn->unknown = is_the_engines(error);
    turn->away = is_away(error);
    turn->problem = sanitize_string(error->message);
}

static bool read_evidence(Turn *turn)
{
    FleetSource *source = turn->entry->source;
    g_autoptr(GError) error = NULL;
    FleetFileStamp here;
    if (turn->silent && turn->given == NULL &&
        !fleet_evidence_stamp(source, turn->app, NULL, &here)) {
        turn->unknown = true;
        turn->problem = g_strdup(_("its engine does not answer"));
        return false;
    }
    if (fleet_evidence_read(source, turn->app, turn->given, &turn->evidence, turn->judge->cancel,
                            &error))
        return true;
    note_failure(turn, error);
    return false;
}

static bool content_is_as_it_was(Turn *turn)
{
    uint8_t hash[TRUST_HASH];
    size_t size;
    const void *data = g_bytes_get_data(turn->evidence.bytes, &size);
    sha256(span_of(data, size), hash);
    bool same = turn->has_content && memcmp(hash, turn->content, sizeof hash) == 0;
    memcpy(turn->content, hash, sizeof hash);
    turn->has_content = true;
    return same;
}

/* ---- judging ---- */

/* How the journal and --json name it. g_free. */
static char *input_name(const Turn *turn)
{
    if (turn->evidence.origin != FLEET_EVIDENCE_CONTAINER)
        return g_strdup(turn->evidence.path);
    return g_strdup_printf("%s:%s:%s", fleet_source_name(turn->entry->source), turn->app->name,
                           turn->evidence.path);
}

static void judge_bytes(Turn *turn)
{
    g_autofree char *name = input_name(turn);
    VerificationInput input = {
        .kind = turn->evidence.origin == FLEET_EVIDENCE_GIVEN ? INPUT_PLAIN : INPUT_EVIDENCE,
        .name = name,
    };
    turn->round = judge_round(turn->judge);
    if (turn->round->verification == NULL) {
        turn->unknown = true;
        turn->problem = sanitize_string(turn->round->problem->message);
        return;
    }
    turn->result = verification_judge_bytes(turn->round->verification, &input, turn->evidence.bytes,
                                            turn->now, turn->judge->cancel);
    if (turn->result->verdict != NULL)
        return;
    turn->problem = turn->result->error == NULL
                        ? g_strdup(_("it is collateral, which is no evidence by itself"))
                        : sanitize_string(turn->result->error->message);
    turn->unknown = cancel_is_set(turn->judge->cancel, NULL);
}

static void ask_health(Turn *turn)
{
    if (!turn->judge->options.ask_health || turn->want == WANT_LOOK)
        return;
    FleetApp *asked =
        fleet_app_ask_health(turn->entry->source, turn->app, turn->now, turn->judge->cancel);
    fleet_app_unref(turn->app);
    turn->app = asked;
}

static void take_turn(Turn *turn)
{
    if (is_as_it_was(turn)) {
        turn->unchanged = true;
        return;
    }
    ask_health(turn);
    if (!read_evidence(turn))
        return;
    turn->unchanged = content_is_as_it_was(turn) && turn->want == WANT_LOOK &&
                      turn->known_basis != 0 && turn->trust.judged;
    if (!turn->unchanged)
        judge_bytes(turn);
}

/* ---- what changed ---- */

static json_t *verdict_json(const Turn *turn)
{
    g_autofree char *application = sanitize_string(turn->app->name);
    g_autofree char *engine = sanitize_string(fleet_source_name(turn->entry->source));
    json_t *fields = verification_journal_json(turn->result);
    json_object_set_new(fields, "application", json_string(application));
    json_object_set_new(fields, "engine", json_string(engine));
    json_object_set_new(fields, "id", json_string(turn->app->id));
    return fields;
}

static Alarm *raised(const Turn *turn, AlarmReason reason)
{
    return alarm_new(reason, turn->app->name, fleet_source_name(turn->entry->source), turn->app->id,
                     turn->now);
}

/* What was known before: since this run, else what the journal says. */
static const Trust *known(const Turn *turn)
{
    return turn->trust.judged ? &turn->trust : &turn->recalled.trust;
}

static Alarm *alarm_of_verdict(const Turn *turn, const Trust *now)
{
    const Trust *before = known(turn);
    bool here = turn->trust.judged;
    bool same_container = here || g_strcmp0(turn->recalled.id, turn->app->id) == 0;
    bool other_measure = here && turn->known_basis != turn->round->basis->number;
    AlarmReason reason = trust_compare(before, now, same_container, other_measure);
    if (reason == ALARM_NONE)
        return NULL;
    Alarm *alarm = raised(turn, reason);
    alarm_set_change(alarm, before, now);
    return alarm;
}

static Basis *current_basis(Judge *judge)
{
    g_mutex_lock(&judge->lock);
    Basis *basis = basis_ref(judge->basis);
    g_mutex_unlock(&judge->lock);
    return basis;
}

static void write_line(Turn *turn, const char *kind, json_t *fields)
{
    g_autoptr(Basis) basis = current_basis(turn->judge);
    char *problem = judge_write(turn->judge, basis, kind, fields, turn->now);
    if (problem != NULL) {
        g_free(turn->journal_problem);
        turn->journal_problem = problem;
    }
}

static void write_alarm(Turn *turn, const Alarm *alarm)
{
    if (alarm != NULL)
        write_line(turn, "alarm", alarm_json(alarm));
}

/* Under the lock: what is known from now on. */
static void learn(Turn *turn, const Trust *now)
{
    Entry *entry = turn->entry;
    entry->trust = *now;
    entry->judged_at = turn->now;
    entry->basis = turn->round->basis->number;
    entry->origin = turn->evidence.origin;
    g_free(entry->path);
    entry->path = g_strdup(turn->evidence.path);
    entry->written = turn->evidence.written;
    entry->stamp = turn->evidence.stamp;
    entry->has_content = true;
    memcpy(entry->content, turn->content, sizeof entry->content);
    g_clear_pointer(&entry->problem, g_free);
    entry->absent = false;
    if (turn->judge->options.ask_health && turn->app->certificate != NULL) {
        entry->shows = true;
        trust_hash(turn->app->certificate, entry->shown);
    }
}

/* Under the lock: its evidence is not to be had; what was known of it is not known any more. */
static void forget(Turn *turn)
{
    Entry *entry = turn->entry;
    entry->trust = (Trust){.failed = -1};
    entry->origin = FLEET_EVIDENCE_NONE;
    g_clear_pointer(&entry->path, g_free);
    entry->written = 0;
    entry->has_content = false;
    entry->other = false;
    g_free(entry->problem);
    entry->problem = g_strdup(turn->problem);
}

/* Under the lock. NULL: nothing, or it was told of already. */
static Alarm *alarm_of_shown(const Turn *turn)
{
    Entry *entry = turn->entry;
    entry->other = entry_shows_other(entry);
    if (!entry->other) {
        entry->said_other = false;
        return NULL;
    }
    if (entry->said_other && memcmp(entry->said, entry->shown, sizeof entry->said) == 0)
        return NULL;
    entry->said_other = true;
    memcpy(entry->said, entry->shown, sizeof entry->said);
    Alarm *alarm = raised(turn, ALARM_SERVED);
    alarm_set_hashes(alarm, entry->trust.certificate, entry->shown, TRUST_HASH);
    return alarm;
}

static void take_recalled(Turn *turn)
{
    Entry *entry = turn->entry;
    if (entry->recalled)
        return;
    entry->recalled = true;
    entry->absent = turn->recalled.gone;
    entry->said_other = turn->recalled.said_other;
    memcpy(entry->said, turn->recalled.said, sizeof entry->said);
    if (entry->alarm == NULL)
        entry->alarm = g_steal_pointer(&turn->recalled.alarm);
}

static void set_alarm(Entry *entry, Alarm *alarm)
{
    alarm_free(entry->alarm);
    entry->alarm = alarm;
}

/* Under the lock. `alarm` was raised just now, or is NULL; the entry has it from now on. */
static void tell(Turn *turn, Alarm *alarm, bool with_result)
{
    Judge *judge = turn->judge;
    Entry *entry = turn->entry;
    if (alarm != NULL)
        set_alarm(entry, alarm);
    if (entry->gone)
        return;
    JudgeNews *news = judge_news_of(entry);
    news->raised = alarm != NULL;
    if (with_result && turn->result != NULL)
        news->result = verification_result_ref(turn->result);
    news->journal_problem = g_steal_pointer(&turn->journal_problem);
    news->app = judge->options.ask_health ? fleet_app_ref(turn->app) : NULL;
    judge_push_news(judge, news);
}

/* A verdict, and maybe two alarms. Lines are written before anybody can acknowledge what they
 * tell. */
static void conclude_verdict(Turn *turn)
{
    Judge *judge = turn->judge;
    Entry *entry = turn->entry;
    Trust now = trust_of_result(turn->result);
    Alarm *alarm = alarm_of_verdict(turn, &now);
    if (turn->by_person || turn->recalled.gone || !trust_same(&turn->recalled.trust, &now))
        write_line(turn, "verdict", verdict_json(turn));
    write_alarm(turn, alarm);

    g_mutex_lock(&judge->lock);
    take_recalled(turn);
    learn(turn, &now);
    g_free(entry->stands);
    entry->stands = g_strdup(turn->given);
    Alarm *shown = alarm_of_shown(turn);
    g_mutex_unlock(&judge->lock);
    write_alarm(turn, shown);

    g_mutex_lock(&judge->lock);
    if (alarm != NULL && shown != NULL)
        tell(turn, alarm, false);
    tell(turn, shown != NULL ? shown : alarm, true);
    g_mutex_unlock(&judge->lock);
}

/* A container that is removed just now has no evidence either, which is no news. */
static bool is_still_there(const Turn *turn)
{
    g_autoptr(FleetApp) app = fleet_app_inspect(turn->entry->source, turn->app->source,
                                                turn->app->id, turn->judge->cancel, NULL);
    return app != NULL;
}

/* No evidence where there was some is an alarm, once. */
static void conclude_absence(Turn *turn)
{
    Judge *judge = turn->judge;
    Entry *entry = turn->entry;
    bool had = known(turn)->judged && !turn->absent && !turn->recalled.gone;
    if (had && !is_still_there(turn))
        return;
    Alarm *alarm = had ? raised(turn, ALARM_GONE) : NULL;
    write_alarm(turn, alarm);

    g_mutex_lock(&judge->lock);
    bool news_worthy = alarm != NULL || !entry->recalled || entry->trust.judged ||
                       judge->options.ask_health || turn->by_person ||
                       g_strcmp0(entry->problem, turn->problem) != 0;
    take_recalled(turn);
    forget(turn);
    entry->absent |= had;
    if (news_worthy)
        tell(turn, alarm, false);
    g_mutex_unlock(&judge->lock);
}

/* Back to the one that was judged; that one itself may have gone meanwhile. */
static void take_back_given(Entry *entry)
{
    bool gone = g_strcmp0(entry->given, entry->stands) == 0;
    g_free(entry->given);
    entry->given = gone ? NULL : g_strdup(entry->stands);
    if (gone)
        g_clear_pointer(&entry->stands, g_free);
}

/* The file that a person named is no evidence: that is said, and all is as before. */
static void conclude_given(Turn *turn)
{
    Judge *judge = turn->judge;
    Entry *entry = turn->entry;
    g_mutex_lock(&judge->lock);
    if (g_strcmp0(entry->given, turn->given) == 0)
        take_back_given(entry);
    if (!entry->gone) {
        JudgeNews *news = judge_news_of(entry);
        g_free(news->problem);
        news->problem = g_strdup(turn->problem);
        judge_push_news(judge, news);
        if (entry->given == NULL && entry->origin == FLEET_EVIDENCE_GIVEN)
            judge_want(judge, entry, WANT_SOON);
    }
    g_mutex_unlock(&judge->lock);
}

/* Its engine does not answer, or what it is to be judged with cannot be read: what was known
 * stands; what was never known has a reason now. */
static void conclude_unknown(Turn *turn)
{
    Judge *judge = turn->judge;
    Entry *entry = turn->entry;
    g_mutex_lock(&judge->lock);
    if (turn->away)
        g_hash_table_add(judge->silent, GUINT_TO_POINTER(turn->app->source));
    if (!entry->trust.judged && !entry->gone && g_strcmp0(entry->problem, turn->problem) != 0) {
        g_free(entry->problem);
        entry->problem = g_strdup(turn->problem);
        judge_push_news(judge, judge_news_of(entry));
    }
    g_mutex_unlock(&judge->lock);
}

static void conclude(Turn *turn)
{
    if (turn->unchanged || cancel_is_set(turn->judge->cancel, NULL))
        return;
    if (turn->unknown) {
        conclude_unknown(turn);
        return;
    }
    if (turn->given != NULL && (turn->result == NULL || turn->result->verdict == NULL)) {
        conclude_given(turn);
        return;
    }
    g_autoptr(Basis) basis = current_basis(turn->judge);
    judge_recall(turn->judge, basis, turn->entry->source, turn->app, &turn->recalled);
    if (turn->result != NULL && turn->result->verdict != NULL)
        conclude_verdict(turn);
    else
        conclude_absence(turn);
}

static void end(Judge *judge, Turn *turn)
{
    Entry *entry = turn->entry;
    entry->busy = false;
    entry->failed = turn->unknown;
    entry->looked_at = turn->now;
    judge->busy--;
    if (!entry->gone && entry->next != WANT_NOTHING)
        judge_want(judge, entry, entry->next);
    entry_unref(entry);
}

/* ---- the thread ---- */

/* Under the lock, which it leaves and takes again. False: there is none. */
static bool do_chore(Judge *judge)
{
    Chore *chore = g_queue_pop_head(&judge->chores);
    if (chore == NULL)
        return false;
    g_autoptr(Basis) basis = basis_ref(judge->basis);
    int64_t now = judge_now(judge);
    judge->busy_chores++;
    judge->rests = false;
    g_mutex_unlock(&judge->lock);
    g_free(judge_write(judge, basis, chore->kind, chore->fields, now));
    g_free(chore);
    g_mutex_lock(&judge->lock);
    judge->busy_chores--;
    return true;
}

/* Root, collateral and the like: another file is another verdict. The same. */
static bool check_files(Judge *judge)
{
    if (!judge->check_files)
        return false;
    judge->check_files = false;
    g_autoptr(Basis) basis = basis_ref(judge->basis);
    judge->busy_chores++;
    judge->rests = false;
    g_mutex_unlock(&judge->lock);
    bool changed = basis_files_changed(basis);
    g_mutex_lock(&judge->lock);
    judge->busy_chores--;
    if (changed) {
        g_clear_pointer(&judge->round, round_unref);
        judge_want_all(judge, WANT_LATER);
    }
    return true;
}

static bool do_turn(Judge *judge)
{
    Entry *entry = next_wanted(judge);
    if (entry == NULL)
        return false;
    g_auto(Turn) turn = {0};
    begin(judge, entry, &turn);
    g_mutex_unlock(&judge->lock);
    take_turn(&turn);
    conclude(&turn);
    g_mutex_lock(&judge->lock);
    end(judge, &turn);
    return true;
}

/* The last thread to find nothing to do says so, once. */
static void say_rest(Judge *judge)
{
    if (judge->rests || judge->busy > 0 || judge->busy_chores > 0)
        return;
    judge->rests = true;
    if (judge->options.notify != NULL)
        judge->options.notify(judge->options.data);
}

void *judge_work(void *data)
{
    Judge *judge = data;
    stack_guard_thread();
    /* The console's keys come first. Not granted: it works all the same. */
    if (judge->options.idle)
        sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
    g_mutex_lock(&judge->lock);
    for (;;) {
        if (do_chore(judge)) /* also when it ends: a person's word is not lost */
            continue;
        if (cancel_is_set(judge->cancel, NULL))
            break;
        if (check_files(judge) || do_turn(judge))
            continue;
        say_rest(judge);
        g_cond_wait(&judge->changed, &judge->lock);
    }
    signature_thread_ends();
    judge->n_threads--;
    g_cond_broadcast(&judge->changed);
    g_mutex_unlock(&judge->lock);
    judge_unref(judge);
    return NULL;
}
