/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a demo lives: a private directory that is gone when the demo is over, and what an earlier
 * one left behind when it was killed.
 */
#ifndef MSE_COMMAND_DEMO_PLACE_H
#define MSE_COMMAND_DEMO_PLACE_H

#include <glib.h>

#define DEMO_ERROR (demo_error_quark())
typedef enum {
    DEMO_ERROR_PLACE,   /* no directory to be in */
    DEMO_ERROR_PROGRAM, /* a program of the demo is missing or cannot be started */
    DEMO_ERROR_ENDED,   /* it ended before it was ready */
    DEMO_ERROR_ENGINE,  /* no engine that could play */
} DemoError;
GQuark demo_error_quark(void);

typedef struct DemoPlace {
    char *path;
    int lock; /* held while the demo runs: whoever can take it knows that nobody does */
} DemoPlace;

/* Removes what dead demos of this user left, then makes a new directory, 0700, below
 * $XDG_RUNTIME_DIR or the directory for temporary files. False with DEMO_ERROR_PLACE. */
gboolean demo_place_open(DemoPlace *place, GError **error);
/* Removes it with all that is in it. */
void demo_place_close(DemoPlace *place);

#endif
