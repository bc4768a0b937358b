/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Applications, back-off and words: values in, values out.
 */
#include "config.h"

#include "core/clock.h"
#include "fleet/app_private.h"
#include "fleet/arguments.h"
#include "fleet/backoff.h"
#include "fleet/fleet_private.h"

#include <glib.h>

#define SECOND INT64_C(1000000)

static void test_arguments(void)
{
    const char *const words[] = {
        "--size",     "4096M",         "--subject", "CN=a\\,b.example.com,O=Example",
        "--debug",    "--san",         "localhost", "--id",
        "f5cab18a",   "--application", "app:app",   "--expiration",
        "1826768940", "--timeout",     NULL};
    g_autoptr(FleetApp) app = fleet_app_new();
    fleet_arguments_read(app, words);
    g_assert_cmpuint(app->size, ==, UINT64_C(4096) << 20);
    g_assert_cmpint(app->expires, ==, 1826768940);
    g_assert_cmpstr(app->san, ==, "localhost");
    g_assert_cmpstr(app->uuid, ==, "f5cab18a");
    g_assert_cmpstr(app->application, ==, "app:app");
    g_autofree char *name = fleet_app_common_name(app);
    g_assert_cmpstr(name, ==, "a,b.example.com");
}

/* What cannot be read stays unknown. */
static void test_arguments_wrong(void)
{
    static const char *const sizes[] = {"", "M", "4096", "-1M", "99999999999999999999M", "4 M"};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const char *const words[] = {"--size", sizes[i], "--expiration", "soon", NULL};
        g_autoptr(FleetApp) app = fleet_app_new();
        fleet_arguments_read(app, words);
        g_assert_cmpuint(app->size, ==, 0);
        g_assert_cmpint(app->expires, ==, 0);
    }
}

static void test_arguments_line(void)
{
    g_autoptr(FleetApp) app = fleet_app_new();
    fleet_arguments_read_line(app, "mse-run --size 2048M --subject 'CN=it's --size 1M,C=FR' --san "
                                   "localhost --expiration 1797825046");
    g_assert_cmpuint(app->size, ==, UINT64_C(2048) << 20);
    g_assert_cmpstr(app->subject, ==, "CN=it's --size 1M,C=FR");
    g_assert_cmpint(app->expires, ==, 1797825046);
    g_autoptr(FleetApp) broken = fleet_app_new();
    fleet_arguments_read_line(broken, "  mse-run 'never closed --size 64M ");
    g_assert_cmpuint(broken->size, ==, UINT64_C(64) << 20);
}

static void test_common_name(void)
{
    static const struct {
        const char *subject, *san, *name;
    } cases[] = {
        {"CN=cosmian.com,O=Tech", NULL, "cosmian.com"},
        {"O=Tech, cn=x.org", NULL, "x.org"},
        {"O=CN=no,C=FR", "alt.example", "alt.example"},
        {"CN=,O=x", "alt.example", "alt.example"},
        {NULL, NULL, NULL},
        {"CN=end\\", NULL, "end\\"},
        {"O=a\\,CN=b", "s", "s"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FleetApp) app = fleet_app_new();
        app->subject = g_strdup(cases[i].subject);
        app->san = g_strdup(cases[i].san);
        g_autofree char *name = fleet_app_common_name(app);
        g_assert_cmpstr(name, ==, cases[i].name);
    }
}

static void test_states(void)
{
    g_autoptr(FleetApp) app = fleet_app_new();
    app->state = fleet_state_named("exited");
    app->has_exit_code = true;
    app->exit_code = 1;
    g_autofree char *exited = fleet_app_state_text(app);
    g_assert_cmpstr(exited, ==, "exited (1)");
    g_assert_cmpstr(fleet_app_state_word(app), ==, "exited");
    app->state = FLEET_STATE_RUNNING;
    app->health = FLEET_HEALTH_WAITING;
    g_autofree char *waiting = fleet_app_state_text(app);
    g_assert_cmpstr(waiting, ==, "waiting: secrets");
    g_assert_cmpint(fleet_state_named("sleeping"), ==, FLEET_STATE_UNKNOWN);
    g_assert_cmpint(fleet_state_named(NULL), ==, FLEET_STATE_UNKNOWN);
}

