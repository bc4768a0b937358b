/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON as the engine sends it: values are taken from a text that still arrives, one at a time, and
 * each is a document of its own; what is absent or of another type than expected is unknown, never
 * an error. For the files of this room.
 */
#ifndef MSE_DOCKER_JSON_H
#define MSE_DOCKER_JSON_H

#include "core/reader.h"
#include "docker/engine.h"

#include <glib.h>
#include <jansson.h>

/* Takes one value's exact bytes; false ends the splitting, which then fails. */
typedef bool (*JsonTake)(Span value, void *data);

/* Cuts a text into values as it comes: the elements of one array, or values one after the other
 * (events). */
typedef struct JsonSplit {
    bool of_array;
    size_t maximum; /* bytes of one value */
    GByteArray *value;
    enum { SPLIT_BEFORE, SPLIT_BETWEEN, SPLIT_VALUE, SPLIT_AFTER } state;
    bool first, after_comma;
    bool in_string, escaped;
    unsigned depth;
    bool too_large; /* why it failed: a value beyond the maximum */
} JsonSplit;

void json_split_init(JsonSplit *split, bool of_array, size_t maximum);
void json_split_clear(JsonSplit *split);

/* False when the text is none of that, a value is too large (`too_large`), or `take` said so. */
bool json_split_feed(JsonSplit *split, Span bytes, JsonTake take, void *data);

/* Whether the text may end here. */
bool json_split_complete(const JsonSplit *split);

/* A document; NULL when it is not JSON. */
json_t *json_parse(Span text);

/* The value at a key of the object at a key; NULL when there is none. Borrowed. */
const json_t *json_at(const json_t *root, const char *outer, const char *inner);

/* The string at a key; NULL when there is none. Borrowed. */
const char *json_text(const json_t *object, const char *key);
/* The same for good: "" when there is none. Free with g_free. */
char *json_take_text(const json_t *object, const char *key);
/* A number that is no less than 0; UINT64_MAX when there is none. Some are sent as reals. */
uint64_t json_count(const json_t *value);
/* The strings of an array, or of a lone string; never NULL. Free with g_strfreev. */
char **json_take_texts(const json_t *array);

/* An object of strings, sorted by key. */
DockerPair *json_take_pairs(const json_t *object, size_t *n);
void docker_pairs_sort(DockerPair *pairs, size_t n);
void docker_pairs_free(DockerPair *pairs, size_t n);

/* The mounts of the list and of inspect, which have one format. */
DockerMount *json_take_mounts(const json_t *array, size_t *n);
void docker_mounts_free(DockerMount *mounts, size_t n);
void docker_ports_free(DockerPort *ports, size_t n);

/* Nanoseconds of an RFC 3339 time with up to nine decimals; 0 for the year 1 and for what is no
 * time. */
int64_t docker_time_of(Span text);
int64_t docker_time_at(const json_t *object, const char *key);
/* Of an HTTP date, "Sun, 06 Nov 1994 08:49:37 GMT"; 0 when it is none. */
int64_t docker_time_of_http(const char *text);

#endif
