/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What spawn refuses before it makes anything.
 */
#include "config.h"

#include "life/spawn_private.h"

#include "app/evidence.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/collect.h"
#include "life/make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE_LEAST 1024 /* MiB */

/* The kernel lists its own also where /dev is another's: in a container. */
static const struct {
    const char *path, *listed;
} sgx_devices[] = {
    {"/dev/sgx_enclave", "/sys/class/misc/sgx_enclave"},
    {"/dev/sgx_provision", "/sys/class/misc/sgx_provision"},
    {"/dev/sgx/enclave", NULL},
    {"/dev/sgx/provision", NULL},
};
static const char *const usual_binds[] = {"/var/run/aesmd:/var/run/aesmd", NULL};

static bool fail(LifeError code, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool fail(LifeError code, GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (error != NULL)
        *error = g_error_new_valist(LIFE_ERROR, (int)code, format, list);
    va_end(list);
    return false;
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

bool life_sees_host(void)
{
    return g_getenv("MSE_CONSOLE_IN_CONTAINER") == NULL;
}

char **life_sgx_devices(void)
{
    GPtrArray *found = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(sgx_devices); i++)
        if (there(sgx_devices[i].path) ||
            (sgx_devices[i].listed != NULL && there(sgx_devices[i].listed)))
            g_ptr_array_add(found, g_strdup(sgx_devices[i].path));
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}

const char *const *life_spawn_binds(const LifeSpawn *spawn)
{
    return spawn->binds != NULL ? spawn->binds : usual_binds;
}

/* As Docker has it: [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
static bool check_name(const LifeSpawn *spawn, GError **error)
{
    const char *name = spawn->name;
    size_t good = strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-");
    if (strlen(name) >= 2 && name[good] == '\0' && g_ascii_isalnum(*name))
        return true;
    g_autofree char *safe = sanitize_string(name);
    return fail(
        LIFE_ERROR_OPTION, error,
        _("\"%s\" cannot be a container's name: letters, digits, \"_\", \".\" and \"-\", at "
          "least two, the first a letter or digit"),
        safe);
}

/* Each part "TYPE=value"; backslashes escape (RFC 4514). */
static bool is_subject(const char *subject)
{
    bool equals = false;
    const char *part = subject;
    for (const char *at = subject;; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
            continue;
        }
        if (*at == '=' && !equals) {
            equals = at > part && g_ascii_isalnum(*part);
        } else if (*at == ',' || *at == '\0') {
            if (!equals)
                return false;
            if (*at == '\0')
                return true;
            equals = false;
            part = at + 1 + strspn(at + 1, " ");
        }
    }
}

static bool check_options(const LifeSpawn *spawn, GError **error)
{
    g_autofree char *subject = sanitize_string(spawn->subject);
    if (spawn->size < SIZE_LEAST || (spawn->size & (spawn->size - 1)) != 0)
        return fail(LIFE_ERROR_OPTION, error,
                    _("--size %u: an enclave's size is a power of two of MiB, at least %d"),
                    spawn->size, SIZE_LEAST);
    if (!is_subject(spawn->subject))
        return fail(LIFE_ERROR_OPTION, error,
                    _("--subject \"%s\" is no name of a certificate; expected the like of "
                      "\"CN=example.org,O=Company,C=FR\" (RFC 4514)"),
                    subject);
    if (*spawn->san == '\0' || strpbrk(spawn->san, " \t\r\n/:") != NULL)
        return fail(LIFE_ERROR_OPTION, error,
                    _("--san: expected a host name, the one that the certificate is for"));
    return true;
}

/* Our directories are the container's by binds. */
static bool check_engine(const LifeSpawn *spawn, GError **error)
{
    const DockerEndpoint *endpoint = docker_engine_endpoint(spawn->engine);
    if (endpoint->transport == DOCKER_TRANSPORT_UNIX)
        return true;
    g_autofree char *safe = sanitize_string(endpoint->address);
    return fail(LIFE_ERROR_ENGINE, error,
                _("the engine %s is reached over the network: it does not see the directories of "
                  "this machine, which the container needs; spawn on the engine's own host"),
                safe);
}

