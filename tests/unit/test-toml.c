/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/toml.h"

#include "core/limits.h"

#include <math.h>

static Span span_text(const char *text)
{
    return span_of(text, strlen(text));
}

static TomlValue *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    TomlValue *root = toml_parse(span_text(text), NULL, &error);
    if (root == NULL)
        g_error("%s: %s", text, error->message);
    return root;
}

/* "a.b.c" among tables; an element of an array by its number. */
static const TomlValue *at_path(const TomlValue *value, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ".", -1);
    for (size_t i = 0; value != NULL && parts[i] != NULL; i++) {
        guint index = (guint)g_ascii_strtoull(parts[i], NULL, 10);
        if (value->type == TOML_ARRAY)
            value = index < value->as.array->len ? g_ptr_array_index(value->as.array, index) : NULL;
        else
            value = toml_get(value, parts[i]);
    }
    return value;
}

static void test_strings(void)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"k = \"\"", ""},
        {"k = \"a\\tb\\n\\\"\\\\\\u00e9\\U0001F600\"", "a\tb\n\"\\\xc3\xa9\xf0\x9f\x98\x80"},
        {"k = 'C:\\x\"y'", "C:\\x\"y"},
        {"k = '''\n'a'\n''b'''''", "'a'\n''b''"},
        {"k = \"\"\"\r\na\r\nb\"\"\"", "a\r\nb"},
        {"k = \"\"\"a \\\n  \n\t b\"\"\"", "a b"},
        {"k = \"\"\"\"a\"\"\\\"\"\"\"\"", "\"a\"\"\"\""},
        {"k = \"\ttab\"", "\ttab"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_autoptr(TomlValue) root = parse(cases[i].text);
        const TomlValue *value = toml_get(root, "k");
        g_assert_cmpint(value->type, ==, TOML_STRING);
        g_assert_cmpstr(value->as.string.text, ==, cases[i].value);
        g_assert_cmpuint(value->as.string.size, ==, strlen(cases[i].value));
    }
    g_autoptr(TomlValue) root = parse("\"a\\u0000b\" = \"x\\u0000y\"");
    const TomlValue *value = toml_get(root, "a\xc0\x80"
                                            "b");
    g_assert_cmpmem(value->as.string.text, (int)value->as.string.size, "x\0y", 3);
}

static void test_integers(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"k=0", 0},
        {"k=+99", 99},
        {"k=-0", 0},
        {"k=1_000_000", 1000000},
        {"k=9223372036854775807", INT64_MAX},
        {"k=-9223372036854775808", INT64_MIN},
        {"k=0xdead_BEEF", 0xdeadbeef},
        {"k=0x7fffffffffffffff", INT64_MAX},
        {"k=0o755", 0755},
        {"k=0b1101_0110", 0xd6},
        {"k=0x00ff", 255},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TomlValue) root = parse(cases[i].text);
        g_assert_cmpint(toml_get(root, "k")->type, ==, TOML_INTEGER);
        g_assert_cmpint(toml_get(root, "k")->as.integer, ==, cases[i].value);
    }
}

static void test_floats(void)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"k=1.0", 1.0},     {"k=-0.01", -0.01},         {"k=5e+22", 5e22},    {"k=1E06", 1e6},
        {"k=-2E-2", -2e-2}, {"k=6.626e-34", 6.626e-34}, {"k=9_1.2_5", 91.25},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TomlValue) root = parse(cases[i].text);
        const TomlValue *value = toml_get(root, "k");
        g_assert_cmpint(value->type, ==, TOML_FLOAT);
        g_assert_cmpmem(&value->as.real, sizeof(double), &cases[i].value, sizeof(double));
    }
    g_autoptr(TomlValue) root = parse("a=inf\nb=-inf\nc=nan\nd=+inf\ne=-nan\nf=-0.0");
    g_assert_true(isinf(toml_get(root, "a")->as.real) && toml_get(root, "a")->as.real > 0);
    g_assert_true(isinf(toml_get(root, "b")->as.real) && toml_get(root, "b")->as.real < 0);
    g_assert_true(isnan(toml_get(root, "c")->as.real));
    g_assert_true(isinf(toml_get(root, "d")->as.real));
    g_assert_true(isnan(toml_get(root, "e")->as.real) && signbit(toml_get(root, "e")->as.real));
    g_assert_true(signbit(toml_get(root, "f")->as.real));
}

