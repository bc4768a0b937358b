/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/canvas.h"
#include "ui/text.h"

#include <locale.h>
#include <string.h>

static void assert_shows(const Grid *grid, const char *expected)
{
    g_autofree char *text = grid_text(grid);

    g_assert_cmpstr(text, ==, expected);
}

static void test_text(void)
{
    g_autoptr(Grid) grid = grid_new(10, 3, false);
    Canvas canvas = grid_canvas(grid);

    g_assert_cmpint(canvas_text(&canvas, 1, 0, ROLE_TEXT, "abc"), ==, 4);
    canvas_text(&canvas, 8, 1, ROLE_TEXT, "over");
    canvas_text(&canvas, -2, 2, ROLE_TEXT, "xyz");
    canvas_text(&canvas, 0, 7, ROLE_TEXT, "nowhere");
    assert_shows(grid, " abc\n        ov\nz\n");
}

static void test_parts_clip(void)
{
    g_autoptr(Grid) grid = grid_new(8, 3, false);
    Canvas canvas = grid_canvas(grid);
    Canvas part = canvas_part(&canvas, 2, 1, 3, 9);
    Canvas none = canvas_part(&canvas, 20, 20, 3, 3);

    g_assert_cmpint(part.height, ==, 2);
    g_assert_cmpint(none.width, ==, 0);
    canvas_text(&part, 0, 0, ROLE_TEXT, "abcdef");
    canvas_text(&part, -1, 1, ROLE_TEXT, "abcdef");
    canvas_text(&none, 0, 0, ROLE_TEXT, "x");
    assert_shows(grid, "\n  abc\n  bcd\n");
}

static void test_wide(void)
{
    g_autoptr(Grid) grid = grid_new(5, 4, false);
    Canvas canvas = grid_canvas(grid);

    g_assert_cmpint(canvas_text(&canvas, 0, 0, ROLE_TEXT, "漢字"), ==, 4);
    canvas_text(&canvas, 4, 1, ROLE_TEXT, "漢"); /* half of it does not fit: none of it */
    canvas_text(&canvas, 0, 2, ROLE_TEXT, "漢字");
    canvas_text(&canvas, 1, 2, ROLE_TEXT, "x"); /* over a half: the other goes too */
    canvas_text(&canvas, 0, 3, ROLE_TEXT, "e\xcc\x81");
    assert_shows(grid, "漢字\n\n x字\ne\xcc\x81\n");
}

static void test_ascii(void)
{
    g_autoptr(Grid) grid = grid_new(12, 3, true);
    Canvas canvas = grid_canvas(grid);

    canvas_frame(&canvas, 0, 0, 12, 3, ROLE_BORDER);
    canvas_text(&canvas, 1, 1, ROLE_TEXT, "✔ ✖ … é 漢");
    assert_shows(grid, "+----------+\n|+ X ~ e ? |\n+----------+\n");
}

static void test_frame(void)
{
    g_autoptr(Grid) grid = grid_new(4, 3, false);
    Canvas canvas = grid_canvas(grid);

    canvas_frame(&canvas, 0, 0, 4, 3, ROLE_BORDER);
    assert_shows(grid, "┌──┐\n│  │\n└──┘\n");
    canvas_frame(&canvas, 0, 0, 1, 1, ROLE_BORDER); /* too small to be one: nothing */
    assert_shows(grid, "┌──┐\n│  │\n└──┘\n");
}

static void test_roles(void)
{
    g_autoptr(Grid) grid = grid_new(3, 1, false);
    Canvas canvas = grid_canvas(grid);

    canvas_text(&canvas, 0, 0, ROLE_TRUSTED, "abc");
    canvas_select(&canvas, 1, 0, 5);
    canvas_role(&canvas, 2, 0, 1, ROLE_DIM);
    g_assert_cmpuint(grid->cells[0].role, ==, ROLE_TRUSTED);
    g_assert_cmpuint(grid->cells[0].selected, ==, 0);
    g_assert_cmpuint(grid->cells[1].selected, ==, 1);
    g_assert_cmpuint(grid->cells[2].role, ==, ROLE_DIM);
    g_assert_cmpuint(grid->cells[2].character, ==, 'c');
}

