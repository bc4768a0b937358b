/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a mistyped word on the command line was perhaps meant to be.
 */
#ifndef MSE_COMMAND_SUGGEST_H
#define MSE_COMMAND_SUGGEST_H

#include <glib.h>

/* The first candidate (const char*) that `word` begins, else the nearest one (app/nearest.h); NULL
 * when none is near. Borrowed. */
const char *suggest_nearest(const char *word, const GPtrArray *candidates);

#endif
