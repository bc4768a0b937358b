/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/document.h"
#include "ui/edit.h"

#include <locale.h>

static Document *sample(void)
{
    Document *document = document_new();

    document_line(document, DOCUMENT_PLAIN);
    document_add(document, ROLE_STRONG, "head");
    document_add_right(document, ROLE_DIM, "right");
    document_heading(document, "LIST");
    for (int i = 0; i < 5; i++) {
        document_line(document, i);
        document_printf(document, ROLE_TEXT, "item %d", i);
    }
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, 14, ROLE_TEXT, "a paragraph of many words");
    return document;
}

static void assert_drawn(const Document *document, const DocumentView *view, unsigned width,
                         unsigned height, const char *expected)
{
    g_autoptr(Grid) grid = grid_new(width, height, false);
    Canvas canvas = grid_canvas(grid);
    g_autofree char *text = NULL;

    document_draw(document, view, &canvas, true);
    text = grid_text(grid);
    g_assert_cmpstr(text, ==, expected);
}

static void test_drawing(void)
{
    g_autoptr(Document) document = sample();
    DocumentView view;

    document_view_init(&view);
    document_view_fit(&view, document, 4);
    assert_drawn(document, &view, 14, 4, "head     right\n\nLIST\nitem 0\n");
    document_view_end(&view, document, true);
    assert_drawn(document, &view, 14, 4, "item 4\n  a paragraph\n  of many\n  words\n");
    document_view_clear(&view);
}

static void test_cursor(void)
{
    g_autoptr(Document) document = sample();
    DocumentView view;

    document_view_init(&view);
    document_view_fit(&view, document, 4);
    g_assert_cmpint(document_view_tag(&view, document), ==, 0); /* the first that can be chosen */
    document_view_move(&view, document, 1);
    g_assert_cmpint(document_view_tag(&view, document), ==, 1);
    g_assert_cmpuint(view.top, ==, 1);
    document_view_move(&view, document, -1);
    g_assert_cmpint(document_view_tag(&view, document), ==, 0);
    g_assert_cmpuint(view.top, ==, 0); /* what stands above the first comes with it */
    for (unsigned i = 0; i < 20; i++)
        document_view_move(&view, document, 1);
    g_assert_cmpint(document_view_tag(&view, document), ==, 4);
    g_assert_cmpuint(view.top, ==, 7); /* and what stands below the last */
    document_view_select_tag(&view, document, 2);
    g_assert_cmpint(document_view_tag(&view, document), ==, 2);
    document_view_clear(&view);
}

static void test_empty(void)
{
    g_autoptr(Document) document = document_new();
    DocumentView view;

    document_view_init(&view);
    document_view_fit(&view, document, 3);
    for (unsigned command = 0; command < N_COMMANDS; command++)
        document_command(&view, document, (CommandId)command);
    g_assert_cmpint(document_view_tag(&view, document), ==, DOCUMENT_PLAIN);
    assert_drawn(document, &view, 3, 2, "\n\n");
    document_view_clear(&view);
}

/* ---- the edited line ---- */

static void type(Edit *edit, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);

    for (unsigned i = 0; names[i] != NULL; i++)
        g_assert_true(edit_key(edit, key_parse(names[i]), NULL));
}

static void test_edit(void)
{
    Edit edit;
    bool changed;

    edit_init(&edit, "");
    type(&edit, "h é 漢 Left Backspace x Home a End b");
    g_assert_cmpstr(edit.text->str, ==, "ahx漢b");
    type(&edit, "Left Left Delete");
    g_assert_cmpstr(edit.text->str, ==, "ahxb");
    type(&edit, "C-u");
    g_assert_cmpstr(edit.text->str, ==, "b");
    type(&edit, "End Space w o r d C-w");
    g_assert_cmpstr(edit.text->str, ==, "b ");
    type(&edit, "Home C-k");
    g_assert_cmpstr(edit.text->str, ==, "");
    g_assert_true(edit_key(&edit, KEYCODE_BACKSPACE, &changed));
    g_assert_false(changed);
    g_assert_false(edit_key(&edit, KEYCODE_F1, NULL));
    g_assert_false(edit_key(&edit, 'z' | KEY_CONTROL, NULL));
    for (unsigned i = 0; i < EDIT_MAX + 10; i++)
        edit_key(&edit, 'x', NULL);
    g_assert_cmpuint(edit.text->len, ==, EDIT_MAX);
    edit_clear(&edit);
}

static void test_edit_scrolls(void)
{
    g_autoptr(Grid) grid = grid_new(5, 1, false);
    Canvas canvas = grid_canvas(grid);
    g_autofree char *text = NULL;
    Edit edit;

    edit_init(&edit, "abcdefgh");
    g_assert_cmpint(edit_draw(&edit, &canvas, 0, 0, 5, ROLE_TEXT), ==, 4);
    text = grid_text(grid);
    g_assert_cmpstr(text, ==, "efgh\n");
    edit_clear(&edit);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/document/drawing", test_drawing);
    g_test_add_func("/document/cursor", test_cursor);
    g_test_add_func("/document/empty", test_empty);
    g_test_add_func("/edit/typing", test_edit);
    g_test_add_func("/edit/scrolls", test_edit_scrolls);
    return g_test_run();
}
