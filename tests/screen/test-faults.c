/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console on an engine that freezes, goes away, comes back, breaks off and lies, behind a
 * proxy: no key waits for it, what was known stays in sight, and all is right again without a
 * restart and without a key.
 */
#include "config.h"

#include "terminal.h"

#include "../e2e/process.h"
#include "../e2e/proxy.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AWAY_SECONDS = 8, CUTS = 40 };

typedef struct Bench {
    Process engine;
    char *engine_path, *proxy_path;
    Proxy *proxy;
    unsigned spoiled; /* answers, so far */
    Terminal *terminal;
} Bench;

/* ---- the engine, the proxy, the console ---- */

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
    g_unlink(bench->engine_path);
}

static void begin(Bench *bench, const char *options)
{
    static unsigned count;
    g_autofree char *engine = g_strdup_printf("engine-%u.sock", count);
    g_autofree char *proxy = g_strdup_printf("proxy-%u.sock", count);
    g_autofree char *state =
        g_strdup_printf("XDG_STATE_HOME=%s/state-%u", process_directory(), count++);
    g_autofree char *host = NULL;
    const char *environment[] = {NULL, state, NULL};
    TerminalOptions terminal = {.environment = environment};

    *bench = (Bench){.engine_path = process_path(engine), .proxy_path = process_path(proxy)};
    start_engine(bench, options);
    bench->proxy = proxy_start(bench->proxy_path, bench->engine_path);
    host = g_strdup_printf("DOCKER_HOST=unix://%s", bench->proxy_path);
    environment[0] = host;
    bench->terminal = terminal_start_console(NULL, &terminal);
}

static void end(Bench *bench)
{
    int status;

    terminal_type(bench->terminal, "q");
    status = terminal_wait_end(bench->terminal);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    terminal_free(bench->terminal);
    proxy_stop(bench->proxy);
    end_engine(bench);
    g_free(bench->engine_path);
    g_free(bench->proxy_path);
}

/* How long the process was ready to run and others ran instead, in microseconds; 0 where the
 * system does not tell. */
static gint64 kept_waiting(pid_t process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/schedstat", (int)process);
    g_autofree char *text = NULL;
    const char *second;

    if (!g_file_get_contents(path, &text, NULL, NULL) || (second = strchr(text, ' ')) == NULL)
        return 0;
    return g_ascii_strtoll(second, NULL, 10) / 1000;
}

/* Time but for what a busy machine took of it, from the console or from us. */
static gint64 own_time(const Bench *bench)
{
    return g_get_monotonic_time() - kept_waiting(bench->terminal->child) - kept_waiting(getpid());
}

/* A key that needs no engine is answered: no deadline of a call is as short. */
static void assert_keys_answered(Bench *bench)
{
    gint64 start = own_time(bench);

    terminal_type(bench->terminal, "?");
    terminal_wait_text(bench->terminal, "IN THIS PANE");
    terminal_type(bench->terminal, "\033");
    terminal_wait_gone(bench->terminal, "IN THIS PANE");
    g_assert_cmpint(own_time(bench) - start, <, 4 * G_USEC_PER_SEC);
}

static void answer_keys_for(Bench *bench, unsigned seconds)
{
    gint64 until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

    while (g_get_monotonic_time() < until)
        assert_keys_answered(bench);
}

/* Back-off grows while it is away, but not beyond what the terminal waits for. */
static bool is_right(Terminal *terminal, const void *data)
{
    (void)data;
    return !terminal_shows(terminal, "unreachable") && !terminal_shows(terminal, "frozen") &&
           !terminal_shows(terminal, "refused") && !terminal_shows(terminal, "connecting");
}

static void wait_until_right(Bench *bench)
{
    terminal_wait(bench->terminal, is_right, NULL, "the engine's return");
}

