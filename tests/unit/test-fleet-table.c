/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists, events and late answers merged into one truth, without a network and without a clock.
 */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/lookup.h"
#include "fleet/table.h"

#include <glib.h>

#define NANOSECONDS INT64_C(1000000000)
#define SECOND      INT64_C(1000000)

static FleetApp *app_new(unsigned source, const char *id, FleetState state)
{
    FleetApp *app = fleet_app_new();
    app->source = source;
    app->id = g_strdup(id);
    app->name = g_strdup_printf("name-of-%s", id);
    app->dialect = FLEET_DIALECT_MSE_HOME;
    app->state = state;
    return app;
}

static void list_of(FleetTable *table, int64_t asked, const char *id, FleetState state)
{
    fleet_table_list_begin(table, 0, asked);
    if (id)
        fleet_table_list_app(table, app_new(0, id, state));
    fleet_table_list_end(table, 0);
}

static DockerPair *pair_new(const char *key, const char *value)
{
    DockerPair *pair = g_new0(DockerPair, 1);
    pair->key = g_strdup(key);
    pair->value = g_strdup(value);
    return pair;
}

/* `key` (may be NULL) is an attribute. */
static void happen(FleetTable *table, int64_t time, const char *action, const char *id,
                   const char *key, const char *value)
{
    DockerEvent *event = g_new0(DockerEvent, 1);
    event->time = time;
    event->action = g_strdup(action);
    event->id = g_strdup(id);
    event->name = g_strdup_printf("name-of-%s", id);
    event->image = g_strdup("image");
    event->attributes = key ? pair_new(key, value) : NULL;
    event->n_attributes = key ? 1 : 0;
    fleet_table_event(table, 0, event);
}

static const FleetDelta *nth(const GPtrArray *deltas, guint i)
{
    g_assert_cmpuint(i, <, deltas->len);
    return g_ptr_array_index(deltas, i);
}

/* What is left when statuses and events are put aside. */
static GPtrArray *take_apps(FleetTable *table)
{
    GPtrArray *deltas = fleet_table_take(table, G_MAXSIZE);
    for (guint i = 0; i < deltas->len;) {
        FleetDeltaKind kind = nth(deltas, i)->kind;
        if (kind == FLEET_DELTA_APP || kind == FLEET_DELTA_GONE)
            i++;
        else
            g_ptr_array_remove_index(deltas, i);
    }
    return deltas;
}

static void drop_deltas(FleetTable *table)
{
    g_ptr_array_unref(fleet_table_take(table, G_MAXSIZE));
    g_assert_false(fleet_table_has_deltas(table));
}

static FleetState state_of(FleetTable *table, const char *id)
{
    g_autoptr(FleetApp) app = fleet_table_find(table, 0, id, NULL);
    return app ? app->state : FLEET_STATE_UNKNOWN;
}

static void test_latest_wins(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 100, "a", FLEET_STATE_CREATED);
    happen(table, 200, "start", "a", NULL, NULL);
    happen(table, 300, "die", "a", "exitCode", "7");
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 1);
    const FleetApp *app = nth(deltas, 0)->app;
    g_assert_cmpint(app->state, ==, FLEET_STATE_EXITED);
    g_assert_true(app->has_exit_code);
    g_assert_cmpint(app->exit_code, ==, 7);
    g_assert_false(fleet_table_has_deltas(table));
}

static void test_order_and_most(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    drop_deltas(table);
    fleet_table_list_begin(table, 0, 1);
    for (unsigned i = 0; i < 5; i++) {
        g_autofree char *id = g_strdup_printf("app%u", i);
        fleet_table_list_app(table, app_new(0, id, FLEET_STATE_RUNNING));
    }
    happen(table, 2, "pause", "app0", NULL, NULL);
    g_autoptr(GPtrArray) first = fleet_table_take(table, 2);
    g_assert_cmpuint(first->len, ==, 2);
    g_assert_cmpstr(nth(first, 0)->app->id, ==, "app0");
    g_assert_cmpint(nth(first, 0)->app->state, ==, FLEET_STATE_PAUSED);
    g_assert_cmpstr(nth(first, 1)->app->id, ==, "app1");
    g_assert_true(fleet_table_has_deltas(table));
    g_autoptr(GPtrArray) rest = fleet_table_take(table, 100);
    g_assert_cmpuint(rest->len, ==, 4);
    g_assert_cmpint(nth(rest, 3)->kind, ==, FLEET_DELTA_EVENT);
}

