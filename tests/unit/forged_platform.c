/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "forged_documents.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

static const uint8_t fmspc[6] = {0x30, 0x60, 0x6a, 0, 0, 0};
static const uint8_t vendor[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                   0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};
enum { QE_SIGNER_BYTE = 0x8c };

/* ---- DER by hand, for the SGX extension ---- */

static GByteArray *der(uint8_t tag, const void *content, size_t size)
{
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, &tag, 1);
    if (size < 0x80) {
        uint8_t length = (uint8_t)size;
        g_byte_array_append(out, &length, 1);
    } else {
        uint8_t length[3] = {0x82, (uint8_t)(size >> 8), (uint8_t)size};
        g_byte_array_append(out, length, 3);
    }
    g_byte_array_append(out, content, (guint)size);
    return out;
}

static void join(GByteArray *to, GByteArray *part)
{
    g_byte_array_append(to, part->data, part->len);
    g_byte_array_unref(part);
}

static GByteArray *wrap(uint8_t tag, GByteArray *content)
{
    GByteArray *out = der(tag, content->data, content->len);
    g_byte_array_unref(content);
    return out;
}

/* SEQUENCE { OID 1.2.840.113741.1.13.1.<arc>[.<sub>], value } */
static GByteArray *sgx_member(uint8_t arc, uint8_t sub, GByteArray *value)
{
    uint8_t oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, arc, sub};
    GByteArray *member = der(0x06, oid, sub ? sizeof oid : sizeof oid - 1);
    join(member, value);
    return wrap(0x30, member);
}

static GByteArray *sgx_extension(void)
{
    static const uint8_t zero[16];
    const uint8_t pce_svn = FORGED_PCESVN, type = 0;
    GByteArray *tcb = g_byte_array_new(), *all = g_byte_array_new();
    for (uint8_t i = 0; i < 16; i++)
        join(tcb, sgx_member(2, i + 1, der(0x02, &forged_platform_svn[i], 1)));
    join(tcb, sgx_member(2, 17, der(0x02, &pce_svn, 1)));
    join(tcb, sgx_member(2, 18, der(0x04, forged_platform_svn, 16)));
    join(all, sgx_member(1, 0, der(0x04, zero, 16)));
    join(all, sgx_member(2, 0, wrap(0x30, tcb)));
    join(all, sgx_member(3, 0, der(0x04, zero, 2)));
    join(all, sgx_member(4, 0, der(0x04, fmspc, 6)));
    join(all, sgx_member(5, 0, der(0x0a, &type, 1)));
    return wrap(0x30, all);
}

/* ---- keys and signatures ---- */

static EVP_PKEY *key_on(const char *curve)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    g_assert_nonnull(key);
    return key;
}

static EVP_PKEY *new_key(void)
{
    return key_on("P-256");
}

static void public_point(EVP_PKEY *key, uint8_t out[65])
{
    size_t size = 0;
    g_assert_true(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out, 65, &size));
    g_assert_cmpuint(size, ==, 65);
}

static void sign_raw(EVP_PKEY *key, const void *message, size_t size, uint8_t out[64])
{
    uint8_t signature[80];
    size_t signature_size = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    g_assert_true(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key));
    g_assert_true(EVP_DigestSign(context, signature, &signature_size, message, size));
    EVP_MD_CTX_free(context);
    const unsigned char *at = signature;
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)signature_size);
    g_assert_nonnull(parsed);
    BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + 32, 32);
    ECDSA_SIG_free(parsed);
}

/* ---- certificates and lists ---- */

static void add_text_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    g_assert_nonnull(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void add_raw_extension(X509 *certificate, const char *oid, const void *data, size_t size)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(octets, data, (int)size);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}

static X509 *new_certificate(const char *name, long serial, EVP_PKEY *key, X509 *issuer)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
    ASN1_TIME_set(X509_getm_notBefore(certificate), FORGED_NOW - 1000 * FORGED_DAY);
    ASN1_TIME_set(X509_getm_notAfter(certificate), FORGED_NOW + 1000 * FORGED_DAY);
    X509_set_pubkey(certificate, key);
    return certificate;
}

