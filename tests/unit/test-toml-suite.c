/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public TOML conformance cases, when they are beside the tree: every valid document read to
 * the values of its tagged JSON and written back to the same, every invalid one refused.
 */
#include "config.h"

#include "format/json_pull.h"
#include "format/toml.h"

#include <math.h>

typedef void (*Case)(const char *path, Span text);

static char *cases_folder(const char *kind)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    return g_build_filename(source != NULL ? source : "..", "..", "shared", "data", "toml-test",
                            kind, NULL);
}

/* Runs every *.toml below `folder`; gives how many. */
static unsigned each_case(const char *folder, Case run)
{
    unsigned n = 0;
    const char *name;
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            n += each_case(path, run);
        } else if (g_str_has_suffix(name, ".toml")) {
            g_assert_true(g_file_get_contents(path, &text, &size, NULL));
            run(path, span_of(text, size));
            n++;
        }
    }
    return n;
}

static void run_cases(const char *kind, Case run)
{
    g_autofree char *folder = cases_folder(kind);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_test_skip("the conformance cases are not beside the tree");
        return;
    }
    unsigned n = each_case(folder, run);
    g_test_message("%u %s documents", n, kind);
    g_assert_cmpuint(n, >, 0);
}

static void check_tagged(const TomlValue *value, const JsonPullValue *tagged);

/* Decoded as the reader of TOML holds a key: U+0000 as C0 80, by way of a character that no case
 * has. */
static char *decode(Span raw)
{
    g_autoptr(GString) quoted = g_string_new("\"");
    for (size_t i = 0; i < raw.size; i++) {
        bool escape = raw.data[i] == '\\';
        bool zero = raw.size - i >= 6 && memcmp(raw.data + i, "\\u0000", 6) == 0;
        g_assert_false(raw.size - i >= 4 && memcmp(raw.data + i, "\xf4\x8f\xbf\xbd", 4) == 0);
        g_string_append_len(quoted, zero ? "\xf4\x8f\xbf\xbd" : (const char *)raw.data + i,
                            zero     ? 4
                            : escape ? 2
                                     : 1);
        i += zero ? 5 : escape;
    }
    g_string_append_c(quoted, '"');
    JsonPullValue value = {
        .type = JSON_PULL_STRING,
        .range = span_of(quoted->str, quoted->len),
    };
    g_autofree char *text = json_pull_string(&value);
    g_assert_nonnull(text);
    g_auto(GStrv) parts = g_strsplit(text, "\xf4\x8f\xbf\xbd", -1);
    return g_strjoinv("\xc0\x80", parts);
}

static char *decode_string(const JsonPullValue *value)
{
    g_assert_cmpint(value->type, ==, JSON_PULL_STRING);
    return decode(span_of(value->range.data + 1, value->range.size - 2));
}

static void check_table(const TomlValue *table, const JsonPullValue *object)
{
    JsonPullIterator members;
    JsonPullValue member;
    Span key;
    guint n = 0;
    g_assert_cmpint(table->type, ==, TOML_TABLE);
    g_assert_true(json_pull_open(object, &members));
    while (json_pull_member(&members, &key, &member)) {
        g_autofree char *name = decode(key);
        const TomlValue *value = toml_get(table, name);
        g_assert_nonnull(value);
        check_tagged(value, &member);
        n++;
    }
    g_assert_cmpuint(n, ==, g_hash_table_size(table->as.table.members));
    g_assert_cmpuint(n, ==, table->as.table.keys->len);
}

static void check_array(const TomlValue *array, const JsonPullValue *tagged)
{
    JsonPullIterator elements;
    JsonPullValue element;
    guint n = 0;
    g_assert_cmpint(array->type, ==, TOML_ARRAY);
    g_assert_true(json_pull_open(tagged, &elements));
    while (json_pull_element(&elements, &element)) {
        g_assert_cmpuint(n, <, array->as.array->len);
        check_tagged(g_ptr_array_index(array->as.array, n++), &element);
    }
    g_assert_cmpuint(n, ==, array->as.array->len);
}

static void check_string(const TomlValue *value, const char *expected)
{
    GString *held = g_string_new(NULL);
    for (size_t i = 0; i < value->as.string.size; i++) {
        char c = value->as.string.text[i];
        g_string_append_len(held, c == '\0' ? "\xc0\x80" : &c, c == '\0' ? 2 : 1);
    }
    g_autofree char *text = g_string_free(held, FALSE);
    g_assert_cmpstr(text, ==, expected);
}

static void check_float(double real, const char *expected)
{
    if (strstr(expected, "nan") != NULL) {
        g_assert_true(isnan(real));
        return;
    }
    const char *digits = expected[0] == '+' ? expected + 1 : expected;
    double wanted = strcmp(digits, "inf") == 0    ? (double)INFINITY
                    : strcmp(digits, "-inf") == 0 ? -(double)INFINITY
                                                  : g_ascii_strtod(digits, NULL);
    g_assert_cmpmem(&real, sizeof real, &wanted, sizeof wanted);
}

