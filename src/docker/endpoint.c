/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/endpoint.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/context.h"
#include "docker/engine.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_ADDRESS "unix:///var/run/docker.sock"

DockerEnvironment docker_environment(void)
{
    return (DockerEnvironment){
        .host = g_getenv("DOCKER_HOST"),
        .tls_verify = g_getenv("DOCKER_TLS_VERIFY"),
        .tls = g_getenv("DOCKER_TLS"),
        .cert_path = g_getenv("DOCKER_CERT_PATH"),
        .context = g_getenv("DOCKER_CONTEXT"),
        .config = g_getenv("DOCKER_CONFIG"),
        .home = g_getenv("HOME"),
    };
}

static bool is_set(const char *value)
{
    return value != NULL && *value != '\0';
}

DockerEndpoint *docker_endpoint_copy(const DockerEndpoint *endpoint)
{
    DockerEndpoint *copy = g_new0(DockerEndpoint, 1);
    *copy = (DockerEndpoint){
        .transport = endpoint->transport,
        .name = g_strdup(endpoint->name),
        .address = g_strdup(endpoint->address),
        .from = g_strdup(endpoint->from),
        .socket = g_strdup(endpoint->socket),
        .url = g_strdup(endpoint->url),
        .command = g_strdupv(endpoint->command),
        .ca_file = g_strdup(endpoint->ca_file),
        .cert_file = g_strdup(endpoint->cert_file),
        .key_file = g_strdup(endpoint->key_file),
        .scope = g_strdup(endpoint->scope),
    };
    return copy;
}

static bool same_command(char *const *a, char *const *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

bool docker_endpoint_equal(const DockerEndpoint *a, const DockerEndpoint *b)
{
    return a->transport == b->transport && g_strcmp0(a->name, b->name) == 0 &&
           g_strcmp0(a->address, b->address) == 0 && g_strcmp0(a->socket, b->socket) == 0 &&
           g_strcmp0(a->url, b->url) == 0 && same_command(a->command, b->command) &&
           g_strcmp0(a->ca_file, b->ca_file) == 0 && g_strcmp0(a->cert_file, b->cert_file) == 0 &&
           g_strcmp0(a->key_file, b->key_file) == 0;
}

void docker_endpoint_free(DockerEndpoint *endpoint)
{
    if (endpoint == NULL)
        return;
    g_free(endpoint->name);
    g_free(endpoint->address);
    g_free(endpoint->from);
    g_free(endpoint->socket);
    g_free(endpoint->url);
    g_strfreev(endpoint->command);
    g_free(endpoint->ca_file);
    g_free(endpoint->cert_file);
    g_free(endpoint->key_file);
    g_free(endpoint->scope);
    g_free(endpoint);
}

/* The address is wrong: says which, by what it was given, and why. Returns false. */
static bool wrong(const DockerEndpoint *endpoint, GError **error, const char *why)
{
    g_autofree char *from = sanitize_string(endpoint->from);
    g_autofree char *address = sanitize_string(endpoint->address);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT, _("%s says \"%s\": %s"), from, address,
                why);
    return false;
}

static bool set_unix(DockerEndpoint *endpoint, const char *rest, GError **error)
{
    endpoint->transport = DOCKER_TRANSPORT_UNIX;
    endpoint->socket = g_strdup(*rest != '\0' ? rest : DEFAULT_ADDRESS + strlen("unix://"));
    endpoint->url = g_strdup("http://localhost");
    return *endpoint->socket == '/' ||
           wrong(endpoint, error, _("a socket's path begins with a slash: unix:///var/run/…"));
}

