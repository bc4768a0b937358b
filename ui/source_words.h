/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a source is, in words and by role. Never by colour alone.
 */
#ifndef MSE_UI_SOURCE_WORDS_H
#define MSE_UI_SOURCE_WORDS_H

#include "fleet/fleet.h"
#include "ui/theme.h"

/* `status` NULL: nothing heard yet. At monotonic time `now`. g_free. */
char *source_words(const FleetSourceStatus *status, int64_t now);
const char *source_mark(const FleetSourceStatus *status, int64_t now);
/* There is nothing to say of it. */
bool source_is_well(const FleetSourceStatus *status, int64_t now);
Role source_role(const FleetSourceStatus *status);

#endif
