/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/json.h"

#include <stdlib.h>
#include <string.h>

json_t *json_parse(Span text)
{
    /* A NUL in a label ends what we see of it, and not the whole list. */
    json_error_t problem;
    const char *at = (const char *)text.data;
    json_t *value = json_loadb(at, text.size, JSON_ALLOW_NUL, &problem);
    /* Engines say "no limit" with 2^64 - 1, which is no integer of jansson's. */
    if (value == NULL && json_error_code(&problem) == json_error_numeric_overflow)
        value = json_loadb(at, text.size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    return value;
}

const json_t *json_at(const json_t *root, const char *outer, const char *inner)
{
    return json_object_get(json_object_get(root, outer), inner);
}

const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

char *json_take_text(const json_t *object, const char *key)
{
    const char *text = json_text(object, key);
    return g_strdup(text != NULL ? text : "");
}

uint64_t json_count(const json_t *value)
{
    if (json_is_integer(value))
        return json_integer_value(value) < 0 ? UINT64_MAX : (uint64_t)json_integer_value(value);
    double real = json_is_real(value) ? json_real_value(value) : -1;
    return real >= 0 && real < 18446744073709549568.0 ? (uint64_t)real : UINT64_MAX;
}

char **json_take_texts(const json_t *array)
{
    GPtrArray *texts = g_ptr_array_new();
    if (json_is_string(array))
        g_ptr_array_add(texts, g_strdup(json_string_value(array)));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        g_ptr_array_add(texts, g_strdup(text != NULL ? text : ""));
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

static int compare_pairs(const void *a, const void *b)
{
    return strcmp(((const DockerPair *)a)->key, ((const DockerPair *)b)->key);
}

void docker_pairs_sort(DockerPair *pairs, size_t n)
{
    if (n > 1)
        qsort(pairs, n, sizeof *pairs, compare_pairs);
}

DockerPair *json_take_pairs(const json_t *object, size_t *n)
{
    size_t size = json_object_size(object), used = 0;
    DockerPair *pairs = g_new0(DockerPair, size);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const char *text = json_string_value(value);
        pairs[used++] = (DockerPair){.key = g_strdup(key), .value = g_strdup(text ? text : "")};
    }
    docker_pairs_sort(pairs, used);
    *n = used;
    return pairs;
}

void docker_pairs_free(DockerPair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_free(pairs[i].key);
        g_free(pairs[i].value);
    }
    g_free(pairs);
}

const char *docker_label(const DockerPair *labels, size_t n_labels, const char *key)
{
    if (n_labels == 0)
        return NULL;
    const DockerPair wanted = {.key = (char *)key};
    const DockerPair *found = bsearch(&wanted, labels, n_labels, sizeof *labels, compare_pairs);
    return found == NULL ? NULL : found->value;
}

DockerMount *json_take_mounts(const json_t *array, size_t *n)
{
    *n = json_array_size(array);
    DockerMount *mounts = g_new0(DockerMount, *n);
    for (size_t i = 0; i < *n; i++) {
        const json_t *mount = json_array_get(array, i);
        mounts[i].type = json_take_text(mount, "Type");
        mounts[i].source = json_take_text(mount, "Source");
        mounts[i].destination = json_take_text(mount, "Destination");
        mounts[i].writable = json_is_true(json_object_get(mount, "RW"));
    }
    return mounts;
}

void docker_mounts_free(DockerMount *mounts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_free(mounts[i].type);
        g_free(mounts[i].source);
        g_free(mounts[i].destination);
    }
    g_free(mounts);
}

void docker_ports_free(DockerPort *ports, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_free(ports[i].address);
        g_free(ports[i].protocol);
    }
    g_free(ports);
}
