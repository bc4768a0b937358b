/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim engine over its socket: events, logs, figures, and what goes wrong on demand.
 */
#include "config.h"

#include "tests/unit/engine-support.h"
#include "tests/unit/sim-support.h"

#include <inttypes.h>
#include <string.h>

/* The first in that state with that label. Free with g_free. */
static char *id_of(const SimEngine *engine, const char *state, const char *label)
{
    json_t *list = ask_json(engine, "/containers/json?all=1");
    char *id = g_strdup(text_of(container_in(list, state, label), "Id"));
    json_decref(list);
    return id;
}

static Reply logs(const SimEngine *engine, const char *id, const char *query)
{
    g_autofree char *path = g_strdup_printf("/containers/%s/logs?%s", id, query);
    return ask(engine, "GET", path);
}

/* --- events ---------------------------------------------------------------------------------- */

/* Each line of an answer must be an event; those of `id` (NULL: all) as "action action …". */
static char *actions_of(const Reply *reply, const char *id)
{
    GString *actions = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(reply->body->str, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
        json_t *event = json_loads(lines[i], 0, NULL);
        g_assert_nonnull(event);
        const json_t *actor = json_object_get(event, "Actor");
        g_assert_cmpstr(text_of(event, "Type"), ==, "container");
        g_assert_nonnull(json_object_get(json_object_get(actor, "Attributes"), "name"));
        g_assert_cmpint(json_integer_value(json_object_get(event, "timeNano")), >,
                        json_integer_value(json_object_get(event, "time")));
        if (id == NULL || strcmp(text_of(actor, "ID"), id) == 0)
            g_string_append_printf(actions, "%s%s", actions->len ? " " : "",
                                   text_of(event, "Action"));
        json_decref(event);
    }
    return g_string_free(actions, FALSE);
}

/* What the engine's own clock says. */
static time_t clock_of(const SimEngine *engine)
{
    g_auto(Reply) reply = ask(engine, "GET", "/_ping");
    const char *date = g_hash_table_lookup(reply.headers, "date");
    g_assert_nonnull(date);
    return curl_getdate(date, NULL);
}

static void test_past_events(void)
{
    SimEngine engine = sim_engine_start("--at 2026-01-01T00:00:00Z");
    g_autofree char *id = id_of(&engine, "running", "mse-home");
    g_autofree char *stop = g_strdup_printf("/containers/%s/stop?t=0", id);
    g_autofree char *start = g_strdup_printf("/containers/%s/start", id);
    assert_answer(&engine, "POST", stop, 204, NULL);
    assert_answer(&engine, "POST", start, 204, NULL);
    /* `until` is after now: it must be waited for, and then be over. */
    const long until = (long)clock_of(&engine) + 2;
    g_autofree char *past = g_strdup_printf("/events?since=1767225600&until=%ld", until);
    g_auto(Reply) all = ask(&engine, "GET", past);
    g_assert_cmpint(all.code, ==, CURLE_OK);
    g_autofree char *actions = actions_of(&all, id);
    g_assert_cmpstr(actions, ==, "kill kill die stop start");
    g_autofree char *filtered =
        g_strconcat(past, "&filters=%7B%22event%22%3A%5B%22die%22%2C%22start%22%5D%7D", NULL);
    g_auto(Reply) dies = ask(&engine, "GET", filtered);
    g_autofree char *some = actions_of(&dies, id);
    g_assert_cmpstr(some, ==, "die start");
    g_auto(Reply) none = ask(&engine, "GET", "/events?since=1767225700&until=1767225601");
    g_assert_cmpint(none.status, ==, 400);
    assert_answer(&engine, "GET", "/events?since=abc", 500,
                  "strconv.ParseInt: parsing \"abc\": invalid syntax");
    sim_engine_stop(&engine);
}

static void test_live_events(void)
{
    SimEngine engine = sim_engine_start("--apps 100 --churn 2000");
    const unsigned count = 500;
    g_auto(Reply) reply = ask_until(&engine, "/events", enough_lines, &count);
    g_assert_cmpint(reply.code, ==, CURLE_WRITE_ERROR);
    g_string_truncate(reply.body, (gsize)(strrchr(reply.body->str, '\n') - reply.body->str) + 1);
    g_autofree char *actions = actions_of(&reply, NULL);
    g_assert_nonnull(strstr(actions, "die"));
    g_assert_nonnull(strstr(actions, "start"));
    g_assert_nonnull(strstr(actions, "health_status: "));
    sim_engine_stop(&engine);
}

