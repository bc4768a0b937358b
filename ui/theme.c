/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/theme.h"

#include <stdlib.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

const char *const theme_schemes[] = {"terminal", "dark", "light", "mono", NULL};

/* How a role looks in each kind of terminal: the eight names, and 24 bits brought down to what
 * there is. */
typedef struct SchemeRow {
    int eight;
    int rgb; /* foreground 0xrrggbb, or OWN */
    unsigned flags;
} SchemeRow;

typedef struct Scheme {
    int eight_foreground, eight_background; /* of the whole screen */
    int rgb_foreground, rgb_background;
    SchemeRow rows[N_ROLES];
} Scheme;

/* The terminal's own colours: whatever a person chose is readable to them. */
static const Scheme scheme_terminal = {
    OWN,
    OWN,
    OWN,
    OWN,
    {
        [ROLE_TEXT] = {OWN, OWN, 0},
        [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
        [ROLE_DIM] = {OWN, OWN, LOOK_DIM},
        [ROLE_TITLE] = {OWN, OWN, LOOK_DIM},
        [ROLE_TITLE_FOCUS] = {OWN, OWN, LOOK_BOLD},
        [ROLE_BORDER] = {OWN, OWN, LOOK_DIM},
        [ROLE_FOCUS] = {CYAN, OWN, 0},
        [ROLE_BAR] = {OWN, OWN, LOOK_BOLD},
        [ROLE_HEADING] = {OWN, OWN, LOOK_DIM},
        [ROLE_TRUSTED] = {GREEN, OWN, 0},
        [ROLE_WARNING] = {YELLOW, OWN, 0},
        [ROLE_REJECTED] = {RED, OWN, LOOK_BOLD},
        [ROLE_EXPIRED] = {MAGENTA, OWN, 0},
        [ROLE_UNKNOWN] = {OWN, OWN, LOOK_DIM},
        [ROLE_ALARM] = {RED, OWN, LOOK_BOLD | LOOK_REVERSE},
        [ROLE_KEY] = {CYAN, OWN, 0},
        [ROLE_MATCH] = {YELLOW, OWN, LOOK_BOLD | LOOK_UNDERLINE},
        [ROLE_MARKED] = {CYAN, OWN, LOOK_BOLD},
        [ROLE_NAME_1] = {CYAN, OWN, 0},
        [ROLE_NAME_2] = {GREEN, OWN, 0},
        [ROLE_NAME_3] = {MAGENTA, OWN, 0},
        [ROLE_NAME_4] = {BLUE, OWN, 0},
        [ROLE_NAME_5] = {YELLOW, OWN, 0},
        [ROLE_NAME_6] = {OWN, OWN, 0},
        [ROLE_SELECTION] = {OWN, OWN, LOOK_REVERSE},
    },
};

static const Scheme scheme_dark = {
    WHITE,
    BLACK,
    0xd0d4d8,
    0x16181c,
    {
        [ROLE_TEXT] = {WHITE, 0xd0d4d8, 0},
        [ROLE_STRONG] = {WHITE, 0xffffff, LOOK_BOLD},
        [ROLE_DIM] = {WHITE, 0x868e98, 0},
        [ROLE_TITLE] = {WHITE, 0x868e98, 0},
        [ROLE_TITLE_FOCUS] = {WHITE, 0xffffff, LOOK_BOLD},
        [ROLE_BORDER] = {WHITE, 0x4a5058, 0},
        [ROLE_FOCUS] = {CYAN, 0x5fafd7, 0},
        [ROLE_BAR] = {WHITE, 0xffffff, LOOK_BOLD},
        [ROLE_HEADING] = {WHITE, 0x868e98, 0},
        [ROLE_TRUSTED] = {GREEN, 0x87d787, 0},
        [ROLE_WARNING] = {YELLOW, 0xffd75f, 0},
        [ROLE_REJECTED] = {RED, 0xff6f6f, LOOK_BOLD},
        [ROLE_EXPIRED] = {MAGENTA, 0xd7a0ff, 0},
        [ROLE_UNKNOWN] = {WHITE, 0x868e98, 0},
        [ROLE_ALARM] = {RED, 0xff6f6f, LOOK_BOLD | LOOK_REVERSE},
        [ROLE_KEY] = {CYAN, 0x5fd7d7, 0},
        [ROLE_MATCH] = {YELLOW, 0xffd75f, LOOK_BOLD | LOOK_UNDERLINE},
        [ROLE_MARKED] = {CYAN, 0x5fd7d7, LOOK_BOLD},
        [ROLE_NAME_1] = {CYAN, 0x5fd7d7, 0},
        [ROLE_NAME_2] = {GREEN, 0x87d787, 0},
        [ROLE_NAME_3] = {MAGENTA, 0xd7a0ff, 0},
        [ROLE_NAME_4] = {BLUE, 0x87afff, 0},
        [ROLE_NAME_5] = {YELLOW, 0xffd75f, 0},
        [ROLE_NAME_6] = {WHITE, 0xd0d4d8, 0},
        [ROLE_SELECTION] = {OWN, OWN, LOOK_REVERSE},
    },
};

static const Scheme scheme_light = {
    BLACK,
    WHITE,
    0x24292e,
    0xfcfcfa,
    {
        [ROLE_TEXT] = {BLACK, 0x24292e, 0},
        [ROLE_STRONG] = {BLACK, 0x000000, LOOK_BOLD},
        [ROLE_DIM] = {BLACK, 0x6a737d, 0},
        [ROLE_TITLE] = {BLACK, 0x6a737d, 0},
        [ROLE_TITLE_FOCUS] = {BLACK, 0x000000, LOOK_BOLD},
        [ROLE_BORDER] = {BLACK, 0xb0b6bc, 0},
        [ROLE_FOCUS] = {BLUE, 0x005faf, 0},
        [ROLE_BAR] = {BLACK, 0x000000, LOOK_BOLD},
        [ROLE_HEADING] = {BLACK, 0x6a737d, 0},
        [ROLE_TRUSTED] = {GREEN, 0x1a7f37, 0},
        [ROLE_WARNING] = {MAGENTA, 0x8a5a00, 0},
        [ROLE_REJECTED] = {RED, 0xc01c28, LOOK_BOLD},
        [ROLE_EXPIRED] = {MAGENTA, 0x7d3cab, 0},
        [ROLE_UNKNOWN] = {BLACK, 0x6a737d, 0},
        [ROLE_ALARM] = {RED, 0xc01c28, LOOK_BOLD | LOOK_REVERSE},
        [ROLE_KEY] = {BLUE, 0x005faf, 0},
        [ROLE_MATCH] = {MAGENTA, 0x8a5a00, LOOK_BOLD | LOOK_UNDERLINE},
        [ROLE_MARKED] = {BLUE, 0x005faf, LOOK_BOLD},
        [ROLE_NAME_1] = {CYAN, 0x00707a, 0},
        [ROLE_NAME_2] = {GREEN, 0x1a7f37, 0},
        [ROLE_NAME_3] = {MAGENTA, 0x7d3cab, 0},
        [ROLE_NAME_4] = {BLUE, 0x005faf, 0},
        [ROLE_NAME_5] = {RED, 0x8a5a00, 0},
        [ROLE_NAME_6] = {BLACK, 0x24292e, 0},
        [ROLE_SELECTION] = {OWN, OWN, LOOK_REVERSE},
    },
};

static const Scheme scheme_mono = {
    OWN,
    OWN,
    OWN,
    OWN,
    {
        [ROLE_TEXT] = {OWN, OWN, 0},
        [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
        [ROLE_DIM] = {OWN, OWN, 0},
        [ROLE_TITLE] = {OWN, OWN, 0},
        [ROLE_TITLE_FOCUS] = {OWN, OWN, LOOK_BOLD},
        [ROLE_BORDER] = {OWN, OWN, 0},
        [ROLE_FOCUS] = {OWN, OWN, LOOK_BOLD},
        [ROLE_BAR] = {OWN, OWN, LOOK_BOLD},
        [ROLE_HEADING] = {OWN, OWN, 0},
        [ROLE_TRUSTED] = {OWN, OWN, 0},
        [ROLE_WARNING] = {OWN, OWN, 0},
        [ROLE_REJECTED] = {OWN, OWN, LOOK_BOLD},
        [ROLE_EXPIRED] = {OWN, OWN, 0},
        [ROLE_UNKNOWN] = {OWN, OWN, 0},
        [ROLE_ALARM] = {OWN, OWN, LOOK_BOLD | LOOK_REVERSE},
        [ROLE_KEY] = {OWN, OWN, LOOK_BOLD},
        [ROLE_MATCH] = {OWN, OWN, LOOK_UNDERLINE},
        [ROLE_MARKED] = {OWN, OWN, LOOK_BOLD},
        [ROLE_NAME_1] = {OWN, OWN, 0},
        [ROLE_NAME_2] = {OWN, OWN, 0},
        [ROLE_NAME_3] = {OWN, OWN, 0},
        [ROLE_NAME_4] = {OWN, OWN, 0},
        [ROLE_NAME_5] = {OWN, OWN, 0},
        [ROLE_NAME_6] = {OWN, OWN, 0},
        [ROLE_SELECTION] = {OWN, OWN, LOOK_REVERSE},
    },
};

static const Scheme *const schemes[] = {&scheme_terminal, &scheme_dark, &scheme_light,
                                        &scheme_mono};

static const Scheme *scheme_named(const char *name)
{
    for (size_t i = 0; name != NULL && theme_schemes[i] != NULL; i++)
        if (g_str_equal(name, theme_schemes[i]))
            return schemes[i];
    return &scheme_terminal;
}

static int squared(int x)
{
    return x * x;
}

int theme_nearest_256(unsigned red, unsigned green, unsigned blue)
{
    static const int levels[6] = {0, 95, 135, 175, 215, 255};
    int best = 16, best_distance = INT32_MAX;

    for (int i = 16; i < 256; i++) {
        int cube = i - 16, grey = 8 + 10 * (i - 232);
        int r = i < 232 ? levels[cube / 36] : grey;
        int g = i < 232 ? levels[cube / 6 % 6] : grey;
        int b = i < 232 ? levels[cube % 6] : grey;
        int distance = squared(r - (int)red) + squared(g - (int)green) + squared(b - (int)blue);
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

int theme_nearest_8(unsigned red, unsigned green, unsigned blue)
{
    return (red >= 128 ? 1 : 0) | (green >= 128 ? 2 : 0) | (blue >= 128 ? 4 : 0);
}

static int rgb_here(int rgb, ThemeTerminal terminal)
{
    unsigned red = (unsigned)rgb >> 16 & 0xff, green = (unsigned)rgb >> 8 & 0xff,
             blue = (unsigned)rgb & 0xff;

    if (terminal.direct)
        return THEME_RGB | rgb;
    return terminal.colours >= 256 ? theme_nearest_256(red, green, blue)
                                   : theme_nearest_8(red, green, blue);
}

static int scheme_colour(int eight, int rgb, ThemeTerminal terminal)
{
    if (rgb == OWN || terminal.colours < 256)
        return eight;
    return rgb_here(rgb, terminal);
}

/* Which settings change which roles. */
static const struct {
    SettingId setting;
    Role role;
} overrides[] = {
    {SETTING_COLOURS_TRUSTED, ROLE_TRUSTED},
    {SETTING_COLOURS_WARNING, ROLE_WARNING},
    {SETTING_COLOURS_REJECTED, ROLE_REJECTED},
    {SETTING_COLOURS_UNKNOWN, ROLE_UNKNOWN},
    {SETTING_COLOURS_TITLE, ROLE_TITLE},
    {SETTING_COLOURS_TITLE, ROLE_TITLE_FOCUS},
    {SETTING_COLOURS_BORDER, ROLE_BORDER},
    {SETTING_COLOURS_FOCUS, ROLE_FOCUS},
    {SETTING_COLOURS_SELECTION, ROLE_SELECTION},
    {SETTING_COLOURS_MATCH, ROLE_MATCH},
    {SETTING_COLOURS_KEY, ROLE_KEY},
    {SETTING_COLOURS_DIM, ROLE_DIM},
    {SETTING_COLOURS_DIM, ROLE_HEADING},
    {SETTING_COLOURS_ALARM, ROLE_ALARM},
};

static int setting_colour_here(const SettingColour *colour, ThemeTerminal terminal)
{
    switch (colour->kind) {
    case SETTING_COLOUR_DEFAULT:
        return OWN;
    case SETTING_COLOUR_PALETTE:
        return colour->index < terminal.colours ? colour->index : colour->index & 7;
    case SETTING_COLOUR_RGB:
        break;
    }
    return rgb_here(colour->red << 16 | colour->green << 8 | colour->blue, terminal);
}

static void apply_settings(Theme *theme, const Settings *settings, ThemeTerminal terminal)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overrides); i++) {
        Look *look = &theme->looks[overrides[i].role];
        SettingColour colour;
        if (!settings_colour(settings, overrides[i].setting, &colour))
            continue;
        look->foreground = setting_colour_here(&colour, terminal);
        look->flags &= ~(unsigned)LOOK_DIM;
    }
}

void theme_make(Theme *theme, const char *scheme, const Settings *settings, ThemeTerminal terminal)
{
    const Scheme *from = terminal.colours < 8 ? &scheme_mono : scheme_named(scheme);

    for (unsigned role = 0; role < N_ROLES; role++) {
        const SchemeRow *row = &from->rows[role];
        theme->looks[role] = (Look){
            .foreground = scheme_colour(row->eight, row->rgb, terminal),
            .background = scheme_colour(from->eight_background, from->rgb_background, terminal),
            .flags = row->flags,
        };
    }
    if (settings != NULL && from != &scheme_mono)
        apply_settings(theme, settings, terminal);
}
