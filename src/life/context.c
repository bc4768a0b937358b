/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/context.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "format/tar.h"
#include "life/docker_ignore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAXIMUM 64
#define PIECE         65536

struct LifeContext {
    char *directory;
    char *dockerfile; /* its name in there */
    char *own[2];     /* absolute paths of the project's secrets, each may be NULL */
    DockerIgnore *ignore;
    GPtrArray *paths; /* char*: relative, sorted; then NULL */
    uint64_t bytes;
    GPtrArray *secrets; /* char*: what stays because it is secret */
    unsigned n_ignored;
    Cancel *cancel;
};

void life_context_free(LifeContext *context)
{
    if (context == NULL)
        return;
    g_free(context->directory);
    g_free(context->dockerfile);
    for (size_t i = 0; i < G_N_ELEMENTS(context->own); i++)
        free(context->own[i]);
    docker_ignore_free(context->ignore);
    g_ptr_array_unref(context->paths);
    g_ptr_array_unref(context->secrets);
    if (context->cancel != NULL)
        cancel_unref(context->cancel);
    g_free(context);
}

static bool is_secret(const char *name)
{
    return g_str_equal(name, "secrets.json") || g_str_equal(name, "secrets_to_seal.json") ||
           g_str_has_suffix(name, ".key");
}

/* `path` absolute, without links. */
static bool is_own(const LifeContext *context, const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(context->own); i++)
        if (g_strcmp0(context->own[i], path) == 0)
            return true;
    return false;
}

static bool fail(const char *path, int number, GError **error)
{
    g_autofree char *safe = sanitize_string(path);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_IMAGE, _("the build context %s cannot be read: %s"),
                safe, g_strerror(number));
    return false;
}

/* The engine needs these two, whatever .dockerignore says. */
static bool is_needed(const LifeContext *context, const char *path)
{
    return g_str_equal(path, context->dockerfile) || g_str_equal(path, ".dockerignore");
}

static bool scan(LifeContext *context, const char *below, unsigned depth, GError **error);

/* A link is followed to a file that lies in the directory, and to nothing else. */
static bool leads_inside(const LifeContext *context, const char *full)
{
    g_autofree char *there = realpath(full, NULL);
    g_autofree char *top = realpath(context->directory, NULL);
    return there != NULL && top != NULL && g_str_has_prefix(there, top) &&
           there[strlen(top)] == '/' && !is_secret(strrchr(there, '/') + 1) &&
           !is_own(context, there);
}

static void keep(LifeContext *context, const char *path, const struct stat *about)
{
    g_ptr_array_add(context->paths, g_strdup(path));
    context->bytes += S_ISREG(about->st_mode) ? (uint64_t)about->st_size : 0;
}

static bool take_entry(LifeContext *context, const char *path, unsigned depth, GError **error)
{
    g_autofree char *full = g_build_filename(context->directory, path, NULL);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *there = realpath(full, NULL);
    struct stat about;
    if (is_secret(name) || (there != NULL && is_own(context, there))) {
        g_ptr_array_add(context->secrets, g_strdup(path));
        return true;
    }
    if (lstat(full, &about) != 0)
        return fail(full, errno, error);
    bool link = S_ISLNK(about.st_mode);
    if (link &&
        (!leads_inside(context, full) || stat(full, &about) != 0 || !S_ISREG(about.st_mode))) {
        context->n_ignored++;
        return true;
    }
    bool ignored = !is_needed(context, path) && docker_ignore_matches(context->ignore, path);
    if (S_ISDIR(about.st_mode)) {
        if (ignored && !docker_ignore_has_exceptions(context->ignore)) {
            context->n_ignored++;
            return true;
        }
        if (!ignored)
            keep(context, path, &about);
        return scan(context, path, depth + 1, error);
    }
    if (ignored || !S_ISREG(about.st_mode))
        context->n_ignored++;
    else
        keep(context, path, &about);
    return true;
}

static bool scan(LifeContext *context, const char *below, unsigned depth, GError **error)
{
    g_autofree char *full = g_build_filename(context->directory, below, NULL);
    if (depth > DEPTH_MAXIMUM)
        return fail(full, ENAMETOOLONG, error);
    g_autoptr(GError) failure = NULL;
    g_autoptr(GDir) directory = g_dir_open(full, 0, &failure);
    if (directory == NULL)
        return fail(full, errno, error);
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *path =
            *below == '\0' ? g_strdup(name) : g_build_filename(below, name, NULL);
        if (cancel_is_set(context->cancel, error) || !take_entry(context, path, depth, error))
            return false;
    }
    return true;
}

static bool read_ignore(LifeContext *context, GError **error)
{
    g_autofree char *path = g_build_filename(context->directory, ".dockerignore", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        context->ignore = docker_ignore_parse(span_of(NULL, 0));
        return true;
    }
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SETTINGS, context->cancel, error);
    if (bytes == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    context->ignore = docker_ignore_parse(span_of(data, size));
    return true;
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
    return tar_compare_names(*(const char *const *)a, *(const char *const *)b);
}

