/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which file the settings are in.
 */
#include "config.h"

#include "app/settings.h"

#include "core/file.h"
#include "core/i18n.h"

/* The file that a person named while the program runs. Jobs read it in their threads. */
static struct {
    GMutex lock;
    char *path; /* absolute, or NULL */
} used;

void settings_use(const char *path)
{
    g_mutex_lock(&used.lock);
    g_free(used.path);
    used.path = g_canonicalize_filename(path, NULL);
    g_mutex_unlock(&used.lock);
}

char *settings_used(void)
{
    g_mutex_lock(&used.lock);
    char *path = g_strdup(used.path);
    g_mutex_unlock(&used.lock);
    return path;
}

Settings *settings_load_file(const char *path, GError **error)
{
    g_autoptr(GError) inner = NULL;
    g_autoptr(GBytes) content = file_read(path, LIMIT_SETTINGS, NULL, &inner);
    if (content == NULL) {
        g_set_error(error, SETTINGS_ERROR, SETTINGS_ERROR_OPEN, _("reading the settings: %s"),
                    inner->message);
        return NULL;
    }
    size_t size;
    const void *data = g_bytes_get_data(content, &size);
    return settings_parse(span_of(data, size), path, error);
}

Settings *settings_load(GError **error)
{
    g_autofree char *asked = settings_used();
    if (asked != NULL)
        return settings_load_file(asked, error);
    const char *named = g_getenv("MSE_CONSOLE_CONFIG");
    if (named != NULL && *named != '\0')
        return settings_load_file(named, error);
    g_autofree char *directory = file_config_directory(NULL);
    if (directory == NULL)
        return settings_new();
    g_autofree char *path = g_build_filename(directory, "config.toml", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return settings_new();
    return settings_load_file(path, error);
}
