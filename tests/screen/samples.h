/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console on four samples, for the tests of its screens.
 */
#ifndef MSE_TEST_SCREEN_SAMPLES_H
#define MSE_TEST_SCREEN_SAMPLES_H

#include "terminal.h"

#define ENTER "\r"
#define ESC   "\033"
#define TAB   "\t"

/* The samples' names, in the order in which they are opened. */
enum { N_NAMES = 4 };
extern const char *const names[N_NAMES];

Terminal *open_samples(int columns, int rows);
/* Until all four are judged. */
Terminal *wait_judged(Terminal *terminal);
/* As at the very first start: what another test left is forgotten. */
void forget_state(void);
Terminal *open_judged(void);
/* By its key; it must end well. */
void quit(Terminal *terminal);

#endif
