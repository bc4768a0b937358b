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

enum { ALL = 0x10000 }; /* a tag beyond those of sources */

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
    return g_strdup_printf(_("Sources ── %u"), apps_n_sources(model->apps));
}

static void add_all(Document *document, const Apps *apps)
{
    document_line(document, ALL);
    document_add_at(document, 1, apps->only < 0 ? ROLE_STRONG : ROLE_TEXT,
                    apps->only < 0 ? "• " : "  ");
    document_add(document, apps->only < 0 ? ROLE_STRONG : ROLE_TEXT, _("all of them"));
    document_printf(document, ROLE_DIM, P_("  %u application", "  %u applications", apps->n),
                    apps->n);
}

static void add_figures(Document *document, const Apps *apps, const FleetSourceStatus *status)
{
    unsigned containers = (unsigned)status->n_apps;
    unsigned n = g_array_index(apps->n_of, unsigned, status->source);

    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 3, ROLE_TEXT, "");
    document_printf(document, ROLE_TEXT, P_("%u application", "%u applications", n), n);
    document_printf(document, ROLE_DIM, P_(" of %u container", " of %u containers", containers),
                    containers);
}

static void add_source(Document *document, const Apps *apps, unsigned number, int width)
{
    const FleetSourceStatus *status = apps_status(apps, number);
    int64_t now = clock_monotonic();
    bool shown = apps->only == (int)number;
    g_autofree char *name = apps_source_name(apps, number);
    g_autofree char *address =
        sanitize_string(fleet_source_address(fleet_source(apps->fleet, number)));
    g_autofree char *words = source_words(status, now);
    g_autofree char *state = g_strdup_printf("%s %s", source_mark(status, now), words);

    document_line(document, (int)number);
    document_add_at(document, 1, ROLE_STRONG, shown ? "• " : "  ");
    document_add(document, shown ? ROLE_STRONG : ROLE_TEXT, name);
    document_add_right(document, source_role(status), state);
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 3, ROLE_DIM, address);
    if (status == NULL)
        return;
    if (status->listed || status->good_at != 0)
        add_figures(document, apps, status);
    if (status->why == NULL)
        return;
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 3, width - 1, ROLE_WARNING, status->why);
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    SourcesPane *self = (SourcesPane *)pane;
    Document *made = document_new();

    if (apps_n_sources(model->apps) > 1)
        add_all(made, model->apps);
    for (unsigned i = 0; i < fleet_n_sources(model->apps->fleet); i++)
        if (apps_has_source(model->apps, i))
            add_source(made, model->apps, i, width);
    reading_fit(&self->reading, made, width, height);
}

/* Shows that one alone, and all again when it is alone already. */
static void show_one(Console *console, int source)
{
    Apps *apps = console_model(console)->apps;
    bool all = source == ALL || apps->only == source || apps_n_sources(apps) == 1;
    g_autofree char *name = all ? NULL : apps_source_name(apps, (unsigned)source);

    apps_show_only(apps, all ? -1 : source);
    if (all)
        console_say(console, ROLE_TEXT, "%s", _("the applications of all sources are shown"));
    else
        console_say(console, ROLE_TEXT, _("the applications of %s alone are shown"), name);
}

static void retry(Console *console, int tag)
{
    Fleet *fleet = console_model(console)->apps->fleet;

    for (unsigned i = 0; i < fleet_n_sources(fleet); i++)
        if (tag == ALL || tag == (int)i)
            fleet_retry_now(fleet, i);
    console_say(console, ROLE_TEXT, "%s", _("trying again"));
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    const SourcesPane *self = (const SourcesPane *)pane;
    int tag;

    if (id != COMMAND_OPEN && id != COMMAND_RETRY)
        return reading_command(pane, console, id);
    tag = document_view_tag(&self->reading.view, self->reading.document);
    if (tag == DOCUMENT_PLAIN)
        return REDO_NOTHING;
    if (id == COMMAND_RETRY)
        retry(console, tag);
    else
        show_one(console, tag);
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
