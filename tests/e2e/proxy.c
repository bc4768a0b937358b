/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PIECE = 65536,
    BREAK_AFTER = 40, /* bytes of the answer, then the connection ends */
    HUGE_BODY = 50 * 1000 * 1000,
    DRIP_MILLISECONDS = 50,
};

/* One way of a connection. */
typedef struct Way {
    char bytes[PIECE];
    size_t size; /* that wait to be written */
} Way;

typedef struct Connection {
    int client, engine;
    Way up, down;
    ProxyMode fault; /* of the answer under way; PROXY_PASS: none */
    size_t left;     /* of it, until it breaks off or the body is whole */
    bool own;        /* the answer is ours: the engine's is not waited for */
    bool over;
} Connection;

struct Proxy {
    char *path, *upstream;
    int listener, bell;
    GThread *thread;
    GPtrArray *connections; /* of the thread */
    GMutex mutex;           /* of all below */
    GCond heard;
    unsigned told, followed; /* changes so far, and how many the thread acts upon */
    ProxyMode mode;
    char *call;
    bool cut, stopping;
    unsigned open, accepted, spoiled, done;
};

static int unix_socket(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    g_assert_cmpuint(strlen(path), <, sizeof address->sun_path);
    g_strlcpy(address->sun_path, path, sizeof address->sun_path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address;
    int listener = unix_socket(path, &address);

    unlink(path);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(listener, 128), ==, 0);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    return listener;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address;
    int engine = unix_socket(path, &address);

    if (connect(engine, (struct sockaddr *)&address, sizeof address) == 0) {
        fcntl(engine, F_SETFL, O_NONBLOCK);
        return engine;
    }
    close(engine);
    return -1;
}

/* ---- connections ---- */

static void connection_free(void *data)
{
    Connection *connection = data;

    close(connection->client);
    if (connection->engine >= 0)
        close(connection->engine);
    g_free(connection);
}

static void take_connection(Proxy *proxy)
{
    int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    Connection *connection;

    if (client < 0)
        return;
    connection = g_new0(Connection, 1);
    connection->client = client;
    connection->engine = connect_to(proxy->upstream);
    connection->over = connection->engine < 0;
    g_ptr_array_add(proxy->connections, connection);
    g_mutex_lock(&proxy->mutex);
    proxy->accepted++;
    g_mutex_unlock(&proxy->mutex);
}

/* ---- answers of our own ---- */

