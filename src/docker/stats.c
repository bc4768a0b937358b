/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures, counted as `docker stats` counts them on Linux.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <math.h>
#include <string.h>

static double percent(uint64_t used_before, uint64_t system_before, const DockerStats *now)
{
    if (used_before == UINT64_MAX || system_before == UINT64_MAX || now->cpu_used == UINT64_MAX ||
        now->system_used == UINT64_MAX || now->cpu_used < used_before ||
        now->system_used <= system_before)
        return NAN;
    double used = (double)(now->cpu_used - used_before);
    double system = (double)(now->system_used - system_before);
    return used / system * now->processors * 100.0;
}

double docker_stats_cpu(const DockerStats *before, const DockerStats *now)
{
    return percent(before->cpu_used, before->system_used, now);
}

/* Old engines do not say how many processors are there, but list each one's time. */
static unsigned processors_of(const json_t *cpu)
{
    uint64_t online = json_count(json_object_get(cpu, "online_cpus"));
    size_t listed = json_array_size(json_at(cpu, "cpu_usage", "percpu_usage"));
    return online != UINT64_MAX && online > 0 && online <= 65536 ? (unsigned)online
                                                                 : (unsigned)listed;
}

static void take_cpu(DockerStats *out, const json_t *root)
{
    const json_t *now = json_object_get(root, "cpu_stats");
    const json_t *before = json_object_get(root, "precpu_stats");
    out->cpu_used = json_count(json_at(now, "cpu_usage", "total_usage"));
    out->system_used = json_count(json_object_get(now, "system_cpu_usage"));
    out->processors = processors_of(now);
    /* The first sample of a stream has a sample before it that is all zeros, or none. */
    uint64_t system_before = json_count(json_object_get(before, "system_cpu_usage"));
    out->cpu = system_before == 0 ? NAN
                                  : percent(json_count(json_at(before, "cpu_usage", "total_usage")),
                                            system_before, out);
    if (out->processors == 0)
        out->cpu = NAN;
}

/* What the page cache could give back at once is not counted: control groups of version 1 call it
 * total_inactive_file, of version 2 inactive_file. */
static void take_memory(DockerStats *out, const json_t *memory)
{
    const json_t *detail = json_object_get(memory, "stats");
    uint64_t cache = json_count(json_object_get(detail, "total_inactive_file"));
    if (cache == UINT64_MAX)
        cache = json_count(json_object_get(detail, "inactive_file"));
    out->memory = json_count(json_object_get(memory, "usage"));
    out->memory_limit = json_count(json_object_get(memory, "limit"));
    if (out->memory != UINT64_MAX && cache != UINT64_MAX && cache < out->memory)
        out->memory -= cache;
}

static void add(uint64_t *sum, uint64_t more)
{
    if (more != UINT64_MAX)
        *sum = *sum == UINT64_MAX ? more : *sum + more;
}

static void take_networks(DockerStats *out, const json_t *root)
{
    const char *name;
    json_t *network;
    out->received = out->sent = UINT64_MAX;
    json_object_foreach(json_object_get(root, "networks"), name, network)
    {
        add(&out->received, json_count(json_object_get(network, "rx_bytes")));
        add(&out->sent, json_count(json_object_get(network, "tx_bytes")));
    }
}

static void take_devices(DockerStats *out, const json_t *root)
{
    const json_t *rows = json_at(root, "blkio_stats", "io_service_bytes_recursive");
    out->read = out->written = json_is_array(rows) ? 0 : UINT64_MAX;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *kind = json_text(row, "op");
        if (kind == NULL || *kind == '\0')
            continue;
        char letter = g_ascii_tolower(*kind);
        if (letter == 'r')
            add(&out->read, json_count(json_object_get(row, "value")));
        else if (letter == 'w')
            add(&out->written, json_count(json_object_get(row, "value")));
    }
}

bool docker_stats_read(Span text, DockerStats *out)
{
    json_t *root = json_parse(text);
    bool is_stats = json_is_object(json_object_get(root, "cpu_stats"));
    if (is_stats) {
        *out = (DockerStats){.time = docker_time_at(root, "read")};
        take_cpu(out, root);
        take_memory(out, json_object_get(root, "memory_stats"));
        take_networks(out, root);
        take_devices(out, root);
        out->processes = json_count(json_at(root, "pids_stats", "current"));
    }
    json_decref(root);
    return is_stats;
}

bool docker_engine_stats_once(DockerEngine *engine, const char *id, DockerStats *out,
                              Cancel *cancel, GError **error)
{
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *shown = docker_shown(id);
    g_auto(DockerCall) call = {
        .path = g_strconcat("/containers/", escaped, "/stats?stream=0&one-shot=1", NULL),
        .what = g_strdup_printf(_("cannot get the figures of %s"), shown),
    };
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    if (answer == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(wire_answer_body(answer), &size);
    if (docker_stats_read(span_of(data, size), out))
        return true;
    g_propagate_error(error, docker_rubbish(engine, call.what, _("there are no figures in it")));
    return false;
}
