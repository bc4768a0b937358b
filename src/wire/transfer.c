/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/transfer.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "wire/wire.h"

/* The longest that one poll lasts when nothing else bounds it, in milliseconds: libcurl knows its
 * own deadlines, so this only has to be finite. */
#define LONG_POLL 60000

Transfer *transfer_new(const char *url, char *what, unsigned connect_deadline,
                       unsigned total_deadline, GError **error)
{
    Transfer *transfer = g_new0(Transfer, 1);
    transfer->what = what;
    transfer->curl = wire_init(error) ? curl_easy_init() : NULL;
    if (transfer->curl == NULL) {
        if (error != NULL && *error == NULL)
            g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("%s: out of memory"), what);
        transfer_free(transfer);
        return NULL;
    }
    CURL *curl = transfer->curl;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Without it, giving up while the resolver is silent waits for the resolver. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_deadline);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)total_deadline);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    return transfer;
}

void transfer_free(Transfer *transfer)
{
    if (transfer == NULL)
        return;
    curl_easy_cleanup(transfer->curl);
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
    {CURLE_SEND_ERROR, WIRE_ERROR_CONNECT, WITH_OS, N_("the connection broke"), N_("try again")},
    {CURLE_RECV_ERROR, WIRE_ERROR_CONNECT, WITH_DETAIL, N_("the connection broke"),
     N_("try again")},
    {CURLE_GOT_NOTHING, WIRE_ERROR_PROTOCOL, PLAIN,
     N_("the server closed the connection without an answer"),
     N_("check that the port is the right one, and http against https")},
    {CURLE_PARTIAL_FILE, WIRE_ERROR_PROTOCOL, PLAIN, N_("the answer was cut short"),
     N_("try again")},
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

static void set_timeout(const Transfer *transfer, GError **error)
{
    const char *happened = _("the server did not answer completely");
    if (info_seconds(transfer, CURLINFO_NAMELOOKUP_TIME_T) <= 0)
        happened = _("the resolver did not find out the host's address");
    else if (info_seconds(transfer, CURLINFO_CONNECT_TIME_T) <= 0)
        happened = _("the server did not accept the connection");
    else if (info_seconds(transfer, CURLINFO_STARTTRANSFER_TIME_T) <= 0)
        happened = _("the server did not answer");
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT,
                _("%s: %s within %.3g seconds; try again, or check that it is the right server"),
                transfer->what, happened, info_seconds(transfer, CURLINFO_TOTAL_TIME_T));
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

static void set_error(const Transfer *transfer, CURLcode code, GError **error)
{
    if (code == CURLE_OPERATION_TIMEDOUT) {
        set_timeout(transfer, error);
        return;
    }
    if (transfer->overflown)
        code = CURLE_FILESIZE_EXCEEDED;
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (ends[i].code != code)
            continue;
        g_autofree char *more =
            ends[i].more == PLAIN ? NULL : describe(transfer, ends[i].more == WITH_OS);
        g_set_error(error, WIRE_ERROR, ends[i].error, more ? "%s: %s (%s); %s" : "%s: %s%s; %s",
                    transfer->what, _(ends[i].happened), more ? more : "", _(ends[i].advice));
        return;
    }
    g_autofree char *more = describe(transfer, false);
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_PROTOCOL, "%s: %s", transfer->what,
                more ? more : curl_easy_strerror(code));
}

/* Drives the transfer until it ended; false when cancelled before. */
static bool drive(CURLM *multi, Cancel *cancel, CURLcode *code, GError **error)
{
    for (;;) {
        int running, left;
        CURLMcode state = curl_multi_perform(multi, &running);
        const CURLMsg *message = curl_multi_info_read(multi, &left);
        if (message != NULL && message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
        if (cancel_is_set(cancel, error))
            return false;
        struct curl_waitfd wake = {.fd = cancel_descriptor(cancel), .events = CURL_WAIT_POLLIN};
        if (state == CURLM_OK)
            state = curl_multi_poll(multi, &wake, wake.fd >= 0 ? 1 : 0,
                                    cancel_poll_timeout(cancel, LONG_POLL), NULL);
        if (state != CURLM_OK) {
            *code = CURLE_OUT_OF_MEMORY;
            return true;
        }
    }
}

bool transfer_run(Transfer *transfer, Cancel *cancel, GError **error)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL || curl_multi_add_handle(multi, transfer->curl) != CURLM_OK) {
        curl_multi_cleanup(multi);
        set_error(transfer, CURLE_OUT_OF_MEMORY, error);
        return false;
    }
    CURLcode code = CURLE_OK;
    g_autoptr(GError) cancelled = NULL;
    bool ended = drive(multi, cancel, &code, &cancelled);
    curl_multi_remove_handle(multi, transfer->curl);
    curl_multi_cleanup(multi);
    if (!ended)
        g_propagate_prefixed_error(error, g_steal_pointer(&cancelled), "%s: ", transfer->what);
    else if (code != CURLE_OK)
        set_error(transfer, code, error);
    return ended && code == CURLE_OK;
}
