/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON: in an accepted document every range lies within the one around it and is a document by
 * itself; and no walk reads past its range, even of bytes that were never accepted.
 */
#include "config.h"

#include "format/json_pull.h"

enum { DEEPEST = 64 };

static bool within(Span inner, Span outer)
{
    return inner.data >= outer.data && inner.size <= outer.size &&
           (size_t)(inner.data - outer.data) <= outer.size - inner.size;
}

static void check_document(const JsonPullValue *value)
{
    JsonPullValue again;
    g_assert_true(json_pull_document(value->range, &again, NULL));
    g_assert_true(again.type == value->type && span_equal(again.range, value->range));
}

/* Every call there is, for what it touches. */
static void touch(const JsonPullValue *value)
{
    uint64_t number;
    Span plain;
    g_autofree char *what = NULL;
    g_autofree char *text = json_pull_string(value);
    if (json_pull_plain_string(value, &plain))
        g_assert_true(within(plain, value->range));
    json_pull_unsigned(value, UINT64_MAX, &number);
    if (!json_pull_members(value, NULL, 0, &what))
        g_assert_true(what != NULL && g_utf8_validate(what, -1, NULL));
    if (text != NULL)
        g_assert_cmpuint(strlen(text), <=, value->range.size);
}

static void walk(const JsonPullValue *value, bool accepted, unsigned depth)
{
    JsonPullIterator iterator;
    JsonPullValue inner;
    Span key;
    touch(value);
    if (accepted)
        check_document(value);
    if (depth == DEEPEST || !json_pull_open(value, &iterator))
        return;
    bool is_object = value->type == JSON_PULL_OBJECT;
    while (is_object ? json_pull_member(&iterator, &key, &inner)
                     : json_pull_element(&iterator, &inner)) {
        g_assert_true(within(inner.range, value->range));
        g_assert_true(!is_object || within(key, value->range));
        walk(&inner, accepted, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Span text = span_of(data, size);
    JsonPullValue value;
    size_t where = SIZE_MAX;
    if (json_pull_document(text, &value, &where)) {
        g_assert_true(within(value.range, text));
        walk(&value, true, 0);
    } else {
        g_assert_cmpuint(where, <=, size);
    }
    if (size == 0)
        return 0;
    value = (JsonPullValue){.type = json_pull_type_of(*data), .range = text};
    walk(&value, false, DEEPEST - 4);
    return 0;
}
