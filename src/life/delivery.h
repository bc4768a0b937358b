/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Delivery: secrets to the one enclave that was verified. Waits until its configuration server
 * answers, sends once, waits until the application is ready. Every connection is pinned to the
 * certificate within the handshake: somebody else is sent nothing, and ends it at once.
 */
#ifndef MSE_LIFE_DELIVERY_H
#define MSE_LIFE_DELIVERY_H

#include "core/secret.h"
#include "fleet/fleet.h"

/* Borrowed for the calls. */
typedef struct Delivery {
    FleetSource *source;
    FleetApp *app;       /* detailed, and published */
    GBytes *certificate; /* DER */
    int64_t until;       /* monotonic microseconds: no waiting beyond */
    /* Called every now and then while it waits: `seconds` so far; or NULL. */
    void (*progress)(FleetHealth health, unsigned seconds, void *data);
    void *data;
} Delivery;

/* Until its configuration server waits for secrets. LIFE_ERROR_STATE when it runs already, _ENDED,
 * _LATE; WIRE_ERROR_STRANGER. */
bool delivery_await_server(const Delivery *delivery, Cancel *cancel, GError **error);

typedef enum {
    DELIVERY_NOT_SENT, /* no byte of it left */
    DELIVERY_ACCEPTED,
    DELIVERY_REFUSED, /* it arrived, and the enclave will not have it */
    DELIVERY_UNKNOWN, /* it left, but no answer came back: waiting tells */
} DeliveryOutcome;

/* Sends it, once. All but DELIVERY_ACCEPTED come with `error`. */
DeliveryOutcome delivery_send(const Delivery *delivery, Secret *body, Cancel *cancel,
                              GError **error);

/* Until the application answers: FLEET_HEALTH_RUNNING or FLEET_HEALTH_ON_ERROR. Anything else comes
 * with `error`: LIFE_ERROR_ENDED, _LATE; _REFUSED when after DELIVERY_UNKNOWN it waits as before.
 */
FleetHealth delivery_await_ready(const Delivery *delivery, DeliveryOutcome outcome, Cancel *cancel,
                                 GError **error);

#endif
