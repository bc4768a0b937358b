/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_json.h"

#include "sim/engine_text.h"
#include "sim/http.h"

#include <string.h>

#define NETWORK_ID "5140000000000000000000000000000000000000000000000000000000000514"

static void put_member(GString *out, const char *key, const char *value)
{
    put_key(out, key);
    put_json(out, value);
}

/* ["…","…"] */
static void put_list(GString *out, const GPtrArray *texts)
{
    g_string_append_c(out, '[');
    for (unsigned i = 0; i < texts->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        put_json(out, texts->pdata[i]);
    }
    g_string_append_c(out, ']');
}

static void put_pairs(GString *out, const GPtrArray *pairs)
{
    for (unsigned i = 0; i < pairs->len; i += 2) {
        if (i > 0)
            g_string_append_c(out, ',');
        put_member(out, pairs->pdata[i], pairs->pdata[i + 1]);
    }
}

static void put_mounts(GString *out, const GPtrArray *mounts)
{
    g_string_append(out, "\"Mounts\":[");
    for (unsigned i = 0; i < mounts->len; i += 2) {
        g_string_append(out, i ? ",{\"Type\":\"bind\"," : "{\"Type\":\"bind\",");
        put_member(out, "Source", mounts->pdata[i]);
        g_string_append_c(out, ',');
        put_member(out, "Destination", mounts->pdata[i + 1]);
        g_string_append(out, ",\"Mode\":\"rw\",\"RW\":true,\"Propagation\":\"rprivate\"}");
    }
    g_string_append_c(out, ']');
}

/* One line, quoted as an engine does. */
static char *command_line(const ContainerSpec *spec)
{
    GString *line = g_string_new(spec->entrypoint);
    for (unsigned i = 0; i < spec->command->len; i++) {
        const char *word = spec->command->pdata[i];
        const bool quoted = strchr(word, ' ') != NULL;
        g_string_append_printf(line, quoted ? " '%s'" : " %s", word);
    }
    return g_string_free(line, FALSE);
}

static char *list_head(const ContainerSpec *spec)
{
    GString *out = g_string_new("{");
    g_autofree char *command = command_line(spec);
    put_member(out, "Id", spec->id);
    g_string_append(out, ",\"Names\":[");
    g_autofree char *name = g_strconcat("/", spec->name, NULL);
    put_json(out, name);
    g_string_append(out, "],");
    put_member(out, "Image", spec->image);
    g_string_append_c(out, ',');
    put_member(out, "ImageID", spec->image_id);
    g_string_append_c(out, ',');
    put_member(out, "Command", command);
    g_string_append(out, ",\"Created\":");
    put_number(out, (uint64_t)(spec->created / NS_PER_SECOND));
    return g_string_free(out, FALSE);
}

