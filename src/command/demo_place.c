/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/demo_place.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TREE_DESCRIPTORS = 16, TRIES = 100 };

static const char PREFIX[] = "mse-console-demo.";

G_DEFINE_QUARK(mse - demo - error, demo_error)

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    remove(path); /* what cannot be removed stays, and its directory with it */
    return 0;
}

/* Links are removed, not followed. */
static void remove_tree(const char *path)
{
    nftw(path, remove_one, TREE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Unix sockets below it must have short paths: 108 bytes, all in all. */
static const char *parent(void)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    return runtime != NULL && g_path_is_absolute(runtime) && access(runtime, W_OK | X_OK) == 0
               ? runtime
               : g_get_tmp_dir();
}

/* The directory is its own lock: a file in it could be made anew while it is being removed. -1:
 * somebody holds it, or it cannot be opened. */
static int take_lock(const char *directory)
{
    const int lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    const int number = errno;
    if (lock >= 0)
        close(lock);
    errno = number;
    return -1;
}

/* Whoever held the lock before may have removed it. */
static bool is_there(const char *path, int lock)
{
    struct stat held, there;
    return fstat(lock, &held) == 0 && lstat(path, &there) == 0 && held.st_dev == there.st_dev &&
           held.st_ino == there.st_ino;
}

static bool is_ours(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

/* Nobody can take it while it is being removed. */
static void remove_if_dead(const char *path)
{
    if (!is_ours(path))
        return;
    const int lock = take_lock(path);
    if (lock < 0)
        return;
    if (is_there(path, lock))
        remove_tree(path);
    close(lock);
}

static void remove_the_dead(const char *directory)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    if (dir == NULL)
        return;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (g_str_has_prefix(name, PREFIX))
            remove_if_dead(path);
    }
}

static gboolean fail(GError **error, const char *path)
{
    const int number = errno;
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, DEMO_ERROR, DEMO_ERROR_PLACE,
                _("%s: the demo's directory cannot be made: %s; TMPDIR names another place"), shown,
                g_strerror(number));
    return FALSE;
}

/* Another demo that begins may take it for a dead one's until it is locked: then it is gone, or
 * going. False; with `error` when that is not why. */
static gboolean make_place(DemoPlace *place, const char *above, GError **error)
{
    g_autofree char *pattern = g_strconcat(above, "/", PREFIX, "XXXXXX", NULL);
    *place = (DemoPlace){.lock = -1};
    if (g_mkdtemp(pattern) == NULL)
        return fail(error, above);
    place->lock = take_lock(pattern);
    if (place->lock >= 0 && is_there(pattern, place->lock)) {
        place->path = g_steal_pointer(&pattern);
        return TRUE;
    }
    if (place->lock < 0 && errno != EWOULDBLOCK && errno != ENOENT)
        fail(error, pattern);
    if (place->lock >= 0)
        close(place->lock);
    rmdir(pattern);
    return FALSE;
}

gboolean demo_place_open(DemoPlace *place, GError **error)
{
    const char *above = parent();
    g_autoptr(GError) failure = NULL;
    remove_the_dead(above);
    for (unsigned i = 0; i < TRIES && failure == NULL; i++)
        if (make_place(place, above, &failure))
            return TRUE;
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        fail(error, above);
    return FALSE;
}

void demo_place_close(DemoPlace *place)
{
    if (place->path == NULL)
        return;
    remove_tree(place->path);
    close(place->lock);
    g_clear_pointer(&place->path, g_free);
}
