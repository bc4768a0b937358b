/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/listen.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} Address;

/* HOST:PORT, [HOST]:PORT or a port alone. */
static bool parse_address(const char *option, const char *text, Address *out, socklen_t *size,
                          GError **error)
{
    const char *colon = strrchr(text, ':');
    g_autofree char *host = colon ? g_strndup(text, (size_t)(colon - text)) : g_strdup("127.0.0.1");
    const char *digits = colon ? colon + 1 : text;
    const size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        memmove(host, host + 1, n - 1);
    }
    if (strcmp(host, "localhost") == 0) {
        g_free(host);
        host = g_strdup("127.0.0.1");
    }
    guint64 port;
    *out = (Address){.any = {0}};
    if (!g_ascii_isdigit(digits[0]) ||
        !g_ascii_string_to_unsigned(digits, 10, 0, UINT16_MAX, &port, NULL))
        return fail(error, SIM_ERROR_USAGE, _("%s: %s: HOST:PORT is expected"), option, text);
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        *size = sizeof out->v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        *size = sizeof out->v6;
        return true;
    }
    return fail(error, SIM_ERROR_USAGE, _("%s: %s: localhost or an address is expected"), option,
                text);
}

int listen_tcp(const char *text, unsigned *port, GError **error)
{
    Address address;
    socklen_t size = 0;
    if (!parse_address("--listen", text, &address, &size, error))
        return -1;
    const int descriptor =
        socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(descriptor, &address.any, size) != 0 || listen(descriptor, SOMAXCONN) != 0 ||
        getsockname(descriptor, &address.any, &size) != 0) {
        fail(error, SIM_ERROR_NETWORK, _("%s: cannot listen there: %s"), text, g_strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    *port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return descriptor;
}

int connect_tcp(const char *text, GError **error)
{
    Address address;
    socklen_t size = 0;
    if (!parse_address("--engine", text, &address, &size, error))
        return -1;
    const int descriptor = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && connect(descriptor, &address.any, size) == 0)
        return descriptor;
    fail(error, SIM_ERROR_NETWORK, _("%s: nobody answers there: %s"), text, g_strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

/* True when nobody listens at the socket that is there. */
static bool is_left_over(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return false;
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool refused =
        descriptor >= 0 &&
        connect(descriptor, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED;
    if (descriptor >= 0)
        close(descriptor);
    return refused;
}

static bool bind_private(int descriptor, const struct sockaddr_un *address)
{
    const mode_t before = umask(0177);
    const bool bound = bind(descriptor, (const struct sockaddr *)address, sizeof *address) == 0;
    const int why = errno;
    umask(before);
    errno = why;
    return bound;
}

int listen_unix(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fail(error, SIM_ERROR_USAGE, _("--socket: %s: at most %zu bytes are possible"), path,
             sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor >= 0 && is_left_over(&address))
        unlink(path);
    if (descriptor >= 0 && bind_private(descriptor, &address) && listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    fail(error, SIM_ERROR_NETWORK, _("%s: cannot listen there: %s"), path, g_strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

int stop_descriptor(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
