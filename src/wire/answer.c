/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/clock.h"
#include "core/limits.h"
#include "wire/transfer.h"

struct WireAnswer {
    gatomicrefcount references;
    unsigned status;
    GBytes *body;
    GBytes *peer;       /* or NULL */
    GPtrArray *headers; /* of WireHeader, in the server's order */
};

void wire_header_free(gpointer data)
{
    WireHeader *header = data;
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
    g_clear_pointer(&answer->peer, g_bytes_unref);
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

GBytes *wire_answer_peer(const WireAnswer *answer)
{
    return answer->peer;
}

const char *wire_answer_header(const WireAnswer *answer, const char *name)
{
    for (guint i = 0; i < answer->headers->len; i++) {
        const WireHeader *header = g_ptr_array_index(answer->headers, i);
        if (g_ascii_strcasecmp(header->name, name) == 0)
            return header->value->str;
    }
    return NULL;
}

WireAnswer *wire_answer_of(Transfer *transfer, GBytes *body)
{
    WireAnswer *answer = g_new0(WireAnswer, 1);
    g_atomic_ref_count_init(&answer->references);
    answer->status = transfer->status;
    answer->body = g_bytes_ref(body);
    answer->peer = transfer->peer == NULL ? NULL : g_bytes_ref(transfer->peer);
    answer->headers = g_steal_pointer(&transfer->headers);
    transfer->headers = g_ptr_array_new_with_free_func(wire_header_free);
    return answer;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* An old-style continuation of the last header. */
static void take_more(Transfer *transfer, const char *line)
{
    WireHeader *last = g_ptr_array_index(transfer->headers, transfer->headers->len - 1);
    g_autofree char *more = g_strstrip(g_strdup(line));
    if (*more != '\0')
        g_string_append_printf(last->value, "%s%s", last->value->len > 0 ? " " : "", more);
}

static void take_field(Transfer *transfer, const char *line)
{
    if (is_blank(line[0]) && transfer->headers->len > 0) {
        take_more(transfer, line);
        return;
    }
    const char *colon = strchr(line, ':');
    if (colon == NULL)
        return;
    g_autofree char *value = g_strstrip(g_strdup(colon + 1));
    WireHeader *header = g_new0(WireHeader, 1);
    header->name = g_strndup(line, (size_t)(colon - line));
    header->value = g_string_new(value);
    g_ptr_array_add(transfer->headers, header);
}

/* The blank line: of the answer's head, or of what came before it ("100 Continue"). */
static void end_head(Transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    transfer->status = (unsigned)status;
    transfer->head_ended = true;
    transfer->last_byte = clock_monotonic();
    if (status >= 200 && transfer->kind->head != NULL)
        transfer->kind->head(transfer, transfer->owner);
}

/* Takes one line of the head, without its end. A status line starts a new head: what a "100
 * Continue" said is not the answer's. Trailers after the body are no headers. */
static void take_header(Transfer *transfer, const char *line)
{
    if (g_str_has_prefix(line, "HTTP/")) {
        g_ptr_array_set_size(transfer->headers, 0);
        transfer->head_ended = false;
        return;
    }
    if (transfer->head_ended)
        return;
    if (*line == '\0')
        end_head(transfer);
    else
        take_field(transfer, line);
}

/* Returning another number than `size` ends the transfer. */
size_t transfer_on_header(char *bytes, size_t one, size_t size, void *data)
{
    Transfer *transfer = data;
    (void)one;
    if (size > limit_bytes(LIMIT_HTTP_HEADERS) - transfer->header_bytes) {
        transfer->overflown = true;
        return 0;
    }
    transfer->header_bytes += size;
    size_t end = size;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r'))
        end--;
    g_autofree char *line = g_strndup(bytes, end);
    take_header(transfer, line);
    return size;
}
