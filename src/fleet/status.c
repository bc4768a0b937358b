/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a source is, in words. */
#include "config.h"

#include "fleet/fleet_private.h"

#include "core/i18n.h"

#define SECOND INT64_C(1000000)

static const char *const condition_names[] = {
    [FLEET_CONNECTING] = "connecting",   [FLEET_LIVE] = "live",       [FLEET_STALE] = "stale",
    [FLEET_UNREACHABLE] = "unreachable", [FLEET_REFUSED] = "refused",
};

const char *fleet_condition_name(FleetCondition condition)
{
    return condition_names[condition];
}

void fleet_source_status_free(FleetSourceStatus *status)
{
    if (!status)
        return;
    g_free(status->why);
    g_free(status);
}

FleetSourceStatus *fleet_source_status_copy(const FleetSourceStatus *status)
{
    FleetSourceStatus *copy = g_memdup2(status, sizeof *status);
    copy->why = g_strdup(status->why);
    return copy;
}

/* Ages go in steps, so that what is shown changes seldom: from which age on, and how far. */
static const struct {
    int64_t from, step;
} steps[] = {
    {0, SECOND},
    {10 * SECOND, 10 * SECOND},
    {60 * SECOND, 60 * SECOND},
    {3600 * SECOND, 3600 * SECOND},
};

static int64_t step_at(int64_t age)
{
    int64_t step = SECOND;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (age >= steps[i].from)
            step = steps[i].step;
    }
    return step;
}

char *fleet_age_text(int64_t age)
{
    int64_t step = step_at(age);
    int64_t seconds = MAX(age, 0) / step * step / SECOND;
    if (seconds < 60)
        return g_strdup_printf(_("%d s"), (int)seconds);
    if (seconds < 3600)
        return g_strdup_printf(_("%d min"), (int)(seconds / 60));
    return g_strdup_printf(_("%d h"), (int)MIN(seconds / 3600, G_MAXINT));
}

/* Whole seconds that are left, at least one: "retry in 0 s" is a lie while it waits. */
static int seconds_left(int64_t at, int64_t now)
{
    int64_t left = (at - now + SECOND - 1) / SECOND;
    return (int)CLAMP(left, 1, 3600);
}

/* Each trouble in its own words, with a mark of its own. */
static const struct {
    const char *words; /* N_() */
    const char *mark;
} troubles[N_FLEET_REASONS] = {
    [FLEET_REASON_NONE] = {N_("unreachable"), "✖"},
    [FLEET_REASON_AWAY] = {N_("unreachable"), "✖"},
    [FLEET_REASON_FROZEN] = {N_("frozen"), "◷"},
    [FLEET_REASON_PERMISSION] = {N_("no permission"), "⊘"},
    [FLEET_REASON_VERSION] = {N_("refuses our version"), "≠"},
    [FLEET_REASON_TLS] = {N_("no TLS with it"), "⊗"},
    [FLEET_REASON_RUBBISH] = {N_("answers rubbish"), "?"},
    [FLEET_REASON_ENDPOINT] = {N_("misconfigured"), "#"},
    [FLEET_REASON_FAILS] = {N_("fails"), "!"},
};

/* How long "back" is said, and from when on an engine that did not answer yet is slow. */
#define BACK_IS_NEWS (60 * SECOND)
#define PATIENCE     (2 * SECOND)

static bool is_just_back(const FleetSourceStatus *status, int64_t now)
{
    return status->slow == 0 && status->back_at != 0 && now - status->back_at < BACK_IS_NEWS;
}

static bool is_waited_for(const FleetSourceStatus *status, int64_t now)
{
    return status->since != 0 && now - status->since >= PATIENCE;
}

/* What is wrong, since when what is shown is old, and what will be done about it. */
static char *trouble_text(const FleetSourceStatus *status, int64_t now)
{
    GString *out = g_string_new(_(troubles[status->reason].words));
    if (status->good_at != 0) {
        g_autofree char *age = fleet_age_text(now - status->good_at);
        g_string_append_printf(out, _(", as of %s ago"), age);
    }
    if (status->retry_at == 0)
        g_string_append(out, _(", trying"));
    else
        g_string_append_printf(out, _(", retry in %d s"), seconds_left(status->retry_at, now));
    return g_string_free(out, FALSE);
}

