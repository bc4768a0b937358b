/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/http_private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BODY_MOST = 1024 * 1024,
    CHUNK_HEAD = 10,     /* eight digits, CR LF */
    LIVE_CUT = 300,      /* where a flawed stream without an end is cut, bytes */
    TURN_MOST = 1 << 20, /* bytes sent before others have their turn */
};

const char *http_method(const HttpExchange *exchange)
{
    return exchange->method;
}

const char *http_path(const HttpExchange *exchange)
{
    return exchange->path;
}

unsigned http_step(const HttpExchange *exchange)
{
    return exchange->step;
}

void http_set_flaw(HttpExchange *exchange, HttpFlaw flaw)
{
    exchange->flaw = flaw;
}

void *http_kept(const HttpExchange *exchange)
{
    return exchange->kept;
}

static void drop_kept(HttpExchange *exchange)
{
    void *kept = g_steal_pointer(&exchange->kept);
    if (kept != NULL)
        exchange->free_kept(kept);
}

void http_keep(HttpExchange *exchange, void *data, GDestroyNotify destroy)
{
    drop_kept(exchange);
    exchange->kept = data;
    exchange->free_kept = destroy;
}

char *http_parameter(const HttpExchange *exchange, const char *name)
{
    const size_t size = strlen(name);
    for (const char *at = exchange->query; at != NULL && *at != '\0';) {
        const size_t part = strcspn(at, "&"), key = strcspn(at, "=&");
        if (key == size && memcmp(at, name, size) == 0) {
            g_autofree char *value = g_strndup(at + key + (key < part), part - key - (key < part));
            g_strdelimit(value, "+", ' ');
            char *plain = g_uri_unescape_string(value, NULL);
            return plain ? plain : g_steal_pointer(&value);
        }
        at += part + (at[part] == '&');
    }
    return NULL;
}

static void wake_at(HttpExchange *exchange, int64_t time)
{
    exchange->wake = time;
    exchange->server->next_wake = MIN(exchange->server->next_wake, time);
}

void http_later(HttpExchange *exchange, int64_t time)
{
    wake_at(exchange, time);
}

static void make_ready(HttpExchange *exchange)
{
    if (exchange->ready)
        return;
    exchange->ready = true;
    g_ptr_array_add(exchange->server->ready, exchange);
}

static void drop_source(HttpExchange *exchange)
{
    if (exchange->source != NULL)
        exchange->source->destroy(exchange->source_data);
    exchange->source = NULL;
}

/* Forgets the request and its answer. */
static void forget(HttpExchange *exchange)
{
    drop_source(exchange);
    drop_kept(exchange);
    g_clear_pointer(&exchange->method, g_free);
    g_clear_pointer(&exchange->path, g_free);
    g_clear_pointer(&exchange->query, g_free);
    exchange->step = 0;
    exchange->wake = INT64_MAX;
    exchange->flaw = HTTP_FLAW_NONE;
    exchange->ended = exchange->waits = exchange->only_head = false;
    exchange->streamed = 0;
    exchange->sent = 0;
    if (exchange->out->allocated_len > 4 * HTTP_PIECE) { /* one large answer is not kept for ever */
        g_string_free(exchange->out, TRUE);
        exchange->out = g_string_new(NULL);
    }
    g_string_truncate(exchange->out, 0);
}

void http_exchange_close(HttpExchange *exchange)
{
    HttpServer *server = exchange->server;
    if (exchange->phase == PHASE_CLOSED)
        return;
    exchange->phase = PHASE_CLOSED;
    close(exchange->descriptor);
    HttpExchange *last = server->exchanges->pdata[server->exchanges->len - 1];
    last->place = exchange->place;
    g_ptr_array_remove_index_fast(server->exchanges, exchange->place);
    forget(exchange);
    g_ptr_array_add(server->closed, exchange);
}

void http_exchange_free(HttpExchange *exchange)
{
    g_string_free(exchange->out, TRUE);
    g_free(exchange);
}

