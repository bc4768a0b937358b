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

/* What is read from now on is held to them. */
static void apply_limits(const Settings *settings)
{
    enum { MIB = 1024 * 1024 };
    static const struct {
        SettingId setting;
        LimitId limit;
        size_t unit;
    } limits[] = {
        {SETTING_LIMITS_PACKAGE_CODE, LIMIT_PACKAGE_CODE, MIB},
        {SETTING_LIMITS_PACKAGE_TESTS, LIMIT_PACKAGE_TESTS, MIB},
        {SETTING_LIMITS_PACKAGE_IMAGE, LIMIT_PACKAGE_IMAGE, MIB},
        {SETTING_LIMITS_PACKAGE_FILES, LIMIT_PACKAGE_FILES, 1},
        {SETTING_LIMITS_INPUTS, LIMIT_INPUTS, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        limit_set(limits[i].limit,
                  settings_is_set(settings, limits[i].setting)
                      ? settings_number(settings, limits[i].setting) * limits[i].unit
                      : 0);
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
    Settings *settings = settings_parse(span_of(data, size), path, error);
    if (settings != NULL)
        apply_limits(settings);
    return settings;
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
