/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Doctor on the program: settings, PCCS, journal, libraries, limits.
 */
#include "config.h"

#include "command/doctor_rows.h"

#include "app/settings.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/journal.h"
#include "core/limits.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <unistd.h>

/* ---- settings ---- */

static void rows_of_values(Doctor *doctor, const Settings *settings)
{
    for (int i = 0; i < N_SETTINGS; i++) {
        const SettingRow *row = &settings_table[i];
        if (!settings_is_set(settings, (SettingId)i))
            continue;
        g_autofree char *name = g_strdup_printf("[%s] %s", row->section, row->key);
        g_autofree char *value = settings_value_text(settings, (SettingId)i);
        doctor_row(doctor, "settings", name, value, DOCTOR_OK, NULL);
    }
}

static void row_of_root(Doctor *doctor, const Settings *settings)
{
    const char *root = settings_text(settings, SETTING_TRUST_ROOT);
    if (!root) {
        doctor_row(doctor, "settings", "trust anchor", "Intel SGX Root CA", DOCTOR_OK, NULL);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = file_read(root, LIMIT_CERTIFICATE, NULL, &error);
    doctor_row(doctor, "settings", "trust anchor", root, bytes ? DOCTOR_WARNING : DOCTOR_PROBLEM,
               bytes ? _("it replaces Intel's root: every verdict is marked SIMULATED")
                     : error->message);
}

/* The line of the older form, PCCS_URL=…; NULL: none. Free with g_free. */
static char *qcnl_line_url(const char *line)
{
    const char *text = line + strspn(line, " \t");
    if (!g_str_has_prefix(text, "PCCS_URL="))
        return NULL;
    return g_strstrip(g_strdup(text + strlen("PCCS_URL=")));
}

/* JSON whose comments are lines of their own that begin with two slashes. */
static char *qcnl_json_url(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line + strspn(*line, " \t"), "//"))
            **line = '\0';
    }
    g_autofree char *plain = g_strjoinv("\n", lines);
    json_t *document = json_loads(plain, 0, NULL);
    char *url = g_strdup(json_string_value(json_object_get(document, "pccs_url")));
    json_decref(document);
    return url;
}

static char *qcnl_url(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        char *url = qcnl_line_url(*line);
        if (url)
            return url;
    }
    return qcnl_json_url(text);
}

#define QCNL_PATH "/etc/sgx_default_qcnl.conf"

