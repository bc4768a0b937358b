/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/der.h"

#include "format/date.h"

#include <glib.h>

enum { TAG_CLASS = 0xc0, TAG_CONSTRUCTED = 0x20, TAG_NUMBER = 0x1f };

/* X.690 8.2 to 8.20: of the universal types, these alone are constructed in DER. */
#define UNIVERSAL_CONSTRUCTED                                                         \
    (1u << 8 /* EXTERNAL */ | 1u << 11 /* EMBEDDED PDV */ | 1u << 16 /* SEQUENCE */ | \
     1u << 17 /* SET */ | 1u << 29 /* CHARACTER STRING */)

static bool tag_valid(uint8_t tag)
{
    unsigned number = tag & TAG_NUMBER;
    if (number == TAG_NUMBER)
        return false; /* longer tags: no format read here has them */
    if ((tag & TAG_CLASS) != 0)
        return true;
    bool constructed = (tag & TAG_CONSTRUCTED) != 0;
    return number != 0 && constructed == ((UNIVERSAL_CONSTRUCTED >> number & 1u) != 0);
}

/* X.690 10.1: definite, in as few octets as possible. */
static bool take_length(Reader *reader, size_t *out)
{
    uint8_t first;
    if (!reader_u8(reader, &first))
        return false;
    if (first < 0x80) {
        *out = first;
        return true;
    }
    Span octets;
    if (first == 0x80 || first > 0x84 || !reader_take(reader, first & 0x7fu, &octets) ||
        octets.data[0] == 0)
        return false;
    size_t length = 0;
    for (size_t i = 0; i < octets.size; i++)
        length = length << 8 | octets.data[i];
    *out = length;
    return length >= 0x80;
}

bool der_next(Reader *reader, DerItem *out)
{
    Reader ahead = *reader;
    uint8_t tag;
    size_t length;
    Span content;
    if (!reader_u8(&ahead, &tag) || !tag_valid(tag) || !take_length(&ahead, &length) ||
        !reader_take(&ahead, length, &content))
        return false;
    *out = (DerItem){
        .tag = tag,
        .content = content,
        .whole = span_of(reader->at, (size_t)(ahead.at - reader->at)),
    };
    *reader = ahead;
    return true;
}

bool der_expect(Reader *reader, uint8_t tag, DerItem *out)
{
    return reader_left(reader) > 0 && *reader->at == tag && der_next(reader, out);
}

bool der_optional(Reader *reader, uint8_t tag, DerItem *out, bool *present)
{
    *present = reader_left(reader) > 0 && *reader->at == tag;
    return !*present || der_next(reader, out);
}

bool der_at_end(const Reader *reader)
{
    return reader_left(reader) == 0;
}

bool der_boolean(Span content, bool *out)
{
    if (content.size != 1 || (content.data[0] != 0x00 && content.data[0] != 0xff))
        return false;
    *out = content.data[0] != 0;
    return true;
}

bool der_magnitude(Span content, Span *out)
{
    if (content.size == 0 || content.data[0] >= 0x80)
        return false;
    if (content.data[0] != 0 || content.size == 1) {
        *out = content;
        return true;
    }
    if (content.data[1] < 0x80)
        return false; /* a zero that no sign bit asked for */
    *out = span_of(content.data + 1, content.size - 1);
    return true;
}

bool der_unsigned(Span content, uint64_t *out)
{
    Span magnitude;
    if (!der_magnitude(content, &magnitude) || magnitude.size > sizeof *out)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < magnitude.size; i++)
        value = value << 8 | magnitude.data[i];
    *out = value;
    return true;
}

bool der_oid_valid(Span content)
{
    if (content.size == 0 || content.data[content.size - 1] >= 0x80)
        return false;
    bool starts_arc = true;
    for (size_t i = 0; i < content.size; i++) {
        if (starts_arc && content.data[i] == 0x80)
            return false;
        starts_arc = content.data[i] < 0x80;
    }
    return true;
}

/* The first encoded number holds two arcs, X.690 8.19.4. */
static void append_arc(GString *text, uint64_t arc)
{
    if (text->len > 0) {
        g_string_append_printf(text, ".%" G_GUINT64_FORMAT, arc);
        return;
    }
    uint64_t root = arc < 80 ? arc / 40 : 2;
    g_string_append_printf(text, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, root, arc - 40 * root);
}

char *der_oid_text(Span content)
{
    if (!der_oid_valid(content))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    uint64_t arc = 0;
    for (size_t i = 0; i < content.size; i++) {
        if (arc >> 57 != 0)
            return NULL;
        arc = arc << 7 | (content.data[i] & 0x7fu);
        if (content.data[i] >= 0x80)
            continue;
        append_arc(text, arc);
        arc = 0;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* X.690 8.3.2: the first nine bits are neither all zero nor all one. */
static bool integer_valid(Span content)
{
    if (content.size < 2)
        return content.size == 1;
    return !(content.data[0] == 0 && content.data[1] < 0x80) &&
           !(content.data[0] == 0xff && content.data[1] >= 0x80);
}

/* X.690 8.6.2 and 11.2: how many bits are unused, and these are zero. */
static bool bit_string_valid(Span content)
{
    if (content.size == 0 || content.data[0] > 7)
        return false;
    unsigned unused = (1u << content.data[0]) - 1;
    return content.size == 1 ? unused == 0 : (content.data[content.size - 1] & unused) == 0;
}

static bool utf8_valid(Span content)
{
    return content.size == 0 || g_utf8_validate_len((const char *)content.data, content.size, NULL);
}

/* Characters of `width` octets each, big-endian: UCS-2 or UCS-4, and Unicode. */
static bool wide_valid(Span content, size_t width)
{
    for (size_t i = 0; i + width <= content.size; i += width) {
        uint32_t character = 0;
        for (size_t j = 0; j < width; j++)
            character = character << 8 | content.data[i + j];
        if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
            return false;
    }
    return content.size % width == 0;
}

bool der_content_valid(const DerItem *item)
{
    bool boolean;
    switch (item->tag) {
    case DER_EXTERNAL:
    case DER_EMBEDDED_PDV:
    case DER_CHARACTER_STRING:
        return false;
    case DER_BOOLEAN:
        return der_boolean(item->content, &boolean);
    case DER_INTEGER:
    case DER_ENUMERATED:
        return integer_valid(item->content);
    case DER_BIT_STRING:
        return bit_string_valid(item->content);
    case DER_NULL:
        return item->content.size == 0;
    case DER_OID:
        return der_oid_valid(item->content);
    case DER_UNIVERSAL_STRING:
        return wide_valid(item->content, 4);
    case DER_BMP_STRING:
        return wide_valid(item->content, 2);
    case DER_UTF8_STRING:
        return utf8_valid(item->content);
    default:
        return true;
    }
}

bool der_bit_octets(Span content, Span *out)
{
    if (content.size == 0 || content.data[0] != 0)
        return false;
    *out = span_of(content.data + 1, content.size - 1);
    return true;
}

bool der_time(const DerItem *item, int64_t *out)
{
    if (item->tag == DER_UTC_TIME)
        return date_parse_utc_time(item->content, out);
    return item->tag == DER_GENERALIZED_TIME && date_parse_generalized_time(item->content, out);
}
