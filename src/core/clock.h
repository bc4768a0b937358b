/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place that asks what time it is. Above it, time is a value.
 */
#ifndef MSE_CORE_CLOCK_H
#define MSE_CORE_CLOCK_H

#include <stdint.h>

/* Unix seconds, UTC. */
int64_t clock_now(void);

/* Nanoseconds since 1970, for names that nobody else makes. */
uint64_t clock_nanoseconds(void);

/* Microseconds on the monotonic clock, from an arbitrary start. */
int64_t clock_monotonic(void);

#endif
