/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shell's way in: words to a verb, its rows and text to standard output, errors to standard
 * error, signals to its cancel, and an exit status.
 */
#ifndef MSE_COMMAND_SHELL_H
#define MSE_COMMAND_SHELL_H

#include <stddef.h>

/* Opens the console on these files (borrowed; maybe none) and gives its exit status. */
typedef int (*ShellConsole)(char *const *files, size_t n);

/* What main does with its arguments. `argv` as main got it. */
int shell_main(int argc, char **argv, ShellConsole console);

#endif
