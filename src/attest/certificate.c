/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/certificate.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "format/der.h"

GQuark certificate_error_quark(void)
{
    return g_quark_from_static_string("mse-certificate-error");
}

enum {
    VERSION_3 = 2,        /* as it is encoded */
    MAX_SERIAL_SIZE = 20, /* RFC 5280, 4.1.2.2 */
    NAME_URI = 6,         /* GeneralName's tag */
};

#define OID_COMMON_NAME  "\x55\x04\x03"
#define OID_EC_KEY       "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_P256         "\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_P384         "\x2b\x81\x04\x00\x22"
#define OID_ECDSA_SHA256 "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OID_ECDSA_SHA384 "\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define OID_ECDSA_SHA512 "\x2a\x86\x48\xce\x3d\x04\x03\x04"

static bool malformed(const Certificate *certificate, const char *part, const uint8_t *at,
                      GError **error)
{
    g_set_error(error, CERTIFICATE_ERROR, CERTIFICATE_ERROR_FORM,
                _("the certificate is malformed at its %s, offset %zu"), part,
                (size_t)(at - certificate->der.data));
    return false;
}

static bool string_tag(uint8_t tag)
{
    switch (tag) {
    case DER_UTF8_STRING:
    case DER_PRINTABLE_STRING:
    case DER_T61_STRING:
    case DER_IA5_STRING:
    case DER_BMP_STRING:
    case DER_UNIVERSAL_STRING:
        return true;
    default:
        return false;
    }
}

static bool attribute_parse(Reader *set, Span *common_name, unsigned *n_common_names)
{
    DerItem attribute, type, value;
    if (!der_expect(set, DER_SEQUENCE, &attribute))
        return false;
    Reader reader = reader_on(attribute.content);
    if (!der_expect(&reader, DER_OID, &type) || !der_oid_valid(type.content) ||
        !der_next(&reader, &value) || !string_tag(value.tag) || !der_content_valid(&value) ||
        !der_at_end(&reader))
        return false;
    if (der_oid_is(type.content, OID_COMMON_NAME)) {
        bool wide = value.tag == DER_BMP_STRING || value.tag == DER_UNIVERSAL_STRING;
        (*n_common_names)++;
        *common_name = wide ? span_of(NULL, 0) : value.content;
    }
    return true;
}

bool name_parse(Span name_content, Span *common_name)
{
    Reader names = reader_on(name_content);
    unsigned n_common_names = 0;
    *common_name = span_of(NULL, 0);
    while (!der_at_end(&names)) {
        DerItem set;
        if (!der_expect(&names, DER_SET, &set) || set.content.size == 0)
            return false;
        Reader attributes = reader_on(set.content);
        while (!der_at_end(&attributes))
            if (!attribute_parse(&attributes, common_name, &n_common_names))
                return false;
    }
    if (n_common_names != 1)
        *common_name = span_of(NULL, 0);
    return true;
}

SignatureAlgorithm signature_algorithm_of(Span content)
{
    Reader reader = reader_on(content);
    DerItem oid;
    /* RFC 5758, 3.2: parameters are absent. */
    if (!der_expect(&reader, DER_OID, &oid) || !der_at_end(&reader))
        return SIGNATURE_OTHER;
    if (der_oid_is(oid.content, OID_ECDSA_SHA256))
        return SIGNATURE_ECDSA_SHA256;
    if (der_oid_is(oid.content, OID_ECDSA_SHA384))
        return SIGNATURE_ECDSA_SHA384;
    if (der_oid_is(oid.content, OID_ECDSA_SHA512))
        return SIGNATURE_ECDSA_SHA512;
    return SIGNATURE_OTHER;
}

static bool algorithm_valid(Span content)
{
    Reader reader = reader_on(content);
    DerItem item;
    if (!der_expect(&reader, DER_OID, &item) || !der_oid_valid(item.content))
        return false;
    return der_at_end(&reader) ||
           (der_next(&reader, &item) && der_content_valid(&item) && der_at_end(&reader));
}

static KeyKind curve_kind(Span algorithm)
{
    Reader reader = reader_on(algorithm);
    DerItem type, curve;
    if (!der_expect(&reader, DER_OID, &type) || !der_oid_is(type.content, OID_EC_KEY) ||
        !der_expect(&reader, DER_OID, &curve) || !der_at_end(&reader))
        return KEY_OTHER;
    if (der_oid_is(curve.content, OID_P256))
        return KEY_P256;
    return der_oid_is(curve.content, OID_P384) ? KEY_P384 : KEY_OTHER;
}

