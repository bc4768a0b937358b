/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Completion files from the verb table: a script each for bash, zsh and fish.
 */
#ifndef MSE_COMMAND_COMPLETION_H
#define MSE_COMMAND_COMPLETION_H

#include <glib.h>

/* "bash", "zsh", "fish", NULL. */
extern const char *const completion_shells[];

/* The script for one of them; NULL for another. Free with g_free. */
char *completion_script(const char *shell);

#endif
