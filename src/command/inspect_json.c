/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence, collateral, exports and any other JSON as a tree: members that hold certificates, lists
 * or signed documents are opened.
 */
#include "config.h"

#include "command/inspect_node.h"

#include "attest/collateral.h"
#include "attest/tcb.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "format/json_pull.h"

#include <string.h>

typedef bool (*OpenMember)(json_t *node, Span text, GError **error);

static Span span_of_bytes(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static bool is_blank(Span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!g_ascii_isspace((char)text.data[i]))
            return false;
    }
    return true;
}

static bool is_hex(Span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!g_ascii_isxdigit((char)text.data[i]))
            return false;
    }
    return text.size > 0;
}

/* ---- signed documents, decoded by jansson: shown, not judged ---- */

/* [{"svn": 4}, {"svn": 3}, …] on one line; NULL when it is something else. Free with g_free. */
static char *components(const json_t *array)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i;
    const json_t *item;
    json_array_foreach(array, i, item)
    {
        const json_t *svn = json_object_get(item, "svn");
        if (!json_is_integer(svn))
            return NULL;
        g_string_append_printf(text, "%s%" JSON_INTEGER_FORMAT, i ? " " : "",
                               json_integer_value(svn));
    }
    return i > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

static void set_scalar(json_t *node, const json_t *value)
{
    if (json_is_string(value)) {
        node_set_value(node, span_of(json_string_value(value), json_string_length(value)));
        return;
    }
    g_autofree char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    node_set_value(node, span_of(text, strlen(text)));
}

static void set_meaning_of(json_t *node, const char *name, const json_t *value)
{
    if (strcmp(name, "tcbStatus") != 0 || !json_is_string(value))
        return;
    TcbStatus status =
        tcb_status_parse(span_of(json_string_value(value), json_string_length(value)));
    if (status != TCB_UNKNOWN)
        node_set_meaning(node, _(tcb_status_meaning(status)));
}

/* Depth is bounded by the reader that accepted the document. */
static void add_decoded(json_t *parent, const char *name, const json_t *value)
{
    json_t *node = node_add_virtual(parent, "");
    node_set_name(node, name);
    g_autofree char *line = components(value);
    const char *key;
    json_t *member;
    size_t i;
    if (line) {
        node_set_value(node, span_of(line, strlen(line)));
        return;
    }
    if (!json_is_object(value) && !json_is_array(value)) {
        set_scalar(node, value);
        set_meaning_of(node, name, value);
        return;
    }
    json_object_foreach((json_t *)value, key, member) add_decoded(node, key, member);
    json_array_foreach(value, i, member)
    {
        g_autofree char *number = g_strdup_printf("[%zu]", i);
        add_decoded(node, number, member);
    }
}

static bool decode_document(json_t *node, Span text, GError **error)
{
    JsonPullValue value;
    size_t where = 0;
    if (!json_pull_document(text, &value, &where)) {
        g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                    _("it is not JSON: it breaks at offset %zu of %zu"), where, text.size);
        return false;
    }
    json_error_t why;
    json_t *document = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY, &why);
    if (!document) {
        g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM, _("its JSON cannot be decoded: %s"),
                    why.text);
        return false;
    }
    const char *key;
    json_t *member;
    if (!json_is_object(document))
        set_scalar(node, document);
    json_object_foreach(document, key, member) add_decoded(node, key, member);
    json_decref(document);
    return true;
}

/* ---- members ---- */

static bool open_pem(json_t *node, Span text, GError **error)
{
    return is_blank(text) || inspect_pem(node, text, 0, error);
}

static bool open_crl(json_t *node, Span text, GError **error)
{
    g_autoptr(GBytes) der = collateral_crl_der(text);
    if (der)
        return inspect_der(node, span_of_bytes(der), 0, error);
    g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                _("it is neither DER in hex nor a PEM revocation list"));
    return false;
}

/* b'7b22…': hex as Python shows bytes, found in real evidence. */
static Span without_python_quotes(Span text)
{
    if (text.size < 3 || text.data[0] != 'b' || text.data[1] != '\'' ||
        text.data[text.size - 1] != '\'')
        return text;
    return span_of(text.data + 2, text.size - 3);
}

/* A document as it stands, in base64, or in base64 of hex: all three are found. */
static bool open_document(json_t *node, Span text, GError **error)
{
    if (text.size > 0 && *text.data == '{')
        return decode_document(node, text, error);
    g_autoptr(GBytes) bytes = base64_decode_strict(text);
    if (!bytes) {
        g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                    _("it is neither JSON nor base64 of JSON"));
        return false;
    }
    Span hex = without_python_quotes(span_of_bytes(bytes));
    g_autoptr(GBytes) inner = is_hex(hex) ? hex_decode(hex) : NULL;
    node_set_meaning(node, inner ? _("base64 of hex") : _("base64"));
    return decode_document(node, span_of_bytes(inner ? inner : bytes), error);
}

static bool open_quote(json_t *node, Span text, GError **error)
{
    g_autoptr(GBytes) bytes = base64_decode_strict(text);
    if (bytes)
        return inspect_quote(node, span_of_bytes(bytes), 0, error);
    g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM, _("it is not base64"));
    return false;
}

