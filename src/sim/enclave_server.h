/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server of a simulated enclave: HTTP/1.0, a request a connection, with TLS or without. One
 * thread; clients that hang, lie or never end are cut off.
 */
#ifndef MSE_SIM_ENCLAVE_SERVER_H
#define MSE_SIM_ENCLAVE_SERVER_H

#include "core/reader.h"

#include <glib.h>
#include <openssl/ssl.h>

typedef struct EnclaveRequest {
    const char *method;
    const char *path; /* without the query */
    Span body;
    const char *peer; /* its address */
} EnclaveRequest;

typedef enum {
    ENCLAVE_ANSWER, /* as below */
    ENCLAVE_HANG,   /* never */
    ENCLAVE_RESET,
} EnclaveAct;

typedef struct EnclaveReply {
    EnclaveAct act;
    unsigned status;
    const char *headers; /* whole lines; NULL: none but those of every answer */
    bool bare;           /* a status line, and neither headers nor body */
    GBytes *body;        /* owned; NULL: empty */
    bool stop;           /* the server ends when this was sent */
} EnclaveReply;

typedef struct EnclaveService {
    SSL_CTX *tls;         /* NULL: plain HTTP */
    unsigned connections; /* at a time: others wait to be taken */
    size_t body_most;     /* bytes of a request's body */
    void (*handle)(void *data, const EnclaveRequest *request, EnclaveReply *reply);
    /* What happens by itself; milliseconds until it is to be called again. */
    int (*tick)(void *data);
    void *data;
    unsigned seconds; /* how long it serves; 0: for ever */
    /* Connections are taken, and then: */
    bool hang_handshake, reset_handshake, garbage_handshake;
} EnclaveService;

typedef enum {
    ENCLAVE_STOPPED,   /* an answer asked for it */
    ENCLAVE_SIGNALLED, /* `stop` became readable */
    ENCLAVE_EXPIRED    /* its time is over */
} EnclaveEnd;

/* Serves on a listening socket, which is closed in the end, until one of these. */
EnclaveEnd enclave_serve(const EnclaveService *service, int listener, int stop);

#endif
