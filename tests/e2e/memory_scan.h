/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looking through another process's memory for what must not be there.
 */
#ifndef MSE_TESTS_E2E_MEMORY_SCAN_H
#define MSE_TESTS_E2E_MEMORY_SCAN_H

#include <sys/types.h>

/* How often the needle is in what the process can write to; -1 when that cannot be looked at. */
int memory_scan(pid_t pid, const char *needle);

#endif
