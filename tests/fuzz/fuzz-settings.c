/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings: whatever the file says, it is taken or refused in harmless words.
 */
#include "config.h"

#include "app/settings.h"

static void check_text(const char *text, const char *unwanted)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, unwanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = settings_parse(span_of(data, size), "/fuzz/config.toml", &error);
    if (settings == NULL) {
        g_assert_nonnull(error);
        check_text(error->message, "\r\033\177"); /* problems are separated by line feeds */
        return 0;
    }
    for (unsigned i = 0; i < settings->warnings->len; i++)
        check_text(g_ptr_array_index(settings->warnings, i), "\n\r\033\177");
    for (int i = 0; i < N_SETTINGS; i++) {
        g_autofree char *text = settings_value_text(settings, (SettingId)i);
        if (text != NULL)
            check_text(text, "\n\r\033\177");
    }
    return 0;
}
