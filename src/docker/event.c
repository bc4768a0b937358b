/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/private.h"

void docker_event_free(DockerEvent *event)
{
    if (event == NULL)
        return;
    g_free(event->action);
    g_free(event->id);
    g_free(event->name);
    g_free(event->image);
    docker_pairs_free(event->attributes, event->n_attributes);
    g_free(event);
}

/* Engines give whole seconds as `time`, and all of it as `timeNano`. */
static int64_t time_of(const json_t *root)
{
    uint64_t nanoseconds = json_count(json_object_get(root, "timeNano"));
    if (nanoseconds <= INT64_MAX)
        return (int64_t)nanoseconds;
    uint64_t seconds = json_count(json_object_get(root, "time"));
    return seconds < INT64_MAX / 1000000000 ? (int64_t)seconds * 1000000000 : 0;
}

static char *attribute(const DockerEvent *event, const char *key)
{
    const char *value = docker_label(event->attributes, event->n_attributes, key);
    return g_strdup(value != NULL ? value : "");
}

static DockerEvent *event_of(const json_t *root)
{
    const json_t *actor = json_object_get(root, "Actor");
    const char *id = json_text(actor, "ID");
    DockerEvent *event = g_new0(DockerEvent, 1);
    event->time = time_of(root);
    event->action = json_take_text(root, "Action");
    event->id = g_strdup(id != NULL ? id : "");
    event->attributes = json_take_pairs(json_object_get(actor, "Attributes"), &event->n_attributes);
    event->name = attribute(event, "name");
    event->image = attribute(event, "image");
    return event;
}

DockerEvent *docker_event_read(Span text, bool *rubbish)
{
    json_t *root = json_parse(text);
    const char *type = json_text(root, "Type");
    *rubbish = type == NULL || json_text(root, "Action") == NULL;
    DockerEvent *event = !*rubbish && g_str_equal(type, "container") ? event_of(root) : NULL;
    json_decref(root);
    return event;
}
