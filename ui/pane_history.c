/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * History: what happened to the selected application, newest first: what its engine told while the
 * console looked, and what the journal has: verdicts, alarms, deeds.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/app_history.h"
#include "ui/console.h"
#include "ui/pane_reading.h"

typedef struct HistoryPane {
    ReadingPane reading;
    unsigned number;
    uint64_t version;
    uint64_t asked;       /* the last question to the journal */
    uint64_t asked_trust; /* evidence.version of the row then */
    GPtrArray *journal;   /* AppEvent*, the oldest first: its answer; or NULL */
} HistoryPane;

static void history_free(Pane *pane)
{
    HistoryPane *self = (HistoryPane *)pane;

    g_clear_pointer(&self->journal, g_ptr_array_unref);
    reading_clear(&self->reading);
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

static int newest_first(const void *a, const void *b)
{
    const AppEvent *left = *(AppEvent *const *)a, *right = *(AppEvent *const *)b;

    return left->time > right->time ? -1 : left->time < right->time;
}

/* What the engines told, and what the journal has. Borrowed events. */
static GPtrArray *gather(const HistoryPane *self, const Model *model, const AppRow *row)
{
    GPtrArray *events = g_ptr_array_new();

    for (const GList *at = model->apps->events.tail; row != NULL && at != NULL; at = at->prev) {
        AppEvent *event = at->data;
        if (event->source == row->app->source && g_str_equal(event->id, row->app->id))
            g_ptr_array_add(events, event);
    }
    for (unsigned i = self->journal == NULL || row == NULL ? 0 : self->journal->len; i-- > 0;)
        g_ptr_array_add(events, self->journal->pdata[i]);
    g_ptr_array_sort(events, newest_first);
    return events;
}

static Document *make(const HistoryPane *self, const Model *model, int width)
{
    const AppRow *row = apps_row(model->apps, self->number);
    g_autoptr(GPtrArray) events = gather(self, model, row);
    Document *document = document_new();

    for (unsigned i = 0; i < events->len; i++)
        add_event(document, events->pdata[i]);
    if (document->lines->len == 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_DIM,
                      _("Nothing happened to it since the console looks, and the journal has "
                        "nothing of it."));
    }
    return document;
}

/* The journal has more when the verdict is another. */
static void ask_journal(HistoryPane *self, const Model *model)
{
    const AppRow *row = apps_row(model->apps, self->number);

    if (row == NULL || (self->asked > 0 && self->asked_trust == row->evidence.version))
        return;
    self->asked_trust = row->evidence.version;
    app_history_ask(model, row, ++self->asked);
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    HistoryPane *self = (HistoryPane *)pane;

    if (message->kind != MESSAGE_HISTORY)
        return reading_update(pane, console, message);
    if (message->generation != self->asked)
        return REDO_NOTHING;
    g_clear_pointer(&self->journal, g_ptr_array_unref);
    self->journal = g_ptr_array_ref(message->data);
    self->reading.stale = true;
    return REDO_DRAW;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    HistoryPane *self = (HistoryPane *)pane;
    Document *made = NULL;

    ask_journal(self, model);
    if (reading_must_make(&self->reading, width) || self->version != model->apps->version)
        made = make(self, model, width);
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

    if (self->number == number)
        return;
    self->reading.stale = true;
    self->number = number;
    self->asked_trust = UINT64_MAX;
    g_clear_pointer(&self->journal, g_ptr_array_unref);
}

static const PaneClass history_class = {
    .kind = PANE_READING,
    .free = history_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = reading_draw,
    .command = reading_command,
    .pattern = reading_pattern,
    .set_pattern = reading_set_pattern,
    .pattern_state = reading_pattern_state,
    .click = reading_click,
    .show = show,
};

Pane *history_pane_new(void)
{
    HistoryPane *self = g_new0(HistoryPane, 1);

    reading_init(&self->reading, &history_class);
    self->number = UINT32_MAX;
    return &self->reading.pane;
}
