/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/delivery.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/judge.h"
#include "wire/wire.h"

#include <poll.h>

/* Milliseconds. */
enum {
    FIRST_PAUSE = 200,
    LONGEST_PAUSE = 3000,
    SEND_DEADLINE = 60000,
};

/* ---- waiting ---- */

/* What a health means to who waits: true ends the waiting, well, or with `error`. */
typedef bool (*IsOver)(const Delivery *delivery, FleetHealth health, GError **error);

static unsigned milliseconds_left(const Delivery *delivery)
{
    int64_t left = delivery->until - clock_monotonic();
    return left <= 0 ? 0 : (unsigned)MIN(left / 1000 + 1, G_MAXINT);
}

static bool fail_ended(const FleetApp *app, GError **error)
{
    g_autofree char *name = sanitize_string(app->name);
    g_autofree char *state = fleet_app_state_text(app);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED,
                _("%s ended before it was ready: %s; \"mse-console home logs %s\" may tell why"),
                name, state, name);
    return false;
}

static bool fail_removed(const FleetApp *app, GError **error)
{
    g_autofree char *name = sanitize_string(app->name);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED, _("%s was removed before it was ready"), name);
    return false;
}

/* Whether the container still runs. An engine that cannot say is no reason to give up: the
 * application itself is what is waited for. */
static bool still_runs(const Delivery *delivery, Cancel *cancel, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(FleetApp) now =
        fleet_app_inspect(delivery->source, 0, delivery->app->id, cancel, &failure);
    bool gone = now == NULL ? g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND)
                            : now->state == FLEET_STATE_REMOVING;
    if (gone)
        return fail_removed(delivery->app, error);
    return now == NULL || now->state == FLEET_STATE_RUNNING || fail_ended(now, error);
}

static bool pause_for(const Delivery *delivery, unsigned milliseconds, Cancel *cancel,
                      GError **error)
{
    struct pollfd wait = {.fd = cancel_descriptor(cancel), .events = POLLIN};
    unsigned most = MIN(milliseconds, milliseconds_left(delivery));
    poll(&wait, 1, cancel_poll_timeout(cancel, (int)most));
    return !cancel_is_set(cancel, error);
}

static bool fail_late(const Delivery *delivery, FleetHealth health, GError **error)
{
    g_autofree char *name = sanitize_string(delivery->app->name);
    const char *word = fleet_health_name(health);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_LATE,
                _("%s is not ready within the time allowed (it is \"%s\"); it goes on by itself: "
                  "\"mse-console home status %s\" tells how it is, --timeout waits longer"),
                name, word ? word : "", name);
    return false;
}

static void tell(const Delivery *delivery, FleetHealth health, int64_t began)
{
    if (delivery->progress != NULL)
        delivery->progress(health, (unsigned)((clock_monotonic() - began) / G_USEC_PER_SEC),
                           delivery->data);
}

/* The health that ended it; FLEET_HEALTH_UNKNOWN with `error`. */
static FleetHealth await_health(const Delivery *delivery, IsOver is_over, Cancel *cancel,
                                GError **error)
{
    int64_t began = clock_monotonic();
    for (unsigned pause = FIRST_PAUSE;; pause = MIN(2 * pause, LONGEST_PAUSE)) {
        g_autoptr(GError) failure = NULL;
        FleetHealth health = fleet_app_ask_pinned(delivery->source, delivery->app,
                                                  delivery->certificate, cancel, &failure);
        bool over = failure != NULL || is_over(delivery, health, &failure);
        if (!over) {
            tell(delivery, health, began);
            over = !still_runs(delivery, cancel, &failure) ||
                   (milliseconds_left(delivery) == 0 && !fail_late(delivery, health, &failure)) ||
                   !pause_for(delivery, pause, cancel, &failure);
        }
        if (!over)
            continue;
        if (failure == NULL)
            return health;
        g_propagate_error(error, g_steal_pointer(&failure));
        return FLEET_HEALTH_UNKNOWN;
    }
}

static bool is_server_there(const Delivery *delivery, FleetHealth health, GError **error)
{
    g_autofree char *name = sanitize_string(delivery->app->name);
    if (health == FLEET_HEALTH_RUNNING || health == FLEET_HEALTH_ON_ERROR)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_STATE,
                    _("%s does not wait for secrets: it was given them before, and runs; nothing "
                      "was sent"),
                    name);
    return health != FLEET_HEALTH_INITIALIZING && health != FLEET_HEALTH_SILENT;
}

