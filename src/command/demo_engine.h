/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine that a demo's containers run on: the one that the person's own verbs would use.
 */
#ifndef MSE_COMMAND_DEMO_ENGINE_H
#define MSE_COMMAND_DEMO_ENGINE_H

#include "core/cancel.h"

#include <glib.h>

/* Its address, unix://PATH, once it has answered. NULL with an error: there is none, it does not
 * answer, or it is on another machine, where the demo's directories are not. g_free. */
char *demo_engine_find(Cancel *cancel, GError **error);

#endif
