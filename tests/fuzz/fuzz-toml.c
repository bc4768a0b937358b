/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TOML: what is read is written and read back to the same; what is refused is refused with a
 * position and in harmless words.
 */
#include "config.h"

#include "format/toml.h"

static void check_refusal(const GError *error)
{
    g_assert_nonnull(error);
    g_assert_true(g_str_has_prefix(error->message, "line "));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strpbrk(error->message, "\n\r\033\177"));
}

static void check_round_trip(const TomlValue *root)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *written = toml_write(root);
    g_autoptr(TomlValue) again = toml_parse(span_of(written, strlen(written)), NULL, &error);
    g_assert_no_error(error);
    g_autofree char *rewritten = toml_write(again);
    g_assert_cmpstr(written, ==, rewritten);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TomlValue) root = toml_parse(span_of(data, size), "fuzz", &error);
    if (root == NULL)
        check_refusal(error);
    else
        check_round_trip(root);
    return 0;
}
