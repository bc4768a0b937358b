/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/inspect_node.h"

#include "attest/quote.h"

#include <string.h>

enum { DEPTH_MOST = 8 };

typedef struct Visiting {
    json_t *path[DEPTH_MOST + 1]; /* path[0]: the quote's node */
    json_t *chain;                /* the node of the certification data */
    Span chain_text;
    size_t chain_offset, base;
} Visiting;

static void visit(const char *field, size_t offset, Span value, const char *meaning, unsigned depth,
                  void *data)
{
    Visiting *visiting = data;
    unsigned level = MIN(depth, DEPTH_MOST - 1);
    json_t *node = node_add(visiting->path[level], field, visiting->base + offset, value.size);
    visiting->path[level + 1] = node;
    node_set_meaning(node, meaning);
    if (strcmp(field, "certification_data") == 0) {
        visiting->chain = node;
        visiting->chain_text = value;
        visiting->chain_offset = visiting->base + offset;
    } else if (value.size > 0) {
        node_set_hex(node, value);
    }
}

static bool is_pem(Span text)
{
    return text.size > 0 && memmem(text.data, text.size, "-----BEGIN", 10) != NULL;
}

bool inspect_quote(json_t *parent, Span bytes, size_t base, GError **error)
{
    json_t *node = node_add(parent, "quote", base, bytes.size);
    Visiting visiting = {.path = {node}, .base = base};
    bool whole = quote_walk(bytes, visit, &visiting, error);
    if (!visiting.chain)
        return whole;
    if (!is_pem(visiting.chain_text)) {
        node_set_hex(visiting.chain, visiting.chain_text);
        return whole;
    }
    g_autoptr(GError) chain_error = NULL;
    bool readable =
        inspect_pem(visiting.chain, visiting.chain_text, visiting.chain_offset, &chain_error);
    if (whole && !readable)
        g_propagate_error(error, g_steal_pointer(&chain_error));
    return whole && readable;
}
