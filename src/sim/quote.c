/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/quote.h"

#include "sim/crypto.h"

#include <string.h>

enum {
    SIGNATURE_SIZE = 64,
    REPORT_BODY_SIZE = 384,
    TD_1_0_SIZE = 584,
    TD_1_5_SIZE = 648,
    TEE_TYPE_TDX = 0x81,
    CERTIFICATION_CHAIN = 5,
    CERTIFICATION_QE_REPORT = 6,
};

/* INIT, MODE64; for the quoting enclave PROVISION too. */
enum { FLAGS = 0x05, DEBUG_FLAG = 0x02, QE_FLAGS = 0x15 };

static const uint8_t INTEL_VENDOR_ID[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                            0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

static void measurement(uint8_t *out, size_t size, const char *of)
{
    g_autofree char *text = g_strdup_printf("SIMULATED %s", of);
    uint8_t digest[32];
    digest_sha256(span_of(text, strlen(text)), digest);
    for (size_t i = 0; i < size; i++)
        out[i] = digest[i % sizeof digest];
}

static void sgx_fields(SgxFields *fields, const Platform *platform)
{
    *fields = (SgxFields){.flags = FLAGS, .xfrm = 0xe7, .isv_prod_id = 0, .isv_svn = 1};
    memcpy(fields->cpu_svn, platform->recipe.sgx.cpu_svn, sizeof fields->cpu_svn);
    measurement(fields->mr_enclave, sizeof fields->mr_enclave, "MRENCLAVE");
    key_mrsigner(platform->keys[KEY_ENCLAVE_SIGNER], fields->mr_signer);
}

static void td_fields(TdFields *fields)
{
    *fields = (TdFields){
        .tee_tcb_svn = {5, 1, 2},
        .tee_tcb_svn2 = {5, 1, 2},
        .td_attributes = {0, 0, 0, 0x10}, /* SEPT_VE_DISABLE */
        .xfam = {0xe7, 0x02, 0x06},
    };
    measurement(fields->mr_seam, sizeof fields->mr_seam, "MRSEAM");
    measurement(fields->mr_td, sizeof fields->mr_td, "MRTD");
    static const char *const names[] = {"RTMR0", "RTMR1", "RTMR2", "RTMR3"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        measurement(fields->rt_mr[i], sizeof fields->rt_mr[i], names[i]);
}

void quote_recipe_init(QuoteRecipe *recipe, const Platform *platform, SimTee tee, unsigned version,
                       bool td_1_5)
{
    *recipe = (QuoteRecipe){
        .tee = tee,
        .version = (uint16_t)version,
        .version_written = (uint16_t)version,
        .td_1_5 = td_1_5,
        .key_type = 2,
        .tee_type = tee == SIM_TDX ? TEE_TYPE_TDX : 0,
        .auth_data_size = 32,
        .certification_type = CERTIFICATION_CHAIN,
        .chain = {CERTIFICATE_PCK, platform_pck_issuer(platform), CERTIFICATE_ROOT},
        .n_chain = 3,
    };
    memcpy(recipe->vendor_id, INTEL_VENDOR_ID, sizeof recipe->vendor_id);
    sgx_fields(&recipe->sgx, platform);
    td_fields(&recipe->td);
    recipe->qe = (SgxFields){
        .flags = QE_FLAGS,
        .xfrm = 0xe7,
        .isv_prod_id = tee == SIM_TDX ? 2 : 1,
        .isv_svn = (uint16_t)platform->recipe.qe_isv_svn,
    };
    memcpy(recipe->qe.cpu_svn, platform->recipe.sgx.cpu_svn, sizeof recipe->qe.cpu_svn);
    memcpy(recipe->qe.mr_signer, platform->recipe.qe_mr_signer[tee], 32);
    measurement(recipe->qe.mr_enclave, sizeof recipe->qe.mr_enclave, "QE");
    quote_recipe_set_debug(recipe, platform->recipe.spec.debug);
}

void quote_recipe_set_debug(QuoteRecipe *recipe, bool debug)
{
    recipe->sgx.flags = debug ? FLAGS | DEBUG_FLAG : FLAGS;
    recipe->td.td_attributes[0] = debug ? 1 : 0;
}

static void put(GByteArray *out, const void *data, size_t size)
{
    g_byte_array_append(out, data, (guint)size);
}

static void put_zeros(GByteArray *out, size_t size)
{
    const guint at = out->len;
    g_byte_array_set_size(out, at + (guint)size);
    memset(out->data + at, 0, size);
}

static void put_number(GByteArray *out, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)(value >> (8 * i));
        put(out, &byte, 1);
    }
}

/* A buffer set later: number at a known place. */
static void write_u32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void put_header(GByteArray *out, const QuoteRecipe *recipe)
{
    put_number(out, recipe->version_written, 2);
    put_number(out, recipe->key_type, 2);
    put_number(out, recipe->tee_type, 4);
    put_number(out, recipe->version == 3 ? recipe->qe.isv_svn : 0, 2);
    put_number(out, recipe->version == 3 ? 13 : 0, 2);
    put(out, recipe->vendor_id, sizeof recipe->vendor_id);
    uint8_t user_data[20] = {0};
    measurement(user_data, 16, "QE identifier");
    put(out, user_data, sizeof user_data);
}

static void put_report_body(GByteArray *out, const SgxFields *fields, const uint8_t data[64])
{
    put(out, fields->cpu_svn, sizeof fields->cpu_svn);
    put_number(out, fields->misc_select, 4);
    put_zeros(out, 28); /* reserved, isv_ext_prod_id */
    put_number(out, fields->flags, 8);
    put_number(out, fields->xfrm, 8);
    put(out, fields->mr_enclave, sizeof fields->mr_enclave);
    put_zeros(out, 32);
    put(out, fields->mr_signer, sizeof fields->mr_signer);
    put_zeros(out, 96); /* reserved, config_id */
    put_number(out, fields->isv_prod_id, 2);
    put_number(out, fields->isv_svn, 2);
    put_zeros(out, 60); /* config_svn, reserved, isv_family_id */
    put(out, data, 64);
}

