/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/json.h"

void json_split_init(JsonSplit *split, bool of_array, size_t maximum)
{
    *split = (JsonSplit){
        .of_array = of_array,
        .maximum = maximum,
        .value = g_byte_array_new(),
        .state = of_array ? SPLIT_BEFORE : SPLIT_BETWEEN,
        .first = true,
    };
}

void json_split_clear(JsonSplit *split)
{
    g_clear_pointer(&split->value, g_byte_array_unref);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Outside of values: brackets, commas, and the first byte of a value. Values are objects (of
 * anything else the engine sends no list). */
static bool between(JsonSplit *split, uint8_t c)
{
    if (split->of_array && c == ',' && !split->first && !split->after_comma) {
        split->after_comma = true;
        return true;
    }
    if (split->of_array && c == ']' && !split->after_comma) {
        split->state = SPLIT_AFTER;
        return true;
    }
    if (c != '{' || (split->of_array && !split->first && !split->after_comma))
        return false;
    split->state = SPLIT_VALUE;
    split->first = split->after_comma = false;
    split->depth = 1;
    return true;
}

/* Follows brackets and strings; whether they fit together is the parser's business. */
static void within(JsonSplit *split, uint8_t c)
{
    if (split->escaped)
        split->escaped = false;
    else if (split->in_string && c == '\\')
        split->escaped = true;
    else if (c == '"')
        split->in_string = !split->in_string;
    else if (!split->in_string && (c == '{' || c == '['))
        split->depth++;
    else if (!split->in_string && (c == '}' || c == ']'))
        split->depth--;
}

static bool outside(JsonSplit *split, uint8_t c)
{
    if (is_space(c))
        return true;
    if (split->state == SPLIT_BEFORE) {
        split->state = SPLIT_BETWEEN;
        return c == '[';
    }
    return split->state == SPLIT_BETWEEN && between(split, c);
}

static bool keep(JsonSplit *split, Span bytes)
{
    split->too_large = bytes.size > split->maximum - split->value->len;
    if (!split->too_large)
        g_byte_array_append(split->value, bytes.data, (guint)bytes.size);
    return !split->too_large;
}

/* The rest of a value, as far as it is there: how many bytes were its. */
static size_t follow(JsonSplit *split, Span bytes)
{
    size_t i = 0;
    while (i < bytes.size && split->depth > 0)
        within(split, bytes.data[i++]);
    return i;
}

static bool hand_on(JsonSplit *split, JsonTake take, void *data)
{
    split->state = SPLIT_BETWEEN;
    bool goes_on = take(span_of(split->value->data, split->value->len), data);
    g_byte_array_set_size(split->value, 0);
    return goes_on;
}

bool json_split_feed(JsonSplit *split, Span bytes, JsonTake take, void *data)
{
    for (size_t at = 0; at < bytes.size;) {
        size_t n = 1;
        if (split->state != SPLIT_VALUE) {
            if (!outside(split, bytes.data[at]))
                return false;
        } else {
            n = follow(split, span_of(bytes.data + at, bytes.size - at));
        }
        if (split->state == SPLIT_VALUE && !keep(split, span_of(bytes.data + at, n)))
            return false;
        at += n;
        if (split->state == SPLIT_VALUE && split->depth == 0 && !hand_on(split, take, data))
            return false;
    }
    return true;
}

bool json_split_complete(const JsonSplit *split)
{
    return split->state == (split->of_array ? SPLIT_AFTER : SPLIT_BETWEEN);
}
