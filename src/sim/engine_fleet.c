/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_fleet.h"

#include "sim/engine_json.h"
#include "sim/engine_log.h"
#include "sim/engine_text.h"

#include <stdio.h>
#include <string.h>

Container *container_ref(Container *container)
{
    container->references++;
    return container;
}

void container_unref(Container *container)
{
    if (container == NULL || --container->references > 0)
        return;
    g_free(container->name);
    g_free(container->image);
    g_array_unref(container->log);
    kept_log_free(container->kept);
    g_free(container->arguments);
    g_free(container->head);
    g_free(container->tail);
    g_free(container->labels);
    g_free(container->attributes);
    g_free(container);
}

bool container_runs(const Container *container)
{
    return container->state == CONTAINER_RUNNING || container->state == CONTAINER_PAUSED;
}

static Container *make(const Fleet *fleet, unsigned number)
{
    g_autoptr(ContainerSpec) spec = container_spec_new(&fleet->spec, number);
    Container *container = g_new0(Container, 1);
    container->references = 1;
    container->number = number;
    container->name = g_strdup(spec->name);
    container->image = g_strdup(spec->image);
    memcpy(container->id, spec->id, sizeof container->id);
    container->application = spec->application;
    container->tty = spec->tty;
    container->checked = spec->checked;
    container->healthy = true;
    container->waiting = spec->waiting;
    container->everywhere = spec->everywhere;
    container->hostility = spec->hostility;
    container->state = spec->state;
    container->exit_code = spec->exit_code;
    container->restarts = spec->restarts;
    container->pid = spec->pid;
    container->port = spec->port;
    container->port_inside = spec->port_inside;
    container->created = spec->created;
    container->started = spec->started;
    container->finished = spec->finished;
    container->arguments = spec->application ? container_spec_arguments(spec) : NULL;
    json_prepare(container, spec);
    log_prepare(container, fleet);
    return container;
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
    const Container *first = *(Container *const *)a, *second = *(Container *const *)b;
    return first->created == second->created ? 0 : first->created < second->created ? 1 : -1;
}

Fleet *fleet_new(const FleetSpec *spec, uint64_t log_rate, uint64_t log_history)
{
    Fleet *fleet = g_new0(Fleet, 1);
    fleet->spec = *spec;
    fleet->random = spec->seed;
    fleet->log_step = log_rate ? MAX(INT64_C(1000000000) / (int64_t)log_rate, 1) : 0;
    fleet->log_history = log_history;
    fleet->containers = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);
    fleet->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->events = g_new0(FleetEvent, FLEET_EVENTS);
    for (unsigned i = 0; i < fleet_spec_count(spec); i++) {
        Container *container = make(fleet, i);
        g_ptr_array_add(fleet->containers, container);
        g_hash_table_insert(fleet->by_name, container->name, container);
        g_hash_table_insert(fleet->by_id, container->id, container);
    }
    g_ptr_array_sort(fleet->containers, newest_first);
    return fleet;
}

void fleet_free(Fleet *fleet)
{
    if (fleet == NULL)
        return;
    for (unsigned i = 0; i < FLEET_EVENTS; i++)
        container_unref(fleet->events[i].container);
    g_free(fleet->events);
    g_hash_table_unref(fleet->by_name);
    g_hash_table_unref(fleet->by_id);
    g_ptr_array_unref(fleet->containers);
    g_free(fleet);
}

FleetFound fleet_find(const Fleet *fleet, const char *word, Container **out)
{
    if (word[0] == '/')
        word++;
    *out = g_hash_table_lookup(fleet->by_id, word);
    if (*out == NULL)
        *out = g_hash_table_lookup(fleet->by_name, word);
    if (*out != NULL)
        return FLEET_FOUND;
    const size_t size = strlen(word);
    if (size == 0 || strspn(word, "0123456789abcdef") < size)
        return FLEET_NOT_FOUND;
    for (unsigned i = 0; i < fleet->containers->len; i++) {
        Container *container = fleet->containers->pdata[i];
        if (memcmp(container->id, word, MIN(size, sizeof container->id)) != 0)
            continue;
        if (*out != NULL)
            return FLEET_AMBIGUOUS;
        *out = container;
    }
    return *out != NULL ? FLEET_FOUND : FLEET_NOT_FOUND;
}

