/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Venv: a virtual environment for one run of tests, in a private temporary directory, over what the
 * system's Python has. The user's own Python, its packages and its settings stay as they are.
 *
 * pip is asked only for what is missing, and reads its own settings: PIP_INDEX_URL, PIP_FIND_LINKS,
 * pip.conf.
 */
#ifndef MSE_LIFE_VENV_H
#define MSE_LIFE_VENV_H

#include "life/life.h"

#include <stdbool.h>

typedef struct Venv Venv;

/* Made of the python3 in PATH, with these requirements (as pip spells them; NULL-terminated). What
 * pip says is told to the listener. NULL with LIFE_ERROR_PLATFORM (no Python, no pip, it cannot
 * install), LIFE_ERROR_OPTION (a requirement that is none), CANCEL_ERROR. */
Venv *venv_new(const char *const *requirements, const LifeListener *listener, Cancel *cancel,
               GError **error);
/* Removes it. */
void venv_free(Venv *venv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Venv, venv_free)

/* Runs "python3 -m COMMAND" in `directory`, with what `changes` (see exec_environment) says;
 * `command` is split as a shell does. Its output goes to the listener, line by line. The exit
 * status; -1 with an error. */
int venv_run_module(Venv *venv, const char *command, const char *directory,
                    const char *const *changes, const LifeListener *listener, Cancel *cancel,
                    GError **error);

#endif
