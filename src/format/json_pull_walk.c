/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks what json_pull_document accepted: grammar is not judged again, but no byte past the range
 * is ever read, whatever the range holds.
 */
#include "config.h"

#include "format/json_pull.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_words.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

JsonPullType json_pull_type_of(uint8_t first)
{
    switch (first) {
    case '{':
        return JSON_PULL_OBJECT;
    case '[':
        return JSON_PULL_ARRAY;
    case '"':
        return JSON_PULL_STRING;
    case 't':
        return JSON_PULL_TRUE;
    case 'f':
        return JSON_PULL_FALSE;
    case 'n':
        return JSON_PULL_NULL;
    default:
        return JSON_PULL_NUMBER;
    }
}

static void skip_white(Reader *reader)
{
    while (reader->at < reader->end && *reader->at <= ' ')
        reader->at++;
}

static bool take_byte(Reader *reader, uint8_t byte)
{
    if (reader->at >= reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

/* To the next quote or backslash, or the end. */
static const uint8_t *next_special(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= JSON_WORD) {
        uint64_t word = json_word_at(at);
        uint64_t special = json_mark_equal(word, '"') | json_mark_equal(word, '\\');
        if (special != 0)
            return at + json_first_mark(special);
        at += JSON_WORD;
    }
    while (at < end && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* From an opening quote to past the closing one. */
static const uint8_t *string_end(const uint8_t *opening, const uint8_t *end)
{
    const uint8_t *at = next_special(opening + 1, end);
    while (at < end && *at == '\\')
        at = end - at > 2 ? next_special(at + 2, end) : end;
    return at < end ? at + 1 : end;
}

/* Sixty-four bytes of a container, a bit for each: only what a skip must see. Portable words of
 * eight bytes; walking a container level by level passes over its inside once a level. */
typedef struct Block {
    uint64_t quotes;
    uint64_t backslashes;
    uint64_t opens;
    uint64_t closes;
} Block;

enum { BLOCK = 64 };

#ifdef __SSE2__

enum { STEP = 16 };

static inline uint64_t matches(__m128i bytes, char byte)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)));
}

static inline __m128i load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline __m128i fold(__m128i bytes)
{
    return _mm_or_si128(bytes, _mm_set1_epi8(0x20));
}

#else

enum { STEP = JSON_WORD };

