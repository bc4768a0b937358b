/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics: what the selected application uses, as `docker stats` counts it, and how that went.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/units.h"
#include "ui/console.h"
#include "ui/figures.h"
#include "ui/spark.h"
#include "ui/text.h"

#include <inttypes.h>
#include <math.h>

enum { LABEL_WIDTH = 11, VALUE_WIDTH = 25, PEAK_WIDTH = 14 };

typedef struct MetricsPane {
    Pane pane;
    unsigned number;
} MetricsPane;

typedef struct MetricRow {
    FigureId figure;
    const char *label; /* N_() */
    float least;       /* what counts as full at least: little noise stays little */
    bool is_rate;
} MetricRow;

static const MetricRow metrics[] = {
    {FIGURE_CPU, N_("CPU"), 10, false},
    {FIGURE_MEMORY, N_("memory"), 1024 * 1024, false},
    {FIGURE_RECEIVED, N_("received"), 1024, true},
    {FIGURE_SENT, N_("sent"), 1024, true},
    {FIGURE_READ, N_("read"), 4096, true},
    {FIGURE_WRITTEN, N_("written"), 4096, true},
    {FIGURE_PROCESSES, N_("processes"), 8, false},
};

/* ---- values ---- */

static uint64_t counter_of(const DockerStats *stats, FigureId figure)
{
    switch (figure) {
    case FIGURE_RECEIVED:
        return stats->received;
    case FIGURE_SENT:
        return stats->sent;
    case FIGURE_READ:
        return stats->read;
    default:
        return stats->written;
    }
}

/* One figure alone. NULL: not known. g_free. */
static char *figure_text(const MetricRow *metric, float value)
{
    g_autofree char *size = NULL;

    if (!isfinite(value))
        return NULL;
    if (metric->figure == FIGURE_CPU)
        return g_strdup_printf("%.1f %%", (double)value);
    if (metric->figure == FIGURE_PROCESSES)
        return g_strdup_printf("%.0f", (double)value);
    size = units_size((uint64_t)value);
    return metric->is_rate ? g_strdup_printf(_("%s/s"), size) : g_steal_pointer(&size);
}

static char *memory_text(const DockerStats *stats)
{
    g_autofree char *used = NULL, *limit = NULL;

    if (stats->memory == UINT64_MAX)
        return NULL;
    used = units_size(stats->memory);
    if (stats->memory_limit == UINT64_MAX || stats->memory_limit == 0)
        return g_steal_pointer(&used);
    limit = units_size(stats->memory_limit);
    return g_strdup_printf(_("%s of %s"), used, limit);
}

/* What stands in the middle: the figure, and what it is part of. NULL: not known. g_free. */
static char *value_text(const MetricRow *metric, const Series *series)
{
    g_autofree char *figure = figure_text(metric, series_newest(series, metric->figure));
    g_autofree char *whole = NULL;
    uint64_t counter;

    if (series == NULL || series->n == 0)
        return NULL;
    if (metric->figure == FIGURE_MEMORY)
        return memory_text(&series->last);
    if (!metric->is_rate)
        return g_steal_pointer(&figure);
    counter = counter_of(&series->last, metric->figure);
    whole = counter == UINT64_MAX ? NULL : units_size(counter);
    if (figure == NULL || whole == NULL)
        return figure != NULL ? g_steal_pointer(&figure) : g_steal_pointer(&whole);
    return g_strdup_printf("%s  (%s)", figure, whole);
}

static char *peak_text(const MetricRow *metric, const Series *series)
{
    float peak = NAN;
    g_autofree char *figure = NULL;

    for (unsigned i = 0; series != NULL && i < series->n; i++)
        if (!isfinite(peak) || series->values[metric->figure][i] > peak)
            peak = series->values[metric->figure][i];
    figure = figure_text(metric, peak);
    return figure == NULL ? NULL : g_strdup_printf(_("≤ %s"), figure);
}

/* ---- drawing ---- */