static bool spki_parse(Span content, Certificate *out)
{
    Reader reader = reader_on(content);
    DerItem algorithm, bits;
    Span octets;
    if (!der_expect(&reader, DER_SEQUENCE, &algorithm) || !algorithm_valid(algorithm.content) ||
        !der_expect(&reader, DER_BIT_STRING, &bits) || !der_bit_octets(bits.content, &octets) ||
        !der_at_end(&reader))
        return false;
    out->key_kind = curve_kind(algorithm.content);
    out->point = out->key_kind == KEY_OTHER ? span_of(NULL, 0) : octets;
    return true;
}

bool extension_next(Reader *reader, ExtensionItem *out)
{
    DerItem sequence, oid, critical, value;
    bool has_critical;
    if (!der_expect(reader, DER_SEQUENCE, &sequence))
        return false;
    Reader inner = reader_on(sequence.content);
    out->critical = false;
    if (!der_expect(&inner, DER_OID, &oid) || !der_oid_valid(oid.content) ||
        !der_optional(&inner, DER_BOOLEAN, &critical, &has_critical) ||
        (has_critical && !der_boolean(critical.content, &out->critical)) ||
        !der_expect(&inner, DER_OCTET_STRING, &value) || !der_at_end(&inner))
        return false;
    out->oid = oid.content;
    out->value = value.content;
    out->whole = sequence.whole;
    return true;
}

bool extension_authority_key_id(Span value, Span *key_id)
{
    Reader outer = reader_on(value);
    DerItem sequence, id, item;
    bool present;
    *key_id = span_of(NULL, 0);
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    Reader inner = reader_on(sequence.content);
    if (!der_optional(&inner, DER_CONTEXT(0), &id, &present))
        return false;
    if (present)
        *key_id = id.content;
    while (!der_at_end(&inner))
        if (!der_next(&inner, &item))
            return false;
    return true;
}

static bool read_authority_key_id(Certificate *out, Span value)
{
    return extension_authority_key_id(value, &out->authority_key_id);
}

static bool read_subject_key_id(Certificate *out, Span value)
{
    Reader reader = reader_on(value);
    DerItem item;
    if (!der_expect(&reader, DER_OCTET_STRING, &item) || !der_at_end(&reader))
        return false;
    out->subject_key_id = item.content;
    return true;
}

/* Bits are numbered from the most significant of the first octet. */
static bool read_key_usage(Certificate *out, Span value)
{
    Reader reader = reader_on(value);
    DerItem bits;
    if (!der_expect(&reader, DER_BIT_STRING, &bits) || !der_at_end(&reader))
        return false;
    if (bits.content.size < 2 || bits.content.size > 3 || bits.content.data[0] > 7)
        return false;
    unsigned unused = (1u << bits.content.data[0]) - 1;
    if (bits.content.data[bits.content.size - 1] & unused)
        return false;
    for (unsigned bit = 0; bit < 8 * (bits.content.size - 1); bit++)
        if (bits.content.data[1 + bit / 8] >> (7 - bit % 8) & 1)
            out->key_usage |= 1u << bit;
    return true;
}

static bool read_basic_constraints(Certificate *out, Span value)
{
    Reader outer = reader_on(value);
    DerItem sequence, ca, length;
    bool has_ca;
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    Reader inner = reader_on(sequence.content);
    if (!der_optional(&inner, DER_BOOLEAN, &ca, &has_ca) ||
        (has_ca && !der_boolean(ca.content, &out->ca)) ||
        !der_optional(&inner, DER_INTEGER, &length, &out->has_path_length) ||
        (out->has_path_length && !der_unsigned(length.content, &out->path_length)))
        return false;
    return der_at_end(&inner);
}

