/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Streams: answers that are taken piece by piece while they arrive (events, logs, figures, large
 * lists). One thread of this room, the wire thread, alone waits on the network for all of them and
 * for the blocking calls of wire/wire.h; it starts with the first of them, and their number adds no
 * thread.
 *
 * What arrives is gathered into blocks of at most 64 KiB, the first after a pause at once, the next
 * no sooner than 16 ms later unless they are full. A stream holds 4 MiB that were not taken; then
 * its connection is left alone, which makes the other side wait, until half of it was taken.
 * Nothing is dropped here.
 */
#ifndef MSE_WIRE_STREAM_H
#define MSE_WIRE_STREAM_H

#include "wire/wire.h"

#define WIRE_BLOCK_SIZE    (64 * 1024)       /* bytes */
#define WIRE_STREAM_BUDGET (4 * 1024 * 1024) /* bytes held for whoever takes */

typedef enum {
    WIRE_PIECE_HEAD,  /* once, before any block: status and headers; the body of it is empty */
    WIRE_PIECE_BLOCK, /* bytes of the body, 1 to WIRE_BLOCK_SIZE */
    WIRE_PIECE_END,   /* once, the last: without error when the answer ended as it should */
} WirePieceKind;

typedef struct WirePiece {
    WirePieceKind kind;
    WireAnswer *answer; /* of HEAD */
    GBytes *bytes;      /* of BLOCK */
    GError *error;      /* of END, may be NULL there */
} WirePiece;

void wire_piece_free(WirePiece *piece);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WirePiece, wire_piece_free)

typedef struct WireStream WireStream;

/* Called when there is something to take after there was nothing: by the wire thread, without a
 * lock held. It may take right there, but must not wait for anything; best it wakes somebody. */
typedef void (*WireNotify)(WireStream *stream, void *data);

/* Starts asking, and returns at once; whatever is wrong, also with the request, comes as the error
 * of END. The request is copied (a body is referenced). In it, total_deadline 0 means none, and the
 * time until the head arrived is bounded by head_deadline. A status of any kind, redirects too, is
 * the caller's to judge. `notify` may be NULL. `free_data` (may be NULL) is called exactly once,
 * by whichever thread, when `notify` will not be called again.
 *
 * To be ended with wire_stream_close. */
WireStream *wire_stream_open(const WireRequest *request, WireNotify notify, void *data,
                             GDestroyNotify free_data);

/* The next piece, or NULL when there is none now (or none ever: END was taken). One thread at a
 * time takes. Caller owns the piece. */
WirePiece *wire_stream_take(WireStream *stream);

/* As wire_stream_take, waiting for it: NULL with `error` set when cancelled, or after END. For the
 * threads of jobs. */
WirePiece *wire_stream_wait(WireStream *stream, Cancel *cancel, GError **error);

/* Sends more of the body of a request that `uploads`; it goes out in chunks. Waits while half a
 * megabyte was not yet taken by the other side. False with `error` set when cancelled; with
 * WIRE_ERROR_CUT when nothing more is taken since the transfer ended: its END, which is to be
 * taken, says why. What comes back meanwhile should be taken too, or the other side may wait for
 * that. For the threads of jobs. */
bool wire_stream_send(WireStream *stream, const void *bytes, size_t size, Cancel *cancel,
                      GError **error);
/* That was all of the body. */
void wire_stream_finish(WireStream *stream);

/* Ends the stream, wherever it is, and gives up the handle. Returns at once; the connection is
 * closed within 100 ms, and a `notify` that is under way in the wire thread may still finish
 * (see `free_data`). NULL is fine. */
void wire_stream_close(WireStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireStream, wire_stream_close)

#endif
