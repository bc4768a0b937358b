/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures that move: each is a function of the time since the container started, so that counters
 * never go back and nobody has to count.
 */
#include "config.h"

#include "sim/engine_json.h"
#include "sim/engine_text.h"
#include "sim/http.h"

#include <math.h>

enum { PROCESSORS = 8 };

static const uint64_t MEMORY_LIMIT = UINT64_C(67108864000);
static const double MIB = 1048576;

typedef struct Figures {
    uint64_t cpu;    /* nanoseconds */
    uint64_t system; /* nanoseconds, of all processors */
    uint64_t memory, cache;
    uint64_t received, sent, read, written;
    unsigned processes;
} Figures;

/* How far a swing between 0 and 2 around 1, with this period, has come after `seconds`. */
static double swung(double seconds, double period, double phase)
{
    const double turn = 2 * G_PI / period;
    return seconds + (cos(phase) - cos(turn * seconds + phase)) / turn;
}

static Figures figures_at(const Container *container, const EngineIdentity *identity, int64_t now)
{
    uint64_t random = container->number;
    const double seconds = (double)(now - container->started) / (double)NS_PER_SECOND;
    const double phase = (double)(next_random(&random) % 628) / 100;
    const double load = 0.005 + (double)(next_random(&random) % 1000) / 2500;
    const double traffic = 1000 + (double)(next_random(&random) % 100000);
    const double size = 64 + (double)(next_random(&random) % 2000);
    const bool paused = container->state == CONTAINER_PAUSED;
    const double worked = paused ? 60 : swung(seconds, 40, phase);
    return (Figures){
        .cpu = (uint64_t)(load * worked * (double)NS_PER_SECOND),
        .system = (uint64_t)(now - identity->start + 100000 * NS_PER_SECOND) * PROCESSORS,
        .memory = (uint64_t)((size + size / 8 * sin(seconds / 30 + phase)) * MIB),
        .cache = (uint64_t)(size / 4 * MIB),
        .received = (uint64_t)(traffic * worked),
        .sent = (uint64_t)(traffic / 3 * worked),
        .read = (uint64_t)(size * MIB),
        .written = (uint64_t)(traffic / 10 * worked),
        .processes = 12 + (unsigned)(phase * 5),
    };
}

static void put_cpu(GString *out, const char *key, const EngineIdentity *identity,
                    const Figures *figures)
{
    g_string_append_printf(out, ",\"%s\":{\"cpu_usage\":{\"total_usage\":%" G_GUINT64_FORMAT, key,
                           figures ? figures->cpu : 0);
    if (figures != NULL && identity->cgroup_v1) {
        g_string_append(out, ",\"percpu_usage\":[");
        for (unsigned i = 0; i < PROCESSORS; i++)
            g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, i ? "," : "",
                                   figures->cpu / PROCESSORS);
        g_string_append_c(out, ']');
    }
    g_string_append_printf(out,
                           ",\"usage_in_kernelmode\":%" G_GUINT64_FORMAT
                           ",\"usage_in_usermode\":%" G_GUINT64_FORMAT "}",
                           figures ? figures->cpu / 4 : 0, figures ? figures->cpu / 4 * 3 : 0);
    if (figures != NULL)
        g_string_append_printf(out,
                               ",\"system_cpu_usage\":%" G_GUINT64_FORMAT ",\"online_cpus\":%d",
                               figures->system, PROCESSORS);
    g_string_append(out, ",\"throttling_data\":{\"periods\":0,\"throttled_periods\":0,"
                         "\"throttled_time\":0}}");
}