static void test_from_container(void)
{
    DockerPair labels[] = {{(char *)"healthcheck_endpoint", (char *)"/health"},
                           {(char *)"mse-home", (char *)"1"}};
    DockerPort ports[] = {{(char *)"0.0.0.0", 9000, 80, (char *)"tcp"},
                          {NULL, 0, 8443, (char *)"tcp"},
                          {(char *)"127.0.0.1", 8444, 443, (char *)"tcp"}};
    DockerMount mounts[] = {{(char *)"bind", (char *)"/srv/a", (char *)"/opt/input", true}};
    DockerContainer container = {
        .id = (char *)"fdb7",
        .name = (char *)"app",
        .image = (char *)"myapp:1",
        .command = (char *)"mse-run --size 2048M",
        .state = (char *)"exited",
        .status = (char *)"Exited (137) 3 hours ago",
        .created = 5 * INT64_C(1000000000),
        .labels = labels,
        .n_labels = G_N_ELEMENTS(labels),
        .ports = ports,
        .n_ports = G_N_ELEMENTS(ports),
        .mounts = mounts,
        .n_mounts = G_N_ELEMENTS(mounts),
    };
    g_autoptr(FleetApp) app = fleet_app_from_container(&container, 3);
    g_assert_cmpuint(app->source, ==, 3);
    g_assert_cmpint(app->dialect, ==, FLEET_DIALECT_MSE_HOME);
    g_assert_cmpuint(app->port, ==, 8444);
    g_assert_cmpstr(app->address, ==, "127.0.0.1");
    g_assert_cmpint(app->exit_code, ==, 137);
    g_assert_cmpint(app->created, ==, 5);
    g_assert_cmpstr(app->directory, ==, "/srv/a");
    g_assert_cmpstr(app->healthcheck, ==, "/health");
    g_assert_false(app->detailed);
    g_autoptr(FleetApp) copy = fleet_app_copy(app);
    g_assert_true(fleet_app_equal(app, copy));
    copy->exit_code = 0;
    g_assert_false(fleet_app_equal(app, copy));
}

/* A port is where its engine says, and that is an address: never a piece of a URL or of what a URL
 * is printed into. */
