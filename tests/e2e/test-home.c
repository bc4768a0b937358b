/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of home on a simulated engine: what they print, change and refuse, and what they say
 * when the engine fails at it.
 */
#include "config.h"

#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A simulated engine that was started, and the environment that leads to it. */
typedef struct Engine {
    Process process;
    char *socket;
    char *host; /* "DOCKER_HOST=unix://…" */
    const char *environment[8];
    ProcessSetting setting;
} Engine;

/* `option` and `value` may be NULL. */
static Engine *engine_start(const char *apps, const char *option, const char *value)
{
    static unsigned count;
    Engine *engine = g_new0(Engine, 1);
    g_autofree char *name = g_strdup_printf("engine-%u.sock", count++);
    g_autofree char *program = process_program("mse-sim");
    engine->socket = process_path(name);
    engine->host = g_strconcat("DOCKER_HOST=unix://", engine->socket, NULL);
    engine->environment[0] = engine->host;
    engine->setting.environment = engine->environment;
    const char *argv[] = {program, "engine", "--socket", engine->socket, "--apps", apps,
                          option,  value,    NULL};
    engine->process = process_start(argv, NULL);
    process_wait_until_listens(&engine->process, engine->socket);
    return engine;
}

static void engine_stop(Engine *engine)
{
    kill(engine->process.pid, SIGTERM);
    Outcome outcome = process_finish(&engine->process);
    outcome_clear(&outcome);
    unlink(engine->socket);
    g_free(engine->socket);
    g_free(engine->host);
    g_free(engine);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_stop)

static const char *member(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static json_t *list_of(const Engine *engine)
{
    Outcome outcome = console_run(&engine->setting, "home", "list", "--json", NULL);
    g_assert_cmpint(outcome.status, ==, 0);
    json_t *rows = outcome_json(&outcome);
    outcome_clear(&outcome);
    return rows;
}

/* The name of the first application in a state. g_free. */
static char *name_in_state(const Engine *engine, const char *state)
{
    json_t *rows = list_of(engine), *row;
    size_t i;
    char *name = NULL;
    json_array_foreach(rows, i, row)
    {
        if (!name && strcmp(member(row, "state"), state) == 0)
            name = g_strdup(member(row, "name"));
    }
    json_decref(rows);
    g_assert_nonnull(name);
    return name;
}

/* "" when there is no such application. */
static char *state_of(const Engine *engine, const char *name)
{
    json_t *rows = list_of(engine), *row;
    size_t i;
    char *state = NULL;
    json_array_foreach(rows, i, row)
    {
        if (strcmp(member(row, "name"), name) == 0)
            state = g_strdup(member(row, "state"));
    }
    json_decref(rows);
    return state ? state : g_strdup("");
}

static void check_state(const Engine *engine, const char *name, const char *expected)
{
    g_autofree char *state = state_of(engine, name);
    g_assert_cmpstr(state, ==, expected);
}

static void test_list_ten_thousand(void)
{
    g_autoptr(Engine) engine = engine_start("10000", NULL, NULL);
    json_t *rows = list_of(engine);
    g_assert_cmpuint(json_array_size(rows), ==, 10000);
    const json_t *row = json_array_get(rows, 5000);
    g_assert_cmpuint(strlen(member(row, "id")), ==, 64);
    g_assert_true(json_is_integer(json_object_get(row, "size")));
    json_decref(rows);
    Outcome all = console_run(&engine->setting, "home", "list", "--all-containers", "--json", NULL);
    json_t *more = outcome_json(&all);
    g_assert_cmpuint(json_array_size(more), >, 11000);
    json_decref(more);
    outcome_clear(&all);
}

static void test_word_left_out(void)
{
    g_autoptr(Engine) engine = engine_start("3", NULL, NULL);
    engine->environment[1] = "MSE_DEFAULT_ENV=home";
    Outcome list = console_run(&engine->setting, "list", NULL);
    g_assert_cmpint(list.status, ==, 0);
    g_assert_true(g_str_has_prefix(list.out, "NAME "));
    outcome_clear(&list);
    engine->environment[1] = "MSE_DEFAULT_ENV";
    Outcome none = console_run(&engine->setting, "list", NULL);
    g_assert_cmpint(none.status, ==, 2);
    outcome_clear(&none);
}

static void test_status(void)
{
    g_autoptr(Engine) engine = engine_start("10", NULL, NULL);
    g_autofree char *name = name_in_state(engine, "exited");
    Outcome text = console_run(&engine->setting, "home", "status", name, NULL);
    g_assert_cmpint(text.status, ==, 0);
    static const char *const titles[] = {"Name:",  "Size:",    "Common name:", "Port:",
                                         "State:", "Started:", "Expires:",     "Healthcheck:"};
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++)
        g_assert_nonnull(strstr(text.out, titles[i]));
    g_assert_nonnull(strstr(text.out, "exited ("));
    outcome_clear(&text);
    Outcome json = console_run(&engine->setting, "home", "status", name, "--json", NULL);
    json_t *row = outcome_json(&json);
    g_assert_cmpstr(member(row, "name"), ==, name);
    g_assert_cmpstr(member(row, "state"), ==, "exited");
    g_assert_true(json_is_integer(json_object_get(row, "days_left")));
    json_decref(row);
    outcome_clear(&json);
    g_autofree char *nearly = g_strconcat(name, "x", NULL);
    Outcome wrong = console_run(&engine->setting, "home", "status", nearly, NULL);
    g_assert_cmpint(wrong.status, ==, 1);
    g_assert_nonnull(strstr(wrong.err, "did you mean"));
    outcome_clear(&wrong);
}