static void put_td_report(GByteArray *out, const QuoteRecipe *recipe)
{
    const TdFields *td = &recipe->td;
    put(out, td->tee_tcb_svn, sizeof td->tee_tcb_svn);
    put(out, td->mr_seam, sizeof td->mr_seam);
    put(out, td->mr_signer_seam, sizeof td->mr_signer_seam);
    put(out, td->seam_attributes, sizeof td->seam_attributes);
    put(out, td->td_attributes, sizeof td->td_attributes);
    put(out, td->xfam, sizeof td->xfam);
    put(out, td->mr_td, sizeof td->mr_td);
    put_zeros(out, 144); /* mr_config_id, mr_owner, mr_owner_config */
    put(out, td->rt_mr, sizeof td->rt_mr);
    put(out, recipe->report_data, sizeof recipe->report_data);
    if (recipe->td_1_5) {
        put(out, td->tee_tcb_svn2, sizeof td->tee_tcb_svn2);
        put(out, td->mr_service_td, sizeof td->mr_service_td);
    }
}

/* What the attestation key signs. Returns where the body begins. */
static guint put_signed_part(GByteArray *out, const QuoteRecipe *recipe)
{
    put_header(out, recipe);
    if (recipe->version >= 5) {
        const bool tdx = recipe->tee == SIM_TDX;
        put_number(out, !tdx ? 1 : recipe->td_1_5 ? 3 : 2, 2);
        put_number(out, !tdx ? REPORT_BODY_SIZE : recipe->td_1_5 ? TD_1_5_SIZE : TD_1_0_SIZE, 4);
    }
    const guint body = out->len;
    if (recipe->tee == SIM_TDX)
        put_td_report(out, recipe);
    else
        put_report_body(out, &recipe->sgx, recipe->report_data);
    return body;
}

static void attestation_point(const QuoteRecipe *recipe, const Platform *platform, uint8_t out[64])
{
    key_point(platform->keys[KEY_ATTESTATION], out);
    if (recipe->point_off_curve)
        out[63] ^= 1;
}

static void put_qe_report(GByteArray *out, const QuoteRecipe *recipe, const Platform *platform,
                          Span point)
{
    g_autoptr(GByteArray) auth_data = g_byte_array_new();
    for (unsigned i = 0; i < recipe->auth_data_size; i++)
        put_number(auth_data, i, 1);

    g_autoptr(GByteArray) bound = g_byte_array_new();
    put(bound, point.data, point.size);
    put(bound, auth_data->data, auth_data->len);
    uint8_t data[64] = {0};
    digest_sha256(span_of(bound->data, bound->len), data);
    if (recipe->wrong_qe_report_data)
        data[0] ^= 1;

    g_autoptr(GByteArray) report = g_byte_array_new();
    put_report_body(report, &recipe->qe, data);
    uint8_t signature[SIGNATURE_SIZE];
    key_sign(platform->keys[CERTIFICATE_PCK], span_of(report->data, report->len), signature);
    if (recipe->break_qe_signature)
        signature[63] ^= 1;
    put(out, report->data, report->len);
    put(out, signature, sizeof signature);
    put_number(out, recipe->auth_data_size, 2);
    put(out, auth_data->data, auth_data->len);
}

static void put_chain(GByteArray *out, const QuoteRecipe *recipe, const Platform *platform)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < recipe->n_chain; i++) {
        g_autofree char *pem = platform_chain_pem(platform, &recipe->chain[i], 1);
        g_string_append(text, pem);
        if (i == 0 && recipe->between != NULL)
            g_string_append(text, recipe->between);
    }
    put_number(out, recipe->certification_type, 2);
    put_number(out, text->len + 1, 4);
    put(out, text->str, text->len + 1);
}

static void put_certification(GByteArray *out, const QuoteRecipe *recipe, const Platform *platform,
                              Span point)
{
    g_autoptr(GByteArray) inner = g_byte_array_new();
    put_qe_report(inner, recipe, platform, point);
    put_chain(inner, recipe, platform);
    if (recipe->version >= 4) {
        put_number(out, CERTIFICATION_QE_REPORT, 2);
        put_number(out, inner->len, 4);
    }
    put(out, inner->data, inner->len);
}

GBytes *quote_make(const QuoteRecipe *recipe, const Platform *platform)
{
    GByteArray *quote = g_byte_array_new();
    const guint body = put_signed_part(quote, recipe);
    uint8_t signature[SIGNATURE_SIZE], point[64];
    key_sign(platform->keys[KEY_ATTESTATION], span_of(quote->data, quote->len), signature);
    if (recipe->signature_zero)
        memset(signature, 0, 32);
    if (recipe->break_signature)
        signature[63] ^= 1;
    if (recipe->break_measurement)
        quote->data[body + (recipe->tee == SIM_TDX ? 136 : 64)] ^= 1;

    const guint length_at = quote->len;
    put_zeros(quote, 4);
    put(quote, signature, sizeof signature);
    attestation_point(recipe, platform, point);
    put(quote, point, sizeof point);
    put_certification(quote, recipe, platform, span_of(point, sizeof point));
    write_u32(quote->data + length_at,
              quote->len - length_at - 4 + (uint32_t)recipe->auth_length_change);
    g_byte_array_set_size(quote, quote->len - (guint)recipe->cut);
    return g_byte_array_free_to_bytes(quote);
}
