/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fleet on a simulated engine that is frozen, ended and started again: what it says of it, and
 * that all is right again by itself.
 */
#include "config.h"

#include "fleet/fleet.h"
#include "process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct Followed {
    Process engine;
    char *socket;
    Fleet *fleet;
    FleetCondition condition;
    GHashTable *apps; /* id → FleetApp, as the deltas say */
    unsigned events;
} Followed;

static void engine_start(Followed *followed, const char *apps)
{
    g_autofree char *program = process_program("mse-sim");
    const char *argv[] = {program, "engine", "--socket", followed->socket, "--apps", apps, NULL};
    followed->engine = process_start(argv, NULL);
}

static void engine_end(Followed *followed)
{
    kill(followed->engine.pid, SIGKILL);
    Outcome outcome = process_finish(&followed->engine);
    outcome_clear(&outcome);
    unlink(followed->socket);
}

static void take(Followed *followed, const FleetDelta *delta)
{
    switch (delta->kind) {
    case FLEET_DELTA_APP:
        g_hash_table_replace(followed->apps, g_strdup(delta->app->id), fleet_app_ref(delta->app));
        break;
    case FLEET_DELTA_GONE:
        g_assert_true(g_hash_table_remove(followed->apps, delta->id));
        break;
    case FLEET_DELTA_SOURCE:
        followed->condition = delta->status->condition;
        break;
    case FLEET_DELTA_EVENT:
        followed->events++;
        break;
    default:
        g_assert_not_reached();
    }
}

/* Takes deltas until `done` says so; fails at the deadline. */
static void take_until(Followed *followed, bool (*done)(const Followed *followed))
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!done(followed)) {
        struct pollfd watched = {.fd = fleet_descriptor(followed->fleet), .events = POLLIN};
        poll(&watched, 1, 1000);
        g_autoptr(GPtrArray) deltas = fleet_take_deltas(followed->fleet, 500);
        for (guint i = 0; i < deltas->len; i++)
            take(followed, g_ptr_array_index(deltas, i));
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static bool is_live(const Followed *followed)
{
    return followed->condition == FLEET_LIVE;
}

static bool is_stale(const Followed *followed)
{
    return followed->condition == FLEET_STALE;
}

static bool is_unreachable(const Followed *followed)
{
    return followed->condition == FLEET_UNREACHABLE;
}

static bool has_ten_thousand(const Followed *followed)
{
    return is_live(followed) && g_hash_table_size(followed->apps) == 10000;
}

static bool has_seven(const Followed *followed)
{
    return is_live(followed) && g_hash_table_size(followed->apps) == 7;
}

static bool has_six(const Followed *followed)
{
    return g_hash_table_size(followed->apps) == 6 && followed->events > 0;
}

static void begin(Followed *followed, const char *apps)
{
    static unsigned count;
    *followed = (Followed){0};
    g_autofree char *name = g_strdup_printf("fleet-%u.sock", count++);
    followed->socket = process_path(name);
    followed->apps =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)fleet_app_unref);
    if (apps)
        engine_start(followed, apps);
    g_autofree char *host = g_strconcat("unix://", followed->socket, NULL);
    DockerEnvironment environment = {.host = host};
    g_autoptr(GError) error = NULL;
    g_autoptr(FleetSource) source = fleet_source_docker(&environment, NULL, &error);
    g_assert_no_error(error);
    followed->fleet = fleet_new(&source, 1, false);
}

static void end(Followed *followed)
{
    gint64 start = g_get_monotonic_time();
    fleet_free(followed->fleet);
    /* Less than any deadline of a call, and more than a busy machine takes for nothing. */
    g_assert_cmpint(g_get_monotonic_time() - start, <, 8000000);
    g_hash_table_unref(followed->apps);
    engine_end(followed);
    g_free(followed->socket);
}

/* Ten thousand; the engine is ended, and another one, with seven, is in its place. */
static void test_another_engine(void)
{
    Followed followed;
    begin(&followed, "10000");
    take_until(&followed, has_ten_thousand);
    engine_end(&followed);
    take_until(&followed, is_unreachable);
    g_assert_cmpuint(g_hash_table_size(followed.apps), ==, 10000); /* what was known stays */
    engine_start(&followed, "7");
    fleet_retry_now(followed.fleet, 0);
    take_until(&followed, has_seven);
    end(&followed);
}

static void test_frozen(void)
{
    Followed followed;
    begin(&followed, "7");
    take_until(&followed, has_seven);
    kill(followed.engine.pid, SIGSTOP);
    take_until(&followed, is_stale);
    g_assert_cmpuint(g_hash_table_size(followed.apps), ==, 7);
    kill(followed.engine.pid, SIGCONT);
    take_until(&followed, is_live);
    end(&followed);
}

/* There when it comes, and left at once while it is frozen. */
static void test_later_and_left(void)
{
    Followed followed;
    begin(&followed, NULL);
    take_until(&followed, is_unreachable);
    engine_start(&followed, "7");
    take_until(&followed, has_seven);
    kill(followed.engine.pid, SIGSTOP);
    end(&followed);
}

/* What happens on the engine arrives as an event and as a change. */
static void test_removed(void)
{
    Followed followed;
    begin(&followed, "7");
    take_until(&followed, has_seven);
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, followed.apps);
    g_assert_true(g_hash_table_iter_next(&iter, &id, NULL));
    g_autofree char *first = g_strdup(id);
    g_autoptr(GError) error = NULL;
    DockerEngine *engine = fleet_source_engine(fleet_source(followed.fleet, 0));
    docker_engine_act(engine, DOCKER_REMOVE_RUNNING, first, NULL, &error);
    g_assert_no_error(error);
    take_until(&followed, has_six);
    g_assert_false(g_hash_table_contains(followed.apps, first));
    end(&followed);
}

static FleetApp *detailed_of(const Followed *followed)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, followed->apps);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        FleetApp *app = value;
        if (app->detailed)
            return app;
    }
    return NULL;
}

static bool has_detailed(const Followed *followed)
{
    return detailed_of(followed) != NULL;
}

/* Only what somebody looks at is asked for its details. */
static void test_interest(void)
{
    Followed followed;
    begin(&followed, "7");
    take_until(&followed, has_seven);
    g_assert_false(has_detailed(&followed));
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, followed.apps);
    g_assert_true(g_hash_table_iter_next(&iter, &id, NULL));
    g_autofree char *first = g_strdup(id);
    FleetInterest interest = {0, first};
    fleet_set_interest(followed.fleet, &interest, 1);
    take_until(&followed, has_detailed);
    const FleetApp *app = detailed_of(&followed);
    g_assert_cmpstr(app->id, ==, first);
    g_assert_nonnull(app->application);
    end(&followed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fleet/another-engine", test_another_engine);
    g_test_add_func("/fleet/frozen", test_frozen);
    g_test_add_func("/fleet/later-and-left", test_later_and_left);
    g_test_add_func("/fleet/removed", test_removed);
    g_test_add_func("/fleet/interest", test_interest);
    return g_test_run();
}
