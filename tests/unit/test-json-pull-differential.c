/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pull reader held to jansson: the same documents accepted, with the same values. Where they
 * may differ is said in may_differ, and nowhere else.
 */
#include "config.h"

#include "format/json_pull.h"

#include "core/limits.h"

#include <jansson.h>
#include <math.h>

typedef struct Tally {
    unsigned accepted, refused, set_apart;
} Tally;

static void check_same(const JsonPullValue *ours, const json_t *theirs);

/* Every range is a document by itself. */
static void check_range(const JsonPullValue *value)
{
    JsonPullValue again;
    g_assert_true(json_pull_document(value->range, &again, NULL));
    g_assert_cmpint(again.type, ==, value->type);
    g_assert_true(again.range.data == value->range.data);
    g_assert_cmpuint(again.range.size, ==, value->range.size);
}

static void check_string(const JsonPullValue *ours, const json_t *theirs)
{
    g_autofree char *decoded = json_pull_string(ours);
    const char *text = json_string_value(theirs);
    if (memchr(text, '\0', json_string_length(theirs)) != NULL)
        g_assert_null(decoded);
    else
        g_assert_cmpstr(decoded, ==, text);
}

static void check_number(const JsonPullValue *ours, const json_t *theirs)
{
    g_autofree char *text = g_strndup((const char *)ours->range.data, ours->range.size);
    bool is_real = strpbrk(text, ".eE") != NULL;
    g_assert_cmpint(json_is_real(theirs), ==, is_real);
    if (is_real) {
        double value = g_ascii_strtod(text, NULL);
        g_assert_true(value >= json_real_value(theirs) && value <= json_real_value(theirs));
        return;
    }
    uint64_t value;
    g_assert_cmpint(json_integer_value(theirs), ==, g_ascii_strtoll(text, NULL, 10));
    g_assert_cmpint(json_pull_unsigned(ours, UINT64_MAX, &value), ==, text[0] != '-');
    if (text[0] != '-')
        g_assert_cmpuint(value, ==, (uint64_t)json_integer_value(theirs));
}

static void check_array(const JsonPullValue *ours, const json_t *theirs)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    size_t n = 0;
    g_assert_true(json_pull_open(ours, &iterator));
    while (json_pull_element(&iterator, &element)) {
        g_assert_cmpuint(n, <, json_array_size(theirs));
        check_same(&element, json_array_get(theirs, n++));
    }
    g_assert_cmpuint(n, ==, json_array_size(theirs));
}

/* jansson keeps the last of several equal keys. */
static void check_object(const JsonPullValue *ours, const json_t *theirs)
{
    g_autoptr(GHashTable) last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    JsonPullIterator iterator;
    JsonPullValue value;
    Span key;
    size_t members = 0;
    bool escapes = false;
    g_assert_true(json_pull_open(ours, &iterator));
    while (json_pull_member(&iterator, &key, &value)) {
        JsonPullValue quoted = {
            .type = JSON_PULL_STRING,
            .range = span_of(key.data - 1, key.size + 2),
        };
        char *name = json_pull_string(&quoted);
        g_assert_nonnull(name);
        check_range(&value);
        escapes = escapes || memchr(quoted.range.data, '\\', quoted.range.size) != NULL;
        g_hash_table_insert(last, name, g_memdup2(&value, sizeof value));
        members++;
    }
    g_assert_cmpuint(g_hash_table_size(last), ==, json_object_size(theirs));

    bool unique = members == json_object_size(theirs);
    g_assert_cmpint(json_pull_members(ours, NULL, 0, NULL), ==, unique && !escapes);
    GHashTableIter each;
    gpointer name, kept;
    g_hash_table_iter_init(&each, last);
    while (g_hash_table_iter_next(&each, &name, &kept))
        check_same(kept, json_object_get(theirs, name));
}

static void check_same(const JsonPullValue *ours, const json_t *theirs)
{
    g_assert_nonnull(theirs);
    check_range(ours);
    switch (ours->type) {
    case JSON_PULL_NULL:
        g_assert_true(json_is_null(theirs));
        return;
    case JSON_PULL_FALSE:
        g_assert_true(json_is_false(theirs));
        return;
    case JSON_PULL_TRUE:
        g_assert_true(json_is_true(theirs));
        return;
    case JSON_PULL_NUMBER:
        check_number(ours, theirs);
        return;
    case JSON_PULL_STRING:
        g_assert_true(json_is_string(theirs));
        check_string(ours, theirs);
        return;
    case JSON_PULL_ARRAY:
        g_assert_true(json_is_array(theirs));
        check_array(ours, theirs);
        return;
    case JSON_PULL_OBJECT:
        g_assert_true(json_is_object(theirs));
        check_object(ours, theirs);
        return;
    }
    g_assert_not_reached();
}

static size_t depth_of(const json_t *value)
{
    size_t deepest = 0, index;
    const char *key;
    json_t *inner;
    if (json_is_array(value)) {
        json_array_foreach((json_t *)value, index, inner) deepest = MAX(deepest, depth_of(inner));
        return deepest + 1;
    }
    if (!json_is_object(value))
        return 0;
    json_object_foreach((json_t *)value, key, inner) deepest = MAX(deepest, depth_of(inner));
    return deepest + 1;
}

/* What jansson cannot hold and the grammar allows: a number beyond its types, U+0000 in a key. It
 * stops there, so that nothing can be said about the rest of the document. */
