/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file system without nameless temporaries (O_TMPFILE), for whoever links this.
 */
#ifndef MSE_TESTS_UNIT_NAMELESS_H
#define MSE_TESTS_UNIT_NAMELESS_H

#include <stdbool.h>

extern bool nameless_refused;

#endif