static void draw_metric(const MetricRow *metric, const Series *series, const Canvas *canvas, int y,
                        Role role)
{
    int from = 1 + LABEL_WIDTH + VALUE_WIDTH;
    int room = canvas->width - from - 1;
    g_autofree char *value = value_text(metric, series);
    g_autofree char *peak = peak_text(metric, series);

    canvas_cut(canvas, 1, y, LABEL_WIDTH - 1, ROLE_DIM, _(metric->label));
    canvas_cut(canvas, 1 + LABEL_WIDTH, y, VALUE_WIDTH - 1, value == NULL ? ROLE_DIM : role,
               value == NULL ? "–" : value);
    if (room >= PEAK_WIDTH * 2 && peak != NULL) {
        room -= PEAK_WIDTH;
        canvas_right(canvas, from + room, canvas->width - 1, y, ROLE_DIM, peak);
    }
    if (room >= 4 && series != NULL && series->n > 0) {
        g_autofree char *spark =
            spark_text(series->values[metric->figure], series->n, (unsigned)room, metric->least);
        canvas_text_n(canvas, from, y, room, role == ROLE_DIM ? ROLE_DIM : ROLE_TITLE, spark);
    }
}

/* Why there is nothing, or how old it is. */
static void draw_state(const AppRow *row, const Canvas *canvas, int y)
{
    const Series *series = row->series;
    g_autofree char *age = series_age(series, clock_monotonic());

    if (row->app->state != FLEET_STATE_RUNNING) {
        canvas_cut(canvas, 1, y, canvas->width - 2, ROLE_DIM, _("It does not run."));
    } else if (series == NULL || series->n == 0) {
        canvas_cut(canvas, 1, y, canvas->width - 2, ROLE_DIM,
                   series != NULL && series->retry_at != 0 ? _("The engine gives no figures of it.")
                                                           : _("asking the engine…"));
    } else if (age != NULL) {
        g_autofree char *text = g_strdup_printf(_("as of %s ago"), age);
        canvas_cut(canvas, 1, y, canvas->width - 2, ROLE_WARNING, text);
    }
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const AppRow *row = apps_row(model->apps, ((const MetricsPane *)pane)->number);
    g_autofree char *age = NULL;
    unsigned n = G_N_ELEMENTS(metrics);
    bool fresh;

    (void)focused;
    if (row == NULL)
        return;
    age = series_age(row->series, clock_monotonic());
    fresh = age == NULL && row->app->state == FLEET_STATE_RUNNING;
    for (unsigned i = 0; i < n; i++)
        draw_metric(&metrics[i], row->series, canvas, (int)i, fresh ? ROLE_TEXT : ROLE_DIM);
    draw_state(row, canvas, MIN((int)n + 1, canvas->height - 1));
}

static char *title(const Pane *pane, const Model *model)
{
    const AppRow *row = apps_row(model->apps, ((const MetricsPane *)pane)->number);

    return row == NULL ? g_strdup(_("Metrics")) : g_strdup_printf(_("Metrics ── %s"), row->name);
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    (void)pane;
    (void)model;
    (void)width;
    (void)height;
}

/* The figures as text, one a line. */
static void copy(const MetricsPane *self, Console *console)
{
    const AppRow *row = apps_row(console_model(console)->apps, self->number);
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; row != NULL && i < G_N_ELEMENTS(metrics); i++) {
        g_autofree char *value = value_text(&metrics[i], row->series);
        g_string_append_printf(text, "%s: %s\n", _(metrics[i].label), value == NULL ? "–" : value);
    }
    console_copy(console, NULL, text->str);
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    if (id != COMMAND_COPY)
        return REDO_NOTHING;
    copy((MetricsPane *)pane, console);
    return REDO_DRAW;
}

static void show(Pane *pane, unsigned number)
{
    ((MetricsPane *)pane)->number = number;
}

static void metrics_free(Pane *pane)
{
    g_free(pane);
}

static const PaneClass metrics_class = {
    .kind = PANE_METRICS,
    .free = metrics_free,
    .title = title,
    .fit = fit,
    .draw = draw,
    .command = command,
    .show = show,
};

Pane *metrics_pane_new(void)
{
    MetricsPane *self = g_new0(MetricsPane, 1);

    self->pane.class = &metrics_class;
    self->number = UINT32_MAX;
    return &self->pane;
}
