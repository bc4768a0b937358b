/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests as a simulated enclave reads them and the heads of its answers: HTTP/1.0, strict.
 */
#ifndef MSE_SIM_ENCLAVE_HTTP_H
#define MSE_SIM_ENCLAVE_HTTP_H

#include "core/reader.h"

#include <glib.h>

enum { ENCLAVE_HTTP_HEAD_MOST = 16 * 1024 };

typedef enum {
    ENCLAVE_HTTP_MORE, /* it is not whole yet */
    ENCLAVE_HTTP_WHOLE,
    ENCLAVE_HTTP_BAD,
    ENCLAVE_HTTP_TOO_LARGE,
} EnclaveHttpState;

typedef struct EnclaveHttpRequest {
    char *method, *path; /* owned; the path without its query */
    Span body;           /* borrowed from what was parsed */
} EnclaveHttpRequest;

/* Sets `out` only when it is whole: enclave_http_clear. */
EnclaveHttpState enclave_http_parse(Span bytes, size_t body_most, EnclaveHttpRequest *out);
void enclave_http_clear(EnclaveHttpRequest *request);

/* The status line and headers with the empty line behind them; `bare`: no headers at all. `headers`
 * are whole lines or NULL. Free with g_free. */
char *enclave_http_head(unsigned status, const char *headers, bool bare, size_t body_size);

#endif
