/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands of the user's own: what the shell is given, and that no value becomes a part of it.
 */
#include "config.h"

#include "ui/key_table.h"
#include "ui/own.h"

#include <locale.h>
#include <string.h>

static void test_program(void)
{
    static const struct {
        const char *run, *program;
    } rows[] = {
        {"docker top {id}", "docker top \"${MSE_ID}\""},
        {"echo \"the {name}\"", "echo \"the ${MSE_NAME}\""},
        {"echo 'the {name}'", "echo 'the '\"${MSE_NAME}\"''"},
        {"echo ${name} {nothing} { a; } {", "echo ${name} {nothing} { a; } {"},
        {"echo \\\"{name}", "echo \\\"\"${MSE_NAME}\""},
        {"{port}{state}", "\"${MSE_PORT}\"\"${MSE_STATE}\""},
        {"echo \"`echo {name}`\" {id}", "echo \"`echo \"${MSE_NAME}\"`\" \"${MSE_ID}\""},
        {"# say \"hi\necho {name}", "# say \"hi\necho \"${MSE_NAME}\""},
        {"echo a#\"{name}\" \\#\"{id}\"", "echo a#\"${MSE_NAME}\" \\#\"${MSE_ID}\""},
        {"", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *program = own_program(rows[i].run);
        g_assert_cmpstr(program, ==, rows[i].program);
    }
}

/* Every place where a value can stand, every value that wants to be more than a value. */
static void test_values_stay_values(void)
{
    static const char *const places[] = {
        "printf '%s' {name}",
        "printf '%s' \"{name}\"",
        "printf '%s' '{name}'",
        "printf '%s' \"$(printf '%s' {name})\"",
        "printf '%s' \"$(printf '%s' \"{name}\")\"",
        "printf '%s' \"`printf '%s' {name}`\"",
        "printf '%s' `printf '%s' \"$(printf '%s' {name})\"` >/dev/null; printf '%s' \"{name}\"",
        "# it is \"so\nprintf '%s' {name}",
        "# don't\nprintf '%s' {name}",
    };
    static const char *const values[] = {
        "plain",
        "two words",
        "$(touch PWNED)",
        "`touch PWNED`",
        "'; touch PWNED; '",
        "\"; touch PWNED; \"",
        "; touch PWNED",
        "| touch PWNED",
        "\\",
        "*",
        "-n",
        "${HOME}",
        "a\nb",
        "caf\xc3\xa9",
    };
    g_autofree char *directory = g_dir_make_tmp("own-XXXXXX", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *program = own_program(places[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(values); k++) {
            const char *argv[] = {"/bin/sh", "-c", program, NULL};
            g_auto(GStrv) environment =
                g_environ_setenv(g_get_environ(), "MSE_NAME", values[k], TRUE);
            g_autofree char *out = NULL;
            g_autofree char *pwned = g_build_filename(directory, "PWNED", NULL);
            g_assert_true(g_spawn_sync(directory, (char **)argv, environment, 0, NULL, NULL, &out,
                                       NULL, NULL, NULL));
            g_assert_cmpstr(out, ==, values[k]);
            g_assert_false(g_file_test(pwned, G_FILE_TEST_EXISTS));
        }
    }
}

static Settings *parse(const char *text, GError **error)
{
    return settings_parse(span_of(text, strlen(text)), "/etc/somewhere/config.toml", error);
}

static void test_settings(void)
{
    g_autoptr(Settings) settings = parse("[commands.shell]\nkey = \"X\"\nrun = \"docker exec -it "
                                         "{id} sh\"\ntakes = \"terminal\"\nasks = true\n"
                                         "[commands.top]\nkey = \"C-t\"\nrun = \"top\"\nread_only "
                                         "= true\n[commands.twice]\nkey = \"X\"\nrun = \"x\"\n",
                                         NULL);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    const SettingCommand *command;
    KeyTable table;

    g_assert_nonnull(settings);
    key_table_make(&table, settings, problems);
    command = key_table_own(&table, 'X', PANE_APPS);
    g_assert_nonnull(command);
    g_assert_cmpstr(command->name, ==, "shell");
    g_assert_true(command->terminal && command->asks && !command->read_only);
    g_assert_null(key_table_own(&table, 'X', PANE_FORM));
    command = key_table_own(&table, 't' | KEY_CONTROL, PANE_LOGS);
    g_assert_nonnull(command);
    g_assert_true(command->read_only && !command->terminal && !command->asks);
    g_assert_cmpuint(problems->len, ==, 1); /* the key that is taken */
    g_assert_nonnull(strstr(problems->pdata[0], "[commands.twice]"));
}

static void test_bad_settings(void)
{
    static const char *const bad[] = {
        "[commands]\nx = 1\n",
        "[commands.x]\nkey = \"X\"\n",
        "[commands.x]\nrun = \"x\"\n",
        "[commands.x]\nkey = \"X\"\nrun = \"x\"\ntakes = \"all\"\n",
        "[commands.x]\nkey = \"X\"\nrun = \"x\"\nasks = \"yes\"\n",
        "[commands.x]\nkey = \"X\"\nrun = \"\"\n",
        "[commands.x]\nkey = \"X\"\nrun = \"x\"\nruns = true\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Settings) settings = parse(bad[i], &error);
        g_assert_null(settings);
        g_assert_nonnull(strstr(error->message, "[commands"));
        g_assert_nonnull(strstr(error->message, "line "));
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/own/program", test_program);
    g_test_add_func("/own/values-stay-values", test_values_stay_values);
    g_test_add_func("/own/settings", test_settings);
    g_test_add_func("/own/bad-settings", test_bad_settings);
    return g_test_run();
}
