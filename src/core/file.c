/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cause.h"
#include "core/file.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

GQuark file_error_quark(void)
{
    return g_quark_from_static_string("mse-file-error");
}

/* How many names a temporary may find taken before we give up. */
#define TEMPORARY_TRIES 100

const char *file_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return _("a file");
    case S_IFDIR:
        return _("a directory");
    case S_IFLNK:
        return _("a symbolic link");
    case S_IFIFO:
        return _("a FIFO");
    case S_IFSOCK:
        return _("a socket");
    default:
        return _("a device");
    }
}

static const char *advice(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return _("; make room and try again");
    case EACCES:
    case EPERM:
    case EROFS:
        return _("; choose a directory that you may write to");
    case ENOENT:
    case ENOTDIR:
        return _("; the directory must exist");
    default:
        return "";
    }
}

static bool fail_write(const char *path, int number, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE, _("cannot write %s: %s%s"), shown,
                g_strerror(number), advice(number));
    cause_end_errno(error, CAUSE_HERE, number);
    return false;
}

/* One writing under way: the directory stays the same one even when it is renamed meanwhile. */
typedef struct Target {
    const char *path;
    char *base;
    int directory;
    int descriptor;
    char temporary[24]; /* its name in the directory; empty while it has none */
} Target;

static bool open_directory(Target *target, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(target->path);
    size_t size = strlen(target->path);
    if (size == 0 || target->path[size - 1] == '/')
        return fail_write(target->path, size == 0 ? ENOENT : EISDIR, error);
    target->base = g_path_get_basename(target->path);
    target->directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return target->directory >= 0 || fail_write(target->path, errno, error);
}

