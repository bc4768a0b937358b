/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <string.h>

void docker_inspect_free(DockerInspect *inspect)
{
    if (inspect == NULL)
        return;
    g_free(inspect->id);
    g_free(inspect->name);
    g_free(inspect->image);
    g_free(inspect->image_id);
    g_free(inspect->state);
    g_free(inspect->error);
    g_strfreev(inspect->entrypoint);
    g_strfreev(inspect->command);
    g_strfreev(inspect->environment);
    g_free(inspect->log_driver);
    g_free(inspect->health);
    g_free(inspect->network_mode);
    docker_pairs_free(inspect->labels, inspect->n_labels);
    docker_ports_free(inspect->ports, inspect->n_ports);
    docker_mounts_free(inspect->mounts, inspect->n_mounts);
    g_free(inspect);
}

static unsigned small_count(const json_t *value)
{
    uint64_t count = json_count(value);
    return count <= G_MAXINT32 ? (unsigned)count : 0;
}

static unsigned parse_port(const char *text)
{
    guint64 port = 0;
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
        return 0;
    return (unsigned)port;
}

/* One binding: `port` is "443/tcp"; the address and port on the host are as they were asked for,
 * "" when the engine chooses. */
static DockerPort take_port(const char *port, const json_t *binding)
{
    const char *slash = strchr(port, '/');
    g_autofree char *number = slash == NULL ? g_strdup(port) : g_strndup(port, slash - port);
    return (DockerPort){
        .address = binding == NULL ? NULL : json_take_text(binding, "HostIp"),
        .host = parse_port(json_text(binding, "HostPort")),
        .inside = parse_port(number),
        .protocol = g_strdup(slash == NULL ? "tcp" : slash + 1),
    };
}

/* The first of the port's that is published; 0: none is. */
static unsigned chosen_port(const json_t *published, const char *port)
{
    const json_t *list = json_object_get(published, port), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        const unsigned host = parse_port(json_text(one, "HostPort"));
        if (host != 0)
            return host;
    }
    return 0;
}

static int compare_ports(const void *a, const void *b)
{
    const DockerPort *one = a, *other = b;
    if (one->inside != other->inside)
        return one->inside < other->inside ? -1 : 1;
    return strcmp(one->protocol, other->protocol);
}

static DockerPort *take_ports(const json_t *bindings, const json_t *published, size_t *n)
{
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(DockerPort));
    const char *key;
    json_t *list;
    if (json_object_size(bindings) == 0) /* `docker run --publish-all` */
        bindings = published;
    json_object_foreach((json_t *)bindings, key, list)
    {
        for (size_t i = 0; i < MAX(json_array_size(list), 1); i++) {
            DockerPort port = take_port(key, json_array_get(list, i));
            if (port.host == 0)
                port.host = chosen_port(published, key);
            g_array_append_val(ports, port);
        }
    }
    if (ports->len > 1)
        qsort(ports->data, ports->len, sizeof(DockerPort), compare_ports);
    *n = ports->len;
    return (DockerPort *)(void *)g_array_free(ports, FALSE);
}

static void take_state(DockerInspect *out, const json_t *state)
{
    out->state = json_take_text(state, "Status");
    out->exit_code = (int)json_integer_value(json_object_get(state, "ExitCode"));
    out->out_of_memory = json_is_true(json_object_get(state, "OOMKilled"));
    out->error = json_take_text(state, "Error");
    out->pid = small_count(json_object_get(state, "Pid"));
    out->started = docker_time_at(state, "StartedAt");
    out->finished = docker_time_at(state, "FinishedAt");
    out->health = g_strdup(json_text(json_object_get(state, "Health"), "Status"));
}

static void take_config(DockerInspect *out, const json_t *config)
{
    out->image = json_take_text(config, "Image");
    out->entrypoint = json_take_texts(json_object_get(config, "Entrypoint"));
    out->command = json_take_texts(json_object_get(config, "Cmd"));
    out->environment = json_take_texts(json_object_get(config, "Env"));
    out->tty = json_is_true(json_object_get(config, "Tty"));
    out->labels = json_take_pairs(json_object_get(config, "Labels"), &out->n_labels);
}

static void take_host_config(DockerInspect *out, const json_t *config, const json_t *network)
{
    uint64_t memory = json_count(json_object_get(config, "Memory"));
    out->memory_limit = memory == UINT64_MAX ? 0 : memory;
    out->network_mode = json_take_text(config, "NetworkMode");
    out->log_driver = json_take_text(json_object_get(config, "LogConfig"), "Type");
    out->ports = take_ports(json_object_get(config, "PortBindings"),
                            json_object_get(network, "Ports"), &out->n_ports);
}

static DockerInspect *inspect_of(const json_t *root)
{
    const char *id = json_text(root, "Id"), *name = json_text(root, "Name");
    if (id == NULL || *id == '\0')
        return NULL;
    DockerInspect *out = g_new0(DockerInspect, 1);
    out->id = g_strdup(id);
    if (name == NULL || *name == '\0')
        out->name = g_strndup(id, 12);
    else
        out->name = g_strdup(*name == '/' ? name + 1 : name);
    out->image_id = json_take_text(root, "Image");
    out->restarts = small_count(json_object_get(root, "RestartCount"));
    out->created = docker_time_at(root, "Created");
    take_state(out, json_object_get(root, "State"));
    take_config(out, json_object_get(root, "Config"));
    take_host_config(out, json_object_get(root, "HostConfig"),
                     json_object_get(root, "NetworkSettings"));
    out->mounts = json_take_mounts(json_object_get(root, "Mounts"), &out->n_mounts);
    return out;
}

DockerInspect *docker_inspect_read(Span text)
{
    json_t *root = json_parse(text);
    DockerInspect *inspect = inspect_of(root);
    json_decref(root);
    return inspect;
}

static bool in_scope(const DockerEngine *engine, const DockerInspect *inspect)
{
    const char *scope = engine->endpoint->scope;
    return scope == NULL ||
           g_strcmp0(docker_label(inspect->labels, inspect->n_labels, DOCKER_SCOPE), scope) == 0;
}

DockerInspect *docker_engine_inspect(DockerEngine *engine, const char *id, Cancel *cancel,
                                     GError **error)
{
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *shown = docker_shown(id);
    g_auto(DockerCall) call = {
        .path = g_strconcat("/containers/", escaped, "/json", NULL),
        .what = g_strdup_printf(_("cannot inspect %s"), shown),
    };
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    if (answer == NULL)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(wire_answer_body(answer), &size);
    g_autoptr(DockerInspect) inspect = docker_inspect_read(span_of(data, size));
    if (inspect != NULL && in_scope(engine, inspect))
        return g_steal_pointer(&inspect);
    g_propagate_error(error, inspect != NULL
                                 ? docker_out_of_scope(engine, call.what)
                                 : docker_rubbish(engine, call.what, _("it is no container")));
    return NULL;
}
