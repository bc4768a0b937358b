/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of home on an engine behind a proxy: it freezes, goes away and comes back, breaks off,
 * lies. Every line ends within its deadline and says what it met, nothing is lost of what a line
 * follows, and what one process keeps open does not grow over 1,000 connections. A clock that is an
 * hour wrong, on either side, changes no answer.
 */
#include "config.h"

#include "core/clock.h"
#include "fleet/fleet.h"
#include "process.h"
#include "proxy.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    AWAY_SECONDS = 8,
    RECONNECTS = 1000,
    LONGEST_MILLISECONDS = 45000, /* of a line: its deadlines, and the machine may be busy */
    MEMORY_KIB = 96 * 1024,       /* of a line that was sent 50 MB */
};

/* ---- an engine and the proxy before it ---- */

typedef struct Bench {
    Process engine;
    char *engine_path, *proxy_path, *host, *direct;
    Proxy *proxy;
    const char *environment[3], *direct_environment[3];
    ProcessSetting setting, straight;
} Bench;

static void start_engine(Bench *bench, const char *options)
{
    g_autofree char *program = process_program("mse-sim");
    g_autofree char *line =
        g_strdup_printf("%s engine --socket %s %s", program, bench->engine_path, options);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);

    bench->engine = process_start((const char *const *)argv, NULL);
    process_wait_until_listens(&bench->engine, bench->engine_path);
}

static void end_engine(Bench *bench)
{
    Outcome ended;

    kill(bench->engine.pid, SIGKILL);
    ended = process_finish(&bench->engine);
    outcome_clear(&ended);
    unlink(bench->engine_path);
}

static void begin(Bench *bench, const char *options)
{
    static unsigned count;
    g_autofree char *engine = g_strdup_printf("engine-%u.sock", count);
    g_autofree char *proxy = g_strdup_printf("proxy-%u.sock", count++);

    *bench = (Bench){.engine_path = process_path(engine), .proxy_path = process_path(proxy)};
    start_engine(bench, options);
    bench->proxy = proxy_start(bench->proxy_path, bench->engine_path);
    bench->host = g_strconcat("DOCKER_HOST=unix://", bench->proxy_path, NULL);
    bench->direct = g_strconcat("DOCKER_HOST=unix://", bench->engine_path, NULL);
    bench->environment[0] = bench->host;
    bench->direct_environment[0] = bench->direct;
    bench->setting = (ProcessSetting){.environment = bench->environment};
    bench->straight = (ProcessSetting){.environment = bench->direct_environment};
}

static void end(Bench *bench)
{
    proxy_stop(bench->proxy);
    end_engine(bench);
    g_free(bench->engine_path);
    g_free(bench->proxy_path);
    g_free(bench->host);
    g_free(bench->direct);
}

static void pass_seconds(unsigned seconds)
{
    /* What is tested is time itself. */
    gint64 until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

    while (g_get_monotonic_time() < until)
        poll(NULL, 0, 100);
}

/* An application that runs, by its id. */
static char *running(Bench *bench)
{
    Outcome list = console_run(&bench->straight, "home", "list", "--json", NULL);
    json_t *rows = outcome_json(&list);
    char *id = NULL;
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *state = json_string_value(json_object_get(row, "state"));
        if (id == NULL && g_strcmp0(state, "running") == 0)
            id = g_strdup(json_string_value(json_object_get(row, "id")));
    }
    g_assert_nonnull(id);
    json_decref(rows);
    outcome_clear(&list);
    return id;
}

/* ---- answers that are spoiled ---- */

