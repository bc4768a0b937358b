/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/crl.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "format/der.h"

GQuark crl_error_quark(void)
{
    return g_quark_from_static_string("mse-crl-error");
}

enum {
    VERSION_2 = 1, /* as it is encoded */
};

#define OID_CRL_NUMBER       "\x55\x1d\x14"
#define OID_AUTHORITY_KEY_ID "\x55\x1d\x23"

static bool malformed(const Crl *crl, const char *part, const uint8_t *at, GError **error)
{
    g_set_error(error, CRL_ERROR, CRL_ERROR_FORM,
                _("the revocation list is malformed at its %s, offset %zu"), part,
                (size_t)(at - crl->der.data));
    return false;
}

/* A critical entry extension could shift the entry to another issuer: not known, not read. */
static bool entry_extensions_valid(Span content)
{
    Reader reader = reader_on(content);
    ExtensionItem item;
    while (!der_at_end(&reader))
        if (!extension_next(&reader, &item) || item.critical)
            return false;
    return content.size > 0;
}

bool crl_entry_next(Reader *reader, CrlEntry *out)
{
    DerItem entry, serial, date, extensions;
    bool present;
    if (der_at_end(reader) || !der_expect(reader, DER_SEQUENCE, &entry))
        return false;
    Reader inner = reader_on(entry.content);
    out->whole = entry.whole;
    return der_expect(&inner, DER_INTEGER, &serial) &&
           der_magnitude(serial.content, &out->serial) && der_next(&inner, &date) &&
           der_time(&date, &out->revoked_at) &&
           der_optional(&inner, DER_SEQUENCE, &extensions, &present) &&
           (!present || entry_extensions_valid(extensions.content)) && der_at_end(&inner);
}

static bool revoked_parse(Reader *tbs, Crl *out, GError **error)
{
    DerItem list;
    CrlEntry entry;
    bool present;
    const uint8_t *at = tbs->at;
    if (!der_optional(tbs, DER_SEQUENCE, &list, &present))
        return malformed(out, _("entries"), at, error);
    if (!present)
        return true;
    out->revoked = list.content;
    Reader reader = reader_on(list.content);
    while (!der_at_end(&reader)) {
        at = reader.at;
        if (!crl_entry_next(&reader, &entry) || ++out->n_revoked > limit_bytes(LIMIT_CRL_ENTRIES))
            return malformed(out, _("entries"), at, error);
    }
    return true;
}

static bool number_parse(Span value, Crl *out)
{
    Reader reader = reader_on(value);
    DerItem number;
    if (out->has_number || !der_expect(&reader, DER_INTEGER, &number) || !der_at_end(&reader))
        return false;
    out->has_number = true;
    return der_magnitude(number.content, &out->number);
}

static bool extension_parse(const ExtensionItem *item, Crl *out)
{
    if (der_oid_is(item->oid, OID_CRL_NUMBER))
        return number_parse(item->value, out);
    if (der_oid_is(item->oid, OID_AUTHORITY_KEY_ID)) {
        if (out->has_authority_key_id)
            return false;
        out->has_authority_key_id = true;
        return extension_authority_key_id(item->value, &out->authority_key_id);
    }
    return !item->critical;
}

static bool extensions_parse(Reader *tbs, Crl *out, GError **error)
{
    DerItem explicit_tag, sequence;
    bool present;
    const uint8_t *at = tbs->at;
    if (!der_optional(tbs, DER_CONTEXT_CONSTRUCTED(0), &explicit_tag, &present))
        return malformed(out, _("extensions"), at, error);
    if (!present)
        return true;
    Reader outer = reader_on(explicit_tag.content);
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return malformed(out, _("extensions"), at, error);
    out->extensions = sequence.content;
    Reader reader = reader_on(sequence.content);
    while (!der_at_end(&reader)) {
        ExtensionItem item;
        at = reader.at;
        if (!extension_next(&reader, &item) || !extension_parse(&item, out))
            return malformed(out, _("extensions"), at, error);
    }
    return true;
}

static bool updates_parse(Reader *tbs, Crl *out, GError **error)
{
    DerItem this_update, next_update;
    const uint8_t *at = tbs->at;
    /* nextUpdate is optional in RFC 5280 and demanded by Intel's profile: without it a list would
     * be good for ever. */
    if (!der_next(tbs, &this_update) || !der_time(&this_update, &out->this_update) ||
        !der_next(tbs, &next_update) || !der_time(&next_update, &out->next_update))
        return malformed(out, _("dates"), at, error);
    return true;
}

static bool tbs_parse(Span content, Crl *out, Span *algorithm, GError **error)
{
    Reader tbs = reader_on(content);
    DerItem item;
    uint64_t version;
    if (!der_expect(&tbs, DER_INTEGER, &item) || !der_unsigned(item.content, &version) ||
        version != VERSION_2)
        return malformed(out, _("version"), content.data, error);
    const uint8_t *at = tbs.at;
    if (!der_expect(&tbs, DER_SEQUENCE, &item))
        return malformed(out, _("signature algorithm"), at, error);
    *algorithm = item.content;
    at = tbs.at;
    if (!der_expect(&tbs, DER_SEQUENCE, &item) || !name_parse(item.content, &out->issuer_cn))
        return malformed(out, _("issuer"), at, error);
    out->issuer = item.whole;
    if (!updates_parse(&tbs, out, error) || !revoked_parse(&tbs, out, error) ||
        !extensions_parse(&tbs, out, error))
        return false;
    return der_at_end(&tbs) || malformed(out, _("end"), tbs.at, error);
}

bool crl_parse(Span der, Crl *out, GError **error)
{
    DerItem list, tbs, algorithm, bits;
    Span inner_algorithm = {0};
    *out = (Crl){.der = der.data ? der : span_of("", 0)};
    Reader outer = reader_on(out->der);
    if (!der_expect(&outer, DER_SEQUENCE, &list) || !der_at_end(&outer))
        return malformed(out, _("outermost SEQUENCE"), out->der.data, error);
    Reader reader = reader_on(list.content);
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

bool crl_revokes(const Crl *crl, Span serial)
{
    Reader reader = reader_on(crl->revoked);
    CrlEntry entry;
    while (crl_entry_next(&reader, &entry))
        if (span_equal(entry.serial, serial))
            return true;
    return false;
}