/* The host and port of what stands after the scheme. */
static GUri *parse(const DockerEndpoint *endpoint, const char *scheme, const char *rest,
                   GError **error)
{
    g_autofree char *text = g_strconcat(scheme, "://", rest, NULL);
    GUri *uri = g_uri_parse(text, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    if (uri != NULL && is_set(g_uri_get_host(uri)) && g_uri_get_query(uri) == NULL &&
        g_uri_get_fragment(uri) == NULL)
        return uri;
    g_clear_pointer(&uri, g_uri_unref);
    wrong(endpoint, error, _("that is no address: write SCHEME://HOST:PORT"));
    return NULL;
}

static char *path_of(GUri *uri)
{
    g_autofree char *path = g_strdup(g_uri_get_path(uri));
    while (g_str_has_suffix(path, "/"))
        path[strlen(path) - 1] = '\0';
    return g_steal_pointer(&path);
}

/* An address that is shown has no password in it. */
static void show_without_password(DockerEndpoint *endpoint, GUri *uri)
{
    if (g_uri_get_password(uri) == NULL && g_uri_get_userinfo(uri) == NULL)
        return;
    g_free(endpoint->address);
    endpoint->address = g_uri_to_string_partial(uri, G_URI_HIDE_PASSWORD);
}

static bool set_tcp(DockerEndpoint *endpoint, const char *rest, bool tls, GError **error)
{
    g_autoptr(GUri) uri = parse(endpoint, "http", rest, error);
    if (uri == NULL)
        return false;
    endpoint->transport = DOCKER_TRANSPORT_TCP;
    if (g_uri_get_userinfo(uri) != NULL) {
        g_free(endpoint->address);
        endpoint->address = g_strdup("tcp://…");
        return wrong(endpoint, error, _("an engine takes no user and password in its address"));
    }
    const char *host = g_uri_get_host(uri);
    bool bracketed = strchr(host, ':') != NULL;
    int port = g_uri_get_port(uri);
    g_autofree char *path = path_of(uri);
    /* The ports that the CLI takes when none is given. */
    endpoint->url =
        g_strdup_printf("%s://%s%s%s:%d%s", tls ? "https" : "http", bracketed ? "[" : "", host,
                        bracketed ? "]" : "", port > 0 ? port : (tls ? 2376 : 2375), path);
    return true;
}

/* What the system's ssh is asked: BatchMode keeps it from asking for passwords on our terminal.
 * Nothing of the address can be taken for an option. */
static bool set_ssh(DockerEndpoint *endpoint, const char *rest, GError **error)
{
    g_autoptr(GUri) uri = parse(endpoint, "ssh", rest, error);
    if (uri == NULL)
        return false;
    endpoint->transport = DOCKER_TRANSPORT_SSH;
    endpoint->url = g_strdup("http://docker");
    g_autofree char *path = path_of(uri);
    show_without_password(endpoint, uri);
    if (g_uri_get_password(uri) != NULL)
        return wrong(endpoint, error, _("a password does not belong there; use a key"));
    const char *user = g_uri_get_user(uri), *host = g_uri_get_host(uri);
    if (*host == '-' || (user != NULL && *user == '-'))
        return wrong(endpoint, error, _("names do not begin with a dash"));
    GPtrArray *command = g_ptr_array_new();
    const char *const head[] = {"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T"};
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(command, g_strdup(head[i]));
    if (is_set(user)) {
        g_ptr_array_add(command, g_strdup("-l"));
        g_ptr_array_add(command, g_strdup(user));
    }
    if (g_uri_get_port(uri) > 0) {
        g_ptr_array_add(command, g_strdup("-p"));
        g_ptr_array_add(command, g_strdup_printf("%d", g_uri_get_port(uri)));
    }
    g_ptr_array_add(command, g_strdup("--"));
    g_ptr_array_add(command, g_strdup(host));
    g_ptr_array_add(command, g_strdup("docker"));
    if (*path != '\0') { /* a socket of the other side; the shell there reads it */
        g_autofree char *address = g_strconcat("unix://", path, NULL);
        g_ptr_array_add(command, g_strdup("--host"));
        g_ptr_array_add(command, g_shell_quote(address));
    }
    g_ptr_array_add(command, g_strdup("system"));
    g_ptr_array_add(command, g_strdup("dial-stdio"));
    g_ptr_array_add(command, NULL);
    endpoint->command = (char **)g_ptr_array_free(command, FALSE);
    return true;
}

/* An address without a scheme is taken as a host and port, as the CLI takes it. */
static bool set_address(DockerEndpoint *endpoint, bool tls, GError **error)
{
    g_autofree char *address = g_strdup(endpoint->address);
    char *rest = strstr(address, "://");
    const char *scheme = rest == NULL ? "tcp" : address;
    if (rest != NULL) {
        *rest = '\0';
        rest += 3;
    } else {
        rest = address;
    }
    if (g_str_equal(scheme, "unix"))
        return set_unix(endpoint, rest, error);
    if (g_str_equal(scheme, "tcp") || g_str_equal(scheme, "http"))
        return set_tcp(endpoint, rest, tls, error);
    if (g_str_equal(scheme, "https"))
        return set_tcp(endpoint, rest, true, error);
    if (g_str_equal(scheme, "ssh"))
        return set_ssh(endpoint, rest, error);
    return wrong(endpoint, error,
                 g_str_equal(scheme, "npipe")
                     ? _("named pipes are Windows'; use unix, tcp or ssh")
                     : _("an engine is reached by unix://, tcp://, http://, https:// or ssh://"));
}

static bool check_readable(const char *from, const char *path, GError **error)
{
    if (access(path, R_OK) == 0)
        return true;
    g_autofree char *why = g_strdup(g_strerror(errno));
    g_autofree char *shown_from = sanitize_string(from);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT, _("%s: %s cannot be read: %s"),
                shown_from, shown, why);
    return false;
}

