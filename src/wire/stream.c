/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/stream.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "wire/thread.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BLOCK_INTERVAL (16 * 1000) /* microseconds between blocks that are not full */

/* Shared by whoever opened it and the wire thread. */
struct WireStream {
    gatomicrefcount references;
    Transfer *transfer; /* NULL: it could not even begin. Of the opener */

    WireNotify notify; /* of the wire thread, until the end */
    void *data;
    GDestroyNotify free_data;

    GByteArray *block; /* of the wire thread: what is not yet a piece */
    int64_t handed;    /* when the last block was, monotonic microseconds */

    GMutex mutex; /* of all below */
    GQueue pieces;
    size_t held; /* bytes in `pieces` and in `block` */
    bool paused;
    bool closed; /* nobody takes any more */
    bool over;   /* END was taken */
    int ready;   /* an eventfd for wire_stream_wait, or -1 */
};

void wire_piece_free(WirePiece *piece)
{
    if (piece == NULL)
        return;
    wire_answer_unref(piece->answer);
    g_clear_pointer(&piece->bytes, g_bytes_unref);
    g_clear_error(&piece->error);
    g_free(piece);
}

static WireStream *stream_ref(WireStream *stream)
{
    g_atomic_ref_count_inc(&stream->references);
    return stream;
}

static void stream_unref(WireStream *stream)
{
    if (!g_atomic_ref_count_dec(&stream->references))
        return;
    for (WirePiece *piece; (piece = g_queue_pop_head(&stream->pieces)) != NULL;)
        wire_piece_free(piece);
    g_byte_array_unref(stream->block);
    if (stream->ready >= 0)
        close(stream->ready);
    g_mutex_clear(&stream->mutex);
    g_free(stream);
}

/* Takes the piece. Whoever waits is woken, and told when there was nothing before. */
static void hand_on(WireStream *stream, WirePiece *piece)
{
    g_mutex_lock(&stream->mutex);
    bool first = g_queue_is_empty(&stream->pieces), wanted = !stream->closed;
    if (wanted)
        g_queue_push_tail(&stream->pieces, piece);
    int ready = stream->ready;
    if (ready >= 0) {
        uint64_t one = 1;
        ssize_t ignored = write(ready, &one, sizeof one);
        (void)ignored;
    }
    g_mutex_unlock(&stream->mutex);
    if (!wanted)
        wire_piece_free(piece);
    else if (first && stream->notify != NULL)
        stream->notify(stream, stream->data);
}

static WirePiece *piece_new(WirePieceKind kind)
{
    WirePiece *piece = g_new0(WirePiece, 1);
    piece->kind = kind;
    return piece;
}

static void hand_on_block(WireStream *stream, int64_t now)
{
    if (stream->block->len == 0)
        return;
    WirePiece *piece = piece_new(WIRE_PIECE_BLOCK);
    piece->bytes = g_byte_array_free_to_bytes(stream->block);
    stream->block = g_byte_array_new();
    stream->handed = now;
    hand_on(stream, piece);
}

static void on_head(Transfer *transfer, void *owner)
{
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    WirePiece *piece = piece_new(WIRE_PIECE_HEAD);
    piece->answer = wire_answer_of(transfer, nothing);
    hand_on(owner, piece);
}

/* Whether there is room for `size` more bytes; they count from now on. */
static bool reserve(WireStream *stream, size_t size)
{
    g_mutex_lock(&stream->mutex);
    stream->paused = stream->held > 0 && stream->held + size > WIRE_STREAM_BUDGET;
    bool room = !stream->paused;
    if (room)
        stream->held += size;
    g_mutex_unlock(&stream->mutex);
    return room;
}

static size_t on_body(Transfer *transfer, void *owner, const char *bytes, size_t size)
{
    WireStream *stream = owner;
    int64_t now = clock_monotonic();
    transfer->last_byte = now;
    if (!reserve(stream, size)) {
        transfer->paused = true;
        hand_on_block(stream, now); /* else it would wait for what waits for it */
        return CURL_WRITEFUNC_PAUSE;
    }
    for (size_t taken = 0; taken < size;) {
        size_t n = MIN(size - taken, WIRE_BLOCK_SIZE - stream->block->len);
        g_byte_array_append(stream->block, (const guint8 *)bytes + taken, (guint)n);
        taken += n;
        if (stream->block->len == WIRE_BLOCK_SIZE)
            hand_on_block(stream, now);
    }
    return size;
}