static bool may_differ(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

/* A NUL byte outside a string is refused by the grammar; jansson loses it when it ends a literal
 * or a number, and reads on. */
static bool holds_nul(Span text)
{
    return text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
}

static void compare(Span text, Tally *tally)
{
    json_error_t error;
    JsonPullValue ours;
    if (holds_nul(text)) {
        g_assert_false(json_pull_document(text, &ours, NULL));
        tally->set_apart++;
        return;
    }
    json_t *theirs =
        json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    bool accepted = json_pull_document(text, &ours, NULL);
    if (theirs == NULL && may_differ(&error)) {
        tally->set_apart++;
        return;
    }
    if (accepted != (theirs != NULL) &&
        !(theirs != NULL && depth_of(theirs) > limit_bytes(LIMIT_JSON_DEPTH))) {
        g_autofree char *shown = g_strndup((const char *)text.data, text.size);
        g_error("ours %s, jansson %s: %s", accepted ? "accepts" : "refuses",
                theirs != NULL ? "accepts" : error.text, shown);
    }
    if (accepted)
        check_same(&ours, theirs);
    tally->accepted += accepted;
    tally->refused += !accepted;
    json_decref(theirs);
}

static const char *const seeds[] = {
    "null",
    " [ true , false , null ] ",
    "[0,-0,1,-1,10,1.5,-1.25e3,1E+2,2e-2,123456789012345678]",
    "9223372036854775807",
    "[9223372036854775808,1e400]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000\"",
    "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf \xf4\x8f\xbf\xbf\"",
    "{\"a\":{\"b\":{\"c\":[{\"d\":[[[]]]}]}}}",
    "{\"a\":1,\"a\":2,\"\\u0061\":3,\"\":{},\"b\\\"\":[]}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    "{\"id\":\"SGX\",\"version\":3,\"issueDate\":\"2023-06-01T00:00:00Z\",\"fmspc\":"
    "\"00606a000000\","
    "\"tcbLevels\":[{\"tcb\":{\"sgxtcbcomponents\":[{\"svn\":4},{\"svn\":4,\"category\":\"OS/"
    "VMM\"},"
    "{\"svn\":0}],\"pcesvn\":13},\"tcbDate\":\"2023-02-15T00:00:00Z\",\"tcbStatus\":\"UpToDate\"},"
    "{\"tcb\":{\"sgxtcbcomponents\":[{\"svn\":1}],\"pcesvn\":5},\"tcbStatus\":\"OutOfDate\","
    "\"advisoryIDs\":[\"INTEL-SA-00106\",\"INTEL-SA-00115\"]}]}",
    "{\"body\":\"{\\\"tcbInfo\\\":{\\\"id\\\":\\\"TDX\\\"}}\",\"signature\":\"00ff\"}\r\n\t ",
};

static void test_seeds(void)
{
    Tally tally = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++)
        compare(span_of(seeds[i], strlen(seeds[i])), &tally);
    g_assert_cmpuint(tally.accepted, ==, G_N_ELEMENTS(seeds) - 1);
    g_assert_cmpuint(tally.set_apart, ==, 1);
}

static void test_truncated(void)
{
    Tally tally = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        for (size_t size = 0; size < strlen(seeds[i]); size++)
            compare(span_of(seeds[i], size), &tally);
    }
    g_assert_cmpuint(tally.refused, >, 700);
}

static void mutate(GByteArray *text, GRand *random)
{
    static const char pieces[] =
        "\"\\{}[]:,.-+eEu0123456789 \n\t\r\x01\x7f\x80\xc3\xed\xa0\xf4tfn/";
    guint at = text->len > 0 ? (guint)g_rand_int_range(random, 0, (gint32)text->len) : 0;
    guint8 piece = (guint8)pieces[g_rand_int_range(random, 0, sizeof pieces)];
    switch (g_rand_int_range(random, 0, 5)) {
    case 0:
        if (text->len > 0)
            text->data[at] = piece;
        return;
    case 1:
        if (text->len > 0)
            g_byte_array_remove_index(text, at);
        return;
    case 2:
        if (text->len > 0)
            text->data[at] ^= (guint8)(1 << g_rand_int_range(random, 0, 8));
        return;
    case 3: {
        g_byte_array_append(text, &piece, 1);
        memmove(text->data + at + 1, text->data + at, text->len - 1 - at);
        text->data[at] = piece;
        return;
    }
    default: {
        guint wanted = (guint)g_rand_int_range(random, 1, 24);
        guint size = MIN(wanted, text->len - at); /* MIN evaluates twice */
        g_autofree guint8 *copy = g_memdup2(text->data + at, size);
        if (copy != NULL)
            g_byte_array_append(text, copy, size);
    }
    }
}

static void test_mutated(void)
{
    enum { ROUNDS = 3000, SEED = 20230601 };
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    Tally tally = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        for (int round = 0; round < ROUNDS; round++) {
            g_autoptr(GByteArray) text = g_byte_array_new();
            g_byte_array_append(text, (const guint8 *)seeds[i], (guint)strlen(seeds[i]));
            for (int n = g_rand_int_range(random, 1, 4); n > 0; n--)
                mutate(text, random);
            compare(span_of(text->data, text->len), &tally);
        }
    }
    g_test_message("%u accepted by both, %u refused by both, %u set apart", tally.accepted,
                   tally.refused, tally.set_apart);
    g_assert_cmpuint(tally.accepted, >, 3000);
    g_assert_cmpuint(tally.refused, >, 10000);
    g_assert_cmpuint(tally.set_apart, <, 6000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-pull-differential/seeds", test_seeds);
    g_test_add_func("/json-pull-differential/truncated", test_truncated);
    g_test_add_func("/json-pull-differential/mutated", test_mutated);
    return g_test_run();
}
