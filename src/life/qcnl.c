/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration of Intel's quote provider library (QCNL), of which only the service's address
 * is wanted. Sources: sgx_default_qcnl.conf as DCAP 1.13 and later install it (JSON with comments),
 * and as earlier ones did (KEY=value).
 */
#include "config.h"

#include "life/collect.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <jansson.h>
#include <string.h>

/* Without the lines that are comments. */
static char *without_comments(const char *text, size_t size)
{
    g_autofree char *whole = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *start = *line + strspn(*line, " \t\r");
        if (g_str_has_prefix(start, "//") || *start == '#')
            **line = '\0';
    }
    return g_strjoinv("\n", lines);
}

static char *of_json(const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    char *url = g_strdup(json_string_value(json_object_get(root, "pccs_url")));
    json_decref(root);
    return url;
}

static char *of_lines(const char *text)
{
    static const char key[] = "PCCS_URL=";
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *trimmed = g_strstrip(*line);
        if (g_str_has_prefix(trimmed, key))
            return g_strdup(trimmed + strlen(key));
    }
    return NULL;
}

/* "https://host:8081/sgx/certification/v4/" → "https://host:8081"; NULL when it is no such URL. */
static char *base_of(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    if (uri == NULL || g_uri_get_host(uri) == NULL)
        return NULL;
    const char *scheme = g_uri_get_scheme(uri);
    if (!g_str_equal(scheme, "https") && !g_str_equal(scheme, "http"))
        return NULL;
    return g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, g_uri_get_host(uri), g_uri_get_port(uri), "",
                      NULL, NULL);
}

char *life_pccs_of_qcnl(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SETTINGS, NULL, error);
    if (bytes == NULL)
        return NULL;
    size_t size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = without_comments(data, size);
    g_autofree char *json = of_json(text);
    g_autofree char *url = json != NULL ? g_steal_pointer(&json) : of_lines(text);
    char *base = url == NULL ? NULL : base_of(url);
    if (base != NULL)
        return base;
    g_autofree char *safe = sanitize_string(path);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_PLATFORM,
                _("%s names no PCCS: neither \"pccs_url\" nor PCCS_URL= is a URL of http or https; "
                  "give one with --pccs"),
                safe);
    return NULL;
}
