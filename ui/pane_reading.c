/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/pane_reading.h"

#include "ui/console.h"

void reading_init(ReadingPane *self, const PaneClass *class)
{
    self->pane.class = class;
    self->stale = true;
    document_view_init(&self->view);
}

void reading_clear(ReadingPane *self)
{
    document_free(self->document);
    document_view_clear(&self->view);
}

bool reading_must_make(const ReadingPane *self, int width)
{
    return self->stale || self->document == NULL || self->width != width;
}

void reading_fit(ReadingPane *self, Document *made, int width, int height)
{
    if (made != NULL) {
        document_free(self->document);
        self->document = made;
        self->width = width;
        self->stale = false;
    }
    document_view_fit(&self->view, self->document, (unsigned)MAX(height, 1));
}

Redo reading_update(Pane *pane, Console *console, const Message *message)
{
    ReadingPane *self = (ReadingPane *)pane;

    (void)console;
    if (self->document == NULL)
        return REDO_NOTHING;
    return document_view_take_matches(&self->view, self->document, message) ? REDO_DRAW
                                                                            : REDO_NOTHING;
}

void reading_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const ReadingPane *self = (const ReadingPane *)pane;

    (void)model;
    document_draw(self->document, &self->view, canvas, focused);
}

/* The line that is chosen, or all of it where none can be. */
static Redo copy_text(const ReadingPane *self, Console *console)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (self->document->lines->len == 0)
        return REDO_NOTHING;
    if (document_view_tag(&self->view, self->document) != DOCUMENT_PLAIN) {
        g_autofree char *line = document_line_text(self->document, self->view.at);
        console_copy(console, NULL, g_strstrip(line));
        return REDO_DRAW;
    }
    for (unsigned i = 0; i < self->document->lines->len; i++) {
        g_autofree char *line = document_line_text(self->document, i);
        g_string_append_printf(text, "%s\n", line);
    }
    console_copy(console, NULL, text->str);
    return REDO_DRAW;
}

Redo reading_command(Pane *pane, Console *console, CommandId command)
{
    ReadingPane *self = (ReadingPane *)pane;

    if (self->document == NULL)
        return REDO_NOTHING;
    if (command == COMMAND_COPY)
        return copy_text(self, console);
    return document_command(&self->view, self->document, command);
}

const char *reading_pattern(const Pane *pane)
{
    return ((const ReadingPane *)pane)->view.search;
}

void reading_set_pattern(Pane *pane, Console *console, const char *pattern)
{
    ReadingPane *self = (ReadingPane *)pane;

    if (self->document != NULL)
        document_view_search(&self->view, self->document, console_model(console)->jobs, pattern);
}

char *reading_pattern_state(const Pane *pane, const Model *model)
{
    (void)model;
    return document_view_search_state(&((const ReadingPane *)pane)->view);
}

Redo reading_click(Pane *pane, Console *console, int x, int y)
{
    ReadingPane *self = (ReadingPane *)pane;

    (void)console;
    (void)x;
    self->view.at = self->view.top + (unsigned)y;
    return REDO_DRAW;
}
