/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"

#include <limits.h>

/* A name for a sentence: harmless, and no longer than one can read. */
static char *shown_name(const char *name)
{
    enum { LONGEST = 120 };
    g_autofree char *safe = sanitize(span_of(name, strnlen(name, LONGEST)), SANITIZE_LINE);
    return g_strdup_printf(strlen(name) > LONGEST ? "%s…" : "%s", safe);
}

static char *fail_name(const char *name, const char *what, GError **error)
{
    g_autofree char *shown = shown_name(name);
    g_set_error(error, TAR_ERROR, TAR_ERROR_NAME, _("the name \"%s\" %s"), shown, what);
    return NULL;
}

static char *fail_length(const char *name, size_t size, size_t most, GError **error)
{
    g_autofree char *shown = shown_name(name);
    g_set_error(error, TAR_ERROR, TAR_ERROR_LIMIT,
                _("the name \"%s\" has %zu bytes; at most %zu are taken"), shown, size, most);
    return NULL;
}

char *tar_clean_name(const char *name, GError **error)
{
    size_t size = strlen(name), most = limit_bytes(LIMIT_ARCHIVE_NAME);
    if (size > most)
        return fail_length(name, size, most, error);
    if (*name == '/')
        return fail_name(name, _("is absolute"), error);
    g_autoptr(GString) clean = g_string_new(NULL);
    for (const char *at = name; *at != '\0';) {
        size_t part = strcspn(at, "/");
        if (part == 2 && memcmp(at, "..", 2) == 0)
            return fail_name(name, _("leads out of its directory"), error);
        if (part > NAME_MAX)
            return fail_length(name, part, NAME_MAX, error);
        if (part > 0 && !(part == 1 && *at == '.')) {
            if (clean->len > 0)
                g_string_append_c(clean, '/');
            g_string_append_len(clean, at, (gssize)part);
        }
        at += part;
        at += strspn(at, "/");
    }
    return g_string_free(g_steal_pointer(&clean), FALSE);
}

/* A separator sorts before every character. */
static int rank(char c)
{
    return c == '/' ? 1 : c == '\0' ? 0 : (uint8_t)c + 1;
}

int tar_compare_names(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return rank(*a) - rank(*b);
}

const char *tar_type_name(TarType type)
{
    switch (type) {
    case TAR_FILE:
        return _("a file");
    case TAR_DIRECTORY:
        return _("a directory");
    case TAR_SYMBOLIC_LINK:
        return _("a symbolic link");
    case TAR_HARD_LINK:
        return _("a hard link");
    default:
        return _("a device or FIFO");
    }
}