/* What the engine remembers from before the list was asked says nothing new. */
static void test_events_before_the_list(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1000, "a", FLEET_STATE_EXITED);
    happen(table, 900, "start", "a", NULL, NULL);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
    happen(table, 950, "destroy", "a", NULL, NULL);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
    happen(table, 1000, "start", "a", NULL, NULL);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_RUNNING);
}

/* Events come once more after a reconnection, and the order of the past stays. */
static void test_events_again(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_CREATED);
    happen(table, 10, "start", "a", NULL, NULL);
    happen(table, 20, "die", "a", "exitCode", "0");
    happen(table, 10, "start", "a", NULL, NULL);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
    drop_deltas(table);
    happen(table, 20, "die", "a", "exitCode", "0");
    g_assert_false(fleet_table_has_deltas(table));
    g_assert_cmpint(fleet_table_last_event(table, 0), ==, 20);
}

/* The engine's clock is set back by an hour, with the connection or between two: what happens then
 * counts at once, and so does the next list. */
static void test_clock_set_back(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    const int64_t then = 7200 * NANOSECONDS, now = 3600 * NANOSECONDS;
    list_of(table, then, "a", FLEET_STATE_RUNNING);
    happen(table, then + NANOSECONDS, "die", "a", "exitCode", "0");
    drop_deltas(table);
    happen(table, now, "start", "a", NULL, NULL);
    g_autoptr(GPtrArray) deltas = fleet_table_take(table, 100);
    g_assert_cmpint(nth(deltas, 0)->app->state, ==, FLEET_STATE_RUNNING);
    happen(table, then, "die", "a", "exitCode", "0");
    drop_deltas(table);
    fleet_table_clock(table, 0, now);
    g_assert_cmpint(fleet_table_last_event(table, 0), ==, now);
    list_of(table, now, "a", FLEET_STATE_RUNNING);
    g_autoptr(GPtrArray) listed = fleet_table_take(table, 100);
    g_assert_cmpint(nth(listed, 0)->app->state, ==, FLEET_STATE_RUNNING);
}

/* A list that was asked before something happened does not undo it. */
static void test_list_older_than_event(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    happen(table, 50, "die", "a", "exitCode", "3");
    happen(table, 60, "create", "b", "mse-home", "1");
    list_of(table, 40, "a", FLEET_STATE_RUNNING);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
    g_assert_cmpint(state_of(table, "b"), ==, FLEET_STATE_CREATED);
    happen(table, 70, "destroy", "a", NULL, NULL);
    list_of(table, 65, "a", FLEET_STATE_RUNNING);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_UNKNOWN);
}

static void test_list_sweeps(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    drop_deltas(table);
    fleet_table_list_begin(table, 0, 2);
    fleet_table_list_app(table, app_new(0, "b", FLEET_STATE_RUNNING));
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_RUNNING); /* it may still come */
    fleet_table_list_end(table, 0);
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 2);
    g_assert_cmpint(nth(deltas, 0)->kind, ==, FLEET_DELTA_APP);
    g_assert_cmpint(nth(deltas, 1)->kind, ==, FLEET_DELTA_GONE);
    g_assert_cmpstr(nth(deltas, 1)->id, ==, "a");
}

/* A list that broke off takes nobody away. */
static void test_list_broken_off(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    fleet_table_list_begin(table, 0, 2);
    list_of(table, 3, "a", FLEET_STATE_EXITED);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
}

/* Who came and went between two looks was never there. */
static void test_never_shown(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    drop_deltas(table);
    happen(table, 10, "create", "a", "cenclave", "1");
    happen(table, 11, "destroy", "a", NULL, NULL);
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 0);
}

static void test_comes_back(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    drop_deltas(table);
    list_of(table, 2, NULL, FLEET_STATE_UNKNOWN);
    list_of(table, 3, "a", FLEET_STATE_EXITED);
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 1);
    g_assert_cmpint(nth(deltas, 0)->kind, ==, FLEET_DELTA_APP);
    g_assert_cmpint(nth(deltas, 0)->app->state, ==, FLEET_STATE_EXITED);
}

