/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Canvas: a grid of character cells that panes draw on. It knows nothing of terminals: tests read
 * it, `:save-display` writes it, the screen shows it. Text is valid UTF-8 and already safe. What
 * does not fit is clipped; a wide character is there whole or not at all.
 */
#ifndef MSE_UI_CANVAS_H
#define MSE_UI_CANVAS_H

#include "ui/theme.h"

#include <glib.h>

enum { CELL_COMBINING = 2 }; /* combining characters kept per cell; more are dropped */

typedef struct Cell {
    gunichar character; /* 0: the right half of the wide character before it */
    gunichar combining[CELL_COMBINING];
    uint8_t role;
    uint8_t selected; /* ROLE_SELECTION is laid over it */
    uint16_t unused;  /* no padding: rows are compared as bytes */
} Cell;

/* The grid; a Canvas is a rectangle of it with its own origin. */
typedef struct Grid {
    unsigned width, height;
    bool ascii; /* draw with ASCII alone: the locale has no UTF-8 */
    Cell *cells;
} Grid;

typedef struct Canvas {
    Grid *grid;
    int x, y;
    int width, height; /* never negative */
} Canvas;

Grid *grid_new(unsigned width, unsigned height, bool ascii);
void grid_free(Grid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grid, grid_free)
void grid_clear(Grid *grid);

/* The whole grid, and a part of a canvas (clipped to it). */
Canvas grid_canvas(Grid *grid);
Canvas canvas_part(const Canvas *canvas, int x, int y, int width, int height);

/* Writes text from (x, y) on; returns the column after it. x may be negative: what is left of the
 * canvas is not shown. `columns` is the most to use (canvas_text: all there are). */
int canvas_text(const Canvas *canvas, int x, int y, Role role, const char *text);
int canvas_text_n(const Canvas *canvas, int x, int y, int columns, Role role, const char *text);
int canvas_printf(const Canvas *canvas, int x, int y, Role role, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
/* With an ellipsis when it is wider than `columns`. */
int canvas_cut(const Canvas *canvas, int x, int y, int columns, Role role, const char *text);
/* Ends before column `end`; returns where it began. Cut from the left margin `from`. */
int canvas_right(const Canvas *canvas, int from, int end, int y, Role role, const char *text);

void canvas_fill(const Canvas *canvas, int x, int y, int columns, Role role, gunichar character);
/* Lays the selection over a row. */
void canvas_select(const Canvas *canvas, int x, int y, int columns);
/* Gives cells another role, keeping what they show. */
void canvas_role(const Canvas *canvas, int x, int y, int columns, Role role);

/* The single-line frame, in ASCII where that is all there is. */
void canvas_frame(const Canvas *canvas, int x, int y, int width, int height, Role role);

/* The rows as text, trailing space removed, each with its line feed. Free with g_free. */
char *grid_text(const Grid *grid);

#endif