static const struct {
    const char *name;
    OpenMember open;
} members[] = {
    {"ratls_certificate", open_pem},
    {"certificate", open_pem},
    {"tcb_cert", open_pem},
    {"signer_pk", open_pem},
    {"pck_crl_issuer_chain", open_pem},
    {"tcb_info_issuer_chain", open_pem},
    {"qe_identity_issuer_chain", open_pem},
    {"root_ca_crl", open_crl},
    {"pck_crl", open_crl},
    {"pck_platform_crl", open_crl},
    {"tcb_info", open_document},
    {"qe_identity", open_document},
    {"quote", open_quote},
};

static OpenMember opener_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(members[i].name, name) == 0)
            return members[i].open;
    }
    return NULL;
}

static bool open_value(json_t *node, const char *name, const JsonPullValue *value,
                       const uint8_t *start, GError **error);

/* Every member of an object; the first error is kept and the others are still read. */
static bool open_object(json_t *node, const JsonPullValue *object, const uint8_t *start,
                        GError **error)
{
    JsonPullIterator iterator;
    Span key;
    JsonPullValue value;
    bool whole = true;
    if (!json_pull_open(object, &iterator))
        return true;
    while (json_pull_member(&iterator, &key, &value)) {
        g_autofree char *name = g_strndup((const char *)key.data, key.size);
        size_t offset = (size_t)(value.range.data - start);
        json_t *child = node_add(node, "", offset, value.range.size);
        node_set_name(child, name);
        g_autoptr(GError) one = NULL;
        if (open_value(child, name, &value, start, &one))
            continue;
        node_set_meaning(child, one->message);
        if (whole)
            g_propagate_prefixed_error(error, g_steal_pointer(&one),
                                       "%s: ", json_string_value(json_object_get(child, "name")));
        whole = false;
    }
    return whole;
}

static bool open_array(json_t *node, const JsonPullValue *array, const uint8_t *start,
                       GError **error)
{
    JsonPullIterator iterator;
    JsonPullValue value;
    if (!json_pull_open(array, &iterator))
        return true;
    for (size_t i = 0; json_pull_element(&iterator, &value); i++) {
        g_autofree char *name = g_strdup_printf("[%zu]", i);
        size_t offset = (size_t)(value.range.data - start);
        json_t *child = node_add(node, name, offset, value.range.size);
        if (!open_value(child, name, &value, start, error))
            return false;
    }
    return true;
}

static bool open_string(json_t *node, const char *name, const JsonPullValue *value, GError **error)
{
    g_autofree char *text = json_pull_string(value);
    OpenMember open = opener_of(name);
    if (!text)
        node_set_value(node, value->range);
    else if (open)
        return open(node, span_of(text, strlen(text)), error);
    else
        node_set_value(node, span_of(text, strlen(text)));
    return true;
}

static bool open_value(json_t *node, const char *name, const JsonPullValue *value,
                       const uint8_t *start, GError **error)
{
    if (value->type == JSON_PULL_OBJECT)
        return open_object(node, value, start, error);
    if (value->type == JSON_PULL_ARRAY)
        return open_array(node, value, start, error);
    if (value->type == JSON_PULL_STRING)
        return open_string(node, name, value, error);
    node_set_value(node, value->range);
    return true;
}

/* ---- JSON that breaks somewhere ---- */

/* The string that begins at `at`, with its quotes; empty when it does not end before the break. */
static Span whole_string(Span text, size_t at)
{
    for (size_t end = at + 1; end < text.size; end++) {
        if (text.data[end] == '\\')
            end++;
        else if (text.data[end] == '"')
            return span_of(text.data + at, end + 1 - at);
    }
    return span_of(NULL, 0);
}

static size_t skip_to_value(Span text, size_t at)
{
    while (at < text.size && (g_ascii_isspace((char)text.data[at]) || text.data[at] == ':'))
        at++;
    return at;
}

/* A known member that is whole before the break is shown all the same. */
static void save_member(json_t *parent, Span text, const char *name)
{
    g_autofree char *key = g_strdup_printf("\"%s\"", name);
    const uint8_t *found = memmem(text.data, text.size, key, strlen(key));
    if (!found)
        return;
    size_t at = skip_to_value(text, (size_t)(found - text.data) + strlen(key));
    Span range = at < text.size && text.data[at] == '"' ? whole_string(text, at) : span_of(NULL, 0);
    JsonPullValue value;
    if (range.size == 0 || !json_pull_document(range, &value, NULL))
        return;
    json_t *node = node_add(parent, name, at, range.size);
    g_autoptr(GError) error = NULL;
    if (!open_string(node, name, &value, &error))
        node_set_meaning(node, error->message);
}

static void line_and_column(Span text, size_t where, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < where; i++) {
        *column = text.data[i] == '\n' ? 1 : *column + 1;
        *line += text.data[i] == '\n';
    }
}

static bool broken_json(json_t *parent, Span text, size_t where, GError **error)
{
    unsigned line, column;
    where = MIN(where, text.size);
    Span before = span_of(text.data, where);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        save_member(parent, before, members[i].name);
    json_t *node = node_add(parent, "broken", where, text.size - where);
    node_set_value(node, span_of(text.data + where, MIN(text.size - where, 40)));
    line_and_column(text, where, &line, &column);
    g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                _("line %u, column %u (offset %zu): the JSON breaks there"), line, column, where);
    return false;
}

bool inspect_json(json_t *parent, Span text, GError **error)
{
    JsonPullValue value;
    size_t where = 0;
    if (!json_pull_document(text, &value, &where))
        return broken_json(parent, text, where, error);
    return open_value(parent, "", &value, text.data, error);
}
