/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one pass that judges a document; what walks it afterwards is in json_pull_walk.c.
 */
#include "config.h"

#include "format/json_pull.h"

#include "core/limits.h"
#include "format/json_words.h"

/* What may stand in a string as it is, one byte a character: not the quote, not the backslash. */
/* clang-format off */
#define ONES_8   1, 1, 1, 1, 1, 1, 1, 1
#define ONES_16  ONES_8, ONES_8
static const uint8_t plain[256] = {
    [0x20] = 1, 1, 0, 1, 1, 1, 1, 1, ONES_8,
    ONES_16, ONES_16,
    ONES_8, 1, 1, 1, 1, 0, 1, 1, 1,
    ONES_16, ONES_16,
};
/* clang-format on */

/* The containers that are open, innermost in the lowest bit: set for an object. */
typedef struct Validator {
    const uint8_t *at;
    const uint8_t *end;
    uint64_t objects;
    size_t depth;
    size_t deepest;
} Validator;

enum { DEEPEST = 64 /* bits of `objects` */ };

typedef enum {
    STEP_WRONG,    /* `at` is at what is wrong */
    STEP_VALUE,    /* a value must begin here */
    STEP_COMPLETE, /* a value ended here */
} Step;

static void skip_white(Validator *v)
{
    while (v->at < v->end && *v->at <= ' ' &&
           (*v->at == ' ' || *v->at == '\n' || *v->at == '\r' || *v->at == '\t'))
        v->at++;
}

static bool next_is(const Validator *v, uint8_t byte)
{
    return v->at < v->end && *v->at == byte;
}

static bool take_literal(Validator *v, const char *literal)
{
    size_t size = strlen(literal);
    if ((size_t)(v->end - v->at) < size || memcmp(v->at, literal, size) != 0)
        return false;
    v->at += size;
    return true;
}

static bool take_digits(Validator *v)
{
    const uint8_t *from = v->at;
    while (v->at < v->end && *v->at >= '0' && *v->at <= '9')
        v->at++;
    return v->at > from;
}

/* RFC 8259 section 6. */
static bool take_number(Validator *v)
{
    if (next_is(v, '-'))
        v->at++;
    if (next_is(v, '0'))
        v->at++;
    else if (!take_digits(v))
        return false;
    if (next_is(v, '.')) {
        v->at++;
        if (!take_digits(v))
            return false;
    }
    if (!next_is(v, 'e') && !next_is(v, 'E'))
        return true;
    v->at++;
    if (next_is(v, '+') || next_is(v, '-'))
        v->at++;
    return take_digits(v);
}