static bool check_target(const Target *target, GError **error)
{
    struct stat status;
    if (fstatat(target->directory, target->base, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || fail_write(target->path, errno, error);
    if (S_ISREG(status.st_mode))
        return true;
    g_autofree char *shown = sanitize_string(target->path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_KIND,
                S_ISLNK(status.st_mode)
                    ? _("cannot write %s: it is %s; name the file that it points to")
                    : _("cannot write %s: it is %s; name a file"),
                shown, file_kind(status.st_mode));
    return false;
}

static void choose_name(Target *target)
{
    g_snprintf(target->temporary, sizeof target->temporary, ".mse-%08x%08x", g_random_int(),
               g_random_int());
}

/* A temporary without a name where the file system has them: nothing of it is left even when the
 * program is killed. Else one with a name. */
static bool open_temporary(Target *target, GError **error)
{
    target->descriptor = openat(target->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (target->descriptor >= 0 && access("/proc/self/fd", X_OK) == 0)
        return true;
    if (target->descriptor >= 0)
        close(target->descriptor);
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        choose_name(target);
        target->descriptor = openat(target->directory, target->temporary,
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (target->descriptor >= 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    target->temporary[0] = '\0';
    return fail_write(target->path, errno, error);
}

static bool write_all(const Target *target, Span content, GError **error)
{
    size_t done = 0;
    while (done < content.size) {
        ssize_t put = write(target->descriptor, content.data + done, content.size - done);
        if (put > 0)
            done += (size_t)put;
        else if (put == 0 || errno != EINTR)
            return fail_write(target->path, put == 0 ? ENOSPC : errno, error);
    }
    return true;
}

/* Gives a nameless temporary its name, for the rename. */
static bool name_temporary(Target *target, GError **error)
{
    char descriptor[40];
    g_snprintf(descriptor, sizeof descriptor, "/proc/self/fd/%d", target->descriptor);
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        choose_name(target);
        if (linkat(AT_FDCWD, descriptor, target->directory, target->temporary, AT_SYMLINK_FOLLOW) ==
            0)
            return true;
        if (errno != EEXIST)
            break;
    }
    target->temporary[0] = '\0';
    return fail_write(target->path, errno, error);
}

/* An O_PATH descriptor cannot be fsynced; and a file system that cannot fsync a directory is not
 * worth failing for. */
static bool sync_directory(const Target *target, GError **error)
{
    int descriptor = openat(target->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) /* may be written to but not listed */
        return true;
    int number = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    if (number == 0 || number == EINVAL)
        return true;
    g_autofree char *shown = sanitize_string(target->path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE,
                _("%s is written, but a power cut may undo it: %s"), shown, g_strerror(number));
    return false;
}

static bool fail_exists(const Target *target, GError **error)
{
    g_autofree char *shown = sanitize_string(target->path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_EXISTS,
                _("cannot write %s: something of that name is there already"), shown);
    return false;
}

/* A link is only made where nothing is: that is decided by the kernel, and not by looking before.
 */
static bool link_new(Target *target, GError **error)
{
    char from[40];
    g_snprintf(from, sizeof from, "/proc/self/fd/%d", target->descriptor);
    bool named = target->temporary[0] != '\0';
    int linked =
        named ? linkat(target->directory, target->temporary, target->directory, target->base, 0)
              : linkat(AT_FDCWD, from, target->directory, target->base, AT_SYMLINK_FOLLOW);
    if (linked != 0)
        return errno == EEXIST ? fail_exists(target, error)
                               : fail_write(target->path, errno, error);
    if (named)
        unlinkat(target->directory, target->temporary, 0);
    target->temporary[0] = '\0';
    return sync_directory(target, error);
}

static bool publish(Target *target, int mode, FileThere there, GError **error)
{
    if (fchmod(target->descriptor, (mode_t)mode) != 0 || fsync(target->descriptor) != 0)
        return fail_write(target->path, errno, error);
    if (there == FILE_ONLY_NEW)
        return link_new(target, error);
    if (target->temporary[0] == '\0' && !name_temporary(target, error))
        return false;
    if (renameat(target->directory, target->temporary, target->directory, target->base) != 0)
        return fail_write(target->path, errno, error);
    target->temporary[0] = '\0';
    return sync_directory(target, error);
}

static void target_clear(Target *target)
{
    if (target->temporary[0] != '\0')
        unlinkat(target->directory, target->temporary, 0);
    if (target->descriptor >= 0)
        close(target->descriptor);
    if (target->directory >= 0)
        close(target->directory);
    g_free(target->base);
}

bool file_write(const char *path, Span content, int mode, GError **error)
{
    Target target = {.path = path, .directory = -1, .descriptor = -1};
    bool done = open_directory(&target, error) && check_target(&target, error) &&
                open_temporary(&target, error) && write_all(&target, content, error) &&
                publish(&target, mode, FILE_REPLACE, error);
    target_clear(&target);
    return done;
}

struct FileWriter {
    Target target;
    char *path;
};

FileWriter *file_writer_new(const char *path, GError **error)
{
    g_autoptr(FileWriter) writer = g_new0(FileWriter, 1);
    writer->path = g_strdup(path);
    writer->target = (Target){.path = writer->path, .directory = -1, .descriptor = -1};
    Target *target = &writer->target;
    if (!open_directory(target, error) || !check_target(target, error) ||
        !open_temporary(target, error))
        return NULL;
    return g_steal_pointer(&writer);
}

void file_writer_free(FileWriter *writer)
{
    if (writer == NULL)
        return;
    target_clear(&writer->target);
    g_free(writer->path);
    g_free(writer);
}

bool file_writer_put(FileWriter *writer, Span bytes, GError **error)
{
    return write_all(&writer->target, bytes, error);
}

bool file_writer_put_at(FileWriter *writer, uint64_t offset, Span bytes, GError **error)
{
    size_t done = 0;
    while (done < bytes.size) {
        ssize_t put = pwrite(writer->target.descriptor, bytes.data + done, bytes.size - done,
                             (off_t)(offset + done));
        if (put > 0)
            done += (size_t)put;
        else if (put == 0 || errno != EINTR)
            return fail_write(writer->path, put == 0 ? ENOSPC : errno, error);
    }
    return true;
}

bool file_writer_commit(FileWriter *writer, int mode, FileThere there, GError **error)
{
    return publish(&writer->target, mode, there, error);
}

bool file_make_directory(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) == 0)
        return true;
    int number = errno;
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE, _("cannot make the directory %s: %s"), shown,
                g_strerror(number));
    cause_end_errno(error, CAUSE_HERE, number);
    return false;
}

/* The environment is read here, not through g_get_user_config_dir, which would look in the
 * password file when HOME is unset and then remember the answer. */
static char *xdg_directory(const char *variable, const char *under_home, GError **error)
{
    const char *base = g_getenv(variable);
    if (base != NULL && g_path_is_absolute(base))
        return g_build_filename(base, "mse-console", NULL);
    const char *home = g_getenv("HOME");
    if (home != NULL && g_path_is_absolute(home))
        return g_build_filename(home, under_home, "mse-console", NULL);
    g_set_error(error, FILE_ERROR, FILE_ERROR_OPEN,
                _("there is no home directory: set HOME or %s to an absolute path"), variable);
    return NULL;
}

char *file_config_directory(GError **error)
{
    return xdg_directory("XDG_CONFIG_HOME", ".config", error);
}

char *file_state_directory(GError **error)
{
    return xdg_directory("XDG_STATE_HOME", ".local/state", error);
}

char *file_cache_directory(GError **error)
{
    return xdg_directory("XDG_CACHE_HOME", ".cache", error);
}
