/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/inspect_node.h"

#include "core/hex.h"
#include "core/sanitize.h"

#include <string.h>

GQuark inspect_error_quark(void)
{
    return g_quark_from_static_string("mse-inspect-error");
}

/* What a person is shown of a value; --json has all of it. */
enum { SHOWN_MOST = 160, SHOWN_START = 64 };

json_t *node_new(void)
{
    return json_pack("{s:[]}", "children");
}

static json_t *add(json_t *parent, const char *name, json_t *offset, json_t *size)
{
    json_t *node = json_pack("{s:s, s:o, s:o, s:n, s:n, s:[]}", "name", name, "offset", offset,
                             "size", size, "value", "meaning", "children");
    json_array_append_new(json_object_get(parent, "children"), node);
    return node;
}

json_t *node_add(json_t *parent, const char *name, size_t offset, size_t size)
{
    return add(parent, name, json_integer((json_int_t)offset), json_integer((json_int_t)size));
}

json_t *node_add_virtual(json_t *parent, const char *name)
{
    return add(parent, name, json_null(), json_null());
}

void node_set_value(json_t *node, Span text)
{
    g_autofree char *safe = sanitize(text, SANITIZE_LINE);
    json_object_set_new(node, "value", json_string(safe));
}

void node_set_hex(json_t *node, Span bytes)
{
    g_autofree char *hex = hex_encode(bytes);
    json_object_set_new(node, "value", json_string(hex));
}

void node_set_meaning(json_t *node, const char *text)
{
    g_autofree char *safe = sanitize_string(text);
    json_object_set_new(node, "meaning", text ? json_string(safe) : json_null());
}

void node_set_name(json_t *node, const char *name)
{
    g_autofree char *safe = sanitize_string(name);
    json_object_set_new(node, "name", json_string(safe));
}

static char *shown_value(const char *value)
{
    if (!value)
        return g_strdup("");
    glong length = g_utf8_strlen(value, -1);
    if (length <= SHOWN_MOST)
        return g_strconcat("  ", value, NULL);
    g_autofree char *start = g_utf8_substring(value, 0, SHOWN_START);
    return g_strdup_printf("  %s… (%ld)", start, length);
}

static void say(Job *job, const json_t *node, unsigned depth)
{
    const char *name = json_string_value(json_object_get(node, "name"));
    const json_t *offset = json_object_get(node, "offset"), *size = json_object_get(node, "size");
    const char *meaning = json_string_value(json_object_get(node, "meaning"));
    g_autofree char *value = shown_value(json_string_value(json_object_get(node, "value")));
    g_autofree char *place =
        json_is_integer(offset)
            ? g_strdup_printf("%8" JSON_INTEGER_FORMAT " %7" JSON_INTEGER_FORMAT,
                              json_integer_value(offset), json_integer_value(size))
            : g_strnfill(16, ' ');
    job_text(job, "%s  %*s%s%s%s%s%s", place, (int)depth * 2, "", name, value, meaning ? "  (" : "",
             meaning ? meaning : "", meaning ? ")" : "");
    size_t i;
    const json_t *child;
    json_array_foreach(json_object_get(node, "children"), i, child) say(job, child, depth + 1);
}

void node_say(Job *job, const json_t *root)
{
    size_t i;
    const json_t *child;
    json_array_foreach(json_object_get(root, "children"), i, child) say(job, child, 0);
}
