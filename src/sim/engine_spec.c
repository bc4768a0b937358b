/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_spec.h"

#include "sim/engine_hostile.h"
#include "sim/engine_text.h"
#include "sim/http.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST_PORT = 10000, PORTS = 50000, OTHERS_EACH = 8 };

static const int64_t HOUR = 3600 * NS_PER_SECOND, DAY = 24 * 3600 * NS_PER_SECOND;

const char *container_state_name(ContainerState state)
{
    static const char *const names[N_CONTAINER_STATES] = {
        [CONTAINER_CREATED] = "created", [CONTAINER_RUNNING] = "running",
        [CONTAINER_PAUSED] = "paused",   [CONTAINER_RESTARTING] = "restarting",
        [CONTAINER_EXITED] = "exited",   [CONTAINER_DEAD] = "dead",
    };
    return names[state];
}

/* How things stand, over and over: every state is met among the first nine. */
static const struct {
    ContainerState state;
    int exit_code;
    bool waiting;
} states[32] = {
    {CONTAINER_RUNNING, 0, false},        {CONTAINER_RUNNING, 0, true},
    {CONTAINER_EXITED, 0, false},         {CONTAINER_EXITED, 1, false},
    {CONTAINER_EXITED, 137, false},       {CONTAINER_CREATED, 0, false},
    {CONTAINER_RESTARTING, 1, false},     {CONTAINER_PAUSED, 0, false},
    {CONTAINER_DEAD, 137, false},         [9] = {CONTAINER_RUNNING, 0, false},
    [10] = {CONTAINER_RUNNING, 0, false}, [11] = {CONTAINER_RUNNING, 0, false},
    [12] = {CONTAINER_RUNNING, 0, true},  [13] = {CONTAINER_RUNNING, 0, false},
    [14] = {CONTAINER_RUNNING, 0, false}, [15] = {CONTAINER_RUNNING, 0, false},
    [16] = {CONTAINER_RUNNING, 0, false}, [17] = {CONTAINER_RUNNING, 0, false},
    [18] = {CONTAINER_RUNNING, 0, false}, [19] = {CONTAINER_EXITED, 0, false},
    [20] = {CONTAINER_RUNNING, 0, false}, [21] = {CONTAINER_RUNNING, 0, false},
    [22] = {CONTAINER_RUNNING, 0, true},  [23] = {CONTAINER_RUNNING, 0, false},
    [24] = {CONTAINER_RUNNING, 0, false}, [25] = {CONTAINER_RUNNING, 0, false},
    [26] = {CONTAINER_RUNNING, 0, false}, [27] = {CONTAINER_RUNNING, 0, false},
    [28] = {CONTAINER_RUNNING, 0, false}, [29] = {CONTAINER_EXITED, 137, false},
    [30] = {CONTAINER_RUNNING, 0, false}, [31] = {CONTAINER_RUNNING, 0, false},
};

static const char *const subjects[] = {"scoring", "fraud",    "genome", "billing", "triage",
                                       "ledger",  "matching", "census", "tariff",  "claims"};
static const char *const roles[] = {"api", "model", "worker", "eu", "fr", "lab", "audit"};

static const struct Other {
    const char *name, *image, *entrypoint, *command;
    unsigned port;
    bool checked;
} others[] = {
    {"proxy", "nginx:1.27", "/docker-entrypoint.sh", "nginx", 80, true},
    {"database", "postgres:16", "docker-entrypoint.sh", "postgres", 5432, true},
    {"cache", "redis:7", "docker-entrypoint.sh", "redis-server", 6379, false},
    {"metrics", "grafana/grafana:11.1.0", "/run.sh", NULL, 3000, true},
};

/* One of `table`. */
#define PICK(state, table) ((table)[next_random(state) % G_N_ELEMENTS(table)])

unsigned fleet_spec_count(const FleetSpec *fleet)
{
    if (fleet->given != NULL)
        return fleet->given->count;
    return fleet->applications + fleet->applications / OTHERS_EACH + (fleet->applications > 0);
}

static void add(GPtrArray *list, const char *text)
{
    g_ptr_array_add(list, g_strdup(text));
}

G_GNUC_PRINTF(2, 3) static void add_text(GPtrArray *list, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_ptr_array_add(list, g_strdup_vprintf(format, values));
    va_end(values);
}

static void add_pair(GPtrArray *list, const char *key, const char *value)
{
    add(list, key);
    add(list, value);
}

static void set_identity(ContainerSpec *spec, uint64_t *random)
{
    g_autoptr(GString) id = g_string_new(NULL), image = g_string_new("sha256:");
    put_random_hex(id, random, 32);
    put_random_hex(image, random, 32);
    memcpy(spec->id, id->str, sizeof spec->id);
    memcpy(spec->image_id, image->str, sizeof spec->image_id);
}

/* When it was made, and what became of it. */
static void set_times(ContainerSpec *spec, const FleetSpec *fleet, uint64_t *random)
{
    const int64_t age = HOUR + (int64_t)(next_random(random) % (uint64_t)(30 * DAY));
    const bool ran = spec->state != CONTAINER_CREATED;
    const bool over = spec->state == CONTAINER_EXITED || spec->state == CONTAINER_DEAD ||
                      spec->state == CONTAINER_RESTARTING;
    spec->created = fleet->start - age;
    spec->started = ran ? spec->created + (int64_t)(next_random(random) % 700000000) : 0;
    spec->finished = ran && over ? spec->started + 60 * NS_PER_SECOND +
                                       (int64_t)(next_random(random) % (uint64_t)(age - HOUR / 2))
                                 : 0;
    if (spec->state == CONTAINER_RESTARTING) {
        spec->finished = fleet->start - 2 * NS_PER_SECOND;
        spec->started = spec->finished - NS_PER_SECOND;
    }
    spec->pid = over || !ran ? 0 : 1000 + (unsigned)(next_random(random) % 4000000);
}

