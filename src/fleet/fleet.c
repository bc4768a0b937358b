/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The threads: one a source, which follows it, and two that ask about what is visible. Everything
 * that they share is under one lock, which is never held while anybody waits for a source. */
#include "config.h"

#include "fleet/fleet_private.h"

#include "attest/signature.h"
#include "core/clock.h"
#include "fleet/backoff.h"
#include "fleet/lookup.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* How long fleet_free waits for its threads: they return within 100 ms of a cancel. */
#define ENDING (200 * 1000)

#define SECOND INT64_C(1000000)
/* An answer that took so long is worth a word. */
#define SLOW (8 * SECOND / 10)

struct FleetFeed {
    Fleet *fleet;
    unsigned number;
    FleetSource *source;
    Cancel *cancel; /* of all that it does */
    Cancel *call;   /* of a call with a deadline of its own; or NULL */
    bool retry;     /* at once */
    unsigned failures;
};

struct Fleet {
    gatomicrefcount references; /* the owner's, and one a thread */
    GMutex lock;
    GCond changed; /* a retry, a new interest, a thread's end */
    Cancel *cancel;
    int descriptor;
    FleetTable *table;
    FleetLookup *lookup;
    GPtrArray *feeds;   /* FleetFeed*: grows in the owner's thread alone, under the lock */
    unsigned n_threads; /* that still run */
};

static FleetFeed *feed_of(const Fleet *fleet, unsigned number)
{
    return g_ptr_array_index(fleet->feeds, number);
}

static void feed_free(gpointer data)
{
    FleetFeed *feed = data;
    fleet_source_unref(feed->source);
    cancel_unref(feed->cancel);
    g_free(feed);
}

static void fleet_unref(Fleet *fleet)
{
    if (!g_atomic_ref_count_dec(&fleet->references))
        return;
    g_ptr_array_unref(fleet->feeds);
    fleet_lookup_free(fleet->lookup);
    fleet_table_free(fleet->table);
    cancel_unref(fleet->cancel);
    if (fleet->descriptor >= 0)
        close(fleet->descriptor);
    g_cond_clear(&fleet->changed);
    g_mutex_clear(&fleet->lock);
    g_free(fleet);
}

static void lock(Fleet *fleet)
{
    g_mutex_lock(&fleet->lock);
}

/* Wakes whoever takes deltas, when this brought the first. */
static void unlock(Fleet *fleet, bool had_deltas)
{
    bool has = fleet_table_has_deltas(fleet->table);
    g_mutex_unlock(&fleet->lock);
    if (has && !had_deltas)
        eventfd_write(fleet->descriptor, 1);
}

static bool lock_table(Fleet *fleet)
{
    lock(fleet);
    return fleet_table_has_deltas(fleet->table);
}

unsigned fleet_feed_source(const FleetFeed *feed)
{
    return feed->number;
}

void fleet_feed_list_begin(FleetFeed *feed, int64_t asked)
{
    bool had = lock_table(feed->fleet);
    fleet_table_list_begin(feed->fleet->table, feed->number, asked);
    unlock(feed->fleet, had);
}

void fleet_feed_list_app(FleetFeed *feed, FleetApp *app)
{
    bool had = lock_table(feed->fleet);
    fleet_table_list_app(feed->fleet->table, app);
    unlock(feed->fleet, had);
}

static bool is_lost(const FleetSourceStatus *status)
{
    return status->condition != FLEET_LIVE && status->condition != FLEET_CONNECTING;
}

static void note_return(FleetSourceStatus *status, const FleetSourceStatus *before, int64_t now)
{
    if (status->condition != FLEET_LIVE)
        return;
    status->back_at = is_lost(before) && before->good_at != 0 ? now : before->back_at;
    status->slow = before->slow;
}

