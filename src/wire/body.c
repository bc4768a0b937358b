/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a transfer sends: its method, its headers, its body from memory or from a file.
 */
#include "config.h"

#include "core/i18n.h"
#include "wire/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static Span memory_of(const Transfer *transfer)
{
    if (transfer->secret != NULL)
        return secret_span(transfer->secret);
    size_t size;
    const void *data = g_bytes_get_data(transfer->body, &size);
    return span_of(data, size);
}

static size_t read_memory(const Transfer *transfer, char *out, size_t capacity)
{
    Span body = memory_of(transfer);
    size_t n = MIN(capacity, body.size - (size_t)transfer->body_sent);
    if (n > 0)
        memcpy(out, body.data + transfer->body_sent, n);
    return n;
}

static size_t read_file(const Transfer *transfer, char *out, size_t capacity)
{
    uint64_t left = transfer->body_size - transfer->body_sent;
    size_t wanted = left < capacity ? (size_t)left : capacity;
    for (;;) {
        ssize_t n = wanted == 0 ? 0
                                : pread(transfer->body_file, out, wanted,
                                        (off_t)(transfer->body_offset + transfer->body_sent));
        if (n < 0 && errno == EINTR)
            continue;
        /* A file that ends before what was promised was cut while it was sent. */
        return n < 0 || (n == 0 && wanted > 0) ? CURL_READFUNC_ABORT : (size_t)n;
    }
}

static size_t read_some(const Transfer *transfer, char *out, size_t capacity)
{
    bool from_memory = transfer->secret != NULL || transfer->body != NULL;
    return from_memory ? read_memory(transfer, out, capacity) : read_file(transfer, out, capacity);
}

static size_t on_read(char *out, size_t one, size_t capacity, void *data)
{
    Transfer *transfer = data;
    (void)one; /* libcurl says: always 1 */
    size_t n = read_some(transfer, out, capacity);
    if (n != CURL_READFUNC_ABORT)
        transfer->body_sent += n;
    return n;
}

/* libcurl begins again when a connection that it kept turns out to be closed. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
    Transfer *transfer = data;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > transfer->body_size)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->body_sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

bool transfer_add_header(Transfer *transfer, const char *line, GError **error)
{
    struct curl_slist *longer =
        strpbrk(line, "\r\n") != NULL ? NULL : curl_slist_append(transfer->sent_headers, line);
    if (longer == NULL) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("%s: a header cannot be sent"),
                    transfer->what);
        return false;
    }
    transfer->sent_headers = longer;
    return true;
}

static bool take_body(Transfer *transfer, const WireRequest *request, GError **error)
{
    if (request->secret != NULL) {
        transfer->secret = secret_ref(request->secret);
        transfer->body_size = secret_size(request->secret);
        return true;
    }
    if (request->body != NULL) {
        transfer->body = g_bytes_ref(request->body);
        transfer->body_size = g_bytes_get_size(request->body);
        return true;
    }
    transfer->body_offset = request->body_offset;
    transfer->body_size = request->body_size;
    transfer->body_file = fcntl(request->body_file, F_DUPFD_CLOEXEC, 0);
    if (transfer->body_file >= 0)
        return true;
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("%s: the file to send cannot be used: %s"),
                transfer->what, g_strerror(errno));
    return false;
}

/* A POST of nothing still says that its length is 0. */
static void send_nothing(CURL *curl, const char *method)
{
    if (method == NULL)
        return;
    if (g_str_equal(method, "HEAD"))
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (g_str_equal(method, "POST") || g_str_equal(method, "PUT")) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static bool send_body(Transfer *transfer, const WireRequest *request, GError **error)
{
    CURL *curl = transfer->curl;
    if (!take_body(transfer, request, error))
        return false;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST,
                     request->method != NULL ? request->method : "PUT");
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->body_size);
    /* A second of waiting for "100 Continue", which few servers send. */
    return transfer_add_header(transfer, "Expect:", error);
}

bool wire_has_body(const WireRequest *request)
{
    return request->body != NULL || request->secret != NULL || request->body_size != 0;
}

bool transfer_set_body(Transfer *transfer, const WireRequest *request, GError **error)
{
    /* On a kept connection that breaks off before it answers, libcurl asks again by itself: what is
     * posted would be done twice. */
    if (g_strcmp0(request->method, "POST") == 0)
        curl_easy_setopt(transfer->curl, CURLOPT_FRESH_CONNECT, 1L);
    if (request->uploads) {
        if (!transfer_set_upload(transfer, request, error))
            return false;
    } else if (!wire_has_body(request)) {
        send_nothing(transfer->curl, request->method);
    } else if (!send_body(transfer, request, error)) {
        return false;
    }
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        if (!transfer_add_header(transfer, request->headers[i], error))
            return false;
    if (transfer->sent_headers != NULL)
        curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, transfer->sent_headers);
    return true;
}
