/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/http_private.h"

#include "core/clock.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MOST = 256 };

int64_t http_server_now(const HttpServer *server)
{
    return server->offset + clock_monotonic() * 1000;
}

void http_server_kick(HttpServer *server)
{
    server->kicked = true;
}

static void watch(HttpServer *server, int descriptor, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
        g_error("epoll: %s", g_strerror(errno));
}

static HttpWatch *watch_of(const HttpServer *server, int descriptor)
{
    for (unsigned i = 0; i < server->watches->len; i++) {
        HttpWatch *one = server->watches->pdata[i];
        if (one->descriptor == descriptor)
            return one;
    }
    return NULL;
}

void http_server_watch(HttpServer *server, int descriptor, HttpReady ready, void *data)
{
    HttpWatch *one = g_new(HttpWatch, 1);
    *one = (HttpWatch){descriptor, ready, data};
    g_ptr_array_add(server->watches, one);
    watch(server, descriptor, EPOLLIN, one);
}

void http_server_unwatch(HttpServer *server, int descriptor)
{
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, descriptor, NULL);
    HttpWatch *one = watch_of(server, descriptor);
    if (one != NULL)
        *one = (HttpWatch){.descriptor = -1}; /* events under way may still name it */
}

static HttpWatch *watch_at(const HttpServer *server, void *data)
{
    return g_ptr_array_find(server->watches, data, NULL) ? data : NULL;
}

static void forget_unwatched(HttpServer *server)
{
    for (unsigned i = server->watches->len; i-- > 0;) {
        const HttpWatch *one = server->watches->pdata[i];
        if (one->ready == NULL)
            g_ptr_array_remove_index_fast(server->watches, i);
    }
}

HttpServer *http_server_new(const HttpService *service)
{
    HttpServer *server = g_new0(HttpServer, 1);
    server->service = *service;
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->watches = g_ptr_array_new_with_free_func(g_free);
    server->listeners = g_array_new(FALSE, FALSE, sizeof(int));
    server->exchanges = g_ptr_array_new();
    server->ready = g_ptr_array_new();
    server->closed = g_ptr_array_new_with_free_func((GDestroyNotify)http_exchange_free);
    server->head = g_malloc(HEAD_MOST);
    server->offset = service->start - clock_monotonic() * 1000;
    server->next_wake = INT64_MAX;
    server->next_tick = service->tick ? 0 : INT64_MAX;
    return server;
}

void http_server_listen(HttpServer *server, int descriptor)
{
    g_array_append_val(server->listeners, descriptor);
}

void http_server_free(HttpServer *server)
{
    if (server == NULL)
        return;
    while (server->exchanges->len > 0)
        http_exchange_close(server->exchanges->pdata[0]);
    for (unsigned i = 0; i < server->listeners->len; i++)
        close(g_array_index(server->listeners, int, i));
    close(server->epoll);
    g_ptr_array_unref(server->watches);
    g_array_unref(server->listeners);
    g_ptr_array_unref(server->exchanges);
    g_ptr_array_unref(server->ready);
    g_ptr_array_unref(server->closed);
    g_free(server->head);
    g_free(server);
}

static void accept_some(HttpServer *server, int listener)
{
    for (;;) {
        const int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) /* without descriptors the client waits until another leaves */
            return;
        HttpExchange *exchange = g_new0(HttpExchange, 1);
        exchange->server = server;
        exchange->descriptor = descriptor;
        exchange->wake = INT64_MAX;
        exchange->out = g_string_new(NULL);
        exchange->place = server->exchanges->len;
        g_ptr_array_add(server->exchanges, exchange);
        watch(server, descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, exchange);
    }
}

static const int *listener_of(const HttpServer *server, const void *data)
{
    for (unsigned i = 0; i < server->listeners->len; i++)
        if (data == &g_array_index(server->listeners, int, i))
            return data;
    return NULL;
}