static void add_arguments(ContainerSpec *spec, uint64_t *random)
{
    static const unsigned sizes[] = {1024, 2048, 4096, 8192, 16384};
    g_autoptr(GString) id = g_string_new(NULL);
    put_random_hex(id, random, 16);
    /* A UUID of version 4. */
    id->str[12] = '4';
    id->str[16] = "89ab"[next_random(random) % 4];
    const int64_t days = 20 + (int64_t)(next_random(random) % 400);
    GPtrArray *command = spec->command;
    add(command, "--size");
    add_text(command, "%uM", PICK(random, sizes));
    add(command, "--subject");
    add_text(command, "CN=%.40s.example.com,O=SIMULATED (mse-sim),C=FR,L=Paris,ST=Ile-de-France",
             spec->name);
    add(command, "--san");
    add_text(command, "%.40s.example.com", spec->name);
    add(command, "--id");
    add_text(command, "%.8s-%.4s-%.4s-%.4s-%.12s", id->str, id->str + 8, id->str + 12, id->str + 16,
             id->str + 20);
    add(command, "--application");
    add(command, "app:app");
    add(command, "--expiration");
    add_text(command, "%" PRId64, (spec->created + days * DAY) / NS_PER_SECOND);
}

static void set_application(ContainerSpec *spec, const FleetSpec *fleet, unsigned number,
                            uint64_t *random)
{
    const unsigned row = number % G_N_ELEMENTS(states);
    const bool cenclave = number % 3 == 1;
    const char *subject = PICK(random, subjects), *role = PICK(random, roles);
    spec->application = true;
    spec->state = states[row].state;
    spec->exit_code = states[row].exit_code;
    spec->waiting = states[row].waiting;
    spec->restarts = spec->state == CONTAINER_RESTARTING ? 5 : 0;
    spec->tty = number % 16 == 9;
    spec->name = g_strdup_printf("%s-%s-%u", subject, role, number);
    set_times(spec, fleet, random);
    spec->image =
        g_strdup_printf("%s-%s:%" PRId64, subject, role, spec->created - 90 * NS_PER_SECOND);
    spec->entrypoint = cenclave ? "cenclave-run" : "mse-run";
    add_arguments(spec, random);
    /* Sorted, as an engine's maps are. */
    if (cenclave)
        add_pair(spec->labels, "cenclave", "1");
    add_pair(spec->labels, "healthcheck_endpoint", "/health");
    if (!cenclave)
        add_pair(spec->labels, "mse-home", "1");
    add_text(spec->mounts, "%s/%s", fleet->outputs ? fleet->outputs : "/srv/SIMULATED", spec->name);
    add(spec->mounts, "/opt/input");
    add_pair(spec->mounts, "/home/someone/.config/gramine/enclave-key.pem",
             "/root/.config/gramine/enclave-key.pem");
    add_pair(spec->mounts, "/var/run/aesmd", "/var/run/aesmd");
    spec->port_inside = 443;
    spec->everywhere = number % 4 != 3;
}

static void set_other(ContainerSpec *spec, const FleetSpec *fleet, unsigned number,
                      uint64_t *random)
{
    const struct Other *other = &others[number % G_N_ELEMENTS(others)];
    spec->state = number % 7 == 5 ? CONTAINER_EXITED : CONTAINER_RUNNING;
    spec->name = g_strdup_printf("%s-%u", other->name, number);
    spec->image = g_strdup(other->image);
    spec->entrypoint = other->entrypoint;
    if (other->command != NULL)
        add(spec->command, other->command);
    set_times(spec, fleet, random);
    add_pair(spec->labels, "com.example.team", "platform");
    spec->checked = other->checked;
    spec->port_inside = other->port;
    spec->everywhere = true;
}

ContainerSpec *container_spec_empty(void)
{
    ContainerSpec *spec = g_new0(ContainerSpec, 1);
    spec->command = g_ptr_array_new_with_free_func(g_free);
    spec->labels = g_ptr_array_new_with_free_func(g_free);
    spec->mounts = g_ptr_array_new_with_free_func(g_free);
    return spec;
}

ContainerSpec *container_spec_new(const FleetSpec *fleet, unsigned number)
{
    if (fleet->given != NULL)
        return fleet->given->make(fleet->given->data, number);
    uint64_t random = fleet->seed ^ (number + 1) * UINT64_C(0xd1342543de82ef95);
    ContainerSpec *spec = container_spec_empty();
    set_identity(spec, &random);
    if (number < fleet->applications)
        set_application(spec, fleet, number, &random);
    else
        set_other(spec, fleet, number, &random);
    spec->port = FIRST_PORT + number % PORTS;
    if (fleet->hostile && spec->application)
        hostility_apply(spec, number);
    return spec;
}

void container_spec_free(ContainerSpec *spec)
{
    if (spec == NULL)
        return;
    g_free(spec->name);
    g_free(spec->image);
    g_ptr_array_unref(spec->command);
    g_ptr_array_unref(spec->labels);
    g_ptr_array_unref(spec->mounts);
    g_free(spec);
}

char *container_spec_arguments(const ContainerSpec *spec)
{
    GString *line = g_string_new(NULL);
    for (unsigned i = 0; i < spec->command->len; i++)
        g_string_append_printf(line, "%s%s", i ? " " : "", (char *)spec->command->pdata[i]);
    return g_string_free(line, FALSE);
}