static void test_dates(void)
{
    g_autoptr(TomlValue) root = parse("a = 1979-05-27T07:32:00Z\n"
                                      "b = 1979-05-27 00:32:00.999999-07:30\n"
                                      "c = 1979-05-27t07:32:00.1234567899\n"
                                      "d = 2024-02-29 \n"
                                      "e = 07:32:60.5\n");
    const TomlDate *date = &toml_get(root, "b")->as.date;
    g_assert_cmpint(toml_get(root, "a")->type, ==, TOML_OFFSET_DATETIME);
    g_assert_cmpint(toml_get(root, "b")->type, ==, TOML_OFFSET_DATETIME);
    g_assert_cmpint(date->year * 10000 + date->month * 100 + date->day, ==, 19790527);
    g_assert_cmpint(date->hour * 10000 + date->minute * 100 + date->second, ==, 3200);
    g_assert_cmpint(date->nanosecond, ==, 999999000);
    g_assert_cmpint(date->offset_minutes, ==, -450);
    g_assert_cmpint(toml_get(root, "c")->type, ==, TOML_LOCAL_DATETIME);
    g_assert_cmpint(toml_get(root, "c")->as.date.nanosecond, ==, 123456789);
    g_assert_cmpint(toml_get(root, "d")->type, ==, TOML_LOCAL_DATE);
    g_assert_cmpint(toml_get(root, "e")->type, ==, TOML_LOCAL_TIME);
    g_assert_cmpint(toml_get(root, "e")->as.date.nanosecond, ==, 500000000);
}

static void test_structure(void)
{
    g_autoptr(TomlValue) root = parse("# settings\n"
                                      "title.short = 'a'\n"
                                      "title.long = 'b' # dots add to what dots began\n"
                                      "list = [ 1, [ 2, {x = 3, y.z = 4} ], # comment\n"
                                      "  'five',\n]\n"
                                      "[policy.sgx]\n"
                                      "accept = ['UpToDate']\n"
                                      "[policy]\n"
                                      "strict = true\n"
                                      "[[app]]\n"
                                      "name = 'one'\n"
                                      "[app.port]\n"
                                      "http = 80\n"
                                      "[[app]]\n"
                                      "'na me' = 'two'\n");
    g_assert_cmpstr(at_path(root, "title.long")->as.string.text, ==, "b");
    g_assert_cmpint(at_path(root, "list.1.1.y.z")->as.integer, ==, 4);
    g_assert_cmpstr(at_path(root, "list.2")->as.string.text, ==, "five");
    g_assert_cmpstr(at_path(root, "policy.sgx.accept.0")->as.string.text, ==, "UpToDate");
    g_assert_true(at_path(root, "policy.strict")->as.boolean);
    g_assert_cmpint(at_path(root, "app.0.port.http")->as.integer, ==, 80);
    g_assert_cmpstr(at_path(root, "app.1.na me")->as.string.text, ==, "two");
    g_assert_null(at_path(root, "app.1.name"));
    const GPtrArray *keys = root->as.table.keys;
    g_assert_cmpuint(keys->len, ==, 4);
    g_assert_cmpstr(g_ptr_array_index(keys, 0), ==, "title");
    g_assert_cmpstr(g_ptr_array_index(keys, 3), ==, "app");
}

static void check_position(const TomlValue *value, unsigned key_line, unsigned key_column,
                           unsigned line, unsigned column)
{
    g_assert_nonnull(value);
    g_assert_cmpuint(value->key_line, ==, key_line);
    g_assert_cmpuint(value->key_column, ==, key_column);
    g_assert_cmpuint(value->line, ==, line);
    g_assert_cmpuint(value->column, ==, column);
}

