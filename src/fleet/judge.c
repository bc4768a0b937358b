/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judge's table: what is known of each application, what is to be judged and how soon.
 */
#include "config.h"

#include "fleet/judge_private.h"

#include "core/clock.h"

#include <string.h>

enum {
    ENDING = 5000, /* milliseconds that judge_free waits: its threads yield to all others */
    DAY = 24 * 60 * 60,
    /* Seconds after which evidence that is in a container, or nowhere, is looked for again: when
     * somebody looks at it, and when nobody does. */
    LOOK_SEEN = 5 * 60,
    LOOK_UNSEEN = DAY,
};

/* ---- entries ---- */

Entry *entry_ref(Entry *entry)
{
    g_atomic_ref_count_inc(&entry->references);
    return entry;
}

void entry_unref(Entry *entry)
{
    if (!g_atomic_ref_count_dec(&entry->references))
        return;
    fleet_source_unref(entry->source);
    fleet_app_unref(entry->app);
    g_free(entry->given);
    g_free(entry->stands);
    g_free(entry->path);
    g_free(entry->problem);
    alarm_free(entry->alarm);
    g_free(entry);
}

static Entry *entry_new(FleetSource *source, FleetApp *app)
{
    Entry *entry = g_new0(Entry, 1);
    g_atomic_ref_count_init(&entry->references);
    entry->source = fleet_source_ref(source);
    entry->app = fleet_app_ref(app);
    entry->link.data = entry;
    entry->trust.failed = -1;
    return entry;
}

static Entry *find(const Judge *judge, unsigned source, const char *id)
{
    g_autofree char *key = fleet_app_key(source, id);
    return g_hash_table_lookup(judge->entries, key);
}

/* ---- what is wanted ---- */

static void leave_queue(Judge *judge, Entry *entry)
{
    if (entry->want != WANT_NOTHING)
        g_queue_unlink(&judge->wanted[entry->want], &entry->link);
    entry->want = WANT_NOTHING;
}

void judge_want(Judge *judge, Entry *entry, Want want)
{
    if (entry->busy) {
        entry->next = MAX(entry->next, want);
        return;
    }
    if (want <= entry->want)
        return;
    leave_queue(judge, entry);
    entry->want = want;
    g_queue_push_tail_link(&judge->wanted[want], &entry->link);
    g_cond_signal(&judge->changed);
}

void judge_want_all(Judge *judge, Want want)
{
    GHashTableIter iter;
    gpointer entry;
    g_hash_table_iter_init(&iter, judge->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        judge_want(judge, entry, want);
}

/* ---- life ---- */

static void free_chore(void *data)
{
    Chore *chore = data;
    json_decref(chore->fields);
    g_free(chore);
}

static void free_news(void *news)
{
    judge_news_free(news);
}

void judge_unref(Judge *judge)
{
    if (!g_atomic_ref_count_dec(&judge->references))
        return;
    for (unsigned i = 0; i < N_WANTS; i++)
        while (g_queue_pop_head_link(&judge->wanted[i]) != NULL)
            ;
    g_hash_table_unref(judge->entries);
    g_hash_table_unref(judge->silent);
    g_queue_clear_full(&judge->chores, free_chore);
    g_queue_clear_full(&judge->news, free_news);
    round_unref(judge->round);
    basis_unref(judge->basis);
    trust_memory_free(judge->memory);
    cancel_unref(judge->cancel);
    g_cond_clear(&judge->changed);
    g_mutex_clear(&judge->memory_lock);
    g_mutex_clear(&judge->lock);
    g_free(judge);
}

static void start_threads(Judge *judge)
{
    unsigned n = judge->options.threads > 0 ? judge->options.threads : JUDGE_THREADS;
    for (unsigned i = 0; i < n; i++) {
        g_atomic_ref_count_inc(&judge->references);
        judge->n_threads++;
        g_thread_unref(g_thread_new("judge", judge_work, judge));
    }
}

Judge *judge_new(const JudgeOptions *options, const VerificationRequest *request, void *owner,
                 GDestroyNotify release, int64_t now)
{
    Judge *judge = g_new0(Judge, 1);
    g_atomic_ref_count_init(&judge->references);
    judge->options = *options;
    judge->cancel = cancel_new();
    g_mutex_init(&judge->lock);
    g_mutex_init(&judge->memory_lock);
    g_cond_init(&judge->changed);
    judge->told = now;
    judge->told_at = clock_monotonic();
    judge->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)entry_unref);
    judge->silent = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < N_WANTS; i++)
        g_queue_init(&judge->wanted[i]);
    g_queue_init(&judge->chores);
    g_queue_init(&judge->news);
    judge->basis = basis_new(request, owner, release, 1);
    g_mutex_lock(&judge->lock);
    start_threads(judge);
    g_mutex_unlock(&judge->lock);
    return judge;
}

