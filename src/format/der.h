/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strict DER on Reader (X.690): definite minimal lengths, single-byte tags, canonical BOOLEAN and
 * INTEGER, nothing after the end. Sources: X.690, RFC 5280. Held to d2i_X509 by a differential
 * test.
 */
#ifndef MSE_FORMAT_DER_H
#define MSE_FORMAT_DER_H

#include "core/reader.h"

typedef enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_EXTERNAL = 0x28,
    DER_EMBEDDED_PDV = 0x2b,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CHARACTER_STRING = 0x3d,
} DerTag;
#define DER_CONTEXT(n)             (0x80 | (n))
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

typedef struct DerItem {
    uint8_t tag;
    Span content; /* the value */
    Span whole;   /* tag, length and value: what signatures cover */
} DerItem;

/* Takes the next item, whatever its tag. False, and nothing taken, when it is not strict DER. */
bool der_next(Reader *reader, DerItem *out);

/* Takes the next item, which must have this tag. */
bool der_expect(Reader *reader, uint8_t tag, DerItem *out);

/* Takes the next item only when it has this tag; `present` says. False when it is malformed. */
bool der_optional(Reader *reader, uint8_t tag, DerItem *out, bool *present);

/* True when every byte was taken. */
bool der_at_end(const Reader *reader);

/* False when a value of a universal primitive type has content that its type cannot have: for
 * values whose type the format leaves open. True of other classes, of SEQUENCE and of SET; false of
 * the three other constructed types, whose inside nothing here reads. */
bool der_content_valid(const DerItem *item);

bool der_boolean(Span content, bool *out);
/* A non-negative INTEGER that fits 64 bits; minimal encoding. */
bool der_unsigned(Span content, uint64_t *out);
/* A non-negative INTEGER without its leading zero; minimal encoding. For serials, r and s. */
bool der_magnitude(Span content, Span *out);
/* Well-formed OID content (minimal arcs). */
bool der_oid_valid(Span content);
/* OID content equals the encoded constant. */
#define der_oid_is(content, literal) span_equal((content), span_of((literal), sizeof(literal) - 1))
/* Dotted text, e.g. "1.2.840.113741.1.13.1". NULL when malformed or an arc exceeds 64 bits. Free
 * with g_free. */
char *der_oid_text(Span content);
/* BIT STRING of whole octets (no unused bits). */
bool der_bit_octets(Span content, Span *out);
/* UTCTime or GeneralizedTime to Unix seconds. */
bool der_time(const DerItem *item, int64_t *out);

#endif