/* Columns are characters, not bytes. */
static void test_positions(void)
{
    g_autoptr(TomlValue) root = parse("a = 1\n"
                                      "\"\xc3\xa9\xe2\x82\xac\" = [ '\xf0\x9f\x98\x80', 2,\r\n"
                                      "  3 ]\r\n"
                                      "x.y = 4\n"
                                      "[ p . q ]\n"
                                      "s = '''\n\n'''\n"
                                      "t = 5\n");
    check_position(root, 0, 0, 1, 1);
    check_position(at_path(root, "a"), 1, 1, 1, 5);
    check_position(at_path(root, "\xc3\xa9\xe2\x82\xac"), 2, 1, 2, 8);
    check_position(at_path(root, "\xc3\xa9\xe2\x82\xac.0"), 0, 0, 2, 10);
    check_position(at_path(root, "\xc3\xa9\xe2\x82\xac.1"), 0, 0, 2, 15);
    check_position(at_path(root, "\xc3\xa9\xe2\x82\xac.2"), 0, 0, 3, 3);
    check_position(at_path(root, "x.y"), 4, 3, 4, 7);
    check_position(at_path(root, "p.q"), 5, 7, 5, 7);
    check_position(at_path(root, "p.q.s"), 6, 1, 6, 5);
    check_position(at_path(root, "p.q.t"), 9, 1, 9, 5);
}

static void test_errors(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a = ",
         "line 1, column 5: found the end of the document, expected a value: string, number, "
         "date, true, false, array or inline table"},
        {"a = \n", "line 1, column 5: found the end of the line, expected a value: string, number, "
                   "date, true, false, array or inline table"},
        {"\na b = 1", "line 2, column 3: found \"b\", expected \"=\" after the key"},
        {"a = 1 b = 2", "line 1, column 7: found \"b\", expected the end of the line"},
        {"= 1", "line 1, column 1: found \"=\", expected a key"},
        {"a = True",
         "line 1, column 5: found \"True\", expected a value; text is written in quotes, "
         "true and false small"},
        {"a = 1\nb = 2\na = 3",
         "line 3, column 1: \"a\": this key is there already (it began on line "
         "1)"},
        {"[a]\n[a]", "line 2, column 2: \"a\": this key is there already (it began on line 1)"},
        {"a = 1\n[a.b]",
         "line 2, column 2: \"a\": this key has a value and is no table (it began on "
         "line 1)"},
        {"a = {b = 1}\na.c = 2", "line 2, column 1: \"a\": this table is complete, a dotted key "
                                 "cannot add to it (it began on line 1)"},
        {"a = [1]\n[[a]]",
         "line 2, column 3: \"a\": this key is there already, and not as an array "
         "of tables (it began on line 1)"},
        {"a = 012",
         "line 1, column 5: found \"012\", expected a number: no leading zero, digits on "
         "both sides of point and underscore"},
        {"a = 9223372036854775808", "line 1, column 5: found \"9223372036854775808\", expected an "
                                    "integer from -9223372036854775808 to 9223372036854775807"},
        {"a = 2023-02-29",
         "line 1, column 5: found \"2023-02-29\", expected a date that exists, as "
         "2023-06-01 or 2023-06-01T12:00:00Z"},
        {"a = 25:00:00", "line 1, column 5: found \"25:00:00\", expected a time as 12:00:00"},
        {"a = \"x\n\"",
         "line 1, column 7: found the end of the line, expected the closing quote \""},
        {"a = \"\xc3\xa9\\x41\"",
         "line 1, column 8: found \"x41\", expected an escape: \\b \\t \\n \\f "
         "\\r \\\" \\\\ \\uXXXX \\UXXXXXXXX"},
        {"a = \"\\ud800\"", "line 1, column 7: found U+D800, expected a Unicode character"},
        {"a = \"\"\"x\n\ny", "line 1, column 5: found the end of the document, expected the end of "
                             "this string"},
        {"a = [1\n2]", "line 2, column 1: found \"2\", expected \",\" or \"]\" in the array"},
        {"a = {b = 1,}", "line 1, column 12: found \"}\", expected a key"},
        {"a = {b = 1\n}",
         "line 1, column 11: found the end of the line, expected \",\" or \"}\" in "
         "the inline table"},
        {"[a\n]",
         "line 1, column 3: found the end of the line, expected \"]\" after the table's name"},
        {"[[a]\n", "line 1, column 4: found \"]\", expected \"]]\" after the name of the array of "
                   "tables"},
        {"a = 1 # \x1b[31m",
         "line 1, column 9: found \"\\x1b\", expected a character that a comment "
         "may hold"},
        {"a = \xe2\x80\xae",
         "line 1, column 5: found \"\\u202e\", expected a value: string, number, "
         "date, true, false, array or inline table"},
        {"a = 1\nb = '\xff'", "line 2, column 6: found byte 0xff, expected UTF-8"},
        {"a = 1\r", "line 1, column 6: found \"\\x0d\", expected the end of the line"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(toml_parse(span_text(cases[i].text), NULL, &error));
        g_assert_error(error, TOML_ERROR, TOML_ERROR_SYNTAX);
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_assert_null(toml_parse(span_text(cases[i].text), NULL, NULL));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(toml_parse(span_text("x"), "my\x1b.toml", &error));
    g_assert_cmpstr(error->message, ==,
                    "line 1, column 2: found the end of the document, expected \"=\" after the key "
                    "(in my\\x1b.toml)");
}

