/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/settings_colour.h"

#include "core/hex.h"

#include <string.h>

bool setting_colour_of_index(int64_t index, SettingColour *out)
{
    if (index < 0 || index > 255)
        return false;
    *out = (SettingColour){.kind = SETTING_COLOUR_PALETTE, .index = (uint8_t)index};
    return true;
}

bool setting_colour_of_text(const char *text, SettingColour *out)
{
    static const char *const names[] = {"black", "red",     "green", "yellow",
                                        "blue",  "magenta", "cyan",  "white"};
    if (g_str_equal(text, "default")) {
        *out = (SettingColour){.kind = SETTING_COLOUR_DEFAULT};
        return true;
    }
    uint8_t rgb[3];
    if (*text == '#' && hex_decode_exact(span_of(text + 1, strlen(text + 1)), rgb, sizeof rgb)) {
        *out = (SettingColour){
            .kind = SETTING_COLOUR_RGB, .red = rgb[0], .green = rgb[1], .blue = rgb[2]};
        return true;
    }
    bool bright = g_str_has_prefix(text, "bright-");
    const char *name = bright ? text + strlen("bright-") : text;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i]))
            return setting_colour_of_index(i + (bright ? 8 : 0), out);
    guint64 index;
    return g_ascii_string_to_unsigned(text, 10, 0, 255, &index, NULL) &&
           setting_colour_of_index((int64_t)index, out);
}
