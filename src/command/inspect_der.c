/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DER as a tree: what stands in a certificate or a revocation list by its name in RFC 5280, all
 * else by its ASN.1 type.
 */
#include "config.h"

#include "command/inspect_node.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "format/der.h"
#include "format/pem.h"

#include <string.h>

/* Names for the items of a SEQUENCE, in order; a tag of 0 fits any, others are optional. */
typedef struct Shape {
    const char *name;
    uint8_t tag;
    const struct Shape *inside; /* of the items inside; NULL: by type */
    bool each;                  /* for all the items that follow */
} Shape;

static const Shape validity[] = {
    {"not_before", 0, NULL, false}, {"not_after", 0, NULL, false}, {0}};

static const Shape extension[] = {{"id", DER_OID, NULL, false},
                                  {"critical", DER_BOOLEAN, NULL, false},
                                  {"value", DER_OCTET_STRING, NULL, false},
                                  {0}};

static const Shape extensions[] = {{"extension", DER_SEQUENCE, extension, true}, {0}};
static const Shape extension_list[] = {{"list", DER_SEQUENCE, extensions, false}, {0}};

static const Shape certificate_tbs[] = {
    {"version", DER_CONTEXT_CONSTRUCTED(0), NULL, false},
    {"serial_number", DER_INTEGER, NULL, false},
    {"signature_algorithm", DER_SEQUENCE, NULL, false},
    {"issuer", DER_SEQUENCE, NULL, false},
    {"validity", DER_SEQUENCE, validity, false},
    {"subject", DER_SEQUENCE, NULL, false},
    {"public_key", DER_SEQUENCE, NULL, false},
    {"extensions", DER_CONTEXT_CONSTRUCTED(3), extension_list, false},
    {0}};

static const Shape certificate[] = {{"signed_part", DER_SEQUENCE, certificate_tbs, false},
                                    {"signature_algorithm", DER_SEQUENCE, NULL, false},
                                    {"signature", DER_BIT_STRING, NULL, false},
                                    {0}};

static const Shape revoked_certificate[] = {{"serial_number", DER_INTEGER, NULL, false},
                                            {"revoked_at", 0, NULL, false},
                                            {"extensions", DER_SEQUENCE, extensions, false},
                                            {0}};

static const Shape revoked[] = {{"revoked_certificate", DER_SEQUENCE, revoked_certificate, true},
                                {0}};

static const Shape crl_tbs[] = {{"version", DER_INTEGER, NULL, false},
                                {"signature_algorithm", DER_SEQUENCE, NULL, false},
                                {"issuer", DER_SEQUENCE, NULL, false},
                                {"this_update", DER_UTC_TIME, NULL, false},
                                {"next_update", DER_UTC_TIME, NULL, false},
                                {"revoked_certificates", DER_SEQUENCE, revoked, false},
                                {"extensions", DER_CONTEXT_CONSTRUCTED(0), extension_list, false},
                                {0}};

static const Shape crl[] = {{"signed_part", DER_SEQUENCE, crl_tbs, false},
                            {"signature_algorithm", DER_SEQUENCE, NULL, false},
                            {"signature", DER_BIT_STRING, NULL, false},
                            {0}};

static const Shape a_certificate[] = {{"certificate", DER_SEQUENCE, certificate, false}, {0}};
static const Shape a_crl[] = {{"crl", DER_SEQUENCE, crl, false}, {0}};

static const struct {
    uint8_t tag;
    const char *name;
} types[] = {
    {DER_BOOLEAN, "boolean"},
    {DER_INTEGER, "integer"},
    {DER_BIT_STRING, "bit_string"},
    {DER_OCTET_STRING, "octet_string"},
    {DER_NULL, "null"},
    {DER_OID, "oid"},
    {DER_ENUMERATED, "enumerated"},
    {DER_UTF8_STRING, "utf8_string"},
    {DER_PRINTABLE_STRING, "printable_string"},
    {DER_T61_STRING, "t61_string"},
    {DER_IA5_STRING, "ia5_string"},
    {DER_UTC_TIME, "utc_time"},
    {DER_GENERALIZED_TIME, "generalized_time"},
    {DER_SEQUENCE, "sequence"},
    {DER_SET, "set"},
};