/* Evidence that no directory here has is taken out of the container, and judged. */
static void test_trust_out_of_container(void)
{
    g_autofree char *platform = process_path("platform");
    g_autofree char *root = g_build_filename(platform, "root.pem", NULL);
    g_autofree char *settings = process_path("trusting.toml");
    g_autofree char *text = g_strdup_printf("[trust]\nroot = \"%s\"\n", root);
    sim_run("platform", platform, NULL);
    g_autoptr(Engine) engine = engine_start("10", "--platform", platform);
    g_autofree char *name = name_in_state(engine, "running");
    for (unsigned trusts = 0; trusts < 2; trusts++) {
        g_autofree char *variable = g_strdup_printf("MSE_CONSOLE_CONFIG=%s", settings);
        g_assert_true(g_file_set_contents(settings, trusts ? text : "", -1, NULL));
        engine->environment[1] = variable;
        Outcome json = console_run(&engine->setting, "home", "status", name, "--json", NULL);
        json_t *row = outcome_json(&json);
        g_assert_cmpstr(member(row, "evidence"), ==, "container");
        g_assert_cmpstr(member(row, "verdict"), ==, trusts ? "trusted" : "rejected");
        g_assert_cmpint(json_is_string(json_object_get(row, "trust_ends")), ==, trusts);
        json_decref(row);
        outcome_clear(&json);
        engine->environment[1] = NULL;
    }
}

static unsigned count_lines(const Outcome *outcome)
{
    unsigned n = 0;
    for (size_t i = 0; i < outcome->out_size; i++)
        n += outcome->out[i] == '\n';
    return n;
}

static void test_logs(void)
{
    g_autoptr(Engine) engine = engine_start("4", "--history", "500");
    g_autofree char *name = name_in_state(engine, "exited");
    Outcome tail = console_run(&engine->setting, "home", "logs", name, "--tail", "7", NULL);
    g_assert_cmpint(tail.status, ==, 0);
    g_assert_cmpuint(count_lines(&tail), ==, 7);
    outcome_clear(&tail);
    Outcome json =
        console_run(&engine->setting, "home", "logs", name, "--tail", "1", "--json", NULL);
    json_t *row = outcome_json(&json);
    g_assert_nonnull(json_string_value(json_object_get(row, "line")));
    g_assert_true(g_str_has_suffix(member(row, "time"), "Z"));
    json_decref(row);
    outcome_clear(&json);
    Outcome future =
        console_run(&engine->setting, "home", "logs", name, "--since", "9000-01-01", NULL);
    g_assert_cmpint(future.status, ==, 0);
    g_assert_cmpuint(future.out_size, ==, 0);
    outcome_clear(&future);
}