static void test_late_answer(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    uint64_t generation;
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    fleet_app_unref(fleet_table_find(table, 0, "a", &generation));
    happen(table, 50, "die", "a", "exitCode", "9");
    FleetApp *details = app_new(0, "a", FLEET_STATE_RUNNING);
    details->detailed = true;
    details->size = 4096;
    g_assert_true(fleet_table_details(table, details, generation));
    g_autoptr(FleetApp) app = fleet_table_find(table, 0, "a", NULL);
    g_assert_cmpint(app->state, ==, FLEET_STATE_EXITED);
    g_assert_cmpint(app->exit_code, ==, 9);
    g_assert_cmpuint(app->size, ==, 4096);
    FleetApp *health = fleet_app_copy(app);
    health->health = FLEET_HEALTH_WAITING;
    g_assert_false(fleet_table_health(table, health, generation));
}

static void test_health(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    uint64_t generation;
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    FleetApp *asked = fleet_table_find(table, 0, "a", &generation);
    FleetApp *health = fleet_app_copy(asked);
    fleet_app_unref(asked);
    health->health = FLEET_HEALTH_WAITING;
    health->health_at = 77;
    drop_deltas(table);
    g_assert_true(fleet_table_health(table, fleet_app_ref(health), generation));
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 1);
    g_assert_cmpint(nth(deltas, 0)->app->health, ==, FLEET_HEALTH_WAITING);
    /* The same once more is nothing to draw. */
    health->health_at = 99;
    g_assert_true(fleet_table_health(table, health, generation));
    g_assert_false(fleet_table_has_deltas(table));
    /* A list does not forget it, the end of the run does. */
    list_of(table, 2, "a", FLEET_STATE_RUNNING);
    g_autoptr(FleetApp) listed = fleet_table_find(table, 0, "a", NULL);
    g_assert_cmpint(listed->health, ==, FLEET_HEALTH_WAITING);
    happen(table, 60, "die", "a", "exitCode", "0");
    g_autoptr(FleetApp) dead = fleet_table_find(table, 0, "a", NULL);
    g_assert_cmpint(dead->health, ==, FLEET_HEALTH_UNKNOWN);
}

/* Of one that appears while it is watched: the events' labels are those of the container. */
static void create_demo(FleetTable *table, const char *id)
{
    DockerEvent *event = g_new0(DockerEvent, 1);
    DockerPair *labels = g_new0(DockerPair, 2);
    labels[0] = (DockerPair){g_strdup("mse-console-demo"), g_strdup("/tmp/demo")};
    labels[1] = (DockerPair){g_strdup("mse-home"), g_strdup("1")};
    event->time = 20;
    event->action = g_strdup("create");
    event->id = g_strdup(id);
    event->name = g_strdup(id);
    event->attributes = labels;
    event->n_attributes = 2;
    fleet_table_event(table, 0, event);
}

/* A demo's containers are there for that demo, and for who asks for all. */
static void test_demos(void)
{
    static const struct {
        bool all, own;
        unsigned expected;
    } cases[] = {{false, false, 0}, {false, true, 2}, {true, false, 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FleetTable) table = fleet_table_new(1, cases[i].all);
        if (cases[i].own)
            fleet_table_show_demos(table, 0);
        drop_deltas(table);
        FleetApp *listed = app_new(0, "listed", FLEET_STATE_RUNNING);
        listed->demo = true;
        fleet_table_list_begin(table, 0, 10);
        fleet_table_list_app(table, listed);
        fleet_table_list_end(table, 0);
        create_demo(table, "new");
        g_autoptr(GPtrArray) taken = take_apps(table);
        g_assert_cmpuint(taken->len, ==, cases[i].expected);
        g_autoptr(FleetApp) found = fleet_table_find(table, 0, "new", NULL);
        g_assert_cmpint(found != NULL, ==, cases[i].expected > 0);
    }
}

