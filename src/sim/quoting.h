/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quoting service: what gives a simulated enclave its quote without giving it the platform's
 * key. One request a connection, over a unix socket; integers are little-endian.
 *
 *   request, QUOTING_REQUEST_SIZE bytes, then nothing:
 *     magic 8 ‖ flags 4 (bit 0: debug) ‖ MRENCLAVE 32 ‖ MRSIGNER 32 ‖ report data 64
 *   answer:
 *     magic 8 ‖ status 4 (0: a quote follows, 1: a sentence) ‖ length 4 ‖ that many bytes
 */
#ifndef MSE_SIM_QUOTING_H
#define MSE_SIM_QUOTING_H

#include "core/reader.h"

#include <glib.h>

/* The socket's name in the directory that is bound at /var/run/aesmd. */
#define QUOTING_SOCKET "mse-sim-quoting.socket"

enum {
    QUOTING_MAGIC_SIZE = 8,
    QUOTING_REQUEST_SIZE = 140,
    QUOTING_HEAD_SIZE = 16,      /* of an answer, before its bytes */
    QUOTING_ANSWER_MOST = 65536, /* bytes behind the head */
    QUOTING_DEADLINE = 5000,     /* milliseconds, on either side */
};

typedef struct QuotingRequest {
    bool debug;
    uint8_t mr_enclave[32], mr_signer[32], report_data[64];
} QuotingRequest;

void quoting_request_write(const QuotingRequest *request, uint8_t out[QUOTING_REQUEST_SIZE]);
/* False: it is none. */
bool quoting_request_read(Span bytes, QuotingRequest *out);

void quoting_head_write(bool quote, uint32_t size, uint8_t out[QUOTING_HEAD_SIZE]);
bool quoting_head_read(const uint8_t head[QUOTING_HEAD_SIZE], bool *quote, uint32_t *size);

/* Asks the service at `path` (of any length). The quote; NULL with SIM_ERROR_NETWORK. */
GBytes *quoting_ask(const char *path, const QuotingRequest *request, GError **error);

#endif
