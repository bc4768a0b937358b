/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the logs pane looks.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/pane_logs_private.h"
#include "ui/text.h"

#include <inttypes.h>

char *logs_title(const Pane *pane, const Model *model)
{
    const LogsPane *self = (const LogsPane *)pane;
    const AppRow *row = logs_shown_row(self, model);
    GString *out = g_string_new(_("Logs"));
    uint64_t shown, found;

    if (row == NULL)
        return g_string_free(out, FALSE);
    g_string_append_printf(out, " ── %s ── %s", row->name,
                           self->paused            ? _("paused")
                           : self->problem != NULL ? _("interrupted")
                           : self->ended           ? _("ended")
                           : self->follow          ? _("follow")
                                                   : _("held here; F follows"));
    if (logs_since[self->since].words != NULL)
        g_string_append_printf(out, _(" ── since: %s"), _(logs_since[self->since].words));
    log_ring_counts(self->ring, &shown, &found);
    if (*self->matcher.filter != '\0')
        g_string_append_printf(out, " ── &%s: %" PRIu64, self->matcher.filter, shown);
    if (*self->matcher.search != '\0')
        g_string_append_printf(out, " ── /%s: %" PRIu64, self->matcher.search, found);
    if (self->ring->dropped > 0)
        g_string_append_printf(out, _(" ── %" PRIu64 " older lines dropped"), self->ring->dropped);
    return g_string_free(out, FALSE);
}

static const Role level_roles[] = {
    [LOG_LEVEL_NONE] = ROLE_TEXT,
    [LOG_LEVEL_DEBUG] = ROLE_DIM,
    [LOG_LEVEL_WARNING] = ROLE_WARNING,
    [LOG_LEVEL_ERROR] = ROLE_REJECTED,
};

static void draw_time(const Canvas *canvas, int y, int64_t nanoseconds)
{
    g_autoptr(GDateTime) time =
        nanoseconds == 0 ? NULL : g_date_time_new_from_unix_local(nanoseconds / LOGS_SECOND);
    g_autofree char *text = time == NULL ? NULL : g_date_time_format(time, "%H:%M:%S");

    canvas_text(canvas, 0, y, ROLE_DIM, text == NULL ? "–" : text);
}

static void draw_rule(const Canvas *canvas, int y, const char *words)
{
    int x = 3;

    canvas_fill(canvas, 0, y, canvas->width, ROLE_BORDER, 0x2500);
    canvas_fill(canvas, x - 1, y, 1, ROLE_BORDER, ' ');
    x = canvas_cut(canvas, x, y, canvas->width - x - 2, ROLE_DIM, words);
    canvas_fill(canvas, x, y, 1, ROLE_BORDER, ' ');
}

static void draw_row(const LogsPane *self, const Canvas *canvas, int y, const LogLine *held,
                     const LaidLine *line, unsigned row)
{
    int x = self->timestamps ? LOGS_TIME_COLUMNS : 0;
    unsigned marks = log_ring_marks(self->ring, line->number);
    Role role = marks & LOG_FOUND ? ROLE_MATCH : level_roles[held->level];
    const char *text = line->text + line->rows[row];

    if (held->ruled) {
        draw_rule(canvas, y, line->text);
        return;
    }
    if (self->timestamps && row == 0)
        draw_time(canvas, y, held->time);
    if (self->wrap)
        canvas_text_n(canvas, x, y, canvas->width - x, role, text);
    else
        canvas_cut(canvas, x, y, canvas->width - x, role, text);
}

static void draw_problem(const LogsPane *self, const Canvas *canvas, const Model *model)
{
    const AppRow *row = logs_shown_row(self, model);
    const char *rest = self->problem;
    int y = 0;

    if (row == NULL || self->open_at != 0 || self->feed == NULL)
        ;
    else if (self->open)
        canvas_cut(canvas, 0, 0, canvas->width, ROLE_DIM,
                   self->ring->end > self->ring->first ? _("no line passes the filter")
                                                       : _("no line yet"));
    while (rest != NULL && y < canvas->height) {
        const char *text = rest;
        size_t bytes = text_break(text, (unsigned)canvas->width, &rest);
        g_autofree char *line = g_strndup(text, bytes);
        canvas_text(canvas, 0, y++, ROLE_WARNING, line);
    }
}

static bool is_of_selected(const LogsPane *self, const Model *model)
{
    const AppRow *row = logs_shown_row(self, model);

    return row != NULL && self->id != NULL && g_str_equal(row->app->id, self->id) &&
           row->app->source == self->source;
}

void logs_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const LogsPane *self = (const LogsPane *)pane;
    uint64_t number = self->top;
    unsigned row = self->top_row;
    int y = 0;

    /* What is held is another's until the selection settles. */
    if (!is_of_selected(self, model))
        return;
    if (!(log_ring_marks(self->ring, number) & LOG_SHOWN)) {
        draw_problem(self, canvas, model);
        return;
    }
    while (y < canvas->height) {
        const LaidLine *line = logs_lay(self, number);
        LogLine held;
        Span text;
        if (line == NULL || !log_ring_line(self->ring, number, &held, &text))
            return;
        for (; row < line->n_rows && y < canvas->height; row++, y++) {
            draw_row(self, canvas, y, &held, line, row);
            if (focused && number == self->at)
                canvas_select(canvas, 0, y, canvas->width);
        }
        row = 0;
        if (!log_ring_next(self->ring, number, 1, 0, &number))
            return;
    }
}
