/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/build_context.h"

#include "app/tree.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "format/tar.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct BuildContext {
    char *directory, *dockerfile;
    char *secrets[3]; /* paths in the directory that stay here; NULL-terminated */
    Ignore *ignore;   /* of .dockerignore, or NULL */
    unsigned n_files, n_left_out;
    uint64_t size;
    GPtrArray *warnings;
    Cancel *cancel;
};

/* ---- what is sent ---- */

/* Patterns count from the top, whether or not they begin with a slash. */
static Ignore *parse_dockerignore(Span text)
{
    g_autofree char *copy = g_strndup((const char *)text.data, text.size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autoptr(GString) anchored = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++) {
        const char *pattern = g_strstrip(*line);
        bool back = *pattern == '!';
        pattern += back;
        pattern += strspn(pattern, "/");
        if (*pattern != '\0' && **line != '#')
            g_string_append_printf(anchored, "%s/%s\n", back ? "!" : "", pattern);
    }
    return ignore_parse(span_of(anchored->str, anchored->len));
}

static bool read_dockerignore(BuildContext *context, GError **error)
{
    g_autofree char *path = g_build_filename(context->directory, ".dockerignore", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(GBytes) file = file_read(path, LIMIT_SETTINGS, context->cancel, error);
    if (file == NULL)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(file, &size);
    context->ignore = parse_dockerignore(span_of(data, size));
    return true;
}

/* The path of a file below the directory; NULL: it is not. g_free. */
static char *path_inside(const BuildContext *context, const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    size_t size = strlen(context->directory);
    if (!g_str_has_prefix(whole, context->directory) || whole[size] != '/')
        return NULL;
    return g_strdup(whole + size + 1);
}

static bool is_secret(const BuildContext *context, const char *path)
{
    for (char *const *secret = context->secrets; *secret != NULL; secret++) {
        if (strcmp(*secret, path) == 0)
            return true;
    }
    return false;
}

/* The Dockerfile itself, and .dockerignore, are wanted whatever is ignored. */
static bool is_sent(const BuildContext *context, const char *path)
{
    if (is_secret(context, path))
        return false;
    return context->ignore == NULL || strcmp(path, context->dockerfile) == 0 ||
           !ignore_excludes(context->ignore, path, false);
}

static bool walk(BuildContext *context, TreeVisit visit, void *data, GPtrArray *warnings,
                 GError **error)
{
    const TreeWalk tree = {
        .root = context->directory,
        .hidden = true,
        .warnings = warnings,
        .cancel = context->cancel,
    };
    return tree_walk(&tree, visit, data, error);
}

static bool count(const TreeFile *file, void *data, GError **error)
{
    BuildContext *context = data;
    (void)error;
    bool sent = is_sent(context, file->path);
    context->n_files += sent;
    context->n_left_out += !sent && !is_secret(context, file->path);
    context->size += sent ? file->size : 0;
    return true;
}

BuildContext *build_context_new(const Project *project, Cancel *cancel, GError **error)
{
    g_autoptr(BuildContext) context = g_new0(BuildContext, 1);
    g_autofree char *dockerfile = g_canonicalize_filename(project->dockerfile, NULL);
    context->directory = g_path_get_dirname(dockerfile);
    context->dockerfile = g_path_get_basename(dockerfile);
    context->warnings = g_ptr_array_new_with_free_func(g_free);
    context->cancel = cancel != NULL ? cancel_ref(cancel) : NULL;
    const char *secrets[] = {project->secrets, project->sealed_secrets};
    for (size_t i = 0, n = 0; i < G_N_ELEMENTS(secrets); i++) {
        char *inside = secrets[i] != NULL ? path_inside(context, secrets[i]) : NULL;
        if (inside != NULL)
            context->secrets[n++] = inside;
    }
    if (!read_dockerignore(context, error) ||
        !walk(context, count, context, context->warnings, error))
        return NULL;
    return g_steal_pointer(&context);
}

void build_context_free(BuildContext *context)
{
    if (context == NULL)
        return;
    g_free(context->directory);
    g_free(context->dockerfile);
    for (char **secret = context->secrets; *secret != NULL; secret++)
        g_free(*secret);
    ignore_free(context->ignore);
    g_ptr_array_unref(context->warnings);
    cancel_unref(context->cancel);
    g_free(context);
}

const char *build_context_directory(const BuildContext *context)
{
    return context->directory;
}

const char *build_context_dockerfile(const BuildContext *context)
{
    return context->dockerfile;
}

unsigned build_context_files(const BuildContext *context)
{
    return context->n_files;
}

uint64_t build_context_size(const BuildContext *context)
{
    return context->size;
}

void build_context_say(const BuildContext *context, const LifeListener *listener)
{
    g_autofree char *directory = sanitize_string(context->directory);
    g_autofree char *size = units_size(context->size);
    for (guint i = 0; i < context->warnings->len; i++)
        life_warn(listener, "%s", (const char *)g_ptr_array_index(context->warnings, i));
    life_say(listener, _("Sent to the engine to build from: %u files of %s (%s)"), context->n_files,
             directory, size);
    for (char *const *secret = context->secrets; *secret != NULL; secret++) {
        g_autofree char *safe = sanitize_string(*secret);
        life_say(listener, _("  not sent, since it is secret: %s"), safe);
    }
    if (context->n_left_out > 0)
        life_say(listener, _("  not sent, since .dockerignore says so: %u files"),
                 context->n_left_out);
}

/* ---- sending ---- */

typedef struct Sending {
    const BuildContext *context;
    DockerUpload *upload;
    TarWriter *writer;
} Sending;

static bool put(void *data, Span bytes, GError **error)
{
    const Sending *sending = data;
    return docker_upload_put(sending->upload, bytes, error);
}

/* A file that ends early makes the writer say so. */
static bool put_content(TarWriter *writer, const TreeFile *file, GError **error)
{
    uint8_t bytes[65536];
    for (uint64_t left = file->size; left > 0;) {
        ssize_t n = read(file->descriptor, bytes, (size_t)MIN(left, sizeof bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            g_autofree char *safe = sanitize_string(file->path);
            g_set_error(error, FILE_ERROR, FILE_ERROR_READ, "%s: %s", safe, g_strerror(errno));
            return false;
        }
        if (n == 0)
            break;
        if (!tar_writer_put(writer, span_of(bytes, (size_t)n), error))
            return false;
        left -= (uint64_t)n;
    }
    return true;
}

static bool send_file(const TreeFile *file, void *data, GError **error)
{
    const Sending *sending = data;
    if (!is_sent(sending->context, file->path))
        return true;
    const TarEntry entry = {
        .type = TAR_FILE,
        .name = file->path,
        .size = file->size,
        .mode = file->mode,
        .mtime = file->mtime,
    };
    return tar_writer_open(sending->writer, &entry, error) &&
           put_content(sending->writer, file, error) && tar_writer_close(sending->writer, error);
}

bool build_context_produce(DockerUpload *upload, void *data, GError **error)
{
    BuildContext *context = data;
    g_autoptr(GPtrArray) ignored = g_ptr_array_new_with_free_func(g_free); /* said before */
    Sending sending = {.context = context, .upload = upload};
    const TarSink sink = {.write = put, .data = &sending};
    g_autoptr(TarWriter) writer = sending.writer = tar_writer_new(&sink);
    return walk(context, send_file, &sending, ignored, error) && tar_writer_finish(writer, error);
}
