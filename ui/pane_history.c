/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * History: what happened to the selected application while it was watched, newest first.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/pane_reading.h"

typedef struct HistoryPane {
    ReadingPane reading;
    unsigned number;
    uint64_t version;
} HistoryPane;

static void history_free(Pane *pane)
{
    reading_clear((ReadingPane *)pane);
    g_free(pane);
}

static void add_event(Document *document, const AppEvent *event)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(event->time);
    g_autofree char *text = time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%d %H:%M:%S");

    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 1, ROLE_DIM, text == NULL ? "–" : text);
    document_add_at(document, 22, event->role, event->what);
}

static Document *make(const Model *model, unsigned number, int width)
{
    const AppRow *row = apps_row(model->apps, number);
    Document *document = document_new();

    for (const GList *at = model->apps->events.tail; row != NULL && at != NULL; at = at->prev) {
        const AppEvent *event = at->data;
        if (event->source == row->app->source && g_str_equal(event->id, row->app->id))
            add_event(document, event);
    }
    if (document->lines->len == 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_DIM,
                      _("Nothing happened to it since the console looks."));
    }
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    HistoryPane *self = (HistoryPane *)pane;
    Document *made = NULL;

    if (reading_must_make(&self->reading, width) || self->version != model->apps->version)
        made = make(model, self->number, width);
    self->version = model->apps->version;
    reading_fit(&self->reading, made, width, height);
}

static char *title(const Pane *pane, const Model *model)
{
    const AppRow *row = apps_row(model->apps, ((const HistoryPane *)pane)->number);

    return row == NULL ? g_strdup(_("History")) : g_strdup_printf(_("History ── %s"), row->name);
}

static void show(Pane *pane, unsigned number)
{
    HistoryPane *self = (HistoryPane *)pane;

    self->reading.stale |= self->number != number;
    self->number = number;
}

static const PaneClass history_class = {
    .kind = PANE_READING,
    .free = history_free,
    .title = title,
    .fit = fit,
    READING_OPERATIONS,
    .show = show,
};

Pane *history_pane_new(void)
{
    HistoryPane *self = g_new0(HistoryPane, 1);

    reading_init(&self->reading, &history_class);
    self->number = UINT32_MAX;
    return &self->reading.pane;
}
