/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which engines are meant when nobody names one. */
#include "config.h"

#include "fleet/fleet.h"
#include "fleet/usual.h"

#include <string.h>

/* DOCKER_HOST and DOCKER_CONTEXT say it for one command line: they win over the settings. */
static bool environment_decides(const DockerEnvironment *environment)
{
    return (environment->host && *environment->host) ||
           (environment->context && *environment->context);
}

static bool add(GPtrArray *sources, const DockerEnvironment *environment, const char *named,
                bool tolerant, GError **error)
{
    g_autoptr(GError) problem = NULL;
    FleetSource *source = fleet_source_docker(environment, named, &problem);
    if (!source && !tolerant) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    if (!source)
        source = fleet_source_misconfigured(named ? named : "default", problem);
    g_ptr_array_add(sources, source);
    return true;
}

GPtrArray *fleet_sources_usual(const Settings *settings, bool tolerant, GError **error)
{
    g_autoptr(GPtrArray) sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)fleet_source_unref);
    DockerEnvironment environment = docker_environment();
    const char *const *names = settings ? settings_texts(settings, SETTING_SOURCES_DOCKER) : NULL;
    bool good = true;
    if (environment_decides(&environment) || !names || !*names)
        good = add(sources, &environment, NULL, tolerant, error);
    else
        for (; good && *names; names++)
            good = add(sources, &environment, *names, tolerant, error);
    return good ? g_steal_pointer(&sources) : NULL;
}
