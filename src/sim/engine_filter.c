/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_filter.h"

#include "sim/engine_text.h"

#include <jansson.h>
#include <string.h>

typedef enum {
    KEY_CONTAINER,
    KEY_EVENT,
    KEY_HEALTH,
    KEY_ID,
    KEY_IMAGE,
    KEY_LABEL,
    KEY_NAME,
    KEY_STATUS,
    KEY_TYPE,
    N_KEYS
} Key;

typedef struct KeyRow {
    const char *name;
    bool of_lists, of_events;
} KeyRow;

static const KeyRow rows[N_KEYS] = {
    [KEY_CONTAINER] = {"container", false, true}, [KEY_EVENT] = {"event", false, true},
    [KEY_HEALTH] = {"health", true, false},       [KEY_ID] = {"id", true, false},
    [KEY_IMAGE] = {"image", false, true},         [KEY_LABEL] = {"label", true, true},
    [KEY_NAME] = {"name", true, false},           [KEY_STATUS] = {"status", true, false},
    [KEY_TYPE] = {"type", false, true},
};

struct Filter {
    GPtrArray *values[N_KEYS]; /* char*; NULL: not asked for */
};

static const char *const states[] = {"created",  "running", "paused", "restarting",
                                     "removing", "exited",  "dead",   NULL};

void filter_free(Filter *filter)
{
    if (filter == NULL)
        return;
    for (unsigned i = 0; i < N_KEYS; i++)
        g_clear_pointer(&filter->values[i], g_ptr_array_unref);
    g_free(filter);
}

static Key key_of(const char *name, bool events)
{
    for (Key key = 0; key < N_KEYS; key++)
        if (strcmp(rows[key].name, name) == 0 &&
            (events ? rows[key].of_events : rows[key].of_lists))
            return key;
    return N_KEYS;
}

/* False when it is a status that does not exist. */
static bool add_value(Filter *filter, Key key, const char *value)
{
    if (filter->values[key] == NULL)
        filter->values[key] = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(filter->values[key], g_strdup(value));
    return key != KEY_STATUS || g_strv_contains(states, value);
}

static bool add_values(Filter *filter, Key key, const json_t *values, char **problem)
{
    const char *value;
    json_t *element;
    size_t i;
    bool good = true;
    if (json_is_object(values))
        json_object_foreach((json_t *)values, value, element) good =
            good && add_value(filter, key, value);
    json_array_foreach(values, i, element) good =
        good && json_is_string(element) && add_value(filter, key, json_string_value(element));
    if (!good)
        *problem = g_strdup_printf("Invalid filter '%s'", rows[key].name);
    return good;
}

Filter *filter_new(const char *text, bool events, unsigned *status, char **problem)
{
    g_autoptr(Filter) filter = g_new0(Filter, 1);
    if (text == NULL || text[0] == '\0')
        return g_steal_pointer(&filter);
    json_t *document = json_loads(text, 0, NULL);
    const char *name;
    json_t *values;
    if (!json_is_object(document)) {
        json_decref(document);
        *status = 500;
        *problem = g_strdup_printf("invalid character '%c' looking for beginning of value",
                                   g_ascii_isprint(text[0]) ? text[0] : '?');
        return NULL;
    }
    *status = 400;
    json_object_foreach(document, name, values)
    {
        const Key key = key_of(name, events);
        if (key == N_KEYS)
            *problem = g_strdup_printf("Invalid filter '%s'", name);
        if (key == N_KEYS || !add_values(filter, key, values, problem))
            break;
    }
    json_decref(document);
    return *problem == NULL ? g_steal_pointer(&filter) : NULL;
}

static Key key_named(const char *name)
{
    for (Key key = 0; key < N_KEYS; key++)
        if (strcmp(rows[key].name, name) == 0)
            return key;
    return N_KEYS;
}

bool filter_has(const Filter *filter, const char *key)
{
    return filter->values[key_named(key)] != NULL;
}

typedef bool (*Match)(const char *text, const char *value);

static bool matches(const Filter *filter, Key key, const char *text, Match match)
{
    const GPtrArray *values = filter->values[key];
    for (unsigned i = 0; values != NULL && i < values->len; i++)
        if (match(text, values->pdata[i]))
            return true;
    return values == NULL;
}

static bool equal(const char *text, const char *value)
{
    return strcmp(text, value) == 0;
}

static bool part(const char *text, const char *value)
{
    return strstr(text, value[0] == '/' ? value + 1 : value) != NULL;
}

static bool start(const char *text, const char *value)
{
    return g_str_has_prefix(text, value);
}

/* "key" or "key=value", looked for in the labels' own JSON. */
static bool has_label(const Container *container, const char *label)
{
    const char *sign = strchr(label, '=');
    g_autofree char *key = g_strndup(label, sign ? (size_t)(sign - label) : strlen(label));
    g_autoptr(GString) member = g_string_new(NULL);
    put_key(member, key);
    if (sign != NULL)
        put_json(member, sign + 1);
    for (const char *at = container->labels; (at = strstr(at, member->str)) != NULL; at++)
        if (at == container->labels || at[-1] == ',')
            return true;
    return false;
}

static bool has_labels(const Filter *filter, const Container *container)
{
    const GPtrArray *labels = filter->values[KEY_LABEL];
    for (unsigned i = 0; labels != NULL && i < labels->len; i++)
        if (!has_label(container, labels->pdata[i]))
            return false;
    return true;
}

static const char *health_of(const Container *container)
{
    if (!container->checked || container->state != CONTAINER_RUNNING)
        return "none";
    return container->healthy ? "healthy" : "unhealthy";
}

bool filter_container(const Filter *filter, const Container *container)
{
    return matches(filter, KEY_ID, container->id, start) &&
           matches(filter, KEY_NAME, container->name, part) &&
           matches(filter, KEY_STATUS, container_state_name(container->state), equal) &&
           matches(filter, KEY_HEALTH, health_of(container), equal) &&
           has_labels(filter, container);
}

/* "health_status: healthy" is a "health_status" too. */
static bool action(const char *text, const char *value)
{
    const size_t size = strlen(value);
    return strncmp(text, value, size) == 0 && (text[size] == '\0' || text[size] == ':');
}

bool filter_event(const Filter *filter, const FleetEvent *event)
{
    const Container *container = event->container;
    return matches(filter, KEY_TYPE, "container", equal) &&
           matches(filter, KEY_EVENT, event->action, action) &&
           (matches(filter, KEY_CONTAINER, container->name, equal) ||
            matches(filter, KEY_CONTAINER, container->id, start)) &&
           matches(filter, KEY_IMAGE, container->image, equal) && has_labels(filter, container);
}
