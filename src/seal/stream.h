/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the formats of this room read from and write to: callbacks, so that they know no files. All
 * formats pass through a piece of locked memory, whatever the size of what they read.
 */
#ifndef MSE_SEAL_STREAM_H
#define MSE_SEAL_STREAM_H

#include "core/reader.h"

#include <glib.h>

#define SEAL_ERROR (seal_error_quark())
typedef enum {
    SEAL_ERROR_KEY,     /* the key has not the form of one */
    SEAL_ERROR_FORM,    /* too short, not of this format */
    SEAL_ERROR_REFUSED, /* not made with this key, or changed since */
    SEAL_ERROR_CHANGED, /* what was read twice was not the same twice */
} SealError;
GQuark seal_error_quark(void);

/* Bytes held at a time: a multiple of 64 (a block of XSalsa20), of 16 (AES) and of 4 (base64). */
enum { SEAL_PIECE = 32768 };

typedef struct SealSource {
    /* Fills `out`; `got` is less than `size` only at the end. */
    bool (*read)(void *data, uint8_t *out, size_t size, size_t *got, GError **error);
    /* Back to the start: who decrypts reads twice, for nothing is written that is not authentic. */
    bool (*rewind)(void *data, GError **error);
    void *data;
} SealSource;

typedef struct SealSink {
    bool (*write)(void *data, Span bytes, GError **error);
    /* Over what was written, `offset` bytes from the start: a tag stands before what it is of. Only
     * formats that say so need it. */
    bool (*write_at)(void *data, uint64_t offset, Span bytes, GError **error);
    void *data;
} SealSink;

static inline bool seal_read(const SealSource *source, uint8_t *out, size_t size, size_t *got,
                             GError **error)
{
    return source->read(source->data, out, size, got, error);
}

static inline bool seal_write(const SealSink *sink, const void *bytes, size_t size, GError **error)
{
    return size == 0 || sink->write(sink->data, span_of(bytes, size), error);
}

/* Before libsodium decodes base64: some bytes above 127 it takes for characters. */
static inline bool seal_is_ascii(const uint8_t *text, size_t size)
{
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++)
        all |= text[i];
    return all < 0x80;
}

#endif