/* Under the lock. `error` NULL: nothing is wrong. */
static void set_status(FleetFeed *feed, FleetCondition condition, const GError *error,
                       int64_t retry_at)
{
    FleetTable *table = feed->fleet->table;
    const FleetSourceStatus *before = fleet_table_status_of(table, feed->number);
    FleetSourceStatus *status = g_new0(FleetSourceStatus, 1);
    int64_t now = clock_monotonic();
    const char *why = error ? error->message : NULL;
    status->source = feed->number;
    status->condition = condition;
    status->reason = error ? fleet_reason_of(error) : FLEET_REASON_NONE;
    status->since = condition == before->condition && before->since ? before->since : now;
    status->good_at = condition == FLEET_LIVE ? now : before->good_at;
    note_return(status, before, now);
    status->retry_at = retry_at;
    status->why = g_strdup(why);
    status->listed = before->listed && (condition == FLEET_LIVE || condition == FLEET_STALE);
    fleet_table_status(table, status);
}

void fleet_feed_list_end(FleetFeed *feed)
{
    Fleet *fleet = feed->fleet;
    bool had = lock_table(fleet);
    fleet_table_list_end(fleet->table, feed->number);
    set_status(feed, FLEET_LIVE, NULL, 0);
    fleet_table_set_listed(fleet->table, feed->number);
    feed->failures = 0;
    g_cond_broadcast(&fleet->changed);
    unlock(fleet, had);
}

void fleet_feed_event(FleetFeed *feed, DockerEvent *event)
{
    Fleet *fleet = feed->fleet;
    bool had = lock_table(fleet);
    bool watched = fleet_lookup_has(fleet->lookup, feed->number, event->id);
    fleet_table_event(fleet->table, feed->number, event);
    if (watched)
        g_cond_broadcast(&fleet->changed);
    unlock(fleet, had);
}

/* Good news while it was live is no news: only its time is kept. */
void fleet_feed_good(FleetFeed *feed)
{
    bool had = lock_table(feed->fleet);
    FleetTable *table = feed->fleet->table;
    if (fleet_table_status_of(table, feed->number)->condition == FLEET_LIVE)
        fleet_table_set_good(table, feed->number, clock_monotonic());
    else
        set_status(feed, FLEET_LIVE, NULL, 0);
    unlock(feed->fleet, had);
}

/* Whole seconds, so that little changes; an answer at once is none of note. */
static int64_t slowness(int64_t took)
{
    return took < SLOW ? 0 : MAX((took + SECOND / 2) / SECOND, 1) * SECOND;
}

void fleet_feed_answered(FleetFeed *feed, int64_t took)
{
    fleet_feed_good(feed);
    bool had = lock_table(feed->fleet);
    const FleetSourceStatus *now = fleet_table_status_of(feed->fleet->table, feed->number);
    if (now->slow != slowness(took)) {
        FleetSourceStatus *status = fleet_source_status_copy(now);
        status->slow = slowness(took);
        fleet_table_status(feed->fleet->table, status);
    }
    unlock(feed->fleet, had);
}

void fleet_feed_stale(FleetFeed *feed, const char *why)
{
    g_autoptr(GError) error = g_error_new_literal(DOCKER_ERROR, DOCKER_ERROR_FROZEN, why);
    bool had = lock_table(feed->fleet);
    if (fleet_table_status_of(feed->fleet->table, feed->number)->condition != FLEET_STALE)
        set_status(feed, FLEET_STALE, error, 0);
    unlock(feed->fleet, had);
}

int64_t fleet_feed_last_event(FleetFeed *feed, int64_t now)
{
    lock(feed->fleet);
    fleet_table_clock(feed->fleet->table, feed->number, now);
    int64_t last = fleet_table_last_event(feed->fleet->table, feed->number);
    g_mutex_unlock(&feed->fleet->lock);
    return last;
}

Cancel *fleet_feed_call_begin(FleetFeed *feed, unsigned milliseconds)
{
    Cancel *cancel = cancel_new();
    cancel_set_deadline(cancel, milliseconds);
    lock(feed->fleet);
    feed->call = cancel_ref(cancel);
    if (cancel_is_set(feed->cancel, NULL))
        cancel_set(cancel);
    g_mutex_unlock(&feed->fleet->lock);
    return cancel;
}

void fleet_feed_call_end(FleetFeed *feed, Cancel *cancel)
{
    lock(feed->fleet);
    g_clear_pointer(&feed->call, cancel_unref);
    g_mutex_unlock(&feed->fleet->lock);
    cancel_unref(cancel);
}