static Outcome run_straight(Bench *bench, const char *line)
{
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", bench->engine_path);
    const char *environment[] = {host, NULL};
    ProcessSetting setting = {.environment = environment};
    g_auto(GStrv) parts = g_strsplit(line, " ", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(words, *part);
    return console_run_words(&setting, words);
}

static void act(Bench *bench, const char *line)
{
    Outcome got;

    got = run_straight(bench, line);
    g_assert_cmpint(got.status, ==, 0);
    outcome_clear(&got);
}

/* The id of an application that runs, straight from the engine. */
static char *running(Bench *bench)
{
    Outcome list;
    json_t *rows, *row;
    size_t i;
    char *id = NULL;

    list = run_straight(bench, "home list --json");
    rows = outcome_json(&list);
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

/* ---- away, and back ---- */

static void test_frozen(void)
{
    Bench bench;
    g_autofree char *id = NULL, *line = NULL;

    begin(&bench, "--apps 5 --seed 1");
    terminal_wait_text(bench.terminal, "Apps ── 5 ─");
    id = running(&bench);
    line = g_strdup_printf("home remove %s --yes", id);
    proxy_set(bench.proxy, PROXY_FREEZE, NULL);
    act(&bench, line); /* happens while nothing is heard of it */
    answer_keys_for(&bench, AWAY_SECONDS);
    terminal_wait_text(bench.terminal, "frozen");
    g_assert_true(terminal_shows(bench.terminal, "Apps ── 5 ─"));
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    terminal_wait_text(bench.terminal, "Apps ── 4 ─");
    wait_until_right(&bench);
    end(&bench);
}

static void test_gone(void)
{
    Bench bench;
    g_autofree char *id = NULL, *line = NULL;

    begin(&bench, "--apps 5 --seed 1");
    terminal_wait_text(bench.terminal, "Apps ── 5 ─");
    id = running(&bench);
    line = g_strdup_printf("home remove %s --yes", id);
    proxy_set(bench.proxy, PROXY_GONE, NULL);
    terminal_wait_text(bench.terminal, "unreachable");
    act(&bench, line);
    answer_keys_for(&bench, AWAY_SECONDS);
    g_assert_true(terminal_shows(bench.terminal, "Apps ── 5 ─"));
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    terminal_wait_text(bench.terminal, "Apps ── 4 ─");
    wait_until_right(&bench);
    end(&bench);
}

/* ---- answers that are spoiled ---- */

static bool has_spoiled(Terminal *terminal, const void *data)
{
    const Bench *bench = data;

    terminal_is_silent(terminal, 10);
    return proxy_spoiled(bench->proxy) > bench->spoiled;
}

static void test_spoiled(gconstpointer data)
{
    static const char *const calls[] = {"/containers/json", "/events", "/_ping", "/logs", "/json"};
    ProxyMode mode = (ProxyMode)GPOINTER_TO_INT(data);
    Bench bench;

    begin(&bench, "--apps 5 --seed 1 --rate 5");
    terminal_wait_text(bench.terminal, "Apps ── 5 ─");
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        bench.spoiled = proxy_spoiled(bench.proxy);
        proxy_set(bench.proxy, mode, calls[i]);
        proxy_cut(bench.proxy);
        terminal_type(bench.terminal, "j"); /* and something is asked about */
        terminal_wait(bench.terminal, has_spoiled, &bench, "an answer that is spoiled");
        assert_keys_answered(&bench);
        g_assert_true(terminal_shows(bench.terminal, "Apps ── 5 ─"));
        proxy_set(bench.proxy, PROXY_PASS, NULL);
        wait_until_right(&bench);
    }
    end(&bench);
}

static void test_huge_frame(void)
{
    Bench bench;

    begin(&bench, "--apps 1 --seed 2 --rate 5");
    terminal_wait_text(bench.terminal, "Apps ── 1 ─");
    proxy_set(bench.proxy, PROXY_HUGE_FRAME, "/logs");
    proxy_cut(bench.proxy);
    terminal_wait(bench.terminal, has_spoiled, &bench, "a frame that is spoiled");
    assert_keys_answered(&bench);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    proxy_cut(bench.proxy);
    wait_until_right(&bench);
    end(&bench);
}

/* ---- much, and what is gone ---- */

static void test_event_storm(void)
{
    Bench bench;

    begin(&bench, "--apps 50 --churn 10000");
    terminal_wait_text(bench.terminal, "Apps ── ");
    for (unsigned i = 0; i < 5; i++)
        assert_keys_answered(&bench);
    proxy_cut(bench.proxy);
    assert_keys_answered(&bench);
    end(&bench);
}

static void test_removed_while_read(void)
{
    Bench bench;
    g_autofree char *id = NULL, *line = NULL;

    begin(&bench, "--apps 1 --seed 2 --rate 20");
    terminal_wait_text(bench.terminal, "Apps ── 1 ─");
    terminal_wait_text(bench.terminal, "Logs ── ");
    id = running(&bench);
    line = g_strdup_printf("home remove %s --yes", id);
    act(&bench, line);
    terminal_wait_text(bench.terminal, "Apps ── 0 ─");
    assert_keys_answered(&bench);
    wait_until_right(&bench);
    end(&bench);
}

static char *an_hour_off(int hours)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC + hours * 3600;
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(now);

    return g_date_time_format(at, "--apps 5 --seed 1 --at %Y-%m-%dT%H:%M:%SZ");
}

