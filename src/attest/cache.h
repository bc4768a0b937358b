/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was verified already, by content. A value is built once from its parts (foreign bytes, which
 * it owns a copy of), is immutable from then on, and holds nothing that depends on the time. Found
 * again only when all parts are equal byte by byte. Bounded; thread-safe: a lock guards two
 * pointers for as long as it takes to count a reference.
 */
#ifndef MSE_ATTEST_CACHE_H
#define MSE_ATTEST_CACHE_H

#include "core/reader.h"

#include <glib.h>

enum { CACHE_MAX_PARTS = 3 };

typedef struct CacheKind CacheKind;

/* First member of every cached struct. */
typedef struct CacheValue {
    const CacheKind *kind;
    gatomicrefcount references;
    uint64_t hash;
    uint8_t *copy;
    Span parts[CACHE_MAX_PARTS]; /* in `copy` */
} CacheValue;

struct CacheKind {
    size_t size; /* of the struct */
    unsigned n_parts;
    void (*build)(CacheValue *value, const void *context); /* the rest is zero */
    void (*clear)(CacheValue *value);
};

typedef struct Cache Cache;

Cache *cache_new(void);
void cache_free(Cache *cache);

/* The value of these parts, built when it is not there. Release with cache_value_unref. */
CacheValue *cache_get(Cache *cache, const CacheKind *kind, const Span *parts, const void *context);
void cache_value_unref(CacheValue *value);

#endif