/* --- logs ------------------------------------------------------------------------------------ */

typedef struct Frames {
    unsigned frames, lines, errors;
    size_t longest; /* of a frame */
    uint64_t bytes; /* of all */
} Frames;

static Frames frames_of(const GString *body)
{
    Frames out = {0};
    gsize at = 0;
    while (at < body->len) {
        const guint8 *head = (const guint8 *)body->str + at;
        g_assert_cmpuint(body->len - at, >, 8);
        g_assert_true(head[0] == 1 || head[0] == 2);
        g_assert_cmpuint(head[1] | head[2] | head[3], ==, 0);
        const size_t size =
            (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
        g_assert_cmpuint(size, <=, body->len - at - 8);
        out.frames++;
        out.errors += head[0] == 2;
        out.lines += head[7 + size] == '\n';
        out.longest = MAX(out.longest, size);
        out.bytes += size;
        at += 8 + size;
    }
    return out;
}

static void test_logs(void)
{
    SimEngine engine = sim_engine_start("--rate 0 --history 500 --api-max 1.41");
    g_autofree char *id = id_of(&engine, "running", "com.example.team");
    g_auto(Reply) all = logs(&engine, id, "stdout=1&stderr=1");
    const Frames frames = frames_of(all.body);
    g_assert_null(g_hash_table_lookup(all.headers, "content-type"));
    g_assert_cmpuint(frames.lines, ==, 500);
    g_assert_cmpuint(frames.errors, ==, 36); /* six lines of traceback, six times */
    g_auto(Reply) output = logs(&engine, id, "stdout=1"), errors = logs(&engine, id, "stderr=1");
    g_assert_cmpuint(frames_of(output.body).lines, ==, 464);
    g_assert_cmpuint(frames_of(errors.body).errors, ==, 36);
    g_auto(Reply) tail = logs(&engine, id, "stdout=1&stderr=1&tail=3");
    g_assert_cmpuint(frames_of(tail.body).lines, ==, 3);
    g_assert_cmpuint(tail.body->len, <, all.body->len);
    g_assert_true(memcmp(all.body->str + all.body->len - tail.body->len, tail.body->str,
                         tail.body->len) == 0);
    g_auto(Reply) none = logs(&engine, id, "stdout=1&tail=0"), which = logs(&engine, id, "tail=1");
    g_assert_cmpuint(none.body->len, ==, 0);
    g_assert_cmpint(which.status, ==, 400);
    sim_engine_stop(&engine);
}

/* Times go up, and since= takes up where they were. */
static void test_log_times(void)
{
    SimEngine engine = sim_engine_start("--rate 0 --history 500");
    g_autofree char *id = id_of(&engine, "running", "com.example.team");
    g_auto(Reply) tail = logs(&engine, id, "stdout=1&stderr=1&tail=10&timestamps=1");
    g_autofree char *last = NULL;
    for (gsize at = 0; at < tail.body->len;) {
        const guint8 *head = (const guint8 *)tail.body->str + at;
        g_autofree char *stamp = g_strndup(tail.body->str + at + 8, 30);
        g_assert_true(stamp[29] == 'Z' && tail.body->str[at + 38] == ' ');
        g_assert_true(last == NULL || strcmp(last, stamp) <= 0);
        g_free(last);
        last = g_steal_pointer(&stamp);
        at += 8 + ((size_t)head[6] << 8 | head[7]);
    }
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(last, NULL);
    g_autofree char *query = g_strdup_printf("stdout=1&stderr=1&since=%" G_GINT64_FORMAT ".%.9s",
                                             g_date_time_to_unix(time), last + 20);
    g_auto(Reply) rest = logs(&engine, id, query);
    g_assert_cmpuint(frames_of(rest.body).lines, ==, 1);
    sim_engine_stop(&engine);
}

static void test_log_types(void)
{
    SimEngine engine = sim_engine_start("--rate 0");
    g_autofree char *id = id_of(&engine, "running", "com.example.team");
    g_autofree char *new_path = g_strdup_printf("/v1.42/containers/%s/logs?stdout=1", id);
    g_autofree char *old_path = g_strdup_printf("/v1.41/containers/%s/logs?stdout=1", id);
    g_auto(Reply) newer = ask(&engine, "GET", new_path), older = ask(&engine, "GET", old_path);
    g_assert_cmpstr(g_hash_table_lookup(newer.headers, "content-type"), ==,
                    "application/vnd.docker.multiplexed-stream");
    g_assert_cmpstr(g_hash_table_lookup(older.headers, "content-type"), ==,
                    "application/vnd.docker.raw-stream");
    g_assert_true(g_string_equal(newer.body, older.body));
    sim_engine_stop(&engine);
}

/* A terminal's log has no frames, and its lines end as a terminal's do. */
static void test_terminal_log(void)
{
    SimEngine engine = sim_engine_start("--rate 0 --history 50");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    size_t i, found = 0;
    json_t *container;
    json_array_foreach(list, i, container)
    {
        g_autofree char *path = g_strdup_printf("/containers/%s/json", text_of(container, "Id"));
        json_t *inspected = ask_json(&engine, path);
        const bool tty = json_is_true(json_object_get(json_object_get(inspected, "Config"), "Tty"));
        json_decref(inspected);
        if (!tty)
            continue;
        g_auto(Reply) reply = logs(&engine, text_of(container, "Id"), "stdout=1&stderr=1");
        g_assert_true(g_str_has_prefix(reply.body->str, "Reading args: --size "));
        g_assert_true(g_str_has_suffix(reply.body->str, "\r\n"));
        g_auto(GStrv) lines = g_strsplit(reply.body->str, "\r\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 51);
        found++;
    }
    g_assert_cmpuint(found, >, 0);
    json_decref(list);
    sim_engine_stop(&engine);
}

static bool enough_bytes(const GString *body, const void *size)
{
    return body->len >= *(const size_t *)size;
}

/* As fast as it was told to, and every line once. */
static void test_followed_log(void)
{
    SimEngine engine = sim_engine_start("--rate 45000");
    g_autofree char *id = id_of(&engine, "running", "com.example.team");
    g_autofree char *path = g_strdup_printf("/containers/%s/logs?stdout=1&follow=1&tail=1000", id);
    const size_t size = 2000000;
    g_auto(Reply) reply = ask_until(&engine, path, enough_bytes, &size);
    g_assert_cmpint(reply.code, ==, CURLE_WRITE_ERROR);
    uint64_t before = 0;
    const char *at = reply.body->str;
    for (gsize offset = 0; offset + 8 < reply.body->len;) {
        const guint8 *head = (const guint8 *)at + offset;
        const size_t frame = (size_t)head[6] << 8 | head[7];
        if (offset + 8 + frame > reply.body->len)
            break;
        const char *hash = g_strrstr_len(at + offset + 8, (gssize)frame, "#");
        const uint64_t number = g_ascii_strtoull(hash + 1, NULL, 10);
        /* Tracebacks go to the other channel: six of them at most are between two. */
        g_assert_true(before == 0 || (number > before && number <= before + 7));
        before = number;
        offset += 8 + frame;
    }
    sim_engine_stop(&engine);
}

/* Lines longer than a piece come in pieces, and the engine keeps none of them. */
static void test_long_lines(void)
{
    SimEngine engine = sim_engine_start("--hostile --rate 0 --apps 28");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    size_t i;
    json_t *container;
    unsigned seen = 0;
    json_array_foreach(list, i, container)
    {
        const char *name =
            json_string_value(json_array_get(json_object_get(container, "Names"), 0));
        const bool huge = g_str_has_prefix(name, "/line-of-100-MB-");
        if (!huge && !g_str_has_prefix(name, "/long-lines-"))
            continue;
        g_autofree char *path = g_strdup_printf("/containers/%s/logs?stdout=1&stderr=1&tail=%u",
                                                text_of(container, "Id"), 30);
        g_auto(Reply) reply = ask(&engine, "GET", path);
        g_assert_cmpint(reply.code, ==, CURLE_OK);
        const Frames frames = frames_of(reply.body);
        g_assert_cmpuint(frames.lines, ==, 30);
        g_assert_cmpuint(frames.longest, ==, 16384);
        g_assert_cmpuint(frames.bytes, >, huge ? 100000000 : 90000);
        seen++;
    }
    g_assert_cmpuint(seen, >=, 2);
    g_assert_cmpuint(sim_engine_memory(&engine), <, 32 * 1024);
    json_decref(list);
    sim_engine_stop(&engine);
}

/* --- figures --------------------------------------------------------------------------------- */

/* As numbers with a point: an engine says 2^64 - 1 where there is no limit to processes. */
static json_t *stats_at(const SimEngine *engine, const char *path)
{
    g_auto(Reply) reply = ask(engine, "GET", path);
    g_assert_cmpint(reply.status, ==, 200);
    json_t *stats = json_loadb(reply.body->str, reply.body->len, JSON_DECODE_INT_AS_REAL, NULL);
    g_assert_nonnull(stats);
    return stats;
}

static double cpu_of(const json_t *stats, const char *key)
{
    const json_t *usage = json_object_get(json_object_get(stats, key), "cpu_usage");
    return json_real_value(json_object_get(usage, "total_usage"));
}

static void test_stats(void)
{
    SimEngine engine = sim_engine_start("");
    g_autofree char *id = id_of(&engine, "running", "mse-home");
    g_autofree char *exited = id_of(&engine, "exited", NULL);
    g_autofree char *at_once = g_strdup_printf("/containers/%s/stats?stream=0&one-shot=1", id);
    g_autofree char *one = g_strdup_printf("/containers/%s/stats?stream=0", id);
    g_autofree char *all = g_strdup_printf("/containers/%s/stats", id);
    g_autofree char *none = g_strdup_printf("/containers/%s/stats?stream=0", exited);
    json_t *first = stats_at(&engine, at_once), *second = stats_at(&engine, one);
    g_assert_cmpfloat(cpu_of(first, "cpu_stats"), >, 0);
    g_assert_cmpfloat(cpu_of(first, "precpu_stats"), ==, 0);
    g_assert_cmpfloat(cpu_of(second, "precpu_stats"), >=, cpu_of(first, "cpu_stats"));
    g_assert_cmpfloat(cpu_of(second, "cpu_stats"), >, cpu_of(second, "precpu_stats"));
    json_t *nothing = stats_at(&engine, none);
    g_assert_cmpfloat(cpu_of(nothing, "cpu_stats"), ==, 0);
    const unsigned samples = 2;
    g_auto(Reply) stream = ask_until(&engine, all, enough_lines, &samples);
    g_assert_cmpint(stream.code, ==, CURLE_WRITE_ERROR);
    json_decref(first);
    json_decref(second);
    json_decref(nothing);
    sim_engine_stop(&engine);
}

/* --- faults ---------------------------------------------------------------------------------- */

static const char LIST[] = "/containers/json?all=1";

static Reply list_with(const char *fault, long timeout)
{
    g_autofree char *options = g_strdup_printf("--fault %s", fault);
    SimEngine engine = sim_engine_start(options);
    assert_answer(&engine, "GET", "/_ping", 200, NULL); /* another call is well */
    Reply reply = ask_for(&engine, LIST, timeout);
    sim_engine_stop(&engine);
    return reply;
}

static bool is_json(const Reply *reply)
{
    json_t *document = json_loadb(reply->body->str, reply->body->len, 0, NULL);
    json_decref(document);
    return document != NULL;
}

static void test_faults(void)
{
    g_auto(Reply) hang = list_with("hang@list", 300);
    g_assert_cmpint(hang.code, ==, CURLE_OPERATION_TIMEDOUT);
    g_auto(Reply) reset = list_with("reset@list", 60000);
    g_assert_cmpint(reset.code, ==, CURLE_RECV_ERROR);
    g_auto(Reply) status = list_with("status=503@list", 60000);
    g_assert_cmpint(status.status, ==, 503);
    g_assert_true(is_json(&status));
    g_auto(Reply) truncated = list_with("truncate@list", 60000);
    g_assert_cmpint(truncated.code, ==, CURLE_PARTIAL_FILE);
    g_assert_cmpuint(truncated.body->len, >, 100);
    g_auto(Reply) garbage = list_with("garbage@list", 60000);
    g_assert_cmpuint(garbage.body->len, ==, 1000);
    g_assert_false(is_json(&garbage));
    g_auto(Reply) half = list_with("half-json@list", 60000);
    g_assert_cmpint(half.code, ==, CURLE_OK);
    g_assert_cmpuint(half.body->len, >, 100);
    g_assert_false(is_json(&half));
    g_auto(Reply) chunk = list_with("bad-chunk@list", 60000);
    g_assert_cmpint(chunk.code, !=, CURLE_OK);
    g_assert_cmpint(chunk.status, ==, 200);
    g_auto(Reply) huge = list_with("huge-json@list", 60000);
    g_assert_cmpint(huge.code, ==, CURLE_OK);
    g_assert_cmpuint(huge.body->len, >, 50000000);
    g_assert_true(is_json(&huge));
    g_auto(Reply) text = list_with("bad-text@list", 60000);
    g_assert_cmpint(text.code, ==, CURLE_OK);
    g_assert_false(is_json(&text));
}

static void test_delays(void)
{
    gint64 start = g_get_monotonic_time();
    g_auto(Reply) slow = list_with("slow=300@list", 60000);
    g_assert_cmpint(slow.status, ==, 200);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 300000);
    SimEngine engine = sim_engine_start("--fault freeze=4@*");
    start = g_get_monotonic_time();
    assert_answer(&engine, "GET", LIST, 200, NULL);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 4 * G_USEC_PER_SEC);
    g_auto(Reply) again = ask_for(&engine, LIST, 3900);
    g_assert_cmpint(again.code, ==, CURLE_OK); /* once */
    sim_engine_stop(&engine);
}

