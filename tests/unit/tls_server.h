/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server for tests: a real socket on a loopback address, TLS if asked for, in a thread of the
 * test. It answers each connection with the same bytes and then closes, holds or drips.
 */
#ifndef MSE_TESTS_UNIT_TLS_SERVER_H
#define MSE_TESTS_UNIT_TLS_SERVER_H

#include "core/cancel.h"

#include <glib.h>
#include <openssl/ssl.h>

typedef struct Identity {
    X509 *certificate;
    EVP_PKEY *key;
} Identity;

/* Self-signed, P-256. `names` as in a subjectAltName ("IP:127.0.0.1,DNS:localhost"), valid from
 * now for `days` (negative: expired), with an extension of `padding` bytes. */
Identity *identity_new(const char *names, int days, size_t padding);
void identity_free(Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)
GBytes *identity_der(const Identity *identity);
void identity_save(const Identity *identity, const char *path); /* the certificate, in PEM */

typedef enum {
    THEN_CLOSE,
    THEN_HOLD, /* keep the connection open until the other side or the test ends it */
    THEN_DRIP, /* go on with one more byte every now and then */
} Then;

typedef struct Script {
    const char *answer; /* NULL: nothing */
    size_t size;        /* of the answer; 0: strlen */
    Then then;
    const Identity *identity;  /* NULL: no TLS */
    int newest_tls;            /* TLS1_1_VERSION, …; 0: whatever OpenSSL has */
    bool wait;                 /* THEN applies before the handshake and request */
    bool answer_first;         /* before anything was asked */
    bool whole_request;        /* reads the body too, as long as its head says */
    bool on_ipv6;              /* listen on ::1 */
    Cancel *cancel_at_request; /* set once a request (or, with `wait`, a connection) is there */
} Script;

typedef struct Server Server;
Server *server_start(const Script *script); /* NULL when the address is not available */
void server_stop(Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_stop)
unsigned server_port(const Server *server);
/* A loopback port at which nobody listens, until the descriptor that is returned is closed. */
int server_dead_port(unsigned *port);
char *server_url(const Server *server, const char *path); /* for 127.0.0.1 */

/* The head of the last request (with whole_request, its body too) and the name asked for in the
 * last handshake; "" when none. Only after the answer was read. Free with g_free. */
char *server_request(Server *server);
char *server_name_asked(Server *server);

#endif
