/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colours as the settings write them: see SettingColour.
 */
#ifndef MSE_APP_SETTINGS_COLOUR_H
#define MSE_APP_SETTINGS_COLOUR_H

#include "app/settings.h"

/* False: it is none, and `out` is left alone. */
bool setting_colour_of_index(int64_t index, SettingColour *out);
bool setting_colour_of_text(const char *text, SettingColour *out);

#endif