static void test_addresses(void)
{
    static const struct {
        const char *address;
        unsigned port;
    } cases[] = {
        {"127.0.0.1", 8444},
        {"::1", 8444},
        {"fe80::1", 8444},
        {"", 8444},
        {NULL, 8444},
        {"localhost", 0},
        {"127.0.0.1; include /etc/passwd", 0},
        {"user@elsewhere.test/", 0},
        {"::1]/; #", 0},
        {"127.0.0.1\033[2J", 0},
        {"127.1", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        DockerPort port = {(char *)cases[i].address, 8444, 443, (char *)"tcp"};
        DockerContainer container = {.id = (char *)"a", .ports = &port, .n_ports = 1};
        DockerInspect inspect = {.id = (char *)"a", .ports = &port, .n_ports = 1};
        char *command[] = {NULL};
        inspect.command = command;
        g_autoptr(FleetApp) listed = fleet_app_from_container(&container, 0);
        g_autoptr(FleetApp) inspected = fleet_app_from_inspect(&inspect, 0);
        g_assert_cmpuint(listed->port, ==, cases[i].port);
        g_assert_cmpuint(inspected->port, ==, cases[i].port);
        g_assert_cmpstr(inspected->address, ==, cases[i].port == 0 ? NULL : cases[i].address);
    }
}

static void test_backoff(void)
{
    static const struct {
        unsigned failures;
        int64_t middle;
    } cases[] = {{0, SECOND / 2},  {1, SECOND / 2},  {2, SECOND},        {3, 2 * SECOND},
                 {7, 30 * SECOND}, {8, 30 * SECOND}, {1000, 30 * SECOND}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t middle = cases[i].middle;
        if (cases[i].failures == 7)
            g_assert_cmpint(fleet_backoff(7, UINT32_MAX / 2) / 1000, ==, 29999);
        g_assert_cmpint(fleet_backoff(cases[i].failures, 0), ==, middle - middle / 4);
        g_assert_cmpint(fleet_backoff(cases[i].failures, UINT32_MAX), ==,
                        middle - middle / 4 + middle / 2);
    }
    g_assert_cmpint(fleet_backoff(3, 1000), <, fleet_backoff(3, 4000000000));
}

static void check_text(const FleetSourceStatus *status, int64_t now, const char *expected)
{
    g_autofree char *text = fleet_source_status_text(status, now);
    g_assert_cmpstr(text, ==, expected);
}

static void test_status_words(void)
{
    FleetSourceStatus status = {.condition = FLEET_STALE, .good_at = 100 * SECOND};
    check_text(&status, 104 * SECOND + 5, "frozen: 4 s");
    check_text(&status, 127 * SECOND, "frozen: 20 s");
    check_text(&status, 300 * SECOND, "frozen: 3 min");
    check_text(&status, (100 + 7300) * SECOND, "frozen: 2 h");
    check_text(&status, 90 * SECOND, "frozen: 0 s");
    status = (FleetSourceStatus){.condition = FLEET_UNREACHABLE, .retry_at = 50 * SECOND};
    check_text(&status, 46 * SECOND, "unreachable, retry in 4 s");
    check_text(&status, 49 * SECOND + 999999, "unreachable, retry in 1 s");
    check_text(&status, 60 * SECOND, "unreachable, retry in 1 s");
    status.retry_at = 0;
    check_text(&status, 60 * SECOND, "unreachable, trying");
    status.good_at = 20 * SECOND;
    check_text(&status, 60 * SECOND, "unreachable, as of 40 s ago, trying");
    status = (FleetSourceStatus){.condition = FLEET_REFUSED, .reason = FLEET_REASON_VERSION};
    check_text(&status, 0, "refuses our version, trying");
    status = (FleetSourceStatus){.condition = FLEET_LIVE};
    check_text(&status, 0, "live");
    status.back_at = 10 * SECOND;
    check_text(&status, 15 * SECOND, "back since 5 s");
    check_text(&status, 71 * SECOND, "live");
    status.slow = 3 * SECOND;
    check_text(&status, 15 * SECOND, "slow: answers in 3 s");
    status = (FleetSourceStatus){.condition = FLEET_CONNECTING};
    check_text(&status, 100 * SECOND, "connecting");
    status.since = 95 * SECOND;
    check_text(&status, 96 * SECOND, "connecting");
    check_text(&status, 100 * SECOND, "slow: no answer for 5 s");
}

/* Each trouble has words and a mark of its own. */
static void test_troubles(void)
{
    static const DockerError codes[] = {
        DOCKER_ERROR_AWAY, DOCKER_ERROR_FROZEN,  DOCKER_ERROR_PERMISSION, DOCKER_ERROR_VERSION,
        DOCKER_ERROR_TLS,  DOCKER_ERROR_RUBBISH, DOCKER_ERROR_ENDPOINT,   DOCKER_ERROR_ENGINE};
    g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) marks = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(GError) error = g_error_new_literal(DOCKER_ERROR, (int)codes[i], "why");
        FleetSourceStatus status = {.condition = FLEET_UNREACHABLE,
                                    .reason = fleet_reason_of(error)};
        g_assert_true(g_hash_table_add(words, fleet_source_status_text(&status, 0)));
        g_assert_true(g_hash_table_add(marks, (char *)fleet_source_status_mark(&status, 0)));
    }
}

/* The text is the same until the moment that is said, and another one then. */
static void test_status_changes(void)
{
    static const int64_t nows[] = {100 * SECOND, 104 * SECOND + 7, 115 * SECOND, 400 * SECOND,
                                   9000 * SECOND};
    FleetSourceStatus stale = {.condition = FLEET_STALE, .good_at = 100 * SECOND};
    for (size_t i = 0; i < G_N_ELEMENTS(nows); i++) {
        int64_t next = fleet_source_status_changes(&stale, nows[i]);
        g_assert_cmpint(next, >, nows[i]);
        g_autofree char *now = fleet_source_status_text(&stale, nows[i]);
        g_autofree char *before = fleet_source_status_text(&stale, next - 1);
        g_autofree char *after = fleet_source_status_text(&stale, next);
        g_assert_cmpstr(now, ==, before);
        g_assert_cmpstr(now, !=, after);
    }
    FleetSourceStatus away = {.condition = FLEET_UNREACHABLE, .retry_at = 50 * SECOND};
    for (int64_t now = 45 * SECOND; now < 49 * SECOND; now += SECOND / 4) {
        int64_t next = fleet_source_status_changes(&away, now);
        g_assert_cmpint(next, >, now);
        g_autofree char *text = fleet_source_status_text(&away, now);
        g_autofree char *before = fleet_source_status_text(&away, next - 1);
        g_autofree char *after = fleet_source_status_text(&away, next);
        g_assert_cmpstr(text, ==, before);
        g_assert_cmpstr(text, !=, after);
    }
    FleetSourceStatus back = {.condition = FLEET_LIVE, .back_at = 10 * SECOND};
    g_assert_cmpint(fleet_source_status_changes(&back, 15 * SECOND), ==, 16 * SECOND);
    g_assert_cmpint(fleet_source_status_changes(&back, 70 * SECOND), ==, INT64_MAX);
    FleetSourceStatus waited = {.condition = FLEET_CONNECTING, .since = 10 * SECOND};
    g_assert_cmpint(fleet_source_status_changes(&waited, 11 * SECOND), ==, 12 * SECOND);
    FleetSourceStatus live = {.condition = FLEET_LIVE};
    g_assert_cmpint(fleet_source_status_changes(&live, 1), ==, INT64_MAX);
}