/* The connection was lost, or there was none: waits for the next try. */
static void wait_for_retry(FleetFeed *feed, const GError *error)
{
    Fleet *fleet = feed->fleet;
    bool had = lock_table(fleet);
    int64_t now = clock_monotonic();
    int64_t at = now + fleet_backoff(++feed->failures, g_random_int());
    feed->retry = false; /* what was asked for before was the try that failed */
    set_status(feed, fleet_condition_of(error), error, at);
    unlock(fleet, had);
    lock(fleet);
    while (!feed->retry && !cancel_is_set(feed->cancel, NULL)) {
        if (!g_cond_wait_until(&fleet->changed, &fleet->lock, at))
            break;
    }
    feed->retry = false;
    had = fleet_table_has_deltas(fleet->table);
    set_status(feed, fleet_condition_of(error), error, 0);
    unlock(fleet, had);
}

static void thread_ended(Fleet *fleet)
{
    signature_thread_ends(); /* engines are spoken to over TLS */
    lock(fleet);
    fleet->n_threads--;
    g_cond_broadcast(&fleet->changed);
    g_mutex_unlock(&fleet->lock);
    fleet_unref(fleet);
}

static gpointer follow_source(gpointer data)
{
    FleetFeed *feed = data;
    Fleet *fleet = feed->fleet;
    bool had = lock_table(fleet);
    set_status(feed, FLEET_CONNECTING, NULL, 0);
    unlock(fleet, had);
    while (!cancel_is_set(feed->cancel, NULL)) {
        g_autoptr(GError) error = NULL;
        feed->source->ops->watch(feed->source, feed, feed->cancel, &error);
        if (!cancel_is_set(feed->cancel, NULL))
            wait_for_retry(feed, error);
    }
    thread_ended(fleet);
    return NULL;
}

/* What the next lookup is about, as it was when it was chosen. */
static FleetApp *choose_lookup(Fleet *fleet, FleetLookupTask *task)
{
    for (;;) {
        int64_t due = fleet_lookup_next(fleet->lookup, fleet->table, clock_monotonic(), task);
        if (cancel_is_set(fleet->cancel, NULL))
            return NULL;
        if (due == 0)
            return task->app;
        if (due == INT64_MAX)
            g_cond_wait(&fleet->changed, &fleet->lock);
        else
            g_cond_wait_until(&fleet->changed, &fleet->lock, due);
    }
}

static FleetApp *look_up(Fleet *fleet, FleetSource *source, const FleetLookupTask *task)
{
    if (task->kind == FLEET_LOOKUP_HEALTH)
        return fleet_app_ask_health(source, task->app, clock_now(), fleet->cancel);
    g_autoptr(GError) error = NULL; /* it is shown as a state of the source, if it lasts */
    return fleet_app_inspect(source, task->app->source, task->app->id, fleet->cancel, &error);
}

static void take_answer(Fleet *fleet, FleetLookupTask *task, FleetApp *answer)
{
    bool had = lock_table(fleet);
    fleet_lookup_done(fleet->lookup, task, answer, clock_monotonic());
    if (answer && task->kind == FLEET_LOOKUP_HEALTH)
        fleet_table_health(fleet->table, answer, task->generation);
    else if (answer)
        fleet_table_details(fleet->table, answer, task->generation);
    g_cond_broadcast(&fleet->changed);
    unlock(fleet, had);
    fleet_app_unref(task->app);
}

static gpointer answer_lookups(gpointer data)
{
    Fleet *fleet = data;
    FleetLookupTask task;
    lock(fleet);
    while (choose_lookup(fleet, &task)) {
        FleetSource *source = feed_of(fleet, task.app->source)->source;
        g_mutex_unlock(&fleet->lock);
        take_answer(fleet, &task, look_up(fleet, source, &task));
        lock(fleet);
    }
    g_mutex_unlock(&fleet->lock);
    thread_ended(fleet);
    return NULL;
}

static void start_thread(Fleet *fleet, const char *name, GThreadFunc run, gpointer data)
{
    g_atomic_ref_count_inc(&fleet->references);
    fleet->n_threads++;
    g_thread_unref(g_thread_new(name, run, data));
}

