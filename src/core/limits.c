/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/limits.h"

#include "core/i18n.h"

#include <assert.h>
#include <stdatomic.h>

static const LimitRow rows[N_LIMITS] = {
#define LIMIT(id, name, maximum, unit, why) [LIMIT_##id] = {name, maximum, unit, why},
    LIMIT_TABLE(LIMIT)
#undef LIMIT
};

const LimitRow *limit_row(LimitId id)
{
    assert((unsigned)id < N_LIMITS);
    return &rows[id];
}

static _Atomic size_t others[N_LIMITS];

size_t limit_bytes(LimitId id)
{
    size_t other = atomic_load_explicit(&others[id], memory_order_relaxed);

    return other != 0 ? other : limit_row(id)->maximum;
}

void limit_set(LimitId id, size_t maximum)
{
    assert((unsigned)id < N_LIMITS);
    atomic_store_explicit(&others[id], maximum, memory_order_relaxed);
}
