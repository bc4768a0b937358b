/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_server.h"

#include "sim/enclave_http.h"
#include "sim/enclave_say.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MOST = 64,
    FIXED = 2,            /* descriptors before the connections': stop, listener */
    DEADLINE = 20 * 1000, /* milliseconds for a request and its answer */
    LINGER = 500,         /* milliseconds for a client to take the end */
    PIECE = 16 * 1024,
};

typedef enum { STEP_HANDSHAKE, STEP_READ, STEP_WRITE, STEP_END, STEP_HANG } Step;

typedef struct Connection {
    int descriptor;
    SSL *tls; /* or NULL */
    Step step;
    short events;    /* what it waits for */
    gint64 deadline; /* monotonic, microseconds */
    char peer[INET6_ADDRSTRLEN];
    GByteArray *in, *out;
    size_t sent;
    bool stop; /* the server ends when `out` was sent */
} Connection;

typedef struct Server {
    const EnclaveService *service;
    GPtrArray *connections;
    gint64 tick, end; /* monotonic, microseconds */
    bool stopping;
} Server;

static void connection_free(void *data)
{
    Connection *connection = data;
    SSL_free(connection->tls);
    close(connection->descriptor);
    g_byte_array_unref(connection->in);
    g_byte_array_unref(connection->out);
    g_free(connection);
}

static void set_deadline(Connection *connection, int milliseconds)
{
    connection->deadline = g_get_monotonic_time() + (gint64)milliseconds * 1000;
}

/* What TLS waits for after `result`; false when the connection is over. */
static bool wait_for_tls(Connection *connection, int result)
{
    const int why = SSL_get_error(connection->tls, result);
    ERR_clear_error();
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        return false;
    connection->events = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    return true;
}

/* After a call that failed: 0 when it has to wait, -1 when the connection is over. */
static ssize_t wait_for_socket(Connection *connection, short events)
{
    if (errno != EAGAIN && errno != EINTR)
        return -1;
    connection->events = events;
    return 0;
}

/* Bytes moved; 0: it has to wait (or, reading, is at its end when `end` says so); -1: it is over.
 */
static ssize_t pull(Connection *connection, void *out, size_t size, bool *end)
{
    *end = false;
    if (connection->tls != NULL) {
        const int n = SSL_read(connection->tls, out, (int)size);
        if (n > 0)
            return n;
        *end = SSL_get_error(connection->tls, n) == SSL_ERROR_ZERO_RETURN;
        return *end || wait_for_tls(connection, n) ? 0 : -1;
    }
    const ssize_t n = read(connection->descriptor, out, size);
    *end = n == 0;
    return n >= 0 ? n : wait_for_socket(connection, POLLIN);
}

static ssize_t push(Connection *connection, const void *data, size_t size)
{
    if (connection->tls != NULL) {
        const int n = SSL_write(connection->tls, data, (int)MIN(size, PIECE));
        return n > 0 ? n : wait_for_tls(connection, n) ? 0 : -1;
    }
    const ssize_t n = send(connection->descriptor, data, size, MSG_NOSIGNAL);
    return n >= 0 ? n : wait_for_socket(connection, POLLOUT);
}

static void reset(Connection *connection)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void put_answer(Connection *connection, const EnclaveReply *reply)
{
    size_t size = 0;
    const void *body = reply->body != NULL ? g_bytes_get_data(reply->body, &size) : NULL;
    g_autofree char *head = enclave_http_head(reply->status, reply->headers, reply->bare, size);
    g_byte_array_append(connection->out, (const uint8_t *)head, (guint)strlen(head));
    if (!reply->bare && size > 0)
        g_byte_array_append(connection->out, body, (guint)size);
}

/* False: the connection is over. */
static bool answer(Server *server, Connection *connection, const EnclaveRequest *request)
{
    EnclaveReply reply = {.status = 500};
    server->service->handle(server->service->data, request, &reply);
    if (reply.act == ENCLAVE_ANSWER) {
        SAY_INFO("%s \"%s %s\" %u", request->peer, request->method, request->path, reply.status);
        put_answer(connection, &reply);
        connection->stop = reply.stop;
        connection->step = STEP_WRITE;
    } else if (reply.act == ENCLAVE_HANG) {
        connection->step = STEP_HANG;
    } else {
        reset(connection);
    }
    if (reply.body != NULL)
        g_bytes_unref(reply.body);
    return reply.act != ENCLAVE_RESET;
}

