/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/quote.h"

#include "core/i18n.h"

GQuark quote_error_quark(void)
{
    return g_quark_from_static_string("mse-quote-error");
}

enum {
    ATT_KEY_ECDSA_P256 = 2,
    TEE_TYPE_TDX = 0x81,
    CERTIFICATION_QE_REPORT = 6,
    SIGNATURE_SIZE = 64,
    KEY_SIZE = 64,
};

/* One pass serves both parsing and showing: each field is taken by name, and whoever watches is
 * told where it stands. */
typedef struct Walk {
    Reader reader;
    size_t base; /* of the reader in the quote */
    QuoteVisit visit;
    void *data;
    unsigned depth;
    GError **error;
} Walk;

typedef void (*Meaning)(Span value, char *out, size_t size);

static size_t walk_offset(const Walk *walk)
{
    return walk->base + reader_offset(&walk->reader);
}

static bool refuse(Walk *walk, const char *sentence)
{
    g_set_error_literal(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE, sentence);
    return false;
}

static bool take_meant(Walk *walk, const char *field, size_t size, Span *out, Meaning meaning)
{
    size_t offset = walk_offset(walk);
    if (!reader_take(&walk->reader, size, out)) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_TRUNCATED,
                    _("the quote is cut short: %s at offset %zu needs %zu bytes and %zu are left"),
                    field, offset, size, reader_left(&walk->reader));
        return false;
    }
    if (walk->visit) {
        char text[192] = "";
        if (meaning)
            meaning(*out, text, sizeof text);
        walk->visit(field, offset, *out, text[0] ? text : NULL, walk->depth, walk->data);
    }
    return true;
}

static bool take(Walk *walk, const char *field, size_t size, Span *out)
{
    return take_meant(walk, field, size, out, NULL);
}

static bool take_copy(Walk *walk, const char *field, uint8_t *out, size_t size)
{
    Span value;
    if (!take(walk, field, size, &value))
        return false;
    memcpy(out, value.data, size);
    return true;
}

static uint64_t little_endian(Span value)
{
    uint64_t number = 0;
    for (size_t i = value.size; i-- > 0;)
        number = number << 8 | value.data[i];
    return number;
}

static void mean_number(Span value, char *out, size_t size)
{
    g_snprintf(out, size, "%" G_GUINT64_FORMAT, little_endian(value));
}

static bool take_number(Walk *walk, const char *field, size_t size, uint64_t *out, Meaning meaning)
{
    Span value;
    if (!take_meant(walk, field, size, &value, meaning ? meaning : mean_number))
        return false;
    *out = little_endian(value);
    return true;
}

static bool take_u16(Walk *walk, const char *field, uint16_t *out, Meaning meaning)
{
    uint64_t number;
    if (!take_number(walk, field, 2, &number, meaning))
        return false;
    *out = (uint16_t)number;
    return true;
}

static void mean_key_type(Span value, char *out, size_t size)
{
    const char *name =
        little_endian(value) == ATT_KEY_ECDSA_P256 ? "ECDSA-256 with P-256" : _("not supported");
    g_snprintf(out, size, "%s", name);
}

static void mean_tee_type(Span value, char *out, size_t size)
{
    uint64_t type = little_endian(value);
    const char *name = type == 0 ? "SGX" : type == TEE_TYPE_TDX ? "TDX" : _("not supported");
    g_snprintf(out, size, "%s", name);
}

static void mean_vendor(Span value, char *out, size_t size)
{
    bool intel = value.size == 16 && value.data[0] == 0x93 && value.data[1] == 0x9a;
    g_snprintf(out, size, "%s", intel ? "Intel" : _("not Intel"));
}

static void mean_body_type(Span value, char *out, size_t size)
{
    static const char *const names[] = {NULL, "SGX", "TD 1.0", "TD 1.5"};
    uint64_t type = little_endian(value);
    g_snprintf(out, size, "%s", type >= 1 && type <= 3 ? names[type] : _("not supported"));
}

static void mean_sgx_flags(Span value, char *out, size_t size)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } flags[] = {
        {SGX_FLAG_INIT, "INIT"},
        {SGX_FLAG_DEBUG, "DEBUG"},
        {SGX_FLAG_MODE64, "MODE64"},
        {SGX_FLAG_PROVISION, "PROVISION"},
        {SGX_FLAG_EINITTOKEN, "EINITTOKEN"},
        {SGX_FLAG_KSS, "KSS"},
    };
    uint64_t set = little_endian(span_of(value.data, MIN(value.size, 8)));
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (!(set & flags[i].bit))
            continue;
        if (out[0])
            g_strlcat(out, " ", size);
        g_strlcat(out, flags[i].name, size);
    }
}

