/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/paths.h"

#include <string.h>

enum { ENTRIES_MAX = 10000 };

/* What wants a backslash before it. Within single quotes nothing can have one: what has a single
 * quote in it is not offered there. */
static const char *const special[] = {
    [PATHS_AS_IS] = "",
    [PATHS_BARE] = " \t\n\"'\\$`;&|<>()*?[]!#~",
    [PATHS_IN_DOUBLE] = "\"\\$`",
    [PATHS_IN_SINGLE] = "",
};

void paths_read_free(PathsRead *read)
{
    if (read == NULL)
        return;
    g_free(read->directory);
    g_ptr_array_unref(read->entries);
    g_free(read);
}

static size_t directory_length(const char *typed)
{
    const char *slash = strrchr(typed, '/');

    return slash == NULL ? 0 : (size_t)(slash - typed) + 1;
}

static bool is_escaped(const char *at, PathsQuoting quoting)
{
    if (*at != '\\' || at[1] == '\0')
        return false;
    /* Bare, a backslash makes anything what it is; within double quotes some alone. */
    return quoting == PATHS_BARE ||
           (quoting == PATHS_IN_DOUBLE && strchr(special[PATHS_IN_DOUBLE], at[1]) != NULL);
}

/* What is meant by it. */
static char *meant(const char *typed, size_t size, PathsQuoting quoting)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < size; i++) {
        if (i + 1 < size && is_escaped(typed + i, quoting))
            i++;
        g_string_append_c(out, typed[i]);
    }
    return g_string_free(out, FALSE);
}

char *paths_directory(const char *typed, PathsQuoting quoting)
{
    g_autofree char *directory = meant(typed, directory_length(typed), quoting);

    if (g_str_has_prefix(directory, "~/"))
        return g_build_filename(g_get_home_dir(), directory + 2, NULL);
    return g_steal_pointer(&directory);
}

static void append_typed(GString *out, const char *name, PathsQuoting quoting)
{
    for (; *name != '\0'; name++) {
        if (strchr(special[quoting], *name) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *name);
    }
}

GPtrArray *paths_offer(const char *typed, PathsQuoting quoting, const PathsRead *read)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    size_t length = directory_length(typed);
    g_autofree char *start = meant(typed + length, strlen(typed + length), quoting);

    for (unsigned i = 0; i < read->entries->len; i++) {
        const char *entry = read->entries->pdata[i];
        GString *word;
        if (!g_str_has_prefix(entry, start) || (*entry == '.' && *start != '.') ||
            (quoting == PATHS_IN_SINGLE && strchr(entry, '\'') != NULL))
            continue;
        word = g_string_new_len(typed, (gssize)length);
        append_typed(word, entry, quoting);
        g_ptr_array_add(out, g_string_free(word, FALSE));
    }
    return out;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_job(UiJob *job, void *data)
{
    const char *directory = data;
    PathsRead *read = g_new(PathsRead, 1);
    GDir *open = g_dir_open(*directory == '\0' ? "." : directory, 0, NULL);
    const char *name;

    *read = (PathsRead){.directory = g_strdup(directory),
                        .entries = g_ptr_array_new_with_free_func(g_free)};
    while (open != NULL && read->entries->len < ENTRIES_MAX && !cancel_is_set(job->cancel, NULL) &&
           (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(*directory == '\0' ? "." : directory, name, NULL);
        const char *slash = g_file_test(path, G_FILE_TEST_IS_DIR) ? "/" : "";
        /* A name that is no UTF-8 cannot be typed. */
        if (g_utf8_validate(name, -1, NULL))
            g_ptr_array_add(read->entries, g_strconcat(name, slash, NULL));
    }
    if (open != NULL)
        g_dir_close(open);
    g_ptr_array_sort(read->entries, by_name);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_DIRECTORY,
                                         .data = read,
                                         .free_data = (GDestroyNotify)paths_read_free});
}

void paths_start(Jobs *jobs, const char *directory)
{
    jobs_start(jobs, "directory", JOB_QUIET | JOB_URGENT, read_job, g_strdup(directory), g_free);
}