static const char huge_head[] = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Length: 50000000\r\n\r\n[{\"Id\":\"";
static const char half[] = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n"
                           "Content-Type: application/json\r\nContent-Length: 24\r\n\r\n"
                           "[{\"Id\":\"aa\",\"Names\":[\"/on";
static const char chunk[] = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n"
                            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "2\r\n[{}{}]\r\nfffffffff\r\n[";
static const char frame[] = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n"
                            "Content-Type: application/vnd.docker.raw-stream\r\n\r\n"
                            "\1\0\0\0\xff\xff\xff\xff"
                            "2026-01-01T00:00:00.000000000Z and so on";

static const char refusal[] = "HTTP/1.1 500 Internal Server Error\r\nApi-Version: 1.41\r\n"
                              "Content-Type: application/json\r\nContent-Length: 21\r\n\r\n"
                              "{\"message\":\"no room\"}";

static const struct {
    const char *bytes; /* NULL: the engine's own */
    size_t size, more; /* bytes of x behind it */
} answers[PROXY_MODES] = {
    [PROXY_HALF_JSON] = {half, sizeof half - 1, 0},
    [PROXY_HUGE_JSON] = {huge_head, sizeof huge_head - 1, HUGE_BODY - 9},
    [PROXY_BAD_CHUNK] = {chunk, sizeof chunk - 1, 0},
    [PROXY_HUGE_FRAME] = {frame, sizeof frame - 1, SIZE_MAX},
    [PROXY_REFUSE] = {refusal, sizeof refusal - 1, SIZE_MAX},
};

/* Whether a request begins with it, and not the next piece of a body. */
static bool is_request(const char *bytes)
{
    static const char *const methods[] = {"GET /", "HEAD /", "POST /", "PUT /", "DELETE /"};

    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        if (g_str_has_prefix(bytes, methods[i]))
            return true;
    return false;
}

static ProxyMode mode_for(Proxy *proxy, const char *line)
{
    ProxyMode mode;

    g_mutex_lock(&proxy->mutex);
    mode = proxy->mode;
    if (mode < PROXY_RESET || (proxy->call != NULL && strstr(line, proxy->call) == NULL))
        mode = PROXY_PASS;
    proxy->spoiled += mode != PROXY_PASS;
    if (mode == PROXY_STOP)
        proxy->mode = PROXY_FREEZE;
    g_mutex_unlock(&proxy->mutex);
    return mode;
}

/* A request begins: whether its answer is to be spoiled. */
static void choose_fault(Proxy *proxy, Connection *connection, const char *bytes, size_t size)
{
    g_autofree char *line = g_strndup(bytes, MIN(size, strcspn(bytes, "\r\n")));
    ProxyMode mode = mode_for(proxy, line);

    connection->fault = mode;
    connection->over |= mode == PROXY_DROP;
    connection->left = mode == PROXY_RESET ? BREAK_AFTER : answers[mode].more;
    connection->own = answers[mode].bytes != NULL;
    if (!connection->own)
        return;
    memcpy(connection->down.bytes, answers[mode].bytes, answers[mode].size);
    connection->down.size = answers[mode].size;
}

/* More of an endless or huge answer; at its end the connection ends. */
static void add_more(Connection *connection)
{
    size_t most = connection->left == SIZE_MAX ? 16 : PIECE;
    size_t n = MIN(connection->left, most);

    if (connection->down.size > 0 || connection->fault == PROXY_REFUSE)
        return;
    memset(connection->down.bytes, 'x', n);
    connection->down.size = n;
    if (connection->left != SIZE_MAX)
        connection->left -= n;
    connection->over |= n == 0;
}

/* ---- moving bytes ---- */

static bool is_dead(ssize_t n)
{
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void write_way(Connection *connection, Way *way, int to)
{
    ssize_t n = way->size == 0 ? -1 : send(to, way->bytes, way->size, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (way->size == 0)
        return;
    connection->over |= is_dead(n);
    if (n <= 0)
        return;
    memmove(way->bytes, way->bytes + n, way->size - (size_t)n);
    way->size -= (size_t)n;
}

static void read_client(Proxy *proxy, Connection *connection)
{
    Way *way = &connection->up;
    ssize_t n = recv(connection->client, way->bytes, sizeof way->bytes - 1, MSG_DONTWAIT);

    connection->over |= is_dead(n);
    if (n <= 0)
        return;
    way->bytes[n] = '\0';
    if (is_request(way->bytes))
        choose_fault(proxy, connection, way->bytes, (size_t)n);
    if (!connection->own)
        way->size = (size_t)n;
}

/* What the engine answers comes to nobody. */
static void throw_away(Proxy *proxy, Connection *connection)
{
    ssize_t n = recv(connection->engine, connection->down.bytes, sizeof connection->down.bytes,
                     MSG_DONTWAIT);

    connection->over |= is_dead(n) || (n > 0 && connection->fault != PROXY_HOLD);
    if (n <= 0)
        return;
    g_mutex_lock(&proxy->mutex);
    proxy->done++;
    if (connection->fault == PROXY_DIE)
        proxy->mode = PROXY_GONE;
    g_mutex_unlock(&proxy->mutex);
}

static void read_engine(Proxy *proxy, Connection *connection)
{
    Way *way = &connection->down;
    size_t most = connection->fault == PROXY_RESET ? connection->left : sizeof way->bytes;
    ssize_t n;

    if (connection->fault >= PROXY_LOSE && connection->fault <= PROXY_DIE) {
        throw_away(proxy, connection);
        return;
    }
    if (most == 0) { /* it was written: the middle of the answer */
        connection->over = true;
        return;
    }
    n = recv(connection->engine, way->bytes, most, MSG_DONTWAIT);
    connection->over |= is_dead(n);
    if (n <= 0)
        return;
    way->size = (size_t)n;
    if (connection->fault == PROXY_RESET)
        connection->left -= (size_t)n;
}

/* ---- the thread ---- */

/* What is waited for: two rows a connection, after the bell and the listener. */
static void watch(GArray *watched, int descriptor, bool in, bool out)
{
    struct pollfd row = {.fd = in || out ? descriptor : -1,
                         .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0))};

    g_array_append_val(watched, row);
}

static void watch_connection(GArray *watched, const Connection *connection)
{
    watch(watched, connection->client, connection->up.size == 0,
          connection->down.size > 0 || (connection->own && connection->left != SIZE_MAX));
    watch(watched, connection->engine, !connection->own && connection->down.size == 0,
          connection->up.size > 0);
}

static void serve(Proxy *proxy, Connection *connection, short client, short engine)
{
    if (connection->own)
        add_more(connection);
    write_way(connection, &connection->up, connection->engine);
    write_way(connection, &connection->down, connection->client);
    if (client & (POLLIN | POLLHUP | POLLERR) && connection->up.size == 0)
        read_client(proxy, connection);
    if (engine & (POLLIN | POLLHUP | POLLERR) && !connection->own && connection->down.size == 0)
        read_engine(proxy, connection);
}

static void serve_all(Proxy *proxy, const GArray *watched)
{
    for (unsigned i = proxy->connections->len; i-- > 0;) {
        Connection *connection = proxy->connections->pdata[i];
        const struct pollfd *rows = &g_array_index(watched, struct pollfd, 2 + 2 * i);
        serve(proxy, connection, rows[0].revents, rows[1].revents);
        if (connection->over)
            g_ptr_array_remove_index(proxy->connections, i);
    }
}

/* Whether somebody listens, as the mode wants it. */
static void follow_mode(Proxy *proxy, ProxyMode mode, bool cut)
{
    if (mode == PROXY_GONE && proxy->listener >= 0) {
        unlink(proxy->path);
        close(proxy->listener);
        proxy->listener = -1;
    }
    if (mode != PROXY_GONE && proxy->listener < 0)
        proxy->listener = listen_at(proxy->path);
    if (cut || mode == PROXY_GONE)
        g_ptr_array_set_size(proxy->connections, 0);
}

static bool turn(Proxy *proxy, GArray *watched)
{
    ProxyMode mode;
    bool cut, stopping;
    unsigned told;
    eventfd_t count;

    g_mutex_lock(&proxy->mutex);
    told = proxy->told;
    mode = proxy->mode;
    cut = proxy->cut;
    stopping = proxy->stopping;
    proxy->cut = false;
    g_mutex_unlock(&proxy->mutex);
    if (stopping)
        return false;
    follow_mode(proxy, mode, cut);
    g_mutex_lock(&proxy->mutex);
    proxy->open = proxy->connections->len;
    proxy->followed = told;
    g_cond_broadcast(&proxy->heard);
    g_mutex_unlock(&proxy->mutex);
    g_array_set_size(watched, 0);
    watch(watched, proxy->bell, true, false);
    watch(watched, proxy->listener, proxy->listener >= 0, false);
    for (unsigned i = 0; i < proxy->connections->len && mode != PROXY_FREEZE; i++)
        watch_connection(watched, proxy->connections->pdata[i]);
    poll((struct pollfd *)(void *)watched->data, watched->len,
         mode == PROXY_HUGE_FRAME ? DRIP_MILLISECONDS : -1);
    eventfd_read(proxy->bell, &count);
    if (mode != PROXY_FREEZE)
        serve_all(proxy, watched);
    if (g_array_index(watched, struct pollfd, 1).revents != 0)
        take_connection(proxy);
    return true;
}

static void *run(void *data)
{
    Proxy *proxy = data;
    g_autoptr(GArray) watched = g_array_new(FALSE, FALSE, sizeof(struct pollfd));

    while (turn(proxy, watched))
        ;
    return NULL;
}

Proxy *proxy_start(const char *path, const char *engine)
{
    Proxy *proxy = g_new0(Proxy, 1);

    proxy->path = g_strdup(path);
    proxy->upstream = g_strdup(engine);
    proxy->listener = listen_at(path);
    proxy->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    proxy->connections = g_ptr_array_new_with_free_func(connection_free);
    g_mutex_init(&proxy->mutex);
    g_cond_init(&proxy->heard);
    proxy->thread = g_thread_new("proxy", run, proxy);
    return proxy;
}

void proxy_stop(Proxy *proxy)
{
    if (proxy == NULL)
        return;
    g_mutex_lock(&proxy->mutex);
    proxy->stopping = true;
    g_mutex_unlock(&proxy->mutex);
    eventfd_write(proxy->bell, 1);
    g_thread_join(proxy->thread);
    g_ptr_array_unref(proxy->connections);
    if (proxy->listener >= 0)
        close(proxy->listener);
    unlink(proxy->path);
    close(proxy->bell);
    g_mutex_clear(&proxy->mutex);
    g_cond_clear(&proxy->heard);
    g_free(proxy->call);
    g_free(proxy->path);
    g_free(proxy->upstream);
    g_free(proxy);
}

/* With the mutex: until the thread does as it was told, so that nothing slips through. */
static void await_thread(Proxy *proxy)
{
    unsigned mine = ++proxy->told;

    eventfd_write(proxy->bell, 1);
    while ((int)(proxy->followed - mine) < 0)
        g_cond_wait(&proxy->heard, &proxy->mutex);
}

void proxy_set(Proxy *proxy, ProxyMode mode, const char *call)
{
    g_mutex_lock(&proxy->mutex);
    proxy->mode = mode;
    g_free(proxy->call);
    proxy->call = g_strdup(call);
    await_thread(proxy);
    g_mutex_unlock(&proxy->mutex);
}

void proxy_cut(Proxy *proxy)
{
    g_mutex_lock(&proxy->mutex);
    proxy->cut = true;
    await_thread(proxy);
    g_mutex_unlock(&proxy->mutex);
}

static unsigned read_counter(Proxy *proxy, const unsigned *counter)
{
    unsigned value;

    g_mutex_lock(&proxy->mutex);
    value = *counter;
    g_mutex_unlock(&proxy->mutex);
    return value;
}

unsigned proxy_connections(Proxy *proxy)
{
    return read_counter(proxy, &proxy->open);
}

unsigned proxy_accepted(Proxy *proxy)
{
    return read_counter(proxy, &proxy->accepted);
}

unsigned proxy_spoiled(Proxy *proxy)
{
    return read_counter(proxy, &proxy->spoiled);
}

unsigned proxy_done(Proxy *proxy)
{
    return read_counter(proxy, &proxy->done);
}

void proxy_await(Proxy *proxy, unsigned (*counter)(Proxy *proxy), unsigned more_than, int pidfd)
{
    gint64 until = g_get_monotonic_time() + G_GINT64_CONSTANT(120) * G_USEC_PER_SEC;

    while (counter(proxy) <= more_than) {
        struct pollfd ended = {.fd = pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 5), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}