/* What follows the address of its network. */
static char *list_tail(const ContainerSpec *spec)
{
    GString *out = g_string_new(NULL);
    put_mounts(out, spec->mounts);
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

void json_prepare(Container *container, const ContainerSpec *spec)
{
    GString *labels = g_string_new(NULL), *attributes = g_string_new(NULL);
    container->head = list_head(spec);
    container->tail = list_tail(spec);
    put_pairs(labels, spec->labels);
    put_member(attributes, "image", spec->image);
    g_string_append_printf(attributes, "%s%s,", spec->labels->len ? "," : "", labels->str);
    put_member(attributes, "name", spec->name);
    container->labels = g_string_free(labels, FALSE);
    container->attributes = g_string_free(attributes, FALSE);
}

static void put_port(GString *out, const Container *container, const char *address)
{
    g_string_append(out, "{\"IP\":\"");
    g_string_append(out, address);
    g_string_append(out, "\",\"PrivatePort\":");
    put_number(out, container->port_inside);
    g_string_append(out, ",\"PublicPort\":");
    put_number(out, container->port);
    g_string_append(out, ",\"Type\":\"tcp\"}");
}

/* Published only while it runs. */
static void put_ports(GString *out, const Container *container)
{
    g_string_append(out, ",\"Ports\":[");
    if (container_runs(container)) {
        put_port(out, container, container->everywhere ? "0.0.0.0" : "127.0.0.1");
        if (container->everywhere) {
            g_string_append_c(out, ',');
            put_port(out, container, "::");
        }
    }
    g_string_append_c(out, ']');
}

static const char *health_word(const Container *container)
{
    return container->healthy ? "healthy" : "unhealthy";
}

static void put_ended(GString *out, const Container *container, const char *word, int64_t now)
{
    g_string_append_printf(out, "%s (%d) ", word, container->exit_code);
    put_duration(out, now - container->finished);
    g_string_append(out, " ago");
}

static void put_status(GString *out, const Container *container, int64_t now)
{
    switch (container->state) {
    case CONTAINER_RUNNING:
    case CONTAINER_PAUSED:
        g_string_append(out, "Up ");
        put_duration(out, now - container->started);
        if (container->state == CONTAINER_PAUSED)
            g_string_append(out, " (Paused)");
        else if (container->checked)
            g_string_append_printf(out, " (%s)", health_word(container));
        break;
    case CONTAINER_RESTARTING:
        put_ended(out, container, "Restarting", now);
        break;
    case CONTAINER_EXITED:
        put_ended(out, container, "Exited", now);
        break;
    case CONTAINER_CREATED:
        g_string_append(out, "Created");
        break;
    case CONTAINER_DEAD:
    case N_CONTAINER_STATES:
        g_string_append(out, "Dead");
        break;
    }
}

/* Its place in a network, members: nowhere unless it runs. */
static void put_place(GString *out, const Container *container)
{
    const unsigned high = container->number / 250 % 250, low = 2 + container->number % 250;
    const bool runs = container_runs(container);
    g_string_append(out, "\"EndpointID\":\"");
    if (runs)
        g_string_append(out, container->id);
    g_string_append(out, runs ? "\",\"Gateway\":\"172.17.0.1\",\"IPAddress\":\"172.17."
                              : "\",\"Gateway\":\"\",\"IPAddress\":\"");
    if (runs) {
        put_number(out, high);
        g_string_append_c(out, '.');
        put_number(out, low);
    }
    g_string_append(out, runs ? "\",\"IPPrefixLen\":16" : "\",\"IPPrefixLen\":0");
    g_string_append(out, ",\"IPv6Gateway\":\"\",\"GlobalIPv6Address\":\"\","
                         "\"GlobalIPv6PrefixLen\":0,\"MacAddress\":\"");
    if (runs)
        g_string_append_printf(out, "02:42:ac:11:%02x:%02x", high, low);
    g_string_append_c(out, '"');
}

static void put_networks(GString *out, const Container *container)
{
    g_string_append(out, "\"Networks\":{\"bridge\":{\"IPAMConfig\":null,\"Links\":null,"
                         "\"Aliases\":null,\"NetworkID\":\"" NETWORK_ID "\",");
    put_place(out, container);
    g_string_append(out, ",\"DriverOpts\":null}}");
}

void json_container(const Container *container, int64_t now, GString *out)
{
    g_string_append(out, container->head);
    put_ports(out, container);
    g_string_append(out, ",\"Labels\":{");
    g_string_append(out, container->labels);
    g_string_append(out, "},\"State\":\"");
    g_string_append(out, container_state_name(container->state));
    g_string_append(out, "\",\"Status\":\"");
    put_status(out, container, now);
    g_string_append(out, "\",\"HostConfig\":{\"NetworkMode\":\"default\"},\"NetworkSettings\":{");
    put_networks(out, container);
    g_string_append(out, "},");
    g_string_append(out, container->tail);
}

void json_event(const FleetEvent *event, GString *out)
{
    const Container *container = event->container;
    g_string_append(out, "{\"status\":\"");
    g_string_append(out, event->action);
    g_string_append(out, "\",\"id\":\"");
    g_string_append(out, container->id);
    g_string_append(out, "\",\"from\":");
    put_json(out, container->image);
    g_string_append(out, ",\"Type\":\"container\",\"Action\":\"");
    g_string_append(out, event->action);
    g_string_append(out, "\",\"Actor\":{\"ID\":\"");
    g_string_append(out, container->id);
    g_string_append(out, "\",\"Attributes\":{");
    g_string_append(out, event->extra);
    g_string_append(out, container->attributes);
    g_string_append(out, "}},\"scope\":\"local\",\"time\":");
    put_number(out, (uint64_t)(event->time / NS_PER_SECOND));
    g_string_append(out, ",\"timeNano\":");
    put_number(out, (uint64_t)event->time);
    g_string_append(out, "}\n");
}

/* --- inspect --------------------------------------------------------------------------------- */

static const char *yes_or_no(bool value)
{
    return value ? "true" : "false";
}

static void put_state(GString *out, const Container *container)
{
    const ContainerState state = container->state;
    const bool restarting = state == CONTAINER_RESTARTING;
    g_string_append_printf(
        out,
        "\"State\":{\"Status\":\"%s\",\"Running\":%s,\"Paused\":%s,\"Restarting\":%s,"
        "\"OOMKilled\":%s,\"Dead\":%s,\"Pid\":%u,\"ExitCode\":%d,\"Error\":\"\",\"StartedAt\":\"",
        container_state_name(state), yes_or_no(container_runs(container) || restarting),
        yes_or_no(state == CONTAINER_PAUSED), yes_or_no(restarting),
        yes_or_no(state == CONTAINER_EXITED && container->exit_code == 137 &&
                  container->number % 2 == 0),
        yes_or_no(state == CONTAINER_DEAD), container->pid, container->exit_code);
    put_time(out, container->started);
    g_string_append(out, "\",\"FinishedAt\":\"");
    put_time(out, container->finished);
    g_string_append_c(out, '"');
    if (container->checked)
        g_string_append_printf(out,
                               ",\"Health\":{\"Status\":\"%s\",\"FailingStreak\":%u,\"Log\":[]}",
                               state == CONTAINER_RUNNING ? health_word(container) : "unhealthy",
                               container->healthy ? 0U : 3U);
    g_string_append(out, "},");
}

static void put_bindings(GString *out, const char *key, const Container *container, bool both)
{
    g_string_append_printf(out, "\"%s\":{\"%u/tcp\":[{\"HostIp\":\"%s\",\"HostPort\":\"%u\"}", key,
                           container->port_inside, container->everywhere ? "0.0.0.0" : "127.0.0.1",
                           container->port);
    if (both && container->everywhere)
        g_string_append_printf(out, ",{\"HostIp\":\"::\",\"HostPort\":\"%u\"}", container->port);
    g_string_append(out, "]}");
}

static void put_devices(GString *out, bool application)
{
    static const char *const devices[] = {"/dev/sgx_enclave", "/dev/sgx_provision",
                                          "/dev/sgx/enclave", "/dev/sgx/provision"};
    g_string_append(out, "\"Devices\":[");
    for (unsigned i = 0; application && i < G_N_ELEMENTS(devices); i++)
        g_string_append_printf(out,
                               "%s{\"PathOnHost\":\"%s\",\"PathInContainer\":\"%s\","
                               "\"CgroupPermissions\":\"rw\"}",
                               i ? "," : "", devices[i], devices[i]);
    g_string_append(out, "]");
}

static void put_host_config(GString *out, const Container *container, const ContainerSpec *spec)
{
    g_string_append(out, "\"HostConfig\":{\"Binds\":[");
    for (unsigned i = 0; i < spec->mounts->len; i += 2) {
        g_autofree char *bind = g_strdup_printf("%s:%s:rw", (char *)spec->mounts->pdata[i],
                                                (char *)spec->mounts->pdata[i + 1]);
        if (i > 0)
            g_string_append_c(out, ',');
        put_json(out, bind);
    }
    g_string_append(out, "],\"ContainerIDFile\":\"\",\"LogConfig\":{\"Type\":\"json-file\","
                         "\"Config\":{}},\"NetworkMode\":\"default\",");
    put_bindings(out, "PortBindings", container, false);
    g_string_append_printf(
        out,
        ",\"RestartPolicy\":{\"Name\":\"%s\",\"MaximumRetryCount\":0},\"AutoRemove\":false,"
        "\"VolumeDriver\":\"\",\"VolumesFrom\":null,\"CapAdd\":null,\"CapDrop\":null,"
        "\"CgroupnsMode\":\"private\",\"Dns\":null,\"DnsOptions\":null,\"DnsSearch\":null,"
        "\"ExtraHosts\":null,\"GroupAdd\":null,\"IpcMode\":\"private\",\"Cgroup\":\"\","
        "\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\",\"Privileged\":false,"
        "\"PublishAllPorts\":false,\"ReadonlyRootfs\":false,\"SecurityOpt\":null,"
        "\"UTSMode\":\"\",\"UsernsMode\":\"\",\"ShmSize\":67108864,\"Runtime\":\"runc\","
        "\"Isolation\":\"\",\"ConsoleSize\":[0,0],"
        "\"CpuShares\":0,\"Memory\":0,\"NanoCpus\":0,\"CgroupParent\":\"\",\"BlkioWeight\":0,"
        "\"BlkioWeightDevice\":null,\"BlkioDeviceReadBps\":null,\"BlkioDeviceWriteBps\":null,"
        "\"BlkioDeviceReadIOps\":null,\"BlkioDeviceWriteIOps\":null,\"CpuPeriod\":0,"
        "\"CpuQuota\":0,\"CpuRealtimePeriod\":0,\"CpuRealtimeRuntime\":0,\"CpusetCpus\":\"\","
        "\"CpusetMems\":\"\",\"KernelMemory\":0,\"KernelMemoryTCP\":0,\"CpuCount\":0,"
        "\"CpuPercent\":0,\"IOMaximumIOps\":0,\"IOMaximumBandwidth\":0,",
        spec->restarts ? "always" : "");
    put_devices(out, spec->application);
    g_string_append(out, ",\"DeviceCgroupRules\":null,\"DeviceRequests\":null,"
                         "\"MemoryReservation\":0,\"MemorySwap\":0,\"MemorySwappiness\":null,"
                         "\"OomKillDisable\":null,\"PidsLimit\":null,\"Ulimits\":null,"
                         "\"MaskedPaths\":[\"/proc/kcore\"],\"ReadonlyPaths\":[\"/proc/sys\"]},");
}

static void put_config(GString *out, const Container *container, const ContainerSpec *spec)
{
    g_string_append_printf(
        out,
        "\"Config\":{\"Hostname\":\"%.12s\",\"Domainname\":\"\",\"User\":\"\","
        "\"AttachStdin\":false,\"AttachStdout\":false,\"AttachStderr\":false,"
        "\"ExposedPorts\":{\"%u/tcp\":{}},\"Tty\":%s,\"OpenStdin\":false,\"StdinOnce\":false,"
        "\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
        "\"LANG=C.UTF-8\",\"HOME=/root\",\"API_TOKEN=SIMULATED-not-a-secret\"],\"Cmd\":",
        container->id, container->port_inside, yes_or_no(container->tty));
    put_list(out, spec->command);
    g_string_append_c(out, ',');
    put_member(out, "Image", spec->image);
    g_string_append(out, ",\"Volumes\":null,\"WorkingDir\":\"/root\",\"Entrypoint\":[");
    put_json(out, spec->entrypoint);
    g_string_append_printf(out, "],\"OnBuild\":null,\"Labels\":{%s}},", container->labels);
}

static void put_network_settings(GString *out, const Container *container)
{
    g_string_append(out, "\"NetworkSettings\":{\"Bridge\":\"\",\"SandboxID\":\"\","
                         "\"HairpinMode\":false,\"LinkLocalIPv6Address\":\"\","
                         "\"LinkLocalIPv6PrefixLen\":0,\"SandboxKey\":\"\","
                         "\"SecondaryIPAddresses\":null,\"SecondaryIPv6Addresses\":null,");
    if (container_runs(container))
        put_bindings(out, "Ports", container, true);
    else
        g_string_append(out, "\"Ports\":{}");
    g_string_append_c(out, ',');
    put_place(out, container);
    g_string_append_c(out, ',');
    put_networks(out, container);
    g_string_append_c(out, '}');
}

/* The files that the engine itself keeps for a container. */
static void put_files(GString *out, const Container *container)
{
    static const struct {
        const char *key, *file;
    } rows[] = {
        {"ResolvConfPath", "resolv.conf"}, {"HostnamePath", "hostname"}, {"HostsPath", "hosts"}};
    static const char PLACE[] = "/var/lib/docker/containers";
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(out, ",\"%s\":\"%s/%s/%s\"", rows[i].key, PLACE, container->id,
                               rows[i].file);
    g_string_append_printf(out, ",\"LogPath\":\"%s/%s/%s-json.log\",", PLACE, container->id,
                           container->id);
}

void json_inspect(const Container *container, const FleetSpec *fleet, GString *out)
{
    g_autoptr(ContainerSpec) spec = container_spec_new(fleet, container->number);
    g_string_append_c(out, '{');
    put_member(out, "Id", container->id);
    g_string_append(out, ",\"Created\":\"");
    put_time(out, container->created);
    g_string_append(out, "\",");
    put_member(out, "Path", spec->entrypoint);
    g_string_append(out, ",\"Args\":");
    put_list(out, spec->command);
    g_string_append_c(out, ',');
    put_state(out, container);
    put_member(out, "Image", spec->image_id);
    put_files(out, container);
    g_autofree char *name = g_strconcat("/", container->name, NULL);
    put_member(out, "Name", name);
    g_string_append_printf(
        out,
        ",\"RestartCount\":%u,\"Driver\":\"overlay2\",\"Platform\":\"linux\",\"MountLabel\":\"\","
        "\"ProcessLabel\":\"\",\"AppArmorProfile\":\"\",\"ExecIDs\":null,",
        container->restarts);
    put_host_config(out, container, spec);
    g_string_append(out, "\"GraphDriver\":{\"Data\":{},\"Name\":\"overlay2\"},");
    put_mounts(out, spec->mounts);
    g_string_append_c(out, ',');
    put_config(out, container, spec);
    put_network_settings(out, container);
    g_string_append(out, "}\n");
}
