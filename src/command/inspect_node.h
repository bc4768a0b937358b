/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree that `inspect` shows: nodes as JSON objects {"name", "offset", "size", "value",
 * "meaning", "children"}, so that text and --json are one thing. Offsets and sizes in bytes, in the
 * nearest enclosing thing that is decoded (a file, a PEM block's DER, a quote). Values of foreign
 * origin are sanitized when they are set.
 */
#ifndef MSE_COMMAND_INSPECT_NODE_H
#define MSE_COMMAND_INSPECT_NODE_H

#include "command/job.h"
#include "core/reader.h"

/* A root. New reference. */
json_t *node_new(void);
/* A child, borrowed: it lives as long as its parent. */
json_t *node_add(json_t *parent, const char *name, size_t offset, size_t size);
/* A child that stands nowhere in particular. */
json_t *node_add_virtual(json_t *parent, const char *name);

void node_set_value(json_t *node, Span text);
void node_set_hex(json_t *node, Span bytes);
void node_set_meaning(json_t *node, const char *text);
void node_set_name(json_t *node, const char *name);

/* All of the tree as lines. */
void node_say(Job *job, const json_t *root);

/* What can be read of each kind goes under `parent`; false with an error that says where it breaks.
 * `base` is where `bytes` begin in what the offsets count from. */
bool inspect_quote(json_t *parent, Span bytes, size_t base, GError **error);
bool inspect_der(json_t *parent, Span bytes, size_t base, GError **error);
bool inspect_pem(json_t *parent, Span text, size_t base, GError **error);
bool inspect_json(json_t *parent, Span text, GError **error);

#define INSPECT_ERROR (inspect_error_quark())
typedef enum { INSPECT_ERROR_FORM } InspectError;
GQuark inspect_error_quark(void);

#endif
