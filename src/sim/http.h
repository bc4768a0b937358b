/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small HTTP/1.1 server for services that stream: one thread, epoll, any number of connections.
 * What a connection has not taken yet is bounded: a source is asked for more only when there is
 * room, so a slow reader makes its own answer wait and costs nothing else.
 *
 * Times are Unix nanoseconds of the server's own clock, which never jumps.
 */
#ifndef MSE_SIM_HTTP_H
#define MSE_SIM_HTTP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND INT64_C(1000000000)

typedef struct HttpServer HttpServer;
/* A request and its answer. Valid until the answer ended or the client left. */
typedef struct HttpExchange HttpExchange;

typedef void (*HttpHandler)(void *data, HttpExchange *exchange);
/* What happens by itself; gives the time when it is to be called again. */
typedef int64_t (*HttpTick)(void *data, int64_t now);

typedef struct HttpService {
    HttpHandler handle;
    HttpTick tick; /* or NULL */
    void *data;
    int64_t start; /* what time it is now */
} HttpService;

HttpServer *http_server_new(const HttpService *service);
/* Takes a listening socket over, and closes it in the end. */
void http_server_listen(HttpServer *server, int descriptor);
/* Serves until `stop`, a descriptor, can be read. */
void http_server_run(HttpServer *server, int stop);
void http_server_free(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)

int64_t http_server_now(const HttpServer *server);
/* Sources that wait are asked again soon: something happened. */
void http_server_kick(HttpServer *server);

/* Calls `ready` whenever the descriptor can be read (or has hung up), until it is unwatched. Both
 * may be called from `ready` itself. */
typedef void (*HttpReady)(void *data, int descriptor);
void http_server_watch(HttpServer *server, int descriptor, HttpReady ready, void *data);
void http_server_unwatch(HttpServer *server, int descriptor);

const char *http_method(const HttpExchange *exchange);
/* As it was sent: escaped, without the query. */
const char *http_path(const HttpExchange *exchange);
/* A parameter of the query, unescaped; NULL when it was not sent. Free with g_free. */
char *http_parameter(const HttpExchange *exchange, const char *name);
/* How often the handler was called for this exchange before (see http_later). */
unsigned http_step(const HttpExchange *exchange);

/* What is wrong with how an answer is sent. */
typedef enum {
    HTTP_FLAW_NONE,
    HTTP_FLAW_TRUNCATE, /* the connection ends in the middle of the body */
    HTTP_FLAW_HALF,     /* half of the body, sent as if it were the whole */
    HTTP_FLAW_CHUNK,    /* a chunk's size that is not its size */
} HttpFlaw;
void http_set_flaw(HttpExchange *exchange, HttpFlaw flaw);

/* Exactly one of these answers; none at all leaves the client waiting. `headers` are whole lines
 * ending in CR LF; Date and what frames the body are added. */
void http_answer(HttpExchange *exchange, unsigned status, const char *headers, const char *body,
                 size_t size);
void http_reset(HttpExchange *exchange); /* no answer: the connection is reset */
/* Calls the handler again at that time. */
void http_later(HttpExchange *exchange, int64_t time);
/* Keeps `data` with the exchange, until it ends in whatever way. */
void http_keep(HttpExchange *exchange, void *data, GDestroyNotify destroy);
void *http_kept(const HttpExchange *exchange);

typedef enum { HTTP_FILL_MORE, HTTP_FILL_WAIT, HTTP_FILL_END } HttpFill;

/* Where a body comes from, piece by piece. */
typedef struct HttpSource {
    /* Appends some (about HTTP_PIECE at most). WAIT: nothing now, ask again at `wake`, or when
     * kicked. */
    HttpFill (*fill)(void *data, GString *out, int64_t now, int64_t *wake);
    GDestroyNotify destroy;
    bool live; /* has no end of its own */
} HttpSource;

enum { HTTP_PIECE = 64 * 1024 };

void http_stream(HttpExchange *exchange, unsigned status, const char *headers,
                 const HttpSource *source, void *data);

#endif
