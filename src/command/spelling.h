/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the program was called. As "cenclave" it speaks the dialect of Cosmian Enclave, whose
 * commands have no word "home" before them.
 */
#ifndef MSE_COMMAND_SPELLING_H
#define MSE_COMMAND_SPELLING_H

#include "app/dialect.h"

/* Takes it from the program's path. Before any thread. */
void spelling_take(const char *program);

/* The dialect of what is made anew; what is there already says its own. Never NULL. */
const Dialect *spelling_dialect(void);

#endif