static void test_other_containers(void)
{
    for (unsigned all = 0; all < 2; all++) {
        g_autoptr(FleetTable) table = fleet_table_new(1, all);
        drop_deltas(table);
        happen(table, 10, "create", "plain", NULL, NULL);
        happen(table, 11, "create", "ours", "mse-home", "1");
        g_autoptr(GPtrArray) taken = take_apps(table);
        g_assert_cmpuint(taken->len, ==, all ? 2 : 1);
        g_assert_cmpstr(nth(taken, taken->len - 1)->app->id, ==, "ours");
        g_assert_cmpstr(nth(taken, 0)->app->id, ==, all ? "plain" : "ours");
    }
}

static void test_same_id_in_two_sources(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(2, false);
    drop_deltas(table);
    fleet_table_list_begin(table, 0, 1);
    fleet_table_list_app(table, app_new(0, "a", FLEET_STATE_RUNNING));
    fleet_table_list_end(table, 0);
    fleet_table_list_begin(table, 1, 1);
    fleet_table_list_app(table, app_new(1, "a", FLEET_STATE_EXITED));
    fleet_table_list_end(table, 1);
    g_autoptr(GPtrArray) deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 2);
    g_assert_cmpuint(nth(deltas, 0)->source, ==, 0);
    g_assert_cmpuint(nth(deltas, 1)->source, ==, 1);
    g_assert_cmpint(nth(deltas, 1)->app->state, ==, FLEET_STATE_EXITED);
}

static void test_event_storm(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_CREATED);
    for (int i = 0; i < 20000; i++)
        happen(table, 100 + i, i % 2 ? "die" : "start", "a", NULL, NULL);
    g_autoptr(GPtrArray) deltas = fleet_table_take(table, G_MAXSIZE);
    g_assert_cmpuint(deltas->len, ==, 2 + FLEET_EVENTS_KEPT);
    const FleetDelta *last = nth(deltas, deltas->len - 1);
    g_assert_cmpint(last->kind, ==, FLEET_DELTA_EVENT);
    g_assert_cmpint(last->event->time, ==, 20099);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_EXITED);
}

static void test_restart_and_rename(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    happen(table, 5 * NANOSECONDS, "kill", "a", "signal", "15");
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_RUNNING);
    happen(table, 6 * NANOSECONDS, "die", "a", "exitCode", "137");
    happen(table, 7 * NANOSECONDS, "start", "a", NULL, NULL);
    happen(table, 7 * NANOSECONDS, "restart", "a", NULL, NULL);
    happen(table, 8 * NANOSECONDS, "rename", "a", "oldName", "/x");
    g_autoptr(FleetApp) app = fleet_table_find(table, 0, "a", NULL);
    g_assert_cmpint(app->state, ==, FLEET_STATE_RUNNING);
    g_assert_cmpint(app->started, ==, 7);
    g_assert_false(app->has_exit_code);
    g_assert_cmpstr(app->name, ==, "name-of-a");
}

static void set_live(FleetTable *table)
{
    FleetSourceStatus *status = g_new0(FleetSourceStatus, 1);
    status->condition = FLEET_LIVE;
    fleet_table_status(table, status);
}

/* Details of what is visible first, then its health, seldom; nothing of the rest. */
static void test_lookups(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(1, false);
    FleetLookup *lookup = fleet_lookup_new();
    FleetLookupTask task;
    const FleetInterest interest[] = {{0, "a"}};
    list_of(table, 1, "a", FLEET_STATE_RUNNING);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 0, &task), ==, INT64_MAX);
    fleet_lookup_set(lookup, interest, 1);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 0, &task), ==, INT64_MAX); /* not live */
    set_live(table);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 0, &task), ==, 0);
    g_assert_cmpint(task.kind, ==, FLEET_LOOKUP_DETAILS);
    FleetLookupTask other;
    g_assert_cmpint(fleet_lookup_next(lookup, table, 0, &other), ==, INT64_MAX); /* under way */
    FleetApp *details = fleet_app_copy(task.app);
    details->detailed = true;
    details->port = 443;
    fleet_lookup_done(lookup, &task, details, 10);
    fleet_table_details(table, details, task.generation);
    fleet_app_unref(task.app);

    g_assert_cmpint(fleet_lookup_next(lookup, table, 20, &task), ==, 0);
    g_assert_cmpint(task.kind, ==, FLEET_LOOKUP_HEALTH);
    FleetApp *health = fleet_app_copy(task.app);
    health->health = FLEET_HEALTH_WAITING;
    fleet_lookup_done(lookup, &task, health, 20);
    fleet_table_health(table, health, task.generation);
    fleet_app_unref(task.app);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 20, &task), ==, 20 + 5 * SECOND);
    g_assert_true(fleet_lookup_has(lookup, 0, "a"));

    /* Another run of it: another health, at once. */
    happen(table, 50, "die", "a", NULL, NULL);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 20, &task), ==, INT64_MAX);
    happen(table, 60, "start", "a", NULL, NULL);
    g_assert_cmpint(fleet_lookup_next(lookup, table, 20, &task), ==, 0);
    fleet_app_unref(task.app);
    fleet_lookup_free(lookup);
}

