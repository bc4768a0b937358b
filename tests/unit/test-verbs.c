/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of verbs holds together, and what is made from it names all of it.
 */
#include "config.h"

#include "collect.h"
#include "command/completion.h"
#include "command/help.h"

#include <locale.h>
#include <string.h>

static bool has_option_text(const char *text, const Verb *verb)
{
    for (const VerbOption *option = verb->options; option && option->name; option++) {
        g_autofree char *dashed = g_strconcat("--", option->name, NULL);
        if (!strstr(text, dashed))
            return false;
    }
    return true;
}

static void check_option(const VerbOption *option)
{
    g_assert_nonnull(option->help);
    g_assert_true((option->kind == ARGUMENT_NONE) == (option->metavar == NULL));
    g_assert_true((option->kind == ARGUMENT_HEX) == (option->size > 0));
    g_assert_true((option->kind == ARGUMENT_NUMBER) == (option->most > 0));
    g_assert_true((option->kind == ARGUMENT_CHOICE) == (option->choices != NULL));
}

static void test_table_is_whole(void)
{
    for (const Verb *const *row = verb_table; *row; row++) {
        const Verb *verb = *row;
        g_assert_nonnull(verb->words);
        g_assert_nonnull(verb->operands);
        g_assert_nonnull(verb->help);
        g_assert_nonnull(verb->run);
        g_assert_cmpuint(verb->min_operands, <=, verb->max_operands);
        g_assert_true((*verb->operands == '\0') == (verb->max_operands == 0));
        for (const VerbOption *option = verb->options; option && option->name; option++)
            check_option(option);
        for (const VerbColumn *column = verb->columns; column && column->name; column++)
            g_assert_true(g_str_is_ascii(column->name) && !strpbrk(column->name, " -ABC"));
    }
}

static void test_every_verb_is_found(void)
{
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        g_auto(GStrv) words = g_strsplit((*verb)->words, " ", -1);
        int taken = 0;
        int n = (int)g_strv_length(words);
        g_assert_true(verb_find(words, n, &taken) == *verb);
        g_assert_cmpint(taken, ==, n);
    }
    char *unknown[] = {(char *)"journal", (char *)"lst"};
    g_assert_null(verb_find(unknown, 2, NULL));
    g_autoptr(GError) error = verb_unknown(unknown, 2);
    g_assert_cmpstr(error->message, ==,
                    "journal: \"lst\" is not known; did you mean \"journal list\"?");
    g_autoptr(GError) alone = verb_unknown(unknown, 1);
    g_assert_cmpstr(alone->message, ==, "journal: what? One of: list, verify, export");
    char *home[] = {(char *)"home", (char *)"verfy"};
    g_autoptr(GError) other = verb_unknown(home, 2);
    g_assert_cmpstr(other->message, ==,
                    "home: \"verfy\" is not known; did you mean \"home verify\"?");
}

static void test_help_names_every_option(void)
{
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        Collected got = collected_new();
        g_autoptr(Job) job = job_new(&collect_sink, &got, false, NULL);
        g_assert_cmpint(help_of_verb(job, *verb), ==, EXIT_OK);
        g_assert_nonnull(strstr(got.text->str, (*verb)->words));
        g_assert_true(has_option_text(got.text->str, *verb));
        g_assert_cmpuint(got.errors->len, ==, 0);
        collected_clear(&got);
    }
}

static void test_help_of_all_names_every_verb(void)
{
    Collected got = collected_new();
    g_autoptr(Job) job = job_new(&collect_sink, &got, false, NULL);
    g_assert_cmpint(verb_run_line(job, "help"), ==, EXIT_OK);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        g_autofree char *line = g_strconcat("\n  ", (*verb)->words, " ", NULL);
        g_assert_true((strstr(got.text->str, line) != NULL) == !((*verb)->flags & VERB_HIDDEN));
    }
    collected_clear(&got);
}

static void check_with_shell(const char *shell, const char *script)
{
    g_autofree char *program = g_find_program_in_path(shell);
    if (!program) {
        g_test_message("%s is not installed: its syntax was not checked", shell);
        return;
    }
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), shell, NULL);
    g_assert_true(g_file_set_contents(path, script, -1, NULL));
    const char *argv[] = {program, "-n", path, NULL};
    g_autofree char *errors = NULL;
    int status = 0;
    g_autoptr(GError) error = NULL;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                               &errors, &status, &error));
    g_assert_cmpstr(errors, ==, "");
    g_assert_cmpint(status, ==, 0);
}

static void test_completion(gconstpointer shell)
{
    g_autofree char *script = completion_script(shell);
    g_assert_nonnull(script);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        g_assert_nonnull(strstr(script, (*verb)->words));
        for (const VerbOption *option = (*verb)->options; option && option->name; option++) {
            g_autofree char *form = strcmp(shell, "fish") == 0
                                        ? g_strconcat(" -l ", option->name, " ", NULL)
                                        : g_strconcat("--", option->name, NULL);
            g_assert_nonnull(strstr(script, form));
        }
    }
    check_with_shell(shell, script);
}

/* What bash offers for a line, one word each. */
static char *bash_offers(const char *script, const char *words, unsigned at)
{
    g_autofree char *bash = g_find_program_in_path("bash");
    if (!bash)
        return NULL;
    g_autofree char *command =
        g_strdup_printf("compopt() { :; }\n%s\nCOMP_WORDS=(mse-console %s)\nCOMP_CWORD=%u\n"
                        "_mse_console\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n",
                        script, words, at);
    const char *argv[] = {bash, "--norc", "-c", command, NULL};
    char *out = NULL;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL,
                               NULL, NULL));
    return out;
}

