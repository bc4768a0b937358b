/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arguments of an application: what its container was started with, read back. Format: those of
 * `spawn`: --size {MiB}M --subject S --san N --id UUID --application M:V --expiration UNIX.
 */
#ifndef MSE_FLEET_ARGUMENTS_H
#define MSE_FLEET_ARGUMENTS_H

#include "fleet/app.h"

/* Sets what `words` (NULL-terminated) say. An option before another one, or at the end, has no
 * value; what cannot be read stays unset. */
void fleet_arguments_read(FleetApp *app, const char *const *words);

/* The same from the one line that an engine's list shows: words with a space in them between single
 * quotes, which the engine does not escape. */
void fleet_arguments_read_line(FleetApp *app, const char *line);

#endif
