/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/context.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/json.h"

#include <string.h>

void docker_context_free(DockerContext *context)
{
    if (context == NULL)
        return;
    g_free(context->name);
    g_free(context->host);
    g_free(context->scope);
    g_free(context->meta_file);
    g_free(context->tls_directory);
    g_free(context);
}

static bool is_set(const char *value)
{
    return value != NULL && *value != '\0';
}

char *docker_context_directory(const DockerEnvironment *environment)
{
    if (is_set(environment->config))
        return g_strdup(environment->config);
    return g_build_filename(is_set(environment->home) ? environment->home : "/", ".docker", NULL);
}

static void set_error(GError **error, const char *said_by, const char *path, const char *why)
{
    g_autofree char *shown_by = sanitize_string(said_by);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT, "%s: %s: %s", shown_by, shown, why);
}

/* The JSON object in a file. NULL with `error` set. */
static json_t *read_object(const char *path, const char *said_by, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SETTINGS, NULL, &failed);
    if (bytes == NULL) {
        g_autofree char *shown = sanitize_string(said_by);
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT, "%s: %s", shown, failed->message);
        return NULL;
    }
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    json_t *root = json_parse(span_of(data, size));
    if (json_is_object(root))
        return root;
    json_decref(root);
    set_error(error, said_by, path, _("it holds no JSON object; repair or remove it"));
    return NULL;
}

static char *in_store(const DockerEnvironment *environment, const char *kind, const char *name)
{
    g_autofree char *directory = docker_context_directory(environment);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
    return g_build_filename(directory, "contexts", kind, sum, NULL);
}

static char *tls_directory_of(const DockerEnvironment *environment, const char *name)
{
    g_autofree char *base = in_store(environment, "tls", name);
    g_autofree char *directory = g_build_filename(base, "docker", NULL);
    return g_file_test(directory, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&directory) : NULL;
}

static DockerContext *context_of(const json_t *root, const char *path, GError **error)
{
    const json_t *endpoint = json_at(root, "Endpoints", "docker");
    const char *host = json_text(endpoint, "Host"), *name = json_text(root, "Name");
    if (!is_set(host)) {
        set_error(error, path, "Endpoints.docker.Host", _("it is missing: make the context anew"));
        return NULL;
    }
    DockerContext *context = g_new0(DockerContext, 1);
    context->name = g_strdup(name != NULL ? name : "");
    context->host = g_strdup(host);
    context->scope = g_strdup(json_text(json_object_get(root, "Metadata"), DOCKER_SCOPE));
    context->meta_file = g_strdup(path);
    context->skip_tls_verify = json_is_true(json_object_get(endpoint, "SkipTLSVerify"));
    return context;
}

DockerContext *docker_context_read(const DockerEnvironment *environment, const char *name,
                                   const char *said_by, GError **error)
{
    g_autofree char *base = in_store(environment, "meta", name);
    g_autofree char *path = g_build_filename(base, "meta.json", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_autofree char *shown_by = sanitize_string(said_by);
        g_autofree char *shown = sanitize_string(name);
        g_autofree char *shown_path = sanitize_string(path);
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT,
                    _("%s: there is no context \"%s\" (no %s); \"docker context ls\" lists them"),
                    shown_by, shown, shown_path);
        return NULL;
    }
    json_t *root = read_object(path, said_by, error);
    DockerContext *context = root == NULL ? NULL : context_of(root, path, error);
    json_decref(root);
    if (context != NULL)
        context->tls_directory = tls_directory_of(environment, name);
    return context;
}

bool docker_context_current(const DockerEnvironment *environment, char **name, char **file,
                            GError **error)
{
    g_autofree char *directory = docker_context_directory(environment);
    *name = NULL;
    *file = g_build_filename(directory, "config.json", NULL);
    if (!g_file_test(*file, G_FILE_TEST_EXISTS))
        return true;
    json_t *root = read_object(*file, _("Docker's configuration"), error);
    if (root == NULL)
        return false;
    const char *current = json_text(root, "currentContext");
    *name = is_set(current) ? g_strdup(current) : NULL;
    json_decref(root);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_name(GPtrArray *names, const char *meta, const char *entry)
{
    g_autofree char *path = g_build_filename(meta, entry, "meta.json", NULL);
    json_t *root = read_object(path, "", NULL);
    const char *name = json_text(root, "Name");
    if (is_set(name))
        g_ptr_array_add(names, g_strdup(name));
    json_decref(root);
}

char **docker_endpoint_contexts(const DockerEnvironment *environment)
{
    g_autofree char *directory = docker_context_directory(environment);
    g_autofree char *meta = g_build_filename(directory, "contexts", "meta", NULL);
    GDir *entries = g_dir_open(meta, 0, NULL);
    GPtrArray *names = g_ptr_array_new();
    for (const char *entry; entries != NULL && (entry = g_dir_read_name(entries)) != NULL;)
        add_name(names, meta, entry);
    g_clear_pointer(&entries, g_dir_close);
    if (names->len > 1)
        qsort(names->pdata, names->len, sizeof(gpointer), compare_names);
    g_ptr_array_insert(names, 0, g_strdup("default"));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
