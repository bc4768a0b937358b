/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/limits.h"

#include "core/i18n.h"

#include <assert.h>

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