/* An engine that is an hour ahead is replaced by one that is not: what happens there is seen. */
static void test_clock_set_back(void)
{
    g_autofree char *ahead = an_hour_off(1), *right = an_hour_off(0);
    g_autofree char *id = NULL, *line = NULL;
    Bench bench;

    begin(&bench, ahead);
    terminal_wait_text(bench.terminal, "Apps ── 5 ─");
    id = running(&bench);
    line = g_strdup_printf("home restart %s", id);
    act(&bench, line); /* an event of the future */
    proxy_set(bench.proxy, PROXY_GONE, NULL);
    terminal_wait_text(bench.terminal, "unreachable");
    end_engine(&bench);
    start_engine(&bench, right);
    proxy_set(bench.proxy, PROXY_PASS, NULL);
    wait_until_right(&bench);
    g_free(line);
    line = g_strdup_printf("home remove %s --yes", id);
    act(&bench, line);
    terminal_wait_text(bench.terminal, "Apps ── 4 ─");
    end(&bench);
}

/* ---- what a console keeps open ---- */

static unsigned count_entries(pid_t process, const char *what)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)process, what);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    while (directory != NULL && g_dir_read_name(directory) != NULL)
        n++;
    return n;
}

typedef struct Kept {
    unsigned threads, descriptors;
} Kept;

static Kept count_kept(pid_t process)
{
    return (Kept){count_entries(process, "task"), count_entries(process, "fd")};
}

/* What has ended is closed in its own time; what is kept stays. */
static bool keeps_no_more(Terminal *terminal, const void *data)
{
    const Kept *before = data;
    const Kept now = count_kept(terminal->child);

    return now.threads <= before->threads + 3 && now.descriptors <= before->descriptors + 8;
}

static bool has_come_back(Terminal *terminal, const void *data)
{
    const Bench *bench = data;

    terminal_is_silent(terminal, 10);
    return proxy_connections(bench->proxy) > 0 && is_right(terminal, NULL);
}

static void test_many_cuts(void)
{
    Bench bench;
    Kept before = {0};

    begin(&bench, "--apps 5 --seed 1 --rate 5");
    terminal_wait_text(bench.terminal, "Apps ── 5 ─");
    for (unsigned i = 0; i < CUTS; i++) {
        proxy_cut(bench.proxy);
        terminal_wait(bench.terminal, has_come_back, &bench, "another connection");
        if (i == 3)
            before = count_kept(bench.terminal->child);
    }
    g_assert_cmpuint(before.threads, >, 0);
    terminal_wait(bench.terminal, keeps_no_more, &before, "no more threads and descriptors");
    end(&bench);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    g_test_add_func("/faults/frozen", test_frozen);
    g_test_add_func("/faults/gone", test_gone);
    g_test_add_data_func("/faults/reset", GINT_TO_POINTER(PROXY_RESET), test_spoiled);
    g_test_add_data_func("/faults/half-json", GINT_TO_POINTER(PROXY_HALF_JSON), test_spoiled);
    g_test_add_data_func("/faults/huge-json", GINT_TO_POINTER(PROXY_HUGE_JSON), test_spoiled);
    g_test_add_data_func("/faults/bad-chunk", GINT_TO_POINTER(PROXY_BAD_CHUNK), test_spoiled);
    g_test_add_func("/faults/huge-frame", test_huge_frame);
    g_test_add_func("/faults/event-storm", test_event_storm);
    g_test_add_func("/faults/removed-while-read", test_removed_while_read);
    g_test_add_func("/faults/clock-set-back", test_clock_set_back);
    g_test_add_func("/faults/many-cuts", test_many_cuts);
    return g_test_run();
}
