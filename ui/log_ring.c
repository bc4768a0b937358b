/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_ring.h"

#include <string.h>

/* How far into a line a level is looked for: beyond, the word is the message's own. */
enum { LEVEL_WITHIN = 160 };

LogBlock *log_block_ref(LogBlock *block)
{
    g_atomic_int_inc(&block->references);
    return block;
}

void log_block_unref(LogBlock *block)
{
    if (!g_atomic_int_dec_and_test(&block->references))
        return;
    g_free(block->text);
    g_free(block);
}

static void unref_block(void *block)
{
    if (block != NULL)
        log_block_unref(block);
}

LogRing *log_ring_new(size_t limit)
{
    LogRing *ring = g_new0(LogRing, 1);

    ring->blocks = g_ptr_array_new_with_free_func(unref_block);
    ring->limit = limit;
    return ring;
}

void log_ring_free(LogRing *ring)
{
    if (ring == NULL)
        return;
    g_ptr_array_unref(ring->blocks);
    g_free(ring);
}

/* ---- levels ---- */

static const struct {
    const char *word;
    LogLevel level;
} levels[] = {
    {"ERROR", LOG_LEVEL_ERROR},  {"FATAL", LOG_LEVEL_ERROR},     {"CRITICAL", LOG_LEVEL_ERROR},
    {"PANIC", LOG_LEVEL_ERROR},  {"TRACEBACK", LOG_LEVEL_ERROR}, {"EXCEPTION", LOG_LEVEL_ERROR},
    {"WARN", LOG_LEVEL_WARNING}, {"WARNING", LOG_LEVEL_WARNING}, {"DEBUG", LOG_LEVEL_DEBUG},
    {"TRACE", LOG_LEVEL_DEBUG},  {"ERR", LOG_LEVEL_ERROR},
};

static LogLevel level_of_word(const char *word, size_t size)
{
    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
        if (strlen(levels[i].word) == size && g_ascii_strncasecmp(levels[i].word, word, size) == 0)
            return levels[i].level;
    return LOG_LEVEL_NONE;
}

/* A level stands out: in capitals, in brackets or before a colon. "no error" in a sentence is none.
 */
static bool stands_out(const char *text, size_t start, size_t end, size_t size)
{
    if (g_ascii_isupper(text[start]) && g_ascii_isupper(text[end - 1]))
        return true;
    if (end < size && (text[end] == ':' || text[end] == ']' || text[end] == '('))
        return true;
    return start > 0 &&
           (text[start - 1] == '[' || text[start - 1] == '=' || text[start - 1] == '<');
}

LogLevel log_level(Span span)
{
    const char *text = (const char *)span.data;
    size_t size = MIN(span.size, (size_t)LEVEL_WITHIN);

    for (size_t start = 0; start < size;) {
        size_t end = start;
        LogLevel level;
        while (end < size && g_ascii_isalpha(text[end]))
            end++;
        if (end - start >= 3 && end - start <= 9) {
            level = level_of_word(text + start, end - start);
            if (level != LOG_LEVEL_NONE && stands_out(text, start, end, size))
                return level;
        }
        start = end + 1;
    }
    return LOG_LEVEL_NONE;
}

/* ---- filling ---- */

static unsigned n_blocks(const LogRing *ring)
{
    return ring->blocks->len - ring->start;
}

static LogBlock *block_at(const LogRing *ring, unsigned i)
{
    return ring->blocks->pdata[ring->start + i];
}

static size_t block_cost(const LogBlock *block)
{
    return sizeof *block + block->capacity;
}

static void drop_oldest(LogRing *ring)
{
    LogBlock *block = block_at(ring, 0);

    ring->held -= block_cost(block);
    ring->dropped += block->n_lines;
    ring->first = block->first + block->n_lines;
    ring->blocks->pdata[ring->start++] = NULL;
    log_block_unref(block);
    if (ring->start < 256 && ring->start < ring->blocks->len)
        return;
    g_ptr_array_remove_range(ring->blocks, 0, ring->start);
    ring->start = 0;
}

static void keep_limit(LogRing *ring)
{
    while (ring->held > ring->limit && n_blocks(ring) > 1)
        drop_oldest(ring);
}

void log_ring_set_limit(LogRing *ring, size_t limit)
{
    ring->limit = limit;
    keep_limit(ring);
}

static LogBlock *add_block(LogRing *ring, size_t least)
{
    LogBlock *block = g_new0(LogBlock, 1);

    block->references = 1;
    block->first = ring->end;
    block->capacity = MAX(least, (size_t)LOG_BLOCK_BYTES);
    block->text = g_malloc(block->capacity);
    g_ptr_array_add(ring->blocks, block);
    ring->held += block_cost(block);
    keep_limit(ring);
    return block;
}

static LogBlock *block_for(LogRing *ring, size_t size)
{
    LogBlock *last = n_blocks(ring) > 0 ? block_at(ring, n_blocks(ring) - 1) : NULL;

    if (last != NULL && last->n_lines < LOG_BLOCK_LINES && last->capacity - last->size >= size)
        return last;
    return add_block(ring, size);
}