/* What the profile demands, but for what the edit takes away or puts in its place. */
static void add_profile(X509 *certificate, X509 *issuer, const CertificateEdit *edit,
                        const char *constraints, const char *usage)
{
    const struct {
        int nid;
        const char *value;
    } rows[] = {
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid,issuer"},
        {NID_crl_distribution_points, "URI:https://example.org/root.crl"},
        {NID_key_usage, edit && edit->usage ? edit->usage : usage},
        {NID_basic_constraints, edit && edit->constraints ? edit->constraints : constraints},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!edit || edit->without != rows[i].nid)
            add_text_extension(certificate, issuer, rows[i].nid, rows[i].value);
    if (edit && edit->unknown)
        add_text_extension(certificate, issuer, NID_netscape_comment, edit->unknown);
    if (edit && edit->from)
        ASN1_TIME_set(X509_getm_notBefore(certificate), edit->from);
    if (edit && edit->until)
        ASN1_TIME_set(X509_getm_notAfter(certificate), edit->until);
}

static const CertificateEdit *edit_of(const Forgery *forgery, ForgedCertificate which)
{
    return forgery->certificate.which == which ? &forgery->certificate : NULL;
}

static const char *name_of(const Forgery *forgery, ForgedCertificate which, const char *name)
{
    const CertificateEdit *edit = edit_of(forgery, which);
    return edit && edit->name ? edit->name : name;
}

static void add_authority(X509_CRL *crl, X509 *issuer)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *authority =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid,issuer");
    X509_CRL_add_ext(crl, authority, -1);
    X509_EXTENSION_free(authority);
}

static GBytes *crl_der(X509 *issuer, EVP_PKEY *key, int64_t days, long revoked, bool number,
                       const CrlEdit *edit)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_new();
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer));
    int64_t from = edit && edit->from ? edit->from : FORGED_NOW - 10 * FORGED_DAY;
    int64_t until = edit && edit->until ? edit->until : FORGED_NOW + days * FORGED_DAY;
    X509_CRL_set1_lastUpdate(crl, ASN1_TIME_set(time, from));
    X509_CRL_set1_nextUpdate(crl, ASN1_TIME_set(time, until));
    if (edit && edit->revoked)
        revoked = edit->revoked;
    if (revoked) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_INTEGER_set(serial, revoked);
        X509_REVOKED_set_serialNumber(entry, serial);
        X509_REVOKED_set_revocationDate(entry, time);
        X509_CRL_add0_revoked(crl, entry);
        ASN1_INTEGER_free(serial);
    }
    if (!edit || edit->without != NID_authority_key_identifier)
        add_authority(crl, issuer);
    if (number && (!edit || edit->without != NID_crl_number)) {
        ASN1_INTEGER *one = ASN1_INTEGER_new();
        ASN1_INTEGER_set(one, 1);
        X509_CRL_add1_ext_i2d(crl, NID_crl_number, one, 0, 0);
        ASN1_INTEGER_free(one);
    }
    g_assert_true(X509_CRL_sign(crl, key, EVP_sha256()));
    unsigned char *out = NULL;
    int size = i2d_X509_CRL(crl, &out);
    GBytes *bytes = g_bytes_new(out, (gsize)size);
    OPENSSL_free(out);
    ASN1_TIME_free(time);
    X509_CRL_free(crl);
    return bytes;
}

static void append_pem(GString *to, X509 *certificate)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *text;
    PEM_write_bio_X509(memory, certificate);
    long size = BIO_get_mem_data(memory, &text);
    g_string_append_len(to, text, size);
    BIO_free(memory);
}

/* ---- the platform ---- */

typedef struct Platform {
    const Forgery *forgery;
    EVP_PKEY *root_key, *ca_key, *leaf_key, *signer_key, *attestation_key, *tls_key;
    X509 *root, *ca, *leaf, *signer;
} Platform;

enum {
    SERIAL_ROOT = FORGED_ROOT,
    SERIAL_CA = FORGED_CA,
    SERIAL_LEAF = FORGED_LEAF,
    SERIAL_SIGNER = FORGED_SIGNER,
    SERIAL_TLS,
};

