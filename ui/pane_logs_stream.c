/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes into the logs pane: of the selected application, of several merged, or what a search
 * of a whole log finds.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/pane_logs_private.h"

#include <string.h>

enum {
    TAIL_LINES = 1000,
    TURN_MICROSECONDS = 2000, /* of a log's share of the console's turn: a key waits no longer */
    SETTLE_MICROSECONDS = 120000, /* a selection that moves on sooner opens no stream */
    RETRY_MICROSECONDS = 2000000, /* after a stream broke */
    AGAIN_MICROSECONDS = 200000,  /* after one ended, while its application is said to run */
};

const LogsSince logs_since[LOGS_N_SINCE] = {
    {0, N_("all")},      {0, NULL},         {60, N_("1 min")},      {300, N_("5 min")},
    {900, N_("15 min")}, {3600, N_("1 h")}, {24 * 3600, N_("1 d")},
};

static LogTap *tap_at(const LogsPane *self, unsigned i)
{
    return self->taps->pdata[i];
}

/* ---- opening ---- */

/* An empty ring, and the question put to it again. */
static void empty_ring(LogsPane *self, Jobs *jobs)
{
    g_autofree char *filter = g_strdup(self->matcher.filter);
    g_autofree char *search = g_strdup(self->matcher.search);

    log_matcher_clear(&self->matcher);
    log_ring_free(self->ring);
    self->ring = log_ring_new(self->memory);
    log_matcher_init(&self->matcher, self->ring);
    if (*filter != '\0' || *search != '\0')
        log_matcher_ask(&self->matcher, jobs, filter, search);
    log_layout_forget(self->layout);
    self->top = 0;
    self->top_row = 0;
    self->at = UINT64_MAX;
    self->follow = true;
    self->release_at = INT64_MAX;
}

const AppRow *logs_shown_row(const LogsPane *self, const Model *model)
{
    return apps_row(model->apps, self->number);
}

/* What the since= keys ask for. */
static DockerLogsRequest request_for(const LogsPane *self)
{
    DockerLogsRequest request = {.tail = -1, .follow = true, .timestamps = true};

    if (logs_since[self->since].seconds != 0)
        request.since = (clock_now() - logs_since[self->since].seconds) * LOGS_SECOND;
    else if (self->since == 1)
        request.tail = TAIL_LINES;
    return request;
}

static void open_tap(const LogsPane *self, LogTap *tap, const Model *model)
{
    DockerLogsRequest request = request_for(self);

    log_tap_open(tap, &request, model->jobs, model->mailbox);
}

static bool is_same(const LogsPane *self, const GPtrArray *rows)
{
    if (rows->len != self->taps->len)
        return false;
    for (unsigned i = 0; i < rows->len; i++) {
        const AppRow *row = rows->pdata[i];
        if (tap_at(self, i)->source != row->app->source ||
            !g_str_equal(tap_at(self, i)->id, row->app->id))
            return false;
    }
    return true;
}

static void set_taps(LogsPane *self, const Model *model, const GPtrArray *rows)
{
    g_ptr_array_set_size(self->taps, 0);
    for (unsigned i = 0; i < rows->len; i++) {
        const AppRow *row = rows->pdata[i];
        DockerEngine *engine = fleet_source_engine(apps_source_of(model->apps, row));
        if (engine != NULL)
            g_ptr_array_add(self->taps,
                            log_tap_new(engine, row->app->source, row->app->id, row->name));
    }
}

/* AppRow*: whose logs are to be shown. */
static GPtrArray *wished_rows(const LogsPane *self, const Model *model)
{
    GPtrArray *rows = g_ptr_array_new();
    unsigned n = self->together == NULL ? 1 : self->together->len;

    for (unsigned i = 0; i < n && rows->len < LOG_TAPS_MOST; i++) {
        AppRow *row = apps_row(model->apps, self->together == NULL
                                                ? self->number
                                                : g_array_index(self->together, unsigned, i));
        if (row != NULL)
            g_ptr_array_add(rows, row);
    }
    return rows;
}

void logs_open(LogsPane *self, Model *model)
{
    g_autoptr(GPtrArray) rows = wished_rows(self, model);

    self->open_at = 0;
    if (is_same(self, rows))
        return;
    set_taps(self, model, rows);
    empty_ring(self, model->jobs);
    for (unsigned i = 0; i < self->taps->len; i++)
        open_tap(self, tap_at(self, i), model);
}

void logs_show(Pane *pane, unsigned number)
{
    LogsPane *self = (LogsPane *)pane;
    int64_t now = clock_monotonic();

    if (self->number == number || self->sweep != NULL)
        return;
    self->number = number;
    if (self->together != NULL)
        return;
    /* The first change is followed at once, those on its heels when they settle. */
    self->open_at = now - self->moved_at > SETTLE_MICROSECONDS ? now : now + SETTLE_MICROSECONDS;
    self->moved_at = now;
}

void logs_merge(LogsPane *self, Model *model, const GArray *numbers)
{
    g_clear_pointer(&self->together, g_array_unref);
    if (numbers != NULL) {
        self->together = g_array_new(FALSE, FALSE, sizeof(unsigned));
        g_array_append_vals(self->together, numbers->data, numbers->len);
    }
    logs_open(self, model);
}