static FleetEvent *tell(Fleet *fleet, Container *container, const char *action, int64_t now)
{
    FleetEvent *event = &fleet->events[fleet->n_events++ % FLEET_EVENTS];
    container_ref(container);
    container_unref(event->container);
    *event = (FleetEvent){.container = container, .action = action, .time = now};
    return event;
}

void fleet_tell(Fleet *fleet, Container *container, const char *action, int64_t now)
{
    tell(fleet, container, action, now);
}

void fleet_tell_signal(Fleet *fleet, Container *container, unsigned number, int64_t now)
{
    FleetEvent *event = tell(fleet, container, "kill", now);
    snprintf(event->extra, sizeof event->extra, "\"signal\":\"%u\",", number);
}

void fleet_start(Fleet *fleet, Container *container, int64_t now)
{
    container->state = CONTAINER_RUNNING;
    container->started = now;
    container->exit_code = 0;
    container->pid = 1000 + (unsigned)(next_random(&fleet->random) % 4000000);
    log_start(container, now, fleet->log_step, true);
    if (fleet->host != NULL)
        fleet->host->start(fleet->host->data, container);
    tell(fleet, container, "start", now);
}

void fleet_die(Fleet *fleet, Container *container, int exit_code, int64_t now)
{
    log_stop(container, now);
    container->state = CONTAINER_EXITED;
    container->finished = now;
    container->exit_code = exit_code;
    container->pid = 0;
    if (fleet->host != NULL)
        fleet->host->end(fleet->host->data, container);
    FleetEvent *event = tell(fleet, container, "die", now);
    snprintf(event->extra, sizeof event->extra, "\"exitCode\":\"%d\",", exit_code);
}

void fleet_set_paused(Fleet *fleet, Container *container, bool paused, int64_t now)
{
    if (paused)
        log_stop(container, now);
    else
        log_start(container, now, fleet->log_step, false);
    container->state = paused ? CONTAINER_PAUSED : CONTAINER_RUNNING;
    if (fleet->host != NULL)
        fleet->host->pause(fleet->host->data, container, paused);
    tell(fleet, container, paused ? "pause" : "unpause", now);
}

void fleet_remove(Fleet *fleet, Container *container, int64_t now)
{
    tell(fleet, container, "destroy", now);
    container->removed = true;
    g_hash_table_remove(fleet->by_name, container->name);
    g_hash_table_remove(fleet->by_id, container->id);
    g_ptr_array_remove(fleet->containers, container);
}

static void live_running(Fleet *fleet, Container *container, int64_t now)
{
    static const int codes[] = {0, 1, 137};
    const uint64_t chance = next_random(&fleet->random);
    if (container->checked) {
        container->healthy = !container->healthy;
        tell(fleet, container,
             container->healthy ? "health_status: healthy" : "health_status: unhealthy", now);
        return;
    }
    fleet_die(fleet, container, codes[chance % G_N_ELEMENTS(codes)], now);
    if (chance >> 32 & 3) { /* most come back */
        container->restarts++;
        fleet_start(fleet, container, now);
    }
}

void fleet_live(Fleet *fleet, int64_t now)
{
    for (unsigned tries = 0; tries < 16 && fleet->containers->len > 0; tries++) {
        const uint64_t which = next_random(&fleet->random) % fleet->containers->len;
        Container *container = fleet->containers->pdata[which];
        switch (container->state) {
        case CONTAINER_RUNNING:
            live_running(fleet, container, now);
            return;
        case CONTAINER_PAUSED:
            fleet_set_paused(fleet, container, false, now);
            return;
        case CONTAINER_CREATED:
        case CONTAINER_RESTARTING:
        case CONTAINER_EXITED:
            fleet_start(fleet, container, now);
            return;
        case CONTAINER_DEAD:
        case N_CONTAINER_STATES:
            break; /* nothing happens to the dead */
        }
    }
}
