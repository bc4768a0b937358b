/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logs: the log of the selected application: its tail first, then as it grows.
 */
#include "config.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/pane_logs_private.h"
#include "ui/text.h"

#include <inttypes.h>
#include <string.h>

enum {
    TAIL_LINES = 1000,
    TURN_MICROSECONDS = 3000,     /* of a log's share of the console's turn */
    SETTLE_MICROSECONDS = 120000, /* a selection that moves on sooner opens no stream */
    RETRY_MICROSECONDS = 2000000, /* after a stream broke */
    RING_BYTES = 64 * 1024 * 1024,
};

const LogsSince logs_since[LOGS_N_SINCE] = {
    {0, N_("all")},      {0, NULL},         {60, N_("1 min")},      {300, N_("5 min")},
    {900, N_("15 min")}, {3600, N_("1 h")}, {24 * 3600, N_("1 d")},
};

static unsigned last_feed;

/* ---- the stream ---- */

static void close_feed(LogsPane *self)
{
    g_clear_pointer(&self->feed, log_feed_close);
    self->open = self->ended = self->waiting = false;
}

/* An empty ring, and the question put to it again. */
static void empty_ring(LogsPane *self, Jobs *jobs)
{
    g_autofree char *filter = g_strdup(self->matcher.filter);
    g_autofree char *search = g_strdup(self->matcher.search);

    log_matcher_clear(&self->matcher);
    log_ring_free(self->ring);
    self->ring = log_ring_new(RING_BYTES);
    log_matcher_init(&self->matcher, self->ring);
    if (jobs != NULL && (*filter != '\0' || *search != '\0'))
        log_matcher_ask(&self->matcher, jobs, filter, search);
    log_layout_forget(self->layout);
    self->top = 0;
    self->top_row = 0;
    self->at = UINT64_MAX;
    self->follow = true;
    self->newest = 0;
}

const AppRow *logs_shown_row(const LogsPane *self, const Model *model)
{
    return apps_row(model->apps, self->number);
}

/* What follows the last line that is held, else what the since= keys ask for. */
static DockerLogsRequest request_for(const LogsPane *self)
{
    DockerLogsRequest request = {.tail = -1, .follow = true, .timestamps = true};

    if (self->newest != 0)
        request.since = self->newest + 1;
    else if (logs_since[self->since].seconds != 0)
        request.since = (clock_now() - logs_since[self->since].seconds) * LOGS_SECOND;
    else if (self->since == 1)
        request.tail = TAIL_LINES;
    return request;
}

static void open_feed(LogsPane *self, Model *model)
{
    const AppRow *row = logs_shown_row(self, model);
    DockerEngine *engine =
        row == NULL ? NULL : fleet_source_engine(apps_source_of(model->apps, row));
    DockerLogsRequest request;

    close_feed(self);
    self->open_at = 0;
    if (engine == NULL)
        return;
    if (self->id == NULL || self->source != row->app->source ||
        !g_str_equal(self->id, row->app->id)) {
        empty_ring(self, model->jobs);
        g_free(self->id);
        self->id = g_strdup(row->app->id);
        self->source = row->app->source;
    }
    self->started = row->app->started;
    g_clear_pointer(&self->problem, g_free);
    self->feed_number = ++last_feed;
    request = request_for(self);
    self->feed = log_feed_open(engine, self->id, &request, model->mailbox, self->feed_number);
}

static void add_rule(LogsPane *self, const char *words)
{
    LogLine like = {.time = self->newest, .ruled = true};

    if (self->ring->end > self->ring->first)
        log_ring_append(self->ring, span_of(words, strlen(words)), &like);
}

static void feed_ended(LogsPane *self, GError *error)
{
    self->ended = true;
    g_clear_pointer(&self->feed, log_feed_close);
    if (error == NULL) {
        add_rule(self, _("the application ended"));
        return;
    }
    g_free(self->problem);
    self->problem = sanitize_string(error->message);
    if (!g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND))
        self->open_at = clock_monotonic() + RETRY_MICROSECONDS;
}

/* A part of what came, no longer than a turn: keys go between. */
static Redo take(LogsPane *self, Model *model)
{
    g_autoptr(GError) error = NULL;
    uint64_t before = self->ring->end;
    bool was_open = self->open;

    if (self->paused) {
        self->waiting = true;
        return REDO_NOTHING;
    }
    switch (log_feed_take(self->feed, self->ring, clock_monotonic() + TURN_MICROSECONDS,
                          &self->newest, &self->open, &error)) {
    case LOG_FEED_DRY:
        break;
    case LOG_FEED_MORE:
        mailbox_post(model->mailbox, (Message){.kind = MESSAGE_LOGS, .number = self->feed_number});
        break;
    case LOG_FEED_ENDED:
        feed_ended(self, error);
    }
    log_matcher_go_on(&self->matcher, model->jobs);
    return self->ring->end != before || self->open != was_open || self->ended ? REDO_DRAW
                                                                              : REDO_NOTHING;
}

