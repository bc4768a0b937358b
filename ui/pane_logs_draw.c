/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the logs pane looks.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/pane_logs_private.h"
#include "ui/text.h"

#include <inttypes.h>
#include <string.h>

/* What all streams are, in a word; one that is interrupted among several is said. */
static const char *condition(const LogsPane *self)
{
    unsigned ended = 0;

    if (self->paused)
        return _("paused");
    for (unsigned i = 0; i < self->taps->len; i++) {
        const LogTap *tap = self->taps->pdata[i];
        if (tap->problem != NULL)
            return tap->lost ? _("removed") : _("interrupted");
        ended += tap->ended;
    }
    if (self->taps->len > 0 && ended == self->taps->len)
        return _("ended");
    return self->follow ? _("follow") : _("held here; F follows");
}

static void append_matches(const LogsPane *self, GString *out)
{
    uint64_t shown, found;

    log_ring_counts(self->ring, &shown, &found);
    if (*self->matcher.filter != '\0')
        g_string_append_printf(out, " ── &%s: %" PRIu64, self->matcher.filter, shown);
    if (*self->matcher.search != '\0')
        g_string_append_printf(out, " ── /%s: %" PRIu64, self->matcher.search, found);
}

static char *whose(const LogsPane *self, const Model *model)
{
    const AppRow *row = logs_shown_row(self, model);

    if (self->taps->len > 1)
        return g_strdup_printf(P_("%u application", "%u applications", self->taps->len),
                               self->taps->len);
    if (self->sweep != NULL || self->together != NULL)
        return g_strdup(self->taps->len == 0 ? "" : ((LogTap *)self->taps->pdata[0])->name);
    return row == NULL ? NULL : g_strdup(row->name);
}

static char *sweep_title(const LogsPane *self, const char *name)
{
    const LogSweep *sweep = self->sweep;
    GString *out = g_string_new(NULL);
    g_autofree char *pattern = sanitize_string(sweep->pattern);

    g_string_append_printf(out, "g/%s ── %s ── ", pattern, name);
    g_string_append_printf(out, _("%" PRIu64 " of %" PRIu64 " lines"), sweep->found, sweep->read);
    if (sweep->kept < sweep->found)
        g_string_append_printf(out, _(" ── the first %" PRIu64 " are shown"), sweep->kept);
    if (!sweep->over)
        g_string_append(out, _(" ── reading; Ctrl-C ends"));
    else if (sweep->job->cancelled)
        g_string_append(out, _(" ── cancelled"));
    append_matches(self, out);
    return g_string_free(out, FALSE);
}