static char *resolved(const char *path)
{
    return path != NULL ? realpath(path, NULL) : NULL;
}

LifeContext *life_context_new(const Project *project, Cancel *cancel, GError **error)
{
    g_autoptr(LifeContext) context = g_new0(LifeContext, 1);
    context->directory = g_path_get_dirname(project->dockerfile);
    context->dockerfile = g_path_get_basename(project->dockerfile);
    context->own[0] = resolved(project->secrets);
    context->own[1] = resolved(project->sealed_secrets);
    context->paths = g_ptr_array_new_with_free_func(g_free);
    context->secrets = g_ptr_array_new_with_free_func(g_free);
    context->cancel = cancel != NULL ? cancel_ref(cancel) : NULL;
    if (!read_ignore(context, error) || !scan(context, "", 0, error))
        return NULL;
    g_ptr_array_sort(context->paths, compare_paths);
    g_ptr_array_sort(context->secrets, compare_paths);
    g_ptr_array_add(context->paths, NULL);
    return g_steal_pointer(&context);
}

const char *const *life_context_paths(const LifeContext *context)
{
    return (const char *const *)context->paths->pdata;
}

char *life_context_text(const LifeContext *context)
{
    g_autofree char *directory = sanitize_string(context->directory);
    g_autofree char *size = units_size(context->bytes);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, _("Sent to the engine: %u entries of %s (%s)"), context->paths->len - 1,
                    directory, size);
    if (context->n_ignored > 0)
        g_string_append_printf(text,
                               _(", without %u that .dockerignore names or that are no files"),
                               context->n_ignored);
    for (guint i = 0; i < context->secrets->len; i++) {
        g_autofree char *safe = sanitize_string(g_ptr_array_index(context->secrets, i));
        g_string_append_printf(text, i == 0 ? _("; kept here as secret: %s") : ", %s", safe);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool to_upload(void *data, Span bytes, GError **error)
{
    return docker_upload_put(data, bytes, error);
}

static bool changed(const char *path, GError **error)
{
    g_autofree char *safe = sanitize_string(path);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_IMAGE, _("%s changed while it was sent; try again"),
                safe);
    return false;
}

/* As much as its header says. */
static bool send_content(TarWriter *writer, int file, const char *path, uint64_t size,
                         GError **error)
{
    uint8_t piece[PIECE];
    while (size > 0) {
        ssize_t n = read(file, piece, MIN(size, sizeof piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(path, errno, error);
        if (n == 0)
            return changed(path, error);
        if (!tar_writer_put(writer, span_of(piece, (size_t)n), error))
            return false;
        size -= (uint64_t)n;
    }
    return true;
}

static bool send_open(TarWriter *writer, int file, const char *path, const char *full,
                      GError **error)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return fail(full, errno, error);
    bool directory = S_ISDIR(about.st_mode);
    if (!directory && !S_ISREG(about.st_mode))
        return changed(full, error);
    const TarEntry entry = {.type = directory ? TAR_DIRECTORY : TAR_FILE,
                            .name = path,
                            .size = directory ? 0 : (uint64_t)about.st_size,
                            .mode = about.st_mode & 07777,
                            .mtime = about.st_mtime};
    return tar_writer_open(writer, &entry, error) &&
           send_content(writer, file, full, entry.size, error) && tar_writer_close(writer, error);
}

static bool send_path(TarWriter *writer, const LifeContext *context, const char *path,
                      GError **error)
{
    g_autofree char *full = g_build_filename(context->directory, path, NULL);
    int file = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail(full, errno, error);
    bool sent = send_open(writer, file, path, full, error);
    close(file);
    return sent;
}

bool life_context_produce(DockerUpload *upload, void *data, GError **error)
{
    const LifeContext *context = data;
    const TarSink sink = {.write = to_upload, .data = upload};
    g_autoptr(TarWriter) writer = tar_writer_new(&sink);
    for (const char *const *path = life_context_paths(context); *path != NULL; path++)
        if (!send_path(writer, context, *path, error))
            return false;
    return tar_writer_finish(writer, error);
}

static void on_line(const char *line, void *data)
{
    life_output(data, line);
}

char *life_build(DockerEngine *engine, LifeContext *context, const char *tag,
                 const LifeListener *listener, Cancel *cancel, GError **error)
{
    const DockerBuild build = {.tag = tag,
                               .dockerfile = context->dockerfile,
                               .context = life_context_produce,
                               .context_data = context,
                               .say = on_line,
                               .say_data = (void *)listener};
    g_autofree char *what = life_context_text(context);
    life_say(listener, "%s", what);
    return docker_image_build(engine, &build, cancel, error);
}