/* DistributionPoint { [0] { [0] { [6] URI … } }, … }: the first URI, if any. */
static bool distribution_point_url(Span content, Span *url)
{
    Reader point = reader_on(content);
    DerItem name, full, item;
    bool present;
    if (!der_optional(&point, DER_CONTEXT_CONSTRUCTED(0), &name, &present))
        return false;
    while (!der_at_end(&point))
        if (!der_next(&point, &item))
            return false;
    if (!present)
        return true;
    Reader choice = reader_on(name.content);
    if (!der_optional(&choice, DER_CONTEXT_CONSTRUCTED(0), &full, &present))
        return false;
    if (!present)
        return true;
    Reader names = reader_on(full.content);
    while (!der_at_end(&names)) {
        if (!der_next(&names, &item))
            return false;
        if (item.tag == DER_CONTEXT(NAME_URI) && url->size == 0)
            *url = item.content;
    }
    return true;
}

static bool read_crl_distribution(Certificate *out, Span value)
{
    Reader outer = reader_on(value);
    DerItem sequence, point;
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    Reader points = reader_on(sequence.content);
    while (!der_at_end(&points))
        if (!der_expect(&points, DER_SEQUENCE, &point) ||
            !distribution_point_url(point.content, &out->crl_url))
            return false;
    return true;
}

static bool read_sgx(Certificate *out, Span value)
{
    out->sgx = value;
    return true;
}

static bool read_quote(Certificate *out, Span value)
{
    if (out->quote.data) /* which of two would be meant? */
        return false;
    out->quote = value;
    return true;
}

#define OID(text)                                 \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const struct {
    Span oid;
    bool (*read)(Certificate *, Span);
} extension_table[N_CERTIFICATE_EXTENSIONS] = {
    [EXTENSION_AUTHORITY_KEY_ID] = {OID("\x55\x1d\x23"), read_authority_key_id},
    [EXTENSION_SUBJECT_KEY_ID] = {OID("\x55\x1d\x0e"), read_subject_key_id},
    [EXTENSION_KEY_USAGE] = {OID("\x55\x1d\x0f"), read_key_usage},
    [EXTENSION_BASIC_CONSTRAINTS] = {OID("\x55\x1d\x13"), read_basic_constraints},
    [EXTENSION_CRL_DISTRIBUTION] = {OID("\x55\x1d\x1f"), read_crl_distribution},
    [EXTENSION_SGX] = {OID("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"), read_sgx},
    [EXTENSION_QUOTE_SGX] = {OID("\x2a\x86\x48\x86\xf8\x4d\x8a\x39\x06"), read_quote},
    [EXTENSION_QUOTE_TDX] = {OID("\x2a\x86\x48\x86\xf8\x4d\x8a\x39\x08"), read_quote},
};

static bool seen_before(Span extensions, const ExtensionItem *item)
{
    Reader reader = reader_on(extensions);
    ExtensionItem earlier;
    while (extension_next(&reader, &earlier) && earlier.whole.data != item->whole.data)
        if (span_equal(earlier.oid, item->oid))
            return true;
    return false;
}

static bool read_extension(Certificate *out, const ExtensionItem *item)
{
    for (unsigned i = 0; i < N_CERTIFICATE_EXTENSIONS; i++) {
        if (!span_equal(item->oid, extension_table[i].oid))
            continue;
        if (certificate_has(out, (CertificateExtension)i))
            return false;
        out->present |= 1u << i;
        return extension_table[i].read(out, item->value);
    }
    if (item->critical)
        out->critical_unknown = true;
    return !seen_before(out->extensions, item);
}

static bool extensions_parse(Reader *tbs, Certificate *out, GError **error)
{
    DerItem explicit_tag, sequence;
    bool present;
    const uint8_t *at = tbs->at;
    if (!der_optional(tbs, DER_CONTEXT_CONSTRUCTED(3), &explicit_tag, &present))
        return malformed(out, _("extensions"), at, error);
    if (!present)
        return true;
    Reader outer = reader_on(explicit_tag.content);
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer) ||
        sequence.content.size == 0)
        return malformed(out, _("extensions"), at, error);
    out->extensions = sequence.content;
    Reader reader = reader_on(sequence.content);
    for (size_t n = 0; !der_at_end(&reader); n++) {
        ExtensionItem item;
        at = reader.at;
        if (n == limit_row(LIMIT_EXTENSIONS)->maximum || !extension_next(&reader, &item) ||
            !read_extension(out, &item))
            return malformed(out, _("extensions"), at, error);
    }
    return true;
}

