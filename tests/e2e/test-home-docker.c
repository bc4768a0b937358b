/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs of home on a real engine, when one answers: an image from nothing with one static
 * program, and a container of it, both removed at the end. The program ends by itself in time.
 */
#include "config.h"

#include "own.h"
#include "process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

static char *image, *name;

static const char program_text[] =
    "#include <stdio.h>\n#include <time.h>\n"
    "int main(void) { for (int i = 0; i < 600; i++) { printf(\"line %d\\n\", i); fflush(stdout);\n"
    "    nanosleep(&(struct timespec){1, 0}, NULL); } }\n";

/* What a shell line prints; NULL when it fails. g_free. */
static char *shell(const char *format, ...) G_GNUC_PRINTF(1, 2);
static char *shell(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome outcome = process_run(argv, NULL);
    char *out = outcome.status == 0 ? g_strdup(outcome.out) : NULL;
    outcome_clear(&outcome);
    return out;
}

static bool succeeds(const char *line)
{
    g_autofree char *out = shell("%s", line);
    return out != NULL;
}

/* Why there is nothing to test on; NULL: the image is there. */
static const char *make_image(void)
{
    if (!succeeds("docker version"))
        return "no Docker engine answers here";
    own_sweep("home");
    g_autofree char *source = process_path("tick.c");
    g_assert_true(g_file_set_contents(source, program_text, -1, NULL));
    g_autofree char *compiled = shell("cd '%s' && cc -static -o tick tick.c", process_directory());
    if (!compiled)
        return "no static program can be compiled here";
    g_autofree char *loaded =
        shell("tar -C '%s' -c tick | docker import - %s", process_directory(), image);
    return loaded ? NULL : "the engine takes no image";
}

static void start_container(void)
{
    g_autofree char *id =
        shell("docker run -d --name %s --label mse-home=1 --label healthcheck_endpoint=/health "
              "--entrypoint /tick %s --size 2048M --subject 'CN=tick.example.com,O=Example' "
              "--san localhost --application app:app --expiration 1926768940",
              name, image);
    g_assert_nonnull(id);
}

static void clean_up(void)
{
    g_autofree char *container = shell("docker rm -f %s", name);
    g_autofree char *removed = shell("docker rmi -f %s", image);
}

static char *engine_state(void)
{
    char *state = shell("docker inspect -f '{{.State.Status}}' %s", name);
    return state ? g_strchomp(state) : g_strdup("");
}

static json_t *row_of(const char *verb)
{
    Outcome outcome = console_run(NULL, "home", verb, name, "--json", NULL);
    g_assert_cmpstr(outcome.err, ==, "");
    g_assert_cmpint(outcome.status, ==, 0);
    json_t *row = outcome_json(&outcome);
    outcome_clear(&outcome);
    return row;
}

static void check_text(const json_t *row, const char *member, const char *expected)
{
    g_assert_cmpstr(json_string_value(json_object_get(row, member)), ==, expected);
}

static void run_act(const char *verb, const char *option, const char *state)
{
    Outcome outcome = console_run(NULL, "home", verb, name, option, NULL);
    g_assert_cmpstr(outcome.err, ==, "");
    g_assert_cmpint(outcome.status, ==, 0);
    outcome_clear(&outcome);
    g_autofree char *now = engine_state();
    g_assert_cmpstr(now, ==, state);
}

static void test_life(void)
{
    start_container();
    json_t *status = row_of("status");
    check_text(status, "name", name);
    check_text(status, "state", "running");
    check_text(status, "common_name", "tick.example.com");
    check_text(status, "application", "app:app");
    check_text(status, "healthcheck", "/health");
    check_text(status, "expires", "2031-01-21T13:35:40Z");
    g_assert_cmpint(json_integer_value(json_object_get(status, "size")), ==,
                    (json_int_t)2048 << 20);
    json_decref(status);
    Outcome top = console_run(NULL, "home", "top", name, "--json", NULL);
    json_t *figures = outcome_json(&top);
    const json_t *row = json_array_get(figures, 0);
    g_assert_true(json_is_number(json_object_get(row, "cpu_percent")));
    g_assert_cmpint(json_integer_value(json_object_get(row, "processes")), ==, 1);
    json_decref(figures);
    outcome_clear(&top);
    run_act("stop", NULL, "exited");
    run_act("restart", NULL, "running");
    run_act("kill", "--yes", "exited");
    run_act("stop", "--remove", "");
}

static char *read_out(const Process *process)
{
    char *text = NULL;
    g_file_get_contents(process->out_path, &text, NULL, NULL);
    return text ? text : g_strdup("");
}

static unsigned count(const char *text, const char *part)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

/* How many of the events that were told so far are of that kind, and of our container. */
static unsigned count_events(const char *out, const char *kind)
{
    g_autofree char *event = g_strdup_printf("\"event\":\"%s\"", kind);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    unsigned n = 0;
    for (char **line = lines; *line != NULL; line++)
        n += strstr(*line, event) != NULL && strstr(*line, name) != NULL;
    return n;
}

/* Until the process printed the text so often; `counts` tells how often. */
static void wait_for(const Process *process, unsigned (*counts)(const char *out, const char *text),
                     const char *text, unsigned times)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *out = read_out(process);
        if (counts(out, text) >= times)
            return;
        struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 20), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* Until it tells of what happens: something happens again and again. */
static void await_events(const Process *events)
{
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    for (;;) {
        g_autofree char *done = shell("docker pause %s && docker unpause %s", name, name);
        g_autofree char *out = read_out(events);
        g_assert_nonnull(done);
        if (count_events(out, "unpause") > 0)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

/* A log is followed over a restart of its application, each line once; it ends with the container.
 * The events tell the same story. */
static void test_followed(void)
{
    start_container();
    g_autofree char *program = process_program("mse-console");
    const char *logs_argv[] = {program, "home", "logs", "-f", name, NULL};
    const char *events_argv[] = {program, "home", "events", "--json", NULL};
    Process events = process_start(events_argv, NULL);
    Process logs = process_start(logs_argv, NULL);
    wait_for(&logs, count, "line 1\n", 1);
    await_events(&events);
    run_act("restart", NULL, "running");
    wait_for(&logs, count, "line 0\n", 2);
    wait_for(&logs, count, "line 1\n", 2);
    run_act("remove", "--yes", "");
    Outcome log = process_finish(&logs);
    g_assert_cmpint(log.status, ==, 0);
    g_assert_cmpuint(count(log.out, "line 0\n"), ==, 2);
    g_assert_cmpuint(count(log.out, "line 1\n"), ==, 2);
    outcome_clear(&log);
    wait_for(&events, count_events, "destroy", 1);
    kill(events.pid, SIGTERM);
    Outcome told = process_finish(&events);
    g_assert_cmpint(told.status, ==, 143);
    g_assert_cmpuint(count_events(told.out, "start"), >=, 1);
    outcome_clear(&told);
}

static void on_engine(void (*test)(void))
{
    const char *why = make_image();
    if (why)
        g_test_skip(why);
    else
        test();
    if (!why)
        clean_up();
}

static void test_life_on_engine(void)
{
    on_engine(test_life);
}

static void test_followed_on_engine(void)
{
    on_engine(test_followed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    name = own_name("home");
    image = g_strconcat(name, ":1", NULL);
    g_test_add_func("/home-docker/life", test_life_on_engine);
    g_test_add_func("/home-docker/followed", test_followed_on_engine);
    int status = g_test_run();
    g_free(name);
    g_free(image);
    return status;
}