void http_reset(HttpExchange *exchange)
{
    /* TCP is reset by lingering for no time, a unix socket by what was not read. */
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(exchange->descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    http_exchange_close(exchange);
}

/* --- the answer ------------------------------------------------------------------------------ */

static const char *reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } rows[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "SIMULATED";
}

static void put_head(HttpExchange *exchange, unsigned status, const char *headers)
{
    const time_t seconds = (time_t)(http_server_now(exchange->server) / NS_PER_SECOND);
    struct tm parts;
    char date[64];
    gmtime_r(&seconds, &parts);
    /* Names of days and months are English in the C locale alone: LC_TIME of this program may be
     * another's. */
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    g_snprintf(date, sizeof date, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + 3 * parts.tm_wday,
               parts.tm_mday, months + 3 * parts.tm_mon, parts.tm_year + 1900, parts.tm_hour,
               parts.tm_min, parts.tm_sec);
    g_string_append_printf(exchange->out, "HTTP/1.1 %u %s\r\n%sDate: %s\r\n%s", status,
                           reason(status), headers, date,
                           exchange->closes ? "Connection: close\r\n" : "");
}

static void put_chunk(HttpExchange *exchange, const char *data, size_t size, size_t announced)
{
    g_string_append_printf(exchange->out, "%08zx\r\n", announced);
    g_string_append_len(exchange->out, data, (gssize)size);
    g_string_append(exchange->out, "\r\n");
}

void http_answer(HttpExchange *exchange, unsigned status, const char *headers, const char *body,
                 size_t size)
{
    const HttpFlaw flaw = exchange->flaw;
    const bool bare = status == 204 || status == 304;
    const size_t sent = flaw == HTTP_FLAW_TRUNCATE || flaw == HTTP_FLAW_HALF ? size / 2 : size;
    exchange->closes |= flaw == HTTP_FLAW_TRUNCATE || flaw == HTTP_FLAW_CHUNK;
    put_head(exchange, status, headers);
    if (flaw == HTTP_FLAW_CHUNK && !bare) {
        g_string_append(exchange->out, "Transfer-Encoding: chunked\r\n\r\n");
        put_chunk(exchange, body, size, size > 7 ? 7 : size + 7);
        g_string_append(exchange->out, "0\r\n\r\n");
    } else if (bare) {
        g_string_append(exchange->out, "\r\n");
    } else {
        const size_t promised = flaw == HTTP_FLAW_TRUNCATE ? MAX(size, sent + 1) : sent;
        g_string_append_printf(exchange->out, "Content-Length: %zu\r\n\r\n",
                               exchange->only_head ? 0 : promised);
        if (!exchange->only_head)
            g_string_append_len(exchange->out, body, (gssize)sent);
    }
    exchange->ended = true;
    exchange->phase = PHASE_SENDING;
}

/* All that a source with an end has, at once: what is wrong with half of it needs to know it. */
static void answer_whole(HttpExchange *exchange, unsigned status, const char *headers,
                         const HttpSource *source, void *data)
{
    g_autoptr(GString) body = g_string_new(NULL);
    int64_t wake;
    while (source->fill(data, body, http_server_now(exchange->server), &wake) == HTTP_FILL_MORE)
        continue;
    source->destroy(data);
    http_answer(exchange, status, headers, body->str, body->len);
}