static const struct {
    const char *oid, *name;
} oids[] = {
    {"2.5.4.3", "common name"},
    {"2.5.4.6", "country"},
    {"2.5.4.7", "locality"},
    {"2.5.4.8", "state or province"},
    {"2.5.4.10", "organization"},
    {"2.5.4.11", "organizational unit"},
    {"2.5.29.14", "subject key identifier"},
    {"2.5.29.15", "key usage"},
    {"2.5.29.17", "subject alternative name"},
    {"2.5.29.19", "basic constraints"},
    {"2.5.29.20", "CRL number"},
    {"2.5.29.21", "reason"},
    {"2.5.29.31", "CRL distribution points"},
    {"2.5.29.32", "certificate policies"},
    {"2.5.29.35", "authority key identifier"},
    {"2.5.29.37", "extended key usage"},
    {"1.2.840.10045.2.1", "elliptic curve key"},
    {"1.2.840.10045.3.1.7", "P-256"},
    {"1.3.132.0.34", "P-384"},
    {"1.2.840.10045.4.3.2", "ECDSA with SHA-256"},
    {"1.2.840.10045.4.3.3", "ECDSA with SHA-384"},
    {"1.2.840.113549.1.1.1", "RSA key"},
    {"1.2.840.113549.1.1.11", "RSA with SHA-256"},
    {"1.3.101.112", "Ed25519"},
    {"1.2.840.113741.1.13.1", "SGX platform"},
    {"1.2.840.113741.1.13.1.1", "PPID"},
    {"1.2.840.113741.1.13.1.2", "TCB"},
    {"1.2.840.113741.1.13.1.2.17", "PCESVN"},
    {"1.2.840.113741.1.13.1.2.18", "CPUSVN"},
    {"1.2.840.113741.1.13.1.3", "PCEID"},
    {"1.2.840.113741.1.13.1.4", "FMSPC"},
    {"1.2.840.113741.1.13.1.5", "SGX type"},
    {"1.2.840.113741.1.13.1.6", "platform instance"},
    {"1.2.840.113741.1.13.1.7", "platform configuration"},
    {"1.2.840.113741.1.13.1.7.1", "dynamic platform"},
    {"1.2.840.113741.1.13.1.7.2", "cached keys"},
    {"1.2.840.113741.1.13.1.7.3", "simultaneous multithreading"},
    {"1.2.840.113741.1337.6", "SGX quote (RA-TLS)"},
    {"1.2.840.113741.1337.8", "TDX quote (RA-TLS)"},
};

#define OID_SGX       "1.2.840.113741.1.13.1"
#define OID_TCB       OID_SGX ".2."
#define OID_QUOTE_SGX "1.2.840.113741.1337.6"
#define OID_QUOTE_TDX "1.2.840.113741.1337.8"

typedef struct Walk {
    const uint8_t *start;
    size_t base;
    GError **error;
} Walk;

static size_t offset_of(const Walk *walk, const uint8_t *at)
{
    return walk->base + (size_t)(at - walk->start);
}

/* Free with g_free; NULL: not known. */
static char *oid_name(const char *oid)
{
    for (size_t i = 0; i < G_N_ELEMENTS(oids); i++) {
        if (strcmp(oids[i].oid, oid) == 0)
            return g_strdup(oids[i].name);
    }
    if (g_str_has_prefix(oid, OID_TCB))
        return g_strdup_printf("SVN of component %s", oid + strlen(OID_TCB));
    return NULL;
}

static char *type_name(uint8_t tag)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (types[i].tag == tag)
            return g_strdup(types[i].name);
    }
    if ((tag & 0xc0) == 0x80)
        return g_strdup_printf("context_%u", tag & 0x1fU);
    return g_strdup_printf("tag_0x%02x", tag);
}

/* The shape that fits the next item; `at` moves past those that are left out. NULL: none. */
static const Shape *shape_for(const Shape **at, uint8_t tag)
{
    static const uint8_t times[] = {DER_UTC_TIME, DER_GENERALIZED_TIME};
    for (const Shape *shape = *at; shape && shape->name; shape++) {
        bool time = shape->tag == times[0] && tag == times[1];
        if (shape->tag != 0 && shape->tag != tag && !time)
            continue;
        *at = shape->each ? shape : shape + 1;
        return shape;
    }
    *at = NULL;
    return NULL;
}

static bool broken(Walk *walk, json_t *parent, const Reader *reader)
{
    size_t offset = offset_of(walk, reader->at), left = reader_left(reader);
    json_t *node = node_add(parent, "broken", offset, left);
    node_set_hex(node, span_of(reader->at, MIN(left, 16)));
    g_set_error(walk->error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                _("at offset %zu: what stands there is not DER, or says it is longer than the %zu "
                  "bytes that are left"),
                offset, left);
    return false;
}

