/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Applications from what a Docker engine tells of a container. */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/arguments.h"

#include <arpa/inet.h>
#include <string.h>

#define NANOSECONDS INT64_C(1000000000)

/* The application's port in its container, and where its directory is bound. */
enum { APP_PORT = 443 };
#define APP_DIRECTORY "/opt/input"

FleetDialect fleet_dialect_of(const DockerPair *labels, size_t n_labels)
{
    if (docker_label(labels, n_labels, "mse-home"))
        return FLEET_DIALECT_MSE_HOME;
    if (docker_label(labels, n_labels, "cenclave"))
        return FLEET_DIALECT_CENCLAVE;
    return FLEET_DIALECT_NONE;
}

bool fleet_is_demo(const DockerPair *labels, size_t n_labels)
{
    return docker_label(labels, n_labels, DOCKER_SCOPE) != NULL;
}

/* Addresses become a part of URLs, and those of configurations: nothing but an IP address is one.
 * None at all: the engine's own. */
static bool is_address(const char *text)
{
    struct in6_addr bytes;
    return !text || *text == '\0' || inet_pton(AF_INET, text, &bytes) == 1 ||
           inet_pton(AF_INET6, text, &bytes) == 1;
}

/* The published one of the port that applications serve; else the first that is published. */
static void set_port(FleetApp *app, const DockerPort *ports, size_t n)
{
    const DockerPort *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (ports[i].host == 0 || !is_address(ports[i].address))
            continue;
        if (!found || (ports[i].inside == APP_PORT && found->inside != APP_PORT))
            found = &ports[i];
    }
    if (!found)
        return;
    app->port = found->host;
    app->address = g_strdup(found->address);
}

static void set_directory(FleetApp *app, const DockerMount *mounts, size_t n)
{
    for (size_t i = 0; i < n && !app->directory; i++) {
        if (mounts[i].source && g_strcmp0(mounts[i].destination, APP_DIRECTORY) == 0)
            app->directory = g_strdup(mounts[i].source);
    }
}

/* "Exited (1) 3 hours ago": the list has the exit status nowhere else. */
static void set_exit_code(FleetApp *app, const char *status)
{
    const char *open = status ? strchr(status, '(') : NULL;
    const char *close = open ? strchr(open, ')') : NULL;
    if (!close || app->state == FLEET_STATE_RUNNING)
        return;
    g_autofree char *digits = g_strndup(open + 1, (size_t)(close - open) - 1);
    gint64 code;
    app->has_exit_code = g_ascii_string_to_signed(digits, 10, INT32_MIN, INT32_MAX, &code, NULL);
    app->exit_code = app->has_exit_code ? (int)code : 0;
}

FleetApp *fleet_app_from_container(const DockerContainer *container, unsigned source)
{
    FleetApp *app = fleet_app_new();
    app->source = source;
    app->id = g_strdup(container->id);
    app->name = g_strdup(container->name);
    app->image = g_strdup(container->image);
    app->dialect = fleet_dialect_of(container->labels, container->n_labels);
    app->demo = fleet_is_demo(container->labels, container->n_labels);
    app->state = fleet_state_named(container->state);
    app->created = container->created / NANOSECONDS;
    set_exit_code(app, container->status);
    set_port(app, container->ports, container->n_ports);
    if (app->dialect == FLEET_DIALECT_NONE)
        return app;
    set_directory(app, container->mounts, container->n_mounts);
    app->healthcheck =
        g_strdup(docker_label(container->labels, container->n_labels, "healthcheck_endpoint"));
    if (container->command)
        fleet_arguments_read_line(app, container->command);
    return app;
}

FleetApp *fleet_app_from_inspect(const DockerInspect *inspect, unsigned source)
{
    FleetApp *app = fleet_app_new();
    app->source = source;
    app->detailed = true;
    app->id = g_strdup(inspect->id);
    app->name = g_strdup(inspect->name);
    app->image = g_strdup(inspect->image);
    app->dialect = fleet_dialect_of(inspect->labels, inspect->n_labels);
    app->demo = fleet_is_demo(inspect->labels, inspect->n_labels);
    app->state = fleet_state_named(inspect->state);
    app->created = inspect->created / NANOSECONDS;
    app->started = inspect->started / NANOSECONDS;
    app->finished = inspect->finished / NANOSECONDS;
    app->has_exit_code = app->state == FLEET_STATE_EXITED || app->state == FLEET_STATE_DEAD;
    app->exit_code = inspect->exit_code;
    set_port(app, inspect->ports, inspect->n_ports);
    set_directory(app, inspect->mounts, inspect->n_mounts);
    app->healthcheck =
        g_strdup(docker_label(inspect->labels, inspect->n_labels, "healthcheck_endpoint"));
    fleet_arguments_read(app, (const char *const *)inspect->command);
    return app;
}
