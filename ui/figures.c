/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/figures.h"

#include "core/clock.h"
#include "ui/apps.h"
#include "ui/waker.h"

#include <math.h>
#include <string.h>

#define SECOND INT64_C(1000000)

/* How long a stream is kept where others wait: two samples, of which the second has a CPU. How old
 * figures of a living stream get, and when an engine that gave none is asked again. */
#define TURN  (3 * SECOND)
#define FRESH (4 * SECOND)
#define AGAIN (10 * SECOND)

enum { SERIES_MOST = 256 };

typedef struct Slot {
    DockerStream *stream; /* NULL: the slot is free */
    Waker *waker;
    unsigned serial; /* MESSAGE_FIGURES has it */
    unsigned row;
    char *id; /* of its application */
    int64_t since;
} Slot;

struct Figures {
    Mailbox *mailbox;
    Slot slots[FIGURES_AT_ONCE];
    unsigned last_serial;
    GArray *wanted; /* unsigned: rows that run */
    GQueue kept;    /* rows with a series, the oldest first */
};

Figures *figures_new(Mailbox *mailbox)
{
    Figures *figures = g_new0(Figures, 1);

    figures->mailbox = mailbox;
    figures->wanted = g_array_new(FALSE, FALSE, sizeof(unsigned));
    g_queue_init(&figures->kept);
    return figures;
}

static void close_slot(Slot *slot)
{
    if (slot->stream == NULL)
        return;
    waker_release(slot->waker);
    docker_stream_close(slot->stream);
    g_free(slot->id);
    memset(slot, 0, sizeof *slot);
}

void figures_free(Figures *figures)
{
    if (figures == NULL)
        return;
    for (unsigned i = 0; i < FIGURES_AT_ONCE; i++)
        close_slot(&figures->slots[i]);
    g_array_unref(figures->wanted);
    g_queue_clear(&figures->kept);
    g_free(figures);
}

/* ---- series ---- */

/* The row's; made when there is none, at the cost of the one that was made the longest ago. */
static Series *series_of(Figures *figures, Apps *apps, unsigned number)
{
    AppRow *row = apps_row(apps, number);

    if (row->series != NULL)
        return row->series;
    row->series = g_new0(Series, 1);
    g_queue_remove(&figures->kept, GUINT_TO_POINTER(number));
    g_queue_push_tail(&figures->kept, GUINT_TO_POINTER(number));
    while (g_queue_get_length(&figures->kept) > SERIES_MOST) {
        AppRow *old = apps_row(apps, GPOINTER_TO_UINT(g_queue_pop_head(&figures->kept)));
        if (old != NULL)
            g_clear_pointer(&old->series, g_free);
    }
    return row->series;
}

static float known(uint64_t value)
{
    return value == UINT64_MAX ? NAN : (float)value;
}

/* Bytes a second between two counts. */
static float rate(uint64_t before, uint64_t now, int64_t nanoseconds)
{
    if (before == UINT64_MAX || now == UINT64_MAX || now < before || nanoseconds <= 0)
        return NAN;
    return (float)((double)(now - before) * 1e9 / (double)nanoseconds);
}

static void add_sample(Series *series, const DockerStats *now)
{
    const DockerStats *before = &series->last;
    int64_t between = series->at == 0 ? 0 : now->time - before->time;
    const float values[N_FIGURES] = {
        [FIGURE_CPU] = (float)now->cpu,
        [FIGURE_MEMORY] = known(now->memory),
        [FIGURE_RECEIVED] = rate(before->received, now->received, between),
        [FIGURE_SENT] = rate(before->sent, now->sent, between),
        [FIGURE_READ] = rate(before->read, now->read, between),
        [FIGURE_WRITTEN] = rate(before->written, now->written, between),
        [FIGURE_PROCESSES] = known(now->processes),
    };

    if (series->n == FIGURES_KEPT) {
        for (unsigned i = 0; i < N_FIGURES; i++)
            memmove(series->values[i], series->values[i] + 1, (FIGURES_KEPT - 1) * sizeof(float));
        series->n--;
    }
    for (unsigned i = 0; i < N_FIGURES; i++)
        series->values[i][series->n] = values[i];
    series->n++;
    series->last = *now;
    series->at = clock_monotonic();
}

float series_newest(const Series *series, FigureId figure)
{
    /* The first sample of a stream has no CPU: the one before is the newest. */
    for (unsigned i = series == NULL ? 0 : series->n; i-- > 0;)
        if (isfinite(series->values[figure][i]) || i + 2 < series->n)
            return series->values[figure][i];
    return NAN;
}

char *series_age(const Series *series, int64_t now)
{
    if (series == NULL || series->at == 0 || now - series->at < FRESH)
        return NULL;
    return fleet_age_text(now - series->at);
}

/* ---- streams ---- */

static bool is_about(const Slot *slot, const AppRow *row)
{
    return row != NULL && slot->id != NULL && g_str_equal(slot->id, row->app->id);
}

static bool is_wanted(const Figures *figures, unsigned number)
{
    for (unsigned i = 0; i < figures->wanted->len; i++)
        if (g_array_index(figures->wanted, unsigned, i) == number)
            return true;
    return false;
}