static void platform_init(Platform *p, const Forgery *forgery)
{
    Flaw flaw = forgery->flaw;
    EVP_PKEY **keys[] = {&p->root_key,   &p->ca_key,          &p->leaf_key,
                         &p->signer_key, &p->attestation_key, &p->tls_key};
    p->forgery = forgery;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        *keys[i] = new_key();
    if (forgery->tls_curve) {
        EVP_PKEY_free(p->tls_key);
        p->tls_key = key_on(forgery->tls_curve);
    }
    p->root = new_certificate("Root of a test", SERIAL_ROOT, p->root_key, NULL);
    add_profile(p->root, p->root, edit_of(forgery, FORGED_ROOT), "critical,CA:TRUE,pathlen:1",
                "critical,keyCertSign,cRLSign");
    X509_sign(p->root, p->root_key, EVP_sha256());
    p->ca = new_certificate(name_of(forgery, FORGED_CA, "Intel SGX PCK Platform CA"), SERIAL_CA,
                            p->ca_key, p->root);
    add_profile(p->ca, p->root, edit_of(forgery, FORGED_CA),
                flaw == FLAW_CA_NOT_CA ? "critical,CA:FALSE" : "critical,CA:TRUE,pathlen:0",
                "critical,keyCertSign,cRLSign");
    X509_sign(p->ca, p->root_key, EVP_sha256());
    p->leaf =
        new_certificate(name_of(forgery, FORGED_LEAF,
                                flaw == FLAW_LEAF_NAME ? "Somebody" : "Intel SGX PCK Certificate"),
                        SERIAL_LEAF, p->leaf_key, p->ca);
    add_profile(p->leaf, p->ca, edit_of(forgery, FORGED_LEAF), "critical,CA:FALSE",
                "critical,digitalSignature");
    GByteArray *sgx = sgx_extension();
    add_raw_extension(p->leaf, "1.2.840.113741.1.13.1", sgx->data, sgx->len);
    g_byte_array_unref(sgx);
    X509_sign(p->leaf, p->ca_key, EVP_sha256());
    p->signer = new_certificate(name_of(forgery, FORGED_SIGNER, "Intel SGX TCB Signing"),
                                SERIAL_SIGNER, p->signer_key, p->root);
    add_profile(p->signer, p->root, edit_of(forgery, FORGED_SIGNER), "critical,CA:FALSE",
                "critical,digitalSignature");
    X509_sign(p->signer, p->root_key, EVP_sha256());
}

static void platform_clear(Platform *p)
{
    EVP_PKEY *keys[] = {p->root_key,   p->ca_key,          p->leaf_key,
                        p->signer_key, p->attestation_key, p->tls_key};
    X509 *certificates[] = {p->root, p->ca, p->leaf, p->signer};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        EVP_PKEY_free(keys[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(certificates); i++)
        X509_free(certificates[i]);
}

/* ---- collateral ---- */

static GBytes *signed_document(Platform *p, const char *json, bool flawed, GBytes **signature)
{
    uint8_t raw[64];
    sign_raw(p->signer_key, json, strlen(json), raw);
    if (flawed)
        raw[40] ^= 1;
    *signature = g_bytes_new(raw, sizeof raw);
    return g_bytes_new(json, strlen(json));
}

static long root_crl_serial(Flaw flaw)
{
    return flaw == FLAW_CA_REVOKED ? SERIAL_CA : flaw == FLAW_SIGNER_REVOKED ? SERIAL_SIGNER : 0;
}

static const CrlEdit *crl_edit_of(const Forgery *forgery, ForgedCertificate issuer)
{
    return forgery->crl.issuer == issuer ? &forgery->crl : NULL;
}

static Collateral *forged_collateral(Platform *p)
{
    const Forgery *forgery = p->forgery;
    Flaw flaw = forgery->flaw;
    Collateral *out = collateral_new("forged");
    g_autofree char *info = forged_tcb_info(forgery);
    g_autofree char *identity = forged_qe_identity(forgery);
    g_autoptr(GString) chain = g_string_new(NULL);
    append_pem(chain, p->signer);
    if (!forgery->signer_only)
        append_pem(chain, p->root);
    out->signer_only = forgery->signer_only;
    out->tcb_info = signed_document(p, info, flaw == FLAW_TCB_SIGNATURE, &out->tcb_info_signature);
    out->qe_identity =
        signed_document(p, identity, flaw == FLAW_IDENTITY_SIGNATURE, &out->qe_identity_signature);
    out->tcb_info_chain = g_bytes_new(chain->str, chain->len);
    out->qe_identity_chain = g_bytes_ref(out->tcb_info_chain);
    out->root_crl = crl_der(p->root, p->root_key, 300, root_crl_serial(flaw), true,
                            crl_edit_of(forgery, FORGED_ROOT));
    out->pck_crl = crl_der(p->ca, flaw == FLAW_CRL_BY_ROOT ? p->root_key : p->ca_key, 20,
                           flaw == FLAW_LEAF_REVOKED ? SERIAL_LEAF : 0,
                           flaw != FLAW_CRL_WITHOUT_NUMBER, crl_edit_of(forgery, FORGED_CA));
    return out;
}

/* ---- quotes ---- */

static void put(GByteArray *to, const void *data, size_t size)
{
    g_byte_array_append(to, data, (guint)size);
}

static void put_number(GByteArray *to, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(number >> (8 * i));
        put(to, &byte, 1);
    }
}

