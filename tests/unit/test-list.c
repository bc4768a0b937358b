/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/list.h"

#include <locale.h>
#include <poll.h>
#include <string.h>

/* A model of words. */
typedef struct Words {
    GPtrArray *words;
} Words;

static unsigned count(const void *model)
{
    return ((const Words *)model)->words->len;
}

static const char *word(const void *model, unsigned row)
{
    return ((const Words *)model)->words->pdata[row];
}

static void cell(const void *model, unsigned row, unsigned column, unsigned width, ListCell *out)
{
    (void)width;
    if (column == 0)
        out->text = word(model, row);
}

static int compare(const void *model, unsigned a, unsigned b, unsigned column)
{
    return column == 0 ? strcmp(word(model, a), word(model, b)) : 0;
}

static void match_text(const void *model, unsigned row, GString *out)
{
    g_string_append(out, word(model, row));
}

static unsigned natural_width(const void *model, unsigned column)
{
    (void)model;
    return column == 0 ? 6 : 3;
}

static const ListColumn columns[] = {
    {"word", "WORD", 4, 6, 20, 0},
    {"more", "MORE", 6, 6, 6, 1},
};

static const ListSource source = {
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .count = count,
    .cell = cell,
    .compare = compare,
    .match_text = match_text,
    .natural_width = natural_width,
};

typedef struct Fixture {
    Words model;
    List list;
    Mailbox *mailbox;
    Jobs *jobs;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    static const char *const words[] = {"pear", "apple", "fig", "banana", "cherry"};

    (void)data;
    f->model.words = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(f->model.words, g_strdup(words[i]));
    f->mailbox = mailbox_new();
    f->jobs = jobs_new(f->mailbox);
    list_init(&f->list, &source);
    list_refresh(&f->list, &f->model, f->jobs);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    list_clear(&f->list);
    g_assert_true(jobs_stop(f->jobs, 5000));
    mailbox_free(f->mailbox);
    jobs_free(f->jobs);
    g_ptr_array_unref(f->model.words);
}

static char *order(const Fixture *f)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < f->list.order->len; i++)
        g_string_append_printf(out, "%s ",
                               word(&f->model, g_array_index(f->list.order, uint32_t, i)));
    return g_string_free(out, FALSE);
}

static void assert_order(const Fixture *f, const char *expected)
{
    g_autofree char *now = order(f);

    g_assert_cmpstr(now, ==, expected);
}

static void test_sort_keeps_selection(Fixture *f, gconstpointer data)
{
    unsigned row;

    (void)data;
    list_move_to(&f->list, 2);
    assert_order(f, "pear apple fig banana cherry ");
    list_sort_step(&f->list, &f->model, 1);
    assert_order(f, "apple banana cherry fig pear ");
    g_assert_true(list_selected(&f->list, &row));
    g_assert_cmpstr(word(&f->model, row), ==, "fig");
    list_sort_by(&f->list, &f->model, 0, true);
    assert_order(f, "pear fig cherry banana apple ");
    g_assert_true(list_selected(&f->list, &row));
    g_assert_cmpstr(word(&f->model, row), ==, "fig");
    list_sort_step(&f->list, &f->model, -1);
    assert_order(f, "pear apple fig banana cherry ");
    list_sort_step(&f->list, &f->model, -1); /* around */
    g_assert_cmpint(f->list.sort_column, ==, 1);
    assert_order(f, "pear apple fig banana cherry "); /* equal rows stay as they were */
}

static void test_moving(Fixture *f, gconstpointer data)
{
    unsigned row;

    (void)data;
    list_move(&f->list, -5);
    g_assert_cmpuint(f->list.at, ==, 0);
    list_move(&f->list, 100);
    g_assert_cmpuint(f->list.at, ==, 4);
    list_fit(&f->list, 2);
    g_assert_cmpuint(f->list.top, ==, 3);
    list_move_to(&f->list, 0);
    list_fit(&f->list, 2);
    g_assert_cmpuint(f->list.top, ==, 0);
    g_ptr_array_set_size(f->model.words, 0);
    list_refresh(&f->list, &f->model, f->jobs);
    g_assert_false(list_selected(&f->list, &row));
    list_move(&f->list, 1);
}