static int64_t on_flush(Transfer *transfer, void *owner, int64_t now)
{
    WireStream *stream = owner;
    (void)transfer;
    if (stream->block->len == 0)
        return INT64_MAX;
    if (now - stream->handed < BLOCK_INTERVAL)
        return stream->handed + BLOCK_INTERVAL;
    hand_on_block(stream, now);
    return INT64_MAX;
}

static void on_end(Transfer *transfer, void *owner, GError *error)
{
    WireStream *stream = owner;
    (void)transfer;
    hand_on_block(stream, clock_monotonic());
    WirePiece *piece = piece_new(WIRE_PIECE_END);
    piece->error = error;
    hand_on(stream, piece);
    if (stream->free_data != NULL)
        stream->free_data(stream->data);
    stream_unref(stream);
}

static const TransferOwner kind = {
    .head = on_head, .body = on_body, .flush = on_flush, .end = on_end};

static Transfer *begin(WireStream *stream, const WireRequest *request, GError **error)
{
    g_autoptr(Transfer) transfer = transfer_new(request, wire_what(request), true, error);
    if (transfer == NULL)
        return NULL;
    transfer->kind = &kind;
    transfer->owner = stream_ref(stream);
    stream->transfer = transfer; /* before the thread has it: `notify` may close the stream */
    if (wire_thread_add(transfer, error))
        return g_steal_pointer(&transfer);
    stream->transfer = NULL;
    stream_unref(stream);
    return NULL;
}

WireStream *wire_stream_open(const WireRequest *request, WireNotify notify, void *data,
                             GDestroyNotify free_data)
{
    WireStream *stream = g_new0(WireStream, 1);
    g_atomic_ref_count_init(&stream->references);
    g_mutex_init(&stream->mutex);
    stream->block = g_byte_array_new();
    stream->ready = -1;
    stream->notify = notify;
    stream->data = data;
    stream->free_data = free_data;
    GError *error = NULL;
    stream_ref(stream);
    if (begin(stream, request, &error) == NULL)
        on_end(NULL, stream, error);
    else
        stream_unref(stream);
    return stream;
}

/* With the mutex held. */
static bool take_resumes(WireStream *stream, const WirePiece *piece)
{
    if (piece->kind == WIRE_PIECE_END)
        stream->over = true;
    if (piece->kind != WIRE_PIECE_BLOCK)
        return false;
    stream->held -= g_bytes_get_size(piece->bytes);
    bool resumes = stream->paused && stream->held <= WIRE_STREAM_BUDGET / 2;
    if (resumes)
        stream->paused = false;
    return resumes;
}

WirePiece *wire_stream_take(WireStream *stream)
{
    g_mutex_lock(&stream->mutex);
    WirePiece *piece = g_queue_pop_head(&stream->pieces);
    bool resumes = piece != NULL && take_resumes(stream, piece);
    g_mutex_unlock(&stream->mutex);
    if (resumes)
        wire_thread_resume(stream->transfer);
    return piece;
}

/* An eventfd that is readable when a piece came since it was last read. */
static int watch(WireStream *stream, bool *over)
{
    g_mutex_lock(&stream->mutex);
    *over = stream->over;
    if (stream->ready < 0)
        stream->ready =
            eventfd(g_queue_is_empty(&stream->pieces) ? 0 : 1, EFD_CLOEXEC | EFD_NONBLOCK);
    int ready = stream->ready;
    g_mutex_unlock(&stream->mutex);
    return ready;
}

WirePiece *wire_stream_wait(WireStream *stream, Cancel *cancel, GError **error)
{
    for (;;) {
        bool over;
        int ready = watch(stream, &over);
        uint64_t ignored;
        ssize_t n = ready < 0 ? 0 : read(ready, &ignored, sizeof ignored);
        (void)n; /* nothing there is fine too */
        WirePiece *piece = wire_stream_take(stream);
        if (piece != NULL)
            return piece;
        if (over || ready < 0) {
            g_set_error_literal(error, WIRE_ERROR, WIRE_ERROR_SETUP,
                                over ? _("the stream has ended") : g_strerror(EMFILE));
            return NULL;
        }
        if (!cancel_wait(cancel, ready, POLLIN, error))
            return NULL;
    }
}

void wire_stream_close(WireStream *stream)
{
    if (stream == NULL)
        return;
    g_mutex_lock(&stream->mutex);
    stream->closed = true;
    g_mutex_unlock(&stream->mutex);
    if (stream->transfer != NULL) {
        wire_thread_abort(stream->transfer);
        transfer_unref(stream->transfer);
    }
    stream_unref(stream);
}
