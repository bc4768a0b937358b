/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Streams of the wire: their blocks, their budget, their ends; and connections that are the
 * standard input and output of a program.
 */
#include "config.h"

#include "core/clock.h"
#include "wire/stream.h"

#include "tests/unit/bytes.h"
#include "tests/unit/fake_engine.h"
#include "tests/unit/tls_server.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TOTAL    ((size_t)32 * 1024 * 1024)
#define PATIENCE (120 * G_USEC_PER_SEC)

static const char *path_of(const FakeEngine *fake)
{
    return fake_engine_address(fake) + strlen("unix://");
}

static WirePiece *next(WireStream *stream)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(cancel, PATIENCE / 1000);
    WirePiece *piece = wire_stream_wait(stream, cancel, &error);
    g_assert_no_error(error);
    return piece;
}

/* Takes all up to the end; how many bytes came. `error` is that of the end. */
static size_t drain(WireStream *stream, GError **error)
{
    size_t total = 0;
    for (;;) {
        g_autoptr(WirePiece) piece = next(stream);
        if (piece->kind == WIRE_PIECE_END) {
            *error = g_steal_pointer(&piece->error);
            return total;
        }
        if (piece->kind != WIRE_PIECE_BLOCK)
            continue;
        g_assert_cmpuint(g_bytes_get_size(piece->bytes), <=, WIRE_BLOCK_SIZE);
        g_assert_cmpuint(g_bytes_get_size(piece->bytes), >, 0);
        total += g_bytes_get_size(piece->bytes);
    }
}

static gsize sent; /* atomic: bytes that `flood` got rid of */

static void flood(FakeConnection *connection)
{
    g_autofree char *block = g_strnfill(WIRE_BLOCK_SIZE, 'x');
    for (size_t at = 0; at < TOTAL && fake_write(connection, block, WIRE_BLOCK_SIZE);
         at += WIRE_BLOCK_SIZE)
        g_atomic_pointer_add(&sent, WIRE_BLOCK_SIZE);
}

