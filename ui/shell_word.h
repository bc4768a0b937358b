/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words of command lines that a person may copy into a shell.
 */
#ifndef MSE_UI_SHELL_WORD_H
#define MSE_UI_SHELL_WORD_H

#include <glib.h>

/* A space and the word, quoted when a shell would read anything else in it. */
void shell_append_word(GString *line, const char *word);

#endif
