/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/backoff.h"

#include <glib.h>

#define FIRST INT64_C(500000)
#define MOST  INT64_C(30000000)

int64_t fleet_backoff(unsigned failures, uint32_t chance)
{
    unsigned doublings = MIN(MAX(failures, 1) - 1, 10);
    int64_t middle = MIN(FIRST << doublings, MOST);
    int64_t spread = middle / 2;
    return middle - spread / 2 + (int64_t)((uint64_t)spread * chance / UINT32_MAX);
}