static void fill(uint8_t *out, uint8_t value, size_t size)
{
    memset(out, value, size);
}

/* The list ends at a change that changes nothing. */
static void edit_bytes(uint8_t *bytes, const ByteEdit edits[MAX_EDITS])
{
    for (unsigned i = 0; i < MAX_EDITS && (edits[i].at != 0 || edits[i].value != 0); i++)
        bytes[edits[i].at] = edits[i].value;
}

static void sgx_body(uint8_t out[384], bool debug, const uint8_t report_data[64])
{
    memset(out, 0, 384);
    out[48] = (uint8_t)(0x05 | (debug ? 2 : 0));
    fill(out + 64, 0x11, 32);  /* MRENCLAVE */
    fill(out + 128, 0x22, 32); /* MRSIGNER */
    out[256] = 7;              /* ISVPRODID */
    out[258] = 3;              /* ISVSVN */
    memcpy(out + 320, report_data, 64);
}

static void qe_body(Platform *p, uint8_t out[384], const uint8_t auth[32])
{
    Flaw flaw = p->forgery->flaw;
    uint8_t point[65], hashed[64 + 32], report_data[64] = {0};
    public_point(p->attestation_key, point);
    memcpy(hashed, point + 1, 64);
    memcpy(hashed + 64, auth, 32);
    SHA256(hashed, sizeof hashed, report_data);
    if (flaw == FLAW_QE_REPORT_DATA)
        report_data[5] ^= 1;
    memset(out, 0, 384);
    out[48] = (uint8_t)(0x11 | (flaw == FLAW_QE_DEBUG ? 2 : 0));
    out[128] = (uint8_t)(QE_SIGNER_BYTE ^ (flaw == FLAW_QE_SIGNER));
    out[256] = 1;
    out[258] = FORGED_QE_SVN;
    memcpy(out + 320, report_data, 64);
    edit_bytes(out, p->forgery->qe);
}

static void put_td_body(GByteArray *to, const Forgery *forgery, const uint8_t report_data[64])
{
    uint8_t body[584] = {0};
    static const uint8_t none[48];
    memcpy(body, forged_td_svn, 16);
    body[120] = forgery->flaw == FLAW_DEBUG; /* TD attributes */
    body[123] = forgery->flaw == FLAW_SEPT_VE ? 0 : 0x10;
    fill(body + 136, 0x33, 48); /* MRTD */
    for (unsigned i = 0; i < 4; i++)
        fill(body + 328 + 48 * i, (uint8_t)(0x40 + i), 48);
    memcpy(body + 520, report_data, 64);
    put(to, body, sizeof body);
    if (forgery->version == 5) {
        put(to, forged_td_svn_now, 16);
        put(to, none, 48);
    }
}

static void put_body(GByteArray *to, const Forgery *forgery, const uint8_t report_data[64])
{
    uint8_t body[384];
    if (forged_is_tdx(forgery)) {
        put_td_body(to, forgery, report_data);
        return;
    }
    sgx_body(body, forgery->flaw == FLAW_DEBUG, report_data);
    put(to, body, sizeof body);
}

static void put_header(GByteArray *to, const Forgery *forgery)
{
    static const uint8_t user_data[20];
    uint8_t id[16];
    memcpy(id, vendor, sizeof id);
    if (forgery->flaw == FLAW_VENDOR)
        id[0] ^= 1;
    put_number(to, forgery->version ? forgery->version : 3, 2);
    put_number(to, 2, 2);
    put_number(to, forged_is_tdx(forgery) ? 0x81 : 0, 4);
    put_number(to, 0, 4);
    put(to, id, sizeof id);
    put(to, user_data, sizeof user_data);
    if (forgery->version == 5) {
        put_number(to, forgery->sgx ? 1 : 3, 2);
        put_number(to, forgery->sgx ? 384 : 648, 4);
    }
}