static bool check_binds(const LifeSpawn *spawn, GError **error)
{
    for (const char *const *bind = life_spawn_binds(spawn); *bind != NULL; bind++) {
        g_autofree char *safe = sanitize_string(*bind);
        g_auto(GStrv) parts = g_strsplit(*bind, ":", 3);
        if (g_strv_length(parts) < 2 || *parts[0] != '/' || *parts[1] != '/')
            return fail(LIFE_ERROR_PLATFORM, error,
                        _("[spawn] binds in the settings: \"%s\" is no \"/host:/inside\""), safe);
        if (life_sees_host() && !there(parts[0]))
            return fail(LIFE_ERROR_PLATFORM, error,
                        _("there is no %s on this host, where its quoting service listens: install "
                          "and start Intel's aesmd, or name another place as [spawn] binds in the "
                          "settings"),
                        parts[0]);
    }
    return true;
}

static bool check_platform(const LifeSpawn *spawn, GError **error)
{
    g_auto(GStrv) found = life_sgx_devices();
    if (spawn->devices == NULL && *found == NULL)
        return fail(LIFE_ERROR_PLATFORM, error,
                    _("this host has no SGX: none of /dev/sgx_enclave, /dev/sgx_provision, "
                      "/dev/sgx/enclave and /dev/sgx/provision is there; switch SGX on in its "
                      "firmware, or name devices as [spawn] devices in the settings"));
    for (const char *const *device = spawn->devices; device != NULL && *device != NULL; device++) {
        g_autofree char *safe = sanitize_string(*device);
        if (life_sees_host() && !there(*device))
            return fail(LIFE_ERROR_PLATFORM, error,
                        _("[spawn] devices in the settings: there is no %s"), safe);
    }
    return check_binds(spawn, error);
}

static bool check_key(const LifeSpawn *spawn, GError **error)
{
    g_autofree char *public = life_signer_public(spawn->signer_key, spawn->cancel, error);
    return public != NULL;
}

static socklen_t address_of(const LifeSpawn *spawn, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, spawn->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)spawn->port);
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)spawn->port);
    return inet_pton(AF_INET6, spawn->address, &v6->sin6_addr) == 1 ? sizeof *v6 : 0;
}

