/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/cache.h"

enum {
    N_SLOTS = 128,
    WAYS = 2,
    MAX_CACHED_SIZE = 1024 * 1024, /* larger ones are rare, and 256 of them would be too much */
    N_SAMPLES = 24,
};

typedef struct Slot {
    GMutex lock;
    CacheValue *values[WAYS]; /* the newest first */
} Slot;

struct Cache {
    Slot slots[N_SLOTS];
};

Cache *cache_new(void)
{
    Cache *cache = g_new0(Cache, 1);
    for (unsigned i = 0; i < N_SLOTS; i++)
        g_mutex_init(&cache->slots[i].lock);
    return cache;
}

void cache_free(Cache *cache)
{
    if (!cache)
        return;
    for (unsigned i = 0; i < N_SLOTS; i++) {
        for (unsigned way = 0; way < WAYS; way++)
            cache_value_unref(cache->slots[i].values[way]);
        g_mutex_clear(&cache->slots[i].lock);
    }
    g_free(cache);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t word_at(Span part, size_t offset)
{
    uint64_t word;
    memcpy(&word, part.data + offset, sizeof word);
    return word;
}

/* A sample is enough: the hash only says where to look, equality is decided on all bytes. */
static uint64_t sample(uint64_t hash, Span part)
{
    hash = mix(hash, part.size);
    if (part.size < sizeof(uint64_t)) {
        for (size_t i = 0; i < part.size; i++)
            hash = mix(hash, part.data[i]);
        return hash;
    }
    size_t last = part.size - sizeof(uint64_t);
    for (size_t i = 0; i < N_SAMPLES; i++)
        hash = mix(hash, word_at(part, last * i / (N_SAMPLES - 1)));
    return hash;
}

static uint64_t hash_of(const CacheKind *kind, const Span *parts, size_t *size)
{
    uint64_t hash = mix(0, (uintptr_t)kind);
    *size = 0;
    for (unsigned i = 0; i < kind->n_parts; i++) {
        hash = sample(hash, parts[i]);
        *size += parts[i].size;
    }
    return hash;
}

static bool same_parts(const CacheValue *value, const Span *parts)
{
    for (unsigned i = 0; i < value->kind->n_parts; i++)
        if (!span_equal(value->parts[i], parts[i]))
            return false;
    return true;
}

static CacheValue *find(Slot *slot, const CacheKind *kind, uint64_t hash)
{
    CacheValue *found = NULL;
    g_mutex_lock(&slot->lock);
    for (unsigned way = 0; way < WAYS && !found; way++) {
        CacheValue *value = slot->values[way];
        if (value && value->hash == hash && value->kind == kind)
            found = value;
    }
    if (found)
        g_atomic_ref_count_inc(&found->references);
    g_mutex_unlock(&slot->lock);
    return found;
}

static void store(Slot *slot, CacheValue *value)
{
    CacheValue *evicted;
    g_atomic_ref_count_inc(&value->references);
    g_mutex_lock(&slot->lock);
    evicted = slot->values[WAYS - 1];
    slot->values[1] = slot->values[0];
    slot->values[0] = value;
    g_mutex_unlock(&slot->lock);
    cache_value_unref(evicted);
}

static CacheValue *build(const CacheKind *kind, const Span *parts, uint64_t hash, size_t size,
                         const void *context)
{
    CacheValue *value = g_malloc0(kind->size);
    value->kind = kind;
    value->hash = hash;
    value->copy = g_malloc(size + 1);
    g_atomic_ref_count_init(&value->references);
    uint8_t *at = value->copy;
    for (unsigned i = 0; i < kind->n_parts; i++) {
        value->parts[i] = span_of(at, parts[i].size);
        if (parts[i].size > 0)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    kind->build(value, context);
    return value;
}

CacheValue *cache_get(Cache *cache, const CacheKind *kind, const Span *parts, const void *context)
{
    size_t size;
    uint64_t hash = hash_of(kind, parts, &size);
    Slot *slot = &cache->slots[hash % N_SLOTS];
    CacheValue *value = find(slot, kind, hash);
    if (value && same_parts(value, parts))
        return value;
    cache_value_unref(value);
    value = build(kind, parts, hash, size, context);
    if (size <= MAX_CACHED_SIZE)
        store(slot, value);
    return value;
}

void cache_value_unref(CacheValue *value)
{
    if (!value || !g_atomic_ref_count_dec(&value->references))
        return;
    value->kind->clear(value);
    g_free(value->copy);
    g_free(value);
}
