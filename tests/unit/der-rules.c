/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "der-rules.h"

#include "core/limits.h"

#include <glib.h>
#include <openssl/x509v3.h>

/* Canonical header, canonical BOOLEAN, INTEGER, OID and bits, characters: X.690 8 and 11. */
static bool primitive_is_der(int tag, const uint8_t *content, long size)
{
    bool arc_begins = true;
    switch (tag) {
    case V_ASN1_BOOLEAN:
        return size == 1 && (content[0] == 0 || content[0] == 0xff);
    case V_ASN1_INTEGER:
        return size > 0 && !(size > 1 && ((content[0] == 0 && content[1] < 0x80) ||
                                          (content[0] == 0xff && content[1] >= 0x80)));
    case V_ASN1_OBJECT:
        for (long i = 0; i < size; i++) {
            if (arc_begins && content[i] == 0x80)
                return false;
            arc_begins = content[i] < 0x80;
        }
        return size > 0 && arc_begins;
    case V_ASN1_BIT_STRING:
        return size > 0 && content[0] < 8 &&
               (size == 1 ? content[0] == 0 : (content[size - 1] & ((1u << content[0]) - 1)) == 0);
    case V_ASN1_UTF8STRING:
        return size == 0 || g_utf8_validate_len((const char *)content, (gsize)size, NULL);
    case V_ASN1_BMPSTRING:
        for (long i = 0; i + 1 < size; i += 2) {
            if ((content[i] & 0xf8) == 0xd8)
                return false;
        }
        return true;
    default:
        return true;
    }
}

static bool header_is_der(const uint8_t *at, const uint8_t *content, int object, int tag, int class,
                          long size)
{
    bool constructed = (object & V_ASN1_CONSTRUCTED) != 0;
    bool may_be = tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET;
    uint8_t canonical[16], *end = canonical;
    if ((object & 1) != 0 || tag >= 31 || size > INT_MAX ||
        (class == V_ASN1_UNIVERSAL && (tag == V_ASN1_EOC || constructed != may_be)))
        return false;
    ASN1_put_object(&end, constructed, (int)size, tag, class);
    return end - canonical == content - at && memcmp(canonical, at, (size_t)(end - canonical)) == 0;
}

static bool is_der(const uint8_t *at, long left, unsigned depth)
{
    enum { DEEPEST = 32 };
    while (left > 0) {
        const uint8_t *content = at;
        long size;
        int tag, class;
        int object = ASN1_get_object(&content, &size, &tag, &class, left);
        if ((object & 0x80) != 0 || depth > DEEPEST ||
            !header_is_der(at, content, object, tag, class, size))
            return false;
        if ((object & V_ASN1_CONSTRUCTED) != 0
                ? !is_der(content, size, depth + 1)
                : class == V_ASN1_UNIVERSAL && !primitive_is_der(tag, content, size))
            return false;
        if (class == V_ASN1_UNIVERSAL && tag == V_ASN1_SET && size == 0)
            return false;
        left -= (content - at) + size;
        at = content + size;
    }
    return true;
}

static bool rule_not_der(const X509 *x509, Span der)
{
    (void)x509;
    return !is_der(der.data, (long)der.size, 0);
}

static bool rule_not_version_3(const X509 *x509, Span der)
{
    (void)der;
    return X509_get_version(x509) != 2;
}

static bool rule_serial(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER || ASN1_STRING_length(serial) > 20;
}

static bool rule_two_algorithms(const X509 *x509, Span der)
{
    (void)der;
    const X509_ALGOR *outer;
    X509_get0_signature(NULL, &outer, x509);
    return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) != 0;
}

/* RFC 5280 4.1.2.5: seconds, "Z", and a day that exists. */
static bool odd_time(const ASN1_TIME *time)
{
    int digits = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 12 : 14;
    return ASN1_STRING_length(time) != digits + 1 || ASN1_STRING_get0_data(time)[digits] != 'Z' ||
           !ASN1_TIME_check(time);
}

static bool rule_time(const X509 *x509, Span der)
{
    (void)der;
    return odd_time(X509_get0_notBefore(x509)) || odd_time(X509_get0_notAfter(x509));
}

