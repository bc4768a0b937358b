/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that a test owns: on a unix socket, or over TLS on a loopback port. What it answers is a
 * table; it can break off, freeze, drip, or lie at any byte. A thread a connection; connections are
 * kept as HTTP/1.1 asks, so that clients can use them again.
 */
#ifndef MSE_TESTS_UNIT_FAKE_ENGINE_H
#define MSE_TESTS_UNIT_FAKE_ENGINE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct FakeConnection FakeConnection;
/* False when the other side is gone, or the test is over. */
bool fake_write(FakeConnection *connection, const void *bytes, size_t size);
/* What comes next, as recv has it: for `serve`, which has to take the body of what was asked. */
ssize_t fake_read(FakeConnection *connection, void *bytes, size_t size);
/* The body of what was asked, whole, chunked or not; NULL when the other side ended in between. */
GByteArray *fake_read_body(FakeConnection *connection);

typedef enum {
    FAKE_KEEP,  /* wait for the next request */
    FAKE_CLOSE, /* in good order: what the other side still sends is taken, so that it gets all */
    FAKE_RESET,
    FAKE_HOLD, /* frozen: say nothing more until the other side or the test ends it */
    FAKE_DRIP, /* the answer byte by byte, slowly, then as FAKE_HOLD */
} FakeThen;

/* The first whose `match` is in the request's first line answers. */
typedef struct FakeRoute {
    const char *match;
    const char *answer; /* NULL: nothing */
    size_t size;        /* of it; 0: strlen */
    FakeThen then;
    /* After the answer, or NULL: then the body of what was asked is taken before it is answered,
     * but by what resets or freezes. */
    void (*serve)(FakeConnection *connection);
} FakeRoute;

typedef struct FakeOptions {
    const char *certificate; /* PEM files: TLS on a loopback port; NULL: a unix socket */
    const char *key;
    const char *client_authority; /* clients must show a certificate of it */
    const char *forward;          /* a unix socket to which all bytes go, instead of routes */
} FakeOptions;

typedef struct FakeEngine FakeEngine;
/* `routes` is borrowed and ends with an empty row; after it, /_ping and /version answer as an
 * engine of API 1.41, everything else 404. */
FakeEngine *fake_engine_start(const FakeRoute *routes, const FakeOptions *options);
void fake_engine_stop(FakeEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeEngine, fake_engine_stop)

const char *fake_engine_address(const FakeEngine *engine); /* "unix:///…" or "tcp://127.0.0.1:…" */
unsigned fake_engine_connections(FakeEngine *engine);      /* accepted so far */
unsigned fake_engine_open(FakeEngine *engine);             /* open now */
char *fake_engine_requests(FakeEngine *engine);            /* first lines, one a line; g_free */

#define FAKE_HEAD "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

#define FAKE_CHUNKED FAKE_HEAD "Transfer-Encoding: chunked\r\n\r\n"

#endif