void logs_set_since(LogsPane *self, Model *model, unsigned since)
{
    self->since = since;
    empty_ring(self, model->jobs);
    for (unsigned i = 0; i < self->taps->len; i++) {
        LogTap *tap = tap_at(self, i);
        tap->newest = 0; /* all of it again */
        tap->told_end = false;
        open_tap(self, tap, model);
    }
}

/* ---- what arrives ---- */

static void stream_broke(LogTap *tap, const GError *error)
{
    g_free(tap->problem);
    tap->problem = sanitize_string(error->message);
    tap->lost = g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    if (!tap->lost)
        tap->open_at = clock_monotonic() + RETRY_MICROSECONDS;
}

static unsigned any_number(const LogsPane *self)
{
    return self->taps->len > 0 ? tap_at(self, 0)->number : 0;
}

/* A part of what came, no longer than a turn: keys go between. */
static Redo take(LogsPane *self, Model *model)
{
    int64_t until = clock_monotonic() + TURN_MICROSECONDS;
    LogMerged merged;
    bool any = false;

    if (self->paused) {
        self->waiting = true;
        return REDO_NOTHING;
    }
    do {
        log_merge(self->taps, self->ring, until, &merged);
        any |= merged.any;
        if (merged.broken != NULL)
            stream_broke(merged.broken, merged.error);
        g_clear_error(&merged.error);
    } while (merged.broken != NULL);
    self->release_at = merged.due;
    if (merged.more)
        mailbox_post(model->mailbox, (Message){.kind = MESSAGE_LOGS, .number = any_number(self)});
    log_matcher_go_on(&self->matcher, model->jobs);
    return any ? REDO_DRAW : REDO_NOTHING;
}

static bool is_about_tap(const LogsPane *self, const Message *message)
{
    for (unsigned i = 0; i < self->taps->len; i++) {
        LogTap *tap = tap_at(self, i);
        if (message->kind == MESSAGE_LOGS && message->number == tap->number)
            return true;
        if (message->kind == MESSAGE_LOG_MARKS && log_tap_take_marks(tap, message))
            return true;
    }
    return false;
}

static bool take_swept(LogsPane *self, Model *model, const Message *message)
{
    if (self->sweep == NULL || !log_sweep_take(self->sweep, self->ring, message))
        return false;
    log_matcher_go_on(&self->matcher, model->jobs);
    return true;
}

Redo logs_update(Pane *pane, Console *console, const Message *message)
{
    LogsPane *self = (LogsPane *)pane;
    Model *model = console_model(console);

    if ((message->kind == MESSAGE_LOGS || message->kind == MESSAGE_LOG_MARKS) &&
        is_about_tap(self, message)) {
        (void)take(self, model);
        return REDO_DRAW;
    }
    if (take_swept(self, model, message) || log_matcher_take(&self->matcher, model->jobs, message))
        return REDO_DRAW;
    return REDO_NOTHING;
}

void logs_toggle_pause(LogsPane *self, Model *model)
{
    self->paused = !self->paused;
    if (!self->paused && self->waiting)
        mailbox_post(model->mailbox, (Message){.kind = MESSAGE_LOGS, .number = any_number(self)});
    self->waiting = false;
}

/* ---- when ---- */

/* An application that was started again: its log goes on, or went on. */
static void look_at_app(LogTap *tap, const AppRow *row, const Model *model)
{
    const FleetApp *app = row->app;

    if (tap->ended && tap->feed == NULL && tap->open_at == 0 && app->state == FLEET_STATE_RUNNING)
        tap->open_at = clock_monotonic() + AGAIN_MICROSECONDS;
    if (app->started > tap->started && tap->started != 0 && tap->feed != NULL)
        log_tap_restarted(tap, app->started, model->jobs);
    if (app->started != 0)
        tap->started = app->started;
}

void logs_look_at_apps(LogsPane *self, const Model *model)
{
    for (unsigned i = 0; i < self->taps->len && self->sweep == NULL; i++) {
        LogTap *tap = tap_at(self, i);
        unsigned number;
        if (apps_find(model->apps, tap->source, tap->id, &number))
            look_at_app(tap, apps_row(model->apps, number), model);
    }
}

int64_t logs_due(const Pane *pane)
{
    const LogsPane *self = (const LogsPane *)pane;
    int64_t due = self->open_at == 0 ? INT64_MAX : self->open_at;

    if (!self->paused)
        due = MIN(due, self->release_at);
    for (unsigned i = 0; i < self->taps->len; i++)
        if (tap_at(self, i)->open_at != 0)
            due = MIN(due, tap_at(self, i)->open_at);
    return due;
}

Redo logs_tick(Pane *pane, Console *console, int64_t now)
{
    LogsPane *self = (LogsPane *)pane;
    Model *model = console_model(console);

    if (self->open_at != 0 && now >= self->open_at)
        logs_open(self, model);
    for (unsigned i = 0; i < self->taps->len; i++)
        if (tap_at(self, i)->open_at != 0 && now >= tap_at(self, i)->open_at)
            open_tap(self, tap_at(self, i), model);
    if (now >= self->release_at && !self->paused) {
        self->release_at = INT64_MAX;
        (void)take(self, model);
    }
    return REDO_DRAW;
}