static void mean_td_attributes(Span value, char *out, size_t size)
{
    static const struct {
        unsigned bit;
        const char *name;
    } flags[] = {
        {0, "DEBUG"}, {28, "SEPT_VE_DISABLE"}, {30, "PKS"}, {31, "KL"}, {63, "PERFMON"},
    };
    uint64_t set = little_endian(value);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (!(set >> flags[i].bit & 1))
            continue;
        if (out[0])
            g_strlcat(out, " ", size);
        g_strlcat(out, flags[i].name, size);
    }
}

static void mean_certification(Span value, char *out, size_t size)
{
    static const char *const names[] = {
        NULL,
        N_("PPID in plain text"),
        N_("PPID encrypted with RSA-2048"),
        N_("PPID encrypted with RSA-3072"),
        N_("PCK certificate alone"),
        N_("PCK certificate chain"),
        N_("QE report and what certifies it"),
    };
    uint64_t type = little_endian(value);
    g_snprintf(out, size, "%s",
               type >= 1 && type < G_N_ELEMENTS(names) ? _(names[type]) : _("not supported"));
}

/* A heading over the fields that follow: an empty value where they begin. */
static void heading(Walk *walk, const char *field)
{
    if (walk->visit)
        walk->visit(field, walk_offset(walk), span_of(walk->reader.at, 0), NULL, walk->depth,
                    walk->data);
    walk->depth++;
}

static bool walk_sgx_body(Walk *walk, SgxReportBody *body)
{
    Span ignored, attributes;
    uint64_t misc_select;
    if (!take_copy(walk, "cpu_svn", body->cpu_svn, sizeof body->cpu_svn) ||
        !take_number(walk, "misc_select", 4, &misc_select, NULL) ||
        !take(walk, "reserved", 12, &ignored) ||
        !take_copy(walk, "isv_ext_prod_id", body->isv_ext_prod_id, 16) ||
        !take_meant(walk, "attributes", 16, &attributes, mean_sgx_flags) ||
        !take_copy(walk, "mr_enclave", body->mr_enclave, 32) ||
        !take(walk, "reserved", 32, &ignored) ||
        !take_copy(walk, "mr_signer", body->mr_signer, 32) ||
        !take(walk, "reserved", 32, &ignored) ||
        !take_copy(walk, "config_id", body->config_id, 64) ||
        !take_u16(walk, "isv_prod_id", &body->isv_prod_id, NULL) ||
        !take_u16(walk, "isv_svn", &body->isv_svn, NULL) ||
        !take_u16(walk, "config_svn", &body->config_svn, NULL) ||
        !take(walk, "reserved", 42, &ignored) ||
        !take_copy(walk, "isv_family_id", body->isv_family_id, 16) ||
        !take_copy(walk, "report_data", body->report_data, 64))
        return false;
    body->misc_select = (uint32_t)misc_select;
    memcpy(body->attributes, attributes.data, 16);
    body->flags = little_endian(span_of(attributes.data, 8));
    body->xfrm = little_endian(span_of(attributes.data + 8, 8));
    return true;
}

static bool walk_td_body(Walk *walk, TdReportBody *body, bool v1_5)
{
    static const char *const rt_mr[] = {"rt_mr0", "rt_mr1", "rt_mr2", "rt_mr3"};
    Span attributes;
    if (!take_copy(walk, "tee_tcb_svn", body->tee_tcb_svn, 16) ||
        !take_copy(walk, "mr_seam", body->mr_seam, 48) ||
        !take_copy(walk, "mr_signer_seam", body->mr_signer_seam, 48) ||
        !take_copy(walk, "seam_attributes", body->seam_attributes, 8) ||
        !take_meant(walk, "td_attributes", 8, &attributes, mean_td_attributes) ||
        !take_copy(walk, "xfam", body->xfam, 8) || !take_copy(walk, "mr_td", body->mr_td, 48) ||
        !take_copy(walk, "mr_config_id", body->mr_config_id, 48) ||
        !take_copy(walk, "mr_owner", body->mr_owner, 48) ||
        !take_copy(walk, "mr_owner_config", body->mr_owner_config, 48))
        return false;
    memcpy(body->td_attributes, attributes.data, 8);
    for (unsigned i = 0; i < 4; i++)
        if (!take_copy(walk, rt_mr[i], body->rt_mr[i], 48))
            return false;
    if (!take_copy(walk, "report_data", body->report_data, 64))
        return false;
    return !v1_5 || (take_copy(walk, "tee_tcb_svn2", body->tee_tcb_svn2, 16) &&
                     take_copy(walk, "mr_service_td", body->mr_service_td, 48));
}