/* ---- what is shown ---- */

static void show(Pane *pane, unsigned number)
{
    LogsPane *self = (LogsPane *)pane;
    int64_t now = clock_monotonic();

    if (self->number == number)
        return;
    self->number = number;
    /* The first change is followed at once, those on its heels when they settle. */
    self->open_at = now - self->moved_at > SETTLE_MICROSECONDS ? now : now + SETTLE_MICROSECONDS;
    self->moved_at = now;
}

/* The application that is shown was started again, or is another now. */
static void look_at_app(LogsPane *self, const Model *model)
{
    const AppRow *row = logs_shown_row(self, model);

    if (row == NULL || self->id == NULL || !g_str_equal(row->app->id, self->id))
        return;
    if (row->app->state == FLEET_STATE_RUNNING && self->ended && self->feed == NULL &&
        self->open_at == 0) {
        add_rule(self, _("started again"));
        self->open_at = clock_monotonic();
    }
}

static int64_t due(const Pane *pane)
{
    const LogsPane *self = (const LogsPane *)pane;

    return self->open_at == 0 ? INT64_MAX : self->open_at;
}

static Redo tick(Pane *pane, Console *console, int64_t now)
{
    LogsPane *self = (LogsPane *)pane;

    if (self->open_at == 0 || now < self->open_at)
        return REDO_NOTHING;
    open_feed(self, console_model(console));
    return REDO_DRAW;
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    LogsPane *self = (LogsPane *)pane;
    Model *model = console_model(console);

    if (message->kind == MESSAGE_LOGS && self->feed != NULL && message->number == self->feed_number)
        return take(self, model);
    if (log_matcher_take(&self->matcher, model->jobs, message))
        return REDO_DRAW;
    return REDO_NOTHING;
}

/* ---- where the view is ---- */

static int text_columns(const LogsPane *self)
{
    return MAX(self->columns - (self->timestamps ? LOGS_TIME_COLUMNS : 0), 1);
}

const LaidLine *logs_lay(const LogsPane *self, uint64_t number)
{
    return log_layout_line(self->layout, self->ring, number, text_columns(self), self->wrap);
}

static unsigned rows_of(const LogsPane *self, uint64_t number)
{
    const LaidLine *line = logs_lay(self, number);

    return line == NULL ? 1 : line->n_rows;
}

/* Moves the top up by rows; false at the first line. */
static bool scroll_up(LogsPane *self, unsigned rows)
{
    while (rows > 0) {
        unsigned step = MIN(rows, self->top_row);
        self->top_row -= step;
        rows -= step;
        if (rows == 0)
            return true;
        if (!log_ring_next(self->ring, self->top, -1, 0, &self->top))
            return false;
        self->top_row = rows_of(self, self->top) - 1;
        rows--;
    }
    return true;
}

static bool scroll_down(LogsPane *self, unsigned rows)
{
    while (rows > 0) {
        unsigned left = rows_of(self, self->top) - 1 - self->top_row;
        unsigned step = MIN(rows, left);
        self->top_row += step;
        rows -= step;
        if (rows == 0)
            return true;
        if (!log_ring_next(self->ring, self->top, 1, 0, &self->top))
            return false;
        self->top_row = 0;
        rows--;
    }
    return true;
}

/* The view's top such that the last row is at the bottom. */
static void go_to_end(LogsPane *self)
{
    if (!log_ring_next(self->ring, self->ring->end, -1, 0, &self->top))
        return;
    self->top_row = rows_of(self, self->top) - 1;
    scroll_up(self, (unsigned)MAX(self->height - 1, 0));
}

/* True when what is below the top fills no more than the pane. */
static bool is_at_end(LogsPane *self)
{
    uint64_t top = self->top;
    unsigned top_row = self->top_row;
    bool end = !scroll_down(self, (unsigned)MAX(self->height, 1));

    self->top = top;
    self->top_row = top_row;
    return end;
}

static void keep_view(LogsPane *self)
{
    uint64_t number;

    if (self->follow) {
        go_to_end(self);
        return;
    }
    /* The line at the top was dropped, or does not pass the filter any more. */
    if (!(log_ring_marks(self->ring, self->top) & LOG_SHOWN)) {
        uint64_t from = self->top == 0 ? UINT64_MAX : self->top - 1;
        if (log_ring_next(self->ring, from, 1, 0, &number) ||
            log_ring_next(self->ring, self->top, -1, 0, &number))
            self->top = number;
        self->top_row = 0;
    }
    self->top_row = MIN(self->top_row, rows_of(self, self->top) - 1);
}