void http_stream(HttpExchange *exchange, unsigned status, const char *headers,
                 const HttpSource *source, void *data)
{
    if (exchange->flaw != HTTP_FLAW_NONE && !source->live) {
        answer_whole(exchange, status, headers, source, data);
        return;
    }
    exchange->closes |= exchange->flaw != HTTP_FLAW_NONE || exchange->old;
    put_head(exchange, status, headers);
    g_string_append(exchange->out, exchange->old ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
    exchange->source = source;
    exchange->source_data = data;
    exchange->phase = PHASE_SENDING;
}

/* What was put after `start` was too much: a stream that is cut, in its own way. */
static void cut_stream(HttpExchange *exchange, size_t start)
{
    const size_t size = exchange->out->len - start;
    if (exchange->streamed + size < LIVE_CUT)
        return;
    g_string_truncate(exchange->out, start + (size_t)(LIVE_CUT - exchange->streamed));
    exchange->ended = true;
}

/* Sets the size of the chunk whose head is at `start`, and its end. */
static void close_chunk(HttpExchange *exchange, size_t start)
{
    const size_t size = exchange->out->len - start - CHUNK_HEAD;
    const bool lies = exchange->flaw == HTTP_FLAW_CHUNK && exchange->ended;
    char head[CHUNK_HEAD + 1];
    if (size == 0) {
        g_string_truncate(exchange->out, start);
    } else {
        g_snprintf(head, sizeof head, "%08zx\r\n", lies ? size / 2 : size);
        memcpy(exchange->out->str + start, head, CHUNK_HEAD);
        g_string_append(exchange->out, "\r\n");
    }
    if (exchange->ended && exchange->flaw != HTTP_FLAW_TRUNCATE)
        g_string_append(exchange->out, "0\r\n\r\n");
}

/* Takes the next piece from the source. */
static void fill(HttpExchange *exchange)
{
    static const char HEAD_SPACE[] = "00000000\r\n";
    const size_t start = exchange->out->len;
    if (!exchange->old)
        g_string_append_len(exchange->out, HEAD_SPACE, CHUNK_HEAD);
    const size_t body = exchange->out->len;
    int64_t wake = INT64_MAX;
    const HttpFill what = exchange->source->fill(exchange->source_data, exchange->out,
                                                 http_server_now(exchange->server), &wake);
    exchange->ended = what == HTTP_FILL_END;
    exchange->waits = what == HTTP_FILL_WAIT;
    if (exchange->flaw != HTTP_FLAW_NONE)
        cut_stream(exchange, body);
    exchange->streamed += exchange->out->len - body;
    if (exchange->waits)
        wake_at(exchange, wake);
    if (!exchange->old)
        close_chunk(exchange, start);
    if (exchange->ended)
        drop_source(exchange);
}

/* False when the socket takes no more now, or for ever. */
static bool send_some(HttpExchange *exchange, size_t *turn)
{
    const ssize_t n = send(exchange->descriptor, exchange->out->str + exchange->sent,
                           exchange->out->len - exchange->sent, MSG_NOSIGNAL);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            http_exchange_close(exchange);
        return errno == EINTR;
    }
    exchange->sent += (size_t)n;
    *turn += (size_t)n;
    if (exchange->sent == exchange->out->len) {
        exchange->sent = 0;
        g_string_truncate(exchange->out, 0);
    }
    return true;
}

/* Sends what there is; true when the answer is done. */
static bool pump(HttpExchange *exchange)
{
    size_t turn = 0;
    for (;;) {
        while (exchange->out->len == 0 && exchange->source != NULL && !exchange->waits)
            fill(exchange);
        if (exchange->out->len == 0)
            return exchange->ended;
        if (!send_some(exchange, &turn))
            return false;
        if (turn > TURN_MOST) {
            make_ready(exchange);
            return false;
        }
    }
}

/* --- the request ----------------------------------------------------------------------------- */

static size_t content_length(const char *head)
{
    static const char NAME[] = "\r\ncontent-length:";
    g_autofree char *lower = g_ascii_strdown(head, -1);
    const char *at = strstr(lower, NAME);
    guint64 size = 0;
    g_autofree char *digits = NULL;
    if (at == NULL)
        return 0;
    at += sizeof NAME - 1;
    digits = g_strndup(at, strcspn(at, "\r"));
    return g_ascii_string_to_unsigned(g_strstrip(digits), 10, 0, BODY_MOST, &size, NULL)
               ? (size_t)size
               : BODY_MOST + 1;
}