static Outcome run_words(Bench *bench, const char *line, const char *id)
{
    g_auto(GStrv) parts = g_strsplit(line, " ", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(words, strcmp(*part, "ID") == 0 ? (char *)id : *part);
    return console_run_words(&bench->setting, words);
}

static void assert_survived(Bench *bench, const char *line, const char *id, int mode,
                            const char *call)
{
    gint64 start = g_get_monotonic_time();
    unsigned before = proxy_spoiled(bench->proxy);
    Outcome got = run_words(bench, line, id);
    gint64 took = (g_get_monotonic_time() - start) / 1000;

    g_test_message("%s, mode %d at %s: status %d after %d ms: %s", line, mode, call, got.status,
                   (int)took, got.err);
    g_assert_cmpint(took, <, LONGEST_MILLISECONDS);
    assert_harmless(got.err, got.err_size);
    /* Of the answer to a ping, only the head is looked at. */
    if (mode == PROXY_FREEZE ||
        (proxy_spoiled(bench->proxy) > before && !g_str_equal(call, "/_ping"))) {
        g_assert_cmpint(got.status, ==, 1);
        g_assert_true(g_str_has_prefix(got.err, "mse-console: "));
    }
    outcome_clear(&got);
}

static void test_spoiled(void)
{
    static const char *const lines[] = {
        "home list",       "home list --json", "home status ID",       "home logs ID --tail 5",
        "home restart ID", "home top ID",      "home remove ID --yes",
    };
    static const char *const calls[] = {"/_ping", "/containers/", "/logs", "/json"};
    static const ProxyMode modes[] = {PROXY_RESET, PROXY_HALF_JSON, PROXY_BAD_CHUNK,
                                      PROXY_HUGE_JSON};
    Bench bench;
    g_autofree char *id = NULL;
    Outcome good;

    begin(&bench, "--apps 6 --seed 1 --history 50");
    id = running(&bench);
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++)
        for (size_t c = 0; c < G_N_ELEMENTS(calls); c++)
            for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
                proxy_set(bench.proxy, modes[m], calls[c]);
                assert_survived(&bench, lines[i], id, modes[m], calls[c]);
            }
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    good = console_run(&bench.setting, "home", "list", NULL);
    g_assert_cmpint(good.status, ==, 0);
    outcome_clear(&good);
    end(&bench);
}

/* What was sent is not held: 50 MB of it, or the 4 GiB that a frame announces. */
static void test_memory(void)
{
    static const struct {
        ProxyMode mode;
        const char *line, *call;
    } cases[] = {
        {PROXY_HUGE_JSON, "home list", "/containers/json"},
        {PROXY_HUGE_JSON, "home status ID", "/containers/"},
        {PROXY_HUGE_FRAME, "home logs ID --tail 5", "/logs"},
    };
    Bench bench;
    g_autofree char *id = NULL;

    begin(&bench, "--apps 6 --seed 1");
    id = running(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rusage most;
        /* A frame that only drips goes on for as long as somebody reads it. */
        const bool drips = cases[i].mode == PROXY_HUGE_FRAME;
        const unsigned before = proxy_spoiled(bench.proxy);
        Process process;
        g_autofree char *program = process_program("mse-console");
        g_autofree char *text = g_strconcat(program, " ", cases[i].line, NULL);
        g_auto(GStrv) argv = g_strsplit(text, " ", -1);
        Outcome got;
        for (char **word = argv; *word != NULL; word++)
            if (strcmp(*word, "ID") == 0) {
                g_free(*word);
                *word = g_strdup(id);
            }
        proxy_set(bench.proxy, cases[i].mode, cases[i].call);
        process = process_start((const char *const *)argv, &bench.setting);
        if (drips) { /* once it is read, and a while later */
            proxy_await(bench.proxy, proxy_spoiled, before, process.pidfd);
            pass_seconds(1);
            kill(process.pid, SIGTERM);
        }
        got = process_finish(&process);
        g_assert_cmpint(got.status, !=, 0);
        getrusage(RUSAGE_CHILDREN, &most);
        g_assert_cmpint(most.ru_maxrss, <, MEMORY_KIB);
        outcome_clear(&got);
    }
    end(&bench);
}

static void test_frozen(void)
{
    static const char *const lines[] = {"home list", "home status ID", "home stop ID"};
    Bench bench;
    g_autofree char *id = NULL;

    begin(&bench, "--apps 6 --seed 1");
    id = running(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        proxy_set(bench.proxy, PROXY_FREEZE, NULL);
        assert_survived(&bench, lines[i], id, PROXY_FREEZE, "all");
    }
    end(&bench);
}

/* ---- what a line follows ---- */

static Process start_events(const ProcessSetting *setting)
{
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "events", "--json", NULL};

    return process_start(argv, setting);
}

static unsigned count_lines(const char *path)
{
    g_autofree char *text = NULL;
    unsigned n = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    return n;
}

static void wait_for_lines(const Process *process, unsigned more)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    unsigned from = count_lines(process->out_path);

    while (count_lines(process->out_path) < from + more) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* Until it says that on standard error. */