static void test_conditions(void)
{
    static const struct {
        DockerError code;
        FleetCondition condition;
    } cases[] = {
        {DOCKER_ERROR_AWAY, FLEET_UNREACHABLE},    {DOCKER_ERROR_FROZEN, FLEET_UNREACHABLE},
        {DOCKER_ERROR_RUBBISH, FLEET_UNREACHABLE}, {DOCKER_ERROR_PERMISSION, FLEET_REFUSED},
        {DOCKER_ERROR_VERSION, FLEET_REFUSED},     {DOCKER_ERROR_TLS, FLEET_REFUSED}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new_literal(DOCKER_ERROR, (int)cases[i].code, "why");
        g_assert_cmpint(fleet_condition_of(error), ==, cases[i].condition);
    }
}

static int64_t microseconds_until_source(Fleet *fleet, FleetCondition condition, char **why)
{
    int64_t start = clock_monotonic();
    while (clock_monotonic() - start < 20 * SECOND) {
        g_autoptr(GPtrArray) deltas = fleet_take_deltas(fleet, 100);
        for (guint i = 0; i < deltas->len; i++) {
            const FleetDelta *delta = g_ptr_array_index(deltas, i);
            if (delta->kind != FLEET_DELTA_SOURCE || delta->status->condition != condition)
                continue;
            *why = g_strdup(delta->status->why);
            return clock_monotonic() - start;
        }
        GPollFD poll_fd = {.fd = fleet_descriptor(fleet), .events = G_IO_IN};
        g_poll(&poll_fd, 1, 1000);
    }
    g_assert_not_reached();
}

/* Nobody at the socket: said, tried again, and left at once all the same. */
static void test_nobody_there(void)
{
    DockerEnvironment environment = {.host = "unix:///nonexistent/engine.sock"};
    g_autoptr(GError) error = NULL;
    g_autoptr(FleetSource) source = fleet_source_docker(&environment, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(fleet_source_name(source), ==, "engine.sock");
    Fleet *fleet = fleet_new(&source, 1, false);
    g_autofree char *why = NULL;
    microseconds_until_source(fleet, FLEET_UNREACHABLE, &why);
    g_assert_nonnull(g_strstr_len(why, -1, "/nonexistent/engine.sock"));
    fleet_retry_now(fleet, 0);
    g_autofree char *again = NULL;
    microseconds_until_source(fleet, FLEET_UNREACHABLE, &again);
    int64_t start = clock_monotonic();
    fleet_free(fleet);
    g_assert_cmpint(clock_monotonic() - start, <, 2 * SECOND);
    GError *errors[1];
    g_autoptr(GPtrArray) apps = fleet_list_once(&source, 1, true, errors, NULL);
    g_assert_cmpuint(apps->len, ==, 0);
    g_assert_error(errors[0], DOCKER_ERROR, DOCKER_ERROR_AWAY);
    g_clear_error(&errors[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fleet/arguments", test_arguments);
    g_test_add_func("/fleet/arguments-wrong", test_arguments_wrong);
    g_test_add_func("/fleet/arguments-line", test_arguments_line);
    g_test_add_func("/fleet/common-name", test_common_name);
    g_test_add_func("/fleet/states", test_states);
    g_test_add_func("/fleet/from-container", test_from_container);
    g_test_add_func("/fleet/addresses", test_addresses);
    g_test_add_func("/fleet/backoff", test_backoff);
    g_test_add_func("/fleet/status-words", test_status_words);
    g_test_add_func("/fleet/troubles", test_troubles);
    g_test_add_func("/fleet/status-changes", test_status_changes);
    g_test_add_func("/fleet/conditions", test_conditions);
    g_test_add_func("/fleet/nobody-there", test_nobody_there);
    return g_test_run();
}