static void scroll(LogsPane *self, long by)
{
    if (by < 0) {
        self->follow = false;
        if (!scroll_up(self, (unsigned)-by)) {
            log_ring_next(self->ring, UINT64_MAX, 1, 0, &self->top);
            self->top_row = 0;
        }
        return;
    }
    if (self->follow)
        return;
    scroll_down(self, (unsigned)by);
    if (is_at_end(self))
        self->follow = true;
}

/* Brings a line into the upper part of the view. */
static void go_to_line(LogsPane *self, uint64_t number)
{
    self->at = number;
    self->follow = false;
    self->top = number;
    self->top_row = 0;
    scroll_up(self, (unsigned)MAX(self->height / 3, 0));
    if (!(log_ring_marks(self->ring, self->top) & LOG_SHOWN))
        log_ring_next(self->ring, UINT64_MAX, 1, 0, &self->top);
    if (is_at_end(self))
        go_to_end(self);
}

static void go_to_next(LogsPane *self, Console *console, int direction, unsigned marks,
                       const char *none)
{
    uint64_t from = self->at, number;

    if (from == UINT64_MAX || from < self->ring->first)
        from = direction > 0 ? self->top - 1 : self->follow ? self->ring->end : self->top;
    if (log_ring_next(self->ring, from, direction, marks, &number))
        go_to_line(self, number);
    else
        console_say(console, ROLE_DIM, "%s", none);
}

/* ---- saving, copying ---- */

static void append_line(const LogsPane *self, uint64_t number, GString *out)
{
    LogLine line;
    Span text;

    if (!log_ring_line(self->ring, number, &line, &text) || line.ruled)
        return;
    g_string_append_len(out, (const char *)text.data, (gssize)text.size);
    g_string_append_c(out, '\n');
}

GString *logs_pane_text(const Pane *pane)
{
    const LogsPane *self = (const LogsPane *)pane;
    GString *out = g_string_new(NULL);
    uint64_t number = UINT64_MAX;

    while (log_ring_next(self->ring, number, 1, 0, &number))
        append_line(self, number, out);
    return out;
}

static void yank(const LogsPane *self, Console *console)
{
    g_autoptr(GString) out = g_string_new(NULL);
    uint64_t number = self->top;
    unsigned n = 0;
    bool more = self->ring->end > self->ring->first;

    if (self->at != UINT64_MAX && self->at >= self->ring->first) {
        append_line(self, self->at, out);
        n = 1;
    } else {
        for (; more && n < (unsigned)self->height; n++) {
            append_line(self, number, out);
            more = log_ring_next(self->ring, number, 1, 0, &number);
        }
    }
    {
        g_autofree char *what = g_strdup_printf(P_("%u line", "%u lines", n), n);
        g_autofree char *safe = sanitize(span_of(out->str, out->len), SANITIZE_KEEP_NEWLINES);
        console_copy(console, what, safe);
    }
}

/* ---- commands ---- */

static void set_since(LogsPane *self, Console *console, unsigned since)
{
    Model *model = console_model(console);

    self->since = since;
    g_clear_pointer(&self->id, g_free); /* all of it again */
    open_feed(self, model);
}

static void toggle_pause(LogsPane *self, Console *console)
{
    Model *model = console_model(console);

    self->paused = !self->paused;
    if (!self->paused && self->waiting && self->feed != NULL)
        mailbox_post(model->mailbox, (Message){.kind = MESSAGE_LOGS, .number = self->feed_number});
    self->waiting = false;
}

