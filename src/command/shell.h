/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shell's way in: words to a verb, its rows and text to standard output, errors to standard
 * error, signals to its cancel, and an exit status.
 */
#ifndef MSE_COMMAND_SHELL_H
#define MSE_COMMAND_SHELL_H

/* What main does with its arguments, as it got them. The program's exit status. */
int shell_main(int argc, char **argv);

#endif