static void put_memory(GString *out, const EngineIdentity *identity, const Figures *figures)
{
    const uint64_t usage = figures->memory + figures->cache;
    g_string_append_printf(out, ",\"memory_stats\":{\"usage\":%" G_GUINT64_FORMAT, usage);
    if (identity->cgroup_v1)
        g_string_append_printf(out,
                               ",\"max_usage\":%" G_GUINT64_FORMAT
                               ",\"stats\":{\"cache\":%" G_GUINT64_FORMAT
                               ",\"total_inactive_file\":%" G_GUINT64_FORMAT "}",
                               usage + 4096, figures->cache, figures->cache);
    else
        g_string_append_printf(out,
                               ",\"stats\":{\"anon\":%" G_GUINT64_FORMAT
                               ",\"file\":%" G_GUINT64_FORMAT
                               ",\"inactive_file\":%" G_GUINT64_FORMAT "}",
                               figures->memory, figures->cache, figures->cache);
    g_string_append_printf(out, ",\"limit\":%" G_GUINT64_FORMAT "}", MEMORY_LIMIT);
}

static void put_devices(GString *out, const EngineIdentity *identity, const Figures *figures)
{
    const bool v1 = identity->cgroup_v1;
    g_string_append_printf(
        out,
        ",\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"major\":254,\"minor\":0,\"op\":\"%"
        "s\","
        "\"value\":%" G_GUINT64_FORMAT "},{\"major\":254,\"minor\":0,\"op\":\"%s\",\"value\":"
        "%" G_GUINT64_FORMAT "}],\"io_serviced_recursive\":null,\"io_queue_recursive\":null,"
        "\"io_service_time_recursive\":null,\"io_wait_time_recursive\":null,"
        "\"io_merged_recursive\":null,\"io_time_recursive\":null,\"sectors_recursive\":null}",
        v1 ? "Read" : "read", figures->read, v1 ? "Write" : "write", figures->written);
}

static void put_name(GString *out, const Container *container)
{
    g_autofree char *name = g_strconcat("/", container->name, NULL);
    g_string_append(out, ",\"name\":");
    put_json(out, name);
    g_string_append_printf(out, ",\"id\":\"%s\"", container->id);
}

/* What an engine says of a container without a process. */
static void put_nothing(GString *out, const Container *container, const EngineIdentity *identity)
{
    g_string_append(out, "{\"read\":\"0001-01-01T00:00:00Z\",\"preread\":\"0001-01-01T00:00:00Z\","
                         "\"pids_stats\":{},\"blkio_stats\":{\"io_service_bytes_recursive\":null},"
                         "\"num_procs\":0,\"storage_stats\":{}");
    put_cpu(out, "cpu_stats", identity, NULL);
    put_cpu(out, "precpu_stats", identity, NULL);
    g_string_append(out, ",\"memory_stats\":{}");
    put_name(out, container);
    g_string_append(out, "}\n");
}

void json_stats(const Container *container, const EngineIdentity *identity, int64_t before,
                int64_t now, GString *out)
{
    if (!container_runs(container)) {
        put_nothing(out, container, identity);
        return;
    }
    const Figures figures = figures_at(container, identity, now);
    const bool known = before >= container->started && before != 0;
    const Figures earlier = known ? figures_at(container, identity, before) : (Figures){0};
    g_string_append(out, "{\"read\":\"");
    put_time(out, now);
    g_string_append(out, "\",\"preread\":\"");
    put_time(out, known ? before : 0);
    g_string_append_printf(out, "\",\"pids_stats\":{\"current\":%u,\"limit\":18446744073709551615}",
                           figures.processes);
    put_devices(out, identity, &figures);
    g_string_append(out, ",\"num_procs\":0,\"storage_stats\":{}");
    put_cpu(out, "cpu_stats", identity, &figures);
    put_cpu(out, "precpu_stats", identity, known ? &earlier : NULL);
    put_memory(out, identity, &figures);
    put_name(out, container);
    g_string_append_printf(
        out,
        ",\"networks\":{\"eth0\":{\"rx_bytes\":%" G_GUINT64_FORMAT
        ",\"rx_packets\":%" G_GUINT64_FORMAT
        ",\"rx_errors\":0,\"rx_dropped\":0,\"tx_bytes\":%" G_GUINT64_FORMAT
        ",\"tx_packets\":%" G_GUINT64_FORMAT ",\"tx_errors\":0,\"tx_dropped\":0}}}\n",
        figures.received, figures.received / 900, figures.sent, figures.sent / 900);
}
