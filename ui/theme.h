/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Roles: what a piece of the screen is, never which colour it has. A theme says how each role looks
 * on this terminal. State is always told by mark and word too: mono loses nothing.
 */
#ifndef MSE_UI_THEME_H
#define MSE_UI_THEME_H

#include "app/settings.h"

typedef enum {
    ROLE_TEXT,
    ROLE_STRONG,
    ROLE_DIM,
    ROLE_TITLE,       /* of a pane */
    ROLE_TITLE_FOCUS, /* of the focused pane */
    ROLE_BORDER,
    ROLE_FOCUS,   /* border of the focused pane */
    ROLE_BAR,     /* the top line */
    ROLE_HEADING, /* column titles, sections */
    ROLE_TRUSTED,
    ROLE_WARNING,
    ROLE_REJECTED,
    ROLE_EXPIRED,
    ROLE_UNKNOWN, /* unreadable, not judged yet */
    ROLE_ALARM,   /* SIMULATED, and what must not be missed */
    ROLE_KEY,     /* a key in a hint */
    ROLE_MATCH,   /* what was searched for */
    ROLE_MARKED,  /* a marked row */
    ROLE_NAME_1,  /* of several things, to tell them apart; their names stand beside them */
    ROLE_NAME_2,
    ROLE_NAME_3,
    ROLE_NAME_4,
    ROLE_NAME_5,
    ROLE_NAME_6,
    ROLE_SELECTION, /* laid over a row's own roles */
    N_ROLES
} Role;

typedef enum {
    LOOK_BOLD = 1 << 0,
    LOOK_DIM = 1 << 1,
    LOOK_REVERSE = 1 << 2,
    LOOK_UNDERLINE = 1 << 3,
} LookFlags;

/* -1: the terminal's own colour; 0..255 of its palette; with THEME_RGB a direct 0xrrggbb. */
#define THEME_RGB 0x1000000
typedef struct Look {
    int foreground, background;
    unsigned flags; /* LookFlags */
} Look;

/* What the terminal can show: 0 (none), 8, 16, 256 or more (direct). */
typedef struct ThemeTerminal {
    int colours;
    bool direct; /* 24-bit colours are written as they are */
} ThemeTerminal;

typedef struct Theme {
    Look looks[N_ROLES];
} Theme;

/* "terminal", "dark", "light", "mono"; NULL-terminated. */
extern const char *const theme_schemes[];

/* The theme of a scheme (NULL or unknown: "terminal"; no colours or NO_COLOR given by the caller as
 * "mono"), with [colours] of the settings over it. `settings` may be NULL. */
void theme_make(Theme *theme, const char *scheme, const Settings *settings, ThemeTerminal terminal);

/* The nearest of the 6×6×6 cube and greys (256 colours) or of the eight names to an RGB value. */
int theme_nearest_256(unsigned red, unsigned green, unsigned blue);
int theme_nearest_8(unsigned red, unsigned green, unsigned blue);

#endif