char *logs_title(const Pane *pane, const Model *model)
{
    const LogsPane *self = (const LogsPane *)pane;
    g_autofree char *name = whose(self, model);
    GString *out;

    if (self->sweep != NULL)
        return sweep_title(self, name);
    out = g_string_new(_("Logs"));
    if (name == NULL)
        return g_string_free(out, FALSE);
    g_string_append_printf(out, " ── %s ── %s", name, condition(self));
    if (logs_since[self->since].words != NULL)
        g_string_append_printf(out, _(" ── since: %s"), _(logs_since[self->since].words));
    append_matches(self, out);
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

/* Where it matches, or all of it when that cannot be said in what is shown. */
static void draw_found(const LogsPane *self, const Canvas *canvas, int x, int y,
                       const LaidLine *line, unsigned row)
{
    const GArray *found =
        self->matcher.shown == NULL
            ? NULL
            : log_layout_found(self->layout, line, self->matcher.shown, self->matcher.serial);
    uint32_t begin = line->rows[row];
    uint32_t end = row + 1 < line->n_rows ? line->rows[row + 1] : (uint32_t)strlen(line->text);

    if (found == NULL || found->len == 0) {
        canvas_role(canvas, x, y, canvas->width - x, ROLE_MATCH);
        return;
    }
    for (unsigned i = 0; i + 1 < found->len; i += 2) {
        uint32_t from = MAX(g_array_index(found, uint32_t, i), begin);
        uint32_t to = MIN(g_array_index(found, uint32_t, i + 1), end);
        if (from >= to)
            continue;
        canvas_role(canvas, x + (int)text_width_n(line->text + begin, from - begin), y,
                    (int)text_width_n(line->text + from, to - from), ROLE_MATCH);
    }
}

static const Role name_roles[] = {ROLE_NAME_1, ROLE_NAME_2, ROLE_NAME_3,
                                  ROLE_NAME_4, ROLE_NAME_5, ROLE_NAME_6};

static void draw_prefix(const LogsPane *self, const Canvas *canvas, int y, const LogLine *held)
{
    int x = self->timestamps ? LOGS_TIME_COLUMNS : 0;
    const LogTap *tap;

    if (self->timestamps)
        draw_time(canvas, y, held->time);
    if (logs_prefix_columns(self) <= x || held->origin >= self->taps->len)
        return;
    tap = self->taps->pdata[held->origin];
    canvas_cut(canvas, x, y, LOGS_NAME_COLUMNS - 1,
               name_roles[held->origin % G_N_ELEMENTS(name_roles)], tap->name);
}

static void draw_row(const LogsPane *self, const Canvas *canvas, int y, const LogLine *held,
                     const LaidLine *line, unsigned row)
{
    int x = logs_prefix_columns(self);
    unsigned marks = log_ring_marks(self->ring, line->number);
    Role role = level_roles[held->level];
    const char *text = line->text + line->rows[row];

    if (held->ruled) {
        draw_rule(canvas, y, line->text);
        return;
    }
    if (row == 0)
        draw_prefix(self, canvas, y, held);
    if (self->wrap)
        canvas_text_n(canvas, x, y, canvas->width - x, role, text);
    else
        canvas_cut(canvas, x, y, canvas->width - x, role, text);
    if (marks & LOG_FOUND)
        draw_found(self, canvas, x, y, line, row);
}

/* Why there is no line. */
static const char *nothing_words(const LogsPane *self)
{
    const LogTap *tap = self->taps->len == 0 ? NULL : self->taps->pdata[0];

    if (self->sweep != NULL)
        return self->sweep->over ? _("no line matches") : _("no line matches so far");
    if (tap == NULL || tap->feed == NULL || !tap->open)
        return NULL;
    return self->ring->end > self->ring->first ? _("no line passes the filter") : _("no line yet");
}

static const char *problem_of(const LogsPane *self)
{
    if (self->sweep != NULL)
        return self->sweep->problem;
    return self->taps->len == 0 ? NULL : ((const LogTap *)self->taps->pdata[0])->problem;
}

static void draw_problem(const LogsPane *self, const Canvas *canvas)
{
    const char *rest = problem_of(self), *words = nothing_words(self);
    int y = 0;

    if (words != NULL && rest == NULL)
        canvas_cut(canvas, 0, 0, canvas->width, ROLE_DIM, words);
    while (rest != NULL && y < canvas->height) {
        const char *text = rest;
        size_t bytes = text_break(text, (unsigned)canvas->width, &rest);
        g_autofree char *line = g_strndup(text, bytes);
        canvas_text(canvas, 0, y++, ROLE_WARNING, line);
    }
}

/* What is held is another's until the selection settles. */
static bool is_of_selected(const LogsPane *self, const Model *model)
{
    const AppRow *row = logs_shown_row(self, model);
    const LogTap *tap = self->taps->len == 0 ? NULL : self->taps->pdata[0];

    if (self->sweep != NULL || self->together != NULL)
        return true;
    return row != NULL && tap != NULL && g_str_equal(row->app->id, tap->id) &&
           row->app->source == tap->source;
}

void logs_draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const LogsPane *self = (const LogsPane *)pane;
    uint64_t number = self->top;
    unsigned row = self->top_row;
    int y = 0;

    if (!is_of_selected(self, model))
        return;
    if (!(log_ring_marks(self->ring, number) & LOG_SHOWN)) {
        draw_problem(self, canvas);
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