/* A source that is closed takes all that it has with it, and nothing more comes of it; what others
 * have stays, and one that is added has a number of its own. */
static void test_closed_and_added(void)
{
    g_autoptr(FleetTable) table = fleet_table_new(2, false);
    g_autoptr(FleetApp) other = NULL;
    g_autoptr(GPtrArray) deltas = NULL;
    list_of(table, 100, "a", FLEET_STATE_RUNNING);
    fleet_table_list_begin(table, 1, 100);
    fleet_table_list_app(table, app_new(1, "a", FLEET_STATE_RUNNING));
    fleet_table_list_end(table, 1);
    drop_deltas(table);
    fleet_table_close_source(table, 0);
    list_of(table, 200, "late", FLEET_STATE_RUNNING);
    happen(table, 300, "start", "late", NULL, NULL);
    fleet_table_status(table, g_new0(FleetSourceStatus, 1));
    deltas = fleet_table_take(table, G_MAXSIZE);
    g_assert_cmpuint(deltas->len, ==, 1);
    g_assert_cmpint(nth(deltas, 0)->kind, ==, FLEET_DELTA_GONE);
    g_assert_cmpuint(nth(deltas, 0)->source, ==, 0);
    g_assert_cmpint(state_of(table, "a"), ==, FLEET_STATE_UNKNOWN);
    other = fleet_table_find(table, 1, "a", NULL);
    g_assert_nonnull(other);
    g_assert_cmpuint(fleet_table_add_source(table), ==, 2);
    fleet_table_list_begin(table, 2, 100);
    fleet_table_list_app(table, app_new(2, "b", FLEET_STATE_RUNNING));
    fleet_table_list_end(table, 2);
    g_clear_pointer(&deltas, g_ptr_array_unref);
    deltas = take_apps(table);
    g_assert_cmpuint(deltas->len, ==, 1);
    g_assert_cmpuint(nth(deltas, 0)->app->source, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fleet/table/latest-wins", test_latest_wins);
    g_test_add_func("/fleet/table/order-and-most", test_order_and_most);
    g_test_add_func("/fleet/table/events-before-the-list", test_events_before_the_list);
    g_test_add_func("/fleet/table/events-again", test_events_again);
    g_test_add_func("/fleet/table/clock-set-back", test_clock_set_back);
    g_test_add_func("/fleet/table/list-older-than-event", test_list_older_than_event);
    g_test_add_func("/fleet/table/list-sweeps", test_list_sweeps);
    g_test_add_func("/fleet/table/list-broken-off", test_list_broken_off);
    g_test_add_func("/fleet/table/never-shown", test_never_shown);
    g_test_add_func("/fleet/table/comes-back", test_comes_back);
    g_test_add_func("/fleet/table/late-answer", test_late_answer);
    g_test_add_func("/fleet/table/health", test_health);
    g_test_add_func("/fleet/table/other-containers", test_other_containers);
    g_test_add_func("/fleet/table/demos", test_demos);
    g_test_add_func("/fleet/table/two-sources", test_same_id_in_two_sources);
    g_test_add_func("/fleet/table/closed-and-added", test_closed_and_added);
    g_test_add_func("/fleet/table/event-storm", test_event_storm);
    g_test_add_func("/fleet/table/restart-and-rename", test_restart_and_rename);
    g_test_add_func("/fleet/table/lookups", test_lookups);
    return g_test_run();
}