static void test_stream_faults(void)
{
    SimEngine cut = sim_engine_start("--churn 1000 --fault truncate@events");
    g_auto(Reply) events = ask(&cut, "GET", "/events");
    g_assert_cmpint(events.code, !=, CURLE_OK);
    g_assert_cmpuint(events.body->len, ==, 300);
    sim_engine_stop(&cut);
    SimEngine half = sim_engine_start("--churn 1000 --fault half-json@events");
    g_auto(Reply) over = ask(&half, "GET", "/events");
    g_assert_cmpint(over.code, ==, CURLE_OK);
    g_assert_cmpuint(over.body->len, ==, 300);
    sim_engine_stop(&half);
    SimEngine chunk = sim_engine_start("--churn 1000 --fault bad-chunk@events");
    g_auto(Reply) lied = ask(&chunk, "GET", "/events");
    g_assert_cmpint(lied.code, !=, CURLE_OK);
    sim_engine_stop(&chunk);
    SimEngine frame = sim_engine_start("--fault huge-frame@logs");
    g_autofree char *id = id_of(&frame, "running", "mse-home");
    g_auto(Reply) log = logs(&frame, id, "stdout=1&stderr=1");
    g_assert_cmpint(memcmp(log.body->str + 4, "\xff\xff\xff\xff", 4), ==, 0);
    sim_engine_stop(&frame);
}