/* ca.pem must be there: whoever turns verifying on has said whom to trust. */
static bool set_tls(DockerEndpoint *endpoint, const char *from, const char *directory,
                    GError **error)
{
    endpoint->ca_file = g_build_filename(directory, "ca.pem", NULL);
    g_autofree char *cert = g_build_filename(directory, "cert.pem", NULL);
    g_autofree char *key = g_build_filename(directory, "key.pem", NULL);
    if (!check_readable(from, endpoint->ca_file, error))
        return false;
    bool has_cert = g_file_test(cert, G_FILE_TEST_EXISTS);
    bool has_key = g_file_test(key, G_FILE_TEST_EXISTS);
    if (!has_cert && !has_key)
        return true;
    if (!check_readable(from, cert, error) || !check_readable(from, key, error))
        return false;
    endpoint->cert_file = g_steal_pointer(&cert);
    endpoint->key_file = g_steal_pointer(&key);
    return true;
}

static DockerEndpoint *endpoint_new(const char *name, const char *address, const char *from)
{
    DockerEndpoint *endpoint = g_new0(DockerEndpoint, 1);
    endpoint->name = g_strdup(name);
    endpoint->address = g_strdup(address);
    endpoint->from = g_strdup(from);
    return endpoint;
}

/* An address that was given by hand, or in DOCKER_HOST: the environment says whether with TLS. */
static DockerEndpoint *from_address(const DockerEnvironment *environment, const char *address,
                                    const char *from, GError **error)
{
    g_autoptr(DockerEndpoint) endpoint = endpoint_new("default", address, from);
    bool tls = is_set(environment->tls_verify);
    if (!set_address(endpoint, tls || is_set(environment->tls), error))
        return NULL;
    bool wants_tls = endpoint->transport == DOCKER_TRANSPORT_TCP &&
                     (tls || is_set(environment->tls) || is_set(environment->cert_path) ||
                      g_str_has_prefix(endpoint->url, "https"));
    if (endpoint->transport != DOCKER_TRANSPORT_TCP || !wants_tls)
        return g_steal_pointer(&endpoint);
    if (is_set(environment->tls) && !tls) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT,
                    _("DOCKER_TLS asks for TLS without verifying whom we talk to, which is not "
                      "done here: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the directory "
                      "of ca.pem"));
        return NULL;
    }
    if (!g_str_has_prefix(endpoint->url, "https")) /* certificates alone turn nothing on */
        return g_steal_pointer(&endpoint);
    if (!tls && !is_set(environment->cert_path)) /* https:// to whom the system trusts */
        return g_steal_pointer(&endpoint);
    bool given = is_set(environment->cert_path);
    g_autofree char *directory =
        given ? g_strdup(environment->cert_path) : docker_context_directory(environment);
    if (!set_tls(endpoint, given ? "DOCKER_CERT_PATH" : "DOCKER_TLS_VERIFY", directory, error))
        return NULL;
    return g_steal_pointer(&endpoint);
}

static DockerEndpoint *from_context(const DockerEnvironment *environment, const char *name,
                                    const char *said_by, GError **error)
{
    g_autoptr(DockerContext) context = docker_context_read(environment, name, said_by, error);
    if (context == NULL)
        return NULL;
    g_autoptr(DockerEndpoint) endpoint = endpoint_new(name, context->host, context->meta_file);
    endpoint->scope = g_strdup(context->scope);
    bool has_tls = context->tls_directory != NULL;
    if (!set_address(endpoint, has_tls, error))
        return NULL;
    if (endpoint->transport != DOCKER_TRANSPORT_TCP)
        return g_steal_pointer(&endpoint);
    if (context->skip_tls_verify) {
        wrong(endpoint, error,
              _("SkipTLSVerify asks for TLS without verifying whom we talk to, which is not done "
                "here: give the context its ca.pem (docker context update)"));
        return NULL;
    }
    if (has_tls && !set_tls(endpoint, context->meta_file, context->tls_directory, error))
        return NULL;
    return g_steal_pointer(&endpoint);
}

static DockerEndpoint *system_default(const DockerEnvironment *environment, GError **error)
{
    return from_address(environment, DEFAULT_ADDRESS, _("Docker's default"), error);
}

/* Whatever the environment and the configuration say, when nothing was named. */
static DockerEndpoint *from_surroundings(const DockerEnvironment *environment, GError **error)
{
    g_autofree char *file = NULL;
    g_autofree char *current = NULL;
    if (is_set(environment->host))
        return from_address(environment, environment->host, "DOCKER_HOST", error);
    if (is_set(environment->context)) {
        current = g_strdup(environment->context);
        file = g_strdup("DOCKER_CONTEXT");
    } else if (!docker_context_current(environment, &current, &file, error)) {
        return NULL;
    }
    if (current == NULL || g_str_equal(current, "default"))
        return system_default(environment, error);
    return from_context(environment, current, file, error);
}

DockerEndpoint *docker_endpoint_find(const DockerEnvironment *environment, const char *named,
                                     GError **error)
{
    if (!is_set(named))
        return from_surroundings(environment, error);
    if (strstr(named, "://") != NULL)
        return from_address(environment, named, _("the given address"), error);
    if (!g_str_equal(named, "default"))
        return from_context(environment, named, _("the given context"), error);
    if (is_set(environment->host))
        return from_address(environment, environment->host, "DOCKER_HOST", error);
    return system_default(environment, error);
}
