/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/source_words.h"

#include "core/i18n.h"

char *source_words(const FleetSourceStatus *status, int64_t now)
{
    if (status == NULL)
        return g_strdup(_("connecting"));
    return fleet_source_status_text(status, now);
}

const char *source_mark(const FleetSourceStatus *status, int64_t now)
{
    return status == NULL ? "…" : fleet_source_status_mark(status, now);
}

bool source_is_well(const FleetSourceStatus *status, int64_t now)
{
    return status != NULL && status->condition == FLEET_LIVE &&
           g_str_equal(fleet_source_status_mark(status, now), "✔");
}

Role source_role(const FleetSourceStatus *status)
{
    static const Role roles[] = {
        [FLEET_CONNECTING] = ROLE_DIM,   [FLEET_LIVE] = ROLE_TRUSTED,
        [FLEET_STALE] = ROLE_WARNING,    [FLEET_UNREACHABLE] = ROLE_REJECTED,
        [FLEET_REFUSED] = ROLE_REJECTED,
    };

    if (status == NULL)
        return ROLE_DIM;
    return status->slow != 0 ? ROLE_WARNING : roles[status->condition];
}
