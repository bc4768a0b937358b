/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A body that is made while it is sent, and whose size nobody knows before its end: it goes out in
 * chunks, and waits when there is nothing to send yet.
 */
#include "config.h"

#include "core/clock.h"
#include "wire/transfer.h"

#define UPLOAD_BUFFER (128 * 1024) /* bytes, of libcurl's */

static size_t on_read(char *out, size_t one, size_t capacity, void *data)
{
    Transfer *transfer = data;
    (void)one; /* libcurl says: always 1 */
    size_t n = transfer->kind->more(transfer, transfer->owner, out, capacity);
    transfer->starved = n == CURL_READFUNC_PAUSE;
    transfer->last_byte = transfer->last_sent = clock_monotonic();
    return n;
}

/* What was sent cannot be had again. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
    (void)data;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

bool transfer_set_upload(Transfer *transfer, const WireRequest *request, GError **error)
{
    CURL *curl = transfer->curl;
    transfer->uploads = true;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST,
                     request->method != NULL ? request->method : "PUT");
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    /* A kept connection that turns out to be closed would make libcurl begin again. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    /* A second of waiting for "100 Continue", which few servers send. */
    return transfer_add_header(transfer, "Expect:", error);
}
