/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this room share: sources, what they feed, and the fleet that they feed.
 */
#ifndef MSE_FLEET_FLEET_PRIVATE_H
#define MSE_FLEET_FLEET_PRIVATE_H

#include "fleet/fleet.h"
#include "fleet/table.h"

FleetSourceStatus *fleet_source_status_copy(const FleetSourceStatus *status);
FleetCondition fleet_condition_of(const GError *error);
FleetReason fleet_reason_of(const GError *error);

/* Whether its containers of demos are applications: it is a demo's own. */
bool fleet_source_shows_demos(const FleetSource *source);

/* Where a source tells what it learns. All may be called from its thread, which holds no lock. */
typedef struct FleetFeed FleetFeed;
void fleet_feed_list_begin(FleetFeed *feed, int64_t asked);
void fleet_feed_list_app(FleetFeed *feed, FleetApp *app);   /* steals */
void fleet_feed_list_end(FleetFeed *feed);                  /* the source is live from now on */
void fleet_feed_event(FleetFeed *feed, DockerEvent *event); /* steals */
void fleet_feed_good(FleetFeed *feed);                      /* it told something */
void fleet_feed_answered(FleetFeed *feed, int64_t took);    /* it answered, in microseconds */
void fleet_feed_stale(FleetFeed *feed, const char *why);    /* it does not */
unsigned fleet_feed_source(const FleetFeed *feed);
/* The engine's time of the latest event, 0: none; `now` is what its clock says now. */
int64_t fleet_feed_last_event(FleetFeed *feed, int64_t now);

/* A cancel for one call that is to take so long at most, and ends with the fleet too; to be given
 * back. One at a time. */
Cancel *fleet_feed_call_begin(FleetFeed *feed, unsigned milliseconds);
void fleet_feed_call_end(FleetFeed *feed, Cancel *cancel);

/* What a kind of source can do. All block the calling thread, and watch `cancel`. */
typedef struct FleetSourceOps {
    const char *kind;
    /* Follows the source, telling `feed`, until the connection is lost: always ends with `error`.
     */
    void (*watch)(FleetSource *source, FleetFeed *feed, Cancel *cancel, GError **error);
    /* Adds all that there is (FleetApp*). */
    bool (*list)(FleetSource *source, unsigned number, GPtrArray *apps, Cancel *cancel,
                 GError **error);
    FleetApp *(*inspect)(FleetSource *source, unsigned number, const char *id, Cancel *cancel,
                         GError **error);
    /* The host on which an application's port is, when it is published on `address`. g_free. */
    char *(*host)(FleetSource *source, const char *address);
    void (*free)(FleetSource *source);
} FleetSourceOps;

/* A kind of source begins with this. */
struct FleetSource {
    const FleetSourceOps *ops;
    gint references;
    char *name, *address;
    DockerEngine *engine; /* or NULL */
};

#endif
