/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quoting service's messages, and who asks it.
 */
#include "config.h"

#include "sim/quoting.h"

#include "core/sanitize.h"
#include "sim/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const uint8_t REQUEST_MAGIC[QUOTING_MAGIC_SIZE] = "MSESIMQ1",
                     ANSWER_MAGIC[QUOTING_MAGIC_SIZE] = "MSESIMA1";
enum { FLAG_DEBUG = 1 };

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

void quoting_request_write(const QuotingRequest *request, uint8_t out[QUOTING_REQUEST_SIZE])
{
    uint8_t *at = put(out, REQUEST_MAGIC, sizeof REQUEST_MAGIC);
    at = put_u32(at, request->debug ? FLAG_DEBUG : 0);
    at = put(at, request->mr_enclave, sizeof request->mr_enclave);
    at = put(at, request->mr_signer, sizeof request->mr_signer);
    put(at, request->report_data, sizeof request->report_data);
}

bool quoting_request_read(Span bytes, QuotingRequest *out)
{
    Reader reader = reader_on(bytes);
    Span magic;
    uint32_t flags;
    if (bytes.size != QUOTING_REQUEST_SIZE || !reader_take(&reader, QUOTING_MAGIC_SIZE, &magic) ||
        !span_equal(magic, span_of(REQUEST_MAGIC, QUOTING_MAGIC_SIZE)) ||
        !reader_u32le(&reader, &flags) || (flags & ~(uint32_t)FLAG_DEBUG) != 0)
        return false;
    out->debug = flags & FLAG_DEBUG;
    return reader_copy(&reader, out->mr_enclave, sizeof out->mr_enclave) &&
           reader_copy(&reader, out->mr_signer, sizeof out->mr_signer) &&
           reader_copy(&reader, out->report_data, sizeof out->report_data);
}

void quoting_head_write(bool quote, uint32_t size, uint8_t out[QUOTING_HEAD_SIZE])
{
    put_u32(put_u32(put(out, ANSWER_MAGIC, sizeof ANSWER_MAGIC), quote ? 0 : 1), size);
}

bool quoting_head_read(const uint8_t head[QUOTING_HEAD_SIZE], bool *quote, uint32_t *size)
{
    Reader reader = reader_on(span_of(head, QUOTING_HEAD_SIZE));
    Span magic;
    uint32_t status;
    if (!reader_take(&reader, QUOTING_MAGIC_SIZE, &magic) ||
        !span_equal(magic, span_of(ANSWER_MAGIC, QUOTING_MAGIC_SIZE)) ||
        !reader_u32le(&reader, &status) || status > 1 || !reader_u32le(&reader, size) ||
        *size == 0 || *size > QUOTING_ANSWER_MOST)
        return false;
    *quote = status == 0;
    return true;
}

/* A socket's address has room for 107 bytes: a longer path goes by way of its directory. */
static bool connect_at(int descriptor, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *directory = g_path_get_dirname(path), *name = g_path_get_basename(path);
    const int at = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return false;
    const int n =
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", at, name);
    const bool fits = n > 0 && (size_t)n < sizeof address.sun_path;
    if (!fits)
        errno = ENAMETOOLONG;
    const bool connected =
        fits && connect(descriptor, (const struct sockaddr *)&address, sizeof address) == 0;
    const int why = errno;
    close(at);
    errno = why;
    return connected;
}

/* Until it can be read or the deadline (g_get_monotonic_time) is there. */
static bool wait_readable(int descriptor, gint64 deadline)
{
    struct pollfd poller = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        const gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        const int n = poll(&poller, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return true;
        if (n == 0)
            errno = ETIMEDOUT;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

static bool receive(int descriptor, uint8_t *out, size_t size, gint64 deadline)
{
    while (size > 0) {
        if (!wait_readable(descriptor, deadline))
            return false;
        const ssize_t n = read(descriptor, out, size);
        if (n == 0)
            errno = ECONNRESET;
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0) {
            out += n;
            size -= (size_t)n;
        }
    }
    return true;
}

static GBytes *refuse(GError **error, const char *path, const char *why)
{
    g_autofree char *shown = sanitize_string(path);
    g_autofree char *text = sanitize_string(why);
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK,
                "asking the SIMULATED quoting service at %s: %s: is `mse-sim quoting` running, and "
                "its directory bound there?",
                shown, text);
    return NULL;
}

static GBytes *exchange(int descriptor, const char *path, const QuotingRequest *request,
                        GError **error)
{
    const gint64 deadline = g_get_monotonic_time() + QUOTING_DEADLINE * 1000;
    uint8_t message[QUOTING_REQUEST_SIZE], head[QUOTING_HEAD_SIZE];
    quoting_request_write(request, message);
    if (!connect_at(descriptor, path) ||
        send(descriptor, message, sizeof message, MSG_NOSIGNAL) != sizeof message ||
        shutdown(descriptor, SHUT_WR) != 0 || !receive(descriptor, head, sizeof head, deadline))
        return refuse(error, path, g_strerror(errno));
    bool quote;
    uint32_t size;
    if (!quoting_head_read(head, &quote, &size))
        return refuse(error, path, "its answer is none");
    g_autofree char *body = g_malloc0(size + 1);
    if (!receive(descriptor, (uint8_t *)body, size, deadline))
        return refuse(error, path, g_strerror(errno));
    return quote ? g_bytes_new(body, size) : refuse(error, path, body);
}

GBytes *quoting_ask(const char *path, const QuotingRequest *request, GError **error)
{
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return refuse(error, path, g_strerror(errno));
    GBytes *quote = exchange(descriptor, path, request, error);
    close(descriptor);
    return quote;
}