static void row_of_qcnl(Doctor *doctor)
{
    if (access(QCNL_PATH, F_OK) != 0) {
        doctor_row(doctor, "pccs", QCNL_PATH, NULL, DOCTOR_ABSENT, NULL);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = file_read(QCNL_PATH, LIMIT_SETTINGS, NULL, &error);
    if (!bytes) {
        doctor_row(doctor, "pccs", QCNL_PATH, NULL, DOCTOR_WARNING, error->message);
        return;
    }
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = g_strndup(data, size);
    g_autofree char *url = qcnl_url(text);
    doctor_row(doctor, "pccs", QCNL_PATH, url, url ? DOCTOR_OK : DOCTOR_WARNING,
               url ? NULL : _("it names no pccs_url"));
}

void doctor_settings(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_load(&error);
    if (!settings) {
        g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
        for (char **line = lines; *line; line++)
            doctor_row(doctor, "settings", "file", _("cannot be used"), DOCTOR_PROBLEM, *line);
        row_of_qcnl(doctor);
        return;
    }
    doctor_row(doctor, "settings", "file", settings->path ? settings->path : _("none: defaults"),
               DOCTOR_OK, NULL);
    for (guint i = 0; i < settings->warnings->len; i++)
        doctor_row(doctor, "settings", "unknown", NULL, DOCTOR_WARNING,
                   g_ptr_array_index(settings->warnings, i));
    rows_of_values(doctor, settings);
    row_of_root(doctor, settings);
    const char *url = settings_text(settings, SETTING_PCCS_URL);
    doctor_row(doctor, "pccs", "[pccs] url", url, url ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
    row_of_qcnl(doctor);
}

/* ---- journal and cache ---- */

/* Whether `path` can be written, or created in the nearest directory that is there. */
static bool can_be_written(const char *path)
{
    if (access(path, W_OK) == 0)
        return true;
    if (errno != ENOENT)
        return false;
    g_autofree char *parent = g_path_get_dirname(path);
    return strcmp(parent, path) != 0 && can_be_written(parent);
}

static void row_of_place(Doctor *doctor, const char *area, const char *path, const char *advice)
{
    bool works = path && can_be_written(path);
    doctor_row(doctor, area, "place", path, works ? DOCTOR_OK : DOCTOR_WARNING,
               works ? NULL : advice);
}

void doctor_journal(Doctor *doctor)
{
    g_autoptr(Journal) journal = journal_new(NULL);
    row_of_place(doctor, "journal", journal_path(journal),
                 _("it cannot be written: verdicts are given and not remembered; set HOME or "
                   "XDG_STATE_HOME to a directory of yours"));
    g_autofree char *cache = file_cache_directory(NULL);
    row_of_place(doctor, "cache", cache,
                 _("it cannot be written: collateral is fetched each time; set HOME or "
                   "XDG_CACHE_HOME to a directory of yours"));
}

/* ---- libraries ---- */

typedef const char *(*VersionFunction)(void);

/* Libraries that only other rooms use: asked by name, so that this one does not use them too. */
static char *version_of_symbol(void *handle, const char *symbol)
{
    void *address = dlsym(handle, symbol);
    if (!address)
        return NULL;
    VersionFunction function;
    memcpy(&function, &address, sizeof function);
    /* libcurl lists its own libraries too. */
    const char *text = function();
    return g_strndup(text, strcspn(text, " "));
}

static void row_of_loaded(Doctor *doctor, const char *name, const char *symbol)
{
    g_autofree char *version = version_of_symbol(RTLD_DEFAULT, symbol);
    doctor_row(doctor, "libraries", name, version, version ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
}

static void row_of_openssl(Doctor *doctor)
{
    const char *(*function)(int);
    enum { VERSION_STRING = 6 };
    void *address = dlsym(RTLD_DEFAULT, "OpenSSL_version");
    memcpy(&function, &address, sizeof function);
    doctor_row(doctor, "libraries", "OpenSSL", address ? function(VERSION_STRING) : NULL,
               address ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
}

static void row_of_readline(Doctor *doctor)
{
    const char *const *version = dlsym(RTLD_DEFAULT, "rl_library_version");
    doctor_row(doctor, "libraries", "readline", version ? *version : NULL,
               version ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
}

void doctor_libraries(Doctor *doctor)
{
    g_autofree char *glib =
        g_strdup_printf("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
    doctor_row(doctor, "libraries", PACKAGE_NAME, PACKAGE_VERSION, DOCTOR_OK, NULL);
    doctor_row(doctor, "libraries", "C library", gnu_get_libc_version(), DOCTOR_OK, NULL);
    doctor_row(doctor, "libraries", "GLib", glib, DOCTOR_OK, NULL);
    row_of_openssl(doctor);
    doctor_row(doctor, "libraries", "jansson", jansson_version_str(), DOCTOR_OK, NULL);
    row_of_loaded(doctor, "libcurl", "curl_version");
    row_of_loaded(doctor, "libsodium", "sodium_version_string");
    row_of_loaded(doctor, "ncurses", "curses_version");
    row_of_readline(doctor);
}

/* ---- limits ---- */

void doctor_limits(Doctor *doctor)
{
    for (int i = 0; i < N_LIMITS; i++) {
        const LimitRow *row = limit_row((LimitId)i);
        g_autofree char *value = g_strdup_printf("%zu %s", limit_bytes((LimitId)i), row->unit);
        doctor_row(doctor, "limits", row->name, value, DOCTOR_OK, _(row->why));
    }
}
