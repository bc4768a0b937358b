/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/json_pull.h"

#include "core/limits.h"

#define TEXT(literal) span_of((literal), sizeof(literal) - 1)

static Span span_text(const char *text)
{
    return span_of(text, strlen(text));
}

static JsonPullValue document(const char *text)
{
    JsonPullValue value;
    size_t where = SIZE_MAX;
    if (!json_pull_document(span_text(text), &value, &where))
        g_error("refused at %zu: %s", where, text);
    return value;
}

static void test_accepted(void)
{
    static const struct {
        const char *text;
        JsonPullType type;
        size_t offset, size;
    } cases[] = {
        {"null", JSON_PULL_NULL, 0, 4},
        {" true ", JSON_PULL_TRUE, 1, 4},
        {"\t\r\nfalse\n", JSON_PULL_FALSE, 3, 5},
        {"0", JSON_PULL_NUMBER, 0, 1},
        {"-0", JSON_PULL_NUMBER, 0, 2},
        {"-12.50e+007", JSON_PULL_NUMBER, 0, 11},
        {"1E-2 ", JSON_PULL_NUMBER, 0, 4},
        {"99999999999999999999999999999999", JSON_PULL_NUMBER, 0, 32},
        {"\"\"", JSON_PULL_STRING, 0, 2},
        {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", JSON_PULL_STRING, 0, 25},
        {"\"\\ud83d\\uDE00\"", JSON_PULL_STRING, 0, 14},
        {"\"\\u0000\"", JSON_PULL_STRING, 0, 8},
        {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"", JSON_PULL_STRING, 0, 12},
        {"\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"", JSON_PULL_STRING, 0, 12},
        {"[]", JSON_PULL_ARRAY, 0, 2},
        {"[ ]", JSON_PULL_ARRAY, 0, 3},
        {"[1,[2,{}],\"]\"]", JSON_PULL_ARRAY, 0, 14},
        {"{}", JSON_PULL_OBJECT, 0, 2},
        {" { \"a\" : 1 , \"b\" : [ ] } ", JSON_PULL_OBJECT, 1, 23},
        {"{\"a\":1,\"a\":2}", JSON_PULL_OBJECT, 0, 13},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        JsonPullValue value = document(cases[i].text);
        g_assert_cmpint(value.type, ==, cases[i].type);
        g_assert_true(value.range.data == (const uint8_t *)cases[i].text + cases[i].offset);
        g_assert_cmpuint(value.range.size, ==, cases[i].size);
    }
}

static void test_refused(void)
{
    const struct {
        Span text;
        size_t where;
    } cases[] = {
        {TEXT(""), 0},
        {TEXT("  "), 2},
        {TEXT("nul"), 0},
        {TEXT("True"), 0},
        {TEXT("nullx"), 4},
        {TEXT("1 2"), 2},
        {TEXT("01"), 1},
        {TEXT("-"), 1},
        {TEXT("+1"), 0},
        {TEXT(".5"), 0},
        {TEXT("1."), 2},
        {TEXT("1.e1"), 2},
        {TEXT("1e"), 2},
        {TEXT("1e+"), 3},
        {TEXT("0x10"), 1},
        {TEXT("NaN"), 0},
        {TEXT("-Infinity"), 1},
        {TEXT("'a'"), 0},
        {TEXT("\"a"), 0},
        {TEXT("\"a\nb\""), 2},
        {TEXT("\"a\0b\""), 2},
        {TEXT("\"a\tb\""), 2},
        {TEXT("\"\\x41\""), 1},
        {TEXT("\"\\\0\""), 1},
        {TEXT("\"\\u12g4\""), 1},
        {TEXT("\"\\u123"), 1},
        {TEXT("\"\\ud83d\""), 1},
        {TEXT("\"\\ud83dx\""), 1},
        {TEXT("\"\\ud83d\\n\""), 1},
        {TEXT("\"\\ud83d\\ud83d\""), 1},
        {TEXT("\"\\ude00\""), 1},
        {TEXT("\"\\"), 1},
        {TEXT("\"\x80\""), 1},
        {TEXT("\"\xc0\xaf\""), 1},
        {TEXT("\"\xc3\""), 1},
        {TEXT("\"\xe0\x9f\xbf\""), 1},
        {TEXT("\"\xed\xa0\x80\""), 1},
        {TEXT("\"\xf0\x8f\xbf\xbf\""), 1},
        {TEXT("\"\xf4\x90\x80\x80\""), 1},
        {TEXT("\"\xf5\x80\x80\x80\""), 1},
        {TEXT("\"\xf0\x9f\x98"), 1},
        {TEXT("\xef\xbb\xbf{}"), 0},
        {TEXT("["), 1},
        {TEXT("[1"), 2},
        {TEXT("[1,"), 3},
        {TEXT("[1,]"), 3},
        {TEXT("[,1]"), 1},
        {TEXT("[1 2]"), 3},
        {TEXT("[1}"), 2},
        {TEXT("]"), 0},
        {TEXT("{"), 1},
        {TEXT("{\"a\"}"), 4},
        {TEXT("{\"a\":}"), 5},
        {TEXT("{\"a\":1"), 6},
        {TEXT("{\"a\":1,}"), 7},
        {TEXT("{\"a\":1 \"b\":2}"), 7},
        {TEXT("{a:1}"), 1},
        {TEXT("{1:1}"), 1},
        {TEXT("{\"a\":1]"), 6},
        {TEXT("{}{}"), 2},
        {TEXT("// x\n1"), 0},
        {TEXT("1\0"), 1},
        {TEXT("\f1"), 0},
        {TEXT("\xc2\xa0"
              "1"),
         0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JsonPullValue value;
        size_t where = SIZE_MAX;
        g_test_message("%zu", i);
        g_assert_false(json_pull_document(cases[i].text, &value, &where));
        g_assert_cmpuint(where, ==, cases[i].where);
        g_assert_false(json_pull_document(cases[i].text, &value, NULL));
    }
}

static bool nested(char open, char close, size_t depth)
{
    g_autoptr(GString) text = g_string_new(NULL);
    JsonPullValue value;
    for (size_t i = 0; i < depth; i++) {
        g_string_append_c(text, open);
        if (open == '{' && i + 1 < depth)
            g_string_append(text, "\"k\":");
    }
    for (size_t i = 0; i < depth; i++)
        g_string_append_c(text, close);
    return json_pull_document(span_of(text->str, text->len), &value, NULL);
}

static void test_depth(void)
{
    size_t most = limit_bytes(LIMIT_JSON_DEPTH);
    g_assert_true(nested('[', ']', most));
    g_assert_true(nested('{', '}', most));
    g_assert_false(nested('[', ']', most + 1));
    g_assert_false(nested('{', '}', most + 1));
    g_assert_false(nested('[', ']', 1000000));
}

static void test_walk(void)
{
    JsonPullValue root = document(" {\"a\\\"}\" : [ 1 ,\"]\\\\\", {\"x\":{}} ] , \"b\":-2.5 } ");
    JsonPullValue array, value;
    JsonPullIterator members, elements;
    Span key;
    g_assert_true(json_pull_open(&root, &members));
    g_assert_false(json_pull_element(&members, &value));
    g_assert_true(json_pull_member(&members, &key, &array));
    g_assert_true(span_equal(key, TEXT("a\\\"}")));
    g_assert_true(span_equal(array.range, TEXT("[ 1 ,\"]\\\\\", {\"x\":{}} ]")));

    g_assert_true(json_pull_open(&array, &elements));
    g_assert_false(json_pull_member(&elements, &key, &value));
    g_assert_true(json_pull_element(&elements, &value));
    g_assert_true(span_equal(value.range, TEXT("1")));
    g_assert_true(json_pull_element(&elements, &value));
    g_assert_true(span_equal(value.range, TEXT("\"]\\\\\"")));
    g_assert_true(json_pull_element(&elements, &value));
    g_assert_true(span_equal(value.range, TEXT("{\"x\":{}}")));
    g_assert_false(json_pull_element(&elements, &value));

    g_assert_true(json_pull_member(&members, &key, &value));
    g_assert_cmpint(value.type, ==, JSON_PULL_NUMBER);
    g_assert_true(span_equal(value.range, TEXT("-2.5")));
    g_assert_false(json_pull_member(&members, &key, &value));
    g_assert_false(json_pull_open(&value, &members));
}

/* Containers of every size around the blocks that a skip takes at once, with brackets and quotes
 * in strings at every distance. */
static void test_skip(void)
{
    static const char *const fillers[] = {"x", "]", "\\\"", "\\\\", "{", "\xc3\xa9"};
    for (size_t f = 0; f < G_N_ELEMENTS(fillers); f++) {
        g_autoptr(GString) filler = g_string_new(NULL);
        for (size_t size = 0; size < 200; size++) {
            g_autofree char *inner = g_strdup_printf("{\"k\":[\"%s\",[[]],{\"%s\":[{}]}],\"n\":1}",
                                                     filler->str, filler->str);
            g_autofree char *text = g_strdup_printf("[%s,7]", inner);
            JsonPullValue root = document(text), value;
            JsonPullIterator elements;
            g_assert_true(json_pull_open(&root, &elements));
            g_assert_true(json_pull_element(&elements, &value));
            g_assert_true(span_equal(value.range, span_text(inner)));
            g_assert_true(json_pull_element(&elements, &value));
            g_assert_true(span_equal(value.range, TEXT("7")));
            g_assert_false(json_pull_element(&elements, &value));
            g_string_append(filler, fillers[f]);
        }
    }
}

typedef struct Sample {
    JsonPullValue id, version, list, flag, object;
    bool has_list, has_flag, has_object;
} Sample;

static bool read_sample(const char *text, Sample *sample, char **what)
{
    JsonPullValue root = document(text);
    const JsonPullField fields[] = {
        {"id", JSON_PULL_STRING, true, &sample->id, NULL},
        {"version", JSON_PULL_NUMBER, true, &sample->version, NULL},
        {"list", JSON_PULL_ARRAY, false, &sample->list, &sample->has_list},
        {"flag", JSON_PULL_TRUE, false, &sample->flag, &sample->has_flag},
        {"object", JSON_PULL_OBJECT, false, &sample->object, &sample->has_object},
    };
    memset(sample, 0xff, sizeof *sample);
    return json_pull_members(&root, fields, G_N_ELEMENTS(fields), what);
}

static void test_members(void)
{
    Sample sample;
    g_assert_true(read_sample("{\"other\":{\"id\":3},\"version\":3,\"flag\":false,\"id\":\"SGX\"}",
                              &sample, NULL));
    g_assert_true(span_equal(sample.id.range, TEXT("\"SGX\"")));
    g_assert_true(span_equal(sample.version.range, TEXT("3")));
    g_assert_true(sample.has_flag);
    g_assert_cmpint(sample.flag.type, ==, JSON_PULL_FALSE);
    g_assert_false(sample.has_list || sample.has_object);
    g_assert_cmpuint(sample.list.range.size, ==, 0);
}

static void test_members_refused(void)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"[]", "an array where an object is expected"},
        {"{\"id\":\"SGX\"}", "\"version\" is missing"},
        {"{\"id\":1,\"version\":3}", "\"id\" is a number where a string is expected"},
        {"{\"id\":\"\",\"version\":3,\"flag\":null}",
         "\"flag\" is null where a boolean is expected"},
        {"{\"id\":\"\",\"version\":3,\"id\":\"\"}", "the key \"id\" occurs twice"},
        {"{\"id\":\"\",\"version\":3,\"x\":1,\"x\":1}", "the key \"x\" occurs twice"},
        {"{\"id\":\"\",\"version\":3,\"\":1,\"\":1}", "the key \"\" occurs twice"},
        {"{\"id\":\"\",\"version\":3,\"\\u0069d\":1}", "the key \"\\u0069d\" holds an escape"},
        {"{\"id\":\"\",\"version\":3,\"\xe2\x80\xae\":1,\"\xe2\x80\xae\":1}",
         "the key \"\\u202e\" occurs twice"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *what = NULL;
        Sample sample;
        g_assert_false(read_sample(cases[i].text, &sample, &what));
        g_assert_cmpstr(what, ==, cases[i].what);
        g_assert_false(read_sample(cases[i].text, &sample, NULL));
    }
}

/* As many members as 16 MiB hold: this test would not end if keys were compared pairwise. */
static void test_many_members(void)
{
    enum { MANY = 1000000 };
    g_autoptr(GString) text = g_string_new("{\"id\":\"\",\"version\":3");
    for (unsigned i = 0; i < MANY; i++)
        g_string_append_printf(text, ",\"k%u\":%u", i, i);
    size_t unique = text->len;
    g_string_append_c(text, '}');
    Sample sample;
    g_assert_true(read_sample(text->str, &sample, NULL));
    g_string_truncate(text, unique);
    g_string_append(text, ",\"k77777\":0}");
    g_autofree char *what = NULL;
    g_assert_false(read_sample(text->str, &sample, &what));
    g_assert_cmpstr(what, ==, "the key \"k77777\" occurs twice");
}

static void test_strings(void)
{
    static const struct {
        const char *text, *decoded;
        bool plain;
    } cases[] = {
        {"\"\"", "", true},
        {"\"abc\"", "abc", true},
        {"\"\xc3\xa9\"", "\xc3\xa9", true},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", false},
        {"\"x\\u00e9\\u20AC\\ud83d\\ude00y\"", "x\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80y", false},
        {"\"a\\u0000b\"", NULL, false},
        {"12", NULL, false},
        {"[\"a\"]", NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JsonPullValue value = document(cases[i].text);
        Span plain;
        g_autofree char *decoded = json_pull_string(&value);
        g_assert_cmpstr(decoded, ==, cases[i].decoded);
        g_assert_cmpint(json_pull_plain_string(&value, &plain), ==, cases[i].plain);
        if (cases[i].plain)
            g_assert_true(span_equal(plain, span_text(decoded)));
    }
}

static void test_unsigned(void)
{
    static const struct {
        const char *text;
        uint64_t most, value;
        bool valid;
    } cases[] = {
        {"0", 0, 0, true},
        {"255", 255, 255, true},
        {"256", 255, 0, false},
        {"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
        {"18446744073709551616", UINT64_MAX, 0, false},
        {"99999999999999999999999", UINT64_MAX, 0, false},
        {"-0", 9, 0, false},
        {"-1", 9, 0, false},
        {"1.0", 9, 0, false},
        {"1e0", 9, 0, false},
        {"\"1\"", 9, 0, false},
        {"null", 9, 0, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JsonPullValue value = document(cases[i].text);
        uint64_t number = 0;
        g_assert_cmpint(json_pull_unsigned(&value, cases[i].most, &number), ==, cases[i].valid);
        g_assert_cmpuint(number, ==, cases[i].value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-pull/accepted", test_accepted);
    g_test_add_func("/json-pull/refused", test_refused);
    g_test_add_func("/json-pull/depth", test_depth);
    g_test_add_func("/json-pull/walk", test_walk);
    g_test_add_func("/json-pull/skip", test_skip);
    g_test_add_func("/json-pull/members", test_members);
    g_test_add_func("/json-pull/members-refused", test_members_refused);
    g_test_add_func("/json-pull/many-members", test_many_members);
    g_test_add_func("/json-pull/strings", test_strings);
    g_test_add_func("/json-pull/unsigned", test_unsigned);
    return g_test_run();
}
