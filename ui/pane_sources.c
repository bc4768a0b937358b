/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sources: the engines that are asked: how each is, since when, and why.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/pane_reading.h"
#include "ui/source_words.h"

typedef struct SourcesPane {
    ReadingPane reading;
} SourcesPane;

static void sources_free(Pane *pane)
{
    reading_clear((ReadingPane *)pane);
    g_free(pane);
}

static char *title(const Pane *pane, const Model *model)
{
    (void)pane;
    return g_strdup_printf(_("Sources ── %u"), (unsigned)fleet_n_sources(model->apps->fleet));
}

static void add_source(Document *document, const Apps *apps, unsigned number, int width)
{
    const FleetSourceStatus *status = apps_status(apps, number);
    g_autofree char *name = apps_source_name(apps, number);
    g_autofree char *address =
        sanitize_string(fleet_source_address(fleet_source(apps->fleet, number)));
    g_autofree char *words = source_words(status, clock_monotonic());

    if (number > 0)
        document_line(document, DOCUMENT_PLAIN);
    document_line(document, (int)number);
    document_add_at(document, 1, ROLE_STRONG, name);
    document_add_right(document, source_role(status), words);
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 3, ROLE_DIM, address);
    if (status == NULL)
        return;
    if (status->listed) {
        unsigned n = (unsigned)status->n_apps;
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 3, ROLE_TEXT, "");
        document_printf(document, ROLE_TEXT, P_("%u container", "%u containers", n), n);
    }
    if (status->why == NULL)
        return;
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 3, width - 1, ROLE_WARNING, status->why);
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    SourcesPane *self = (SourcesPane *)pane;
    Document *made = document_new();

    for (unsigned i = 0; i < fleet_n_sources(model->apps->fleet); i++)
        add_source(made, model->apps, i, width);
    reading_fit(&self->reading, made, width, height);
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    const SourcesPane *self = (const SourcesPane *)pane;
    int tag;

    if (id != COMMAND_OPEN)
        return reading_command(pane, console, id);
    tag = document_view_tag(&self->reading.view, self->reading.document);
    if (tag == DOCUMENT_PLAIN)
        return REDO_NOTHING;
    fleet_retry_now(console_model(console)->apps->fleet, (unsigned)tag);
    console_say(console, ROLE_TEXT, "%s", _("trying again"));
    return REDO_DRAW;
}

static const PaneClass sources_class = {
    .kind = PANE_SOURCES,
    .free = sources_free,
    .title = title,
    .update = reading_update,
    .fit = fit,
    .draw = reading_draw,
    .command = command,
    .click = reading_click,
};

Pane *sources_pane_new(void)
{
    SourcesPane *self = g_new0(SourcesPane, 1);

    reading_init(&self->reading, &sources_class);
    return &self->reading.pane;
}