bool judge_stop(Judge *judge, unsigned milliseconds)
{
    int64_t until = clock_monotonic() + milliseconds * INT64_C(1000);
    cancel_set(judge->cancel);
    g_mutex_lock(&judge->lock);
    g_cond_broadcast(&judge->changed);
    while (judge->n_threads > 0 && g_cond_wait_until(&judge->changed, &judge->lock, until))
        ;
    bool all = judge->n_threads == 0;
    g_mutex_unlock(&judge->lock);
    return all;
}

void judge_free(Judge *judge)
{
    if (judge == NULL)
        return;
    judge_stop(judge, ENDING);
    /* A thread that is left behind has nobody to notify any more. */
    g_mutex_lock(&judge->lock);
    GDestroyNotify free_data = judge->options.free_data;
    void *data = judge->options.data;
    judge->options.notify = NULL;
    g_mutex_unlock(&judge->lock);
    if (free_data != NULL)
        free_data(data);
    judge_unref(judge);
}

void judge_set_request(Judge *judge, const VerificationRequest *request, void *owner,
                       GDestroyNotify release)
{
    Basis *basis = basis_new(request, owner, release, 0);
    g_mutex_lock(&judge->lock);
    Basis *before = judge->basis;
    basis->number = before->number + 1;
    judge->basis = basis;
    judge_want_all(judge, WANT_LATER);
    g_mutex_unlock(&judge->lock);
    basis_unref(before);
}

/* ---- time ---- */

int64_t judge_now(const Judge *judge)
{
    return judge->told + (clock_monotonic() - judge->told_at) / G_USEC_PER_SEC;
}

static bool is_of_another_day(const Entry *entry, int64_t now)
{
    return entry->judged_at / DAY != now / DAY;
}

static bool has_ended_since(const Entry *entry, int64_t now)
{
    return entry->trust.ends >= entry->judged_at && entry->trust.ends < now;
}

/* A verdict of a fixed time does not age. */
static bool has_aged(const Judge *judge, const Entry *entry, int64_t now)
{
    return entry->trust.judged && !judge->basis->request.has_time &&
           (is_of_another_day(entry, now) || has_ended_since(entry, now));
}

static bool is_here(const Entry *entry)
{
    return entry->origin == FLEET_EVIDENCE_GIVEN || entry->origin == FLEET_EVIDENCE_DIRECTORY;
}

static bool is_to_be_looked_for(const Judge *judge, const Entry *entry, int64_t now)
{
    bool seen = entry->looked == judge->looking;
    return is_here(entry) || entry->failed ||
           now - entry->looked_at >= (seen ? LOOK_SEEN : LOOK_UNSEEN);
}

static void pass_time(Judge *judge, Entry *entry, int64_t now)
{
    if (has_aged(judge, entry, now))
        judge_want(judge, entry, WANT_LATER);
    else if (is_to_be_looked_for(judge, entry, now))
        judge_want(judge, entry, WANT_LOOK);
}