static bool odd_name(const X509_NAME *name)
{
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        switch (ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)))) {
        case V_ASN1_UTF8STRING:
        case V_ASN1_PRINTABLESTRING:
        case V_ASN1_T61STRING:
        case V_ASN1_IA5STRING:
        case V_ASN1_BMPSTRING:
        case V_ASN1_UNIVERSALSTRING:
            continue;
        default:
            return true;
        }
    }
    return false;
}

static bool rule_name_type(const X509 *x509, Span der)
{
    (void)der;
    return odd_name(X509_get_issuer_name(x509)) || odd_name(X509_get_subject_name(x509));
}

/* A BIT STRING's first content octet counts unused bits; keys and signatures are octets. */
static bool rule_unused_bits(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_BIT_STRING *signature;
    X509_get0_signature(&signature, NULL, x509);
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x509);
    return (signature->flags & 7) != 0 || (key != NULL && (key->flags & 7) != 0);
}

static bool rule_unique_ids(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_BIT_STRING *issuer, *subject;
    X509_get0_uids(x509, &issuer, &subject);
    return issuer != NULL || subject != NULL;
}

static bool rule_no_extensions(const X509 *x509, Span der)
{
    (void)der;
    return X509_get0_extensions(x509) != NULL && X509_get_ext_count(x509) == 0;
}

static bool rule_many_extensions(const X509 *x509, Span der)
{
    (void)der;
    return X509_get_ext_count(x509) > (int)limit_row(LIMIT_EXTENSIONS)->maximum;
}

static bool rule_extension_twice(const X509 *x509, Span der)
{
    (void)der;
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        const ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));
        if (X509_get_ext_by_OBJ(x509, oid, i) >= 0)
            return true;
    }
    return false;
}

/* Extensions that ours reads into. */
static bool is_read(int nid)
{
    return nid == NID_authority_key_identifier || nid == NID_subject_key_identifier ||
           nid == NID_key_usage || nid == NID_basic_constraints ||
           nid == NID_crl_distribution_points;
}

/* OpenSSL cannot read it either, or takes what is not DER: more than 16 bits of usage, a path
 * length below zero. */
static bool odd_extension(X509_EXTENSION *extension)
{
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (!is_read(nid))
        return false;
    const uint8_t *bytes = ASN1_STRING_get0_data(value);
    int size = ASN1_STRING_length(value);
    if (!is_der(bytes, size, 0) || (nid == NID_key_usage && (size < 4 || size > 5)))
        return true;
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
    void *read = X509V3_EXT_d2i(extension);
    bool odd = read == NULL;
    if (read != NULL && nid == NID_key_usage)
        odd = (bytes[3 + size - 4] & ((1u << (bytes[2] & 7)) - 1)) != 0;
    if (read != NULL && nid == NID_basic_constraints) {
        const ASN1_INTEGER *most = ((const BASIC_CONSTRAINTS *)read)->pathlen;
        odd = most != NULL &&
              (ASN1_STRING_type(most) == V_ASN1_NEG_INTEGER || ASN1_STRING_length(most) > 8);
    }
    if (read != NULL)
        ASN1_item_free(read, ASN1_ITEM_ptr(method->it));
    return odd;
}

static bool rule_extension_form(const X509 *x509, Span der)
{
    (void)der;
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        if (odd_extension(X509_get_ext(x509, i)))
            return true;
    }
    return false;
}

static const struct {
    const char *name;
    bool (*explains)(const X509 *x509, Span der);
} rules[] = {
    {"an encoding that is not DER", rule_not_der},
    {"not version 3", rule_not_version_3},
    {"serial negative or longer than 20 octets", rule_serial},
    {"two signature algorithms", rule_two_algorithms},
    {"a time of another form, or a day that does not exist", rule_time},
    {"a name of another string type", rule_name_type},
    {"unused bits in a key or signature", rule_unused_bits},
    {"unique identifiers", rule_unique_ids},
    {"extensions, and none in them", rule_no_extensions},
    {"too many extensions", rule_many_extensions},
    {"an extension twice", rule_extension_twice},
    {"a malformed extension", rule_extension_form},
};

size_t n_der_rules(void)
{
    return G_N_ELEMENTS(rules);
}

const char *der_rule_name(size_t rule)
{
    return rules[rule].name;
}

bool der_rule_explains(size_t rule, const X509 *x509, Span der)
{
    return rules[rule].explains(x509, der);
}
