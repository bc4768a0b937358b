/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an application says of itself on its health path. */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/fleet_private.h"
#include "wire/wire.h"

enum { HEALTH_DEADLINE = 5000, HEALTH_BODY = 64 * 1024 };

static char *url_of(FleetSource *source, const FleetApp *app)
{
    const char *path = app->healthcheck ? app->healthcheck : "/";
    g_autofree char *host = source->ops->host(source, app->address);
    g_autofree char *safe = g_uri_escape_string(path, "/?=&%:@+,;~!$'()*", FALSE);
    return g_strdup_printf("https://%s:%u%s%s", host, app->port, *safe == '/' ? "" : "/", safe);
}

static FleetHealth health_of(const WireAnswer *answer)
{
    switch (wire_answer_status(answer)) {
    case 503:
        return FLEET_HEALTH_INITIALIZING;
    case 500:
        return FLEET_HEALTH_ON_ERROR;
    default:
        /* The configuration server, which waits for secrets, says so in a header. */
        return wire_answer_header(answer, "Mse-Status") ? FLEET_HEALTH_WAITING
                                                        : FLEET_HEALTH_RUNNING;
    }
}

/* An application that starts refuses, resets, and fails handshakes. */
static FleetHealth health_without_answer(const GError *error)
{
    bool late = g_error_matches(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT);
    return late ? FLEET_HEALTH_SILENT : FLEET_HEALTH_INITIALIZING;
}

FleetApp *fleet_app_ask_health(FleetSource *source, FleetApp *app, int64_t now, Cancel *cancel)
{
    if (app->state != FLEET_STATE_RUNNING || app->port == 0)
        return fleet_app_ref(app);
    FleetApp *asked = fleet_app_copy(app);
    g_clear_pointer(&asked->certificate, g_bytes_unref);
    g_autofree char *url = url_of(source, app);
    WireTls tls = {.any_peer = true};
    WireRequest request = {
        .url = url,
        .tls = &tls,
        .body_maximum = HEALTH_BODY,
        .connect_deadline = HEALTH_DEADLINE,
        .total_deadline = HEALTH_DEADLINE,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = wire_call(&request, cancel, &error);
    asked->health_at = now;
    asked->health = answer ? health_of(answer) : health_without_answer(error);
    GBytes *peer = answer ? wire_answer_peer(answer) : NULL;
    asked->certificate = peer ? g_bytes_ref(peer) : NULL;
    return asked;
}
