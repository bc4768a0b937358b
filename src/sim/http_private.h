/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the exchanges (http.c) and the loop around them (http_server.c) share.
 */
#ifndef MSE_SIM_HTTP_PRIVATE_H
#define MSE_SIM_HTTP_PRIVATE_H

#include "sim/http.h"

enum { HEAD_MOST = 64 * 1024 };

typedef enum { PHASE_HEAD, PHASE_BODY, PHASE_HANDLING, PHASE_SENDING, PHASE_CLOSED } Phase;

struct HttpExchange {
    HttpServer *server;
    int descriptor;
    unsigned place; /* in server->exchanges */
    Phase phase;
    bool ready;  /* in server->ready */
    bool closes; /* after this answer */
    bool old;    /* HTTP/1.0: no chunks */
    bool only_head;
    size_t body_left; /* of the request */
    char *method, *path, *query;
    unsigned step;
    void *kept;
    GDestroyNotify free_kept;
    int64_t wake; /* INT64_MAX: when something happens */
    HttpFlaw flaw;
    GString *out;
    size_t sent; /* of out */
    const HttpSource *source;
    void *source_data;
    bool ended; /* nothing follows what is in `out` */
    bool waits; /* the source has nothing now */
    uint64_t streamed;
};

/* A descriptor that is not a connection's. */
typedef struct HttpWatch {
    int descriptor;
    HttpReady ready;
    void *data;
} HttpWatch;

struct HttpServer {
    HttpService service;
    int epoll;
    GPtrArray *watches;   /* HttpWatch, owned */
    GArray *listeners;    /* int */
    GPtrArray *exchanges; /* owned */
    GPtrArray *ready;     /* have more to do at once */
    GPtrArray *closed;    /* freed when no event can name them */
    char *head;           /* HEAD_MOST bytes to read into */
    int64_t offset;       /* of the clock, from the monotonic one */
    int64_t next_wake, next_tick;
    bool kicked;
};

/* Reads, calls the handler and sends, as far as it goes now. */
void http_exchange_run(HttpExchange *exchange);
void http_exchange_handle(HttpExchange *exchange);
void http_exchange_close(HttpExchange *exchange);
void http_exchange_free(HttpExchange *exchange);

#endif