/* Tried: whoever may not (a port below 1024) leaves it to the engine. */
static bool check_port(const LifeSpawn *spawn, GError **error)
{
    struct sockaddr_storage address;
    socklen_t size = address_of(spawn, &address);
    int one = 1;
    if (size == 0)
        return fail(LIFE_ERROR_OPTION, error, _("--host: no IP address"));
    int tried = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (tried < 0)
        return true;
    setsockopt(tried, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int failed =
        bind(tried, (struct sockaddr *)&address, size) == 0 && listen(tried, 1) == 0 ? 0 : errno;
    close(tried);
    if (failed == EADDRINUSE)
        return fail(LIFE_ERROR_TAKEN, error,
                    _("port %u of %s is taken by another program: choose another with --port"),
                    spawn->port, spawn->address);
    if (failed == EADDRNOTAVAIL)
        return fail(LIFE_ERROR_OPTION, error, _("--host %s: this host has no such address"),
                    spawn->address);
    return true;
}

/* What is looked for among the containers. */
typedef struct Search {
    const LifeSpawn *spawn;
    const char *directory; /* absolute */
    char *port_of;         /* a container's name, or NULL */
    char *directory_of;
    bool name_taken;
    GPtrArray *leftovers;
} Search;

static bool has_directory(const DockerContainer *container, const Search *search)
{
    for (size_t i = 0; i < container->n_mounts; i++)
        if (g_strcmp0(container->mounts[i].destination, LIFE_DIRECTORY_INSIDE) == 0 &&
            g_strcmp0(container->mounts[i].source, search->directory) == 0)
            return true;
    return false;
}

/* What was started is an application, whoever may have been killed since. */
static bool is_leftover(const DockerContainer *container, const Search *search)
{
    return (g_str_equal(container->name, search->spawn->name) ||
            has_directory(container, search)) &&
           g_str_equal(container->state, "created") &&
           life_is_leftover(container->labels, container->n_labels, LIFE_FOR_SPAWN);
}

static bool look(const DockerContainer *container, void *data)
{
    Search *search = data;
    if (is_leftover(container, search)) {
        g_ptr_array_add(search->leftovers, g_strdup(container->id));
        g_ptr_array_add(search->leftovers, g_strdup(container->name));
        return true;
    }
    search->name_taken |= g_str_equal(container->name, search->spawn->name);
    for (size_t i = 0; i < container->n_ports && search->port_of == NULL; i++)
        if (container->ports[i].host == search->spawn->port &&
            g_strcmp0(container->ports[i].protocol, "tcp") == 0 &&
            g_str_equal(container->state, "running"))
            search->port_of = sanitize_string(container->name);
    if (search->directory_of == NULL && has_directory(container, search))
        search->directory_of = sanitize_string(container->name);
    return true;
}

static bool judge_search(const Search *search, GError **error)
{
    g_autofree char *directory = sanitize_string(search->directory);
    if (search->name_taken)
        return fail(LIFE_ERROR_TAKEN, error,
                    _("there is a container named %s already: choose another name, or remove it "
                      "with \"mse-console home stop --remove %s\""),
                    search->spawn->name, search->spawn->name);
    if (search->directory_of != NULL)
        return fail(LIFE_ERROR_TAKEN, error,
                    _("%s is the directory of the application %s: choose another with --output"),
                    directory, search->directory_of);
    if (search->port_of != NULL)
        return fail(LIFE_ERROR_TAKEN, error,
                    _("port %u is published by the container %s: choose another with --port"),
                    search->spawn->port, search->port_of);
    return true;
}

static bool check_containers(const LifeSpawn *spawn, GPtrArray *leftovers, GError **error)
{
    g_autofree char *directory = g_canonicalize_filename(spawn->output, NULL);
    Search search = {.spawn = spawn, .directory = directory, .leftovers = leftovers};
    bool good = docker_engine_list(spawn->engine, look, &search, spawn->cancel, error) &&
                judge_search(&search, error);
    g_free(search.port_of);
    g_free(search.directory_of);
    return good;
}

/* The name in the configuration that stands beside the evidence; NULL: unknown. */
static char *name_in(const char *directory, const Dialect *dialect)
{
    g_autofree char *path = g_build_filename(directory, dialect->config_name, NULL);
    g_autoptr(ProjectConfig) config = project_config_read(path, NULL, NULL);
    return config == NULL ? NULL : g_strdup(config->name);
}

/* Evidence of the same application, which is there no more, gives way to its next. */
static bool check_output(const LifeSpawn *spawn, GError **error)
{
    const ProjectConfig *config = package_config(spawn->package);
    g_autofree char *evidence = g_build_filename(spawn->output, "evidence.json", NULL);
    if (!g_file_test(evidence, G_FILE_TEST_EXISTS))
        return true;
    g_autofree char *name = name_in(spawn->output, config->dialect);
    if (g_strcmp0(name, config->name) == 0)
        return true;
    g_autofree char *safe = sanitize_string(evidence);
    g_autofree char *whose = name == NULL ? NULL : sanitize_string(name);
    if (whose == NULL)
        return fail(LIFE_ERROR_TAKEN, error,
                    _("%s is another application's evidence: choose another directory with "
                      "--output"),
                    safe);
    return fail(LIFE_ERROR_TAKEN, error,
                _("%s is the evidence of another application, %s: choose another directory with "
                  "--output"),
                safe, whose);
}

bool life_spawn_check(const LifeSpawn *spawn, GPtrArray *leftovers, GError **error)
{
    return check_name(spawn, error) && check_options(spawn, error) && check_engine(spawn, error) &&
           check_platform(spawn, error) && check_key(spawn, error) && check_output(spawn, error) &&
           check_containers(spawn, leftovers, error) && check_port(spawn, error);
}
