/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ignore files: the rules of .gitignore, held to git itself on made-up patterns, and the cases of
 * another program when they are beside the tree.
 */
#include "config.h"

#include "format/ignore.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

static bool excludes(const char *text, const char *path, bool directory)
{
    g_autoptr(Ignore) ignore = ignore_parse(span_of(text, strlen(text)));
    return ignore_excludes(ignore, path, directory);
}

static void test_rules(void)
{
    static const struct {
        const char *text, *path;
        bool directory, out;
    } cases[] = {
        {"", "a", false, false},
        {"# a\n\n", "a", false, false},
        {"*.pyc\n", "sub/a.pyc", false, true},
        {"*.pyc\n!keep.pyc\n", "keep.pyc", false, false},
        {"!keep.pyc\n*.pyc\n", "keep.pyc", false, true},
        {"/a\n", "a", false, true},
        {"/a\n", "sub/a", false, false},
        {"sub/a\n", "sub/a", false, true},
        {"sub/a\n", "x/sub/a", false, false},
        {"**/sub/a\n", "x/y/sub/a", false, true},
        {"**/sub/a\n", "sub/a", false, true},
        {"a/**/b\n", "a/b", false, true},
        {"a/**/b\n", "a/x/y/b", false, true},
        {"a/**/b\n", "ab", false, false},
        {"a/**\n", "a/x/y", false, true},
        {"a/**\n", "a", true, false},
        {"d/\n", "d", true, true},
        {"d/\n", "d", false, false},
        {"d/\n", "x/d/file", false, true},
        {"d/\n!d/file\n", "d/file", false, true}, /* not from below an ignored directory */
        {"d/*\n!d/file\n", "d/file", false, false},
        {"a*/b\n", "ax/b", false, true},
        {"a*/b\n", "ax/y/b", false, false},
        {"[a-c]?[!d]\n", "bxx", false, true},
        {"[a-c]?[!d]\n", "bxd", false, false},
        {"[]-]\n", "]", false, true},
        {"[[:digit:]x]\n", "7", false, true},
        {"[[:digit:]x]\n", "y", false, false},
        {"[[:wrong:]]\n", "w", false, false},
        {"a[\n", "a[", false, false},
        {"a\\[\n", "a[", false, true},
        {"\\#x\n", "#x", false, true},
        {"\\!x\n", "!x", false, true},
        {"x \n", "x", false, true},
        {"x\\ \n", "x ", false, true},
        {"x\\ \n", "x", false, false},
        {"x\r\n", "x", false, true},
        {"x\\\n", "x", false, false},
        {"\xef\xbb\xbfx\n", "x", false, true},
        {"é?\n", "éa", false, true},
        {"????\n", "éa", false, false},
        {"X\n", "x", false, false},
        {"x", "x", false, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool out = excludes(cases[i].text, cases[i].path, cases[i].directory);
        if (out != cases[i].out)
            g_error("\"%s\" on %s", cases[i].text, cases[i].path);
    }
}

/* Patterns for which following one branch after another takes for ever. */
static void test_stars(void)
{
    g_autofree char *path = g_strnfill(4000, 'a');
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 60; i++)
        g_string_append(text, "*a");
    g_string_append(text, "b\n");
    g_assert_false(excludes(text->str, path, false));
    g_string_truncate(text, 0);
    for (int i = 0; i < 200; i++)
        g_string_append(text, "**/");
    g_string_append(text, "a\n");
    g_assert_true(excludes(text->str, "x/y/z/a", false));
}

/* ---- git's opinion ---- */

static const char *const tree[] = {
    "a",     "b",      "ab",      "abc",     "a.b",   "-",       "]",     "[a]",     "a b",
    "a ",    "#a",     "!a",      "\\a",     "é",     "A",       "d/a",   "d/b",     "d/ab",
    "d/e/a", "d/e/b",  "d/e/abc", "d/e/f/a", "d/d/a", "d/d/d/b", "e/a",   "e/d/a",   "e/d/e/b",
    "ad/a",  "ad/b/a", "bd/e/a",  "f/a.b",   "f/a.c", "f/.a",    "f/a/d", "f/a/e/d",
};

static void make_tree(const char *root)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tree); i++) {
        g_autofree char *path = g_build_filename(root, tree[i], NULL);
        g_autofree char *parent = g_path_get_dirname(path);
        g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    }
}

static const char *const atoms[] = {
    "a",      "b",    "c",       "d",           "e",           "f",    "/",     "/",     "*",
    "*",      "**",   "**/",     "/**",         "/**/",        "?",    "[ab]",  "[!a]",  "[a-c]",
    "[^b-d]", "[]a]", "[a",      "[[:alpha:]]", "[[:punct:]]", "[-a]", "[a-]",  "\\a",   "\\*",
    "\\",     " ",    "\\ ",     ".",           "-",           "!",    "#",     "é",     "[é]",
    "A",      "***",  "[[:x:]]", "[a-b-c]",     "[[:]",        "[/]",  "[\\]]", "[b-a]", "\r",
};

