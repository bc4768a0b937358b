/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Configurations of projects: taken, and then as the format wants them, or refused in harmless
 * words.
 */
#include "config.h"

#include "app/project.h"

#include <string.h>

static void check_text(const char *text, const char *unwanted)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, unwanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config =
        project_config_parse(span_of(data, size), "/fuzz/mse.toml", &error);
    if (config == NULL) {
        check_text(error->message, "\r\033\177"); /* problems are separated by line feeds */
        return 0;
    }
    for (unsigned i = 0; i < config->warnings->len; i++)
        check_text(g_ptr_array_index(config->warnings, i), "\n\r\033\177");
    check_text(config->name, "\n\r\033\177");
    g_assert_cmpint(g_utf8_strlen(config->name, -1), >=, 1);
    g_assert_cmpint(g_utf8_strlen(config->name, -1), <=, 255);
    check_text(config->healthcheck_endpoint, " \n\r\033\177");
    g_assert_true(config->healthcheck_endpoint[0] == '/');
    g_autofree char *whole = g_strconcat(config->module, ":", config->variable, NULL);
    g_assert_cmpstr(whole, ==, config->python_application);
    check_text(whole, " \n\r\033\177");
    check_text(config->tests_cmd, "\n\r\033\177");
    return 0;
}
