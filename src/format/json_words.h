/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the JSON reader: eight bytes looked at as one word, portably. Most of a collateral is
 * strings; byte by byte they were half of its cost.
 */
#ifndef MSE_FORMAT_JSON_WORDS_H
#define MSE_FORMAT_JSON_WORDS_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define JSON_EACH_BYTE UINT64_C(0x0101010101010101)
#define JSON_TOP_BITS  UINT64_C(0x8080808080808080)

enum { JSON_WORD = 8 };

/* The first byte is the lowest. */
static inline uint64_t json_word_at(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return GUINT64_FROM_LE(word);
}

/* Marks (top bits of bytes) whose lowest is right: borrows only reach upwards from a match. */
static inline uint64_t json_mark_equal(uint64_t word, uint8_t byte)
{
    uint64_t differs = word ^ JSON_EACH_BYTE * byte;
    return (differs - JSON_EACH_BYTE) & ~differs & JSON_TOP_BITS;
}

/* The same for bytes below `limit`, at most 0x80. */
static inline uint64_t json_mark_below(uint64_t word, uint8_t limit)
{
    return (word - JSON_EACH_BYTE * limit) & ~word & JSON_TOP_BITS;
}

/* Which byte the lowest mark is on. */
static inline unsigned json_first_mark(uint64_t marks)
{
    return (unsigned)__builtin_ctzll(marks) / 8;
}

#endif
