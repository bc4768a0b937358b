/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wire: the network, for whoever needs an answer from it. A request is a value, an answer is an
 * immutable message. One thread of this room waits for all transfers (wire/stream.h); the calls
 * below are facades over it, which block the calling thread (a job's, never the console's).
 * Connections are kept and used again, and the system's authorities are loaded once.
 *
 * Every wait watches `cancel` and ends within 100 ms of it, then with a CANCEL_ERROR. All other
 * errors are WIRE_ERROR, and say what was asked of whom, what happened, and what to do. Nothing a
 * server sent gets into them unsanitized, and no password of a URL.
 *
 * Environment: the proxies (http_proxy, https_proxy, all_proxy, no_proxy) as libcurl reads them.
 * SSL_CERT_FILE and SSL_CERT_DIR, which Debian's libcurl does not read (its paths are compiled in),
 * are read here, each replacing its half of the system's trust, as OpenSSL's own programs do.
 */
#ifndef MSE_WIRE_WIRE_H
#define MSE_WIRE_WIRE_H

#include "core/cancel.h"
#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_ERROR (wire_error_quark())
typedef enum {
    WIRE_ERROR_URL,       /* not one that can be asked */
    WIRE_ERROR_NAME,      /* the host's or proxy's name was not found */
    WIRE_ERROR_CONNECT,   /* refused, unreachable */
    WIRE_ERROR_TIMEOUT,   /* a deadline of the request passed */
    WIRE_ERROR_TLS,       /* no handshake, or a certificate that is not trusted */
    WIRE_ERROR_PROTOCOL,  /* not HTTP */
    WIRE_ERROR_TOO_LARGE, /* body or headers beyond their limits */
    WIRE_ERROR_REDIRECT,  /* the answer was to ask elsewhere */
    WIRE_ERROR_SETUP,     /* on this side: memory, an authority file */
    WIRE_ERROR_CUT,       /* the answer was cut short or never began, or the connection broke */
    WIRE_ERROR_COMMAND,   /* the program that is to be the connection failed */
    WIRE_ERROR_STRANGER,  /* the peer shows another certificate than the pinned one */
} WireError;
GQuark wire_error_quark(void);

/* Prepares libcurl, with allocators that wipe what they free: a request's body and headers would
 * stay in the heap otherwise. Thread-safe, does its work once; the functions below call it. */
bool wire_init(GError **error);

/* What a client of TLS shows, and whom it trusts. All of it PEM; the server's certificate is always
 * verified against it, but with `any_peer` and `pinned`. */
typedef struct WireTls {
    GBytes *authorities;          /* NULL: the request's authority_file, or the system's */
    const char *certificate_file; /* what we show, or NULL */
    const char *key_file;         /* of it */
    GBytes *certificate;          /* the same from memory */
    const Secret *key;
    /* Take whatever certificate the peer shows, and hand it to the caller, who judges it:
     * wire_answer_peer. Nothing that matters may be sent. Offers no ALPN, keeps no connection. */
    bool any_peer;
    /* The one certificate, in DER, that the peer must show and prove to have the key of. It is
     * compared whole within the handshake, before anything is sent; nothing else about it counts
     * (no authority, name or date). Offers no ALPN, keeps no connection, resumes no session. */
    GBytes *pinned;
} WireTls;

/* What is asked. All that it points to is borrowed for the call. Zero in a number means the
 * default. */
typedef struct WireRequest {
    const char *url;            /* http or https */
    const char *authority_file; /* PEM: trust these authorities alone. NULL: the system's */
    size_t body_maximum;        /* bytes; default LIMIT_HTTP_BODY; of a stream: none */
    unsigned connect_deadline;  /* milliseconds, name and handshake included; default 10,000 */
    unsigned total_deadline;    /* milliseconds; default 30,000; of a stream: none */
    unsigned head_deadline;     /* milliseconds until the answer begins (of an upload: after the
                                 * last piece that the server took); default 30,000 */
    unsigned idle_deadline;     /* milliseconds without a byte once it began; default: none */
    const char *method;         /* NULL: GET, or PUT with a body */
    const char *const *headers; /* "Name: value" each, NULL-terminated; or NULL */
    GBytes *body;               /* what is sent, or NULL */
    Secret *secret;             /* the same; no copy of it stays in memory afterwards */
    int body_file;              /* a regular file to send, when body_size is not 0: from */
    uint64_t body_offset;       /* here on (pread; it stays the caller's and open) */
    uint64_t body_size;         /* so many bytes */
    bool uploads;               /* the body comes by wire_stream_send (of a stream alone) */
    const WireTls *tls;         /* or NULL */
    const char *socket_path;    /* a unix socket to connect to, whatever the URL's host; or NULL */
    /* The connection is the standard input and output of this program (argv, looked for in PATH,
     * NULL-terminated), whatever the URL's host. It runs in a session of its own; what it says on
     * standard error gets into the error's sentence. At most eight at a time for the same argv,
     * kept and used again; what would be one more waits, and streams leave two to the others. */
    const char *const *command;
} WireRequest;

/* An answer: never changes, so threads may share it. */
typedef struct WireAnswer WireAnswer;
WireAnswer *wire_answer_ref(WireAnswer *answer);
void wire_answer_unref(WireAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireAnswer, wire_answer_unref)

unsigned wire_answer_status(const WireAnswer *answer); /* 200, 404, … */
GBytes *wire_answer_body(const WireAnswer *answer);    /* borrowed, may be empty */

/* The value of the first header of that name, in any case, as the server sent it (sanitize before
 * showing), without white space around it. Borrowed; NULL when there is none. */
const char *wire_answer_header(const WireAnswer *answer, const char *name);

/* The certificate that the peer proved to own, in DER, when the request said any_peer or pinned.
 * Borrowed; else NULL. */
GBytes *wire_answer_peer(const WireAnswer *answer);

/* Asks, and waits for the whole answer. Any status but a redirect is an answer: the caller judges
 * it. Redirects are not followed, since the question may matter to whoever is asked: the error
 * says where to. A POST is sent once, on a connection of its own. TLS 1.2 or later, verified. NULL
 * with `error` set. Free with wire_answer_unref. */
WireAnswer *wire_call(const WireRequest *request, Cancel *cancel, GError **error);

/* Connects to "host", "host:port" or "[address]:port" (default port 443), makes a TLS handshake and
 * returns the certificate that the peer proved to own, in DER. It is not verified in any other way:
 * the caller is about to judge it. At most 10 s. NULL with `error` set. Caller owns the result. */
GBytes *wire_peer_certificate(const char *host_port, Cancel *cancel, GError **error);

/* A URL as it may be shown: without user and password, sanitized. Free with g_free. */
char *wire_show_url(const char *url);

#endif
