/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_merge.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "ui/log_feed.h"

#include <string.h>

#define NANOSECONDS G_GINT64_CONSTANT(1000000000)

enum { LINES_BETWEEN_LOOKS = 64 }; /* at the clock */

char *log_mark_text(const LogMark *mark)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(mark->time / NANOSECONDS);
    g_autofree char *when = time == NULL ? g_strdup("–") : g_date_time_format(time, "%F %T");

    if (mark->start)
        return g_strdup_printf(_("started again %s"), when);
    if (mark->status < 0)
        return g_strdup_printf(_("ended %s"), when);
    return g_strdup_printf(_("ended with status %d, %s"), mark->status, when);
}

/* ---- rules ---- */

static void add_rule(LogRing *ring, const LogTap *tap, unsigned origin, int64_t time,
                     const char *words, bool named)
{
    g_autofree char *text = named ? g_strdup_printf("%s: %s", tap->name, words) : g_strdup(words);
    LogLine like = {.time = time, .ruled = true, .origin = (uint8_t)origin};

    log_ring_append(ring, span_of(text, strlen(text)), &like);
}

/* The marks until a time, those that were told already left out, as one rule. */
static void rule_until(LogRing *ring, LogTap *tap, unsigned origin, int64_t until, bool named)
{
    g_autoptr(GString) words = g_string_new(NULL);
    int64_t time = 0;

    for (; tap->next_mark < tap->marks->len; tap->next_mark++) {
        const LogMark *mark = &g_array_index(tap->marks, LogMark, tap->next_mark);
        g_autofree char *text = NULL;
        if (mark->time > until)
            break;
        if (tap->newest == 0 || (tap->told_end && !mark->start))
            continue;
        text = log_mark_text(mark);
        g_string_append_printf(words, "%s%s", words->len > 0 ? " · " : "", text);
        tap->told_end = !mark->start;
        time = mark->time;
    }
    if (words->len > 0)
        add_rule(ring, tap, origin, time, words->str, named);
}

/* A line after an end whose start is not known. */
static void rule_start(LogRing *ring, LogTap *tap, unsigned origin, int64_t time, bool named)
{
    if (tap->told_end)
        add_rule(ring, tap, origin, time, _("started again"), named);
    tap->told_end = false;
}

/* ---- lines ---- */

static void append(LogRing *ring, LogTap *tap, unsigned origin, const DockerLine *line, Span text,
                   bool named)
{
    LogLine like = {.time = line->time != 0 ? line->time : tap->newest,
                    .continues = line->continues,
                    .origin = (uint8_t)origin,
                    .from_error = line->channel == DOCKER_ERRORS};

    if (!line->continues) {
        rule_until(ring, tap, origin, like.time, named);
        rule_start(ring, tap, origin, like.time, named);
    }
    log_ring_append(ring, text, &like);
    tap->newest = like.time;
    tap->continued = line->continued;
}

/* In good order: the application ended. `true` when the stream broke. */
static bool take_end(LogRing *ring, LogTap *tap, unsigned origin, bool named, GError **error)
{
    LogArrival *last = g_queue_peek_head(&tap->waiting);
    bool broke = last->message->error != NULL;

    if (broke) {
        *error = g_error_copy(last->message->error);
    } else {
        tap->ended = true;
        rule_until(ring, tap, origin, INT64_MAX, named);
        if (!tap->told_end && tap->newest != 0)
            add_rule(ring, tap, origin, tap->newest, _("the application ended"), named);
        tap->told_end = tap->newest != 0;
    }
    log_tap_next(tap);
    g_clear_pointer(&tap->feed, log_feed_close);
    return broke;
}

/* ---- the order ---- */

static bool waits_for_marks(const LogTap *tap, int64_t now)
{
    return !tap->marks_known && now < tap->marks_until;
}

/* Whether others may still bring a line before the one that arrived at `arrived`. */
static bool may_be_overtaken(const GPtrArray *taps, const LogTap *tap, int64_t arrived, int64_t now)
{
    if (now - arrived >= LOG_MERGE_WAITS)
        return false;
    for (unsigned i = 0; i < taps->len; i++) {
        const LogTap *other = taps->pdata[i];
        if (other != tap && other->feed != NULL && g_queue_is_empty((GQueue *)&other->waiting))
            return true;
    }
    return false;
}

typedef struct Choice {
    LogTap *tap; /* NULL: none now */
    unsigned origin;
    bool end;
    const DockerLine *line;
    Span text;
    int64_t time, arrived;
} Choice;

static void consider(Choice *best, LogTap *tap, unsigned origin)
{
    Choice choice = {.tap = tap, .origin = origin};
    const LogArrival *first = g_queue_peek_head(&tap->waiting);

    if (!log_tap_peek(tap, &choice.line, &choice.text, &choice.end) && !choice.end)
        return;
    choice.arrived = first->at;
    choice.time = choice.end || choice.line->time == 0 ? tap->newest : choice.line->time;
    if (best->tap == NULL || choice.time < best->time)
        *best = choice;
}

static Choice choose(const GPtrArray *taps, int64_t now, int64_t *due)
{
    Choice best = {0};

    for (unsigned i = 0; i < taps->len; i++) {
        LogTap *tap = taps->pdata[i];
        if (tap->continued && !g_queue_is_empty(&tap->waiting)) { /* pieces of one line stay so */
            best.tap = NULL;
            consider(&best, tap, i);
            return best;
        }
        if (g_queue_is_empty(&tap->waiting))
            continue;
        if (waits_for_marks(tap, now))
            *due = MIN(*due, tap->marks_until);
        else
            consider(&best, tap, i);
    }
    if (best.tap != NULL && may_be_overtaken(taps, best.tap, best.arrived, now)) {
        *due = MIN(*due, best.arrived + LOG_MERGE_WAITS);
        best.tap = NULL;
    }
    return best;
}

/* True when all that has arrived was taken in. */
static bool take_in(const GPtrArray *taps, int64_t until)
{
    bool all = true;

    for (unsigned i = 0; i < taps->len; i++)
        all &= log_tap_take_in(taps->pdata[i], until);
    return all;
}

void log_merge(const GPtrArray *taps, LogRing *ring, int64_t until, LogMerged *out)
{
    int64_t now = clock_monotonic();
    bool named = taps->len > 1, all;

    *out = (LogMerged){.due = INT64_MAX};
    all = take_in(taps, now + (until - now) / 2); /* the rest of the turn is for appending */
    for (unsigned n = 1;; n++) {
        Choice choice = choose(taps, now, &out->due);
        if (choice.tap == NULL)
            break;
        out->any = true;
        if (choice.end) {
            if (take_end(ring, choice.tap, choice.origin, named, &out->error)) {
                out->broken = choice.tap;
                out->more = true;
                return;
            }
            continue;
        }
        append(ring, choice.tap, choice.origin, choice.line, choice.text, named);
        log_tap_next(choice.tap);
        if (n % LINES_BETWEEN_LOOKS == 0) {
            now = clock_monotonic();
            if (now >= until) {
                out->more = true;
                return;
            }
        }
    }
    out->more = !all && out->due == INT64_MAX;
}
