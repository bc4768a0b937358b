/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/transfer.h"

#include "core/cause.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <sys/un.h>
#include <unistd.h>

#define CONNECT_DEADLINE 10000 /* milliseconds */
#define TOTAL_DEADLINE   30000
#define HEAD_DEADLINE    30000

static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    Transfer *transfer = data;
    (void)purpose;
    g_autoptr(GError) error = NULL;
    Child *child = child_start(transfer->command, address, &error);
    if (child == NULL) {
        g_strlcpy(transfer->detail, error->message, sizeof transfer->detail);
        return CURL_SOCKET_BAD;
    }
    child_unref(transfer->child);
    transfer->child = child;
    return child_socket(child);
}

/* libcurl keeps connections by their address: a path that is the command's alone stands for it. No
 * name is looked up for a path, and none is opened, since the socket is made here. */
static void set_command(Transfer *transfer, const char *const *command)
{
    CURL *curl = transfer->curl;
    g_autofree char *line = g_strjoinv("\n", (char **)command);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    transfer->command = g_strdupv((char **)command);
    transfer->command_key = g_strdup_printf("/command/%s", sum);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, transfer->command_key);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, child_close_socket);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static bool set_way(Transfer *transfer, const WireRequest *request, GError **error)
{
    if (request->command != NULL) {
        set_command(transfer, request->command);
        return true;
    }
    if (request->socket_path == NULL)
        return true;
    if (strlen(request->socket_path) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_URL,
                    _("%s: a socket's path has at most %zu bytes; use a shorter one, a link for "
                      "example"),
                    transfer->what, sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
        return false;
    }
    curl_easy_setopt(transfer->curl, CURLOPT_UNIX_SOCKET_PATH, request->socket_path);
    curl_easy_setopt(transfer->curl, CURLOPT_PROXY, "");
    return true;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    Transfer *transfer = data;
    (void)one; /* libcurl says: always 1 */
    return transfer->kind->body(transfer, transfer->owner, bytes, size);
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value != 0 ? value : otherwise;
}

static void set_common(Transfer *transfer, const WireRequest *request)
{
    CURL *curl = transfer->curl;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Without it, giving up while the resolver is silent waits for the resolver. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, transfer_on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    /* Without one, libcurl takes five minutes. */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)or_default(request->connect_deadline, CONNECT_DEADLINE));
}

static void set_deadlines(Transfer *transfer, const WireRequest *request)
{
    transfer->total_deadline = transfer->is_stream
                                   ? request->total_deadline
                                   : or_default(request->total_deadline, TOTAL_DEADLINE);
    transfer->head_deadline = or_default(request->head_deadline, HEAD_DEADLINE);
    transfer->idle_deadline = request->idle_deadline;
    curl_easy_setopt(transfer->curl, CURLOPT_TIMEOUT_MS, (long)transfer->total_deadline);
}

static bool check_url(const Transfer *transfer, const char *url, GError **error)
{
    if (g_ascii_strncasecmp(url, "https://", 8) == 0 || g_ascii_strncasecmp(url, "http://", 7) == 0)
        return true;
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_URL,
                _("%s: a URL here begins with https:// or http://"), transfer->what);
    return false;
}

static bool configure(Transfer *transfer, const WireRequest *request, GError **error)
{
    if (!check_url(transfer, request->url, error) || !wire_init(error))
        return false;
    transfer->curl = curl_easy_init();
    if (transfer->curl == NULL) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("%s: out of memory"), transfer->what);
        return false;
    }
    set_common(transfer, request);
    set_deadlines(transfer, request);
    return set_way(transfer, request, error) && transfer_set_tls(transfer, request, error) &&
           transfer_set_body(transfer, request, error);
}

Transfer *transfer_new(const WireRequest *request, char *what, bool is_stream, GError **error)
{
    Transfer *transfer = g_new0(Transfer, 1);
    g_atomic_ref_count_init(&transfer->references);
    transfer->what = what;
    transfer->is_stream = is_stream;
    transfer->headers = g_ptr_array_new_with_free_func(wire_header_free);
    transfer->body_file = -1;
    if (configure(transfer, request, error))
        return transfer;
    transfer_unref(transfer);
    return NULL;
}

Transfer *transfer_ref(Transfer *transfer)
{
    g_atomic_ref_count_inc(&transfer->references);
    return transfer;
}

void transfer_unref(Transfer *transfer)
{
    if (transfer == NULL || !g_atomic_ref_count_dec(&transfer->references))
        return;
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->sent_headers);
    g_clear_pointer(&transfer->headers, g_ptr_array_unref);
    g_clear_pointer(&transfer->body, g_bytes_unref);
    secret_free(transfer->secret);
    g_clear_pointer(&transfer->peer, g_bytes_unref);
    g_clear_pointer(&transfer->pinned, g_bytes_unref);
    if (transfer->body_file >= 0)
        close(transfer->body_file);
    g_strfreev(transfer->command);
    g_free(transfer->command_key);
    g_free(transfer->trust_directory);
    child_unref(transfer->child);
    g_free(transfer->what);
    g_free(transfer);
}

