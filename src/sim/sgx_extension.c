/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/sgx_extension.h"

#include "core/reader.h"
#include "format/der.h"

/* 1.2.840.113741.1.13.1, encoded; the arcs below it are one byte each. */
static const uint8_t BASE[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};

/* All lengths here are below 64 KiB. */
static void put_item(GByteArray *out, uint8_t tag, Span content)
{
    uint8_t head[4] = {tag};
    guint n;
    if (content.size < 0x80) {
        head[1] = (uint8_t)content.size;
        n = 2;
    } else if (content.size < 0x100) {
        head[1] = 0x81;
        head[2] = (uint8_t)content.size;
        n = 3;
    } else {
        g_assert(content.size < 0x10000);
        head[1] = 0x82;
        head[2] = (uint8_t)(content.size >> 8);
        head[3] = (uint8_t)content.size;
        n = 4;
    }
    g_byte_array_append(out, head, n);
    g_byte_array_append(out, content.data, (guint)content.size);
}

/* SEQUENCE { OID base.arcs, value }, where `value` is a whole item. */
static void put_member(GByteArray *out, const uint8_t *arcs, size_t n_arcs, uint8_t tag, Span value)
{
    g_autoptr(GByteArray) oid = g_byte_array_new();
    g_byte_array_append(oid, BASE, sizeof BASE);
    g_byte_array_append(oid, arcs, (guint)n_arcs);
    g_autoptr(GByteArray) pair = g_byte_array_new();
    put_item(pair, DER_OID, span_of(oid->data, oid->len));
    put_item(pair, tag, value);
    put_item(out, DER_SEQUENCE, span_of(pair->data, pair->len));
}

#define ARCS(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void put_number(GByteArray *out, const uint8_t *arcs, size_t n_arcs, uint8_t tag,
                       unsigned value)
{
    const uint8_t bytes[] = {0, (uint8_t)(value >> 8), (uint8_t)value};
    size_t skip = 0;
    while (skip < 2 && bytes[skip] == 0 && bytes[skip + 1] < 0x80)
        skip++;
    put_member(out, arcs, n_arcs, tag, span_of(bytes + skip, sizeof bytes - skip));
}

static void put_boolean(GByteArray *out, const uint8_t *arcs, size_t n_arcs, bool value)
{
    const uint8_t byte = value ? 0xff : 0;
    put_member(out, arcs, n_arcs, DER_BOOLEAN, span_of(&byte, 1));
}

static void put_tcb(GByteArray *out, const SgxExtension *extension)
{
    g_autoptr(GByteArray) tcb = g_byte_array_new();
    for (uint8_t i = 0; i < 16; i++)
        put_number(tcb, ARCS(2, (uint8_t)(i + 1)), DER_INTEGER, extension->svn[i]);
    put_number(tcb, ARCS(2, 17), DER_INTEGER, extension->pce_svn);
    put_member(tcb, ARCS(2, 18), DER_OCTET_STRING, span_of(extension->cpu_svn, 16));
    put_member(out, ARCS(2), DER_SEQUENCE, span_of(tcb->data, tcb->len));
}

static void put_configuration(GByteArray *out, const SgxExtension *extension)
{
    g_autoptr(GByteArray) configuration = g_byte_array_new();
    put_boolean(configuration, ARCS(7, 1), extension->dynamic);
    put_boolean(configuration, ARCS(7, 2), extension->cached_keys);
    put_boolean(configuration, ARCS(7, 3), extension->smt);
    put_member(out, ARCS(7), DER_SEQUENCE, span_of(configuration->data, configuration->len));
}

GBytes *sgx_extension_der(const SgxExtension *extension)
{
    g_autoptr(GByteArray) members = g_byte_array_new();
    put_member(members, ARCS(1), DER_OCTET_STRING, span_of(extension->ppid, 16));
    put_tcb(members, extension);
    put_member(members, ARCS(3), DER_OCTET_STRING, span_of(extension->pce_id, 2));
    put_member(members, ARCS(4), DER_OCTET_STRING, span_of(extension->fmspc, 6));
    put_number(members, ARCS(5), DER_ENUMERATED, extension->type);
    if (extension->platform) {
        put_member(members, ARCS(6), DER_OCTET_STRING,
                   span_of(extension->platform_instance_id, 16));
        put_configuration(members, extension);
    }
    GByteArray *whole = g_byte_array_new();
    put_item(whole, DER_SEQUENCE, span_of(members->data, members->len));
    return g_byte_array_free_to_bytes(whole);
}