static bool refuse(Connection *connection, unsigned status)
{
    SAY_WARNING("%s a request that is none, or too large: %u", connection->peer, status);
    put_answer(connection, &(EnclaveReply){.status = status});
    connection->step = STEP_WRITE;
    return true;
}

/* What has come so far: a whole request is answered. */
static bool look(Server *server, Connection *connection)
{
    EnclaveHttpRequest parsed;
    const Span bytes = span_of(connection->in->data, connection->in->len);
    switch (enclave_http_parse(bytes, server->service->body_most, &parsed)) {
    case ENCLAVE_HTTP_MORE:
        return true;
    case ENCLAVE_HTTP_BAD:
        return refuse(connection, 400);
    case ENCLAVE_HTTP_TOO_LARGE:
        return refuse(connection, 413);
    case ENCLAVE_HTTP_WHOLE:
        break;
    }
    const EnclaveRequest request = {.method = parsed.method,
                                    .path = parsed.path,
                                    .body = parsed.body,
                                    .peer = connection->peer};
    const bool goes_on = answer(server, connection, &request);
    enclave_http_clear(&parsed);
    return goes_on;
}

static bool step_handshake(Server *server, Connection *connection)
{
    (void)server;
    const int result = SSL_accept(connection->tls);
    if (result == 1) {
        connection->step = STEP_READ;
        return true;
    }
    return wait_for_tls(connection, result);
}

static bool step_read(Server *server, Connection *connection)
{
    uint8_t piece[PIECE];
    bool end;
    const ssize_t n = pull(connection, piece, sizeof piece, &end);
    if (n < 0 || end)
        return false;
    if (n == 0)
        return true;
    g_byte_array_append(connection->in, piece, (guint)n);
    return look(server, connection);
}

static bool step_write(Server *server, Connection *connection)
{
    const ssize_t n = push(connection, connection->out->data + connection->sent,
                           connection->out->len - connection->sent);
    if (n < 0)
        return false;
    connection->sent += (size_t)n;
    if (connection->sent < connection->out->len)
        return true;
    /* The end is said; a client that still sends is listened to for a moment, or what it has not
     * read yet would be lost to it. */
    if (connection->tls != NULL)
        SSL_shutdown(connection->tls);
    ERR_clear_error();
    shutdown(connection->descriptor, SHUT_WR);
    server->stopping = server->stopping || connection->stop;
    connection->step = STEP_END;
    set_deadline(connection, LINGER);
    return true;
}

static bool step_end(Server *server, Connection *connection)
{
    (void)server;
    uint8_t piece[PIECE];
    const ssize_t n = read(connection->descriptor, piece, sizeof piece);
    connection->events = POLLIN;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Its bytes are left where they are. */
static bool step_hang(Server *server, Connection *connection)
{
    (void)server;
    connection->events = 0;
    return true;
}

static bool advance(Server *server, Connection *connection)
{
    static bool (*const steps[])(Server *, Connection *) = {
        [STEP_HANDSHAKE] = step_handshake, [STEP_READ] = step_read,
        [STEP_WRITE] = step_write,         [STEP_END] = step_end,
        [STEP_HANG] = step_hang,
    };
    for (;;) {
        connection->events = -1;
        if (!steps[connection->step](server, connection))
            return false;
        if (connection->events >= 0)
            return true;
    }
}

static void name_peer(Connection *connection, const struct sockaddr_storage *address)
{
    const void *bytes = address->ss_family == AF_INET6
                            ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                            : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    if (inet_ntop(address->ss_family, bytes, connection->peer, sizeof connection->peer) == NULL)
        g_strlcpy(connection->peer, "?", sizeof connection->peer);
}

static void begin(const EnclaveService *service, Connection *connection)
{
    static const char noise[] = "SIMULATED fault: this is not TLS\r\n";
    connection->step = STEP_READ;
    if (service->tls == NULL)
        return;
    connection->step = STEP_HANDSHAKE;
    connection->tls = SSL_new(service->tls);
    if (connection->tls == NULL || SSL_set_fd(connection->tls, connection->descriptor) != 1)
        g_error("out of memory");
    if (service->hang_handshake)
        connection->step = STEP_HANG;
    if (service->garbage_handshake) {
        g_clear_pointer(&connection->tls, SSL_free);
        g_byte_array_append(connection->out, (const uint8_t *)noise, sizeof noise - 1);
        connection->step = STEP_WRITE;
    }
}

/* False: none is waiting. */
static bool admit(Server *server, int listener)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    const int descriptor =
        accept4(listener, (struct sockaddr *)&address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0)
        return false;
    Connection *connection = g_new0(Connection, 1);
    connection->descriptor = descriptor;
    connection->in = g_byte_array_new();
    connection->out = g_byte_array_new();
    name_peer(connection, &address);
    set_deadline(connection, DEADLINE);
    if (server->service->reset_handshake) {
        reset(connection);
        connection_free(connection);
        return true;
    }
    begin(server->service, connection);
    if (advance(server, connection))
        g_ptr_array_add(server->connections, connection);
    else
        connection_free(connection);
    return true;
}

