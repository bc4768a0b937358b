/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "memory_stream.h"

void memory_open(Memory *memory, const void *bytes, size_t size)
{
    *memory = (Memory){.bytes = span_of(bytes, size), .out = g_byte_array_new()};
}

void memory_close(Memory *memory)
{
    g_byte_array_unref(memory->out);
}

static bool read_bytes(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    Memory *memory = data;
    (void)error;
    const uint8_t *from =
        memory->rewound > 0 && memory->second ? memory->second : memory->bytes.data;
    *got = MIN(size, memory->bytes.size - memory->at);
    if (*got > 0)
        memcpy(out, from + memory->at, *got);
    memory->at += *got;
    return true;
}

static bool rewind_bytes(void *data, GError **error)
{
    Memory *memory = data;
    (void)error;
    memory->at = 0;
    memory->rewound++;
    return true;
}

static bool write_bytes(void *data, Span bytes, GError **error)
{
    Memory *memory = data;
    (void)error;
    g_byte_array_append(memory->out, bytes.data, (guint)bytes.size);
    return true;
}

static bool write_bytes_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    Memory *memory = data;
    (void)error;
    g_assert_cmpuint(offset + bytes.size, <=, memory->out->len);
    memcpy(memory->out->data + offset, bytes.data, bytes.size);
    return true;
}

SealSource memory_source(Memory *memory)
{
    return (SealSource){read_bytes, rewind_bytes, memory};
}

SealSink memory_sink(Memory *memory)
{
    return (SealSink){write_bytes, write_bytes_at, memory};
}

uint8_t *memory_pattern(size_t size)
{
    uint8_t *bytes = g_malloc(size + 1);
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
    return bytes;
}