/* What may be added to what, beyond the messages above. */
static void test_refused(void)
{
    static const char *const cases[] = {
        "[a.b.c]\nz=9\n[a]\nb.c.t='x'",
        "[a]\nb.c=1\n[a.b]\nd=2",
        "a.b=1\n[a]\nc=2",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "[[a.b]]\n[a]\nb.c=1",
        "a=[{b=1}]\n[a.c]",
        "a={}\n[a.b]",
        "a={b={}, b.c=1}",
        "a={b=1, b=2}",
        "a.b=1\na.b.c=2",
        "a=1\n\"a\"=2",
        "[]",
        "[a.]",
        "[.a]",
        "[[ ]]",
        "[a] b=1",
        "a=1_",
        "a=1__0",
        "a=_1",
        "a=1.",
        "a=.1",
        "a=1.e2",
        "a=1e",
        "a=0x",
        "a=-0x1",
        "a=0XFF",
        "a=0b2",
        "a=0x8000000000000000",
        "a=Inf",
        "a=+true",
        "a=2023-1-1",
        "a=2023-01-01T",
        "a=2023-01-01T00:00",
        "a=2023-01-01T00:00:00.",
        "a=2023-01-01T00:00:00+24:00",
        "a=2023-01-01T00:00:00+0100",
        "a=2023-01-01T00:00:61Z",
        "a='''''''''",
        "a=\"\"\"\\ x\"\"\"",
        "a='\x7f'",
        "\"\"\"a\"\"\"=1",
        "a=[1,,2]",
        "a=[,]",
        "a={,}",
        "a=[1",
        "a={b=1",
        "a\n=1",
        "a=\n1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TomlValue) root = toml_parse(span_text(cases[i]), NULL, &error);
        if (root != NULL)
            g_error("accepted: %s", cases[i]);
        g_assert_nonnull(error);
    }
    g_assert_null(toml_parse(span_of("a='\0'", 5), NULL, NULL));
}

static bool nested(const char *before, const char *open, const char *close, size_t depth,
                   GError **error)
{
    g_autoptr(GString) text = g_string_new(before);
    for (size_t i = 0; i < depth; i++)
        g_string_append(text, open);
    g_string_append(text, *close == '\0' ? "x=1" : "1");
    for (size_t i = 0; i < depth; i++)
        g_string_append(text, close);
    g_autoptr(TomlValue) root = toml_parse(span_of(text->str, text->len), NULL, error);
    return root != NULL;
}

