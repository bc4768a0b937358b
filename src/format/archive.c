/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/archive.h"

#include "core/i18n.h"

#include <dlfcn.h>
#include <string.h>

#ifndef ARCHIVE_SONAME
#define ARCHIVE_SONAME "libarchive.so.13"
#endif

GQuark archive_error_quark(void)
{
    return g_quark_from_static_string("mse-archive-error");
}

/* Never unloaded: what it gave may still be in use. */
static void *library(void)
{
    static void *handle;
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        handle = dlopen(ARCHIVE_SONAME, RTLD_NOW | RTLD_LOCAL);
        g_once_init_leave(&ready, 1);
    }
    return handle;
}

/* A function of libarchive. POSIX gives it as a pointer to an object. */
static void *function(const char *name, GError **error)
{
    void *found = library() != NULL ? dlsym(library(), name) : NULL;
    if (found == NULL)
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_LIBRARY,
                    _("archives cannot be read: %s of %s is not there; install libarchive13"), name,
                    ARCHIVE_SONAME);
    return found;
}

const char *archive_library_version(GError **error)
{
    static GMutex one_at_a_time; /* libarchive composes the text anew, in one buffer for all */
    const char *(*version_details)(void);
    void *found = function("archive_version_details", error);
    if (found == NULL)
        return NULL;
    memcpy(&version_details, &found, sizeof version_details);
    g_mutex_lock(&one_at_a_time);
    const char *version = g_intern_string(version_details());
    g_mutex_unlock(&one_at_a_time);
    return version;
}
