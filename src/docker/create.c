/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/create.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#define CREATE_DEADLINE 60000 /* milliseconds */
#define PUT_DEADLINE    (5 * 60 * 1000)
#define A_DAY           (24u * 60 * 60 * 1000)

static const char *const tar_headers[] = {"Content-Type: application/x-tar", NULL};

/* Steals nothing; NULL when there is no list. */
static json_t *texts_of(const char *const *list)
{
    json_t *array = list == NULL ? NULL : json_array();
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static json_t *labels_of(const DockerEngine *engine, const DockerSpec *spec)
{
    json_t *object = json_object();
    for (size_t i = 0; i < spec->n_labels; i++)
        json_object_set_new(object, spec->labels[i].key, json_string(spec->labels[i].value));
    if (engine->endpoint->scope != NULL)
        json_object_set_new(object, DOCKER_SCOPE, json_string(engine->endpoint->scope));
    return object;
}

static json_t *devices_of(const DockerSpec *spec)
{
    json_t *array = json_array();
    for (size_t i = 0; spec->devices != NULL && spec->devices[i] != NULL; i++)
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "PathOnHost", spec->devices[i],
                                               "PathInContainer", spec->devices[i],
                                               "CgroupPermissions", "rwm"));
    return array;
}

static json_t *exposed_of(const DockerSpec *spec)
{
    json_t *object = json_object();
    for (size_t i = 0; i < spec->n_ports; i++) {
        g_autofree char *key = g_strdup_printf("%u/tcp", spec->ports[i].inside);
        json_object_set_new(object, key, json_object());
    }
    return object;
}

static json_t *bindings_of(const DockerSpec *spec)
{
    json_t *object = json_object();
    for (size_t i = 0; i < spec->n_ports; i++) {
        const DockerPublish *port = &spec->ports[i];
        g_autofree char *key = g_strdup_printf("%u/tcp", port->inside);
        g_autofree char *number =
            port->host == 0 ? g_strdup("") : g_strdup_printf("%u", port->host);
        json_object_set_new(object, key,
                            json_pack("[{s:s, s:s}]", "HostIp",
                                      port->address != NULL ? port->address : "", "HostPort",
                                      number));
    }
    return object;
}

/* As mounts, whose sources must be there: a bind's would be made, empty and root's. */
static json_t *mounts_of(const DockerSpec *spec)
{
    json_t *array = json_array();
    for (size_t i = 0; spec->binds != NULL && spec->binds[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(spec->binds[i], ":", 3);
        if (g_strv_length(parts) < 2)
            continue;
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:b}", "Type", "bind", "Source",
                                               parts[0], "Target", parts[1], "ReadOnly",
                                               g_strcmp0(parts[2], "ro") == 0));
    }
    return array;
}

static json_t *host_config_of(const DockerSpec *spec)
{
    json_t *binds = spec->binds_exist ? mounts_of(spec) : texts_of(spec->binds);
    json_t *config = json_pack("{s:o*, s:o, s:o}", spec->binds_exist ? "Mounts" : "Binds", binds,
                               "Devices", devices_of(spec), "PortBindings", bindings_of(spec));
    if (spec->network != NULL)
        json_object_set_new(config, "NetworkMode", json_string(spec->network));
    if (spec->no_capabilities) {
        json_object_set_new(config, "CapDrop", json_pack("[s]", "ALL"));
        json_object_set_new(config, "SecurityOpt", json_pack("[s]", "no-new-privileges"));
    }
    if (spec->memory != 0) {
        json_object_set_new(config, "Memory", json_integer((json_int_t)spec->memory));
        json_object_set_new(config, "MemorySwap", json_integer((json_int_t)spec->memory));
    }
    if (spec->processes != 0)
        json_object_set_new(config, "PidsLimit", json_integer((json_int_t)spec->processes));
    return config;
}

static json_t *document_of(const DockerEngine *engine, const DockerSpec *spec)
{
    return json_pack("{s:s, s:b, s:o*, s:o*, s:o*, s:o, s:o, s:o}", "Image", spec->image, "Tty", 0,
                     "Entrypoint", texts_of(spec->entrypoint), "Cmd", texts_of(spec->command),
                     "Env", texts_of(spec->environment), "Labels", labels_of(engine, spec),
                     "ExposedPorts", exposed_of(spec), "HostConfig", host_config_of(spec));
}

char *docker_container_create(DockerEngine *engine, const DockerSpec *spec, Cancel *cancel,
                              GError **error)
{
    g_autofree char *name = docker_escape(spec->name != NULL ? spec->name : "");
    g_autofree char *shown = sanitize_string(spec->name != NULL ? spec->name : spec->image);
    g_auto(DockerCall) call = {
        .method = "POST",
        .path = g_strconcat("/containers/create", *name != '\0' ? "?name=" : "", name, NULL),
        .what = g_strdup_printf(_("cannot create the container %s"), shown),
        .head_deadline = CREATE_DEADLINE,
    };
    json_t *document = document_of(engine, spec);
    json_t *root = docker_ask_json(engine, &call, document, cancel, error);
    json_decref(document);
    if (root == NULL)
        return NULL;
    char *id = json_take_text(root, "Id");
    json_decref(root);
    if (*id != '\0')
        return id;
    g_free(id);
    g_propagate_error(error, docker_rubbish(engine, call.what, _("it is no container")));
    return NULL;
}

bool docker_container_put(DockerEngine *engine, const char *id, const char *directory,
                          DockerProduce tar, void *data, Cancel *cancel, GError **error)
{
    g_autofree char *escaped = docker_escape(id), *escaped_path = docker_escape(directory);
    g_autofree char *shown = docker_shown(id), *shown_path = sanitize_string(directory);
    g_auto(DockerCall) call = {
        .method = "PUT",
        .path = g_strdup_printf("/containers/%s/archive?path=%s", escaped, escaped_path),
        .what = g_strdup_printf(_("cannot put files into %s of %s"), shown_path, shown),
        .headers = tar_headers,
        .head_deadline = PUT_DEADLINE,
    };
    const DockerExchange exchange = {.call = &call, .produce = tar, .produce_data = data};
    return docker_exchange(engine, &exchange, cancel, error);
}

bool docker_container_wait(DockerEngine *engine, const char *id, unsigned deadline, int *status,
                           Cancel *cancel, GError **error)
{
    unsigned longest = deadline != 0 ? deadline : A_DAY;
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *shown = docker_shown(id);
    g_auto(DockerCall) call = {
        .method = "POST",
        .path = g_strdup_printf("/containers/%s/wait", escaped),
        .what = g_strdup_printf(_("cannot wait for %s"), shown),
        .head_deadline = longest,
        .idle_deadline = longest,
        .total_deadline = longest,
    };
    json_t *root = docker_ask_json(engine, &call, NULL, cancel, error);
    if (root == NULL)
        return false;
    const json_t *code = json_object_get(root, "StatusCode");
    bool good = json_is_number(code);
    if (good)
        *status = (int)json_number_value(code);
    else
        g_propagate_error(error, docker_rubbish(engine, call.what, _("it has no exit status")));
    json_decref(root);
    return good;
}