/* Under the lock; the table knows the number already. */
static void follow(Fleet *fleet, FleetSource *source)
{
    FleetFeed *feed = g_new0(FleetFeed, 1);
    feed->fleet = fleet;
    feed->number = fleet->feeds->len;
    feed->source = fleet_source_ref(source);
    feed->cancel = cancel_new();
    g_ptr_array_add(fleet->feeds, feed);
    if (fleet_source_shows_demos(source))
        fleet_table_show_demos(fleet->table, feed->number);
    start_thread(fleet, "source", follow_source, feed);
}

Fleet *fleet_new(FleetSource *const *sources, size_t n_sources, bool all_containers)
{
    Fleet *fleet = g_new0(Fleet, 1);
    g_atomic_ref_count_init(&fleet->references);
    g_mutex_init(&fleet->lock);
    g_cond_init(&fleet->changed);
    fleet->cancel = cancel_new();
    fleet->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    fleet->table = fleet_table_new(n_sources, all_containers);
    fleet->lookup = fleet_lookup_new();
    fleet->feeds = g_ptr_array_new_with_free_func(feed_free);
    eventfd_write(fleet->descriptor, 1);
    lock(fleet);
    for (size_t i = 0; i < n_sources; i++)
        follow(fleet, sources[i]);
    for (unsigned i = 0; i < FLEET_LOOKUP_THREADS; i++)
        start_thread(fleet, "lookup", answer_lookups, fleet);
    g_mutex_unlock(&fleet->lock);
    return fleet;
}

unsigned fleet_add_source(Fleet *fleet, FleetSource *source)
{
    bool had = lock_table(fleet);
    unsigned number = fleet_table_add_source(fleet->table);
    follow(fleet, source);
    unlock(fleet, had);
    return number;
}

/* Under the lock. Its thread ends by itself. */
static void end_feed(FleetFeed *feed)
{
    cancel_set(feed->cancel);
    cancel_set(feed->call);
    g_cond_broadcast(&feed->fleet->changed);
}

void fleet_close_source(Fleet *fleet, unsigned number)
{
    bool had = lock_table(fleet);
    fleet_table_close_source(fleet->table, number);
    end_feed(feed_of(fleet, number));
    unlock(fleet, had);
}

bool fleet_source_is_open(const Fleet *fleet, unsigned number)
{
    return !cancel_is_set(feed_of(fleet, number)->cancel, NULL);
}

void fleet_free(Fleet *fleet)
{
    if (!fleet)
        return;
    int64_t until = clock_monotonic() + ENDING;
    cancel_set(fleet->cancel);
    lock(fleet);
    for (unsigned i = 0; i < fleet->feeds->len; i++)
        end_feed(feed_of(fleet, i));
    g_cond_broadcast(&fleet->changed);
    while (fleet->n_threads > 0 && g_cond_wait_until(&fleet->changed, &fleet->lock, until))
        ;
    g_mutex_unlock(&fleet->lock);
    fleet_unref(fleet);
}

size_t fleet_n_sources(const Fleet *fleet)
{
    return fleet->feeds->len;
}

FleetSource *fleet_source(const Fleet *fleet, unsigned number)
{
    return feed_of(fleet, number)->source;
}

int fleet_descriptor(const Fleet *fleet)
{
    return fleet->descriptor;
}

GPtrArray *fleet_take_deltas(Fleet *fleet, size_t most)
{
    eventfd_t count;
    lock(fleet);
    eventfd_read(fleet->descriptor, &count);
    GPtrArray *deltas = fleet_table_take(fleet->table, most);
    if (fleet_table_has_deltas(fleet->table))
        eventfd_write(fleet->descriptor, 1);
    g_mutex_unlock(&fleet->lock);
    return deltas;
}

void fleet_set_interest(Fleet *fleet, const FleetInterest *interest, size_t n)
{
    lock(fleet);
    fleet_lookup_set(fleet->lookup, interest, n);
    g_cond_broadcast(&fleet->changed);
    g_mutex_unlock(&fleet->lock);
}

void fleet_retry_now(Fleet *fleet, unsigned source)
{
    lock(fleet);
    feed_of(fleet, source)->retry = true;
    g_cond_broadcast(&fleet->changed);
    g_mutex_unlock(&fleet->lock);
}