static char *made_up_pattern(GRand *random)
{
    GString *text = g_string_new(NULL);
    if (g_rand_int_range(random, 0, 5) == 0)
        g_string_append_c(text, '!');
    if (g_rand_int_range(random, 0, 4) == 0)
        g_string_append_c(text, '/');
    int n = g_rand_int_range(random, 1, 6);
    for (int i = 0; i < n; i++)
        g_string_append(text, atoms[g_rand_int_range(random, 0, G_N_ELEMENTS(atoms))]);
    if (g_rand_int_range(random, 0, 4) == 0)
        g_string_append_c(text, '/');
    return g_string_free(text, FALSE);
}

/* What git makes of the .gitignore in `root`: the paths of the file "paths" that it ignores, each
 * ended by a NUL. Its own settings are an empty home's. NULL: it cannot be run. */
static char *asked_git(const char *root, const char *command)
{
    g_autofree char *line = g_strdup_printf("cd '%s' && %s", root, command);
    const char *argv[] = {"sh", "-c", line, NULL};
    char *out = NULL;
    int status = 0;
    bool run =
        g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, &out, NULL, &status, NULL);
    if (run && status == 0)
        return out;
    g_free(out);
    return NULL;
}

static void write_file(const char *root, const char *name, const char *text, size_t size)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
}

/* One ignore file on every path of the tree. */
static void compare_with_git(const char *root, const char *text)
{
    write_file(root, ".gitignore", text, strlen(text));
    g_autofree char *ignored =
        asked_git(root, "git check-ignore --no-index -z --stdin <.git/paths | tr '\\0' '\\n'");
    g_assert_nonnull(ignored);
    g_auto(GStrv) lines = g_strsplit(ignored, "\n", -1);
    g_autoptr(Ignore) ignore = ignore_parse(span_of(text, strlen(text)));
    for (size_t i = 0; i < G_N_ELEMENTS(tree); i++) {
        bool theirs = g_strv_contains((const char *const *)lines, tree[i]);
        bool ours = ignore_excludes(ignore, tree[i], false);
        if (ours != theirs) {
            g_autofree char *shown = g_strescape(text, NULL);
            g_error("\"%s\": git %s %s", shown, theirs ? "ignores" : "keeps", tree[i]);
        }
    }
}

static void test_git(void)
{
    g_autofree char *root = g_dir_make_tmp("mse-ignore-XXXXXX", NULL);
    g_autofree char *made = asked_git(root, "git init -q . 2>&1 || git init .");
    if (made == NULL) {
        g_test_skip("git is not installed");
        return;
    }
    make_tree(root);
    g_autoptr(GString) paths = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tree); i++)
        g_string_append_len(paths, tree[i], (gssize)strlen(tree[i]) + 1);
    write_file(root, ".git/paths", paths->str, paths->len);
    guint32 seed = g_test_rand_int_range(0, G_MAXINT32);
    g_test_message("seed %u", seed);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    int sets = g_test_slow() ? 5000 : 300;
    for (int i = 0; i < sets; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int n = g_rand_int_range(random, 1, 4); n > 0; n--) {
            g_autofree char *pattern = made_up_pattern(random);
            g_string_append(text, pattern);
            if (n > 1 || g_rand_boolean(random))
                g_string_append_c(text, '\n');
        }
        compare_with_git(root, text->str);
    }
}

/* ---- Cases of another program ---- */

/* It matches bare names; where .gitignore differs ("only_in_…"), .gitignore is right. */
static bool expected(const json_t *one, const char *path)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(one, "only_in_mse"), i,
                       value) if (g_str_equal(json_string_value(value), path)) return false;
    json_array_foreach(json_object_get(one, "only_in_gitignore"), i,
                       value) if (g_str_equal(json_string_value(value), path)) return true;
    json_array_foreach(json_object_get(one, "files"), i,
                       value) if (g_str_equal(json_string_value(value), path)) return true;
    return false;
}

static bool is_hidden(const char *path)
{
    return *path == '.' || strstr(path, "/.") != NULL;
}

static void test_cases(void)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    g_autofree char *path = g_build_filename(source != NULL ? source : "..", "..", "shared", "data",
                                             "interop", "mseignore", "cases.json", NULL);
    json_t *all = json_load_file(path, 0, NULL);
    if (all == NULL) {
        g_test_skip("the cases are not beside the tree");
        return;
    }
    size_t i, j;
    json_t *one, *file;
    json_array_foreach(json_object_get(all, "cases"), i, one)
    {
        const char *text = json_string_value(json_object_get(one, "mseignore"));
        json_array_foreach(json_object_get(all, "tree"), j, file)
        {
            const char *name = json_string_value(file);
            bool packed = !is_hidden(name) && !excludes(text, name, false);
            if (packed != expected(one, name))
                g_error("%s: %s", json_string_value(json_object_get(one, "name")), name);
        }
    }
    g_assert_cmpuint(i, >, 20);
    json_decref(all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ignore/rules", test_rules);
    g_test_add_func("/ignore/stars", test_stars);
    g_test_add_func("/ignore/git", test_git);
    g_test_add_func("/ignore/cases", test_cases);
    return g_test_run();
}