static bool check_state(const Delivery *delivery, GError **error)
{
    const FleetApp *app = delivery->app;
    g_autofree char *name = sanitize_string(app->name);
    g_autofree char *state = fleet_app_state_text(app);
    if (app->state != FLEET_STATE_RUNNING)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_STATE,
                    _("%s does not run: it is %s; \"mse-console home restart %s\" starts it"), name,
                    state, name);
    else if (app->port == 0)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_STATE,
                    _("%s has no port on its engine's machine to reach it at; spawn it anew"),
                    name);
    return app->state == FLEET_STATE_RUNNING && app->port != 0;
}

bool delivery_await_server(const Delivery *delivery, Cancel *cancel, GError **error)
{
    return check_state(delivery, error) &&
           await_health(delivery, is_server_there, cancel, error) == FLEET_HEALTH_WAITING;
}

static bool is_ready(const Delivery *delivery, FleetHealth health, GError **error)
{
    (void)delivery;
    (void)error;
    return health == FLEET_HEALTH_RUNNING || health == FLEET_HEALTH_ON_ERROR;
}

static bool is_ready_or_waits_again(const Delivery *delivery, FleetHealth health, GError **error)
{
    g_autofree char *name = sanitize_string(delivery->app->name);
    if (health == FLEET_HEALTH_WAITING)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_REFUSED,
                    _("%s waits for its secrets as before: they did not arrive; send them again"),
                    name);
    return health == FLEET_HEALTH_WAITING || is_ready(delivery, health, error);
}

FleetHealth delivery_await_ready(const Delivery *delivery, DeliveryOutcome outcome, Cancel *cancel,
                                 GError **error)
{
    return await_health(delivery, outcome == DELIVERY_UNKNOWN ? is_ready_or_waits_again : is_ready,
                        cancel, error);
}

/* ---- sending ---- */

static DeliveryOutcome judge_answer(const Delivery *delivery, unsigned status, GError **error)
{
    g_autofree char *name = sanitize_string(delivery->app->name);
    if (status == 200)
        return DELIVERY_ACCEPTED;
    if (status == 401)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_REFUSED,
                    _("%s refuses what it was sent (401): the sealed secrets were sealed for "
                      "another enclave or are no JSON object, or the key is not the one that its "
                      "code was encrypted with. It still waits: send it all again, since some of "
                      "it may have been kept"),
                    name);
    else
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_REFUSED,
                    _("%s answers %u to its secrets, which no configuration server does; "
                      "\"mse-console home logs %s\" may tell why"),
                    name, status, name);
    return DELIVERY_REFUSED;
}

/* Which failures came before the request: the name, the connection, the handshake. */
static DeliveryOutcome judge_failure(const GError *failure)
{
    if (failure->domain != WIRE_ERROR)
        return DELIVERY_UNKNOWN;
    switch (failure->code) {
    case WIRE_ERROR_URL:
    case WIRE_ERROR_NAME:
    case WIRE_ERROR_TLS:
    case WIRE_ERROR_SETUP:
    case WIRE_ERROR_STRANGER:
        return DELIVERY_NOT_SENT;
    case WIRE_ERROR_REDIRECT:
        return DELIVERY_REFUSED;
    default:
        return DELIVERY_UNKNOWN;
    }
}

DeliveryOutcome delivery_send(const Delivery *delivery, Secret *body, Cancel *cancel,
                              GError **error)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    g_autofree char *url = fleet_app_url(delivery->source, delivery->app, "/");
    const WireTls tls = {.pinned = delivery->certificate};
    const WireRequest request = {
        .url = url,
        .method = "POST",
        .headers = headers,
        .secret = body,
        .tls = &tls,
        .head_deadline = SEND_DEADLINE,
        .total_deadline = SEND_DEADLINE,
    };
    g_autoptr(GError) failure = NULL;
    g_autoptr(WireAnswer) answer = wire_call(&request, cancel, &failure);
    if (answer != NULL)
        return judge_answer(delivery, wire_answer_status(answer), error);
    DeliveryOutcome outcome = judge_failure(failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return outcome;
}
