/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Own: commands of the user's own on an application. What an application is called and has never
 * becomes a part of the shell's program: {name} stands in it as an expansion of a variable, and the
 * value goes with the environment. So no name, however hostile, is more than a word.
 */
#ifndef MSE_UI_OWN_H
#define MSE_UI_OWN_H

#include "ui/apps.h"
#include "ui/program.h"

/* The shell's program: {name} outside of quotes as "${MSE_NAME}", and so that it is one word within
 * quotes too. What is no known word in braces stays as it is, also after a $. g_free. */
char *own_program(const char *run);

/* What is run for an application. Owned by the caller. */
ProgramRequest *own_request(const SettingCommand *command, const Apps *apps, const AppRow *row);

/* The same as a line that a person can run in a shell. g_free. */
char *own_shell(const SettingCommand *command, const Apps *apps, const AppRow *row);

#endif
