/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text on a character grid: how wide it is, how it is cut and wrapped. Widths in cells.
 */
#ifndef MSE_COMMAND_LAYOUT_H
#define MSE_COMMAND_LAYOUT_H

#include <glib.h>

/* Cells that valid UTF-8 takes: wide characters two, combining ones none. */
size_t layout_width(const char *text);

/* At most `width` cells of it, ending in "…" when something was cut off. Free with g_free. */
char *layout_cut(const char *text, size_t width);

/* Adds lines (char*, freed with g_free) to `lines`: `text` broken at spaces to at most `width`
 * cells, what follows the first indented by `hang` cells. A word that is wider than a line stays
 * whole: a terminal breaks it, and it can be copied. `width` 0: never broken. */
void layout_wrap(GPtrArray *lines, const char *text, size_t width, size_t hang);

/* Spaces that `text` begins with. */
size_t layout_indent(const char *text);

#endif
