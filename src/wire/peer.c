/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "wire/transfer.h"

#include <string.h>

#define PEER_DEADLINE 10000 /* milliseconds */
#define DEFAULT_PORT  443

/* What may stand in a host: letters, digits and the like. Nothing that would mean something else
 * in the URL that it becomes a part of. */
static bool is_host_character(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || (c & 0x80) != 0;
}

static bool is_address_character(char c)
{
    return g_ascii_isxdigit(c) || c == ':' || c == '.';
}

static size_t span_while(const char *text, bool (*holds)(char))
{
    size_t size = 0;
    while (text[size] != '\0' && holds(text[size]))
        size++;
    return size;
}

/* The port after the host: 0 when it is none. */
static unsigned parse_port(const char *text)
{
    if (*text == '\0')
        return DEFAULT_PORT;
    guint64 port;
    if (*text != ':' || !g_ascii_string_to_unsigned(text + 1, 10, 1, 65535, &port, NULL))
        return 0;
    return (unsigned)port;
}

/* "https://host:port/" for a host and port; NULL when they are none. */
static char *url_of(const char *host_port)
{
    const char *host = host_port;
    bool bracketed = *host == '[';
    if (bracketed)
        host++;
    size_t size = span_while(host, bracketed ? is_address_character : is_host_character);
    const char *rest = host + size;
    if (size == 0 || (bracketed && *rest++ != ']'))
        return NULL;
    unsigned port = parse_port(rest);
    if (port == 0)
        return NULL;
    g_autofree char *name = g_strndup(host, size);
    return g_strdup_printf(bracketed ? "https://[%s]:%u/" : "https://%s:%u/", name, port);
}

GBytes *wire_peer_certificate(const char *host_port, Cancel *cancel, GError **error)
{
    g_autofree char *shown = sanitize_string(host_port);
    g_autofree char *url = url_of(host_port);
    if (url == NULL) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_URL,
                    _("\"%s\" is no host and port: write host, host:port or [address]:port"),
                    shown);
        return NULL;
    }
    const WireTls tls = {.any_peer = true};
    const WireRequest request = {.url = url,
                                 .tls = &tls,
                                 .connect_deadline = PEER_DEADLINE,
                                 .total_deadline = PEER_DEADLINE};
    char *what = g_strdup_printf(_("cannot get the certificate of %s"), shown);
    g_autoptr(Transfer) transfer = transfer_new(&request, what, false, error);
    if (transfer == NULL)
        return NULL;
    transfer->headless = true;
    curl_easy_setopt(transfer->curl, CURLOPT_CONNECT_ONLY, 1L);
    g_autoptr(WireAnswer) answer = transfer_call(transfer, 0, cancel, error);
    if (answer == NULL)
        return NULL;
    GBytes *leaf = wire_answer_peer(answer);
    if (leaf == NULL)
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_TLS, _("%s: the server showed none"),
                    transfer->what);
    return leaf == NULL ? NULL : g_bytes_ref(leaf);
}
