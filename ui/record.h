/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recorder: what the console shows, written as it happens to a file that can be played: asciicast
 * v2 (https://docs.asciinema.org/manual/asciicast/v2/): a line of JSON with size and time, then a
 * line an event: [seconds, "o", bytes] or [seconds, "r", "80x24"]. It is made from the grid, for
 * any terminal that knows ECMA-48, and holds nothing that the screen did not show.
 *
 * A thread of its own writes: a disk that is slow or full holds no key up. What cannot be written
 * ends the recording, and is said once.
 */
#ifndef MSE_UI_RECORD_H
#define MSE_UI_RECORD_H

#include "ui/canvas.h"
#include "ui/message.h"

typedef struct Recorder Recorder;

/* A file that is there already is refused. NULL with `error` (FILE_ERROR). */
Recorder *recorder_new(const char *path, GError **error);
/* Ends the file, waiting for what is not written yet for at most two seconds. NULL is fine. */
void recorder_free(Recorder *recorder);

/* MESSAGE_SAID goes here when it cannot be written. The mailbox outlives the recorder. */
void recorder_set_mailbox(Recorder *recorder, Mailbox *mailbox);
/* The colours from now on. */
void recorder_set_theme(Recorder *recorder, const Theme *theme);
/* What the screen shows now; the cursor at (x, y), hidden when x is negative. */
void recorder_show(Recorder *recorder, const Grid *grid, int cursor_x, int cursor_y);

#endif