static void test_cutting(void)
{
    static const struct {
        const char *text;
        unsigned columns;
        const char *cut, *middle;
    } cases[] = {
        {"abcdef", 6, "abcdef", "abcdef"}, {"abcdef", 4, "abc…", "ab…f"},
        {"abcdef", 1, "…", "…"},           {"abcdef", 0, "", ""},
        {"漢字漢字", 5, "漢字…", "漢…字"}, {"", 3, "", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cut = text_cut(cases[i].text, cases[i].columns);
        g_autofree char *middle = text_cut_middle(cases[i].text, cases[i].columns);
        g_assert_cmpstr(cut, ==, cases[i].cut);
        g_assert_cmpuint(text_width(middle), <=, cases[i].columns);
        g_assert_cmpstr(middle, ==, cases[i].middle);
    }
}

static void test_breaking(void)
{
    static const struct {
        const char *text;
        unsigned columns;
        const char *lines;
    } cases[] = {
        {"one two three", 7, "one two|three|"},
        {"one two three", 5, "one|two|three|"},
        {"abcdefgh", 3, "abc|def|gh|"},
        {"a\nb", 9, "a|b|"},
        {"", 5, "|"},
        {"漢字漢", 1, "漢|字|漢|"},
        {"ab  ", 2, "ab|"},
        {"one  two", 4, "one|two|"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) lines = g_string_new(NULL);
        const char *text = cases[i].text;
        while (text != NULL) {
            const char *next;
            size_t size = text_break(text, cases[i].columns, &next);
            g_string_append_printf(lines, "%.*s|", (int)size, text);
            text = next;
        }
        g_assert_cmpstr(lines->str, ==, cases[i].lines);
    }
}

/* Whatever is drawn wherever, nothing is written outside of the part. */
static void test_random_drawing(void)
{
    static const char *const texts[] = {"x", "漢字", "e\xcc\x81", "abcdefghijkl", "\xcc\x81", "│"};

    for (unsigned round = 0; round < 20000; round++) {
        g_autoptr(Grid) grid = grid_new((unsigned)g_test_rand_int_range(0, 6),
                                        (unsigned)g_test_rand_int_range(0, 4), round & 1);
        Canvas all = grid_canvas(grid);
        Canvas part = canvas_part(&all, g_test_rand_int_range(-3, 7), g_test_rand_int_range(-3, 5),
                                  g_test_rand_int_range(-2, 8), g_test_rand_int_range(-2, 6));
        for (unsigned i = 0; i < 4; i++)
            canvas_text(&part, g_test_rand_int_range(-4, 8), g_test_rand_int_range(-2, 6),
                        ROLE_TEXT, texts[g_test_rand_int_range(0, G_N_ELEMENTS(texts))]);
        canvas_frame(&part, g_test_rand_int_range(-4, 8), g_test_rand_int_range(-2, 6),
                     g_test_rand_int_range(0, 8), g_test_rand_int_range(0, 8), ROLE_TEXT);
        for (unsigned y = 0; y < grid->height; y++)
            for (unsigned x = 0; x < grid->width; x++) {
                const Cell *cell = &grid->cells[(size_t)y * grid->width + x];
                if (cell->character == 0) {
                    g_assert_cmpuint(x, >, 0); /* a right half has its left one */
                    g_assert_cmpuint(text_character_width((cell - 1)->character), ==, 2);
                }
            }
    }
}

static void test_cut_clause(void)
{
    static const struct {
        const char *text;
        unsigned columns;
        const char *expected;
    } cases[] = {
        {"short", 20, "short"},
        {"Nothing is revoked; the list ends in May", 30, "Nothing is revoked; …"},
        {"Nothing is revoked; the list ends in May", 20, "Nothing is …"},
        {"One. A much longer sentence follows it", 30, "One. A much longer sentence …"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 10, "aaaaaaaaa…"},
        {"abc", 2, "a…"},
        {"abc", 0, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cut = text_cut_clause(cases[i].text, cases[i].columns);
        g_assert_cmpstr(cut, ==, cases[i].expected);
        g_assert_cmpuint(text_width(cut), <=, cases[i].columns);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/canvas/text", test_text);
    g_test_add_func("/canvas/parts-clip", test_parts_clip);
    g_test_add_func("/canvas/wide", test_wide);
    g_test_add_func("/canvas/ascii", test_ascii);
    g_test_add_func("/canvas/frame", test_frame);
    g_test_add_func("/canvas/roles", test_roles);
    g_test_add_func("/canvas/random-drawing", test_random_drawing);
    g_test_add_func("/text/cutting", test_cutting);
    g_test_add_func("/text/breaking", test_breaking);
    g_test_add_func("/text/cut-clause", test_cut_clause);
    return g_test_run();
}