/* A bit for each byte of `word` that equals `byte`; exact, unlike the marks. */
static inline uint64_t matches(uint64_t word, char byte)
{
    uint64_t differs = word ^ JSON_EACH_BYTE * (uint8_t)byte;
    uint64_t top = ~(((differs & ~JSON_TOP_BITS) + ~JSON_TOP_BITS) | differs) & JSON_TOP_BITS;
    return (top >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t load(const uint8_t *at)
{
    return json_word_at(at);
}

static inline uint64_t fold(uint64_t word)
{
    return word | JSON_EACH_BYTE * 0x20;
}

#endif

/* Folding makes '{' of '[' and '}' of ']'. */
static inline Block block_at(const uint8_t *at)
{
    Block block = {0};
    for (unsigned i = 0; i < BLOCK; i += STEP) {
        block.quotes |= matches(load(at + i), '"') << i;
        block.backslashes |= matches(load(at + i), '\\') << i;
        block.opens |= matches(fold(load(at + i)), '{') << i;
        block.closes |= matches(fold(load(at + i)), '}') << i;
    }
    return block;
}

/* Each bit becomes the parity of those up to it: set from an opening quote to before the closing
 * one. */
static uint64_t prefix_parity(uint64_t bits)
{
    for (unsigned shift = 1; shift < BLOCK; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

typedef struct Skip {
    const uint8_t *at;
    const uint8_t *end;
    size_t depth;
    bool in_string;
} Skip;

/* True when the container ended, at `at`. */
static bool skip_block(Skip *skip, const Block *block)
{
    uint64_t strings = prefix_parity(block->quotes) ^ (skip->in_string ? UINT64_MAX : 0);
    uint64_t opens = block->opens & ~strings;
    for (uint64_t brackets = (block->opens | block->closes) & ~strings; brackets != 0;
         brackets &= brackets - 1) {
        unsigned at = (unsigned)__builtin_ctzll(brackets);
        skip->depth += (opens >> at & 1) != 0 ? (size_t)1 : SIZE_MAX;
        if (skip->depth == 0) {
            skip->at += at + 1;
            return true;
        }
    }
    skip->in_string = strings >> (BLOCK - 1) != 0;
    skip->at += BLOCK;
    return false;
}

/* The same byte by byte, to the end of the container or past `until`. */
static bool skip_bytes(Skip *skip, const uint8_t *until)
{
    while (skip->at < until) {
        uint8_t byte = *skip->at;
        skip->at++;
        if (skip->in_string) {
            skip->in_string = byte != '"';
            skip->at += byte == '\\' && skip->at < skip->end;
            continue;
        }
        skip->in_string = byte == '"';
        if ((byte | 0x20) == '{')
            skip->depth++;
        else if ((byte | 0x20) == '}' && --skip->depth == 0)
            return true;
    }
    return false;
}

static const uint8_t *container_end(const uint8_t *at, const uint8_t *end)
{
    Skip skip = {.at = at, .end = end};
    while (skip.at < end && (size_t)(end - skip.at) >= BLOCK) {
        Block block = block_at(skip.at);
        if (block.backslashes == 0 ? skip_block(&skip, &block) : skip_bytes(&skip, skip.at + BLOCK))
            return skip.at;
    }
    skip_bytes(&skip, end);
    return skip.at;
}

static const uint8_t *scalar_end(const uint8_t *at, const uint8_t *end)
{
    while (at<end && * at> ' ' && *at != ',' && *at != ']' && *at != '}')
        at++;
    return at;
}

static const uint8_t *value_end(JsonPullType type, const uint8_t *at, const uint8_t *end)
{
    switch (type) {
    case JSON_PULL_OBJECT:
    case JSON_PULL_ARRAY:
        return container_end(at, end);
    case JSON_PULL_STRING:
        return string_end(at, end);
    default:
        return scalar_end(at, end);
    }
}

static bool take_value(Reader *reader, JsonPullValue *out)
{
    skip_white(reader);
    if (reader_left(reader) == 0)
        return false;
    out->type = json_pull_type_of(*reader->at);
    const uint8_t *end = value_end(out->type, reader->at, reader->end);
    return reader_take(reader, (size_t)(end - reader->at), &out->range);
}

bool json_pull_open(const JsonPullValue *container, JsonPullIterator *out)
{
    bool is_object = container->type == JSON_PULL_OBJECT;
    if ((!is_object && container->type != JSON_PULL_ARRAY) || container->range.size < 2)
        return false;
    *out = (JsonPullIterator){
        .reader = reader_on(span_of(container->range.data + 1, container->range.size - 2)),
        .first = true,
        .is_object = is_object,
    };
    return true;
}

/* To where the next member or element begins. */
static bool advance(JsonPullIterator *iterator)
{
    Reader *reader = &iterator->reader;
    skip_white(reader);
    if (!iterator->first && !take_byte(reader, ','))
        return false;
    iterator->first = false;
    skip_white(reader);
    return reader_left(reader) > 0;
}

bool json_pull_member(JsonPullIterator *iterator, Span *key, JsonPullValue *value)
{
    Reader *reader = &iterator->reader;
    Span quoted;
    if (!iterator->is_object || !advance(iterator) || *reader->at != '"')
        return false;
    const uint8_t *end = string_end(reader->at, reader->end);
    if (!reader_take(reader, (size_t)(end - reader->at), &quoted) || quoted.size < 2)
        return false;
    *key = span_of(quoted.data + 1, quoted.size - 2);
    skip_white(reader);
    return take_byte(reader, ':') && take_value(reader, value);
}

bool json_pull_element(JsonPullIterator *iterator, JsonPullValue *value)
{
    return !iterator->is_object && advance(iterator) && take_value(&iterator->reader, value);
}

/* The keys of one object. Few are compared with each other; many are sorted, because an object of
 * a million keys must not cost a million squared. */
typedef struct Keys {
    Span few[32];
    size_t n_few;
    GArray *many; /* of Span, all the others */
} Keys;

static void keys_add(Keys *keys, Span key)
{
    if (keys->n_few < G_N_ELEMENTS(keys->few)) {
        keys->few[keys->n_few++] = key;
        return;
    }
    if (keys->many == NULL)
        keys->many = g_array_new(FALSE, FALSE, sizeof(Span));
    g_array_append_val(keys->many, key);
}

static int compare_keys(const void *a, const void *b)
{
    const Span *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->size == 0 ? 0 : memcmp(x->data, y->data, x->size);
}

static const Span *twice_in_many(const GArray *keys)
{
    const Span *sorted = (const Span *)(const void *)keys->data;
    qsort(keys->data, keys->len, sizeof(Span), compare_keys);
    for (guint i = 1; i < keys->len; i++) {
        if (span_equal(sorted[i - 1], sorted[i]))
            return &sorted[i];
    }
    return NULL;
}

static const Span *twice_in_few(const Keys *keys)
{
    for (size_t i = 1; i < keys->n_few; i++) {
        for (size_t j = 0; j < i; j++) {
            if (span_equal(keys->few[i], keys->few[j]))
                return &keys->few[i];
        }
    }
    return NULL;
}

/* A key that occurs twice, or NULL. */
static const Span *keys_twice(Keys *keys)
{
    if (keys->many == NULL)
        return twice_in_few(keys);
    g_array_append_vals(keys->many, keys->few, (guint)keys->n_few);
    return twice_in_many(keys->many);
}

static void keys_clear(Keys *keys)
{
    g_clear_pointer(&keys->many, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Keys, keys_clear)

static const char *const type_names[] = {
    [JSON_PULL_NULL] = N_("null"),        [JSON_PULL_FALSE] = N_("a boolean"),
    [JSON_PULL_TRUE] = N_("a boolean"),   [JSON_PULL_NUMBER] = N_("a number"),
    [JSON_PULL_STRING] = N_("a string"),  [JSON_PULL_ARRAY] = N_("an array"),
    [JSON_PULL_OBJECT] = N_("an object"),
};

const char *json_pull_type_name(JsonPullType type)
{
    return _(type_names[type]);
}

static bool refuse(char **what, char *fragment)
{
    if (what != NULL)
        *what = fragment;
    else
        g_free(fragment);
    return false;
}

/* A key for a sentence: harmless, and not a megabyte of it. */
static char *shown_key(Span key)
{
    enum { SHOWN = 64 };
    return sanitize(span_of(key.data, MIN(key.size, (size_t)SHOWN)), SANITIZE_LINE);
}

static const JsonPullField *field_of(const JsonPullField *fields, size_t n_fields, Span key)
{
    for (size_t i = 0; i < n_fields; i++) {
        if (span_equal(span_of(fields[i].name, strlen(fields[i].name)), key))
            return &fields[i];
    }
    return NULL;
}

static bool type_fits(JsonPullType wanted, JsonPullType found)
{
    return wanted == found || (wanted == JSON_PULL_TRUE && found == JSON_PULL_FALSE);
}

static bool fill_field(const JsonPullField *field, const JsonPullValue *value, char **what)
{
    if (field == NULL)
        return true;
    if (!type_fits(field->type, value->type))
        return refuse(what, g_strdup_printf(_("\"%s\" is %s where %s is expected"), field->name,
                                            json_pull_type_name(value->type),
                                            json_pull_type_name(field->type)));
    *field->value = *value;
    if (field->present != NULL)
        *field->present = true;
    return true;
}

static bool read_members(JsonPullIterator *iterator, const JsonPullField *fields, size_t n_fields,
                         char **what)
{
    g_auto(Keys) keys = {.n_few = 0};
    Span key;
    JsonPullValue value;
    while (json_pull_member(iterator, &key, &value)) {
        if (key.size > 0 && memchr(key.data, '\\', key.size) != NULL) {
            g_autofree char *shown = shown_key(key);
            return refuse(what, g_strdup_printf(_("the key \"%s\" holds an escape"), shown));
        }
        keys_add(&keys, key);
        if (!fill_field(field_of(fields, n_fields, key), &value, what))
            return false;
    }
    const Span *twice = keys_twice(&keys);
    if (twice == NULL)
        return true;
    g_autofree char *shown = shown_key(*twice);
    return refuse(what, g_strdup_printf(_("the key \"%s\" occurs twice"), shown));
}

bool json_pull_members(const JsonPullValue *object, const JsonPullField *fields, size_t n_fields,
                       char **what)
{
    JsonPullIterator iterator;
    if (object->type != JSON_PULL_OBJECT || !json_pull_open(object, &iterator))
        return refuse(what, g_strdup_printf(_("%s where %s is expected"),
                                            json_pull_type_name(object->type),
                                            json_pull_type_name(JSON_PULL_OBJECT)));
    for (size_t i = 0; i < n_fields; i++) {
        *fields[i].value = (JsonPullValue){0};
        if (fields[i].present != NULL)
            *fields[i].present = false;
    }
    if (!read_members(&iterator, fields, n_fields, what))
        return false;
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].required && fields[i].value->range.data == NULL)
            return refuse(what, g_strdup_printf(_("\"%s\" is missing"), fields[i].name));
    }
    return true;
}
