/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FleetTable: what is known of all applications, and what of it was not delivered yet. Merges
 * lists, events and late answers into one truth. No threads, no clock, no network: times are the
 * engine's, given with what it told (Unix nanoseconds).
 *
 * Rules: an event that is older than the latest list changes nothing (the list knew); one that is
 * older than the latest event of its application neither. A list that was asked before an event
 * leaves that application's state alone. An answer that was asked for before the latest change
 * brings its details alone.
 */
#ifndef MSE_FLEET_TABLE_H
#define MSE_FLEET_TABLE_H

#include "fleet/fleet.h"

#define FLEET_EVENTS_KEPT 4096

/* How much earlier than what was seen a time of the engine's may be without its clock having been
 * set back, in nanoseconds: its Date has whole seconds, and events pass each other on their way. */
#define FLEET_CLOCK_SLACK INT64_C(3000000000)

typedef struct FleetTable FleetTable;

FleetTable *fleet_table_new(size_t n_sources, bool all_containers);
void fleet_table_free(FleetTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FleetTable, fleet_table_free)

/* One source more: its number. */
unsigned fleet_table_add_source(FleetTable *table);
/* Containers of demos (FleetApp.demo) are applications of this one: they are no others'. Before it
 * is fed. */
void fleet_table_show_demos(FleetTable *table, unsigned source);
/* All that it has is gone, and whatever is told of it from now on is passed over. */
void fleet_table_close_source(FleetTable *table, unsigned source);

/* What the engine's clock says now, when somebody asked: one that was set back makes what was seen
 * of later times worthless. */
void fleet_table_clock(FleetTable *table, unsigned source, int64_t now);

/* A list of the source that was asked for at `asked` begins; its applications; its end, after which
 * those that it did not have are gone. A list that breaks off has no end. */
void fleet_table_list_begin(FleetTable *table, unsigned source, int64_t asked);
void fleet_table_list_app(FleetTable *table, FleetApp *app); /* steals */
void fleet_table_list_end(FleetTable *table, unsigned source);

/* Something happened. Steals. */
void fleet_table_event(FleetTable *table, unsigned source, DockerEvent *event);

/* What is known of an application now, a reference; NULL: nothing. `generation` (may be NULL) is to
 * be given back with the answer to whatever is asked about it. */
FleetApp *fleet_table_find(FleetTable *table, unsigned source, const char *id,
                           uint64_t *generation);

/* The answers: the container itself, and the health that `app` carries. Steal. False when it was
 * of no use any more. */
bool fleet_table_details(FleetTable *table, FleetApp *app, uint64_t generation);
bool fleet_table_health(FleetTable *table, FleetApp *app, uint64_t generation);

/* How a source is. Steals. */
void fleet_table_status(FleetTable *table, FleetSourceStatus *status);
/* The latest, borrowed: never NULL. */
const FleetSourceStatus *fleet_table_status_of(const FleetTable *table, unsigned source);
/* Changes of it that are nothing to deliver. */
void fleet_table_set_good(FleetTable *table, unsigned source, int64_t good_at);
void fleet_table_set_listed(FleetTable *table, unsigned source);
/* The engine's time of the latest event; 0: none. */
int64_t fleet_table_last_event(const FleetTable *table, unsigned source);

bool fleet_table_has_deltas(const FleetTable *table);
/* As fleet_take_deltas. */
GPtrArray *fleet_table_take(FleetTable *table, size_t most);

#endif