/* What libcurl's ends mean. `os`: the system's word for it says more; `detail`: libcurl's does. */
static const struct {
    CURLcode code;
    WireError error;
    enum { PLAIN, WITH_OS, WITH_DETAIL } more;
    const char *happened;
    const char *advice;
} ends[] = {
    {CURLE_URL_MALFORMAT, WIRE_ERROR_URL, WITH_DETAIL, N_("the URL cannot be understood"),
     N_("check how it is spelled")},
    {CURLE_COULDNT_RESOLVE_HOST, WIRE_ERROR_NAME, PLAIN, N_("the host name was not found"),
     N_("check how it is spelled, and that names can be resolved here")},
    {CURLE_COULDNT_RESOLVE_PROXY, WIRE_ERROR_NAME, PLAIN, N_("the proxy's name was not found"),
     N_("check http_proxy, https_proxy and all_proxy in the environment")},
    {CURLE_PROXY, WIRE_ERROR_CONNECT, WITH_DETAIL, N_("the proxy refused"),
     N_("check http_proxy, https_proxy and all_proxy in the environment")},
    {CURLE_COULDNT_CONNECT, WIRE_ERROR_CONNECT, WITH_OS, N_("no connection"),
     N_("check that the server runs, and its port")},
    {CURLE_SEND_ERROR, WIRE_ERROR_CUT, WITH_OS, N_("the connection broke"), N_("try again")},
    {CURLE_RECV_ERROR, WIRE_ERROR_CUT, WITH_DETAIL, N_("the connection broke"), N_("try again")},
    {CURLE_GOT_NOTHING, WIRE_ERROR_CUT, PLAIN,
     N_("the server closed the connection without an answer"),
     N_("check that the port is the right one, and http against https")},
    {CURLE_PARTIAL_FILE, WIRE_ERROR_CUT, PLAIN, N_("the answer was cut short"), N_("try again")},
    {CURLE_UNSUPPORTED_PROTOCOL, WIRE_ERROR_PROTOCOL, WITH_DETAIL, N_("the answer is not HTTP"),
     N_("check that the port is the right one, and http against https")},
    {CURLE_WEIRD_SERVER_REPLY, WIRE_ERROR_PROTOCOL, WITH_DETAIL, N_("the answer is not HTTP"),
     N_("check that the port is the right one, and http against https")},
    {CURLE_FILESIZE_EXCEEDED, WIRE_ERROR_TOO_LARGE, PLAIN,
     N_("the answer is larger than the limit"), N_("check that it is the right server")},
    {CURLE_PEER_FAILED_VERIFICATION, WIRE_ERROR_TLS, WITH_DETAIL,
     N_("the server's certificate is not trusted"),
     N_("if you trust it, give its authority's certificate, for example in SSL_CERT_FILE")},
    {CURLE_SSL_CONNECT_ERROR, WIRE_ERROR_TLS, WITH_DETAIL, N_("no TLS with this server"),
     N_("check that the port is the right one, and http against https")},
    {CURLE_SSL_CERTPROBLEM, WIRE_ERROR_SETUP, WITH_DETAIL,
     N_("our own certificate or its key cannot be used"),
     N_("check the files, and that the key has no password")},
    {CURLE_SSL_CACERT_BADFILE, WIRE_ERROR_SETUP, WITH_DETAIL,
     N_("the authorities' certificates cannot be read"),
     N_("check the file that was given, SSL_CERT_FILE, or install ca-certificates")},
};

static double info_seconds(const Transfer *transfer, CURLINFO info)
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(transfer->curl, info, &microseconds);
    return (double)microseconds / 1e6;
}

static GError *timeout_error(const Transfer *transfer, double seconds)
{
    const char *happened = _("the server did not answer completely");
    if (transfer->state == TRANSFER_WAITS)
        happened = _("no connection became free");
    else if (info_seconds(transfer, CURLINFO_NAMELOOKUP_TIME_T) <= 0)
        happened = _("the resolver did not find out the host's address");
    else if (info_seconds(transfer, CURLINFO_CONNECT_TIME_T) <= 0)
        happened = _("the server did not accept the connection");
    else if (info_seconds(transfer, CURLINFO_STARTTRANSFER_TIME_T) <= 0)
        happened = _("the server did not answer");
    return g_error_new(
        WIRE_ERROR, WIRE_ERROR_TIMEOUT,
        _("%s: %s within %.3g seconds; try again, or check that it is the right server"),
        transfer->what, happened, seconds);
}

/* What is uploaded may take its time, as long as it goes on. */
static int64_t asked_at(const Transfer *transfer)
{
    return transfer->uploads ? transfer->last_sent : transfer->began;
}

int64_t transfer_head_due(const Transfer *transfer)
{
    if (transfer->head_ended || transfer->headless || transfer->starved)
        return INT64_MAX;
    return asked_at(transfer) + (int64_t)transfer->head_deadline * 1000;
}

