/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What kind of file it is, by its content. Only enough is looked at to choose who reads it: a file
 * that looks like one of ours and is malformed gets a failed check that says where.
 */
#include "config.h"

#include "app/evidence.h"
#include "app/verification_private.h"
#include "core/i18n.h"
#include "format/der.h"
#include "format/json_pull.h"

static const uint8_t intel_vendor_id[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                            0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

const char *input_kind_name(InputKind kind)
{
    static const char *const names[] = {
        [INPUT_PLAIN] = N_("file"),
        [INPUT_EVIDENCE] = N_("evidence"),
        [INPUT_QUOTE] = N_("quote"),
        [INPUT_CERTIFICATE] = N_("certificate"),
        [INPUT_COLLATERAL] = N_("collateral"),
        [INPUT_HOST] = N_("server"),
        [INPUT_EXPORT] = N_("export"),
        [INPUT_CRL] = N_("CRL"),
    };
    return names[kind];
}

static bool contains(Span text, const char *word)
{
    return text.size > 0 && memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* Intel's vendor id, or a header that nothing else begins with and room for a report. */
static bool is_quote(Span content)
{
    if (content.size < QUOTE_HEADER_SIZE)
        return false;
    if (memcmp(content.data + 12, intel_vendor_id, sizeof intel_vendor_id) == 0)
        return true;
    Reader reader = reader_on(content);
    uint16_t version = 0, key_type = 0;
    reader_u16le(&reader, &version);
    reader_u16le(&reader, &key_type);
    return version >= 3 && version <= 5 && (key_type == 2 || key_type == 3) &&
           content.size >= QUOTE_HEADER_SIZE + SGX_REPORT_BODY_SIZE;
}

/* Certificate and CRL are both SEQUENCE { tbs SEQUENCE, algorithm SEQUENCE, signature }; the tbs of
 * a certificate begins with [0] version, that of a CRL with INTEGER version (RFC 5280, 4.1, 5.1).
 */
static InputKind kind_of_der(Span content)
{
    DerItem outer, tbs, first;
    Reader reader = reader_on(content);
    if (!der_expect(&reader, DER_SEQUENCE, &outer))
        return INPUT_PLAIN;
    Reader inside = reader_on(outer.content);
    if (!der_expect(&inside, DER_SEQUENCE, &tbs))
        return INPUT_PLAIN;
    Reader members = reader_on(tbs.content);
    if (!der_next(&members, &first))
        return INPUT_PLAIN;
    if (first.tag == DER_CONTEXT_CONSTRUCTED(0))
        return INPUT_CERTIFICATE;
    DerItem algorithm;
    if (first.tag == DER_INTEGER && der_expect(&members, DER_SEQUENCE, &algorithm))
        return INPUT_CRL;
    return INPUT_PLAIN;
}

static InputKind kind_of_json(Span content)
{
    /* By a word of theirs, so that a torn file is still told apart from a foreign one. */
    if (contains(content, "\"" EXPORT_MARK "\""))
        return INPUT_EXPORT;
    if (contains(content, "\"ratls_certificate\""))
        return INPUT_EVIDENCE;
    if (contains(content, "\"tcb_info\"") && contains(content, "\"qe_identity\""))
        return INPUT_COLLATERAL;
    return INPUT_PLAIN;
}

static Span without_leading_space(Span text)
{
    while (text.size > 0 && g_ascii_isspace((char)*text.data))
        text = span_of(text.data + 1, text.size - 1);
    return text;
}

InputKind verification_recognise(Span content)
{
    Span text = without_leading_space(content);
    if (text.size > 0 && *text.data == '{')
        return kind_of_json(text);
    if (is_quote(content))
        return INPUT_QUOTE;
    if (content.size > 0 && *content.data == DER_SEQUENCE)
        return kind_of_der(content);
    if (contains(content, "-----BEGIN CERTIFICATE-----"))
        return INPUT_CERTIFICATE;
    if (contains(content, "-----BEGIN X509 CRL-----"))
        return INPUT_CRL;
    return INPUT_PLAIN;
}