static bool has_slot(const Figures *figures, unsigned number)
{
    for (unsigned i = 0; i < FIGURES_AT_ONCE; i++)
        if (figures->slots[i].stream != NULL && figures->slots[i].row == number)
            return true;
    return false;
}

/* The one whose figures are the oldest; the first wanted before the others. False: none waits. */
static bool next_in_turn(Figures *figures, Apps *apps, int64_t now, unsigned *number)
{
    int64_t oldest = INT64_MAX;

    for (unsigned i = 0; i < figures->wanted->len; i++) {
        unsigned row = g_array_index(figures->wanted, unsigned, i);
        const AppRow *wanted = apps_row(apps, row);
        const Series *series = wanted == NULL ? NULL : wanted->series;
        int64_t at = series == NULL ? 0 : series->at;
        if (wanted == NULL) /* gone since it was asked for */
            continue;
        if (has_slot(figures, row) || (series != NULL && series->retry_at > now) || at >= oldest)
            continue;
        oldest = i == 0 ? -1 : at;
        *number = row;
    }
    return oldest != INT64_MAX;
}

static void open_slot(Figures *figures, Apps *apps, Slot *slot, unsigned number, int64_t now)
{
    const AppRow *row = apps_row(apps, number);
    DockerEngine *engine = fleet_source_engine(apps_source_of(apps, row));
    DockerWatcher watcher;

    series_of(figures, apps, number);
    *slot = (Slot){.serial = ++figures->last_serial,
                   .row = number,
                   .id = g_strdup(row->app->id),
                   .since = now};
    slot->waker = waker_new(figures->mailbox, MESSAGE_FIGURES, slot->serial, &watcher);
    slot->stream = docker_engine_stats(engine, slot->id, &watcher);
}

static bool someone_waits(const Figures *figures)
{
    return figures->wanted->len > FIGURES_AT_ONCE;
}

/* The first wanted one is what is looked at most: it keeps its stream. */
static bool turn_is_over(const Figures *figures, const Slot *slot, int64_t now)
{
    return someone_waits(figures) && now - slot->since >= TURN &&
           g_array_index(figures->wanted, unsigned, 0) != slot->row;
}

static void arrange(Figures *figures, Apps *apps, int64_t now)
{
    for (unsigned i = 0; i < FIGURES_AT_ONCE; i++) {
        Slot *slot = &figures->slots[i];
        unsigned number;
        if (slot->stream != NULL &&
            (!is_wanted(figures, slot->row) || !is_about(slot, apps_row(apps, slot->row)) ||
             turn_is_over(figures, slot, now)))
            close_slot(slot);
        if (slot->stream == NULL && next_in_turn(figures, apps, now, &number))
            open_slot(figures, apps, slot, number, now);
    }
}

void figures_want(Figures *figures, Apps *apps, const GArray *numbers)
{
    g_array_set_size(figures->wanted, 0);
    for (unsigned i = 0; i < numbers->len; i++) {
        unsigned number = g_array_index(numbers, unsigned, i) & ~APP_NUMBER_FIRST;
        const AppRow *row = apps_row(apps, number);
        if (row == NULL || row->app->state != FLEET_STATE_RUNNING || is_wanted(figures, number) ||
            fleet_source_engine(apps_source_of(apps, row)) == NULL)
            continue;
        g_array_append_val(figures->wanted, number);
    }
    arrange(figures, apps, clock_monotonic());
}

static Slot *slot_of(Figures *figures, unsigned serial)
{
    for (unsigned i = 0; i < FIGURES_AT_ONCE; i++)
        if (figures->slots[i].stream != NULL && figures->slots[i].serial == serial)
            return &figures->slots[i];
    return NULL;
}

bool figures_take(Figures *figures, Apps *apps, const Message *message)
{
    Slot *slot = message->kind != MESSAGE_FIGURES ? NULL : slot_of(figures, message->number);
    DockerMessage *taken;
    Series *series;
    bool any = false;

    if (slot == NULL || !is_about(slot, apps_row(apps, slot->row)))
        return false;
    series = series_of(figures, apps, slot->row);
    while ((taken = docker_stream_take(slot->stream)) != NULL) {
        bool ended = taken->kind == DOCKER_MESSAGE_END;
        any |= taken->kind == DOCKER_MESSAGE_STATS;
        if (taken->kind == DOCKER_MESSAGE_STATS)
            add_sample(series, taken->stats);
        docker_message_free(taken);
        if (!ended)
            continue;
        series->retry_at = clock_monotonic() + AGAIN;
        close_slot(slot);
        break;
    }
    return any;
}

/* ---- turns ---- */

int64_t figures_due(const Figures *figures)
{
    int64_t due = INT64_MAX;

    for (unsigned i = 0; someone_waits(figures) && i < FIGURES_AT_ONCE; i++) {
        const Slot *slot = &figures->slots[i];
        if (slot->stream != NULL && g_array_index(figures->wanted, unsigned, 0) != slot->row)
            due = MIN(due, slot->since + TURN);
    }
    return due;
}

void figures_tick(Figures *figures, Apps *apps, int64_t now)
{
    if (figures_due(figures) <= now)
        arrange(figures, apps, now);
}
