/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FleetLookup: what to ask next about the applications that somebody looks at. No threads, no
 * clock: times are monotonic microseconds, given.
 */
#ifndef MSE_FLEET_LOOKUP_H
#define MSE_FLEET_LOOKUP_H

#include "fleet/table.h"

#define FLEET_LOOKUP_THREADS 2

typedef struct FleetLookup FleetLookup;

typedef enum { FLEET_LOOKUP_DETAILS, FLEET_LOOKUP_HEALTH } FleetLookupKind;

typedef struct FleetLookupTask {
    FleetLookupKind kind;
    FleetApp *app; /* a reference */
    uint64_t generation;
} FleetLookupTask;

FleetLookup *fleet_lookup_new(void);
void fleet_lookup_free(FleetLookup *lookup);

/* Replaces the set. What is in it already keeps its times. */
void fleet_lookup_set(FleetLookup *lookup, const FleetInterest *interest, size_t n);

bool fleet_lookup_has(const FleetLookup *lookup, unsigned source, const char *id);

/* 0 and a task to do; else when there will be one: INT64_MAX, not before something changes. */
int64_t fleet_lookup_next(FleetLookup *lookup, FleetTable *table, int64_t now,
                          FleetLookupTask *task);

/* The task was done. `answer`: what came of it, NULL: nothing. */
void fleet_lookup_done(FleetLookup *lookup, const FleetLookupTask *task, const FleetApp *answer,
                       int64_t now);

#endif