static void run_well(const Engine *engine, const char *verb, const char *name, const char *option)
{
    Outcome outcome = console_run(&engine->setting, "home", verb, name, option, NULL);
    g_assert_cmpstr(outcome.err, ==, "");
    g_assert_cmpint(outcome.status, ==, 0);
    outcome_clear(&outcome);
}

/* The latest line of the journal: who did what, to which application, on which engine. */
static void check_journal(const Engine *engine, const char *kind, const char *name)
{
    Outcome outcome =
        console_run(&engine->setting, "journal", "list", "--json", "--tail", "1", NULL);
    json_t *rows = outcome_json(&outcome), *row = json_array_get(rows, 0);
    g_assert_cmpuint(json_array_size(rows), ==, 1);
    g_assert_cmpstr(member(row, "kind"), ==, kind);
    g_assert_cmpstr(member(row, "application"), ==, name);
    g_assert_true(g_str_has_prefix(member(row, "who"), g_get_user_name()));
    g_assert_cmpuint(strlen(member(row, "id")), ==, 64);
    g_assert_cmpstr(member(row, "engine"), !=, "");
    json_decref(rows);
    outcome_clear(&outcome);
}

static void test_acts(void)
{
    g_autoptr(Engine) engine = engine_start("20", NULL, NULL);
    g_autofree char *name = name_in_state(engine, "running");
    run_well(engine, "stop", name, NULL);
    check_state(engine, name, "exited");
    check_journal(engine, "stop", name);
    run_well(engine, "stop", name, NULL); /* it is so already */
    run_well(engine, "restart", name, NULL);
    check_state(engine, name, "running");
    check_journal(engine, "restart", name);
    run_well(engine, "kill", name, "--yes");
    check_state(engine, name, "exited");
    check_journal(engine, "kill", name);
    run_well(engine, "remove", name, "--yes");
    check_state(engine, name, "");
    check_journal(engine, "remove", name);
    g_autofree char *other = name_in_state(engine, "running");
    run_well(engine, "stop", other, "--remove");
    check_state(engine, other, "");
    g_autofree char *third = name_in_state(engine, "running");
    run_well(engine, "remove", third, "-y");
    check_state(engine, third, "");
}

/* remove and kill want a yes: without a terminal, --yes. Read-only refuses all that change. */
static void test_refusals(void)
{
    static const char *const asking[] = {"remove", "kill"};
    static const char *const changing[] = {"stop", "restart", "remove", "kill"};
    g_autoptr(Engine) engine = engine_start("10", NULL, NULL);
    g_autofree char *name = name_in_state(engine, "running");
    for (size_t i = 0; i < G_N_ELEMENTS(asking); i++) {
        Outcome outcome = console_run(&engine->setting, "home", asking[i], name, NULL);
        g_assert_cmpint(outcome.status, ==, 2);
        g_assert_nonnull(strstr(outcome.err, "--yes"));
        outcome_clear(&outcome);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(changing); i++) {
        Outcome outcome =
            console_run(&engine->setting, "--read-only", "home", changing[i], name, NULL);
        g_assert_cmpint(outcome.status, ==, 2);
        g_assert_nonnull(strstr(outcome.err, "read-only"));
        outcome_clear(&outcome);
    }
    engine->environment[1] = "MSE_CONSOLE_READ_ONLY=1";
    Outcome outcome = console_run(&engine->setting, "home", "kill", name, "--yes", NULL);
    g_assert_cmpint(outcome.status, ==, 2);
    outcome_clear(&outcome);
    check_state(engine, name, "running");
}

