/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tour: what the demo explains, step by step. Space goes on: the console does what the step says,
 * by the same lines that a person would type, and the step says what there is to see.
 */
#ifndef MSE_UI_TOUR_H
#define MSE_UI_TOUR_H

#include "ui/canvas.h"
#include "ui/console.h"

typedef struct Tour Tour;

/* `names`: the applications are containers of a real engine, whose names end in a dash and this;
 * NULL: they are processes. Borrowed. */
Tour *tour_new(const char *names);
void tour_free(Tour *tour);

/* Space is the tour's; true when the key was taken. After the last step it is over: tour_is_over.
 */
bool tour_key(Tour *tour, Console *console, Key key);
bool tour_is_over(const Tour *tour);

/* Rows that it wants of a screen so wide, its rule included; and the drawing into them. */
int tour_height(const Tour *tour, int width);
void tour_draw(const Tour *tour, const Model *model, const Canvas *canvas);

#endif
