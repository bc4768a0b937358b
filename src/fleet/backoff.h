/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Back-off: how long to wait before a source is tried again. Doubles from half a second to 30 s,
 * give or take a quarter, so that many who lost the same source do not come back at once.
 */
#ifndef MSE_FLEET_BACKOFF_H
#define MSE_FLEET_BACKOFF_H

#include <stdint.h>

/* Microseconds to wait after so many failures in a row (1: the first). `chance` is any number: all
 * its values together spread evenly. */
int64_t fleet_backoff(unsigned failures, uint32_t chance);

#endif
