/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transfer: one libcurl handle from its making to its end, and what an end that is no success
 * means. For the files of this room.
 */
#ifndef MSE_WIRE_TRANSFER_H
#define MSE_WIRE_TRANSFER_H

#include "core/cancel.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>

typedef struct Transfer {
    CURL *curl;
    char *what;     /* "cannot fetch https://…": how its errors begin */
    bool overflown; /* a callback stopped it: more than the limit */
    char detail[CURL_ERROR_SIZE];
} Transfer;

/* What every transfer has in common: no signals, http and https, TLS 1.2, deadlines in
 * milliseconds. Takes `what`. NULL with `error` set. */
Transfer *transfer_new(const char *url, char *what, unsigned connect_deadline,
                       unsigned total_deadline, GError **error);
void transfer_free(Transfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transfer, transfer_free)

/* Runs it to its end; false with `error` set when that is not a success. */
bool transfer_run(Transfer *transfer, Cancel *cancel, GError **error);

#endif
