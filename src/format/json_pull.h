/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A strict pull reader of JSON (RFC 8259) that knows the exact byte range of every value: what a
 * signature covers is what is parsed. UTF-8 checked; duplicate keys are refused by the caller's
 * table of members (json_pull_members), depth bounded. Held to jansson by a differential test.
 */
#ifndef MSE_FORMAT_JSON_PULL_H
#define MSE_FORMAT_JSON_PULL_H

#include "core/reader.h"

#include <glib.h>

typedef enum {
    JSON_PULL_NULL,
    JSON_PULL_FALSE,
    JSON_PULL_TRUE,
    JSON_PULL_NUMBER,
    JSON_PULL_STRING,
    JSON_PULL_ARRAY,
    JSON_PULL_OBJECT,
} JsonPullType;

/* A value that was validated whole: `range` is its exact bytes. */
typedef struct JsonPullValue {
    JsonPullType type;
    Span range;
} JsonPullValue;

/* What the first byte of a valid value announces. */
JsonPullType json_pull_type_of(uint8_t first);
/* "a number", …: for sentences, translated. */
const char *json_pull_type_name(JsonPullType type);

/* One document: white space, one value, white space, nothing else. False when it is not strict
 * JSON; `where` (may be NULL) then gets the offset of what is wrong. */
bool json_pull_document(Span text, JsonPullValue *out, size_t *where);

/* Walks an object or array that json_pull_document accepted. */
typedef struct JsonPullIterator {
    Reader reader;
    bool first;
    bool is_object;
} JsonPullIterator;

bool json_pull_open(const JsonPullValue *container, JsonPullIterator *out);
/* The next member; false at the end. `key` is the raw text between its quotes, not unescaped. */
bool json_pull_member(JsonPullIterator *iterator, Span *key, JsonPullValue *value);
/* The next element; false at the end. */
bool json_pull_element(JsonPullIterator *iterator, JsonPullValue *value);

/* A table of members: fills what is there; what is absent gets an empty range. */
typedef struct JsonPullField {
    const char *name;
    JsonPullType type; /* JSON_PULL_TRUE accepts either boolean */
    bool required;
    JsonPullValue *value; /* out */
    bool *present;        /* out, may be NULL when required */
} JsonPullField;

/* Reads an object by table. False when it is no object, a required member is missing, one has
 * another type, any key occurs twice, or a key holds an escape; unknown members are skipped.
 * `what` (may be NULL) then gets a sentence fragment naming it; free with g_free. */
bool json_pull_members(const JsonPullValue *object, const JsonPullField *fields, size_t n_fields,
                       char **what);

/* String without escapes as a span of the text; false when it holds an escape. */
bool json_pull_plain_string(const JsonPullValue *value, Span *out);
/* String decoded to UTF-8 (embedded U+0000 refused). NULL when wrong. Free with g_free. */
char *json_pull_string(const JsonPullValue *value);
/* A non-negative integer without fraction or exponent, at most `most`. */
bool json_pull_unsigned(const JsonPullValue *value, uint64_t most, uint64_t *out);

#endif
