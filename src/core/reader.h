/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reader: the one way foreign bytes are read. Take n bytes or fail; a failed take moves nothing.
 * Never owns what it reads: the bytes must outlive it and every span taken from it.
 */
#ifndef MSE_CORE_READER_H
#define MSE_CORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A piece of somebody else's bytes: borrowed, never NUL-terminated. */
typedef struct Span {
    const uint8_t *data;
    size_t size;
} Span;

typedef struct Reader {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static inline Span span_of(const void *data, size_t size)
{
    return (Span){.data = data, .size = size};
}

static inline bool span_equal(Span a, Span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline Reader reader_on(Span bytes)
{
    /* Of nothing at all, NULL: adding to it, even 0, is undefined. */
    const uint8_t *end = bytes.size > 0 ? bytes.data + bytes.size : bytes.data;
    return (Reader){.start = bytes.data, .at = bytes.data, .end = end};
}

/* Bytes not yet taken. */
static inline size_t reader_left(const Reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Offset of the next byte from where the reader started, in bytes. */
static inline size_t reader_offset(const Reader *reader)
{
    return (size_t)(reader->at - reader->start);
}

/* Takes exactly `size` bytes as a borrowed span; false, and nothing taken, when fewer are left. */
static inline bool reader_take(Reader *reader, size_t size, Span *out)
{
    if (size > reader_left(reader))
        return false;
    *out = span_of(reader->at, size);
    reader->at += size;
    return true;
}

static inline bool reader_skip(Reader *reader, size_t size)
{
    Span ignored;
    return reader_take(reader, size, &ignored);
}

/* Copies exactly `size` bytes to `out`. */
static inline bool reader_copy(Reader *reader, void *out, size_t size)
{
    Span taken;
    if (!reader_take(reader, size, &taken))
        return false;
    if (size > 0)
        memcpy(out, taken.data, size);
    return true;
}

static inline bool reader_u8(Reader *reader, uint8_t *out)
{
    return reader_copy(reader, out, 1);
}

/* Little-endian, as in quotes. */
static inline bool reader_u16le(Reader *reader, uint16_t *out)
{
    uint8_t b[2];
    if (!reader_copy(reader, b, sizeof b))
        return false;
    *out = (uint16_t)(b[0] | b[1] << 8);
    return true;
}

static inline bool reader_u32le(Reader *reader, uint32_t *out)
{
    uint8_t b[4];
    if (!reader_copy(reader, b, sizeof b))
        return false;
    *out = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return true;
}

static inline bool reader_u64le(Reader *reader, uint64_t *out)
{
    uint32_t low, high;
    if (reader_left(reader) < 8)
        return false;
    reader_u32le(reader, &low);
    reader_u32le(reader, &high);
    *out = (uint64_t)low | (uint64_t)high << 32;
    return true;
}

#endif