static bool walk_tee_type(Walk *walk, Quote *out)
{
    uint64_t type;
    if (out->version == 3) {
        if (!take_number(walk, "reserved", 4, &type, NULL))
            return false;
        if (type != 0)
            return refuse(walk, _("the reserved bytes at offset 4 of a version 3 quote are not 0"));
        out->tee = TEE_SGX;
        return true;
    }
    if (!take_number(walk, "tee_type", 4, &type, mean_tee_type))
        return false;
    if (type != 0 && type != TEE_TYPE_TDX)
        return refuse(walk, _("the TEE type at offset 4 is neither SGX (0) nor TDX (0x81)"));
    out->tee = type == 0 ? TEE_SGX : TEE_TDX;
    return true;
}

static bool walk_header(Walk *walk, Quote *out)
{
    bool v3;
    heading(walk, "header");
    if (!take_u16(walk, "version", &out->version, NULL))
        return false;
    if (out->version < 3 || out->version > 5) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE,
                    _("quote version %u at offset 0: versions 3, 4 and 5 can be verified"),
                    out->version);
        return false;
    }
    if (!take_u16(walk, "att_key_type", &out->att_key_type, mean_key_type))
        return false;
    if (out->att_key_type != ATT_KEY_ECDSA_P256) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE,
                    _("attestation key type %u at offset 2: only 2, ECDSA-256 with P-256, can be "
                      "verified"),
                    out->att_key_type);
        return false;
    }
    v3 = out->version == 3;
    if (!walk_tee_type(walk, out) ||
        !take_u16(walk, v3 ? "qe_svn" : "reserved", &out->qe_svn, NULL) ||
        !take_u16(walk, v3 ? "pce_svn" : "reserved", &out->pce_svn, NULL))
        return false;
    Span vendor;
    if (!take_meant(walk, "qe_vendor_id", 16, &vendor, mean_vendor))
        return false;
    memcpy(out->qe_vendor_id, vendor.data, 16);
    if (!take_copy(walk, "user_data", out->user_data, sizeof out->user_data))
        return false;
    walk->depth--;
    return true;
}

/* v5 names its body; v3 and v4 imply it. */
static bool walk_body_type(Walk *walk, Quote *out)
{
    static const uint32_t sizes[] = {
        [BODY_SGX] = SGX_REPORT_BODY_SIZE,
        [BODY_TD_1_0] = TD_REPORT_1_0_SIZE,
        [BODY_TD_1_5] = TD_REPORT_1_5_SIZE,
    };
    uint16_t type;
    uint64_t size;
    out->body_type = out->tee == TEE_SGX ? BODY_SGX : BODY_TD_1_0;
    if (out->version != 5)
        return true;
    if (!take_u16(walk, "body_type", &type, mean_body_type) ||
        !take_number(walk, "body_size", 4, &size, NULL))
        return false;
    if (type < BODY_SGX || type > BODY_TD_1_5)
        return refuse(walk, _("the body type at offset 48 is none of 1 (SGX), 2 (TD 1.0) and 3 "
                              "(TD 1.5)"));
    if ((out->tee == TEE_SGX) != (type == BODY_SGX))
        return refuse(walk, _("the body type at offset 48 contradicts the TEE type at offset 4"));
    if (size != sizes[type])
        return refuse(walk, _("the body size at offset 50 is not that of the body type"));
    out->body_type = (BodyType)type;
    return true;
}

static bool walk_body(Walk *walk, Quote *out)
{
    bool ok;
    if (!walk_body_type(walk, out))
        return false;
    heading(walk, out->body_type == BODY_SGX ? "sgx_report_body" : "td_report_body");
    if (out->body_type == BODY_SGX)
        ok = walk_sgx_body(walk, &out->body.sgx);
    else
        ok = walk_td_body(walk, &out->body.td, out->body_type == BODY_TD_1_5);
    walk->depth--;
    return ok;
}

static bool walk_qe_report(Walk *walk, Quote *out)
{
    const uint8_t *start = walk->reader.at;
    heading(walk, "qe_report");
    if (!walk_sgx_body(walk, &out->qe_report))
        return false;
    out->qe_report_raw = span_of(start, SGX_REPORT_BODY_SIZE);
    walk->depth--;
    return true;
}

