/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calls and streams against engines that behave, break off, freeze, drip and lie. What is to happen
 * within a deadline is waited for no longer than that.
 */
#include "config.h"

#include "core/clock.h"
#include "docker/private.h"

#include "tests/unit/fake_engine.h"

#include <dirent.h>
#include <string.h>

#define PATIENCE (120 * G_USEC_PER_SEC)

static DockerEngine *engine_at(const char *address)
{
    GError *error = NULL;
    const DockerEnvironment environment = {.host = address, .home = g_get_tmp_dir()};
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, &error);
    g_assert_no_error(error);
    return docker_engine_new(endpoint);
}

static void assert_says(const GError *error, const char *words)
{
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, words);
    g_assert_null(strchr(error->message, '\x1b'));
}

static bool note(const DockerContainer *container, void *data)
{
    g_string_append_printf(data, "%s %s %s;", container->id, container->name, container->state);
    return true;
}

/* The list as text; NULL with `error` set. */
static char *list(DockerEngine *engine, GError **error)
{
    GString *out = g_string_new(NULL);
    bool good = docker_engine_list(engine, note, out, NULL, error);
    return g_string_free(out, !good);
}

#define LIST_1 "{\"Id\":\"aa\",\"Names\":[\"/other/x\",\"/one\"],\"State\":\"running\"}"
#define LIST_2 "{\"Id\":\"bb\",\"Names\":null,\"State\":\"exited\"}"