static char *aged(const char *pattern, int64_t age)
{
    g_autofree char *text = fleet_age_text(age);
    g_auto(GStrv) parts = g_strsplit(pattern, "%s", 2);
    return g_strjoinv(text, parts);
}

char *fleet_source_status_text(const FleetSourceStatus *status, int64_t now)
{
    switch (status->condition) {
    case FLEET_LIVE:
        if (is_just_back(status, now))
            return aged(_("back since %s"), now - status->back_at);
        return status->slow != 0 ? aged(_("slow: answers in %s"), status->slow)
                                 : g_strdup(_("live"));
    case FLEET_STALE:
        return aged(_("frozen: %s"), now - status->good_at);
    case FLEET_UNREACHABLE:
    case FLEET_REFUSED:
        return trouble_text(status, now);
    case FLEET_CONNECTING:
    default:
        return is_waited_for(status, now) ? aged(_("slow: no answer for %s"), now - status->since)
                                          : g_strdup(_("connecting"));
    }
}

const char *fleet_source_status_mark(const FleetSourceStatus *status, int64_t now)
{
    switch (status->condition) {
    case FLEET_LIVE:
        return is_just_back(status, now) ? "↻" : status->slow != 0 ? "~" : "✔";
    case FLEET_CONNECTING:
        return is_waited_for(status, now) ? "~" : "…";
    case FLEET_STALE:
        return troubles[FLEET_REASON_FROZEN].mark;
    default:
        return troubles[status->reason].mark;
    }
}

/* When an age that began at `from` is said otherwise. */
static int64_t next_age(int64_t from, int64_t now)
{
    int64_t age = MAX(now - from, 0);
    int64_t step = step_at(age);
    return from + (age / step + 1) * step;
}

static int64_t trouble_changes(const FleetSourceStatus *status, int64_t now)
{
    int64_t due = status->good_at == 0 ? INT64_MAX : next_age(status->good_at, now);
    if (status->retry_at > now + SECOND)
        due = MIN(due, status->retry_at - ((status->retry_at - now - 1) / SECOND) * SECOND);
    return due;
}

int64_t fleet_source_status_changes(const FleetSourceStatus *status, int64_t now)
{
    switch (status->condition) {
    case FLEET_STALE:
        return next_age(status->good_at, now);
    case FLEET_UNREACHABLE:
    case FLEET_REFUSED:
        return trouble_changes(status, now);
    case FLEET_LIVE:
        return is_just_back(status, now) ? next_age(status->back_at, now) : INT64_MAX;
    case FLEET_CONNECTING:
    default:
        if (status->since == 0)
            return INT64_MAX;
        return is_waited_for(status, now) ? next_age(status->since, now) : status->since + PATIENCE;
    }
}

static const FleetReason troubles_of_codes[] = {
    [DOCKER_ERROR_ENDPOINT] = FLEET_REASON_ENDPOINT,
    [DOCKER_ERROR_AWAY] = FLEET_REASON_AWAY,
    [DOCKER_ERROR_PERMISSION] = FLEET_REASON_PERMISSION,
    [DOCKER_ERROR_TLS] = FLEET_REASON_TLS,
    [DOCKER_ERROR_VERSION] = FLEET_REASON_VERSION,
    [DOCKER_ERROR_FROZEN] = FLEET_REASON_FROZEN,
    [DOCKER_ERROR_RUBBISH] = FLEET_REASON_RUBBISH,
    [DOCKER_ERROR_TOO_LARGE] = FLEET_REASON_RUBBISH,
};

FleetReason fleet_reason_of(const GError *error)
{
    if (error->domain != DOCKER_ERROR)
        return FLEET_REASON_AWAY;
    if ((size_t)error->code < G_N_ELEMENTS(troubles_of_codes))
        return troubles_of_codes[error->code];
    return FLEET_REASON_FAILS;
}

/* Which errors somebody has to do something about, and which go away by themselves. */
FleetCondition fleet_condition_of(const GError *error)
{
    if (error->domain != DOCKER_ERROR)
        return FLEET_UNREACHABLE;
    switch (error->code) {
    case DOCKER_ERROR_ENDPOINT:
    case DOCKER_ERROR_PERMISSION:
    case DOCKER_ERROR_TLS:
    case DOCKER_ERROR_VERSION:
    case DOCKER_ERROR_REFUSED:
        return FLEET_REFUSED;
    default:
        return FLEET_UNREACHABLE;
    }
}