void log_ring_append(LogRing *ring, Span text, const LogLine *like)
{
    LogBlock *block = block_for(ring, text.size);
    LogLine *line = &block->lines[block->n_lines];

    *line = *like;
    line->offset = (uint32_t)block->size;
    line->size = (uint32_t)text.size;
    line->level = line->ruled ? LOG_LEVEL_NONE : (uint8_t)log_level(text);
    if (text.size > 0)
        memcpy(block->text + block->size, text.data, text.size);
    block->size += text.size;
    block->n_errors += line->level == LOG_LEVEL_ERROR;
    block->n_lines++;
    ring->end++;
}

/* ---- reading ---- */

/* The place of the block that holds a number which is held. */
static unsigned place_of(const LogRing *ring, uint64_t number)
{
    unsigned low = 0, high = n_blocks(ring);

    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (block_at(ring, middle)->first <= number)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static LogBlock *block_of(const LogRing *ring, uint64_t number)
{
    if (number < ring->first || number >= ring->end)
        return NULL;
    return block_at(ring, place_of(ring, number));
}

bool log_ring_line(const LogRing *ring, uint64_t number, LogLine *line, Span *text)
{
    const LogBlock *block = block_of(ring, number);

    if (block == NULL)
        return false;
    *line = block->lines[number - block->first];
    *text = span_of(block->text + line->offset, line->size);
    return true;
}

static bool is_answered(const LogRing *ring, const LogBlock *block, unsigned i)
{
    return block->generation == ring->generation && i < block->n_matched;
}

static unsigned marks_in(const LogRing *ring, const LogBlock *block, unsigned i)
{
    unsigned marks = block->lines[i].level == LOG_LEVEL_ERROR ? LOG_ERROR : 0;

    if (!ring->matching)
        return marks | LOG_SHOWN;
    return is_answered(ring, block, i) ? marks | block->matches[i] : marks;
}

unsigned log_ring_marks(const LogRing *ring, uint64_t number)
{
    const LogBlock *block = block_of(ring, number);

    return block == NULL ? 0 : marks_in(ring, block, (unsigned)(number - block->first));
}

/* Whether a block can have such a line at all: whole blocks are passed over. */
static bool may_have(const LogRing *ring, const LogBlock *block, unsigned marks)
{
    bool answered = block->generation == ring->generation;

    if (marks & LOG_ERROR && block->n_errors == 0)
        return false;
    if (!ring->matching)
        return !(marks & LOG_FOUND);
    return answered && block->n_shown > 0 && (!(marks & LOG_FOUND) || block->n_found > 0);
}

static bool find_in_block(const LogRing *ring, const LogBlock *block, long from, int direction,
                          unsigned marks, uint64_t *number)
{
    for (long i = from; i >= 0 && i < (long)block->n_lines; i += direction)
        if ((marks_in(ring, block, (unsigned)i) & marks) == marks) {
            *number = block->first + (uint64_t)i;
            return true;
        }
    return false;
}

/* Where looking begins; false when there is nothing that way. */
static bool begin_at(const LogRing *ring, uint64_t from, int direction, uint64_t *start)
{
    if (n_blocks(ring) == 0)
        return false;
    if (direction > 0) {
        *start = from == UINT64_MAX || from + 1 < ring->first ? ring->first : from + 1;
        return *start < ring->end;
    }
    if (from == UINT64_MAX || from <= ring->first)
        return false;
    *start = MIN(from, ring->end) - 1;
    return true;
}

bool log_ring_next(const LogRing *ring, uint64_t from, int direction, unsigned marks,
                   uint64_t *number)
{
    uint64_t start;
    long at, n = (long)n_blocks(ring), i;

    marks |= LOG_SHOWN;
    if (!begin_at(ring, from, direction, &start))
        return false;
    at = (long)place_of(ring, start);
    i = (long)(start - block_at(ring, (unsigned)at)->first);
    while (at >= 0 && at < n) {
        const LogBlock *block = block_at(ring, (unsigned)at);
        if (i < 0) /* come from the block after */
            i = (long)block->n_lines - 1;
        if (may_have(ring, block, marks) && find_in_block(ring, block, i, direction, marks, number))
            return true;
        at += direction;
        i = direction > 0 ? 0 : -1;
    }
    return false;
}

void log_ring_counts(const LogRing *ring, uint64_t *shown, uint64_t *found)
{
    *shown = *found = 0;
    if (!ring->matching) { /* asked for each frame: the blocks are not looked at for nothing */
        *shown = ring->end - ring->first;
        return;
    }
    for (unsigned i = 0; i < n_blocks(ring); i++) {
        const LogBlock *block = block_at(ring, i);
        if (block->generation != ring->generation)
            continue;
        *shown += block->n_shown;
        *found += block->n_found;
    }
}

void log_ring_ask(LogRing *ring, bool matching)
{
    ring->matching = matching;
    ring->generation++;
}

void log_ring_answer(LogRing *ring, LogBlock *block, uint64_t generation, unsigned from,
                     const uint8_t *marks, unsigned n)
{
    if (generation != ring->generation)
        return;
    if (block->generation != generation) {
        block->generation = generation;
        block->n_matched = block->n_shown = block->n_found = 0;
    }
    if (from != block->n_matched)
        return;
    for (unsigned i = 0; i < n; i++) {
        block->matches[from + i] = marks[i];
        block->n_shown += (marks[i] & LOG_SHOWN) != 0;
        block->n_found += (marks[i] & (LOG_SHOWN | LOG_FOUND)) == (LOG_SHOWN | LOG_FOUND);
    }
    block->n_matched += n;
}
