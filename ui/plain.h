/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plain: the console for screen readers, serial lines and pipes. Lines of the `:` grammar in, lines
 * out, one after the other; no cursor is moved and nothing is coloured. `watch` tells what happens
 * to applications, a line each, as it happens.
 */
#ifndef MSE_UI_PLAIN_H
#define MSE_UI_PLAIN_H

#include "ui/ui.h"

/* Until `quit` or the end of standard input: the last status of a line that was not 0. Signals that
 * the console takes as events are blocked (loop_block_signals). */
int plain_run(const UiOptions *options);

#endif