static void wait_for_words(const Process *process, const char *words)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    g_autofree char *text = NULL;

    while (!g_file_get_contents(process->err_path, &text, NULL, NULL) ||
           strstr(text, words) == NULL) {
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_clear_pointer(&text, g_free);
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* What happened, without the engine's name: a line each. */
static GPtrArray *read_events(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *events = g_ptr_array_new_with_free_func(g_free);

    for (char **line = lines; **line != '\0'; line++) {
        json_t *row = json_loads(*line, 0, NULL);
        g_assert_nonnull(row);
        g_ptr_array_add(events,
                        g_strdup_printf("%s %s %s", json_string_value(json_object_get(row, "time")),
                                        json_string_value(json_object_get(row, "event")),
                                        json_string_value(json_object_get(row, "id"))));
        json_decref(row);
    }
    return events;
}

/* From the first that both have, to the end of the shorter one: the same, in the same order. */
static void assert_same_events(const char *a, const char *b)
{
    g_autoptr(GPtrArray) left = read_events(a), right = read_events(b);
    guint i = 0, j = 0, same = 0;

    g_assert_cmpuint(left->len, >, 0);
    g_assert_cmpuint(right->len, >, 0);
    if (!g_ptr_array_find_with_equal_func(left, right->pdata[0], g_str_equal, &i))
        g_assert_true(g_ptr_array_find_with_equal_func(right, left->pdata[0], g_str_equal, &j));
    for (; i < left->len && j < right->len; i++, j++, same++)
        g_assert_cmpstr(left->pdata[i], ==, right->pdata[j]);
    g_assert_cmpuint(same, >, 100);
}

/* One process sees the engine freeze, go away and come back, another sees none of it: both tell
 * the same. */
static void test_no_event_lost(void)
{
    Bench bench;
    Process through, direct;
    Outcome got, expected;

    /* Fewer than an engine remembers happen while it is away. */
    begin(&bench, "--apps 20 --churn 6");
    direct = start_events(&bench.straight);
    through = start_events(&bench.setting);
    wait_for_lines(&through, 10);
    proxy_set(bench.proxy, PROXY_FREEZE, NULL);
    pass_seconds(AWAY_SECONDS);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    wait_for_lines(&through, 20);
    proxy_set(bench.proxy, PROXY_GONE, NULL);
    pass_seconds(AWAY_SECONDS);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    wait_for_lines(&through, 60);
    for (unsigned i = 0; i < 3; i++) {
        proxy_cut(bench.proxy);
        wait_for_lines(&through, 8);
    }
    kill(through.pid, SIGINT);
    kill(direct.pid, SIGINT);
    got = process_finish(&through);
    expected = process_finish(&direct);
    assert_same_events(expected.out, got.out);
    g_assert_null(strstr(got.err, "events may be missing"));
    outcome_clear(&got);
    outcome_clear(&expected);
    end(&bench);
}

/* More happens than an engine remembers: that is said. */
static void test_gap_is_said(void)
{
    Bench bench;
    Process through;
    Outcome got;

    begin(&bench, "--apps 20 --churn 1000");
    through = start_events(&bench.setting);
    wait_for_lines(&through, 10);
    proxy_set(bench.proxy, PROXY_GONE, NULL);
    pass_seconds(2);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    /* By its words and not by lines: many of those may wait to be read from before. */
    wait_for_words(&through, "events may be missing here");
    wait_for_lines(&through, 10);
    kill(through.pid, SIGINT);
    got = process_finish(&through);
    outcome_clear(&got);
    end(&bench);
}

static Process start_logs(Bench *bench, const char *id)
{
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "logs", id, "-f", "--tail", "3", NULL};

    return process_start(argv, &bench->setting);
}

static void test_removed_while_read(void)
{
    Bench bench;
    g_autofree char *id = NULL;
    Process logs;
    Outcome got, removed;

    begin(&bench, "--apps 6 --seed 1 --rate 50");
    id = running(&bench);
    logs = start_logs(&bench, id);
    wait_for_lines(&logs, 10);
    removed = console_run(&bench.straight, "home", "remove", id, "--yes", NULL);
    g_assert_cmpint(removed.status, ==, 0);
    got = process_finish(&logs);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&removed);
    outcome_clear(&got);
    end(&bench);
}

/* Lines of a log have their time, so that none is told twice and none is missing. */
static void test_log_goes_on(void)
{
    Bench bench;
    g_autofree char *id = NULL;
    Process logs;
    Outcome got;

    begin(&bench, "--apps 6 --seed 1 --rate 50");
    id = running(&bench);
    logs = start_logs(&bench, id);
    wait_for_lines(&logs, 10);
    for (unsigned i = 0; i < 3; i++) {
        proxy_cut(bench.proxy);
        wait_for_lines(&logs, 30);
    }
    kill(logs.pid, SIGINT);
    got = process_finish(&logs);
    g_assert_cmpint(got.status, ==, 130);
    outcome_clear(&got);
    end(&bench);
}

/* ---- clocks ---- */

static char *an_hour_off(int hours)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC + hours * 3600;
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(now);

    return g_date_time_format(at, "--apps 6 --seed 1 --churn 20 --at %Y-%m-%dT%H:%M:%SZ");
}

