/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/demo_engine.h"

#include "command/demo_place.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/engine.h"

static bool any(const DockerContainer *container, void *data)
{
    (void)container;
    (void)data;
    return false; /* one is as good as all */
}

static char *address_of(const DockerEndpoint *endpoint, GError **error)
{
    if (endpoint->transport == DOCKER_TRANSPORT_UNIX)
        return g_strconcat("unix://", endpoint->socket, NULL);
    g_autofree char *shown = sanitize_string(endpoint->address);
    g_set_error(error, DEMO_ERROR, DEMO_ERROR_ENGINE,
                _("the engine at %s is on another machine, and cannot be given the demo's "
                  "directories; run \"mse-console demo --docker\" there"),
                shown);
    return NULL;
}

char *demo_engine_find(Cancel *cancel, GError **error)
{
    const DockerEnvironment environment = docker_environment();
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, error);
    if (endpoint == NULL)
        return NULL;
    g_autofree char *address = address_of(endpoint, error);
    if (address == NULL)
        return NULL;
    g_autoptr(DockerEngine) engine = docker_engine_new(endpoint);
    return docker_engine_list(engine, any, NULL, cancel, error) ? g_steal_pointer(&address) : NULL;
}