void judge_time(Judge *judge, int64_t now)
{
    GHashTableIter iter;
    gpointer entry;
    g_mutex_lock(&judge->lock);
    judge->told = now;
    judge->told_at = clock_monotonic();
    judge->check_files = true;
    g_hash_table_remove_all(judge->silent);
    g_hash_table_iter_init(&iter, judge->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        pass_time(judge, entry, now);
    g_cond_signal(&judge->changed);
    g_mutex_unlock(&judge->lock);
}

/* ---- telling ---- */

bool entry_shows_other(const Entry *entry)
{
    return entry->shows && entry->trust.has_certificate &&
           memcmp(entry->shown, entry->trust.certificate, sizeof entry->shown) != 0;
}

/* What it shows is another by now: its evidence may be so too, and is judged first. */
static void take_shown(Judge *judge, Entry *entry)
{
    GBytes *certificate = entry->app->certificate;
    uint8_t before[TRUST_HASH];
    bool had = entry->shows;
    memcpy(before, entry->shown, sizeof before);
    if (certificate == NULL)
        return; /* it did not answer: what it showed last stands */
    entry->shows = true;
    trust_hash(certificate, entry->shown);
    if (had && memcmp(before, entry->shown, sizeof before) == 0)
        return;
    if (entry_shows_other(entry)) {
        judge_want(judge, entry, WANT_SOON);
    } else if (entry->other) {
        entry->other = entry->said_other = false;
        judge_push_news(judge, judge_news_of(entry));
    }
}

static void take_known(Judge *judge, Entry *entry, FleetApp *app)
{
    g_autoptr(FleetApp) before = entry->app;
    entry->app = fleet_app_ref(app);
    if (g_strcmp0(before->directory, app->directory) != 0)
        judge_want(judge, entry, WANT_LATER);
    else if (before->state != app->state)
        judge_want(judge, entry, WANT_LOOK);
    take_shown(judge, entry);
}

void judge_take_app(Judge *judge, FleetSource *source, FleetApp *app)
{
    if (app->dialect == FLEET_DIALECT_NONE)
        return;
    g_mutex_lock(&judge->lock);
    g_autofree char *key = fleet_app_key(app->source, app->id);
    Entry *entry = g_hash_table_lookup(judge->entries, key);
    if (entry != NULL) {
        take_known(judge, entry, app);
    } else {
        entry = entry_new(source, app);
        g_hash_table_insert(judge->entries, g_steal_pointer(&key), entry);
        take_shown(judge, entry);
        judge_want(judge, entry, WANT_LATER);
    }
    g_mutex_unlock(&judge->lock);
}

void judge_take_gone(Judge *judge, unsigned source, const char *id)
{
    g_autofree char *key = fleet_app_key(source, id);
    g_mutex_lock(&judge->lock);
    Entry *entry = g_hash_table_lookup(judge->entries, key);
    if (entry != NULL) {
        leave_queue(judge, entry);
        entry->gone = true;
        g_hash_table_remove(judge->entries, key);
    }
    g_mutex_unlock(&judge->lock);
}

void judge_take_live(Judge *judge, unsigned source)
{
    GHashTableIter iter;
    gpointer data;
    g_mutex_lock(&judge->lock);
    g_hash_table_remove(judge->silent, GUINT_TO_POINTER(source));
    g_hash_table_iter_init(&iter, judge->entries);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Entry *entry = data;
        if (entry->failed && entry->app->source == source)
            judge_want(judge, entry, WANT_LOOK);
    }
    g_mutex_unlock(&judge->lock);
}

void judge_look_at(Judge *judge, const FleetInterest *interest, size_t n)
{
    g_mutex_lock(&judge->lock);
    judge->looking++;
    for (size_t i = 0; i < n; i++) {
        Entry *entry = find(judge, interest[i].source, interest[i].id);
        if (entry == NULL)
            continue;
        entry->looked = judge->looking;
        if (entry->want == WANT_LATER)
            judge_want(judge, entry, WANT_SOON);
    }
    g_mutex_unlock(&judge->lock);
}

void judge_again(Judge *judge, unsigned source, const char *id, bool by_person)
{
    g_mutex_lock(&judge->lock);
    Entry *entry = find(judge, source, id);
    if (entry != NULL) {
        entry->by_person |= by_person;
        judge_want(judge, entry, WANT_NOW);
    }
    g_mutex_unlock(&judge->lock);
}

