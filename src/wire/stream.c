/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/stream.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "wire/thread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define OUTGOING_SIZE  (512 * 1024) /* bytes of an upload that the other side did not take */
#define BLOCK_INTERVAL (16 * 1000)  /* microseconds between blocks that are not full */

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

    struct {
        uint8_t *ring; /* NULL: nothing was ever sent */
        size_t start, used;
        bool finished; /* by whoever sends */
        bool starved;  /* the transfer waits for more */
        bool ended;    /* nobody takes any more */
        int room;      /* an eventfd for wire_stream_send, or -1 */
    } outgoing;
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
    g_free(stream->outgoing.ring);
    if (stream->outgoing.room >= 0)
        close(stream->outgoing.room);
    if (stream->ready >= 0)
        close(stream->ready);
    g_mutex_clear(&stream->mutex);
    g_free(stream);
}

static void signal_event(int descriptor)
{
    uint64_t one = 1;
    ssize_t ignored = descriptor < 0 ? 0 : write(descriptor, &one, sizeof one);
    (void)ignored;
}

/* Takes the piece. Whoever waits is woken, and told when there was nothing before. */
static void hand_on(WireStream *stream, WirePiece *piece)
{
    g_mutex_lock(&stream->mutex);
    bool first = g_queue_is_empty(&stream->pieces), wanted = !stream->closed;
    if (wanted)
        g_queue_push_tail(&stream->pieces, piece);
    signal_event(stream->ready);
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

/* With the mutex held: as much as there is of the ring, which may be in two pieces. */
static size_t take_outgoing(WireStream *stream, char *out, size_t capacity)
{
    size_t n = MIN(capacity, stream->outgoing.used);
    size_t first = MIN(n, OUTGOING_SIZE - stream->outgoing.start);
    memcpy(out, stream->outgoing.ring + stream->outgoing.start, first);
    memcpy(out + first, stream->outgoing.ring, n - first);
    stream->outgoing.start = (stream->outgoing.start + n) % OUTGOING_SIZE;
    stream->outgoing.used -= n;
    if (stream->outgoing.used <= OUTGOING_SIZE / 2)
        signal_event(stream->outgoing.room);
    return n;
}

static size_t on_more(Transfer *transfer, void *owner, char *out, size_t capacity)
{
    WireStream *stream = owner;
    (void)transfer;
    size_t n = 0;
    g_mutex_lock(&stream->mutex);
    if (stream->outgoing.used > 0)
        n = take_outgoing(stream, out, capacity);
    else if (!stream->outgoing.finished)
        n = CURL_READFUNC_PAUSE;
    stream->outgoing.starved = n == CURL_READFUNC_PAUSE;
    g_mutex_unlock(&stream->mutex);
    return n;
}

static void end_outgoing(WireStream *stream)
{
    g_mutex_lock(&stream->mutex);
    stream->outgoing.ended = true;
    signal_event(stream->outgoing.room);
    g_mutex_unlock(&stream->mutex);
}

static void on_end(Transfer *transfer, void *owner, GError *error)
{
    WireStream *stream = owner;
    (void)transfer;
    end_outgoing(stream);
    hand_on_block(stream, clock_monotonic());
    WirePiece *piece = piece_new(WIRE_PIECE_END);
    piece->error = error;
    hand_on(stream, piece);
    if (stream->free_data != NULL)
        stream->free_data(stream->data);
    stream_unref(stream);
}

static const TransferOwner kind = {
    .head = on_head, .body = on_body, .more = on_more, .flush = on_flush, .end = on_end};

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
    stream->ready = stream->outgoing.room = -1;
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

/* With the mutex held: as much as there is room for; `starved` when the transfer waits for it. */
static size_t add_outgoing(WireStream *stream, const uint8_t *bytes, size_t size, bool *starved)
{
    if (stream->outgoing.ring == NULL)
        stream->outgoing.ring = g_malloc(OUTGOING_SIZE);
    size_t n = MIN(size, OUTGOING_SIZE - stream->outgoing.used);
    size_t end = (stream->outgoing.start + stream->outgoing.used) % OUTGOING_SIZE;
    size_t first = MIN(n, OUTGOING_SIZE - end);
    memcpy(stream->outgoing.ring + end, bytes, first);
    memcpy(stream->outgoing.ring, bytes + first, n - first);
    stream->outgoing.used += n;
    *starved = n > 0 && stream->outgoing.starved;
    stream->outgoing.starved = stream->outgoing.starved && n == 0;
    return n;
}

/* An eventfd that is readable when there was room since it was last read. With the mutex held. */
static int watch_room(WireStream *stream)
{
    if (stream->outgoing.room < 0)
        stream->outgoing.room = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    return stream->outgoing.room;
}

static bool wait_for_room(int room, Cancel *cancel, GError **error)
{
    uint64_t ignored;
    if (room < 0) {
        g_set_error_literal(error, WIRE_ERROR, WIRE_ERROR_SETUP, g_strerror(EMFILE));
        return false;
    }
    if (!cancel_wait(cancel, room, POLLIN, error))
        return false;
    ssize_t n = read(room, &ignored, sizeof ignored);
    (void)n; /* nothing there is fine too */
    return true;
}

bool wire_stream_send(WireStream *stream, const void *bytes, size_t size, Cancel *cancel,
                      GError **error)
{
    for (size_t sent = 0;;) {
        bool starved = false;
        g_mutex_lock(&stream->mutex);
        bool ended = stream->outgoing.ended;
        if (!ended)
            sent += add_outgoing(stream, (const uint8_t *)bytes + sent, size - sent, &starved);
        int room = sent < size ? watch_room(stream) : -1;
        g_mutex_unlock(&stream->mutex);
        if (starved)
            wire_thread_resume(stream->transfer);
        if (ended) {
            g_set_error_literal(error, WIRE_ERROR, WIRE_ERROR_CUT,
                                _("the other side takes nothing more"));
            return false;
        }
        if (sent == size)
            return !cancel_is_set(cancel, error);
        if (!wait_for_room(room, cancel, error))
            return false;
    }
}

void wire_stream_finish(WireStream *stream)
{
    g_mutex_lock(&stream->mutex);
    stream->outgoing.finished = true;
    bool starved = stream->outgoing.starved && !stream->outgoing.ended;
    stream->outgoing.starved = false;
    g_mutex_unlock(&stream->mutex);
    if (starved)
        wire_thread_resume(stream->transfer);
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
