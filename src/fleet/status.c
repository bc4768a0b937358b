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

static char *age_text(int64_t age)
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

char *fleet_source_status_text(const FleetSourceStatus *status, int64_t now)
{
    switch (status->condition) {
    case FLEET_LIVE:
        return g_strdup(_("live"));
    case FLEET_STALE: {
        g_autofree char *age = age_text(now - status->good_at);
        return g_strdup_printf(_("stale: %s"), age);
    }
    case FLEET_UNREACHABLE:
        if (status->retry_at == 0)
            return g_strdup(_("unreachable: trying"));
        return g_strdup_printf(_("unreachable: retry in %d s"),
                               seconds_left(status->retry_at, now));
    case FLEET_REFUSED:
        return g_strdup_printf(_("refused: %s"), status->why ? status->why : "");
    case FLEET_CONNECTING:
    default:
        return g_strdup(_("connecting"));
    }
}

int64_t fleet_source_status_changes(const FleetSourceStatus *status, int64_t now)
{
    if (status->condition == FLEET_STALE) {
        int64_t age = MAX(now - status->good_at, 0);
        int64_t step = step_at(age);
        return status->good_at + (age / step + 1) * step;
    }
    if (status->condition == FLEET_UNREACHABLE && status->retry_at > now + SECOND)
        return status->retry_at - ((status->retry_at - now - 1) / SECOND) * SECOND;
    return INT64_MAX;
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