unsigned judge_all_again(Judge *judge)
{
    g_mutex_lock(&judge->lock);
    unsigned n = g_hash_table_size(judge->entries);
    g_hash_table_remove_all(judge->silent);
    judge_want_all(judge, WANT_LATER);
    g_mutex_unlock(&judge->lock);
    return n;
}

void judge_give(Judge *judge, unsigned source, const char *id, const char *path)
{
    g_mutex_lock(&judge->lock);
    Entry *entry = find(judge, source, id);
    if (entry != NULL) {
        g_free(entry->given);
        entry->given = g_strdup(path);
        entry->by_person = true;
        judge_want(judge, entry, WANT_NOW);
    }
    g_mutex_unlock(&judge->lock);
}

/* ---- acknowledging ---- */

static bool acknowledge(Judge *judge, Entry *entry)
{
    if (entry == NULL || entry->alarm == NULL)
        return false;
    Chore *chore = g_new0(Chore, 1);
    chore->kind = "acknowledged";
    chore->fields = alarm_json(entry->alarm);
    g_queue_push_tail(&judge->chores, chore);
    g_clear_pointer(&entry->alarm, alarm_free);
    judge_push_news(judge, judge_news_of(entry));
    g_cond_signal(&judge->changed);
    return true;
}

bool judge_acknowledge(Judge *judge, unsigned source, const char *id)
{
    g_mutex_lock(&judge->lock);
    bool any = acknowledge(judge, find(judge, source, id));
    g_mutex_unlock(&judge->lock);
    return any;
}

unsigned judge_acknowledge_all(Judge *judge)
{
    GHashTableIter iter;
    gpointer entry;
    unsigned n = 0;
    g_mutex_lock(&judge->lock);
    g_hash_table_iter_init(&iter, judge->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        n += acknowledge(judge, entry);
    g_mutex_unlock(&judge->lock);
    return n;
}

/* ---- news ---- */

void judge_news_free(JudgeNews *news)
{
    if (news == NULL)
        return;
    g_free(news->id);
    g_free(news->path);
    verification_result_unref(news->result);
    g_free(news->problem);
    alarm_free(news->alarm);
    g_free(news->journal_problem);
    fleet_app_unref(news->app);
    g_free(news);
}

static Alarm *alarm_copy(const Alarm *alarm)
{
    if (alarm == NULL)
        return NULL;
    Alarm *copy =
        alarm_new(alarm->reason, alarm->application, alarm->engine, alarm->id, alarm->time);
    copy->from = g_strdup(alarm->from);
    copy->to = g_strdup(alarm->to);
    return copy;
}

JudgeNews *judge_news_of(const Entry *entry)
{
    JudgeNews *news = g_new0(JudgeNews, 1);
    news->source = entry->app->source;
    news->id = g_strdup(entry->app->id);
    news->trust = entry->trust;
    news->other_certificate = entry->other;
    news->origin = entry->origin;
    news->path = g_strdup(entry->path);
    news->written = entry->written;
    news->problem = g_strdup(entry->problem);
    news->alarm = alarm_copy(entry->alarm);
    return news;
}

void judge_push_news(Judge *judge, JudgeNews *news)
{
    g_queue_push_tail(&judge->news, news);
    if (g_queue_get_length(&judge->news) == 1 && judge->options.notify != NULL)
        judge->options.notify(judge->options.data);
}

JudgeNews *judge_take(Judge *judge)
{
    g_mutex_lock(&judge->lock);
    JudgeNews *news = g_queue_pop_head(&judge->news);
    if (news != NULL) /* a thread may wait for room */
        g_cond_broadcast(&judge->changed);
    g_mutex_unlock(&judge->lock);
    return news;
}

bool judge_is_done(Judge *judge)
{
    g_mutex_lock(&judge->lock);
    bool done = judge->busy == 0 && judge->busy_chores == 0 && !judge->check_files &&
                g_queue_is_empty(&judge->news) && g_queue_is_empty(&judge->chores);
    for (unsigned i = 0; i < N_WANTS; i++)
        done &= g_queue_is_empty(&judge->wanted[i]);
    g_mutex_unlock(&judge->lock);
    return done;
}
