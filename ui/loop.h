/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loop: the console thread. It waits for keys, messages, signals and the nearest deadline, and for
 * nothing else: all keys first, then messages for at most 8 ms, then one update of the screen.
 */
#ifndef MSE_UI_LOOP_H
#define MSE_UI_LOOP_H

#include "ui/console.h"
#include "ui/record.h"

/* Blocks the signals that the loop takes as events. To be called before threads are started. */
void loop_block_signals(void);

typedef enum { LOOP_QUIT, LOOP_TERMINAL_GONE, LOOP_SIGNAL } LoopEnd;

/* Until it ends; `number` gets the signal of LOOP_SIGNAL. What is shown goes to `recorder` too,
 * when there is one. */
LoopEnd loop_run(Console *console, Recorder *recorder, int *number);

/* Runs the jobs that are running to their end, without a terminal. The signal that ended it before
 * that (the jobs are cancelled then), or 0. */
int loop_finish_jobs(Console *console);

#endif
