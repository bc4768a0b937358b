/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers of a simulated engine that come piece by piece: lists, events, logs, figures.
 */
#ifndef MSE_SIM_ENGINE_STREAMS_H
#define MSE_SIM_ENGINE_STREAMS_H

#include "sim/engine_filter.h"
#include "sim/engine_json.h"
#include "sim/http.h"

extern const HttpSource list_source, events_source, live_events_source, logs_source,
    live_logs_source, stats_source;

/* What each source reads from; the source owns it. Everything borrowed outlives the server. */

/* Containers, stopped ones too when `all`, at most `limit` (0: no limit) of the newest. Takes the
 * filter over. */
void *list_new(const Fleet *fleet, Filter *filter, bool all, unsigned limit);

/* Events from `since` on (0: from now on) until `until` (INT64_MAX: for ever). Takes the filter
 * over. */
void *events_new(const Fleet *fleet, Filter *filter, int64_t since, int64_t until);

typedef struct LogsRequest {
    bool output, errors, follow, timestamps;
    uint64_t tail; /* UINT64_MAX: all */
    int64_t since, until;
    bool huge_frame; /* what is wrong: the first frame announces 4 GiB */
} LogsRequest;
void *logs_new(Container *container, const LogsRequest *request, int64_t now);

/* A sample every second. */
void *stats_new(Container *container, const EngineIdentity *identity);

#endif
