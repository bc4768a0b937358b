/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an event handler says must be done again.
 */
#ifndef MSE_UI_REDO_H
#define MSE_UI_REDO_H

typedef enum {
    REDO_NOTHING, /* it was for somebody else */
    REDO_DRAW,
} Redo;

#endif