static bool walk_items(Walk *walk, json_t *parent, Span bytes, const Shape *shapes, unsigned depth);

static bool is_one_item(Span bytes)
{
    Reader reader = reader_on(bytes);
    DerItem item;
    return der_next(&reader, &item) && der_at_end(&reader);
}

/* The octets of an extension: a quote, DER again, or just octets. */
static bool walk_octets(Walk *walk, json_t *node, Span content, const char *oid, unsigned depth)
{
    if (oid && (strcmp(oid, OID_QUOTE_SGX) == 0 || strcmp(oid, OID_QUOTE_TDX) == 0))
        return inspect_quote(node, content, 0, walk->error);
    bool plain = !oid || g_str_has_prefix(oid, OID_SGX ".");
    if (!plain && is_one_item(content))
        return walk_items(walk, node, content, NULL, depth + 1);
    node_set_hex(node, content);
    return true;
}

static void set_integer(json_t *node, Span content)
{
    uint64_t number;
    node_set_hex(node, content);
    if (content.size <= 4 && der_unsigned(content, &number)) {
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)number);
        node_set_meaning(node, text);
    }
}

static void set_time(json_t *node, const DerItem *item)
{
    int64_t time;
    node_set_value(node, item->content);
    if (!der_time(item, &time))
        return;
    g_autofree char *text = date_format(time);
    node_set_meaning(node, text);
}

static void set_oid(json_t *node, const char *oid)
{
    g_autofree char *name = oid_name(oid);
    node_set_value(node, span_of(oid, strlen(oid)));
    node_set_meaning(node, name);
}

static bool is_text(uint8_t tag)
{
    return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING ||
           tag == DER_T61_STRING;
}

/* `oid`: the one that stands before it among its siblings; or NULL. */
static bool set_primitive(Walk *walk, json_t *node, const DerItem *item, const char *oid,
                          unsigned depth)
{
    bool flag;
    if (item->tag == DER_OCTET_STRING)
        return walk_octets(walk, node, item->content, oid, depth);
    if (item->tag == DER_INTEGER || item->tag == DER_ENUMERATED)
        set_integer(node, item->content);
    else if (item->tag == DER_UTC_TIME || item->tag == DER_GENERALIZED_TIME)
        set_time(node, item);
    else if (item->tag == DER_BOOLEAN && der_boolean(item->content, &flag))
        node_set_value(node, flag ? span_of("true", 4) : span_of("false", 5));
    else if (is_text(item->tag) || item->tag == DER_CONTEXT(6))
        node_set_value(node, item->content);
    else if (item->content.size > 0)
        node_set_hex(node, item->content);
    return true;
}

static bool walk_item(Walk *walk, json_t *parent, const DerItem *item, const Shape *shape,
                      char **oid, unsigned depth)
{
    g_autofree char *type = type_name(item->tag);
    json_t *node = node_add(parent, shape ? shape->name : type, offset_of(walk, item->whole.data),
                            item->whole.size);
    if (item->tag & 0x20)
        return walk_items(walk, node, item->content, shape ? shape->inside : NULL, depth + 1);
    if (item->tag != DER_OID)
        return set_primitive(walk, node, item, *oid, depth);
    g_free(*oid);
    *oid = der_oid_text(item->content);
    if (*oid)
        set_oid(node, *oid);
    else
        node_set_hex(node, item->content);
    return true;
}

static bool walk_items(Walk *walk, json_t *parent, Span bytes, const Shape *shapes, unsigned depth)
{
    Reader reader = reader_on(bytes);
    g_autofree char *oid = NULL;
    if (depth > limit_row(LIMIT_DER_DEPTH)->maximum)
        return broken(walk, parent, &reader);
    while (reader_left(&reader) > 0) {
        DerItem item;
        if (!der_next(&reader, &item))
            return broken(walk, parent, &reader);
        const Shape *shape = shape_for(&shapes, item.tag);
        if (!walk_item(walk, parent, &item, shape, &oid, depth))
            return false;
    }
    return true;
}

/* The tbs of a CRL begins with its version (an INTEGER) and its algorithm (a SEQUENCE), that of a
 * certificate with [0] or with two INTEGERs. Looks at tags alone: it may be cut short. */
static bool looks_like_crl(Span bytes)
{
    Reader reader = reader_on(bytes);
    for (int level = 0; level < 2; level++) {
        uint8_t tag, length;
        if (!reader_u8(&reader, &tag) || tag != DER_SEQUENCE || !reader_u8(&reader, &length) ||
            !reader_skip(&reader, length & 0x80 ? length & 0x7f : 0))
            return false;
    }
    uint8_t version[4];
    return reader_copy(&reader, version, sizeof version) && version[0] == DER_INTEGER &&
           version[1] == 1 && version[3] == DER_SEQUENCE;
}