/* mse-console on a terminal of its own: types `answer`, returns what was shown (g_free). */
static char *on_terminal(const Engine *engine, const char *const *words, const char *answer,
                         int *status)
{
    g_autofree char *program = process_program("mse-console");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    for (; *words; words++)
        g_ptr_array_add(argv, (char *)*words);
    g_ptr_array_add(argv, NULL);
    int terminal;
    struct winsize size = {.ws_row = 24, .ws_col = 200};
    pid_t pid = forkpty(&terminal, NULL, NULL, &size);
    if (pid == 0) {
        setenv("DOCKER_HOST", strchr(engine->host, '=') + 1, 1);
        execv(program, (char **)argv->pdata);
        _exit(127);
    }
    g_assert_cmpint(write(terminal, answer, strlen(answer)), ==, (ssize_t)strlen(answer));
    GString *shown = g_string_new(NULL);
    char bytes[4096];
    struct pollfd watched = {.fd = terminal, .events = POLLIN};
    while (poll(&watched, 1, PROCESS_DEADLINE) == 1) {
        ssize_t n = read(terminal, bytes, sizeof bytes);
        if (n <= 0)
            break;
        g_string_append_len(shown, bytes, n);
    }
    int raw = 0;
    g_assert_cmpint(waitpid(pid, &raw, 0), ==, pid);
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
    close(terminal);
    /* The terminal itself makes these of line feeds. */
    g_string_replace(shown, "\r\n", "\n", 0);
    return g_string_free(shown, FALSE);
}

static void test_asks_on_a_terminal(void)
{
    g_autoptr(Engine) engine = engine_start("10", NULL, NULL);
    g_autofree char *name = name_in_state(engine, "running");
    const char *const words[] = {"home", "remove", name, NULL};
    int status;
    g_autofree char *no = on_terminal(engine, words, "\n", &status);
    g_assert_cmpint(status, ==, 1);
    g_assert_nonnull(strstr(no, name));
    g_assert_nonnull(strstr(no, engine->socket));
    check_state(engine, name, "running");
    g_autofree char *yes = on_terminal(engine, words, "y\n", &status);
    g_assert_cmpint(status, ==, 0);
    check_state(engine, name, "");
}

/* Nothing hostile reaches a terminal; a pipe gets what the application wrote. */
static void test_hostile(void)
{
    g_autoptr(Engine) engine = engine_start("40", "--hostile", NULL);
    const char *const list[] = {"home", "list", "--all-containers", NULL};
    int status;
    g_autofree char *shown = on_terminal(engine, list, "", &status);
    g_assert_cmpint(status, ==, 0);
    assert_harmless(shown, strlen(shown));
    json_t *rows = list_of(engine), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        /* The one with lines of 100 MB takes its time, and has its own tests. */
        if (i % 7 || strstr(member(row, "name"), "100-MB"))
            continue;
        const char *const logs[] = {"home", "logs", "--tail", "3", member(row, "id"), NULL};
        g_autofree char *lines = on_terminal(engine, logs, "", &status);
        g_assert_cmpint(status, ==, 0);
        assert_harmless(lines, strlen(lines));
    }
    json_decref(rows);
}

static void test_top(void)
{
    g_autoptr(Engine) engine = engine_start("12", NULL, NULL);
    g_autofree char *running = name_in_state(engine, "running");
    g_autofree char *exited = name_in_state(engine, "exited");
    Outcome outcome = console_run(&engine->setting, "home", "top", running, exited, "--json", NULL);
    g_assert_cmpint(outcome.status, ==, 0);
    json_t *rows = outcome_json(&outcome);
    g_assert_cmpuint(json_array_size(rows), ==, 2);
    const json_t *first = json_array_get(rows, 0), *second = json_array_get(rows, 1);
    g_assert_true(json_is_number(json_object_get(first, "cpu_percent")));
    g_assert_true(json_is_integer(json_object_get(first, "memory")));
    g_assert_true(json_is_null(json_object_get(second, "memory"))); /* unknown is not 0 */
    json_decref(rows);
    outcome_clear(&outcome);
}

static char *read_out(const Process *process)
{
    char *text = NULL;
    g_file_get_contents(process->out_path, &text, NULL, NULL);
    return text ? text : g_strdup("");
}