/* Who does not take makes the other side wait; then nothing is missing. */
static void test_budget(void)
{
    static const FakeRoute routes[] = {
        {.match = "/", .answer = FAKE_HEAD "\r\n", .serve = flood, .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    const WireRequest request = {.url = "http://x/", .socket_path = path_of(fake)};
    g_autoptr(WireStream) stream = wire_stream_open(&request, NULL, NULL, NULL);
    /* Until it stands still: no more came for 200 ms, once much has come. */
    const int64_t until = clock_monotonic() + PATIENCE;
    int64_t since = clock_monotonic();
    for (gsize seen = 0; clock_monotonic() - since < 200000 ||
                         (seen < WIRE_STREAM_BUDGET / 2 && clock_monotonic() < until);
         g_thread_yield()) {
        gsize now = (gsize)g_atomic_pointer_get(&sent);
        if (now != seen)
            since = clock_monotonic();
        seen = now;
        g_assert_cmpuint(seen, <, WIRE_STREAM_BUDGET + 4 * 1024 * 1024); /* and buffers between */
    }
    g_assert_cmpuint((gsize)g_atomic_pointer_get(&sent), >=, WIRE_STREAM_BUDGET / 2);
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(drain(stream, &error), ==, TOTAL);
    g_assert_no_error(error);
}

static void assert_ends(const WireRequest *request, int code, const char *words)
{
    g_autoptr(WireStream) stream = wire_stream_open(request, NULL, NULL, NULL);
    g_autoptr(GError) error = NULL;
    drain(stream, &error);
    g_assert_error(error, WIRE_ERROR, code);
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, words);
    g_assert_null(wire_stream_take(stream));
}

static void test_ends(void)
{
    static const FakeRoute routes[] = {
        {.match = "/mute", .then = FAKE_HOLD},
        {.match = "/idle", .answer = FAKE_CHUNKED "1\r\nx\r\n", .then = FAKE_HOLD},
        {.match = "/cut", .answer = FAKE_CHUNKED "9\r\nx", .then = FAKE_CLOSE},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    WireRequest request = {.url = "http://x/mute",
                           .socket_path = path_of(fake),
                           .head_deadline = 100,
                           .idle_deadline = 100};
    assert_ends(&request, WIRE_ERROR_TIMEOUT, "did not answer");
    request.url = "http://x/idle";
    request.head_deadline = PATIENCE / 1000; /* that one comes, in its time */
    assert_ends(&request, WIRE_ERROR_TIMEOUT, "nothing more came");
    request.url = "http://x/cut";
    request.idle_deadline = PATIENCE / 1000;
    assert_ends(&request, WIRE_ERROR_CUT, "cut short");
    request.url = "file:///etc/passwd";
    assert_ends(&request, WIRE_ERROR_URL, "begins with");
    g_autofree char *longest = g_strnfill(200, 'p');
    request.url = "http://x/";
    request.socket_path = longest;
    assert_ends(&request, WIRE_ERROR_URL, "107 bytes");
    request.socket_path = "/nonexistent/socket";
    assert_ends(&request, WIRE_ERROR_CONNECT, "");
}

/* A small HTTP server in shell: what it answers depends on the request's first line. */
static const char program[] =
    "read -r line\n"
    "while read -r more && [ ${#more} -gt 1 ]; do :; done\n"
    "head() { printf 'HTTP/1.1 200 OK\\r\\n%s\\r\\n\\r\\n' \"$1\"; }\n"
    "case $line in\n"
    "*/hold*) head 'Transfer-Encoding: chunked'; cat >/dev/null;;\n"
    "*/session*) set -- $(cat /proc/$$/stat); head 'Connection: close'; echo \"$6 $$\";;\n"
    "PUT*) head 'Connection: close'; dd bs=1 count=5 2>/dev/null;;\n"
    "*/why*) echo first >&2; printf 'the \\033[2J reason\\n' >&2;;\n"
    "esac\n";

static const char *const command[] = {"sh", "-c", program, NULL};

static WireAnswer *call(const char *url, GError **error)
{
    const WireRequest request = {.url = url, .command = command};
    return wire_call(&request, NULL, error);
}

static void test_command(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = call("http://x/session", &error);
    g_assert_no_error(error);
    GBytes *body = wire_answer_body(answer);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body) - strlen("\n"));
    g_auto(GStrv) numbers = g_strsplit(text, " ", 2);
    g_assert_cmpstr(numbers[0], ==, numbers[1]); /* the leader of a session of its own */
    g_assert_null(call("http://x/why", &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_COMMAND);
    g_assert_nonnull(strstr(error->message, "sh says: the \\x1b[2J reason"));
    g_clear_error(&error);
    static const char *const absent[] = {"/nonexistent/program", NULL};
    const WireRequest request = {.url = "http://x/", .command = absent};
    g_assert_null(wire_call(&request, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_COMMAND);
    g_assert_nonnull(strstr(error->message, "/nonexistent/program cannot be started"));
}

static void test_body(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = g_bytes_new_static("hello", 5);
    WireRequest request = {.url = "http://x/put", .command = command, .body = body};
    g_autoptr(WireAnswer) answer = wire_call(&request, NULL, &error);
    g_assert_no_error(error);
    assert_bytes(wire_answer_body(answer), "hello", 5);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "body", NULL);
    g_assert_true(g_file_set_contents(path, "..world..", -1, NULL));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    request.body = NULL;
    request.body_file = file;
    request.body_offset = 2;
    request.body_size = 5;
    g_autoptr(WireAnswer) other = wire_call(&request, NULL, &error);
    g_assert_no_error(error);
    assert_bytes(wire_answer_body(other), "world", 5);
    request.body_size = 500; /* more than there is */
    g_assert_null(wire_call(&request, NULL, &error));
    g_assert_nonnull(error);
    close(file);
    g_unlink(path);
}

/* Children of this process, of all its threads: how many. */
static unsigned count_children(void)
{
    unsigned n = 0;
    GDir *tasks = g_dir_open("/proc/self/task", 0, NULL);
    for (const char *task; (task = g_dir_read_name(tasks)) != NULL;) {
        g_autofree char *path = g_build_filename("/proc/self/task", task, "children", NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
            continue;
        for (const char *at = text; *at != '\0'; at++)
            n += *at == ' ';
    }
    g_dir_close(tasks);
    return n;
}

/* Six streams of ten get a connection, and a call still gets one; closed, all programs end, and
 * are waited for. */
static void test_eight(void)
{
    const WireRequest hold = {.url = "http://x/hold", .command = command};
    WireStream *streams[10];
    unsigned open = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        streams[i] = wire_stream_open(&hold, NULL, NULL, NULL);
    for (int64_t until = clock_monotonic() + PATIENCE; open < 6 && clock_monotonic() < until;
         g_thread_yield())
        for (size_t i = 0; i < G_N_ELEMENTS(streams); i++) {
            g_autoptr(WirePiece) piece = wire_stream_take(streams[i]);
            open += piece != NULL && piece->kind == WIRE_PIECE_HEAD;
        }
    g_assert_cmpuint(open, ==, 6);
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = call("http://x/session", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count_children(), <=, 8);
    wire_stream_close(streams[0]);
    wire_stream_close(streams[1]);
    /* Which were running nobody knows; in the end each has had its turn. */
    for (size_t i = 2; i < G_N_ELEMENTS(streams); i++)
        wire_stream_close(streams[i]);
    for (int64_t until = clock_monotonic() + PATIENCE;
         count_children() > 0 && clock_monotonic() < until;)
        g_thread_yield();
    g_assert_cmpuint(count_children(), ==, 0);
}

/* Whoever answers is taken, and its certificate handed over. */
static void test_any_peer(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", -1, 100000);
    g_autoptr(Server) server = server_start(&(Script){
        .answer = "HTTP/1.0 200 OK\r\nMse-Status: Waiting\r\n\r\nok", .identity = identity});
    g_autofree char *url = server_url(server, "/health");
    const WireTls tls = {.any_peer = true};
    const WireRequest request = {.url = url, .tls = &tls};
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = wire_call(&request, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(wire_answer_header(answer, "mse-status"), ==, "Waiting");
    g_autoptr(GBytes) der = identity_der(identity);
    g_assert_true(g_bytes_equal(wire_answer_peer(answer), der));
    /* The same address, verified, is refused: nothing of the above is used again. */
    g_assert_null(wire_call(&(WireRequest){.url = url}, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
}

static void count_free(gpointer data)
{
    g_atomic_int_inc((gint *)data);
}

/* Closed at any moment, its data is freed once. */
static void test_close(void)
{
    static const FakeRoute routes[] = {
        {.match = "/", .answer = FAKE_CHUNKED "1\r\nx\r\n", .then = FAKE_HOLD},
        {.match = NULL},
    };
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    const WireRequest request = {.url = "http://x/", .socket_path = path_of(fake)};
    gint freed = 0;
    for (unsigned i = 0; i < 100; i++) {
        WireStream *stream = wire_stream_open(&request, NULL, &freed, count_free);
        for (unsigned n = 0; n < i % 3; n++)
            wire_piece_free(next(stream));
        wire_stream_close(stream);
    }
    for (int64_t until = clock_monotonic() + PATIENCE;
         g_atomic_int_get(&freed) < 100 && clock_monotonic() < until;)
        g_thread_yield();
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 100);
}

static void serve_upload(FakeConnection *connection)
{
    g_autoptr(GByteArray) body = fake_read_body(connection);
    g_autofree char *answer =
        body == NULL ? NULL : g_strdup_printf(FAKE_HEAD "\r\n%u bytes", body->len);
    if (answer != NULL)
        fake_write(connection, answer, strlen(answer));
}

static const FakeRoute upload_routes[] = {
    {.match = "PUT /taken", .serve = serve_upload, .then = FAKE_CLOSE},
    {.match = "PUT /frozen", .then = FAKE_HOLD},
    {.match = NULL},
};

/* Who has nothing to send for a while is not late; the other side is, when it takes nothing. */
static void test_upload(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(upload_routes, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *block = g_strnfill(WIRE_BLOCK_SIZE, 'x');
    const WireRequest request = {.url = "http://x/taken",
                                 .socket_path = path_of(fake),
                                 .head_deadline = 3000,
                                 .idle_deadline = 3000,
                                 .uploads = true};
    g_autoptr(WireStream) stream = wire_stream_open(&request, NULL, NULL, NULL);
    g_autoptr(Cancel) pause = cancel_new();
    cancel_set_deadline(pause, 3500);
    g_assert_null(wire_stream_wait(stream, pause, &error)); /* longer than the deadline */
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    g_clear_error(&error);
    for (size_t i = 0; i < 100; i++)
        g_assert_true(wire_stream_send(stream, block, WIRE_BLOCK_SIZE, NULL, &error));
    g_assert_no_error(error);
    wire_stream_finish(stream);
    g_assert_cmpuint(drain(stream, &error), ==, strlen("6553600 bytes"));
    g_assert_no_error(error);
    g_assert_false(wire_stream_send(stream, block, 1, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_CUT);
}

static void test_upload_frozen(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(upload_routes, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *block = g_strnfill(WIRE_BLOCK_SIZE, 'x');
    const WireRequest request = {.url = "http://x/frozen",
                                 .socket_path = path_of(fake),
                                 .head_deadline = 300,
                                 .uploads = true};
    g_autoptr(WireStream) stream = wire_stream_open(&request, NULL, NULL, NULL);
    size_t n = 0;
    /* FAKE_HOLD reads on and answers nothing: whoever sends all of it waits for the head alone. */
    while (n < 16 && wire_stream_send(stream, block, WIRE_BLOCK_SIZE, NULL, &error))
        n++;
    g_assert_no_error(error);
    wire_stream_finish(stream);
    g_assert_cmpuint(drain(stream, &error), ==, 0);
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/stream/budget", test_budget);
    g_test_add_func("/wire/stream/ends", test_ends);
    g_test_add_func("/wire/stream/close", test_close);
    g_test_add_func("/wire/stream/upload", test_upload);
    g_test_add_func("/wire/stream/upload-frozen", test_upload_frozen);
    g_test_add_func("/wire/command", test_command);
    g_test_add_func("/wire/command/body", test_body);
    g_test_add_func("/wire/command/eight", test_eight);
    g_test_add_func("/wire/any-peer", test_any_peer);
    return g_test_run();
}