static void refuse(HttpExchange *exchange)
{
    static const char TEXT[] = "400 Bad Request";
    exchange->closes = true;
    http_answer(exchange, 400, "Content-Type: text/plain; charset=utf-8\r\n", TEXT,
                sizeof TEXT - 1);
}

/* `head` is NUL-terminated and ends in an empty line. */
static void parse_head(HttpExchange *exchange, const char *head)
{
    g_autofree char *line = g_strndup(head, strcspn(head, "\r\n"));
    g_auto(GStrv) words = g_strsplit(line, " ", 4);
    if (g_strv_length(words) != 3 || !g_str_has_prefix(words[2], "HTTP/1.")) {
        refuse(exchange);
        return;
    }
    const size_t path = strcspn(words[1], "?");
    exchange->method = g_strdup(words[0]);
    exchange->path = g_strndup(words[1], path);
    exchange->query = words[1][path] == '?' ? g_strdup(words[1] + path + 1) : NULL;
    exchange->old = strcmp(words[2], "HTTP/1.0") == 0;
    exchange->closes = exchange->old || strcasestr(head, "\r\nconnection: close") != NULL;
    exchange->only_head = strcmp(exchange->method, "HEAD") == 0;
    exchange->body_left = content_length(head);
    if (exchange->body_left > BODY_MOST)
        refuse(exchange);
}

/* Reads and forgets a request's body; true when it is over. */
static bool skip_body(HttpExchange *exchange)
{
    char scratch[4096];
    while (exchange->body_left > 0) {
        const ssize_t n =
            recv(exchange->descriptor, scratch, MIN(sizeof scratch, exchange->body_left), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN)
                http_exchange_close(exchange);
            return false;
        }
        exchange->body_left -= (size_t)n;
    }
    return true;
}

/* Looks at what has arrived. The last byte of a head stays where it is until the answer is begun:
 * closing a unix socket with something unread is how its other side is reset. */
static bool read_head(HttpExchange *exchange)
{
    char *head = exchange->server->head;
    const ssize_t n = recv(exchange->descriptor, head, HEAD_MOST - 1, MSG_PEEK);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            http_exchange_close(exchange);
        return false;
    }
    head[n] = '\0';
    char *end = strstr(head, "\r\n\r\n");
    if (end == NULL) {
        if (n == HEAD_MOST - 1 || strlen(head) < (size_t)n) {
            refuse(exchange);
            return true;
        }
        return false;
    }
    end[4] = '\0';
    if (recv(exchange->descriptor, head, (size_t)(end - head) + 3, 0) < 0) {
        http_exchange_close(exchange);
        return false;
    }
    exchange->phase = PHASE_BODY;
    parse_head(exchange, head);
    return true;
}

/* The byte that read_head left. */
static void take_last_byte(HttpExchange *exchange)
{
    char byte;
    if (recv(exchange->descriptor, &byte, 1, 0) != 1)
        http_exchange_close(exchange);
}

void http_exchange_handle(HttpExchange *exchange)
{
    HttpServer *server = exchange->server;
    exchange->wake = INT64_MAX;
    exchange->phase = PHASE_HANDLING;
    server->service.handle(server->service.data, exchange);
    exchange->step++;
}

static void finish_answer(HttpExchange *exchange)
{
    if (exchange->closes) {
        http_exchange_close(exchange);
        return;
    }
    forget(exchange);
    exchange->phase = PHASE_HEAD;
}

/* Does what can be done now. */
void http_exchange_run(HttpExchange *exchange)
{
    for (;;) {
        switch (exchange->phase) {
        case PHASE_HEAD:
            if (!read_head(exchange))
                return;
            break;
        case PHASE_BODY:
            http_exchange_handle(exchange);
            if (exchange->phase != PHASE_CLOSED)
                take_last_byte(exchange);
            break;
        case PHASE_HANDLING:
            return;
        case PHASE_SENDING:
            if (!skip_body(exchange) || !pump(exchange))
                return;
            finish_answer(exchange);
            break;
        case PHASE_CLOSED:
            return;
        }
    }
}
