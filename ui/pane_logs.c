/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logs: the log of the selected application, or of several merged: its tail first, then as it
 * grows. A search of whole logs shows what it finds in the same way.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console.h"
#include "ui/pane_logs_private.h"

#include <inttypes.h>

/* What the ring of a search may hold: more than the search keeps. */
#define SWEEP_MEMORY ((size_t)4 * LOG_SWEEP_BYTES)

static bool is_since(CommandId id)
{
    return id >= COMMAND_SINCE_0 && id <= COMMAND_SINCE_6;
}

/* What only a log that comes can do. */
static Redo live_command(LogsPane *self, Console *console, CommandId id)
{
    Model *model = console_model(console);

    if (!is_since(id) && id != COMMAND_PAUSE)
        return REDO_NOTHING;
    if (self->sweep != NULL)
        console_say(console, ROLE_DIM, "%s", _("this is what a search of the whole log finds"));
    else if (is_since(id))
        logs_set_since(self, model, (unsigned)(id - COMMAND_SINCE_0));
    else
        logs_toggle_pause(self, model);
    return REDO_DRAW;
}

static const struct {
    CommandId id;
    int direction;
    unsigned marks;
    const char *none; /* N_() */
} jumps[] = {
    {COMMAND_NEXT_ERROR, 1, LOG_ERROR, N_("no error further down")},
    {COMMAND_PREVIOUS_ERROR, -1, LOG_ERROR, N_("no error further up")},
    {COMMAND_NEXT_MATCH, 1, LOG_FOUND, N_("no match further down")},
    {COMMAND_PREVIOUS_MATCH, -1, LOG_FOUND, N_("no match further up")},
};

static bool jump(LogsPane *self, Console *console, CommandId id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(jumps); i++)
        if (jumps[i].id == id) {
            logs_go_to_next(self, console, jumps[i].direction, jumps[i].marks, _(jumps[i].none));
            return true;
        }
    return false;
}

static void toggle(LogsPane *self, bool *what)
{
    *what = !*what;
    self->top_row = 0;
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    LogsPane *self = (LogsPane *)pane;

    if (logs_motion(self, id) || jump(self, console, id))
        return REDO_DRAW;
    switch (id) {
    case COMMAND_WRAP:
        toggle(self, &self->wrap);
        return REDO_DRAW;
    case COMMAND_TIMESTAMPS:
        toggle(self, &self->timestamps);
        return REDO_DRAW;
    case COMMAND_COPY:
        logs_yank(self, console);
        return REDO_DRAW;
    case COMMAND_PAGER:
        logs_page(self, console);
        return REDO_DRAW;
    case COMMAND_SAVE:
        console_start_save(console);
        return REDO_DRAW;
    case COMMAND_SEARCH:
    case COMMAND_FILTER_LINES: /* the console asks for the pattern */
        self->editing_filter = id == COMMAND_FILTER_LINES;
        return REDO_NOTHING;
    default:
        return live_command(self, console, id);
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
    logs_look_at_apps(self, model);
    logs_keep_view(self);
}

static UiJob *job_of(const Pane *pane, const Model *model)
{
    const LogsPane *self = (const LogsPane *)pane;

    (void)model;
    return self->sweep == NULL || self->sweep->over ? NULL : self->sweep->job;
}

static void free_tap(void *tap)
{
    log_tap_free(tap);
}

static void logs_pane_free(Pane *pane)
{
    LogsPane *self = (LogsPane *)pane;

    log_sweep_free(self->sweep);
    log_matcher_clear(&self->matcher);
    g_ptr_array_unref(self->taps);
    g_clear_pointer(&self->together, g_array_unref);
    log_ring_free(self->ring);
    log_layout_free(self->layout);
    g_free(self);
}

/* Bytes that the settings allow. */
static size_t memory_of(const Model *model)
{
    return (size_t)settings_number(model->settings, SETTING_LOGS_MEMORY) * 1024 * 1024;
}

/* What a search found is bounded by itself. */
static Redo update(Pane *pane, Console *console, const Message *message)
{
    LogsPane *self = (LogsPane *)pane;

    if (message->kind != MESSAGE_SETTINGS)
        return logs_update(pane, console, message);
    if (self->sweep != NULL)
        return REDO_NOTHING;
    self->memory = memory_of(console_model(console));
    log_ring_set_limit(self->ring, self->memory);
    return REDO_DRAW;
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
    .show = logs_show,
    .due = logs_due,
    .tick = logs_tick,
    .job = job_of,
};

static LogsPane *new_pane(size_t memory)
{
    LogsPane *self = g_new0(LogsPane, 1);

    self->pane.class = &logs_class;
    self->memory = memory;
    self->ring = log_ring_new(memory);
    self->layout = log_layout_new();
    self->taps = g_ptr_array_new_with_free_func(free_tap);
    log_matcher_init(&self->matcher, self->ring);
    self->number = UINT32_MAX;
    self->at = UINT64_MAX;
    self->release_at = INT64_MAX;
    self->since = 1;
    self->follow = true;
    return self;
}

Pane *logs_pane_new(const Model *model)
{
    return &new_pane(memory_of(model))->pane;
}

Pane *logs_pane_search(Pane *pane, Console *console, const char *pattern)
{
    LogsPane *from = (LogsPane *)pane;
    LogsPane *self;

    if (pane->class != &logs_class)
        return NULL;
    if (from->open_at != 0) /* keys were quicker than the log */
        logs_open(from, console_model(console));
    if (from->taps->len == 0)
        return NULL;
    self = new_pane(SWEEP_MEMORY);
    for (unsigned i = 0; i < from->taps->len; i++) {
        const LogTap *tap = from->taps->pdata[i];
        g_ptr_array_add(self->taps, log_tap_new(tap->engine, tap->source, tap->id, tap->name));
    }
    self->wrap = from->wrap;
    self->timestamps = true;
    self->follow = false;
    self->sweep = log_sweep_new(self->taps, pattern, console_model(console)->jobs);
    return &self->pane;
}

bool logs_pane_is(const Pane *pane)
{
    return pane->class == &logs_class;
}

bool logs_pane_is_merged(const Pane *pane)
{
    return ((const LogsPane *)pane)->together != NULL;
}

void logs_pane_merge(Pane *pane, Console *console, const GArray *numbers)
{
    logs_merge((LogsPane *)pane, console_model(console), numbers);
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