/* When the outermost item announces more bytes than there are, its inside is read as far as it
 * goes. */
static Span inside_of_torn(Span bytes)
{
    Reader reader = reader_on(bytes);
    uint8_t tag, length;
    if (!reader_u8(&reader, &tag) || !(tag & 0x20) || !reader_u8(&reader, &length) ||
        !reader_skip(&reader, length & 0x80 ? length & 0x7f : 0))
        return span_of(NULL, 0);
    return span_of(reader.at, reader_left(&reader));
}

static bool walk_torn(Walk *walk, json_t *parent, Span bytes, const Shape *shapes)
{
    Span inside = inside_of_torn(bytes);
    Reader reader = reader_on(bytes);
    if (inside.size == 0)
        return broken(walk, parent, &reader);
    json_t *node = node_add(parent, shapes ? shapes->name : "sequence", walk->base, bytes.size);
    node_set_meaning(node, _("cut short"));
    const Shape *shape = shapes;
    const Shape *inner = shape ? shape->inside : NULL;
    Reader items = reader_on(inside);
    DerItem first;
    if (inner && inner->inside && !der_next(&items, &first))
        return walk_torn(&(Walk){inside.data, offset_of(walk, inside.data), walk->error}, node,
                         inside, inner);
    return walk_items(walk, node, inside, inner, 1);
}

bool inspect_der(json_t *parent, Span bytes, size_t base, GError **error)
{
    Walk walk = {bytes.data, base, error};
    const Shape *shapes = looks_like_crl(bytes) ? a_crl : a_certificate;
    Reader reader = reader_on(bytes);
    DerItem first;
    if (bytes.size > 0 && !der_next(&reader, &first))
        return walk_torn(&walk, parent, bytes, shapes);
    return walk_items(&walk, parent, bytes, shapes, 0);
}

static bool inspect_block(json_t *parent, const PemBlock *block, size_t base, GError **error)
{
    g_autofree char *label = sanitize_string(block->label);
    json_t *node = node_add(parent, "pem", base + block->offset, block->size);
    node_set_value(node, span_of(label, strlen(label)));
    size_t size;
    const void *der = g_bytes_get_data(block->der, &size);
    return inspect_der(node, span_of(der, size), 0, error);
}

enum { BLOCKS_MOST = 32 };

static bool inspect_blocks(json_t *parent, const GPtrArray *blocks, size_t base, GError **error)
{
    bool whole = true;
    for (guint i = 0; i < blocks->len; i++) {
        g_autoptr(GError) one = NULL;
        if (inspect_block(parent, g_ptr_array_index(blocks, i), base, &one))
            continue;
        if (whole)
            g_propagate_error(error, g_steal_pointer(&one));
        whole = false;
    }
    return whole;
}

/* The text up to the end of the last block that is closed. */
static Span closed_blocks(Span text)
{
    static const char closing[] = "-----END ";
    size_t end = 0;
    for (size_t at = 0; at + sizeof closing < text.size; at++) {
        if (memcmp(text.data + at, closing, sizeof closing - 1) != 0)
            continue;
        const uint8_t *line = memchr(text.data + at, '\n', text.size - at);
        if (line)
            end = (size_t)(line - text.data) + 1;
    }
    return span_of(text.data, end);
}

static bool broken_pem(json_t *parent, Span text, size_t base, size_t where, GError **error)
{
    Span closed = closed_blocks(text);
    g_autoptr(GPtrArray) blocks =
        closed.size < text.size ? pem_decode(closed, PEM_TEXT_BETWEEN, BLOCKS_MOST, NULL) : NULL;
    if (blocks)
        inspect_blocks(parent, blocks, base, NULL);
    where = MIN(where, text.size);
    json_t *node = node_add(parent, "broken", base + where, text.size - where);
    node_set_meaning(node, _("no whole PEM block can be read from here on"));
    g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                _("at offset %zu: the PEM text breaks: no whole block can be read from there on"),
                base + where);
    return false;
}

bool inspect_pem(json_t *parent, Span text, size_t base, GError **error)
{
    size_t where = 0;
    g_autoptr(GPtrArray) blocks = pem_decode(text, PEM_TEXT_BETWEEN, BLOCKS_MOST, &where);
    return blocks ? inspect_blocks(parent, blocks, base, error)
                  : broken_pem(parent, text, base, where, error);
}
