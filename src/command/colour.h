/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colour for verdicts in the shell: never alone, always of a mark and a word that are there
 * without it.
 */
#ifndef MSE_COMMAND_COLOUR_H
#define MSE_COMMAND_COLOUR_H

#include <stdbool.h>

/* Whether this environment wants colour on a terminal: NO_COLOR (no-color.org) and TERM. */
bool colour_is_wanted(void);

/* A line of `verify`, its mark with the word behind it and SIMULATED coloured. Free with g_free. */
char *colour_verdict(const char *line);

#endif
