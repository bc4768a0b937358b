/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the view of the logs pane is, and how it moves.
 */
#include "config.h"

#include "ui/console.h"
#include "ui/pane_logs_private.h"

int logs_prefix_columns(const LogsPane *self)
{
    int columns = self->timestamps ? LOGS_TIME_COLUMNS : 0;

    /* Where there is no room for names, the text is worth more. */
    if (self->taps->len > 1 && self->columns >= 3 * LOGS_NAME_COLUMNS)
        columns += LOGS_NAME_COLUMNS;
    return columns;
}

static int text_columns(const LogsPane *self)
{
    return MAX(self->columns - logs_prefix_columns(self), 1);
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

void logs_keep_view(LogsPane *self)
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

void logs_go_to_next(LogsPane *self, Console *console, int direction, unsigned marks,
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

bool logs_motion(LogsPane *self, CommandId id)
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