GError *transfer_late(const Transfer *transfer, int64_t now)
{
    int64_t allowed = INT64_MAX;
    if (transfer->total_deadline != 0)
        allowed = transfer->began + (int64_t)transfer->total_deadline * 1000;
    if (now >= allowed)
        return timeout_error(transfer, (double)(now - transfer->began) / 1e6);
    if (now >= transfer_head_due(transfer))
        return timeout_error(transfer, (double)(now - asked_at(transfer)) / 1e6);
    int64_t silent = now - transfer->last_byte;
    if (!transfer->head_ended || transfer->idle_deadline == 0 || transfer->paused ||
        transfer->starved || silent < (int64_t)transfer->idle_deadline * 1000)
        return NULL;
    return g_error_new(WIRE_ERROR, WIRE_ERROR_TIMEOUT,
                       _("%s: nothing more came for %.3g seconds; try again"), transfer->what,
                       (double)silent / 1e6);
}

/* What more is known of the end, or NULL. Free with g_free. */
static char *describe(const Transfer *transfer, bool from_os)
{
    long number = 0;
    if (from_os)
        curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &number);
    if (number != 0)
        return g_strdup(g_strerror((int)number));
    return transfer->detail[0] == '\0' ? NULL : sanitize_string(transfer->detail);
}

/* A program that ends, or says why it does not connect, is what went wrong; what libcurl saw of it
 * is a connection that broke. NULL when there is no program, or it said nothing. */
static GError *command_error(const Transfer *transfer, CURLcode code)
{
    if (transfer->command == NULL)
        return NULL;
    g_autofree char *said = transfer->child == NULL ? NULL : child_said(transfer->child);
    if (said == NULL && code == CURLE_COULDNT_CONNECT)
        said = describe(transfer, false);
    if (said == NULL)
        return NULL;
    g_autofree char *program = sanitize_string(transfer->command[0]);
    return g_error_new(WIRE_ERROR, WIRE_ERROR_COMMAND, _("%s: %s says: %s"), transfer->what,
                       program, said);
}

/* What libcurl calls a broken connection, but is something else. */
static CURLcode refine(const Transfer *transfer, CURLcode code)
{
    if (transfer->overflown)
        return CURLE_FILESIZE_EXCEEDED;
    if (code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR)
        return code;
    if (strstr(transfer->detail, " alert ") != NULL) /* TLS 1.3 refuses a client after connecting */
        return CURLE_SSL_CONNECT_ERROR;
    return strstr(transfer->detail, "chunk") != NULL ? CURLE_WEIRD_SERVER_REPLY : code;
}

static GError *error_of(const Transfer *transfer, CURLcode code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (ends[i].code != code)
            continue;
        g_autofree char *more =
            ends[i].more == PLAIN ? NULL : describe(transfer, ends[i].more == WITH_OS);
        return g_error_new(WIRE_ERROR, ends[i].error, more ? "%s: %s (%s); %s" : "%s: %s%s; %s",
                           transfer->what, _(ends[i].happened), more ? more : "",
                           _(ends[i].advice));
    }
    g_autofree char *more = describe(transfer, false);
    return g_error_new(WIRE_ERROR, WIRE_ERROR_PROTOCOL, "%s: %s", transfer->what,
                       more ? more : curl_easy_strerror(code));
}

static GError *stranger_error(const Transfer *transfer)
{
    return g_error_new(WIRE_ERROR, WIRE_ERROR_STRANGER,
                       _("%s: the server shows another certificate than the one that was verified, "
                         "so nothing was sent to it; check the port, and verify anew what runs "
                         "there"),
                       transfer->what);
}

static GError *end_error(const Transfer *transfer, CURLcode code)
{
    if (transfer->stranger)
        return stranger_error(transfer);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return timeout_error(transfer, info_seconds(transfer, CURLINFO_TOTAL_TIME_T));
    code = refine(transfer, code);
    if (code == CURLE_OK && !transfer->head_ended && !transfer->headless)
        return g_error_new(WIRE_ERROR, WIRE_ERROR_CUT, _("%s: the answer was cut short; try again"),
                           transfer->what);
    if (code == CURLE_OK)
        return NULL;
    GError *failed = code == CURLE_FILESIZE_EXCEEDED ? NULL : command_error(transfer, code);
    return failed != NULL ? failed : error_of(transfer, code);
}

GError *transfer_error(const Transfer *transfer, CURLcode code)
{
    GError *failed = end_error(transfer, code);
    if (failed == NULL || !causes_are_kept())
        return failed;
    long number = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &number);
    g_autofree char *detail = sanitize_string(transfer->detail);
    g_autofree char *system =
        number != 0 ? g_strdup_printf("; errno %ld: %s", number, g_strerror((int)number)) : NULL;
    cause_end(failed, CAUSE_HERE, "libcurl %d, %s: %s%s", (int)code, curl_easy_strerror(code),
              detail, system != NULL ? system : "");
    return failed;
}
