/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An enclave that a test owns: a TLS server on a loopback port which waits for secrets, takes them
 * or not, starts, and runs; as its script says. One connection at a time, HTTP/1.0, as the real
 * one.
 */
#ifndef MSE_TESTS_E2E_SHAM_ENCLAVE_H
#define MSE_TESTS_E2E_SHAM_ENCLAVE_H

#include "core/cancel.h"

#include <glib.h>
#include <stdbool.h>

#define SHAM_ACCEPTS "HTTP/1.0 200 OK\r\n\r\n"
#define SHAM_REFUSES "HTTP/1.0 401 Unauthorized\r\n\r\n"

typedef struct ShamScript {
    const char *certificate, *key; /* PEM files */
    bool runs;                     /* it has been given its secrets already */
    const char *answer;            /* to the POST; NULL: none, it closes */
    bool holds_post;               /* says nothing to it, and does not close */
    bool waits_on;                 /* after the POST as before */
    unsigned away;                 /* connections that it closes at once before it waits */
    unsigned starting;             /* requests that get 503 after it took its secrets */
    const char *running_answer;    /* NULL: 200 */
    bool ends_at_post;             /* nobody is there any more after it */
    Cancel *cancel_at_post;        /* set once the POST is there */
    void (*at_post)(void *data);   /* called then */
    void *data;
} ShamScript;

typedef struct ShamEnclave ShamEnclave;
ShamEnclave *sham_enclave_start(const ShamScript *script); /* copies the script */
void sham_enclave_stop(ShamEnclave *enclave);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShamEnclave, sham_enclave_stop)
/* Whoever is away for long is there now. */
void sham_enclave_come(ShamEnclave *enclave);
unsigned sham_enclave_port(const ShamEnclave *enclave);

/* What it got after a handshake, all of it; of how many POSTs. Free with g_free. */
char *sham_enclave_got(ShamEnclave *enclave);
unsigned sham_enclave_posts(ShamEnclave *enclave);
/* The body of the last POST; "" when none. Free with g_free. */
char *sham_enclave_body(ShamEnclave *enclave);

#endif
