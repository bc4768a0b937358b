/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an application says of itself on its health path. */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/fleet_private.h"
#include "wire/wire.h"

enum { HEALTH_DEADLINE = 5000, HEALTH_BODY = 64 * 1024 };

char *fleet_app_url(FleetSource *source, const FleetApp *app, const char *path)
{
    if (app->port == 0)
        return NULL;
    g_autofree char *host = source->ops->host(source, app->address);
    return g_strdup_printf("https://%s:%u%s", host, app->port, path);
}

static char *health_url(FleetSource *source, const FleetApp *app)
{
    const char *path = app->healthcheck ? app->healthcheck : "/";
    g_autofree char *safe = g_uri_escape_string(path, "/?=&%:@+,;~!$'()*", FALSE);
    g_autofree char *whole = *safe == '/' ? g_strdup(safe) : g_strconcat("/", safe, NULL);
    return fleet_app_url(source, app, whole);
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

/* An application that starts refuses, resets, and fails handshakes. One that sends us elsewhere has
 * started. */
static FleetHealth health_without_answer(const GError *error)
{
    if (g_error_matches(error, WIRE_ERROR, WIRE_ERROR_REDIRECT))
        return FLEET_HEALTH_RUNNING;
    bool late = g_error_matches(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT);
    return late ? FLEET_HEALTH_SILENT : FLEET_HEALTH_INITIALIZING;
}

static WireAnswer *ask(FleetSource *source, const FleetApp *app, const WireTls *tls, Cancel *cancel,
                       GError **error)
{
    g_autofree char *url = health_url(source, app);
    const WireRequest request = {
        .url = url,
        .tls = tls,
        .body_maximum = HEALTH_BODY,
        .connect_deadline = HEALTH_DEADLINE,
        .total_deadline = HEALTH_DEADLINE,
    };
    return wire_call(&request, cancel, error);
}

FleetApp *fleet_app_ask_health(FleetSource *source, FleetApp *app, int64_t now, Cancel *cancel)
{
    if (app->state != FLEET_STATE_RUNNING || app->port == 0)
        return fleet_app_ref(app);
    FleetApp *asked = fleet_app_copy(app);
    g_clear_pointer(&asked->certificate, g_bytes_unref);
    const WireTls tls = {.any_peer = true};
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = ask(source, app, &tls, cancel, &error);
    asked->health_at = now;
    asked->health = answer ? health_of(answer) : health_without_answer(error);
    GBytes *peer = answer ? wire_answer_peer(answer) : NULL;
    asked->certificate = peer ? g_bytes_ref(peer) : NULL;
    return asked;
}

FleetHealth fleet_app_ask_pinned(FleetSource *source, const FleetApp *app, GBytes *certificate,
                                 Cancel *cancel, GError **error)
{
    const WireTls tls = {.pinned = certificate};
    g_autoptr(GError) failure = NULL;
    g_autoptr(WireAnswer) answer = ask(source, app, &tls, cancel, &failure);
    if (answer)
        return health_of(answer);
    if (failure->domain != CANCEL_ERROR &&
        !g_error_matches(failure, WIRE_ERROR, WIRE_ERROR_STRANGER))
        return health_without_answer(failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FLEET_HEALTH_UNKNOWN;
}
