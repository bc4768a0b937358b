/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The filters of lists and events: {"label":["a","b=c"]} or {"label":{"a":true}}. Values of one key
 * are alternatives, but labels: all must be there.
 */
#ifndef MSE_SIM_ENGINE_FILTER_H
#define MSE_SIM_ENGINE_FILTER_H

#include "sim/engine_fleet.h"

typedef struct Filter Filter;

/* `text` NULL or "": everything passes. NULL with `problem` set to what an engine says (free with
 * g_free) and its status. */
Filter *filter_new(const char *text, bool events, unsigned *status, char **problem);
void filter_free(Filter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)

bool filter_has(const Filter *filter, const char *key);
bool filter_container(const Filter *filter, const Container *container);
bool filter_event(const Filter *filter, const FleetEvent *event);

#endif