static void test_bash_completes(void)
{
    static const struct {
        const char *words;
        unsigned at;
        const char *offered;
    } cases[] = {
        {"jour", 1, "journal\n"},
        {"journal ver", 2, "verify\n"},
        {"journal list --si", 3, "--since\n"},
        {"completion f", 2, "fish\n"},
        {"version --js", 2, "--json\n"},
        {"completion --js", 2, "\n"},
    };
    g_autofree char *script = completion_script("bash");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = bash_offers(script, cases[i].words, cases[i].at);
        if (!out) {
            g_test_skip("bash is not installed");
            return;
        }
        g_assert_cmpstr(out, ==, cases[i].offered);
    }
}

static void test_lines(void)
{
    static const struct {
        const char *line;
        int status;
        const char *error;
    } cases[] = {
        {"", EXIT_OK, ""},
        {"   ", EXIT_OK, ""},
        {"version", EXIT_OK, ""},
        {"'version'", EXIT_OK, ""},
        {"vers\"ion\"", EXIT_OK, ""},
        {"versoin", EXIT_USAGE,
         "\"versoin\" is neither a verb nor a file; did you mean "
         "\"version\"?\n"},
        {"version now", EXIT_USAGE,
         "version: \"now\" is one word too many; \"mse-console version "
         "--help\" says what it takes\n"},
        {"completion bash", EXIT_USAGE, "completion: only in the shell: mse-console completion\n"},
        {"journal", EXIT_USAGE, "journal: what? One of: list, verify, export\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Collected got = collected_new();
        g_autoptr(Job) job = job_new(&collect_sink, &got, false, NULL);
        g_assert_cmpint(verb_run_line(job, cases[i].line), ==, cases[i].status);
        g_assert_cmpstr(got.errors->str, ==, cases[i].error);
        collected_clear(&got);
    }
    Collected got = collected_new();
    g_autoptr(Job) job = job_new(&collect_sink, &got, false, NULL);
    g_assert_cmpint(verb_run_line(job, "version 'open"), ==, EXIT_USAGE);
    g_assert_cmpuint(got.errors->len, >, 0);
    collected_clear(&got);
}

/* What --read-only refuses, and no more: a verb that is added must say on which side it is. */
static void test_refused(void)
{
    static const char *const refused[] = {
        "home decrypt",   "home encrypt", "home evidence", "home keygen",  "home kill",
        "home localtest", "home package", "home remove",   "home restart", "home run",
        "home scaffold",  "home seal",    "home spawn",    "home stop",    "home test",
        "home unseal",    NULL,
    };
    unsigned n = 0;
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        bool changes = !((*verb)->flags & VERB_READ_ONLY);
        g_assert_cmpint(g_strv_contains(refused, (*verb)->words), ==, changes);
        n += changes;
    }
    g_assert_cmpuint(n, ==, g_strv_length((char **)refused));
}

static void test_rows_have_every_column(void)
{
    Collected got = collected_new();
    g_autoptr(Job) job = job_new(&collect_sink, &got, true, NULL);
    g_auto(GStrv) words = g_strsplit("journal list", " ", -1);
    const Verb *verb = verb_find(words, 2, NULL);
    job_begin(job, verb, false);
    job_emit(job, json_pack("{s:s, s:i}", "kind", "verdict", "more", 1));
    const json_t *row = json_array_get(got.rows, 0);
    for (const VerbColumn *column = verb->columns; column->name; column++)
        g_assert_nonnull(json_object_get(row, column->name));
    g_assert_true(json_is_null(json_object_get(row, "input")));
    g_assert_true(json_is_integer(json_object_get(row, "more")));
    collected_clear(&got);
}

static void test_failures_have_a_status(void)
{
    Collected got = collected_new();
    g_autoptr(Job) job = job_new(&collect_sink, &got, false, NULL);
    g_autoptr(GError) usage = g_error_new(VERB_ERROR, VERB_ERROR_USAGE, "wrong");
    g_autoptr(GError) other = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");
    g_autoptr(GError) cancelled = g_error_new(CANCEL_ERROR, CANCEL_ERROR_CANCELLED, "cancelled");
    g_autoptr(GError) late = g_error_new(CANCEL_ERROR, CANCEL_ERROR_DEADLINE, "too late");
    g_assert_cmpint(job_fail(job, usage), ==, EXIT_USAGE);
    g_assert_cmpint(job_fail(job, other), ==, EXIT_ERROR);
    g_assert_cmpint(job_fail(job, cancelled), ==, EXIT_CANCELLED);
    g_assert_cmpint(job_fail(job, late), ==, EXIT_ERROR);
    g_assert_cmpstr(got.errors->str, ==, "wrong\ngone\ntoo late\n");
    job_text(job, "%s", "one\ntwo");
    g_assert_cmpstr(got.text->str, ==, "one\ntwo\n");
    collected_clear(&got);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verbs/table", test_table_is_whole);
    g_test_add_func("/verbs/found", test_every_verb_is_found);
    g_test_add_func("/verbs/help/options", test_help_names_every_option);
    g_test_add_func("/verbs/help/verbs", test_help_of_all_names_every_verb);
    for (size_t i = 0; completion_shells[i]; i++) {
        g_autofree char *path = g_strconcat("/verbs/completion/", completion_shells[i], NULL);
        g_test_add_data_func(path, completion_shells[i], test_completion);
    }
    g_test_add_func("/verbs/completion/bash-offers", test_bash_completes);
    g_test_add_func("/verbs/lines", test_lines);
    g_test_add_func("/verbs/refused", test_refused);
    g_test_add_func("/verbs/columns", test_rows_have_every_column);
    g_test_add_func("/verbs/failures", test_failures_have_a_status);
    return g_test_run();
}