static void test_depth(void)
{
    size_t most = limit_bytes(LIMIT_TOML_DEPTH);
    static const struct {
        const char *before, *open, *close;
    } kinds[] = {{"a=", "[", "]"}, {"a=", "{b=", "}"}, {"", "k.", ""}, {"[t]\n", "k.", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(nested(kinds[i].before, kinds[i].open, kinds[i].close, most - 2, NULL));
        g_assert_false(nested(kinds[i].before, kinds[i].open, kinds[i].close, most, &error));
        g_assert_error(error, TOML_ERROR, TOML_ERROR_LIMIT);
        g_assert_false(nested(kinds[i].before, kinds[i].open, kinds[i].close, 300000, NULL));
    }
}

/* Documents of a megabyte of one kind: none would end here if its cost grew with its square. */
static void test_large(void)
{
    enum { MANY = 200000 };
    g_autoptr(GString) text = g_string_new("a = [");
    for (unsigned i = 0; i < MANY; i++)
        g_string_append_printf(text, "%u,", i);
    g_string_append(text, "]\n");
    for (unsigned i = 0; i < MANY; i++)
        g_string_append_printf(text, "k.v%u = 1\n", i);
    for (unsigned i = 0; i < MANY / 4; i++)
        g_string_append_printf(text, "[t.u%u]\nv = 1\n[[list]]\n", i);
    g_autoptr(TomlValue) root = parse(text->str);
    g_assert_cmpuint(toml_get(root, "a")->as.array->len, ==, MANY);
    g_assert_cmpuint(toml_get(root, "k")->as.table.keys->len, ==, MANY);
    g_assert_cmpuint(toml_get(root, "t")->as.table.keys->len, ==, MANY / 4);
    g_assert_cmpuint(toml_get(root, "list")->as.array->len, ==, MANY / 4);
}

static void test_build(void)
{
    g_autoptr(TomlValue) root = toml_new_table();
    TomlValue *list = toml_new_array(), *table = toml_new_table(), *inner = toml_new_table();
    toml_append(list, toml_new_string("x\"\\\n\x7f\x01\xc3\xa9"));
    toml_append(list, toml_new_boolean(true));
    toml_set(table, "a b", toml_new_integer(-5));
    toml_set(inner, "n", toml_new_integer(1));
    toml_set(table, "", inner);
    toml_set(root, "table", table);
    toml_set(root, "list", list);
    toml_set(root, "n", toml_new_integer(1));
    toml_set(root, "n", toml_new_integer(2));
    g_autofree char *text = toml_write(root);
    g_assert_cmpstr(text, ==,
                    "list = [\"x\\\"\\\\\\n\\u007F\\u0001\xc3\xa9\", true]\n"
                    "n = 2\n"
                    "\n"
                    "[table]\n"
                    "\"a b\" = -5\n"
                    "\n"
                    "[table.\"\"]\n"
                    "n = 1\n");
    g_autoptr(TomlValue) again = parse(text);
    g_assert_cmpint(at_path(again, "table.a b")->as.integer, ==, -5);
    g_autofree char *rewritten = toml_write(again);
    g_assert_cmpstr(rewritten, ==, text);
}

static void test_write(void)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"", ""},
        {"a=0.1\nb=1e300\nc=1.0\nd=-0.0\ne=0.30000000000000004\nf=-inf\ng=-nan",
         "a = 0.1\nb = 1e+300\nc = 1.0\nd = -0.0\ne = 0.30000000000000004\nf = -inf\ng = -nan\n"},
        {"a=1979-05-27 07:32:00.5-00:30\nb=07:32:00\nc=1979-05-27\nd=1979-05-27T00:00:00+00:00",
         "a = 1979-05-27T07:32:00.5-00:30\nb = 07:32:00\nc = 1979-05-27\nd = "
         "1979-05-27T00:00:00Z\n"},
        {"a=[{b=1},{c=[{}]}]", "[[a]]\nb = 1\n\n[[a]]\n\n[[a.c]]\n"},
        {"a=[{b=1},2]", "a = [{ b = 1 }, 2]\n"},
        {"a.b.c=1\n[x.y]", "[a.b]\nc = 1\n\n[x.y]\n"},
        {"a={}\nb=[]", "b = []\n\n[a]\n"},
        {"\"\\u0000\\\"\"=\"\\u0000\"", "\"\\u0000\\\"\" = \"\\u0000\"\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TomlValue) root = parse(cases[i].text);
        g_autofree char *written = toml_write(root);
        g_assert_cmpstr(written, ==, cases[i].written);
        g_autoptr(TomlValue) again = parse(written);
        g_autofree char *rewritten = toml_write(again);
        g_assert_cmpstr(rewritten, ==, written);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/toml/strings", test_strings);
    g_test_add_func("/toml/integers", test_integers);
    g_test_add_func("/toml/floats", test_floats);
    g_test_add_func("/toml/dates", test_dates);
    g_test_add_func("/toml/structure", test_structure);
    g_test_add_func("/toml/positions", test_positions);
    g_test_add_func("/toml/errors", test_errors);
    g_test_add_func("/toml/refused", test_refused);
    g_test_add_func("/toml/depth", test_depth);
    g_test_add_func("/toml/large", test_large);
    g_test_add_func("/toml/build", test_build);
    g_test_add_func("/toml/write", test_write);
    return g_test_run();
}