static bool take_hex4(Validator *v, unsigned *out)
{
    unsigned value = 0;
    if (v->end - v->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value((char)v->at[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    v->at += 4;
    *out = value;
    return true;
}

/* After "\u": one unit, or two when the first is a high surrogate; never a lone one. */
static bool take_unicode_escape(Validator *v)
{
    unsigned unit, low;
    if (!take_hex4(v, &unit) || (unit >= 0xdc00 && unit <= 0xdfff))
        return false;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    return take_literal(v, "\\u") && take_hex4(v, &low) && low >= 0xdc00 && low <= 0xdfff;
}

static bool take_escape(Validator *v)
{
    const uint8_t *from = v->at++;
    bool valid = false;
    if (v->at < v->end) {
        uint8_t letter = *v->at++;
        valid = letter == 'u' ? take_unicode_escape(v)
                              : letter != '\0' && strchr("\"\\/bfnrt", letter) != NULL;
    }
    if (!valid)
        v->at = from;
    return valid;
}

/* One character of two to four bytes: shortest form, no surrogate, not past U+10FFFF. */
static bool take_utf8(Validator *v)
{
    const uint8_t *s = v->at;
    size_t size = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || (size_t)(v->end - s) < size)
        return false;
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return false;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return false;
    v->at += size;
    return true;
}

/* What means itself: not the quote, not the backslash, no control, ASCII. */
static void skip_plain(Validator *v)
{
    while (v->end - v->at >= JSON_WORD) {
        uint64_t word = json_word_at(v->at);
        uint64_t special = json_mark_equal(word, '"') | json_mark_equal(word, '\\') |
                           json_mark_below(word, 0x20) | (word & JSON_TOP_BITS);
        if (special != 0) {
            v->at += json_first_mark(special);
            return;
        }
        v->at += JSON_WORD;
    }
    while (v->at < v->end && plain[*v->at])
        v->at++;
}

/* From the quote to past the closing one. */
static bool take_string(Validator *v)
{
    const uint8_t *opening = v->at++;
    for (;;) {
        skip_plain(v);
        if (v->at >= v->end) {
            v->at = opening;
            return false;
        }
        if (*v->at == '"')
            break;
        if (*v->at == '\\' ? !take_escape(v) : *v->at < 0x80 || !take_utf8(v))
            return false;
    }
    v->at++;
    return true;
}

/* A member up to its value. */
static Step take_key(Validator *v)
{
    if (!next_is(v, '"') || !take_string(v))
        return STEP_WRONG;
    skip_white(v);
    if (!next_is(v, ':'))
        return STEP_WRONG;
    v->at++;
    return STEP_VALUE;
}

static Step close_container(Validator *v)
{
    v->at++;
    v->objects >>= 1;
    v->depth--;
    return STEP_COMPLETE;
}

static Step open_container(Validator *v, bool is_object)
{
    if (v->depth >= v->deepest)
        return STEP_WRONG;
    v->at++;
    v->depth++;
    v->objects = v->objects << 1 | is_object;
    skip_white(v);
    if (next_is(v, is_object ? '}' : ']'))
        return close_container(v);
    return is_object ? take_key(v) : STEP_VALUE;
}

static Step begin_value(Validator *v)
{
    skip_white(v);
    if (v->at >= v->end)
        return STEP_WRONG;
    bool taken;
    switch (*v->at) {
    case '{':
        return open_container(v, true);
    case '[':
        return open_container(v, false);
    case '"':
        taken = take_string(v);
        break;
    case 't':
        taken = take_literal(v, "true");
        break;
    case 'f':
        taken = take_literal(v, "false");
        break;
    case 'n':
        taken = take_literal(v, "null");
        break;
    default:
        taken = take_number(v);
    }
    return taken ? STEP_COMPLETE : STEP_WRONG;
}

static Step after_value(Validator *v)
{
    bool is_object = (v->objects & 1) != 0;
    skip_white(v);
    if (next_is(v, is_object ? '}' : ']'))
        return close_container(v);
    if (!next_is(v, ','))
        return STEP_WRONG;
    v->at++;
    if (!is_object)
        return STEP_VALUE;
    skip_white(v);
    return take_key(v);
}

/* One value and all that is in it. */
static bool take_value(Validator *v)
{
    Step step = begin_value(v);
    while (step == STEP_VALUE || (step == STEP_COMPLETE && v->depth > 0))
        step = step == STEP_VALUE ? begin_value(v) : after_value(v);
    return step == STEP_COMPLETE;
}

bool json_pull_document(Span text, JsonPullValue *out, size_t *where)
{
    if (text.data == NULL) /* nothing: no pointer to add to */
        text = span_of("", 0);
    Validator v = {
        .at = text.data,
        .end = text.data + text.size,
        .deepest = MIN(limit_bytes(LIMIT_JSON_DEPTH), (size_t)DEEPEST),
    };
    skip_white(&v);
    const uint8_t *begin = v.at;
    bool valid = take_value(&v);
    const uint8_t *end = v.at;
    if (valid)
        skip_white(&v);
    if (!valid || v.at < v.end) {
        if (where != NULL)
            *where = (size_t)(v.at - text.data);
        return false;
    }
    *out = (JsonPullValue){
        .type = json_pull_type_of(*begin),
        .range = span_of(begin, (size_t)(end - begin)),
    };
    return true;
}
