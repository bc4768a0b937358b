/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The wire thread: the only one that waits on the network. For the files of this room. It starts
 * with the first transfer, and ends with the program (at exit, after closing what is open).
 */
#ifndef MSE_WIRE_THREAD_H
#define MSE_WIRE_THREAD_H

#include "wire/transfer.h"

/* At most so many transfers at a time over one command, and so many of them streams. */
#define COMMAND_TRANSFERS 8
#define COMMAND_STREAMS   6

/* Gives it to the thread, with its owner set; a reference of the thread's own is taken. False, with
 * `error` set and its `end` never called, when there is no thread. */
bool wire_thread_add(Transfer *transfer, GError **error);

/* Ends it: its `end` is called (with a CANCEL_ERROR) unless it was already. Returns at once. */
void wire_thread_abort(Transfer *transfer);

/* Lets a transfer that paused go on. Returns at once. */
void wire_thread_resume(Transfer *transfer);

#endif