static bool version_and_serial(Reader *tbs, Certificate *out, GError **error)
{
    DerItem explicit_tag, item;
    uint64_t version;
    const uint8_t *at = tbs->at;
    if (!der_expect(tbs, DER_CONTEXT_CONSTRUCTED(0), &explicit_tag))
        return malformed(out, _("version"), at, error);
    Reader inner = reader_on(explicit_tag.content);
    if (!der_expect(&inner, DER_INTEGER, &item) || !der_unsigned(item.content, &version) ||
        !der_at_end(&inner) || version != VERSION_3)
        return malformed(out, _("version"), at, error);
    at = tbs->at;
    if (!der_expect(tbs, DER_INTEGER, &item) || !der_magnitude(item.content, &out->serial) ||
        out->serial.size > MAX_SERIAL_SIZE)
        return malformed(out, _("serial number"), at, error);
    return true;
}

static bool named(Reader *tbs, Certificate *out, const char *part, Span *name, Span *common_name,
                  GError **error)
{
    DerItem item;
    const uint8_t *at = tbs->at;
    if (!der_expect(tbs, DER_SEQUENCE, &item) || !name_parse(item.content, common_name))
        return malformed(out, part, at, error);
    *name = item.whole;
    return true;
}

static bool validity(Reader *tbs, Certificate *out, GError **error)
{
    DerItem item, from, until;
    const uint8_t *at = tbs->at;
    if (!der_expect(tbs, DER_SEQUENCE, &item))
        return malformed(out, _("validity"), at, error);
    Reader inner = reader_on(item.content);
    if (!der_next(&inner, &from) || !der_time(&from, &out->not_before) ||
        !der_next(&inner, &until) || !der_time(&until, &out->not_after) || !der_at_end(&inner))
        return malformed(out, _("validity"), at, error);
    return true;
}

static bool tbs_parse(Span content, Certificate *out, Span *algorithm, GError **error)
{
    Reader tbs = reader_on(content);
    DerItem item;
    const uint8_t *at;
    if (!version_and_serial(&tbs, out, error))
        return false;
    at = tbs.at;
    if (!der_expect(&tbs, DER_SEQUENCE, &item) || !algorithm_valid(item.content))
        return malformed(out, _("signature algorithm"), at, error);
    *algorithm = item.content;
    if (!named(&tbs, out, _("issuer"), &out->issuer, &out->issuer_cn, error) ||
        !validity(&tbs, out, error) ||
        !named(&tbs, out, _("subject"), &out->subject, &out->subject_cn, error))
        return false;
    at = tbs.at;
    if (!der_expect(&tbs, DER_SEQUENCE, &item) || !spki_parse(item.content, out))
        return malformed(out, _("public key"), at, error);
    out->spki = item.whole;
    if (!extensions_parse(&tbs, out, error))
        return false;
    return der_at_end(&tbs) || malformed(out, _("end"), tbs.at, error);
}

bool certificate_parse(Span der, Certificate *out, GError **error)
{
    DerItem certificate, tbs, algorithm, bits;
    Span inner_algorithm = {0};
    *out = (Certificate){.der = der.data ? der : span_of("", 0)};
    Reader outer = reader_on(out->der);
    if (!der_expect(&outer, DER_SEQUENCE, &certificate) || !der_at_end(&outer))
        return malformed(out, _("outermost SEQUENCE"), out->der.data, error);
    Reader reader = reader_on(certificate.content);
    if (!der_expect(&reader, DER_SEQUENCE, &tbs))
        return malformed(out, _("signed part"), reader.at, error);
    out->tbs = tbs.whole;
    if (!tbs_parse(tbs.content, out, &inner_algorithm, error))
        return false;
    const uint8_t *at = reader.at;
    if (!der_expect(&reader, DER_SEQUENCE, &algorithm) ||
        !span_equal(algorithm.content, inner_algorithm))
        return malformed(out, _("signature algorithm"), at, error);
    out->signature_algorithm = signature_algorithm_of(algorithm.content);
    at = reader.at;
    if (!der_expect(&reader, DER_BIT_STRING, &bits) ||
        !der_bit_octets(bits.content, &out->signature) || !der_at_end(&reader))
        return malformed(out, _("signature"), at, error);
    return true;
}

bool certificate_cn_is(const Certificate *certificate, const char *name)
{
    return span_equal(certificate->subject_cn, span_of(name, strlen(name)));
}