static void test_marks(Fixture *f, gconstpointer data)
{
    g_autoptr(GArray) none = NULL, two = NULL;

    (void)data;
    list_move_to(&f->list, 1);
    none = list_chosen(&f->list);
    g_assert_cmpuint(none->len, ==, 1);
    g_assert_cmpuint(g_array_index(none, unsigned, 0), ==, 1);
    list_mark(&f->list, 3, true);
    list_mark(&f->list, 4, true);
    list_mark(&f->list, 4, true);
    list_mark(&f->list, 99, true);
    g_assert_cmpuint(f->list.n_marked, ==, 2);
    two = list_chosen(&f->list);
    g_assert_cmpuint(two->len, ==, 2);
    list_clear_marks(&f->list);
    g_assert_cmpuint(f->list.n_marked, ==, 0);
}

/* The next answer of a job. */
static void take_answer(Fixture *f)
{
    struct pollfd watched = {.fd = mailbox_descriptor(f->mailbox), .events = POLLIN};
    bool taken = false;

    while (!taken || jobs_busy(f->jobs) > 0) {
        Message *message;
        g_assert_cmpint(poll(&watched, 1, 10000), ==, 1);
        while ((message = mailbox_take(f->mailbox)) != NULL) {
            if (message->kind == MESSAGE_JOB_ENDED)
                jobs_ended(f->jobs, message->data);
            else
                taken |= list_take_matches(&f->list, &f->model, f->jobs, message);
            message_free(message);
        }
    }
}

static void test_filter(Fixture *f, gconstpointer data)
{
    unsigned row;

    (void)data;
    list_move_to(&f->list, 3);
    list_set_filter(&f->list, &f->model, f->jobs, "an|E");
    take_answer(f);
    assert_order(f, "banana "); /* a capital: case counts */
    g_assert_true(list_selected(&f->list, &row));
    g_assert_cmpuint(row, ==, 3);
    list_set_filter(&f->list, &f->model, f->jobs, "!e");
    take_answer(f);
    assert_order(f, "fig banana ");
    list_set_filter(&f->list, &f->model, f->jobs, "(");
    take_answer(f);
    g_assert_nonnull(list_filter_problem(&f->list));
    assert_order(f, "pear apple fig banana cherry "); /* nothing is hidden by a mistake */
    list_set_filter(&f->list, &f->model, f->jobs, "");
    g_assert_null(list_filter_problem(&f->list));
    assert_order(f, "pear apple fig banana cherry ");
}

/* A row that comes while a filter is set is filtered as well. */
static void test_filter_follows(Fixture *f, gconstpointer data)
{
    (void)data;
    list_set_filter(&f->list, &f->model, f->jobs, "^b");
    take_answer(f);
    g_ptr_array_add(f->model.words, g_strdup("blueberry"));
    g_ptr_array_add(f->model.words, g_strdup("melon"));
    list_refresh(&f->list, &f->model, f->jobs);
    take_answer(f);
    assert_order(f, "banana blueberry ");
}

static void replace_word(Fixture *f, unsigned row, const char *word)
{
    g_free(f->model.words->pdata[row]);
    f->model.words->pdata[row] = g_strdup(word);
    list_refresh(&f->list, &f->model, f->jobs);
    take_answer(f);
}

/* What is being looked at does not go away because it changed; with the next change it does. */
static void test_selected_stays(Fixture *f, gconstpointer data)
{
    unsigned row;

    (void)data;
    list_set_filter(&f->list, &f->model, f->jobs, "e");
    take_answer(f);
    assert_order(f, "pear apple cherry ");
    list_move_to(&f->list, 1);
    replace_word(f, 1, "grain");
    assert_order(f, "pear grain cherry ");
    g_assert_true(list_selected(&f->list, &row));
    g_assert_cmpuint(row, ==, 1);
    list_move_to(&f->list, 0);
    replace_word(f, 2, "date");
    assert_order(f, "pear date cherry ");
    list_set_filter(&f->list, &f->model, f->jobs, "t"); /* another filter: nothing is kept */
    take_answer(f);
    assert_order(f, "date ");
}