/* --- a crowd --------------------------------------------------------------------------------- */

/* Many who do not read cost little, and nobody else has to wait for them. */
static void test_slow_readers(void)
{
    enum { CROWD = 200 };
    SimEngine engine = sim_engine_start("--apps 100 --churn 1000 --rate 10000 --history 1000000");
    g_autofree char *id = id_of(&engine, "running", "com.example.team");
    g_autofree char *url =
        g_strdup_printf("http://engine/containers/%s/logs?stdout=1&stderr=1&follow=1", id);
    CURL *crowd[CROWD];
    for (unsigned i = 0; i < CROWD; i++) {
        crowd[i] = curl_easy_init();
        curl_easy_setopt(crowd[i], CURLOPT_URL, url);
        curl_easy_setopt(crowd[i], CURLOPT_UNIX_SOCKET_PATH, engine.socket);
        curl_easy_setopt(crowd[i], CURLOPT_CONNECT_ONLY, 1L);
        g_assert_cmpint(curl_easy_perform(crowd[i]), ==, CURLE_OK);
        g_autofree char *request =
            g_strdup_printf("GET %s HTTP/1.1\r\nHost: engine\r\n\r\n",
                            i % 2 == 0 ? "/events?since=1" : strstr(url, "/containers"));
        size_t sent;
        g_assert_cmpint(curl_easy_send(crowd[i], request, strlen(request), &sent), ==, CURLE_OK);
    }
    for (unsigned i = 0; i < 10; i++)
        assert_answer(&engine, "GET", LIST, 200, NULL);
    g_assert_cmpuint(sim_engine_memory(&engine), <, 64 * 1024);
    for (unsigned i = 0; i < CROWD; i++)
        curl_easy_cleanup(crowd[i]);
    sim_engine_stop(&engine);
}

