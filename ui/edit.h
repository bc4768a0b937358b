/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edit: one line of text being typed, for filters and forms. (The `:` line has readline.)
 */
#ifndef MSE_UI_EDIT_H
#define MSE_UI_EDIT_H

#include "ui/canvas.h"
#include "ui/keys.h"

enum { EDIT_MAX = 4096 }; /* bytes; more is not taken */

typedef struct Edit {
    GString *text;
    size_t at; /* byte offset of the cursor */
} Edit;

void edit_init(Edit *edit, const char *text);
void edit_clear(Edit *edit);
void edit_set(Edit *edit, const char *text);

/* Characters, arrows, Home End, Backspace, Delete, and C-a C-e C-k C-u C-w as in the shell. False:
 * the key is none of its. `changed`, when not NULL, says whether the text did. */
bool edit_key(Edit *edit, Key key, bool *changed);

/* Draws what of it is around the cursor in `columns`; returns the cursor's column. */
int edit_draw(const Edit *edit, const Canvas *canvas, int x, int y, int columns, Role role);

#endif