static bool walk_certification(Walk *walk, Quote *out)
{
    uint64_t size;
    if (!take_u16(walk, "certification_type", &out->certification_type, mean_certification) ||
        !take_number(walk, "certification_size", 4, &size, NULL))
        return false;
    if (out->certification_type < 1 || out->certification_type > 5) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE,
                    _("certification data type %u is unknown: 5, a PCK certificate chain, is "
                      "expected"),
                    out->certification_type);
        return false;
    }
    return take(walk, "certification_data", (size_t)size, &out->certification_data);
}

static bool walk_certified_qe(Walk *walk, Quote *out)
{
    uint16_t auth_size;
    if (!walk_qe_report(walk, out) ||
        !take(walk, "qe_report_signature", SIGNATURE_SIZE, &out->qe_report_signature) ||
        !take_u16(walk, "qe_auth_data_size", &auth_size, NULL))
        return false;
    if (auth_size != QE_AUTH_DATA_SIZE) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE,
                    _("the QE's authentication data has %u bytes; %d are expected"), auth_size,
                    QE_AUTH_DATA_SIZE);
        return false;
    }
    return take(walk, "qe_auth_data", auth_size, &out->qe_auth_data) &&
           walk_certification(walk, out);
}

/* Continues inside the next `size` bytes alone; `inner` then stands where they begin. */
static bool enter(Walk *walk, size_t size, Walk *inner)
{
    Span content;
    *inner = *walk;
    inner->base = walk_offset(walk);
    if (!reader_take(&walk->reader, size, &content)) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_TRUNCATED,
                    _("the quote is cut short: %zu bytes are announced at offset %zu and %zu are "
                      "left"),
                    size, inner->base, reader_left(&walk->reader));
        return false;
    }
    inner->reader = reader_on(content);
    return true;
}

/* v4 and v5 wrap everything about the QE in certification data of type 6, filled exactly. */
static bool walk_wrapped_qe(Walk *walk, Quote *out)
{
    uint16_t type;
    uint64_t size;
    Walk inner;
    if (!take_u16(walk, "outer_certification_type", &type, mean_certification) ||
        !take_number(walk, "outer_certification_size", 4, &size, NULL))
        return false;
    if (type != CERTIFICATION_QE_REPORT) {
        g_set_error(walk->error, QUOTE_ERROR, QUOTE_ERROR_VALUE,
                    _("the outer certification data has type %u; 6, a QE report, is expected"),
                    type);
        return false;
    }
    if (!enter(walk, (size_t)size, &inner) || !walk_certified_qe(&inner, out))
        return false;
    if (reader_left(&inner.reader) > 0)
        return refuse(walk, _("the inner certification data does not fill the outer one"));
    if (reader_left(&walk->reader) > 0)
        return refuse(walk, _("the certification data does not fill the signature data"));
    return true;
}

static bool walk_auth_data(Walk *walk, Quote *out)
{
    uint64_t size;
    Walk inner;
    if (!take_number(walk, "auth_data_size", 4, &size, NULL))
        return false;
    if (!enter(walk, (size_t)size, &inner))
        return false;
    heading(&inner, "auth_data");
    if (!take(&inner, "signature", SIGNATURE_SIZE, &out->signature) ||
        !take(&inner, "attestation_key", KEY_SIZE, &out->attestation_key))
        return false;
    if (out->version > 3)
        return walk_wrapped_qe(&inner, out);
    if (!walk_certified_qe(&inner, out))
        return false;
    out->unsigned_slack = reader_left(&inner.reader);
    Span slack;
    return out->unsigned_slack == 0 || take(&inner, "unsigned_slack", out->unsigned_slack, &slack);
}

static bool walk_quote(Span bytes, Quote *out, QuoteVisit visit, void *data, GError **error)
{
    Span whole = bytes.data ? bytes : span_of("", 0);
    Walk walk = {.reader = reader_on(whole), .visit = visit, .data = data, .error = error};
    Span trailing;
    memset(out, 0, sizeof *out);
    if (!walk_header(&walk, out) || !walk_body(&walk, out))
        return false;
    out->signed_part = span_of(whole.data, reader_offset(&walk.reader));
    if (!walk_auth_data(&walk, out))
        return false;
    out->size = reader_offset(&walk.reader);
    out->trailing_bytes = reader_left(&walk.reader);
    return out->trailing_bytes == 0 ||
           take(&walk, "trailing_bytes", out->trailing_bytes, &trailing);
}

bool quote_parse(Span bytes, Quote *out, GError **error)
{
    return walk_quote(bytes, out, NULL, NULL, error);
}

bool quote_walk(Span bytes, QuoteVisit visit, void *data, GError **error)
{
    Quote quote;
    return walk_quote(bytes, &quote, visit, data, error);
}
