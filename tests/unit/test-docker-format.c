/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an engine sends, taken apart: lists, logs, figures, events, times; and where an engine is.
 */
#include "config.h"

#include "core/limits.h"
#include "docker/private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static Span span(const char *text)
{
    return span_of(text, strlen(text));
}

static bool collect(Span value, void *data)
{
    g_ptr_array_add(data, g_strndup((const char *)value.data, value.size));
    return true;
}

/* Feeds in pieces of `step` bytes; the values joined with "|", or NULL when refused. */
static char *split(const char *text, bool of_array, size_t maximum, size_t step, bool *complete)
{
    JsonSplit state;
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    bool good = true;
    json_split_init(&state, of_array, maximum);
    for (size_t at = 0, size = strlen(text); good && at < size; at += step)
        good = json_split_feed(&state, span_of(text + at, MIN(step, size - at)), collect, values);
    *complete = good && json_split_complete(&state);
    json_split_clear(&state);
    g_ptr_array_add(values, NULL);
    return good ? g_strjoinv("|", (char **)values->pdata) : NULL;
}

static void test_split(void)
{
    static const struct {
        const char *text, *values; /* NULL: refused */
        bool of_array, complete;
    } cases[] = {
        {"[]", "", true, true},
        {" [ ] \n", "", true, true},
        {"[{\"a\":1},{\"b\":[{}]}]\n", "{\"a\":1}|{\"b\":[{}]}", true, true},
        {"[{\"a\":\"}]\\\"{\"} , {}]", "{\"a\":\"}]\\\"{\"}|{}", true, true},
        {"[{\"a\":\"\\\\\"},{}]", "{\"a\":\"\\\\\"}|{}", true, true},
        {"[{\"a\":1}", "{\"a\":1}", true, false},
        {"[{\"a\":1", "", true, false},
        {"[", "", true, false},
        {"", "", true, false},
        {"[{}{}]", NULL, true, false},
        {"[,{}]", NULL, true, false},
        {"[{},]", NULL, true, false},
        {"[{},,{}]", NULL, true, false},
        {"[{}]x", NULL, true, false},
        {"[1]", NULL, true, false},
        {"{}", NULL, true, false},
        {"null", NULL, true, false},
        {"<html>", NULL, true, false},
        {"{\"a\":1}\n{\"b\":2}\n", "{\"a\":1}|{\"b\":2}", false, true},
        {"{\"a\":1}{\"b\":2}", "{\"a\":1}|{\"b\":2}", false, true},
        {"{\"a\":1}\n{\"b\"", "{\"a\":1}", false, false},
        {"", "", false, true},
        {"{},{}", NULL, false, false},
        {"[]", NULL, false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (size_t step = 1; step < 8; step++) {
            bool complete;
            g_autofree char *got = split(cases[i].text, cases[i].of_array, 1000, step, &complete);
            g_assert_cmpstr(got, ==, cases[i].values);
            g_assert_cmpint(complete, ==, cases[i].complete);
        }
    bool complete;
    g_autofree char *fits = split("[{\"a\":1}]", true, 7, 3, &complete);
    g_assert_cmpstr(fits, ==, "{\"a\":1}");
    g_assert_null(split("[{\"a\":12}]", true, 7, 3, &complete));
}

static void test_times(void)
{
    static const struct {
        const char *text;
        int64_t time;
    } cases[] = {
        {"1970-01-01T00:00:01Z", 1000000000},
        {"1970-01-01T00:00:01.5Z", 1500000000},
        {"1970-01-01T00:00:01.000000001Z", 1000000001},
        {"1970-01-01T00:00:01.0000000019Z", 1000000001},
        {"1970-01-01T02:00:01.25+02:00", 1250000000},
        {"2026-11-21T03:49:00.392220037Z", 1795232940392220037},
        {"0001-01-01T00:00:00Z", 0},
        {"9999-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:01.Z", 0},
        {"1970-01-01T00:00:01", 0},
        {"1970-01-01 00:00:01Z", 0},
        {"", 0},
        {"yesterday", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(docker_time_of(span(cases[i].text)), ==, cases[i].time);
    g_assert_cmpint(docker_time_of_http("Sun, 06 Nov 1994 08:49:37 GMT"), ==,
                    INT64_C(784111777000000000));
    g_assert_cmpint(docker_time_of_http("Sun, 06 Nav 1994 08:49:37 GMT"), ==, 0);
    g_assert_cmpint(docker_time_of_http("Sun, 06 anF 1994 08:49:37 GMT"), ==, 0);
    g_assert_cmpint(docker_time_of_http("Sunday, 06-Nov-94 08:49:37 GMT"), ==, 0);
    g_assert_cmpint(docker_time_of_http(""), ==, 0);
    g_autofree char *seconds = docker_seconds(1500000000);
    g_assert_cmpstr(seconds, ==, "1.500000000");
}

/* Every line as "channel[+]time:text", '+' where it goes on with the one before. */
static void describe(GString *out, const DockerLog *log)
{
    const char *text = g_bytes_get_data(log->text, NULL);
    for (size_t i = 0; i < log->n_lines; i++) {
        const DockerLine *line = &log->lines[i];
        g_assert_cmpuint(line->offset + line->size, <=, g_bytes_get_size(log->text));
        g_string_append_printf(out, "%d%s%" G_GINT64_FORMAT ":%.*s|", line->channel,
                               line->continues ? "+" : " ", line->time / 1000000000,
                               (int)line->size, text + line->offset);
    }
}

/* NULL when the framing was found broken. */
static char *decode(const char *bytes, size_t size, DockerFraming framing, bool stamps, size_t step,
                    bool *whole)
{
    LogDecoder *decoder = log_decoder_new(framing, stamps);
    GString *out = g_string_new(NULL);
    bool good = true;
    for (size_t at = 0; good && at <= size; at += step) {
        DockerLog *log = NULL;
        if (at < size)
            good = log_decoder_feed(decoder, span_of(bytes + at, MIN(step, size - at)), &log);
        if (log != NULL)
            describe(out, log);
        docker_log_free(log);
    }
    DockerLog *rest = NULL;
    *whole = log_decoder_finish(decoder, &rest);
    if (rest != NULL)
        describe(out, rest);
    docker_log_free(rest);
    log_decoder_free(decoder);
    return g_string_free(out, !good);
}

#define FRAME(channel, size) channel "\0\0\0\0\0\0" size

static void test_logs(void)
{
#define LOG(text) text, sizeof text - 1
    static const struct {
        const char *bytes;
        size_t size;
        DockerFraming framing;
        bool stamps;
        const char *lines; /* NULL: broken */
        bool whole;
    } cases[] = {
        {LOG(FRAME("\1", "\3") "ab\n" FRAME("\2", "\2") "c\n"), DOCKER_FRAMING_GUESS, false,
         "1 0:ab|2 0:c|", true},
        {LOG(FRAME("\1", "\3") "ab\n" FRAME("\2", "\2") "c\n"), DOCKER_FRAMING_FRAMES, false,
         "1 0:ab|2 0:c|", true},
        {LOG("ab\r\ncd"), DOCKER_FRAMING_GUESS, false, "1 0:ab|1 0:cd|", true},
        {LOG("ab\r\n\n\xff\x1b[2J\n"), DOCKER_FRAMING_TTY, false, "1 0:ab|1 0:|1 0:\xff\x1b[2J|",
         true},
        {LOG("\1"), DOCKER_FRAMING_GUESS, false, "1 0:\1|", true},
        {LOG(""), DOCKER_FRAMING_GUESS, false, "", true},
        /* a line in two frames, with the other channel between */
        {LOG(FRAME("\1", "\2") "ab" FRAME("\2", "\2") "x\n" FRAME("\1", "\2") "c\n"),
         DOCKER_FRAMING_GUESS, false, "2 0:x|1 0:abc|", true},
        /* 4 GiB announced, three bytes come */
        {LOG("\1\0\0\0\xff\xff\xff\xff"
             "a\nb"),
         DOCKER_FRAMING_GUESS, false, "1 0:a|1 0:b|", false},
        {LOG(FRAME("\1", "\2") "a\n\1\0\0"), DOCKER_FRAMING_GUESS, false, "1 0:a|", false},
        {LOG(FRAME("\1", "\2") "a\nHTTP/1.1"), DOCKER_FRAMING_GUESS, false, NULL, false},
        {LOG(FRAME("\4", "\2") "a\n"), DOCKER_FRAMING_FRAMES, false, NULL, false},
        {LOG(FRAME("\1", "\0") FRAME("\2", "\1") "\n"), DOCKER_FRAMING_GUESS, false, "2 0:|", true},
        /* timestamps: of lines, of frames that go on with one, and what only looks like one */
        {LOG("1970-01-01T00:00:07Z a\n1970-01-01T00:00:08.5Z  b c\n\n"), DOCKER_FRAMING_TTY, true,
         "1 7:a|1 8: b c|1 0:|", true},
        {LOG(FRAME("\1", "\26") "1970-01-01T00:00:07Z a" FRAME("\1",
                                                               "\27") "1970-01-01T00:00:08Z b\n"),
         DOCKER_FRAMING_GUESS, true, "1 7:ab|", true},
        {LOG("a b\nc\n"), DOCKER_FRAMING_TTY, true, "1 0:a b|1 0:c|", true},
        {LOG("0123456789012345678901234567890123456789012345 x\n"), DOCKER_FRAMING_TTY, true,
         "1 0:0123456789012345678901234567890123456789012345 x|", true},
        {LOG(FRAME("\1", "\25") "1970-01-01T00:00:07Z "), DOCKER_FRAMING_GUESS, true, "1 7:|",
         true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (size_t step = 1; step < 60; step++) {
            bool whole;
            g_autofree char *got = decode(cases[i].bytes, cases[i].size, cases[i].framing,
                                          cases[i].stamps, step, &whole);
            g_assert_cmpstr(got, ==, cases[i].lines);
            if (got != NULL)
                g_assert_cmpint(whole, ==, cases[i].whole);
        }
}

/* A line of ten times the limit comes in ten pieces and a rest, and nothing is lost. */
static void test_long_line(void)
{
    size_t limit = limit_bytes(LIMIT_LOG_LINE), total = 10 * limit + 3, got = 0, pieces = 0;
    g_autofree char *block = g_strnfill(65536, 'x');
    LogDecoder *decoder = log_decoder_new(DOCKER_FRAMING_TTY, false);
    for (size_t left = total; left > 0;) {
        size_t n = MIN(left, 65536);
        DockerLog *log = NULL;
        g_assert_true(log_decoder_feed(decoder, span_of(block, n), &log));
        left -= n;
        for (size_t i = 0; log != NULL && i < log->n_lines; i++) {
            g_assert_true(log->lines[i].continued);
            g_assert_cmpint(log->lines[i].continues, ==, pieces > 0);
            g_assert_cmpuint(log->lines[i].size, ==, limit);
            got += log->lines[i].size;
            pieces++;
        }
        docker_log_free(log);
    }
    DockerLog *log = NULL;
    g_assert_true(log_decoder_feed(decoder, span("\nnext\n"), &log));
    g_assert_cmpuint(log->n_lines, ==, 2);
    g_assert_true(log->lines[0].continues);
    g_assert_false(log->lines[0].continued);
    g_assert_false(log->lines[1].continues);
    g_assert_cmpuint(got + log->lines[0].size, ==, total);
    g_assert_cmpuint(pieces, ==, 10);
    docker_log_free(log);
    log_decoder_free(decoder);
}

static void test_stats(void)
{
    static const char text[] =
        "{\"read\":\"1970-01-01T00:00:02.5Z\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":3000,"
        "\"percpu_usage\":[1,2]},\"system_cpu_usage\":20000,\"online_cpus\":4},"
        "\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":1000},\"system_cpu_usage\":12000},"
        "\"memory_stats\":{\"usage\":5000,\"limit\":9000,\"stats\":{\"inactive_file\":1000}},"
        "\"networks\":{\"eth0\":{\"rx_bytes\":1,\"tx_bytes\":2},\"eth1\":{\"rx_bytes\":10,"
        "\"tx_bytes\":20}},\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"op\":\"Read\","
        "\"value\":5},{\"op\":\"write\",\"value\":6},{\"op\":\"Read\",\"value\":7}]},"
        "\"pids_stats\":{\"current\":3}}";
    DockerStats stats;
    g_assert_true(docker_stats_read(span(text), &stats));
    g_assert_cmpint(stats.time, ==, 2500000000);
    g_assert_cmpfloat(stats.cpu, ==, 100.0); /* 2000 of 8000, of four processors */
    g_assert_cmpuint(stats.memory, ==, 4000);
    g_assert_cmpuint(stats.memory_limit, ==, 9000);
    g_assert_cmpuint(stats.received, ==, 11);
    g_assert_cmpuint(stats.sent, ==, 22);
    g_assert_cmpuint(stats.read, ==, 12);
    g_assert_cmpuint(stats.written, ==, 6);
    g_assert_cmpuint(stats.processes, ==, 3);
    /* the first sample, of a host with control groups of version 1, without a network */
    static const char first[] =
        "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":1000,\"percpu_usage\":[1,2]},"
        "\"system_cpu_usage\":12000},\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":0}},"
        "\"memory_stats\":{\"usage\":5000,\"stats\":{\"total_inactive_file\":2000,"
        "\"inactive_file\":1}},\"blkio_stats\":{\"io_service_bytes_recursive\":null}}";
    DockerStats before;
    g_assert_true(docker_stats_read(span(first), &before));
    g_assert_true(isnan(before.cpu));
    g_assert_cmpuint(before.processors, ==, 2);
    g_assert_cmpuint(before.memory, ==, 3000);
    g_assert_cmpuint(before.received, ==, UINT64_MAX);
    g_assert_cmpuint(before.read, ==, UINT64_MAX);
    g_assert_cmpfloat(docker_stats_cpu(&before, &stats), ==, 100.0);
    g_assert_true(isnan(docker_stats_cpu(&stats, &before)));
    g_assert_true(isnan(docker_stats_cpu(&stats, &stats)));
    static const char *const none[] = {"{}", "[]", "", "{\"cpu_stats\":1}", "{\"cpu_stats\":{}"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(docker_stats_read(span(none[i]), &stats));
    g_assert_true(docker_stats_read(
        span("{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":-1},\"online_cpus\":1e300}}"),
        &stats));
    g_assert_true(isnan(stats.cpu));
    g_assert_cmpuint(stats.memory, ==, UINT64_MAX);
}

static void test_event(void)
{
    bool rubbish;
    DockerEvent *event = docker_event_read(
        span("{\"status\":\"die\",\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":"
             "\"ab\",\"Attributes\":{\"name\":\"app1\",\"exitCode\":\"137\",\"image\":\"i\"}},"
             "\"time\":7,\"timeNano\":7000000001}"),
        &rubbish);
    g_assert_nonnull(event);
    g_assert_cmpstr(event->action, ==, "die");
    g_assert_cmpstr(event->id, ==, "ab");
    g_assert_cmpstr(event->name, ==, "app1");
    g_assert_cmpint(event->time, ==, 7000000001);
    g_assert_cmpstr(docker_label(event->attributes, event->n_attributes, "exitCode"), ==, "137");
    g_assert_null(docker_label(event->attributes, event->n_attributes, "absent"));
    docker_event_free(event);
    g_assert_null(docker_event_read(span("{\"Type\":\"network\",\"Action\":\"x\"}"), &rubbish));
    g_assert_false(rubbish);
    g_assert_null(docker_event_read(span("{\"Type\":1}"), &rubbish));
    g_assert_true(rubbish);
}

static char *data_file(const char *name)
{
    return g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data", "interop",
                            "docker", name, NULL);
}

/* A recorded answer, or NULL (and the test skipped). */
static GBytes *recorded(const char *name)
{
    g_autofree char *path = data_file(name);
    char *text;
    size_t size;
    if (g_file_get_contents(path, &text, &size, NULL))
        return g_bytes_new_take(text, size);
    g_test_skip("no recorded answers here");
    return NULL;
}

static void test_recorded_inspect(void)
{
    g_autoptr(GBytes) bytes = recorded("container_app1_raw.json");
    if (bytes == NULL)
        return;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    DockerInspect *app = docker_inspect_read(span_of(data, size));
    g_assert_nonnull(app);
    g_assert_cmpuint(strlen(app->id), ==, 64);
    g_assert_cmpstr(app->name, ==, "app1");
    g_assert_cmpstr(app->entrypoint[0], ==, "mse-run");
    g_assert_cmpstr(app->command[0], ==, "--size");
    g_assert_cmpstr(docker_label(app->labels, app->n_labels, "mse-home"), ==, "1");
    g_assert_cmpuint(app->n_ports, ==, 1);
    g_assert_cmpuint(app->ports[0].inside, ==, 443);
    g_assert_cmpuint(app->ports[0].host, >, 0);
    bool found = false;
    for (size_t i = 0; i < app->n_mounts; i++)
        found = found || g_str_equal(app->mounts[i].destination, "/opt/input");
    g_assert_true(found);
    g_assert_cmpint(app->created, >, 0);
    g_assert_false(app->tty);
    docker_inspect_free(app);
}

static void test_recorded_logs(void)
{
    g_autoptr(GBytes) bytes = recorded("logs_app1_multiplexed.bin");
    if (bytes == NULL)
        return;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    bool whole;
    g_autofree char *lines = decode(data, size, DOCKER_FRAMING_GUESS, false, size, &whole);
    g_assert_true(whole);
    g_assert_true(g_str_has_prefix(lines, "1 0:Reading args: --size 4096M"));
    for (size_t step = 1; step < 700; step += 13) {
        g_autofree char *same = decode(data, size, DOCKER_FRAMING_GUESS, false, step, &whole);
        g_assert_cmpstr(same, ==, lines);
    }
}

static void test_rubbish_inspect(void)
{
    static const char *const none[] = {"", "[]", "null", "{}", "{\"Id\":1}", "{\"Id\":\"\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_null(docker_inspect_read(span(none[i])));
    DockerInspect *odd = docker_inspect_read(
        span("{\"Id\":\"ab\",\"Name\":[],\"State\":7,\"Config\":{\"Cmd\":\"one\",\"Entrypoint\":"
             "null,\"Labels\":[],\"Env\":[1,\"A=b\"]},\"HostConfig\":{\"PortBindings\":{\"443/tcp\""
             ":null,\"x\":[{\"HostPort\":\"99999\"}],\"53/udp\":[{\"HostIp\":\"::\",\"HostPort\":"
             "\"53\"}]}},\"Mounts\":[1,{}]}"));
    g_assert_nonnull(odd);
    g_assert_cmpstr(odd->name, ==, "ab");
    g_assert_cmpstr(odd->state, ==, "");
    g_assert_cmpstr(odd->command[0], ==, "one");
    g_assert_null(odd->entrypoint[0]);
    g_assert_cmpuint(odd->n_ports, ==, 3);
    g_assert_cmpuint(odd->ports[0].inside, ==, 0);
    g_assert_cmpuint(odd->ports[0].host, ==, 0);
    g_assert_cmpuint(odd->ports[1].inside, ==, 53);
    g_assert_cmpstr(odd->ports[1].protocol, ==, "udp");
    g_assert_null(odd->ports[2].address);
    g_assert_cmpuint(odd->n_mounts, ==, 2);
    docker_inspect_free(odd);
}

/* What the engine chose is where it runs; what was asked for stays as it was. */
static void test_chosen_ports(void)
{
    static const struct {
        const char *config, *network;
        unsigned host;
    } cases[] = {
        {"{\"443/tcp\":[{\"HostPort\":\"7777\"}]}", "{\"443/tcp\":[{\"HostPort\":\"7778\"}]}",
         7777},
        {"{\"443/tcp\":[{\"HostPort\":\"\"}]}", "{\"443/tcp\":[{\"HostPort\":\"32768\"}]}", 32768},
        {"{\"443/tcp\":[{\"HostPort\":\"0\"}]}",
         "{\"80/tcp\":[{\"HostPort\":\"1\"}],\"443/tcp\":[{\"HostPort\":\"32769\"}]}", 32769},
        {"{}", "{\"443/tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"32770\"}]}", 32770},
        {"{\"443/tcp\":[{\"HostPort\":\"\"}]}", "{}", 0},
        {"{}", "{\"443/tcp\":null}", 0},
        {"null", "{\"443/tcp\":[{\"HostPort\":\"99999\"}]}", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("{\"Id\":\"a\",\"HostConfig\":{\"PortBindings\":%s}"
                                                ",\"NetworkSettings\":{\"Ports\":%s}}",
                                                cases[i].config, cases[i].network);
        g_autoptr(DockerInspect) inspect = docker_inspect_read(span(text));
        g_assert_cmpuint(inspect->n_ports, ==, 1);
        g_assert_cmpuint(inspect->ports[0].inside, ==, 443);
        g_assert_cmpuint(inspect->ports[0].host, ==, cases[i].host);
    }
}

static void test_versions(void)
{
    g_assert_cmpint(docker_compare_versions("1.24", "1.9"), >, 0);
    g_assert_cmpint(docker_compare_versions("1.41", "1.41"), ==, 0);
    g_assert_cmpint(docker_compare_versions("1.50", "2.0"), <, 0);
    static const char *const wrong[] = {"", "1", "1.", ".1", "1.2.3", "1.x", "-1.2", " 1.2"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(docker_is_version(wrong[i]));
    g_assert_true(docker_is_version("1.41"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/docker/split", test_split);
    g_test_add_func("/docker/times", test_times);
    g_test_add_func("/docker/logs", test_logs);
    g_test_add_func("/docker/long-line", test_long_line);
    g_test_add_func("/docker/stats", test_stats);
    g_test_add_func("/docker/event", test_event);
    g_test_add_func("/docker/versions", test_versions);
    g_test_add_func("/docker/inspect/rubbish", test_rubbish_inspect);
    g_test_add_func("/docker/inspect/chosen-ports", test_chosen_ports);
    g_test_add_func("/docker/inspect/recorded", test_recorded_inspect);
    g_test_add_func("/docker/logs/recorded", test_recorded_logs);
    return g_test_run();
}