static bool is_full(const Server *server)
{
    return server->connections->len >= MIN(server->service->connections, CONNECTIONS_MOST);
}

static int prepare(const Server *server, int listener, int stop, struct pollfd *pollers)
{
    const gint64 now = g_get_monotonic_time();
    gint64 next = MIN(server->tick, server->end);
    pollers[0] = (struct pollfd){.fd = stop, .events = POLLIN};
    pollers[1] = (struct pollfd){.fd = is_full(server) ? -1 : listener, .events = POLLIN};
    for (guint i = 0; i < server->connections->len; i++) {
        const Connection *connection = server->connections->pdata[i];
        pollers[FIXED + i] =
            (struct pollfd){.fd = connection->descriptor, .events = connection->events};
        next = MIN(next, connection->deadline);
    }
    return (int)(MAX(next - now, 0) / 1000 + 1);
}

static void tick(Server *server)
{
    const gint64 now = g_get_monotonic_time();
    if (now >= server->tick)
        server->tick = now + (gint64)server->service->tick(server->service->data) * 1000;
}

static void advance_all(Server *server, const struct pollfd *pollers, guint n)
{
    const gint64 now = g_get_monotonic_time();
    for (guint i = n; i-- > 0;) {
        Connection *connection = server->connections->pdata[i];
        const short events = pollers[FIXED + i].revents;
        const bool over = now >= connection->deadline ||
                          (connection->step == STEP_HANG && events != 0) ||
                          (events != 0 && !advance(server, connection));
        if (over)
            g_ptr_array_remove_index_fast(server->connections, i);
    }
}

static gint64 end_of(unsigned seconds)
{
    return seconds != 0 ? g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC : G_MAXINT64;
}

EnclaveEnd enclave_serve(const EnclaveService *service, int listener, int stop)
{
    g_autoptr(GPtrArray) connections = g_ptr_array_new_with_free_func(connection_free);
    Server server = {
        .service = service, .connections = connections, .end = end_of(service->seconds)};
    struct pollfd pollers[FIXED + CONNECTIONS_MOST];
    bool signalled = false, expired = false;
    while (!server.stopping && !signalled && !expired) {
        tick(&server);
        const guint n = connections->len;
        const int wait = prepare(&server, listener, stop, pollers);
        if (poll(pollers, FIXED + n, wait) < 0 && errno != EINTR)
            g_error("poll: %s", g_strerror(errno));
        advance_all(&server, pollers, n);
        while (!server.stopping && !is_full(&server) && pollers[1].revents != 0 &&
               admit(&server, listener))
            ;
        signalled = pollers[0].revents != 0;
        expired = g_get_monotonic_time() >= server.end;
    }
    close(listener);
    return server.stopping ? ENCLAVE_STOPPED : signalled ? ENCLAVE_SIGNALLED : ENCLAVE_EXPIRED;
}