/* --- the real client ------------------------------------------------------------------------- */

static Ran docker(const SimEngine *engine, const char *words)
{
    g_autofree char *line =
        g_strdup_printf("timeout 300 docker -H unix://%s %s", engine->socket, words);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    return run_words((const char *const *)argv);
}

static unsigned count_lines(const char *text)
{
    unsigned n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void test_docker(void)
{
    g_autofree char *program = g_find_program_in_path("docker");
    if (program == NULL) {
        g_test_skip("no docker command is installed");
        return;
    }
    SimEngine engine = sim_engine_start("--apps 40 --rate 0");
    g_autofree char *id = id_of(&engine, "running", "mse-home");
    g_auto(Ran) ps = docker(&engine, "ps -a --no-trunc --format {{.ID}}");
    g_assert_cmpint(ps.status, ==, 0);
    g_assert_cmpuint(count_lines(ps.out), ==, 46);
    g_assert_nonnull(strstr(ps.out, id));
    g_autofree char *logs_words = g_strconcat("logs --tail 5 -t ", id, NULL);
    g_auto(Ran) tail = docker(&engine, logs_words);
    g_assert_cmpint(tail.status, ==, 0);
    g_assert_cmpuint(count_lines(tail.out) + count_lines(tail.err), ==, 5);
    g_autofree char *inspect_words =
        g_strconcat("inspect --format {{.State.Status}}/{{.Path}} ", id, NULL);
    g_auto(Ran) inspected = docker(&engine, inspect_words);
    g_assert_cmpstr(inspected.out, ==, "running/mse-run\n");
    g_auto(Ran) stats = docker(&engine, "stats --no-stream --format {{.Container}}/{{.CPUPerc}}");
    g_assert_cmpint(stats.status, ==, 0);
    g_assert_nonnull(strchr(stats.out, '%'));
    g_autofree char *stop_words = g_strconcat("stop -t 0 ", id, NULL);
    g_auto(Ran) stopped = docker(&engine, stop_words);
    g_assert_cmpint(stopped.status, ==, 0);
    g_auto(Ran) events =
        docker(&engine, "events --since 10m --until=-1s --format {{.Action}}:{{.ID}}");
    g_assert_cmpint(events.status, ==, 0);
    g_assert_nonnull(strstr(events.out, "die:"));
    sim_engine_stop(&engine);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_test_add_func("/sim-engine/events/past", test_past_events);
    g_test_add_func("/sim-engine/events/live", test_live_events);
    g_test_add_func("/sim-engine/logs/frames", test_logs);
    g_test_add_func("/sim-engine/logs/times", test_log_times);
    g_test_add_func("/sim-engine/logs/types", test_log_types);
    g_test_add_func("/sim-engine/logs/terminal", test_terminal_log);
    g_test_add_func("/sim-engine/logs/followed", test_followed_log);
    g_test_add_func("/sim-engine/logs/long-lines", test_long_lines);
    g_test_add_func("/sim-engine/stats", test_stats);
    g_test_add_func("/sim-engine/faults/answers", test_faults);
    g_test_add_func("/sim-engine/faults/delays", test_delays);
    g_test_add_func("/sim-engine/faults/streams", test_stream_faults);
    g_test_add_func("/sim-engine/slow-readers", test_slow_readers);
    g_test_add_func("/sim-engine/docker", test_docker);
    const int status = g_test_run();
    curl_global_cleanup();
    return status;
}
