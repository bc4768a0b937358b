/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/fake_engine.h"

#include "core/cancel.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAXIMUM 65536

struct FakeEngine {
    const FakeRoute *routes;
    FakeOptions options;
    SSL_CTX *tls;
    int listener;
    char *path; /* of the socket; NULL: TLS */
    char *address;
    Cancel *stop;
    GThread *thread;
    GMutex mutex;
    unsigned accepted, open;
    GString *requests;
};

struct FakeConnection {
    FakeEngine *engine;
    int descriptor;
    SSL *tls;
    char *head; /* of the last request */
};

static const FakeRoute usual[] = {
    {.match = " /_ping ", .answer = FAKE_HEAD "Content-Length: 2\r\n\r\nOK"},
    {.match = "/version ",
     .answer = FAKE_HEAD "Content-Length: 90\r\n\r\n"
                         "{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":"
                         "\"1.12\",\"Os\":\"linux\",\"Arch\":\"x\"}   "},
    {.match = "",
     .answer = "HTTP/1.1 404 Not Found\r\n\r\n"
               "{\"message\":\"No such \\u001b[2J x\"}",
     .then = FAKE_CLOSE},
};

static ssize_t put(FakeConnection *connection, const void *bytes, size_t size)
{
    if (connection->tls != NULL)
        return SSL_write(connection->tls, bytes, (int)size);
    return send(connection->descriptor, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool fake_write(FakeConnection *connection, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        if (!cancel_wait(connection->engine->stop, connection->descriptor, POLLOUT, NULL))
            return false;
        ssize_t n = put(connection, (const char *)bytes + done, size - done);
        if (n <= 0 && (connection->tls != NULL || (errno != EAGAIN && errno != EINTR)))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

ssize_t fake_read(FakeConnection *connection, void *bytes, size_t size)
{
    if (connection->tls != NULL) {
        if (SSL_pending(connection->tls) == 0 &&
            !cancel_wait(connection->engine->stop, connection->descriptor, POLLIN, NULL))
            return -1;
        return SSL_read(connection->tls, bytes, (int)size);
    }
    if (!cancel_wait(connection->engine->stop, connection->descriptor, POLLIN, NULL))
        return -1;
    return recv(connection->descriptor, bytes, size, 0);
}

static void hold(FakeConnection *connection)
{
    char ignored[4096];
    while (fake_read(connection, ignored, sizeof ignored) > 0)
        continue;
}

/* Closing at once, with bytes unread, would take along what was said last. */
static void part(FakeConnection *connection)
{
    g_clear_pointer(&connection->tls, SSL_free);
    shutdown(connection->descriptor, SHUT_WR);
    hold(connection);
}

static void drip(FakeConnection *connection, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        struct pollfd wait = {.fd = cancel_descriptor(connection->engine->stop), .events = POLLIN};
        if (!fake_write(connection, bytes + i, 1) || poll(&wait, 1, 2) > 0)
            return;
    }
}

/* `size` more bytes of the body. */
static bool add_body(FakeConnection *connection, GByteArray *body, size_t size)
{
    guint8 bytes[16384];
    while (size > 0) {
        ssize_t n = fake_read(connection, bytes, MIN(size, sizeof bytes));
        if (n <= 0)
            return false;
        g_byte_array_append(body, bytes, (guint)n);
        size -= (size_t)n;
    }
    return true;
}

/* A line of the framing; its number in hex. */
static bool read_chunk_size(FakeConnection *connection, size_t *size)
{
    char line[64] = "";
    for (size_t used = 0; used < sizeof line - 1; used++) {
        if (fake_read(connection, line + used, 1) != 1)
            return false;
        if (g_str_has_suffix(line, "\r\n")) {
            *size = g_ascii_strtoull(line, NULL, 16);
            return true;
        }
    }
    return false;
}

static bool read_chunks(FakeConnection *connection, GByteArray *body)
{
    for (size_t size = 1; size > 0;) {
        if (!read_chunk_size(connection, &size) || !add_body(connection, body, size + 2))
            return false;
        g_byte_array_set_size(body, body->len - 2);
    }
    return true;
}

static const char *header(const FakeConnection *connection, const char *name)
{
    const char *at = strcasestr(connection->head, name);
    return at == NULL ? NULL : at + strlen(name);
}

GByteArray *fake_read_body(FakeConnection *connection)
{
    GByteArray *body = g_byte_array_new();
    const char *length = header(connection, "\r\nContent-Length:");
    bool whole = length == NULL ? read_chunks(connection, body)
                                : add_body(connection, body, g_ascii_strtoull(length, NULL, 10));
    if (!whole)
        g_clear_pointer(&body, g_byte_array_unref);
    return body;
}

/* Of a request that nothing is done with. False when the other side ended in between. */
static bool drop_body(FakeConnection *connection)
{
    if (header(connection, "\r\nContent-Length:") == NULL &&
        header(connection, "\r\nTransfer-Encoding:") == NULL)
        return true;
    g_autoptr(GByteArray) body = fake_read_body(connection);
    return body != NULL;
}

/* Up to the empty line. */
static bool read_request(FakeConnection *connection, char *request)
{
    size_t size = 0;
    request[0] = '\0';
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t n = size < REQUEST_MAXIMUM - 1 ? fake_read(connection, request + size, 1) : -1;
        if (n <= 0)
            return false;
        size += (size_t)n;
        request[size] = '\0';
    }
    return true;
}

static const FakeRoute *route_of(const FakeEngine *engine, const char *line)
{
    for (const FakeRoute *route = engine->routes; route != NULL && route->match != NULL; route++)
        if (strstr(line, route->match) != NULL)
            return route;
    for (size_t i = 0;; i++)
        if (strstr(line, usual[i].match) != NULL)
            return &usual[i];
}

/* Whether the connection goes on. */
static bool answer(FakeConnection *connection, const FakeRoute *route)
{
    size_t size = route->size;
    bool ends_well = route->then == FAKE_KEEP || route->then == FAKE_CLOSE;
    if (route->serve == NULL && ends_well && !drop_body(connection))
        return false;
    if (size == 0 && route->answer != NULL)
        size = strlen(route->answer);
    if (route->then == FAKE_DRIP)
        drip(connection, route->answer, size);
    else if (size > 0 && !fake_write(connection, route->answer, size))
        return false;
    if (route->serve != NULL)
        route->serve(connection);
    if (route->then == FAKE_HOLD || route->then == FAKE_DRIP)
        hold(connection);
    if (route->then == FAKE_CLOSE)
        part(connection);
    if (route->then == FAKE_RESET) {
        const struct linger now = {.l_onoff = 1};
        setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    return route->then == FAKE_KEEP;
}

static void serve(FakeConnection *connection)
{
    FakeEngine *engine = connection->engine;
    g_autofree char *request = g_malloc(REQUEST_MAXIMUM);
    bool goes_on = true;
    while (goes_on && read_request(connection, request)) {
        g_free(connection->head);
        connection->head = g_strdup(request);
        *strstr(request, "\r\n") = '\0';
        g_mutex_lock(&engine->mutex);
        g_string_append_printf(engine->requests, "%s\n", request);
        g_mutex_unlock(&engine->mutex);
        goes_on = answer(connection, route_of(engine, request));
    }
}

static int connect_to(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    g_strlcpy(name.sun_path, path, sizeof name.sun_path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(descriptor, (struct sockaddr *)&name, sizeof name), ==, 0);
    return descriptor;
}

/* Bytes in both directions until one side ends. */
static void forward(FakeConnection *connection)
{
    FakeConnection there = {.engine = connection->engine,
                            .descriptor = connect_to(connection->engine->options.forward)};
    char bytes[16384];
    for (;;) {
        struct pollfd waits[] = {
            {.fd = connection->descriptor, .events = POLLIN},
            {.fd = there.descriptor, .events = POLLIN},
            {.fd = cancel_descriptor(connection->engine->stop), .events = POLLIN},
        };
        bool pending = connection->tls != NULL && SSL_pending(connection->tls) > 0;
        poll(waits, G_N_ELEMENTS(waits), pending ? 0 : -1);
        if (waits[2].revents != 0)
            break;
        if (pending || waits[0].revents != 0) {
            ssize_t n = fake_read(connection, bytes, sizeof bytes);
            if (n <= 0 || !fake_write(&there, bytes, (size_t)n))
                break;
        }
        if (waits[1].revents != 0) {
            ssize_t n = recv(there.descriptor, bytes, sizeof bytes, 0);
            if (n <= 0 || !fake_write(connection, bytes, (size_t)n))
                break;
        }
    }
    close(there.descriptor);
}

static gpointer run_connection(gpointer data)
{
    FakeConnection *connection = data;
    FakeEngine *engine = connection->engine;
    if (engine->tls != NULL) {
        connection->tls = SSL_new(engine->tls);
        SSL_set_fd(connection->tls, connection->descriptor);
    }
    if (connection->tls != NULL && SSL_accept(connection->tls) != 1)
        part(connection);
    else if (engine->options.forward != NULL)
        forward(connection);
    else
        serve(connection);
    SSL_free(connection->tls);
    close(connection->descriptor);
    g_mutex_lock(&engine->mutex);
    engine->open--;
    g_mutex_unlock(&engine->mutex);
    g_free(connection->head);
    g_free(connection);
    return NULL;
}

static gpointer run(gpointer data)
{
    FakeEngine *engine = data;
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    while (cancel_wait(engine->stop, engine->listener, POLLIN, NULL)) {
        int descriptor = accept4(engine->listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0)
            continue;
        FakeConnection *connection = g_new0(FakeConnection, 1);
        connection->engine = engine;
        connection->descriptor = descriptor;
        g_mutex_lock(&engine->mutex);
        engine->accepted++;
        engine->open++;
        g_mutex_unlock(&engine->mutex);
        g_ptr_array_add(threads, g_thread_new("connection", run_connection, connection));
    }
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
    return NULL;
}

static void listen_locally(FakeEngine *engine)
{
    static gint number;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    engine->path =
        g_strdup_printf("%s/engine-%d.sock", g_get_tmp_dir(), g_atomic_int_add(&number, 1));
    g_strlcpy(name.sun_path, engine->path, sizeof name.sun_path);
    engine->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(engine->listener, (struct sockaddr *)&name, sizeof name), ==, 0);
    engine->address = g_strdup_printf("unix://%s", engine->path);
}

static void listen_with_tls(FakeEngine *engine)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    engine->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(engine->listener, (struct sockaddr *)&name, size), ==, 0);
    g_assert_cmpint(getsockname(engine->listener, (struct sockaddr *)&name, &size), ==, 0);
    engine->address = g_strdup_printf("tcp://127.0.0.1:%u", ntohs(name.sin_port));
    engine->tls = SSL_CTX_new(TLS_server_method());
    const FakeOptions *options = &engine->options;
    g_assert_cmpint(SSL_CTX_use_certificate_file(engine->tls, options->certificate, 1), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey_file(engine->tls, options->key, 1), ==, 1);
    if (options->client_authority == NULL)
        return;
    g_assert_cmpint(SSL_CTX_load_verify_file(engine->tls, options->client_authority), ==, 1);
    SSL_CTX_set_verify(engine->tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

FakeEngine *fake_engine_start(const FakeRoute *routes, const FakeOptions *options)
{
    signal(SIGPIPE, SIG_IGN);
    FakeEngine *engine = g_new0(FakeEngine, 1);
    engine->routes = routes;
    engine->stop = cancel_new();
    engine->requests = g_string_new(NULL);
    g_mutex_init(&engine->mutex);
    if (options != NULL)
        engine->options = *options;
    if (engine->options.certificate == NULL)
        listen_locally(engine);
    else
        listen_with_tls(engine);
    g_assert_cmpint(listen(engine->listener, 64), ==, 0);
    engine->thread = g_thread_new("engine", run, engine);
    return engine;
}

void fake_engine_stop(FakeEngine *engine)
{
    if (engine == NULL)
        return;
    cancel_set(engine->stop);
    g_thread_join(engine->thread);
    close(engine->listener);
    if (engine->path != NULL)
        g_unlink(engine->path);
    SSL_CTX_free(engine->tls);
    cancel_unref(engine->stop);
    g_mutex_clear(&engine->mutex);
    g_string_free(engine->requests, TRUE);
    g_free(engine->path);
    g_free(engine->address);
    g_free(engine);
}

const char *fake_engine_address(const FakeEngine *engine)
{
    return engine->address;
}

static unsigned read_count(FakeEngine *engine, const unsigned *count)
{
    g_mutex_lock(&engine->mutex);
    unsigned n = *count;
    g_mutex_unlock(&engine->mutex);
    return n;
}

unsigned fake_engine_connections(FakeEngine *engine)
{
    return read_count(engine, &engine->accepted);
}

unsigned fake_engine_open(FakeEngine *engine)
{
    return read_count(engine, &engine->open);
}

char *fake_engine_requests(FakeEngine *engine)
{
    g_mutex_lock(&engine->mutex);
    char *text = g_strdup(engine->requests->str);
    g_mutex_unlock(&engine->mutex);
    return text;
}