static GByteArray *certified_qe(Platform *p)
{
    GByteArray *out = g_byte_array_new();
    uint8_t auth[32], report[384], signature[64];
    Flaw flaw = p->forgery->flaw;
    g_autoptr(GString) chain = g_string_new(NULL);
    fill(auth, 0x77, sizeof auth);
    qe_body(p, report, auth);
    sign_raw(p->leaf_key, report, sizeof report, signature);
    if (flaw == FLAW_QE_SIGNATURE)
        signature[3] ^= 1;
    put(out, report, sizeof report);
    put(out, signature, sizeof signature);
    put_number(out, sizeof auth, 2);
    put(out, auth, sizeof auth);
    append_pem(chain, p->leaf);
    append_pem(chain, p->ca);
    append_pem(chain, p->root);
    put_number(out, flaw == FLAW_CERTIFICATION_TYPE ? 1 : 5, 2);
    put_number(out, chain->len + 1, 4);
    put(out, chain->str, chain->len + 1);
    return out;
}

static GBytes *forged_quote(Platform *p, const uint8_t report_data[64])
{
    const Forgery *forgery = p->forgery;
    GByteArray *quote = g_byte_array_new(), *auth = g_byte_array_new(), *qe = certified_qe(p);
    uint8_t signature[64], point[65];
    put_header(quote, forgery);
    put_body(quote, forgery, report_data);
    edit_bytes(quote->data, forgery->quote);
    sign_raw(p->attestation_key, quote->data, quote->len, signature);
    if (forgery->flaw == FLAW_QUOTE_SIGNATURE)
        signature[3] ^= 1;
    public_point(p->attestation_key, point);
    put(auth, signature, sizeof signature);
    put(auth, point + 1, 64);
    if (forgery->version > 3) {
        put_number(auth, 6, 2);
        put_number(auth, qe->len, 4);
    }
    join(auth, qe);
    for (size_t i = 0; i < forgery->slack; i++)
        put_number(auth, 0xee, 1);
    put_number(quote, auth->len, 4);
    join(quote, auth);
    for (size_t i = 0; i < forgery->trailing; i++)
        put_number(quote, 0, 1);
    return g_byte_array_free_to_bytes(quote);
}

static GBytes *forged_certificate(Platform *p)
{
    static const char *const quote_oids[] = {"1.2.840.113741.1337.6", "1.2.840.113741.1337.8"};
    const Forgery *forgery = p->forgery;
    uint8_t point[160], report_data[64] = {0};
    size_t point_size = 0;
    Flaw flaw = forgery->flaw;
    g_assert_true(EVP_PKEY_get_octet_string_param(p->tls_key, OSSL_PKEY_PARAM_PUB_KEY, point,
                                                  sizeof point, &point_size));
    SHA256(point, point_size, report_data);
    if (flaw == FLAW_BINDING)
        report_data[0] ^= 1;
    g_autoptr(GBytes) quote = forged_quote(p, report_data);
    gsize size;
    const void *data = g_bytes_get_data(quote, &size);
    X509 *certificate = new_certificate("localhost", SERIAL_TLS, p->tls_key, NULL);
    ASN1_TIME_set(X509_getm_notAfter(certificate), FORGED_NOW + 10 * FORGED_DAY);
    add_raw_extension(certificate, quote_oids[forged_is_tdx(forgery)], data, size);
    if (forgery->tls_two_quotes)
        add_raw_extension(certificate, quote_oids[!forged_is_tdx(forgery)], data, size);
    if (forgery->tls_constraints)
        add_text_extension(certificate, NULL, NID_basic_constraints, forgery->tls_constraints);
    X509_sign(certificate, flaw == FLAW_SELF_SIGNATURE ? p->root_key : p->tls_key,
              forgery->tls_digest ? EVP_get_digestbyname(forgery->tls_digest) : EVP_sha256());
    GString *pem = g_string_new(NULL);
    append_pem(pem, certificate);
    X509_free(certificate);
    return g_string_free_to_bytes(pem);
}

void forge(const Forgery *forgery, Forged *out)
{
    Platform platform;
    uint8_t report_data[64];
    for (unsigned i = 0; i < sizeof report_data; i++)
        report_data[i] = (uint8_t)i;
    platform_init(&platform, forgery);
    GString *root = g_string_new(NULL);
    append_pem(root, platform.root);
    out->root = g_string_free_to_bytes(root);
    out->quote = forged_quote(&platform, report_data);
    out->certificate = forged_certificate(&platform);
    out->collateral = forged_collateral(&platform);
    platform_clear(&platform);
}

void forged_clear(Forged *forged)
{
    g_clear_pointer(&forged->root, g_bytes_unref);
    g_clear_pointer(&forged->quote, g_bytes_unref);
    g_clear_pointer(&forged->certificate, g_bytes_unref);
    g_clear_pointer(&forged->collateral, collateral_unref);
}
