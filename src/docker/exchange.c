/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/exchange.h"

#include "core/limits.h"
#include "docker/private.h"

struct DockerUpload {
    DockerEngine *engine;
    const DockerExchange *exchange;
    WireStream *stream;
    Cancel *cancel;
    unsigned status;     /* 0: no head yet */
    GByteArray *refusal; /* the body of a status that is no success */
    bool ended;          /* the answer is over */
    GError *failure;     /* what ended it, or what `consume` said; NULL: as it should */
    bool is_ours;        /* `failure` is of `consume` or `produce` */
};

static void keep_refusal(DockerUpload *upload, GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    if (upload->refusal->len + size <= limit_bytes(LIMIT_DOCKER_ANSWER))
        g_byte_array_append(upload->refusal, data, (guint)size);
}

static void take_block(DockerUpload *upload, GBytes *bytes)
{
    const DockerExchange *exchange = upload->exchange;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    if (upload->status / 100 != 2)
        keep_refusal(upload, bytes);
    else if (!exchange->consume(span_of(data, size), exchange->consume_data, &upload->failure))
        upload->ended = upload->is_ours = true;
}

static void take_piece(DockerUpload *upload, WirePiece *piece)
{
    switch (piece->kind) {
    case WIRE_PIECE_HEAD:
        upload->status = wire_answer_status(piece->answer);
        break;
    case WIRE_PIECE_BLOCK:
        take_block(upload, piece->bytes);
        break;
    case WIRE_PIECE_END:
        upload->ended = true;
        upload->failure = g_steal_pointer(&piece->error);
        break;
    }
    wire_piece_free(piece);
}

static void take_what_came(DockerUpload *upload)
{
    for (WirePiece *piece; !upload->ended && (piece = wire_stream_take(upload->stream)) != NULL;)
        take_piece(upload, piece);
}

static bool refuse(GError **error)
{
    g_set_error_literal(error, WIRE_ERROR, WIRE_ERROR_CUT, "");
    return false;
}

bool docker_upload_put(DockerUpload *upload, Span bytes, GError **error)
{
    take_what_came(upload);
    if (upload->ended)
        return refuse(error);
    return wire_stream_send(upload->stream, bytes.data, bytes.size, upload->cancel, error);
}

/* Whether there is an answer to wait for. */
static bool produce(DockerUpload *upload, GError **error)
{
    const DockerExchange *exchange = upload->exchange;
    g_autoptr(GError) failure = NULL;
    if (exchange->produce(upload, exchange->produce_data, &failure)) {
        wire_stream_finish(upload->stream);
        return true;
    }
    if (g_error_matches(failure, WIRE_ERROR, WIRE_ERROR_CUT))
        return true; /* the engine says why */
    if (failure->domain == CANCEL_ERROR)
        g_propagate_error(error, docker_wire_error(upload->engine, exchange->call->what,
                                                   g_steal_pointer(&failure)));
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool take_answer(DockerUpload *upload, GError **error)
{
    while (!upload->ended) {
        GError *cancelled = NULL;
        WirePiece *piece = wire_stream_wait(upload->stream, upload->cancel, &cancelled);
        if (piece == NULL) {
            g_propagate_error(
                error, docker_wire_error(upload->engine, upload->exchange->call->what, cancelled));
            return false;
        }
        take_piece(upload, piece);
    }
    return true;
}

static bool judge(DockerUpload *upload, GError **error)
{
    const char *what = upload->exchange->call->what;
    if (upload->is_ours) {
        g_propagate_error(error, g_steal_pointer(&upload->failure));
        return false;
    }
    if (upload->status != 0 && upload->status / 100 != 2) {
        g_autoptr(GBytes) body = g_bytes_new(upload->refusal->data, upload->refusal->len);
        g_propagate_error(error, docker_status_error(upload->engine, what, upload->status, body));
        return false;
    }
    if (upload->failure == NULL)
        return true;
    g_propagate_error(error,
                      docker_wire_error(upload->engine, what, g_steal_pointer(&upload->failure)));
    return false;
}

static bool ignore(Span bytes, void *data, GError **error)
{
    (void)bytes;
    (void)data;
    (void)error;
    return true;
}

bool docker_exchange(DockerEngine *engine, const DockerExchange *asked, Cancel *cancel,
                     GError **error)
{
    if (!docker_ensure_version(engine, cancel, error))
        return false;
    DockerExchange exchange = *asked;
    if (exchange.consume == NULL)
        exchange.consume = ignore;
    g_autoptr(WireStream) stream =
        docker_open_upload(engine, exchange.call, exchange.produce != NULL);
    DockerUpload upload = {.engine = engine,
                           .exchange = &exchange,
                           .stream = stream,
                           .cancel = cancel,
                           .refusal = g_byte_array_new()};
    bool good = (exchange.produce == NULL || produce(&upload, error)) &&
                take_answer(&upload, error) && judge(&upload, error);
    g_clear_error(&upload.failure);
    g_byte_array_unref(upload.refusal);
    return good;
}
