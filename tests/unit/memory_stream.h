/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A source and a sink in memory, for what streams.
 */
#ifndef MSE_TESTS_UNIT_MEMORY_STREAM_H
#define MSE_TESTS_UNIT_MEMORY_STREAM_H

#include "seal/stream.h"

typedef struct Memory {
    Span bytes;       /* what is read */
    size_t at;        /* how far */
    unsigned rewound; /* how often */
    /* Read the second time, when it is set: somebody changed the file meanwhile. */
    const uint8_t *second;
    GByteArray *out;
} Memory;

void memory_open(Memory *memory, const void *bytes, size_t size);
void memory_close(Memory *memory);
SealSource memory_source(Memory *memory);
SealSink memory_sink(Memory *memory);

/* Bytes that differ from place to place, the same in each run. Free with g_free. */
uint8_t *memory_pattern(size_t size);

#endif
