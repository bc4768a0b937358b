/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading: what panes that show a document and nothing else have in common. Such a pane embeds a
 * ReadingPane first and fills in its class with READING_OPERATIONS.
 */
#ifndef MSE_UI_PANE_READING_H
#define MSE_UI_PANE_READING_H

#include "ui/document.h"
#include "ui/pane.h"

typedef struct ReadingPane {
    Pane pane;
    Document *document; /* never NULL after the first fit */
    DocumentView view;
    int width;  /* it was made for */
    bool stale; /* to be made again */
} ReadingPane;

void reading_init(ReadingPane *self, const PaneClass *class);
void reading_clear(ReadingPane *self);

/* True when the document must be made for this width: the caller makes it, then calls
 * reading_fit. */
bool reading_must_make(const ReadingPane *self, int width);
void reading_fit(ReadingPane *self, Document *made, int width, int height);

Redo reading_update(Pane *pane, Console *console, const Message *message);
void reading_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused);
Redo reading_command(Pane *pane, Console *console, CommandId command);
const char *reading_pattern(const Pane *pane);
void reading_set_pattern(Pane *pane, Console *console, const char *pattern);
char *reading_pattern_state(const Pane *pane, const Model *model);
Redo reading_click(Pane *pane, Console *console, int x, int y);

/* For a pane with commands of its own, which hands the others to reading_command. */
#define READING_OPERATIONS_WITH(own_command)                                \
    .update = reading_update, .draw = reading_draw, .command = own_command, \
    .pattern = reading_pattern, .set_pattern = reading_set_pattern,         \
    .pattern_state = reading_pattern_state, .click = reading_click
#define READING_OPERATIONS READING_OPERATIONS_WITH(reading_command)

#endif
