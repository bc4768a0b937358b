/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/key_table.h"
#include "ui/keys.h"

#include <string.h>

/* The keys that bytes make, as their names with a space after each; a lone Esc at the end is
 * flushed as the deadline would. */
static char *decode(const char *bytes, size_t size)
{
    KeyDecoder decoder;
    KeyEvent event;
    GString *out = g_string_new(NULL);

    key_decoder_init(&decoder);
    for (size_t i = 0; i < size; i++)
        if (key_decoder_feed(&decoder, (uint8_t)bytes[i], &event)) {
            g_autofree char *name = key_text(event.key);
            g_string_append_printf(out, "%s ", name);
        }
    if (key_decoder_waits(&decoder) && key_decoder_flush(&decoder, &event)) {
        g_autofree char *name = key_text(event.key);
        g_string_append_printf(out, "%s ", name);
    }
    g_assert_false(key_decoder_waits(&decoder));
    key_decoder_clear(&decoder);
    return g_string_free(out, FALSE);
}

static void test_decoding(void)
{
    static const struct {
        const char *bytes, *keys;
    } cases[] = {
        {"a", "a "},
        {"é", "é "},
        {"漢", "漢 "},
        {"\r", "Enter "},
        {"\n", "Enter "},
        {"\t", "Tab "},
        {" ", "Space "},
        {"\x7f", "Backspace "},
        {"\b", "Backspace "},
        {"\x0c", "C-l "},
        {"\x1c", "C-\\ "},
        {"\033", "Esc "},
        {"\033\033", "Esc Esc "},
        {"\033[A", "Up "},
        {"\033OA", "Up "},
        {"\033\033[A", "Esc Up "},
        {"\033[1;5C", "C-Right "},
        {"\033[1;2D", "S-Left "},
        {"\033[3~", "Delete "},
        {"\033[3;3~", "M-Delete "},
        {"\033[15~", "F5 "},
        {"\033OP", "F1 "},
        {"\033[Z", "S-Tab "},
        {"\033x", "M-x "},
        {"\033[", "M-[ "},
        {"\033[<0;5;7M", "Click "},
        {"\033[<0;5;7m", ""},
        {"\033[<64;5;7M", "WheelUp "},
        {"\033[999zq", "q "}, /* unknown: swallowed whole */
        {"\033[99999999999999~q", "q "},
        {"\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18Aq", "q "},
        {"\xff\xfeq", "q "},
        {"\xe2\x82q", ""},   /* cut off: what follows is not taken for its own */
        {"\xc2\x9bq", "q "}, /* C1 */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *keys = decode(cases[i].bytes, strlen(cases[i].bytes));
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
}

static void test_click_position(void)
{
    static const char bytes[] = "\033[<0;12;34M";
    KeyDecoder decoder;
    KeyEvent event;

    key_decoder_init(&decoder);
    for (size_t i = 0; i + 2 < sizeof bytes; i++)
        g_assert_false(key_decoder_feed(&decoder, (uint8_t)bytes[i], &event));
    g_assert_true(key_decoder_feed(&decoder, 'M', &event));
    g_assert_cmpuint(event.key, ==, KEYCODE_CLICK);
    g_assert_cmpint(event.x, ==, 11);
    g_assert_cmpint(event.y, ==, 33);
}

static void test_names(void)
{
    static const char *const names[] = {"q",     "?",       "C-l", "M-x",  "S-Tab", "Enter",
                                        "Space", "F1",      "Up",  "C-Up", "F12",   "é",
                                        "Esc",   "M-Enter", "<",   "=",    "/",     "Delete"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = key_text(key_parse(names[i]));
        g_assert_cmpstr(name, ==, names[i]);
    }
    g_assert_cmpuint(key_parse("C-L"), ==, key_parse("C-l"));
    g_assert_cmpuint(key_parse(""), ==, 0);
    g_assert_cmpuint(key_parse("qq"), ==, 0);
    g_assert_cmpuint(key_parse("\001"), ==, 0);
    g_assert_cmpuint(key_parse("C-"), ==, 0);
}

/* What is sent to readline for a key decodes to that key. */
static void test_bytes(void)
{
    static const char *const names[] = {"a",    "é",    "Enter",  "Tab", "Up",
                                        "Left", "Home", "Delete", "C-a", "M-b"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char bytes[KEY_SEQUENCE_MAX];
        unsigned n = key_bytes(key_parse(names[i]), bytes);
        g_autofree char *keys = decode(bytes, n);
        g_autofree char *expected = g_strdup_printf("%s ", names[i]);
        g_assert_cmpstr(keys, ==, expected);
    }
}

/* ---- the table ---- */

static void test_table_is_whole(void)
{
    KeyTable table;

    key_table_make(&table, NULL, NULL);
    for (unsigned i = 1; i < N_COMMANDS; i++) {
        g_auto(GStrv) keys = g_strsplit(command_table[i].keys, " ", -1);
        g_assert_nonnull(command_table[i].name);
        g_assert_cmpstr(command_table[i].help, !=, "");
        g_assert_cmpuint(command_table[i].panes, !=, 0);
        g_assert_cmpuint(command_by_name(command_table[i].name), ==, i);
        for (unsigned k = 0; keys[k] != NULL; k++)
            g_assert_cmpuint(key_parse(keys[k]), !=, 0);
    }
}

/* A command of one kind of pane comes before one that applies everywhere. */
static bool gives_way(CommandId a, CommandId b)
{
    unsigned one = command_table[a].panes, other = command_table[b].panes;
    bool is_one = (one & (one - 1)) == 0, is_other = (other & (other - 1)) == 0;
    return is_one != is_other;
}

/* One key means one thing in a pane. */
static void test_no_key_twice(void)
{
    KeyTable table;

    key_table_make(&table, NULL, NULL);
    for (unsigned a = 1; a < N_COMMANDS; a++)
        for (unsigned b = a + 1; b < N_COMMANDS; b++)
            for (unsigned i = 0; i < COMMAND_KEYS_MAX; i++)
                for (unsigned j = 0; j < COMMAND_KEYS_MAX; j++)
                    if (table.keys[a][i] != 0 && table.keys[a][i] == table.keys[b][j] &&
                        !gives_way((CommandId)a, (CommandId)b))
                        g_assert_cmpuint(command_table[a].panes & command_table[b].panes, ==, 0);
}

/* Those are other programs' in the same terminal. */
static void test_keys_left_alone(void)
{
    static const char *const left[] = {"C-a", "C-b", "C-h", "C-j", "C-k", "C-s", "C-q"};
    KeyTable table;

    key_table_make(&table, NULL, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(left); i++)
        for (unsigned pane = 1; pane < PANE_ANY; pane <<= 1)
            g_assert_cmpuint(key_table_find(&table, key_parse(left[i]), pane), ==, COMMAND_NONE);
    g_assert_cmpuint(key_table_find(&table, KEYCODE_ESCAPE, PANE_INPUTS), ==, COMMAND_BACK);
    g_assert_cmpuint(key_table_find(&table, KEYCODE_BACKSPACE, PANE_READING), ==, COMMAND_BACK);
}

static void test_settings(void)
{
    static const char text[] = "[keys]\n"
                               "verify = \"r\"\n"
                               "quit = [\"Q\", \"F10\"]\n"
                               "mark = \"\"\n"
                               "nonsense = \"x\"\n"
                               "help = \"Hyper-x\"\n";
    g_autoptr(Settings) settings = settings_parse(span_of(text, strlen(text)), "test", NULL);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    KeyTable table;

    g_assert_nonnull(settings);
    key_table_make(&table, settings, problems);
    g_assert_cmpuint(key_table_find(&table, 'r', PANE_INPUTS), ==, COMMAND_VERIFY);
    g_assert_cmpuint(key_table_find(&table, 'v', PANE_INPUTS), ==, COMMAND_NONE);
    g_assert_cmpuint(key_table_find(&table, 'Q', PANE_INPUTS), ==, COMMAND_QUIT);
    g_assert_cmpuint(key_table_find(&table, key_parse("F10"), PANE_INPUTS), ==, COMMAND_QUIT);
    g_assert_cmpuint(key_table_find(&table, 'q', PANE_INPUTS), ==, COMMAND_NONE);
    g_assert_cmpuint(key_table_find(&table, ' ', PANE_INPUTS), ==, COMMAND_NONE);
    g_assert_cmpuint(key_table_find(&table, '?', PANE_INPUTS), ==, COMMAND_HELP);
    g_assert_cmpuint(problems->len, ==, 2);
    g_assert_nonnull(strstr(problems->pdata[0], "nonsense"));
    g_assert_nonnull(strstr(problems->pdata[1], "Hyper-x"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keys/decoding", test_decoding);
    g_test_add_func("/keys/click-position", test_click_position);
    g_test_add_func("/keys/names", test_names);
    g_test_add_func("/keys/bytes", test_bytes);
    g_test_add_func("/key-table/whole", test_table_is_whole);
    g_test_add_func("/key-table/no-key-twice", test_no_key_twice);
    g_test_add_func("/key-table/keys-left-alone", test_keys_left_alone);
    g_test_add_func("/key-table/settings", test_settings);
    return g_test_run();
}