static bool motion(LogsPane *self, CommandId id)
{
    long page = MAX(self->height, 1);

    switch (id) {
    case COMMAND_DOWN:
        scroll(self, 1);
        return true;
    case COMMAND_UP:
        scroll(self, -1);
        return true;
    case COMMAND_PAGE_DOWN:
        scroll(self, page);
        return true;
    case COMMAND_PAGE_UP:
        scroll(self, -page);
        return true;
    case COMMAND_HALF_DOWN:
        scroll(self, page / 2);
        return true;
    case COMMAND_HALF_UP:
        scroll(self, -page / 2);
        return true;
    case COMMAND_TOP:
        self->follow = false;
        self->top_row = 0;
        log_ring_next(self->ring, UINT64_MAX, 1, 0, &self->top);
        return true;
    case COMMAND_BOTTOM:
    case COMMAND_FOLLOW:
        self->follow = true;
        self->at = UINT64_MAX;
        return true;
    default:
        return false;
    }
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    LogsPane *self = (LogsPane *)pane;

    if (motion(self, id))
        return REDO_DRAW;
    if (id >= COMMAND_SINCE_0 && id <= COMMAND_SINCE_6) {
        set_since(self, console, (unsigned)(id - COMMAND_SINCE_0));
        return REDO_DRAW;
    }
    switch (id) {
    case COMMAND_PAUSE:
        toggle_pause(self, console);
        return REDO_DRAW;
    case COMMAND_WRAP:
        self->wrap = !self->wrap;
        self->top_row = 0;
        return REDO_DRAW;
    case COMMAND_TIMESTAMPS:
        self->timestamps = !self->timestamps;
        self->top_row = 0;
        return REDO_DRAW;
    case COMMAND_NEXT_ERROR:
        go_to_next(self, console, 1, LOG_ERROR, _("no error further down"));
        return REDO_DRAW;
    case COMMAND_PREVIOUS_ERROR:
        go_to_next(self, console, -1, LOG_ERROR, _("no error further up"));
        return REDO_DRAW;
    case COMMAND_NEXT_MATCH:
        go_to_next(self, console, 1, LOG_FOUND, _("no match further down"));
        return REDO_DRAW;
    case COMMAND_PREVIOUS_MATCH:
        go_to_next(self, console, -1, LOG_FOUND, _("no match further up"));
        return REDO_DRAW;
    case COMMAND_COPY:
        yank(self, console);
        return REDO_DRAW;
    case COMMAND_SAVE:
        console_start_save(console);
        return REDO_DRAW;
    case COMMAND_SEARCH:
    case COMMAND_FILTER_LINES: /* the console asks for the pattern */
        self->editing_filter = id == COMMAND_FILTER_LINES;
        return REDO_NOTHING;
    default:
        return REDO_NOTHING;
    }
}

static const char *pattern(const Pane *pane)
{
    const LogsPane *self = (const LogsPane *)pane;

    return self->editing_filter ? self->matcher.filter : self->matcher.search;
}

static void set_pattern(Pane *pane, Console *console, const char *text)
{
    LogsPane *self = (LogsPane *)pane;
    const char *filter = self->editing_filter ? text : self->matcher.filter;
    const char *search = self->editing_filter ? self->matcher.search : text;

    log_matcher_ask(&self->matcher, console_model(console)->jobs, filter, search);
}

static char *pattern_state(const Pane *pane, const Model *model)
{
    const LogsPane *self = (const LogsPane *)pane;
    uint64_t shown, found, n;

    (void)model;
    if (self->matcher.problem != NULL)
        return g_strdup(self->matcher.problem);
    log_ring_counts(self->ring, &shown, &found);
    n = self->editing_filter ? shown : found;
    return g_strdup_printf(P_("%" PRIu64 " line", "%" PRIu64 " lines", (unsigned long)n), n);
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    LogsPane *self = (LogsPane *)pane;

    self->columns = width;
    self->height = height;
    look_at_app(self, model);
    keep_view(self);
}

static void logs_pane_free(Pane *pane)
{
    LogsPane *self = (LogsPane *)pane;

    close_feed(self);
    log_matcher_clear(&self->matcher);
    log_ring_free(self->ring);
    log_layout_free(self->layout);
    g_free(self->problem);
    g_free(self->id);
    g_free(self);
}

static const PaneClass logs_class = {
    .kind = PANE_LOGS,
    .free = logs_pane_free,
    .title = logs_title,
    .update = update,
    .fit = fit,
    .draw = logs_draw,
    .command = command,
    .pattern = pattern,
    .set_pattern = set_pattern,
    .pattern_state = pattern_state,
    .show = show,
    .due = due,
    .tick = tick,
};

Pane *logs_pane_new(void)
{
    LogsPane *self = g_new0(LogsPane, 1);

    self->pane.class = &logs_class;
    self->ring = log_ring_new(RING_BYTES);
    self->layout = log_layout_new();
    log_matcher_init(&self->matcher, self->ring);
    self->number = UINT32_MAX;
    self->at = UINT64_MAX;
    self->since = 1;
    self->follow = true;
    return &self->pane;
}

void logs_pane_restore(Pane *pane, bool wrap, bool timestamps)
{
    ((LogsPane *)pane)->wrap = wrap;
    ((LogsPane *)pane)->timestamps = timestamps;
}

void logs_pane_state(const Pane *pane, bool *wrap, bool *timestamps)
{
    *wrap = ((const LogsPane *)pane)->wrap;
    *timestamps = ((const LogsPane *)pane)->timestamps;
}
