/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "wire/transfer.h"
#include "wire/wire.h"

#define CONNECT_DEADLINE 10000 /* milliseconds */
#define TOTAL_DEADLINE   30000

typedef struct Header {
    char *name;
    GString *value;
} Header;

struct WireAnswer {
    gatomicrefcount references;
    unsigned status;
    GBytes *body;
    GPtrArray *headers; /* of Header, in the server's order */
};

static void header_free(gpointer data)
{
    Header *header = data;
    g_free(header->name);
    g_string_free(header->value, TRUE);
    g_free(header);
}

WireAnswer *wire_answer_ref(WireAnswer *answer)
{
    g_atomic_ref_count_inc(&answer->references);
    return answer;
}

void wire_answer_unref(WireAnswer *answer)
{
    if (answer == NULL || !g_atomic_ref_count_dec(&answer->references))
        return;
    g_bytes_unref(answer->body);
    g_ptr_array_unref(answer->headers);
    g_free(answer);
}

unsigned wire_answer_status(const WireAnswer *answer)
{
    return answer->status;
}

GBytes *wire_answer_body(const WireAnswer *answer)
{
    return answer->body;
}

const char *wire_answer_header(const WireAnswer *answer, const char *name)
{
    for (guint i = 0; i < answer->headers->len; i++) {
        const Header *header = g_ptr_array_index(answer->headers, i);
        if (g_ascii_strcasecmp(header->name, name) == 0)
            return header->value->str;
    }
    return NULL;
}

/* What has arrived so far. */
typedef struct Arrival {
    Transfer *transfer;
    GByteArray *body;
    size_t body_maximum;
    GPtrArray *headers;
    size_t header_bytes;
    bool head_ended; /* libcurl takes a head that is cut off for a whole one */
} Arrival;

/* Returning another number than `size` ends the transfer. */
static size_t refuse(Arrival *arrival)
{
    arrival->transfer->overflown = true;
    return 0;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    Arrival *arrival = data;
    (void)one; /* libcurl says: always 1 */
    if (size > arrival->body_maximum - arrival->body->len)
        return refuse(arrival);
    g_byte_array_append(arrival->body, (const guint8 *)bytes, (guint)size);
    return size;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes one line of the head, without its end. A status line starts a new head: what a "100
 * Continue" said is not the answer's. Trailers after the body are no headers. */
static void take_header(Arrival *arrival, const char *line)
{
    if (g_str_has_prefix(line, "HTTP/")) {
        g_ptr_array_set_size(arrival->headers, 0);
        arrival->head_ended = false;
        return;
    }
    arrival->head_ended = arrival->head_ended || *line == '\0';
    if (arrival->head_ended)
        return;
    if (is_blank(line[0]) && arrival->headers->len > 0) { /* an old-style continuation */
        Header *last = g_ptr_array_index(arrival->headers, arrival->headers->len - 1);
        g_autofree char *more = g_strstrip(g_strdup(line));
        if (*more != '\0')
            g_string_append_printf(last->value, "%s%s", last->value->len > 0 ? " " : "", more);
        return;
    }
    const char *colon = strchr(line, ':');
    if (colon == NULL)
        return;
    g_autofree char *value = g_strstrip(g_strdup(colon + 1));
    Header *header = g_new0(Header, 1);
    header->name = g_strndup(line, (size_t)(colon - line));
    header->value = g_string_new(value);
    g_ptr_array_add(arrival->headers, header);
}

static size_t on_header(char *bytes, size_t one, size_t size, void *data)
{
    Arrival *arrival = data;
    (void)one;
    if (size > limit_bytes(LIMIT_HTTP_HEADERS) - arrival->header_bytes)
        return refuse(arrival);
    arrival->header_bytes += size;
    size_t end = size;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r'))
        end--;
    g_autofree char *line = g_strndup(bytes, end);
    take_header(arrival, line);
    return size;
}

/* The system's store is what was compiled into libcurl (on Debian /etc/ssl/certs). A value that is
 * set but empty counts as unset. */
static void set_trust(CURL *curl, const char *authority_file)
{
    if (authority_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, authority_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        return;
    }
    const char *file = g_getenv("SSL_CERT_FILE");
    if (file != NULL && *file != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    const char *directory = g_getenv("SSL_CERT_DIR");
    if (directory != NULL && *directory != '\0')
        curl_easy_setopt(curl, CURLOPT_CAPATH, directory);
}

static void configure(CURL *curl, const WireRequest *request, Arrival *arrival)
{
    set_trust(curl, request->authority_file);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)arrival->body_maximum);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, arrival);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, arrival);
}

static bool check_url(const char *url, const char *what, GError **error)
{
    if (g_ascii_strncasecmp(url, "https://", 8) == 0 || g_ascii_strncasecmp(url, "http://", 7) == 0)
        return true;
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_URL,
                _("%s: a URL here begins with https:// or http://"), what);
    return false;
}

/* What arrived, as an answer. NULL with `error` set when it stops within the head. */
static WireAnswer *answer_new(Arrival *arrival, GError **error)
{
    if (!arrival->head_ended) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_PROTOCOL,
                    _("%s: the answer was cut short; try again"), arrival->transfer->what);
        return NULL;
    }
    WireAnswer *answer = g_new0(WireAnswer, 1);
    g_atomic_ref_count_init(&answer->references);
    long status = 0;
    curl_easy_getinfo(arrival->transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (unsigned)status;
    answer->body = g_byte_array_free_to_bytes(g_steal_pointer(&arrival->body));
    answer->headers = g_steal_pointer(&arrival->headers);
    return answer;
}

static bool check_redirect(const WireAnswer *answer, const char *what, GError **error)
{
    if (answer->status / 100 != 3)
        return true;
    const char *location = wire_answer_header(answer, "Location");
    g_autofree char *shown =
        location == NULL ? g_strdup(_("an address that it does not say")) : wire_show_url(location);
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_REDIRECT,
                _("%s: the server answers %u and sends us to %s, which is not followed; if that "
                  "is the right place, give its address instead"),
                what, answer->status, shown);
    return false;
}

WireAnswer *wire_get(const WireRequest *request, Cancel *cancel, GError **error)
{
    g_autofree char *shown = wire_show_url(request->url);
    char *what = g_strdup_printf(_("cannot fetch %s"), shown);
    if (!check_url(request->url, what, error)) {
        g_free(what);
        return NULL;
    }
    g_autoptr(Transfer) transfer =
        transfer_new(request->url, what,
                     request->connect_deadline ? request->connect_deadline : CONNECT_DEADLINE,
                     request->total_deadline ? request->total_deadline : TOTAL_DEADLINE, error);
    if (transfer == NULL)
        return NULL;
    Arrival arrival = {
        .transfer = transfer,
        .body = g_byte_array_new(),
        .body_maximum =
            request->body_maximum ? request->body_maximum : limit_bytes(LIMIT_HTTP_BODY),
        .headers = g_ptr_array_new_with_free_func(header_free),
    };
    configure(transfer->curl, request, &arrival);
    g_autoptr(WireAnswer) answer = NULL;
    if (transfer_run(transfer, cancel, error))
        answer = answer_new(&arrival, error);
    g_clear_pointer(&arrival.body, g_byte_array_unref);
    g_clear_pointer(&arrival.headers, g_ptr_array_unref);
    if (answer == NULL || !check_redirect(answer, transfer->what, error))
        return NULL;
    return g_steal_pointer(&answer);
}