static void test_hello(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(NULL, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerHello) hello = docker_engine_hello(engine, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(hello->api, ==, "1.41");
    g_assert_cmpstr(hello->version, ==, "20.10.24");
    g_assert_cmpstr(hello->platform, ==, "linux/x");
    g_assert_cmpint(hello->time, ==, INT64_C(784111777000000000));
    g_assert_cmpuint(fake_engine_connections(fake), ==, 1); /* used again */
}

static void test_versions(void)
{
    static const struct {
        const char *offered, *spoken; /* NULL: refused */
    } cases[] = {
        {"1.24", "1.24"}, {"1.41", "1.41"}, {"1.50", "1.50"}, {"1.99", "1.50"},  {"2.0", "1.50"},
        {"1.23", NULL},   {"0.9", NULL},    {"banana", NULL}, {"\x1b[2J", NULL}, {"", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = g_strdup_printf("HTTP/1.1 200 OK\r\nApi-Version: %s\r\n"
                                                  "Content-Length: 2\r\n\r\nOK",
                                                  cases[i].offered);
        const FakeRoute routes[] = {
            {.match = "/_ping", .answer = answer},
            {.match = "/containers/json", .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n[]"},
            {.match = NULL},
        };
        g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
        g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
        g_autoptr(GError) error = NULL;
        g_autofree char *got = list(engine, &error);
        if (cases[i].spoken == NULL) {
            g_assert_null(got);
            g_assert_true(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_VERSION) ||
                          g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_RUBBISH));
            assert_says(error, "version");
            continue;
        }
        g_assert_no_error(error);
        g_autofree char *requests = fake_engine_requests(fake);
        g_autofree char *wanted =
            g_strdup_printf("\nGET /v%s/containers/json?all=1 ", cases[i].spoken);
        g_assert_nonnull(strstr(requests, wanted));
    }
}

/* An engine of before 17.04 names its version in /version alone; a newer one may refuse ours. */
static void test_version_elsewhere(void)
{
    static const FakeRoute old[] = {
        {.match = "/_ping", .answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"},
        {.match = "/containers/json", .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n[]"},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(old, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(GError) error = NULL;
    g_autofree char *got = list(engine, &error);
    g_assert_no_error(error);
    static const FakeRoute refusing[] = {
        {.match = "/containers/json",
         .answer = "HTTP/1.1 400 Bad Request\r\n\r\n{\"message\":\"client "
                   "version 1.41 is too old. Minimum supported API version is 1.99\"}",
         .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) newer = fake_engine_start(refusing, NULL);
    g_autoptr(DockerEngine) other = engine_at(fake_engine_address(newer));
    g_assert_null(list(other, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_VERSION);
    assert_says(error, "1.99");
    g_assert_false(docker_has_version(other)); /* the next call agrees anew */
}

static void test_list(void)
{
    static const FakeRoute whole[] = {
        {.match = "/containers/json",
         .answer = FAKE_CHUNKED "1\r\n[\r\n" /* and so on, in pieces */
                                "30\r\n{\"Id\":\"aa\",\"Names\":[\"/other/x\",\"/one\"],\"State\":"
                                "\"\r\n9\r\nrunning\"}\r\n1\r\n]\r\n0\r\n\r\n"},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(whole, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(GError) error = NULL;
    g_autofree char *got = list(engine, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(got, ==, "aa one running;");
}

/* Each way in which a list can go wrong has its own error, and what came before it was given. */
static void test_list_faults(void)
{
    static const struct {
        const char *answer;
        FakeThen then;
        int code;
        const char *words, *given;
    } cases[] = {
        {FAKE_HEAD "Content-Length: 900\r\n\r\n[" LIST_1 "," LIST_2, FAKE_CLOSE, DOCKER_ERROR_AWAY,
         "in the middle", "aa one running;bb bb exited;"},
        {FAKE_HEAD "Content-Length: 900\r\n\r\n[" LIST_1 ",{\"Id", FAKE_RESET, DOCKER_ERROR_AWAY,
         "", "aa one running;"},
        {FAKE_HEAD "\r\n[" LIST_1 ",{\"Id", FAKE_CLOSE, DOCKER_ERROR_RUBBISH, "no list",
         "aa one running;"},
        {FAKE_HEAD "Content-Length: 2\r\n\r\n{}", FAKE_KEEP, DOCKER_ERROR_RUBBISH, "no list", ""},
        {FAKE_HEAD "Content-Length: 4\r\n\r\n[{}]", FAKE_KEEP, DOCKER_ERROR_RUBBISH, "no list", ""},
        {FAKE_HEAD "Content-Length: 9\r\n\r\n[{\"Id\":]}", FAKE_KEEP, DOCKER_ERROR_RUBBISH,
         "no list", ""},
        {FAKE_CHUNKED "fffffffffffffffff\r\n[]", FAKE_CLOSE, DOCKER_ERROR_RUBBISH, "", ""},
        {FAKE_CHUNKED "xyz\r\n[]", FAKE_CLOSE, DOCKER_ERROR_RUBBISH, "", ""},
        {FAKE_CHUNKED "7fffffff\r\n[]", FAKE_CLOSE, DOCKER_ERROR_AWAY, "", ""},
        {FAKE_CHUNKED "2\r\n[]XX0\r\n\r\n", FAKE_CLOSE, DOCKER_ERROR_RUBBISH, "", ""},
        {"\x1b]0;x\a\r\n\r\n", FAKE_CLOSE, DOCKER_ERROR_RUBBISH, "HTTP", ""},
        {"HTTP/1.1 500 No\r\n\r\n{\"message\":\"bo\\u001bom\"}", FAKE_CLOSE, DOCKER_ERROR_ENGINE,
         "500: bo\\x1bom", ""},
        {"HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nno\n", FAKE_KEEP, DOCKER_ERROR_PERMISSION,
         "403: no", ""},
        {"HTTP/1.1 302 Go\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n", FAKE_KEEP,
         DOCKER_ERROR_RUBBISH, "302", ""},
        {NULL, FAKE_CLOSE, DOCKER_ERROR_AWAY, "", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const FakeRoute routes[] = {
            {.match = "/containers/json", .answer = cases[i].answer, .then = cases[i].then},
            {.match = NULL},
        };
        g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
        g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) out = g_string_new(NULL);
        g_assert_false(docker_engine_list(engine, note, out, NULL, &error));
        g_assert_error(error, DOCKER_ERROR, cases[i].code);
        assert_says(error, cases[i].words);
        assert_says(error, "cannot list the containers");
        /* Of what a reset took along, nothing can be said. */
        if (cases[i].then != FAKE_RESET)
            g_assert_cmpstr(out->str, ==, cases[i].given);
    }
}

static void test_acts(void)
{
    static const FakeRoute routes[] = {
        {.match = "POST /v1.41/containers/app%20%2F1/start ", .answer = "HTTP/1.1 204 No\r\n\r\n"},
        {.match = "/containers/a/start ", .answer = "HTTP/1.1 304 Not Modified\r\n\r\n"},
        {.match = "/containers/a/stop?t=1 ", .answer = "HTTP/1.1 204 No\r\n\r\n"},
        {.match = "/containers/a/restart?t=1 ", .answer = "HTTP/1.1 204 No\r\n\r\n"},
        {.match = "/containers/a/kill ",
         .answer = "HTTP/1.1 409 Conflict\r\n\r\n"
                   "{\"message\":\"a is not running\"}",
         .then = FAKE_CLOSE},
        {.match = "DELETE /v1.41/containers/a?v=1 ", .answer = "HTTP/1.1 204 No\r\n\r\n"},
        {.match = "DELETE /v1.41/containers/a?v=1&force=1 ", .answer = "HTTP/1.1 204 No\r\n\r\n"},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(GError) error = NULL;
    g_assert_true(docker_engine_act(engine, DOCKER_START, "app /1", NULL, &error));
    static const DockerAct acts[] = {DOCKER_START, DOCKER_STOP, DOCKER_RESTART, DOCKER_REMOVE,
                                     DOCKER_REMOVE_RUNNING};
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        g_assert_true(docker_engine_act(engine, acts[i], "a", NULL, &error));
        g_assert_no_error(error);
    }
    g_assert_false(docker_engine_act(engine, DOCKER_KILL, "a", NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT);
    assert_says(error, "cannot kill a ");
    assert_says(error, "is not running");
    g_clear_error(&error);
    g_assert_false(docker_engine_act(engine, DOCKER_STOP, "\x1b[31mno", NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    assert_says(error, "cannot stop \\x1b[31mno");
}

static void test_away(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "nobody.sock", NULL);
    g_autofree char *address = g_strconcat("unix://", path, NULL);
    g_autoptr(DockerEngine) engine = engine_at(address);
    g_assert_null(docker_engine_hello(engine, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
    assert_says(error, "is the engine running?");
    assert_says(error, path);
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(path, "", 0, NULL)); /* a leftover: nobody listens */
    g_assert_null(docker_engine_hello(engine, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
    assert_says(error, "nobody answers");
    g_clear_error(&error);
    g_autoptr(DockerEngine) remote = engine_at("tcp://127.0.0.1:1");
    g_assert_null(docker_engine_hello(remote, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
}

/* A frozen engine is left within the deadline of the caller, and the pause between two bytes is
 * not the engine's to choose. */
static void test_frozen(void)
{
    static const FakeRoute routes[] = {
        {.match = "/slow", .answer = FAKE_HEAD "Content-Length: 100\r\n\r\n{", .then = FAKE_HOLD},
        {.match = "/drip", .answer = FAKE_CHUNKED "ff\r\n{\"a\"", .then = FAKE_DRIP},
        {.match = "/mute", .then = FAKE_HOLD},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(GError) error = NULL;
    static const char *const paths[] = {"/slow", "/drip", "/mute"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        const DockerCall call = {.path = (char *)paths[i],
                                 .what = (char *)"cannot ask",
                                 .head_deadline = 150,
                                 .idle_deadline = 150,
                                 .total_deadline = 300};
        g_assert_null(docker_ask(engine, &call, NULL, &error));
        g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_FROZEN);
        assert_says(error, "frozen");
        g_clear_error(&error);
        const DockerCall patient = {.path = (char *)paths[i], .what = (char *)"cannot ask"};
        g_autoptr(Cancel) cancel = cancel_new();
        cancel_set_deadline(cancel, 50);
        g_assert_null(docker_ask(engine, &patient, cancel, &error));
        g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
        g_clear_error(&error);
    }
}

static DockerMessage *next(DockerStream *stream)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(cancel, PATIENCE / 1000);
    DockerMessage *message = docker_stream_wait(stream, cancel, &error);
    g_assert_no_error(error);
    return message;
}

static void test_events(void)
{
    static const FakeRoute routes[] = {
        {.match = "GET /v1.41/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D"
                  "&since=1.500000000 ",
         .answer = FAKE_CHUNKED
         "91\r\n{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"aa\","
         "\"Attributes\":{\"name\":\"one\"}},\"timeNano\":7}\n"
         "{\"Type\":\"network\",\"Action\":\"connect\"}\n{\"Type\":\r\n"
         "1f\r\n\"container\",\"Action\":\"die\"}\n   \r\n",
         .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    g_autoptr(DockerStream) stream = docker_engine_events(engine, 1500000000, NULL);
    static const DockerMessageKind kinds[] = {DOCKER_MESSAGE_OPEN, DOCKER_MESSAGE_EVENT,
                                              DOCKER_MESSAGE_EVENT, DOCKER_MESSAGE_END};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(DockerMessage) message = next(stream);
        g_assert_cmpint(message->kind, ==, kinds[i]);
        if (i == 1)
            g_assert_cmpstr(message->event->name, ==, "one");
        if (i == 2)
            g_assert_cmpstr(message->event->action, ==, "die");
        if (i == 3)
            g_assert_error(message->error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
    }
    g_assert_null(docker_stream_take(stream));
    g_autoptr(GError) error = NULL;
    g_assert_null(docker_stream_wait(stream, NULL, &error));
    g_assert_nonnull(error);
}

static void flood(FakeConnection *connection)
{
    g_autofree char *line = g_strnfill(1023, 'x');
    static const char head[] = "\1\0\0\0\xff\xff\xff\xff";
    GString *block = g_string_new(NULL);
    for (int i = 0; i < 64; i++) /* 64 KiB of lines */
        g_string_append_printf(block, "%s\n", line);
    g_autofree char *size = g_strdup_printf("%x\r\n", (unsigned)block->len);
    bool good = fake_write(connection, "8\r\n", 3) && fake_write(connection, head, 8) &&
                fake_write(connection, "\r\n", 2);
    for (int i = 0; good && i < 1024; i++) /* 64 MiB of the 4 GiB announced */
        good = fake_write(connection, size, strlen(size)) &&
               fake_write(connection, block->str, block->len) && fake_write(connection, "\r\n", 2);
    g_string_free(block, TRUE);
}

/* 64 MiB of lines, read slower than they come: nothing is lost, and little is held. */
static void test_flood(void)
{
    static const FakeRoute routes[] = {
        {.match = "/containers/a/logs?stdout=1&stderr=1&follow=1&timestamps=0&tail=10 ",
         .answer = FAKE_CHUNKED,
         .serve = flood,
         .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    const DockerLogsRequest request = {.tail = 10, .follow = true};
    g_autoptr(DockerStream) stream = docker_engine_logs(engine, "a", &request, NULL);
    size_t lines = 0;
    bool ended = false;
    while (!ended) {
        g_autoptr(DockerMessage) message = next(stream);
        for (size_t i = 0; message->log != NULL && i < message->log->n_lines; i++)
            g_assert_cmpuint(message->log->lines[i].size, ==, 1023);
        lines += message->log != NULL ? message->log->n_lines : 0;
        ended = message->kind == DOCKER_MESSAGE_END;
        if (ended)
            g_assert_nonnull(message->error); /* the frame announced more */
    }
    g_assert_cmpuint(lines, ==, 64 * 1024);
}

static void test_log_faults(void)
{
    static const struct {
        const char *answer;
        size_t size;
        FakeThen then;
        int code;
        const char *words;
    } cases[] = {
#define RAW(text) text, sizeof text - 1
        {RAW(FAKE_HEAD "Content-Length: 13\r\n\r\n\1\0\0\0\0\0\0\2a\nxxx"), FAKE_KEEP,
         DOCKER_ERROR_RUBBISH, "cut short"},
        {RAW(FAKE_HEAD "Content-Length: 18\r\n\r\n\1\0\0\0\0\0\0\2a\nHTTP/1.1"), FAKE_KEEP,
         DOCKER_ERROR_RUBBISH, "frames"},
        {RAW(FAKE_HEAD "Content-Length: 99\r\n\r\n\1\0\0\0\0\0\0\2a\n"), FAKE_CLOSE,
         DOCKER_ERROR_AWAY, "in the middle"},
        {RAW("HTTP/1.1 404 No\r\n\r\n{\"message\":\"No such thing: a\"}"), FAKE_CLOSE,
         DOCKER_ERROR_NOT_FOUND, "cannot read the log of a "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const FakeRoute routes[] = {
            {.match = "/logs",
             .answer = cases[i].answer,
             .size = cases[i].size,
             .then = cases[i].then},
            {.match = NULL},
        };
        g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
        g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
        const DockerLogsRequest request = {.tail = -1};
        g_autoptr(DockerStream) stream = docker_engine_logs(engine, "a", &request, NULL);
        for (bool ended = false; !ended;) {
            g_autoptr(DockerMessage) message = next(stream);
            ended = message->kind == DOCKER_MESSAGE_END;
            if (!ended)
                continue;
            g_assert_error(message->error, DOCKER_ERROR, cases[i].code);
            assert_says(message->error, cases[i].words);
        }
    }
}

typedef struct Watched {
    GMutex mutex;
    GCond cond;
    unsigned notified;
    bool freed;
} Watched;

static void on_notify(DockerStream *stream, void *data)
{
    Watched *watched = data;
    (void)stream;
    g_mutex_lock(&watched->mutex);
    watched->notified++;
    g_cond_signal(&watched->cond);
    g_mutex_unlock(&watched->mutex);
}

static void on_free(gpointer data)
{
    Watched *watched = data;
    g_mutex_lock(&watched->mutex);
    watched->freed = true;
    g_cond_signal(&watched->cond);
    g_mutex_unlock(&watched->mutex);
}

static bool await(Watched *watched, unsigned notified, bool freed)
{
    int64_t until = g_get_monotonic_time() + PATIENCE;
    g_mutex_lock(&watched->mutex);
    while ((watched->notified < notified || watched->freed < freed) &&
           g_cond_wait_until(&watched->cond, &watched->mutex, until))
        continue;
    bool good = watched->notified >= notified && watched->freed >= freed;
    g_mutex_unlock(&watched->mutex);
    return good;
}

/* A stream that nobody waits for tells when there is something, and frees its watcher once it is
 * closed, wherever it was. */
static void test_watcher(void)
{
    static const FakeRoute routes[] = {
        {.match = "/containers/a/stats?stream=1 ", .answer = FAKE_CHUNKED, .then = FAKE_HOLD},
        {.match = "/containers/b/stats?stream=1 ", .then = FAKE_HOLD},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    static const char *const ids[] = {"a", "b"};
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        Watched watched = {.notified = 0};
        const DockerWatcher watcher = {on_notify, &watched, on_free};
        DockerStream *stream = docker_engine_stats(engine, ids[i], &watcher);
        g_assert_true(await(&watched, 1, false));
        for (unsigned seen = 1; i == 0;) {
            g_autoptr(DockerMessage) message = docker_stream_take(stream);
            if (message != NULL && message->kind == DOCKER_MESSAGE_OPEN)
                break;
            g_assert_true(await(&watched, ++seen, false));
        }
        docker_stream_close(stream);
        g_assert_true(await(&watched, 1, true));
    }
}

static unsigned count_entries(const char *path)
{
    unsigned n = 0;
    DIR *directory = opendir(path);
    while (directory != NULL && readdir(directory) != NULL)
        n++;
    closedir(directory);
    return n;
}

/* Connected again 200 times, in every way a connection ends: neither descriptors nor threads grow
 * on our side. */
static void test_reconnects(void)
{
    static const FakeRoute routes[] = {
        {.match = "/events", .answer = FAKE_CHUNKED, .then = FAKE_HOLD},
        {.match = "/containers/json",
         .answer = FAKE_HEAD "Content-Length: 9\r\n\r\n[",
         .then = FAKE_RESET},
        {.match = "/logs", .answer = FAKE_CHUNKED "1", .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    unsigned threads = 0, descriptors = 0;
    for (unsigned i = 0; i < 200; i++) {
        g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
        g_autoptr(GError) error = NULL;
        g_autoptr(DockerStream) events = docker_engine_events(engine, 0, NULL);
        const DockerLogsRequest request = {.follow = true};
        g_autoptr(DockerStream) logs = docker_engine_logs(engine, "a", &request, NULL);
        g_assert_null(list(engine, &error));
        g_autoptr(DockerMessage) opened = next(events);
        g_assert_cmpint(opened->kind, ==, DOCKER_MESSAGE_OPEN);
        if (i != 20)
            continue;
        threads = count_entries("/proc/self/task");
        descriptors = count_entries("/proc/self/fd");
    }
    /* The server's own threads and descriptors end with the connections: within a deadline. */
    int64_t until = clock_monotonic() + PATIENCE;
    while (clock_monotonic() < until && (count_entries("/proc/self/task") > threads + 4 ||
                                         count_entries("/proc/self/fd") > descriptors + 8))
        g_thread_yield();
    g_assert_cmpuint(count_entries("/proc/self/task"), <=, threads + 4);
    g_assert_cmpuint(count_entries("/proc/self/fd"), <=, descriptors + 8);
}

/* Many streams at once have one thread. */
static void test_many_streams(void)
{
    static const FakeRoute routes[] = {
        {.match = "/events", .answer = FAKE_CHUNKED, .then = FAKE_HOLD},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake_engine_address(fake));
    DockerStream *streams[50];
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        streams[i] = docker_engine_events(engine, 0, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        docker_message_free(next(streams[i]));
    /* The main thread, the wire's, the server's, and those of its connections; those of others that
     * have ended go in their own time. */
    int64_t until = clock_monotonic() + PATIENCE;
    while (count_entries("/proc/self/task") - 2 > 4 + fake_engine_open(fake) &&
           clock_monotonic() < until)
        g_thread_yield();
    g_assert_cmpuint(count_entries("/proc/self/task") - 2, <=, 4 + fake_engine_open(fake));
    until = clock_monotonic() + PATIENCE;
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        docker_stream_close(streams[i]);
    while (fake_engine_open(fake) > 1 && clock_monotonic() < until)
        g_thread_yield();
    g_assert_cmpuint(fake_engine_open(fake), <=, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/docker/hello", test_hello);
    g_test_add_func("/docker/versions", test_versions);
    g_test_add_func("/docker/version-elsewhere", test_version_elsewhere);
    g_test_add_func("/docker/list", test_list);
    g_test_add_func("/docker/list-faults", test_list_faults);
    g_test_add_func("/docker/acts", test_acts);
    g_test_add_func("/docker/away", test_away);
    g_test_add_func("/docker/frozen", test_frozen);
    g_test_add_func("/docker/events", test_events);
    g_test_add_func("/docker/flood", test_flood);
    g_test_add_func("/docker/log-faults", test_log_faults);
    g_test_add_func("/docker/watcher", test_watcher);
    g_test_add_func("/docker/reconnects", test_reconnects);
    g_test_add_func("/docker/many-streams", test_many_streams);
    return g_test_run();
}
