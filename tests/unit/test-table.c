/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/colour.h"
#include "command/layout.h"
#include "command/table.h"

#include <locale.h>

static const VerbColumn columns[] = {
    {"name", "Name", COLUMN_TEXT, NULL, false},
    {"size", "Size", COLUMN_BYTES, NULL, false},
    {"note", "Note", COLUMN_TEXT, NULL, false},
    {0},
};

static void assert_table(const char *json, size_t width, const char *expected)
{
    json_t *rows = json_loads(json, 0, NULL);
    g_assert_nonnull(rows);
    g_autoptr(GPtrArray) lines = table_render(columns, rows, width);
    g_ptr_array_add(lines, NULL);
    g_autofree char *text = g_strjoinv("\n", (char **)lines->pdata);
    g_assert_cmpstr(text, ==, expected);
    json_decref(rows);
}

static void test_whole(void)
{
    assert_table("[{\"name\":\"a\",\"size\":4194304,\"note\":\"first\"},"
                 "{\"name\":\"long name\",\"size\":null,\"note\":\"second\"}]",
                 0,
                 "NAME        SIZE  NOTE\n"
                 "a          4 MiB  first\n"
                 "long name      –  second");
}

static void test_empty(void)
{
    assert_table("[]", 80, "");
}

static void test_fits_the_width(void)
{
    assert_table("[{\"name\":\"a rather long name\",\"size\":1,\"note\":\"and a long note\"}]", 30,
                 "NAME          SIZE  NOTE\n"
                 "a rather…   1 byte  and a lon…");
}

static void test_wide_characters(void)
{
    assert_table("[{\"name\":\"日本\",\"size\":1,\"note\":\"x\"},"
                 "{\"name\":\"abcd\",\"size\":2,\"note\":\"y\"}]",
                 0,
                 "NAME     SIZE  NOTE\n"
                 "日本   1 byte  x\n"
                 "abcd  2 bytes  y");
}

static void test_hostile_text(void)
{
    assert_table("[{\"name\":\"\\u001b[31m\",\"size\":1,\"note\":\"a\\nb\"}]", 0,
                 "NAME        SIZE  NOTE\n"
                 "\\x1b[31m  1 byte  a\\x0ab");
}

static void test_cut(void)
{
    g_autofree char *whole = layout_cut("日本", 4);
    g_assert_cmpstr(whole, ==, "日本");
    g_autofree char *cut = layout_cut("日本語", 4);
    g_assert_cmpstr(cut, ==, "日…");
    g_autofree char *none = layout_cut("abc", 0);
    g_assert_cmpstr(none, ==, "");
    g_assert_cmpuint(layout_width("e\u0301"), ==, 1);
}

static void assert_wrapped(const char *text, size_t width, size_t hang, const char *expected)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    layout_wrap(lines, text, width, hang);
    g_ptr_array_add(lines, NULL);
    g_autofree char *joined = g_strjoinv("\n", (char **)lines->pdata);
    g_assert_cmpstr(joined, ==, expected);
}

static void test_wrap(void)
{
    assert_wrapped("one two three four", 0, 0, "one two three four");
    assert_wrapped("one two three four", 9, 0, "one two\nthree\nfour");
    assert_wrapped("  one two three four", 15, 4, "  one two three\n    four");
    assert_wrapped("averyveryverylongword and more", 10, 0, "averyveryverylongword\nand more");
    assert_wrapped("", 10, 0, "");
    assert_wrapped("日本 日本 日本", 9, 0, "日本 日本\n日本");
}

static void test_every_width_keeps_every_word(void)
{
    const char *text = "  the quick   brown fox jumps over the lazy dog";
    for (size_t width = 1; width < 60; width++) {
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        layout_wrap(lines, text, width, 2);
        g_ptr_array_add(lines, NULL);
        g_autofree char *joined = g_strjoinv(" ", (char **)lines->pdata);
        g_auto(GStrv) words = g_strsplit_set(joined, " ", -1);
        unsigned n = 0;
        for (char **word = words; *word; word++)
            n += **word != '\0';
        g_assert_cmpuint(n, ==, 9);
    }
}

/* The words are there without the colour; what is no verdict stays as it is. */
static void test_colour(void)
{
    static const struct {
        const char *line, *expected;
    } cases[] = {
        {"✔ TRUSTED  a.json", "\033[32m✔ TRUSTED\033[0m  a.json"},
        {"x REJECTED  a", "\033[1;31mx REJECTED\033[0m  a"},
        {"  ✖ crl: Revocation lists", "  \033[1;31m✖ crl\033[0m: Revocation lists"},
        {"✔ TRUSTED  a  SIMULATED", "\033[32m✔ TRUSTED\033[0m  a  \033[1;33mSIMULATED\033[0m"},
        {"      What to do: wait", "      What to do: wait"},
        {"      ! not a mark here", "      ! not a mark here"},
        {"", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *coloured = colour_verdict(cases[i].line);
        g_assert_cmpstr(coloured, ==, cases[i].expected);
    }
}

static void test_colour_wanted(void)
{
    static const struct {
        const char *term, *no_color;
        bool wanted;
    } cases[] = {
        {"xterm", NULL, true}, {"xterm", "", true}, {"xterm", "1", false},
        {"dumb", NULL, false}, {NULL, NULL, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_unsetenv("TERM");
        g_unsetenv("NO_COLOR");
        if (cases[i].term != NULL)
            g_setenv("TERM", cases[i].term, TRUE);
        if (cases[i].no_color != NULL)
            g_setenv("NO_COLOR", cases[i].no_color, TRUE);
        g_assert_true(colour_is_wanted() == cases[i].wanted);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/whole", test_whole);
    g_test_add_func("/table/empty", test_empty);
    g_test_add_func("/table/fits", test_fits_the_width);
    g_test_add_func("/table/wide", test_wide_characters);
    g_test_add_func("/table/hostile", test_hostile_text);
    g_test_add_func("/layout/cut", test_cut);
    g_test_add_func("/layout/wrap", test_wrap);
    g_test_add_func("/layout/every-width", test_every_width_keeps_every_word);
    g_test_add_func("/colour/verdict", test_colour);
    g_test_add_func("/colour/wanted", test_colour_wanted);
    return g_test_run();
}
