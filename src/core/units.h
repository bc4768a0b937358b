/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Units: quantities as people read them.
 */
#ifndef MSE_CORE_UNITS_H
#define MSE_CORE_UNITS_H

#include <stdint.h>

/* "17 bytes", "64 KiB", "1.5 MiB": exact when it can be, else one decimal. Free with g_free. */
char *units_size(uint64_t bytes);

#endif
