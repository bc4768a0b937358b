/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/directory.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool refuse(GError **error, const char *path, const char *why)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, SIM_ERROR, SIM_ERROR_DIRECTORY, "%s: %s", shown, why);
    return false;
}

bool directory_may_replace(const char *path, const DirectoryKind *kind, bool force, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GDir) directory = g_dir_open(path, 0, &problem);
    if (directory == NULL && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return true;
    if (directory == NULL)
        return refuse(error, path, _("no directory, or one that cannot be read"));
    const char *name;
    bool empty = true, marked = false;
    while ((name = g_dir_read_name(directory)) != NULL) {
        empty = false;
        marked = marked || strcmp(name, kind->marker) == 0;
        if (!kind->is_ours(path, name))
            return refuse(error, path,
                          _("holds files that mse-sim did not make: name another directory"));
    }
    if (!empty && !marked)
        return refuse(error, path, _("not empty: name another directory"));
    if (!empty && !force)
        return refuse(error, path, _("holds what mse-sim made already: --force replaces it"));
    return true;
}

/* Removes a directory of ours; links are removed, never followed. */
static void remove_directory(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);
        GStatBuf status;
        if (g_lstat(entry, &status) == 0 && S_ISDIR(status.st_mode))
            remove_directory(entry);
        else
            g_unlink(entry);
    }
    g_rmdir(path);
}

/* Puts `made` at `path`: renames it over nothing or an empty directory, else both change places. */
static bool put_in_place(const char *made, const char *path, GError **error)
{
    if (rename(made, path) == 0)
        return true;
    if ((errno == ENOTEMPTY || errno == EEXIST) &&
        renameat2(AT_FDCWD, made, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        remove_directory(made); /* the old one by now */
        return true;
    }
    return refuse(error, path, g_strerror(errno));
}

/* The place itself: what a link leads to, no slashes at its end. Free with g_free. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);
    char *place = g_strdup(real ? real : path);
    free(real);
    for (size_t size = strlen(place); size > 1 && place[size - 1] == '/'; size--)
        place[size - 1] = '\0';
    return place;
}

/* Signals that end the program wait until nothing half-made is left: their sets, before and now. */
typedef struct HeldSignals {
    sigset_t before, held;
} HeldSignals;

static void hold_signals(HeldSignals *signals)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&signals->held);
    for (unsigned i = 0; i < G_N_ELEMENTS(ending); i++)
        sigaddset(&signals->held, ending[i]);
    pthread_sigmask(SIG_BLOCK, &signals->held, &signals->before);
}

static bool signal_waits(const HeldSignals *signals)
{
    sigset_t pending, waiting;
    sigpending(&pending);
    sigandset(&waiting, &pending, &signals->held);
    return !sigisemptyset(&waiting);
}

static bool make_beside(const char *place, const HeldSignals *signals, DirectoryFill fill,
                        const void *data, GError **error)
{
    g_autofree char *made = g_strconcat(place, ".XXXXXX", NULL);
    if (g_mkdtemp_full(made, 0755) == NULL)
        return refuse(error, place, g_strerror(errno));
    bool done = fill(made, data, error);
    if (done && signal_waits(signals))
        done = refuse(error, place, _("interrupted: nothing was made"));
    done = done && put_in_place(made, place, error);
    if (!done)
        remove_directory(made);
    return done;
}

bool directory_make(const char *path, const DirectoryKind *kind, bool force, DirectoryFill fill,
                    const void *data, GError **error)
{
    if (!directory_may_replace(path, kind, force, error))
        return false;
    g_autofree char *place = resolve(path);
    g_autofree char *parent = g_path_get_dirname(place);
    if (!file_make_directory(parent, error))
        return false;
    HeldSignals signals;
    hold_signals(&signals);
    const bool done = make_beside(place, &signals, fill, data, error);
    pthread_sigmask(SIG_SETMASK, &signals.before, NULL);
    return done;
}