/* Milliseconds as the cases write them; they go no finer. */
static void check_date(const TomlValue *value, const char *expected)
{
    g_autoptr(TomlValue) table = toml_new_table();
    TomlValue *copy = toml_new_boolean(false);
    *copy = *value;
    toml_set(table, "k", copy);
    g_autofree char *written = toml_write(table);
    g_strchomp(written);
    g_autofree char *line = g_strdup_printf("k = %s", expected);
    g_autoptr(TomlValue) wanted = toml_parse(span_of(line, strlen(line)), NULL, NULL);
    g_assert_nonnull(wanted);
    g_autofree char *normal = toml_write(wanted);
    g_strchomp(normal);
    g_assert_cmpstr(written, ==, normal);
}

static void check_scalar(const TomlValue *value, const char *type, const char *expected)
{
    static const struct {
        const char *tag;
        TomlType type;
    } tags[] = {
        {"string", TOML_STRING},
        {"integer", TOML_INTEGER},
        {"float", TOML_FLOAT},
        {"bool", TOML_BOOLEAN},
        {"datetime", TOML_OFFSET_DATETIME},
        {"datetime-local", TOML_LOCAL_DATETIME},
        {"date-local", TOML_LOCAL_DATE},
        {"time-local", TOML_LOCAL_TIME},
    };
    size_t tag = 0;
    while (tag < G_N_ELEMENTS(tags) && strcmp(tags[tag].tag, type) != 0)
        tag++;
    g_assert_cmpuint(tag, <, G_N_ELEMENTS(tags));
    g_assert_cmpint(value->type, ==, tags[tag].type);
    switch (value->type) {
    case TOML_STRING:
        check_string(value, expected);
        return;
    case TOML_INTEGER:
        g_assert_cmpint(value->as.integer, ==, g_ascii_strtoll(expected, NULL, 10));
        return;
    case TOML_FLOAT:
        check_float(value->as.real, expected);
        return;
    case TOML_BOOLEAN:
        g_assert_cmpstr(value->as.boolean ? "true" : "false", ==, expected);
        return;
    default:
        check_date(value, expected);
    }
}

/* {"type": "integer", "value": "1"} is a value, another object a table. */
static void check_tagged(const TomlValue *value, const JsonPullValue *tagged)
{
    JsonPullValue type, text;
    const JsonPullField fields[] = {
        {"type", JSON_PULL_STRING, true, &type, NULL},
        {"value", JSON_PULL_STRING, true, &text, NULL},
    };
    if (tagged->type == JSON_PULL_ARRAY) {
        check_array(value, tagged);
    } else if (json_pull_members(tagged, fields, G_N_ELEMENTS(fields), NULL)) {
        g_autofree char *tag = decode_string(&type);
        g_autofree char *expected = decode_string(&text);
        check_scalar(value, tag, expected);
    } else {
        check_table(value, tagged);
    }
}

static void check_document(const char *path, Span toml, const JsonPullValue *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TomlValue) root = toml_parse(toml, path, &error);
    g_assert_no_error(error);
    g_assert_nonnull(root);
    check_table(root, expected);
}

static void run_valid(const char *path, Span text)
{
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".toml"));
    g_autofree char *json_path = g_strconcat(stem, ".json", NULL);
    g_autofree char *json = NULL;
    gsize size;
    JsonPullValue expected;
    g_test_message("%s", path);
    g_assert_true(g_file_get_contents(json_path, &json, &size, NULL));
    g_assert_true(json_pull_document(span_of(json, size), &expected, NULL));
    check_document(path, text, &expected);

    g_autoptr(TomlValue) root = toml_parse(text, path, NULL);
    g_autofree char *written = toml_write(root);
    Span again = span_of(written, strlen(written));
    check_document("what was written", again, &expected);
    g_autoptr(TomlValue) reread = toml_parse(again, NULL, NULL);
    g_autofree char *rewritten = toml_write(reread);
    g_assert_cmpstr(rewritten, ==, written);
}

static void run_invalid(const char *path, Span text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TomlValue) root = toml_parse(text, NULL, &error);
    if (root != NULL)
        g_error("accepted: %s", path);
    g_assert_error(error, TOML_ERROR, TOML_ERROR_SYNTAX);
    g_assert_true(g_str_has_prefix(error->message, "line "));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_test_message("%s: %s", path, error->message);
}

static void test_valid(void)
{
    run_cases("valid", run_valid);
}

static void test_invalid(void)
{
    run_cases("invalid", run_invalid);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/toml-suite/valid", test_valid);
    g_test_add_func("/toml-suite/invalid", test_invalid);
    return g_test_run();
}