static int timeout_ms(const HttpServer *server)
{
    const int64_t next = MIN(server->next_wake, server->next_tick);
    if (server->ready->len > 0)
        return 0;
    if (next == INT64_MAX)
        return -1;
    const int64_t left = next - http_server_now(server);
    return left <= 0 ? 0 : (int)MIN(left / 1000000 + 1, 3600000);
}

static void run_ready(HttpServer *server)
{
    g_autoptr(GPtrArray) ready = g_steal_pointer(&server->ready);
    server->ready = g_ptr_array_new();
    for (unsigned i = 0; i < ready->len; i++) {
        HttpExchange *exchange = ready->pdata[i];
        exchange->ready = false;
        http_exchange_run(exchange);
    }
}

/* Whatever was waiting for this moment, or for something to happen. */
static void run_waiting(HttpServer *server, int64_t now)
{
    const bool kicked = server->kicked;
    if (!kicked && now < server->next_wake)
        return;
    server->kicked = false;
    server->next_wake = INT64_MAX;
    /* From the end: what closes is replaced by the last. */
    for (unsigned i = server->exchanges->len; i-- > 0;) {
        HttpExchange *exchange = server->exchanges->pdata[i];
        const bool due = exchange->wake <= now;
        if (exchange->phase == PHASE_HANDLING && due) {
            http_exchange_handle(exchange);
        } else if (exchange->phase == PHASE_SENDING && exchange->waits && (due || kicked)) {
            exchange->wake = INT64_MAX;
            exchange->waits = false;
        } else {
            server->next_wake = MIN(server->next_wake, exchange->wake);
            continue;
        }
        http_exchange_run(exchange);
    }
}

static void run_tick(HttpServer *server)
{
    const int64_t now = http_server_now(server);
    if (now >= server->next_tick)
        server->next_tick = server->service.tick(server->service.data, now);
}

/* Nobody waits for the answer any more when the client has left. One that was quick to say that it
 * sends no more still gets it. */
static void run_or_close(HttpExchange *exchange, uint32_t events)
{
    const bool over = exchange->phase >= PHASE_HANDLING && (events & EPOLLRDHUP);
    if (!over)
        http_exchange_run(exchange);
    if (over || events & (EPOLLHUP | EPOLLERR))
        http_exchange_close(exchange);
}

/* False when it is time to stop. */
static bool run_events(HttpServer *server, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        void *data = events[i].data.ptr;
        if (data == server)
            return false;
        const int *listener = listener_of(server, data);
        const HttpWatch *watched = watch_at(server, data);
        if (listener != NULL)
            accept_some(server, *listener);
        else if (watched == NULL)
            run_or_close(data, events[i].events);
        else if (watched->ready != NULL)
            watched->ready(watched->data, watched->descriptor);
    }
    return true;
}

/* Their descriptors are free for those that still wait to be accepted. */
static void forget_closed(HttpServer *server)
{
    if (server->closed->len == 0)
        return;
    g_ptr_array_set_size(server->closed, 0);
    for (unsigned i = 0; i < server->listeners->len; i++)
        accept_some(server, g_array_index(server->listeners, int, i));
}

void http_server_run(HttpServer *server, int stop)
{
    struct epoll_event events[EVENTS_MOST];
    watch(server, stop, EPOLLIN, server);
    for (unsigned i = 0; i < server->listeners->len; i++) {
        int *listener = &g_array_index(server->listeners, int, i);
        watch(server, *listener, EPOLLIN | EPOLLET, listener);
    }
    for (;;) {
        const int n = epoll_wait(server->epoll, events, EVENTS_MOST, timeout_ms(server));
        if (n < 0 && errno != EINTR)
            g_error("epoll: %s", g_strerror(errno));
        if (!run_events(server, events, n))
            return;
        run_ready(server);
        run_tick(server);
        run_waiting(server, http_server_now(server));
        forget_closed(server);
        forget_unwatched(server);
    }
}