static void test_late_answer(Fixture *f, gconstpointer data)
{
    Message late = {.kind = MESSAGE_MATCHES, .generation = 0};
    Matches nothing = {.matched = NULL};

    (void)data;
    late.data = &nothing;
    list_set_filter(&f->list, &f->model, f->jobs, "a");
    g_assert_false(list_take_matches(&f->list, &f->model, f->jobs, &late));
    take_answer(f);
    assert_order(f, "pear apple banana ");
}

static void test_drawing(Fixture *f, gconstpointer data)
{
    g_autoptr(Grid) grid = grid_new(20, 4, false);
    Canvas canvas = grid_canvas(grid);
    g_autofree char *text = NULL;

    (void)data;
    list_mark(&f->list, 1, true);
    list_sort_by(&f->list, &f->model, 0, false);
    list_move_to(&f->list, 1);
    list_fit(&f->list, 3);
    list_draw(&f->list, &f->model, &canvas, true);
    text = grid_text(grid);
    g_assert_cmpstr(text, ==,
                    "  WORD ▴  MORE\n"
                    " •apple   –\n"
                    "▸ banana  –\n"
                    "  cherry  –\n");
    g_assert_cmpuint(grid->cells[2 * 20].selected, ==, 1);
    g_assert_cmpuint(grid->cells[1 * 20].selected, ==, 0);
}

static void test_narrow(Fixture *f, gconstpointer data)
{
    (void)data;
    for (unsigned width = 0; width < 16; width++)
        for (unsigned height = 0; height < 5; height++) {
            g_autoptr(Grid) grid = grid_new(width, height, false);
            Canvas canvas = grid_canvas(grid);
            list_fit(&f->list, height);
            list_draw(&f->list, &f->model, &canvas, true);
        }
}

static void test_ten_thousand(Fixture *f, gconstpointer data)
{
    unsigned row;

    (void)data;
    for (unsigned i = 0; i < 10000; i++)
        g_ptr_array_add(f->model.words, g_strdup_printf("w%05u", (i * 7919) % 10000));
    list_refresh(&f->list, &f->model, f->jobs);
    list_sort_by(&f->list, &f->model, 0, false);
    list_move_to(&f->list, UINT32_MAX);
    g_assert_true(list_selected(&f->list, &row));
    g_assert_cmpstr(word(&f->model, row), ==, "w09999");
    list_set_filter(&f->list, &f->model, f->jobs, "w0999.$");
    take_answer(f);
    g_assert_cmpuint(f->list.order->len, ==, 10);
}

/* An expression without end is bounded, whatever it is given. */
static void test_hostile_expression(void)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    Matches *matches;

    g_ptr_array_add(lines, g_strnfill(40000, 'a'));
    g_ptr_array_add(lines, g_strnfill(200000, 'a'));
    matches = match_lines("(a+a+)+b", lines, NULL);
    g_assert_null(matches->problem);
    g_assert_cmpuint(matches->matched->len, ==, 2);
    g_assert_cmpuint(matches->matched->data[0], ==, 0);
    matches_free(matches);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/list/sort-keeps-selection", test_sort_keeps_selection);
    ADD("/list/moving", test_moving);
    ADD("/list/marks", test_marks);
    ADD("/list/filter", test_filter);
    ADD("/list/filter-follows", test_filter_follows);
    ADD("/list/selected-stays", test_selected_stays);
    ADD("/list/late-answer", test_late_answer);
    ADD("/list/drawing", test_drawing);
    ADD("/list/narrow", test_narrow);
    ADD("/list/ten-thousand", test_ten_thousand);
#undef ADD
    g_test_add_func("/match/hostile-expression", test_hostile_expression);
    return g_test_run();
}
