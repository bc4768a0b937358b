/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One writer a shell, for completion.c alone. Each returns the whole script: free with g_free.
 */
#ifndef MSE_COMMAND_COMPLETION_SHELL_H
#define MSE_COMMAND_COMPLETION_SHELL_H

#include "command/verb.h"

char *completion_bash(void);
char *completion_zsh(void);
char *completion_fish(void);

/* Calls `visit` for each option that the verb takes, the common ones last. */
void completion_each_option(const Verb *verb, void (*visit)(const VerbOption *, GString *),
                            GString *out);

/* The words that a value of this option can be, with spaces between; NULL when they are not known.
 * Free with g_free. */
char *completion_choices(const VerbOption *option);

#endif
