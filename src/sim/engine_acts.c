/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calls that change something.
 */
#include "config.h"

#include "sim/engine_private.h"

#include <string.h>

enum { STOP_GRACE = 10 /* seconds */ };

/* A container that was told to end, and will. It ends also when whoever asked does not wait. */
typedef struct Ending {
    Engine *engine;
    Container *container;
    bool restarts;
} Ending;

static void changed(Call *call)
{
    http_server_kick(call->engine->server);
}

static bool stoppable(const Container *container)
{
    return container_runs(container) || container->state == CONTAINER_RESTARTING;
}

/* An application hears no signal behind its enclave: only KILL ends it. Others end when told. */
static void die_of_stop(Fleet *fleet, Container *container, int64_t now)
{
    if (container->application)
        fleet_tell_signal(fleet, container, 9, now);
    fleet_die(fleet, container, container->application ? 137 : 0, now);
    fleet_tell(fleet, container, "stop", now);
}

static void end(void *data)
{
    Ending *ending = data;
    Fleet *fleet = ending->engine->fleet;
    const int64_t now = http_server_now(ending->engine->server);
    if (stoppable(ending->container))
        die_of_stop(fleet, ending->container, now);
    if (ending->restarts && !ending->container->removed) {
        fleet_start(fleet, ending->container, now);
        fleet_tell(fleet, ending->container, "restart", now);
    }
    http_server_kick(ending->engine->server);
    container_unref(ending->container);
    g_free(ending);
}

static void begin_ending(Call *call, bool restarts)
{
    uint64_t grace;
    if (!call_number(call, "t", STOP_GRACE, &grace))
        return;
    Ending *ending = g_new0(Ending, 1);
    *ending = (Ending){call->engine, container_ref(call->container), restarts};
    fleet_tell_signal(call->engine->fleet, call->container, 15, call->now);
    changed(call);
    http_keep(call->exchange, ending, end);
    const int64_t wait =
        call->container->application ? (int64_t)grace * NS_PER_SECOND : NS_PER_SECOND / 10;
    http_later(call->exchange, call->now + MIN(wait, (int64_t)grace * NS_PER_SECOND));
}

/* True when the grace is over: it has ended, and that is the answer. */
static bool finish_ending(Call *call)
{
    if (http_kept(call->exchange) == NULL)
        return false;
    http_keep(call->exchange, NULL, NULL);
    answer_nothing(call, 204);
    return true;
}

void call_stop(Call *call)
{
    if (finish_ending(call))
        return;
    if (stoppable(call->container))
        begin_ending(call, false);
    else
        answer_nothing(call, 304);
}

void call_restart(Call *call)
{
    if (finish_ending(call))
        return;
    if (stoppable(call->container)) {
        begin_ending(call, true);
        return;
    }
    fleet_start(call->engine->fleet, call->container, call->now);
    fleet_tell(call->engine->fleet, call->container, "restart", call->now);
    changed(call);
    answer_nothing(call, 204);
}

void call_start(Call *call)
{
    switch (call->container->state) {
    case CONTAINER_RUNNING:
    case CONTAINER_RESTARTING:
        answer_nothing(call, 304);
        return;
    case CONTAINER_PAUSED:
        answer_problem(call, 409, "cannot start a paused container, try unpause instead");
        return;
    case CONTAINER_DEAD:
        answer_problem(call, 409, "container is marked for removal and cannot be started");
        return;
    case CONTAINER_CREATED:
    case CONTAINER_EXITED:
    case N_CONTAINER_STATES:
        break;
    }
    fleet_start(call->engine->fleet, call->container, call->now);
    changed(call);
    answer_nothing(call, 204);
}

/* The number of "KILL", "SIGKILL" or "9"; 0 when there is none such. */
static unsigned signal_number(const char *text)
{
    static const struct {
        const char *name;
        unsigned number;
    } rows[] = {{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"KILL", 9},
                {"USR1", 10}, {"USR2", 12}, {"TERM", 15}, {"CONT", 18}};
    guint64 number;
    if (g_ascii_string_to_unsigned(text, 10, 1, 64, &number, NULL))
        return (unsigned)number;
    const char *name = g_ascii_strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_ascii_strcasecmp(name, rows[i].name) == 0)
            return rows[i].number;
    return 0;
}

void call_kill(Call *call)
{
    g_autofree char *text = http_parameter(call->exchange, "signal");
    const bool named = text != NULL && text[0] != '\0';
    const unsigned number = named ? signal_number(text) : 9;
    Fleet *fleet = call->engine->fleet;
    if (number == 0) {
        answer_problem(call, 400, "Invalid signal: %s", text);
        return;
    }
    if (!stoppable(call->container)) {
        answer_problem(call, 409, "Cannot kill container: %s: Container %s is not running",
                       call->word, call->container->id);
        return;
    }
    fleet_tell_signal(fleet, call->container, number, call->now);
    if (number == 9)
        fleet_die(fleet, call->container, 137, call->now);
    else if (!call->container->application && (number == 15 || number == 2))
        fleet_die(fleet, call->container, 0, call->now);
    changed(call);
    answer_nothing(call, 204);
}

void call_pause(Call *call)
{
    if (call->container->state != CONTAINER_RUNNING) {
        const bool paused = call->container->state == CONTAINER_PAUSED;
        answer_problem(call, 409, "Container %s is %s", call->container->id,
                       paused ? "already paused" : "not running");
        return;
    }
    fleet_set_paused(call->engine->fleet, call->container, true, call->now);
    changed(call);
    answer_nothing(call, 204);
}

void call_unpause(Call *call)
{
    if (call->container->state != CONTAINER_PAUSED) {
        answer_problem(call, 500, "Container %s is not paused", call->container->id);
        return;
    }
    fleet_set_paused(call->engine->fleet, call->container, false, call->now);
    changed(call);
    answer_nothing(call, 204);
}

void call_remove(Call *call)
{
    Container *container = call->container;
    Fleet *fleet = call->engine->fleet;
    if (stoppable(container) && !call_flag(call, "force")) {
        answer_problem(call, 409,
                       "You cannot remove a %s container %s. Stop the container before attempting "
                       "removal or force remove",
                       container_state_name(container->state), container->id);
        return;
    }
    if (stoppable(container)) {
        fleet_tell_signal(fleet, container, 9, call->now);
        fleet_die(fleet, container, 137, call->now);
    }
    fleet_remove(fleet, container, call->now);
    changed(call);
    answer_nothing(call, 204);
}
