/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Completion of paths, as they stand and as a shell reads them: what is offered, typed, is read as
 * the name that is meant.
 */
#include "config.h"

#include "ui/paths.h"

#include <string.h>

static PathsRead *directory_of(const char *directory, const char *const *names)
{
    PathsRead *read = g_new0(PathsRead, 1);

    read->directory = g_strdup(directory);
    read->entries = g_ptr_array_new_with_free_func(g_free);
    for (; *names != NULL; names++)
        g_ptr_array_add(read->entries, g_strdup(*names));
    return read;
}

/* The one word that is offered. */
static char *only(const char *typed, PathsQuoting quoting, const char *name)
{
    const char *names[] = {name, NULL};
    PathsRead *read = directory_of("", names);
    g_autoptr(GPtrArray) words = paths_offer(typed, quoting, read);
    char *word;

    g_assert_cmpuint(words->len, ==, 1);
    word = g_strdup(words->pdata[0]);
    paths_read_free(read);
    return word;
}

static void test_as_it_stands(void)
{
    g_autofree char *word = only("a\\", PATHS_AS_IS, "a\\b c");
    g_autofree char *directory = paths_directory("x\\y/z", PATHS_AS_IS);

    g_assert_cmpstr(word, ==, "a\\b c");
    g_assert_cmpstr(directory, ==, "x\\y/");
}

/* The word, with its quote, is what a shell makes the name of. */
static void assert_reads_as(const char *quote, const char *word, const char *name)
{
    g_autofree char *line = g_strconcat("verb ", quote, word, quote, NULL);
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &words, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(words), ==, 2);
    g_assert_cmpstr(words[1], ==, name);
}

static void test_as_a_shell_reads(void)
{
    static const char *const names[] = {
        "plain", "two words", "a\\b",   "a\"b", "$HOME",    "back`tick", "semi;colon", "a & b",
        "star*", "#hash",     "~tilde", "né",   "tab\tbed", "(paren)",   "!bang!",     "\\\\two\\",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *bare = only("", PATHS_BARE, names[i]);
        g_autofree char *twice = NULL, *quoted = NULL, *single = NULL;
        assert_reads_as("", bare, names[i]);
        twice = only(bare, PATHS_BARE, names[i]); /* what was offered is found again */
        g_assert_cmpstr(twice, ==, bare);
        quoted = only("", PATHS_IN_DOUBLE, names[i]);
        assert_reads_as("\"", quoted, names[i]);
        single = only("", PATHS_IN_SINGLE, names[i]);
        assert_reads_as("'", single, names[i]);
    }
}

static void test_single_quote(void)
{
    const char *names[] = {"it's", "its", NULL};
    PathsRead *read = directory_of("", names);
    g_autoptr(GPtrArray) single = paths_offer("it", PATHS_IN_SINGLE, read);
    g_autoptr(GPtrArray) bare = paths_offer("it\\'", PATHS_BARE, read);

    g_assert_cmpuint(single->len, ==, 1);
    g_assert_cmpuint(bare->len, ==, 1);
    g_assert_cmpstr(bare->pdata[0], ==, "it\\'s");
    paths_read_free(read);
}

static void test_directories(void)
{
    g_autofree char *bare = paths_directory("my\\ dir/x", PATHS_BARE);
    g_autofree char *quoted = paths_directory("my dir/\\x/y", PATHS_IN_DOUBLE);
    g_autofree char *here = paths_directory("x", PATHS_BARE);
    g_autofree char *home = paths_directory("~/x", PATHS_BARE);

    g_assert_cmpstr(bare, ==, "my dir/");
    g_assert_cmpstr(quoted, ==, "my dir/\\x/"); /* no backslash that a shell would take */
    g_assert_cmpstr(here, ==, "");
    g_assert_true(g_str_has_prefix(home, g_get_home_dir()));
}

static void test_hidden(void)
{
    const char *names[] = {".hidden", "seen", NULL};
    PathsRead *read = directory_of("", names);
    g_autoptr(GPtrArray) all = paths_offer("", PATHS_BARE, read);
    g_autoptr(GPtrArray) dot = paths_offer(".", PATHS_BARE, read);

    g_assert_cmpuint(all->len, ==, 1);
    g_assert_cmpuint(dot->len, ==, 1);
    paths_read_free(read);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paths/as-it-stands", test_as_it_stands);
    g_test_add_func("/paths/as-a-shell-reads", test_as_a_shell_reads);
    g_test_add_func("/paths/single-quote", test_single_quote);
    g_test_add_func("/paths/directories", test_directories);
    g_test_add_func("/paths/hidden", test_hidden);
    return g_test_run();
}
