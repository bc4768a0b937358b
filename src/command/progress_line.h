/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The progress of a verb as one line at the end of a terminal's output, which the next overwrites,
 * and which is gone when anything else is said.
 */
#ifndef MSE_COMMAND_PROGRESS_LINE_H
#define MSE_COMMAND_PROGRESS_LINE_H

#include "command/output.h"
#include "core/progress.h"

typedef struct ProgressLine {
    Output *output; /* standard error; borrowed */
    unsigned shown; /* columns of the line that is there; 0: none is */
} ProgressLine;

/* Nothing where standard error is no terminal, or one that cannot go back to a line's begin. */
void progress_line_show(ProgressLine *line, const Progress *progress);
/* Before anything else is written to the terminal. */
void progress_line_clear(ProgressLine *line);

#endif
