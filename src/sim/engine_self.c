/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the simulated engine says of itself: it never passes for a real one.
 */
#include "config.h"

#include "sim/engine_json.h"
#include "sim/engine_text.h"
#include "sim/http.h"

enum { PROCESSORS = 8 };

void json_message(const char *message, GString *out)
{
    g_string_append(out, "{\"message\":");
    put_json(out, message);
    g_string_append(out, "}\n");
}

void json_version(const EngineIdentity *identity, GString *out)
{
    g_string_append_printf(
        out,
        "{\"Platform\":{\"Name\":\"" SIMULATED_ENGINE_NAME "\"},\"Components\":[{\"Name\":"
        "\"Engine\",\"Version\":\"" PACKAGE_VERSION "+SIMULATED\",\"Details\":{\"ApiVersion\":"
        "\"%s\",\"Arch\":\"amd64\",\"BuildTime\":\"\",\"Experimental\":\"false\",\"GitCommit\":"
        "\"SIMULATED\",\"GoVersion\":\"none\",\"KernelVersion\":\"SIMULATED\",\"MinAPIVersion\":"
        "\"%s\",\"Os\":\"linux\"}}],\"Version\":\"" PACKAGE_VERSION "+SIMULATED\","
        "\"ApiVersion\":\"%s\",\"MinAPIVersion\":\"%s\",\"GitCommit\":\"SIMULATED\","
        "\"GoVersion\":\"none\",\"Os\":\"linux\",\"Arch\":\"amd64\",\"KernelVersion\":"
        "\"SIMULATED\",\"BuildTime\":\"\"}\n",
        identity->api_max, identity->api_min, identity->api_max, identity->api_min);
}

void json_info(const EngineIdentity *identity, const Fleet *fleet, int64_t now, GString *out)
{
    unsigned counts[N_CONTAINER_STATES] = {0};
    for (unsigned i = 0; i < fleet->containers->len; i++)
        counts[((const Container *)fleet->containers->pdata[i])->state]++;
    const unsigned running = counts[CONTAINER_RUNNING] + counts[CONTAINER_RESTARTING];
    const unsigned paused = counts[CONTAINER_PAUSED];
    g_string_append_printf(
        out,
        "{\"ID\":\"SIMULATED\",\"Containers\":%u,\"ContainersRunning\":%u,\"ContainersPaused\":%u,"
        "\"ContainersStopped\":%u,\"Images\":%u,\"Driver\":\"overlay2\",\"DriverStatus\":[],"
        "\"Plugins\":{\"Volume\":[\"local\"],\"Network\":[\"bridge\"],\"Authorization\":null,"
        "\"Log\":[\"json-file\"]},\"MemoryLimit\":true,\"SwapLimit\":true,\"CpuCfsPeriod\":true,"
        "\"CpuCfsQuota\":true,\"CPUShares\":true,\"CPUSet\":true,\"PidsLimit\":true,"
        "\"IPv4Forwarding\":true,\"Debug\":false,\"NFd\":0,\"OomKillDisable\":false,"
        "\"NGoroutines\":0,\"SystemTime\":\"",
        fleet->containers->len, running, paused, fleet->containers->len - running - paused,
        fleet->containers->len);
    put_time(out, now);
    g_string_append_printf(
        out,
        "\",\"LoggingDriver\":\"json-file\",\"CgroupDriver\":\"cgroupfs\",\"CgroupVersion\":"
        "\"%u\",\"NEventsListener\":0,\"KernelVersion\":\"SIMULATED\",\"OperatingSystem\":"
        "\"" SIMULATED_ENGINE_NAME "\",\"OSVersion\":\"\",\"OSType\":\"linux\",\"Architecture\":"
        "\"x86_64\",\"IndexServerAddress\":\"\",\"RegistryConfig\":null,\"NCPU\":%d,\"MemTotal\":"
        "67108864000,\"GenericResources\":null,\"DockerRootDir\":\"/var/lib/docker\","
        "\"HttpProxy\":\"\",\"HttpsProxy\":\"\",\"NoProxy\":\"\",\"Name\":\"SIMULATED\","
        "\"Labels\":[\"SIMULATED\"],\"ExperimentalBuild\":false,\"ServerVersion\":"
        "\"" PACKAGE_VERSION "+SIMULATED\",\"Runtimes\":{\"runc\":{\"path\":\"runc\"}},"
        "\"DefaultRuntime\":\"runc\",\"Swarm\":{\"NodeID\":\"\",\"NodeAddr\":\"\","
        "\"LocalNodeState\":\"inactive\",\"ControlAvailable\":false,\"Error\":\"\","
        "\"RemoteManagers\":null},\"LiveRestoreEnabled\":false,\"Isolation\":\"\","
        "\"InitBinary\":\"\",\"SecurityOptions\":[\"name=SIMULATED\"],\"Warnings\":"
        "[\"SIMULATED: none of these containers exists\"]}\n",
        identity->cgroup_v1 ? 1 : 2, PROCESSORS);
}