static void test_wrong_clock(void)
{
    for (int hours = -1; hours <= 1; hours += 2) {
        g_autofree char *options = an_hour_off(hours);
        Bench bench;
        Outcome list;
        Process events;
        begin(&bench, options);
        list = console_run(&bench.setting, "home", "list", "--all-containers", NULL);
        g_assert_cmpint(list.status, ==, 0);
        g_assert_null(strstr(list.out, " -")); /* no age is negative */
        events = start_events(&bench.setting);
        wait_for_lines(&events, 5);
        kill(events.pid, SIGINT);
        outcome_clear(&list);
        list = process_finish(&events);
        outcome_clear(&list);
        end(&bench);
    }
}

/* The engine is restarted with its clock set back by an hour: what happens from then on is told. */
static void test_clock_set_back(void)
{
    g_autofree char *ahead = an_hour_off(1), *right = an_hour_off(0);
    Bench bench;
    Process events;
    Outcome got;

    begin(&bench, ahead);
    events = start_events(&bench.setting);
    wait_for_lines(&events, 5);
    proxy_set(bench.proxy, PROXY_GONE, NULL);
    end_engine(&bench);
    start_engine(&bench, right);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    wait_for_lines(&events, 5);
    kill(events.pid, SIGINT);
    got = process_finish(&events);
    outcome_clear(&got);
    end(&bench);
}

/* ---- a thousand connections ---- */

static unsigned count_entries(const char *path)
{
    DIR *directory = opendir(path);
    unsigned n = 0;

    g_assert_nonnull(directory);
    while (readdir(directory) != NULL)
        n++;
    closedir(directory);
    return n;
}

/* What has ended is closed in its own time; what is kept stays. */
static void wait_for_at_most(const char *path, unsigned n)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);

    while (count_entries(path) > n) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 20);
    }
}

/* The last state of the one source, if there is news of it. */
static void take_deltas(Fleet *fleet, FleetCondition *condition, int64_t *since)
{
    struct pollfd watched = {.fd = fleet_descriptor(fleet), .events = POLLIN};
    g_autoptr(GPtrArray) deltas = NULL;

    poll(&watched, 1, 20);
    deltas = fleet_take_deltas(fleet, 1000);
    for (guint i = 0; i < deltas->len; i++) {
        const FleetDelta *delta = deltas->pdata[i];
        if (delta->kind != FLEET_DELTA_SOURCE)
            continue;
        *condition = delta->status->condition;
        *since = delta->status->since;
    }
}

/* Alive since then: states between that nobody took are not told. */
static void take_until_live(Fleet *fleet, int64_t then)
{
    FleetCondition condition = FLEET_CONNECTING;
    int64_t since = 0;
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);

    while (condition != FLEET_LIVE || since < then) {
        take_deltas(fleet, &condition, &since);
        if (condition != FLEET_CONNECTING && condition != FLEET_LIVE)
            fleet_retry_now(fleet, 0); /* no back-off is waited for, however it was lost */
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static void test_thousand_reconnects(void)
{
    Bench bench;
    DockerEnvironment environment = {0};
    g_autoptr(FleetSource) source = NULL;
    g_autoptr(GError) error = NULL;
    unsigned threads = 0, descriptors = 0;
    Fleet *fleet;

    begin(&bench, "--apps 6 --seed 1");
    environment.host = bench.host + strlen("DOCKER_HOST=");
    source = fleet_source_docker(&environment, NULL, &error);
    g_assert_no_error(error);
    fleet = fleet_new(&source, 1, false);
    take_until_live(fleet, 0);
    for (unsigned i = 0; i < RECONNECTS; i++) {
        int64_t cut = clock_monotonic();
        proxy_cut(bench.proxy);
        take_until_live(fleet, cut);
        if (i == 20)
            threads = count_entries("/proc/self/task");
        if (i == 20)
            descriptors = count_entries("/proc/self/fd");
    }
    g_assert_cmpuint(proxy_accepted(bench.proxy), >=, RECONNECTS);
    wait_for_at_most("/proc/self/task", threads + 2);
    wait_for_at_most("/proc/self/fd", descriptors + 8);
    fleet_free(fleet);
    end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    g_test_add_func("/faults/spoiled", test_spoiled);
    g_test_add_func("/faults/memory", test_memory);
    g_test_add_func("/faults/frozen", test_frozen);
    g_test_add_func("/faults/no-event-lost", test_no_event_lost);
    g_test_add_func("/faults/gap-is-said", test_gap_is_said);
    g_test_add_func("/faults/removed-while-read", test_removed_while_read);
    g_test_add_func("/faults/log-goes-on", test_log_goes_on);
    g_test_add_func("/faults/wrong-clock", test_wrong_clock);
    g_test_add_func("/faults/clock-set-back", test_clock_set_back);
    g_test_add_func("/faults/thousand-reconnects", test_thousand_reconnects);
    return g_test_run();
}
