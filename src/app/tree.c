/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/tree.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A path has no more directories than this: each takes a descriptor while it is walked. */
#define DEEPEST 200

typedef struct Walking {
    const TreeWalk *walk;
    TreeVisit visit;
    void *data;
    char *real_root; /* without links; ends in "/" */
    GString *path;   /* relative */
    unsigned depth;
} Walking;

static bool fail_read(const Walking *walking, int number, GError **error)
{
    g_autofree char *path = g_build_filename(walking->walk->root, walking->path->str, NULL);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_READ, _("cannot read %s: %s"), shown,
                g_strerror(number));
    return false;
}

static void warn(const Walking *walking, const char *why)
{
    g_autofree char *shown = sanitize_string(walking->path->str);
    g_ptr_array_add(walking->walk->warnings, g_strdup_printf(_("left out: %s: %s"), shown, why));
}

/* By its name alone, whatever is above it. */
static bool is_left_out(const TreeWalk *walk, const char *path, bool directory)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    if (!walk->hidden && *base == '.')
        return true;
    if (walk->without != NULL && g_strv_contains(walk->without, base))
        return true;
    return walk->ignore != NULL && ignore_matches(walk->ignore, path, directory);
}

/* With what is above it. */
static bool is_left_out_anywhere(const TreeWalk *walk, const char *path)
{
    g_autofree char *above = g_strdup(path);
    for (char *slash = strchr(above, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (is_left_out(walk, above, true))
            return true;
        *slash = '/';
    }
    return is_left_out(walk, path, false);
}

static bool visit_file(Walking *walking, int descriptor, const struct stat *status, GError **error)
{
    TreeFile file = {.path = walking->path->str,
                     .descriptor = descriptor,
                     .size = (uint64_t)status->st_size,
                     .mode = status->st_mode & 0777,
                     .mtime = status->st_mtime};
    return !cancel_is_set(walking->walk->cancel, error) &&
           walking->visit(&file, walking->data, error);
}

/* Opened without following: what it is was decided before, and may have changed since. */
static bool open_and_visit(Walking *walking, int directory, const char *name, GError **error)
{
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return fail_read(walking, errno, error);
    struct stat status;
    bool done = fstat(descriptor, &status) == 0 ? S_ISREG(status.st_mode) : false;
    if (done)
        done = visit_file(walking, descriptor, &status, error);
    else
        fail_read(walking, EINVAL, error);
    close(descriptor);
    return done;
}

static bool visit_link(Walking *walking, GError **error)
{
    g_autofree char *path = g_build_filename(walking->walk->root, walking->path->str, NULL);
    char *real = realpath(path, NULL); /* malloc's */
    g_autofree char *target = g_strdup(real);
    free(real);
    struct stat status;
    if (target == NULL || stat(target, &status) != 0)
        warn(walking, _("a link to something that is not there"));
    else if (S_ISDIR(status.st_mode))
        warn(walking, _("a link to a directory"));
    else if (!g_str_has_prefix(target, walking->real_root))
        warn(walking, _("a link that leads out of the directory"));
    else if (!S_ISREG(status.st_mode))
        warn(walking, _("a link to what is no file"));
    else if (is_left_out_anywhere(walking->walk, target + strlen(walking->real_root)))
        warn(walking, _("a link to a file that is left out"));
    else
        return open_and_visit(walking, AT_FDCWD, target, error);
    return true;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory, sorted. Takes the descriptor. NULL with errno. */
static GPtrArray *sorted_names(int descriptor)
{
    DIR *stream = fdopendir(descriptor);
    if (stream == NULL) {
        int number = errno;
        close(descriptor);
        errno = number;
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    struct dirent *entry;
    while ((errno = 0, entry = readdir(stream)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    int number = errno;
    closedir(stream);
    if (number != 0) {
        g_ptr_array_unref(names);
        errno = number;
        return NULL;
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

static bool walk_directory(Walking *walking, int directory, GError **error);

static bool enter(Walking *walking, int directory, const char *name, GError **error)
{
    if (walking->depth == DEEPEST)
        return fail_read(walking, ELOOP, error);
    int inside = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inside < 0)
        return fail_read(walking, errno, error);
    walking->depth++;
    bool done = walk_directory(walking, inside, error);
    walking->depth--;
    close(inside);
    return done;
}

static bool walk_entry(Walking *walking, int directory, const char *name, GError **error)
{
    struct stat status;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_read(walking, errno, error);
    if (is_left_out(walking->walk, walking->path->str, S_ISDIR(status.st_mode)))
        return true;
    switch (status.st_mode & S_IFMT) {
    case S_IFREG:
        return open_and_visit(walking, directory, name, error);
    case S_IFDIR:
        return enter(walking, directory, name, error);
    case S_IFLNK:
        return visit_link(walking, error);
    default:
        warn(walking, file_kind(status.st_mode));
        return true;
    }
}

static bool walk_directory(Walking *walking, int directory, GError **error)
{
    int listed = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GPtrArray) names = listed >= 0 ? sorted_names(listed) : NULL;
    if (names == NULL)
        return fail_read(walking, errno, error);
    size_t above = walking->path->len;
    bool done = true;
    for (unsigned i = 0; done && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (above > 0)
            g_string_append_c(walking->path, '/');
        g_string_append(walking->path, name);
        done = walk_entry(walking, directory, name, error);
        g_string_truncate(walking->path, above);
    }
    return done;
}

bool tree_walk(const TreeWalk *walk, TreeVisit visit, void *data, GError **error)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Walking walking = {.walk = walk, .visit = visit, .data = data, .path = path};
    char *real = realpath(walk->root, NULL); /* malloc's */
    int root = real != NULL ? open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int number = errno;
    g_autofree char *real_root = real != NULL ? g_strconcat(real, "/", NULL) : NULL;
    free(real);
    if (root < 0)
        return fail_read(&walking, number, error);
    walking.real_root = real_root;
    bool done = walk_directory(&walking, root, error);
    close(root);
    return done;
}

void tree_remove(int directory, const char *name)
{
    if (unlinkat(directory, name, 0) == 0)
        return;
    int inside = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inside < 0)
        return;
    int listed = openat(inside, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GPtrArray) names = listed >= 0 ? sorted_names(listed) : NULL;
    for (unsigned i = 0; names != NULL && i < names->len; i++)
        tree_remove(inside, g_ptr_array_index(names, i));
    close(inside);
    unlinkat(directory, name, AT_REMOVEDIR);
}
