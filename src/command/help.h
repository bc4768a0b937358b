/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help from the verb table. Each function says it through the job and returns the exit status.
 */
#ifndef MSE_COMMAND_HELP_H
#define MSE_COMMAND_HELP_H

#include "command/verb.h"

int help_of_all(Job *job);
int help_of_verb(Job *job, const Verb *verb);
int help_of_group(Job *job, const char *group);

/* "verify [FILE…] [OPTION…]". Free with g_free. */
char *help_synopsis(const Verb *verb);
/* "-o, --output DIR". Free with g_free. */
char *help_option_form(const VerbOption *option);

#endif