/* Until the process printed the text; fails at the deadline. */
static void wait_for_text(const Process *process, const char *text)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *out = read_out(process);
        if (strstr(out, text))
            return;
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static void test_events(void)
{
    g_autoptr(Engine) engine = engine_start("10", NULL, NULL);
    g_autofree char *name = name_in_state(engine, "running");
    g_autofree char *program = process_program("mse-console");
    g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / 1000000 - 2);
    const char *argv[] = {program, "home", "events", "--json", "--since", since, NULL};
    Process events = process_start(argv, &engine->setting);
    run_well(engine, "stop", name, NULL);
    wait_for_text(&events, "\"event\":\"die\"");
    kill(events.pid, SIGINT);
    Outcome outcome = process_finish(&events);
    g_assert_cmpint(outcome.status, ==, 130);
    g_assert_nonnull(strstr(outcome.out, name));
    outcome_clear(&outcome);
}

/* Each thing that an engine may do wrong is one sentence and status 1, within the deadline. */
static void test_faults(void)
{
    static const char *const faults[] = {"reset@list",     "status=500@list", "truncate@list",
                                         "half-json@list", "garbage@list",    "bad-chunk@list",
                                         "reset@*"};
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(Engine) engine = engine_start("10", "--fault", faults[i]);
        Outcome outcome = console_run(&engine->setting, "home", "list", NULL);
        g_test_message("%s: %s", faults[i], outcome.err);
        g_assert_cmpint(outcome.status, ==, 1);
        g_assert_true(g_str_has_prefix(outcome.err, "mse-console: "));
        assert_harmless(outcome.err, outcome.err_size);
        outcome_clear(&outcome);
    }
}

static void test_nobody_there(void)
{
    static const char *const environment[] = {"DOCKER_HOST=unix:///nonexistent/engine.sock", NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome outcome = console_run(&setting, "home", "list", "--json", NULL);
    g_assert_cmpint(outcome.status, ==, 1);
    g_assert_nonnull(strstr(outcome.err, "/nonexistent/engine.sock"));
    outcome_clear(&outcome);
}

/* Two engines at once: by --engine and by the settings; one that fails does not hide the other. */
static void test_two_engines(void)
{
    g_autoptr(Engine) one = engine_start("3", NULL, NULL);
    g_autoptr(Engine) other = engine_start("4", "--seed", "7");
    g_autofree char *settings = process_path("sources.toml");
    g_autofree char *text = g_strdup_printf(
        "[sources]\ndocker = [\"unix://%s\", \"unix://%s\", \"unix:///nonexistent/x.sock\"]\n",
        one->socket, other->socket);
    g_assert_true(g_file_set_contents(settings, text, -1, NULL));
    g_autofree char *variable = g_strconcat("MSE_CONSOLE_CONFIG=", settings, NULL);
    const char *environment[] = {variable, NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome outcome = console_run(&setting, "home", "list", "--json", NULL);
    g_assert_cmpint(outcome.status, ==, 1);
    g_assert_nonnull(strstr(outcome.err, "/nonexistent/x.sock"));
    json_t *rows = outcome_json(&outcome);
    g_assert_cmpuint(json_array_size(rows), ==, 7);
    json_decref(rows);
    outcome_clear(&outcome);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/home/list-ten-thousand", test_list_ten_thousand);
    g_test_add_func("/home/word-left-out", test_word_left_out);
    g_test_add_func("/home/status", test_status);
    g_test_add_func("/home/trust-out-of-container", test_trust_out_of_container);
    g_test_add_func("/home/logs", test_logs);
    g_test_add_func("/home/acts", test_acts);
    g_test_add_func("/home/refusals", test_refusals);
    g_test_add_func("/home/asks-on-a-terminal", test_asks_on_a_terminal);
    g_test_add_func("/home/hostile", test_hostile);
    g_test_add_func("/home/top", test_top);
    g_test_add_func("/home/events", test_events);
    g_test_add_func("/home/faults", test_faults);
    g_test_add_func("/home/nobody-there", test_nobody_there);
    g_test_add_func("/home/two-engines", test_two_engines);
    return g_test_run();
}
