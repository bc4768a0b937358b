/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `watch` of the plain console tells: how sources and applications are, and every change.
 */
#ifndef MSE_UI_PLAIN_WATCH_H
#define MSE_UI_PLAIN_WATCH_H

#include "ui/model.h"

typedef struct PlainWatch PlainWatch;

/* On the applications of the model, which has a fleet. */
PlainWatch *plain_watch_new(Model *model);
void plain_watch_free(PlainWatch *watch);

/* Takes what is new; lines (char*, safe), oldest first, maybe none. */
GPtrArray *plain_watch_take(PlainWatch *watch);

#endif
