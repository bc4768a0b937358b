/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/docker.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_ENGINE "unix:///var/run/docker.sock"

enum {
    ANSWER_MOST = 4 * 1024 * 1024, /* bytes: an image's description, a line for each layer */
    PATIENCE = 120 * 1000,         /* milliseconds without a byte in either direction */
    PIECE = 64 * 1024,
};

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, SimError code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, code, "%s", shown);
    return false;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

/* A connection that does not block; -1 with an error. */
static int connect_engine(const char *engine, GError **error)
{
    int descriptor = -1;
    errno = ENOENT;
    if (g_str_has_prefix(engine, "unix://"))
        descriptor = connect_unix(engine + strlen("unix://"));
    else if (engine[0] == '/' || engine[0] == '.')
        descriptor = connect_unix(engine);
    else if (g_str_has_prefix(engine, "tcp://"))
        descriptor = connect_tcp(engine + strlen("tcp://"), error);
    else
        fail(error, SIM_ERROR_USAGE,
             _("%s: unix://PATH or tcp://HOST:PORT is expected: an engine behind ssh or TLS is not "
               "spoken to"),
             engine);
    if (descriptor >= 0)
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
    else if (error != NULL && *error == NULL)
        fail(error, SIM_ERROR_NETWORK,
             _("the engine at %s does not answer: %s: does it run, and "
               "may you use it?"),
             engine, g_strerror(errno));
    return descriptor;
}

static bool wait_for(int descriptor, short events)
{
    struct pollfd poller = {.fd = descriptor, .events = events};
    for (;;) {
        const int n = poll(&poller, 1, PATIENCE);
        if (n > 0)
            return true;
        if (n == 0)
            errno = ETIMEDOUT;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

/* An engine that has heard enough answers before all is sent: that is no failure here. */
static bool send_all(int descriptor, Span bytes)
{
    for (size_t sent = 0; sent < bytes.size;) {
        const ssize_t n =
            send(descriptor, bytes.data + sent, MIN(bytes.size - sent, PIECE), MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (errno == EPIPE || errno == ECONNRESET)
            return true;
        else if ((errno != EAGAIN && errno != EINTR) || !wait_for(descriptor, POLLOUT))
            return false;
    }
    return true;
}

static bool receive_all(int descriptor, GByteArray *out)
{
    g_autofree uint8_t *piece = g_malloc(PIECE);
    while (out->len <= ANSWER_MOST) {
        const ssize_t n = read(descriptor, piece, PIECE);
        if (n > 0)
            g_byte_array_append(out, piece, (guint)n);
        else if (n == 0)
            return true;
        else if ((errno != EAGAIN && errno != EINTR) || !wait_for(descriptor, POLLIN))
            return false;
    }
    errno = EMSGSIZE;
    return false;
}

/* "HTTP/1.x NNN …", headers, an empty line, the body. */
static bool read_answer(const GByteArray *bytes, DockerAnswer *out)
{
    g_autofree char *text = g_strndup((const char *)bytes->data, bytes->len);
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL || !g_str_has_prefix(text, "HTTP/1.") || strlen(text) < 12 || text[8] != ' ')
        return false;
    out->status = (unsigned)strtoul(text + 9, NULL, 10);
    out->body = g_strdup(end + 4);
    return out->status >= 100 && out->status <= 599;
}

static bool exchange(int descriptor, Span head, Span body, GByteArray *answer)
{
    return send_all(descriptor, head) && send_all(descriptor, body) &&
           receive_all(descriptor, answer);
}

bool docker_call(const char *engine, const char *method, const char *path, const char *type,
                 Span body, DockerAnswer *out, GError **error)
{
    *out = (DockerAnswer){0};
    if (engine == NULL)
        engine = getenv("DOCKER_HOST");
    if (engine == NULL || engine[0] == '\0')
        engine = DEFAULT_ENGINE;
    const int descriptor = connect_engine(engine, error);
    if (descriptor < 0)
        return false;
    g_autofree char *head = g_strdup_printf("%s %s HTTP/1.0\r\nHost: localhost\r\n"
                                            "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                                            method, path, type, body.size);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const bool exchanged = exchange(descriptor, span_of(head, strlen(head)), body, bytes);
    const int why = errno;
    close(descriptor);
    if (!exchanged)
        return fail(error, SIM_ERROR_NETWORK, _("the engine at %s: %s"), engine, g_strerror(why));
    if (read_answer(bytes, out))
        return true;
    docker_answer_clear(out);
    return fail(error, SIM_ERROR_NETWORK, _("the engine at %s: its answer is no HTTP"), engine);
}

void docker_answer_clear(DockerAnswer *answer)
{
    g_clear_pointer(&answer->body, g_free);
}

/* What the engine says is wrong, sanitized. */
static char *complaint(const DockerAnswer *answer)
{
    json_t *object = json_loads(answer->body, JSON_DISABLE_EOF_CHECK, NULL);
    const char *message = json_string_value(json_object_get(object, "message"));
    char *shown = sanitize_string(message != NULL ? message : answer->body);
    json_decref(object);
    return shown;
}

bool docker_refuse(const DockerAnswer *answer, GError **error)
{
    g_autofree char *why = complaint(answer);
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, _("the engine refuses (%u): %s"),
                answer->status, why);
    return false;
}
