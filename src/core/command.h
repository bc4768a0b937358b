/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A command of the user's own, run without a shell: in a session of its own, so that it asks for
 * nothing on our terminal and gets none of its signals; for a bounded time; what it says on
 * standard error is kept, bounded too. What it reads on standard input is never in its arguments.
 */
#ifndef MSE_CORE_COMMAND_H
#define MSE_CORE_COMMAND_H

#include "core/cancel.h"
#include "core/reader.h"

#define COMMAND_ERROR (command_error_quark())
typedef enum {
    COMMAND_ERROR_START,  /* there is no such program, or it may not be run */
    COMMAND_ERROR_FAILED, /* it ended with a status, or by a signal */
    COMMAND_ERROR_LATE,   /* it took longer than it may, and was ended */
} CommandError;
GQuark command_error_quark(void);

/* Runs argv (NULL-terminated; the program is looked for in PATH) with `input` as a file at standard
 * input and nothing at standard output, and waits until it ends, at most `milliseconds`. Blocks.
 * False with `error`, which names the program and has the last line that it said; when `cancel`
 * ended the waiting, the command goes on by itself (CANCEL_ERROR). */
bool command_run(const char *const *argv, Span input, unsigned milliseconds, Cancel *cancel,
                 GError **error);

#endif
