/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Standard output and error of the shell: buffered, in the locale's character set, every write
 * watched, so that a full disk is said and a closed pipe is not.
 */
#ifndef MSE_COMMAND_OUTPUT_H
#define MSE_COMMAND_OUTPUT_H

#include "core/cancel.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Output Output;

/* On a descriptor that stays open. `cancel` (borrowed) ends a write that waits, and is set when
 * nothing can be written any more: what goes on for ever ends then. */
Output *output_new(int fd, Cancel *cancel);
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

bool output_is_terminal(const Output *output);
/* Columns of the terminal; 0 when it is none. */
size_t output_width(const Output *output);

/* UTF-8, converted to the locale's character set, held until it is flushed. */
void output_part(Output *output, const char *text);
/* One line of it. Written at once but for files. */
void output_line(Output *output, const char *text);
/* Bytes as they are (ASCII: JSON). */
void output_bytes(Output *output, const char *bytes, size_t size);

/* Writes what is held. False after the first failure, whose errno output_error() gives. */
bool output_flush(Output *output);
int output_error(const Output *output);

#endif
