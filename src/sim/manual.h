/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables as the manual page mse-sim(1) wants them: roff, untranslated.
 */
#ifndef MSE_SIM_MANUAL_H
#define MSE_SIM_MANUAL_H

#include <stdbool.h>

/* Prints the "synopsis", the "options" or the "breaks"; false when it is none of them. */
bool sim_print_manual(const char *part);

#endif
