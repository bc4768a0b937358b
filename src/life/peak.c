/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/peak.h"

#include "docker/stream.h"

#include <poll.h>

enum { PAUSE = 500 }; /* milliseconds */

struct Peak {
    DockerEngine *engine;
    char *id;
    Cancel *stop;
    GThread *thread;
    uint64_t most; /* of the thread */
};

static gpointer look(gpointer data)
{
    Peak *peak = data;
    while (!cancel_is_set(peak->stop, NULL)) {
        DockerStats stats = {0};
        if (docker_engine_stats_once(peak->engine, peak->id, &stats, peak->stop, NULL))
            peak->most = MAX(peak->most, stats.memory == UINT64_MAX ? 0 : stats.memory);
        struct pollfd wait = {.fd = cancel_descriptor(peak->stop), .events = POLLIN};
        poll(&wait, 1, cancel_poll_timeout(peak->stop, PAUSE));
    }
    return NULL;
}

Peak *peak_start(DockerEngine *engine, const char *id)
{
    Peak *peak = g_new0(Peak, 1);
    peak->engine = docker_engine_ref(engine);
    peak->id = g_strdup(id);
    peak->stop = cancel_new();
    peak->thread = g_thread_new("peak", look, peak);
    return peak;
}

uint64_t peak_stop(Peak *peak)
{
    cancel_set(peak->stop);
    g_thread_join(peak->thread);
    uint64_t most = peak->most;
    cancel_unref(peak->stop);
    docker_engine_unref(peak->engine);
    g_free(peak->id);
    g_free(peak);
    return most;
}
