/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/certificate.h"

#include "sim/crypto.h"
#include "sim/name.h"
#include "sim/sgx_extension.h"

#include <openssl/asn1.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_CRL, X509_CRL_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_NAME, X509_NAME_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_EXTENSION, X509_EXTENSION_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_OBJECT, ASN1_OBJECT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_INTEGER, ASN1_INTEGER_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_TIME, ASN1_TIME_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_ENUMERATED, ASN1_ENUMERATED_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AUTHORITY_KEYID, AUTHORITY_KEYID_free)

void certificate_serial(const EVP_PKEY *key, uint8_t out[SERIAL_SIZE])
{
    uint8_t point[64], digest[32];
    key_point(key, point);
    digest_sha256(span_of(point, sizeof point), digest);
    memcpy(out, digest, SERIAL_SIZE);
    out[0] = (uint8_t)((out[0] & 0x3f) | 0x40);
}

/* RFC 5280 4.2.1.2, method 1: SHA-1 of the public key's bits. Names a key, secures nothing. */
static ASN1_OCTET_STRING *key_identifier(const EVP_PKEY *key)
{
    uint8_t point[65] = {4}, digest[SHA_DIGEST_LENGTH];
    key_point(key, point + 1);
    crypto_must(EVP_Digest(point, sizeof point, digest, NULL, EVP_sha1(), NULL) == 1, "hashing");
    ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new();
    crypto_must(identifier != NULL && ASN1_OCTET_STRING_set(identifier, digest, sizeof digest) == 1,
                "naming a key");
    return identifier;
}

static AUTHORITY_KEYID *authority_key_identifier(const EVP_PKEY *key)
{
    AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();
    crypto_must(authority != NULL, "naming a key");
    authority->keyid = key_identifier(key);
    return authority;
}

static void add_name(X509_NAME *name, const char *field, const char *value)
{
    crypto_must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value,
                                           -1, -1, 0) == 1,
                "naming a certificate");
}

static X509_NAME *intel_name(const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    crypto_must(name != NULL, "naming a certificate");
    add_name(name, "CN", common_name);
    add_name(name, "O", "Intel Corporation");
    add_name(name, "L", "Santa Clara");
    add_name(name, "ST", "CA");
    add_name(name, "C", "US");
    return name;
}

static X509_NAME *application_name(const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    crypto_must(name != NULL, "naming a certificate");
    add_name(name, "CN", common_name);
    add_name(name, "O", "SIMULATED (mse-console)");
    add_name(name, "C", "FR");
    return name;
}

static ASN1_INTEGER *serial_number(const uint8_t serial[SERIAL_SIZE])
{
    BIGNUM *number = BN_bin2bn(serial, SERIAL_SIZE, NULL);
    ASN1_INTEGER *out = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    crypto_must(out != NULL, "numbering a certificate");
    BN_free(number);
    return out;
}

static void begin(X509 *certificate, const uint8_t serial[SERIAL_SIZE], const X509_NAME *subject,
                  const X509_NAME *issuer, EVP_PKEY *key, int64_t not_before, int64_t not_after)
{
    g_autoptr(ASN1_INTEGER) number = serial_number(serial);
    crypto_must(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                    X509_set_serialNumber(certificate, number) == 1 &&
                    X509_set_subject_name(certificate, subject) == 1 &&
                    X509_set_issuer_name(certificate, issuer) == 1 &&
                    X509_set_pubkey(certificate, key) == 1 &&
                    ASN1_TIME_set(X509_getm_notBefore(certificate), not_before) != NULL &&
                    ASN1_TIME_set(X509_getm_notAfter(certificate), not_after) != NULL,
                "filling a certificate");
}

static void add_text(X509 *certificate, int nid, const char *value)
{
    g_autoptr(X509_EXTENSION) extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    crypto_must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1,
                "adding an extension");
}

static void add_octets(X509 *certificate, const char *oid, Span value)
{
    g_autoptr(ASN1_OBJECT) object = OBJ_txt2obj(oid, 1);
    g_autoptr(ASN1_OCTET_STRING) octets = ASN1_OCTET_STRING_new();
    crypto_must(object != NULL && octets != NULL &&
                    ASN1_OCTET_STRING_set(octets, value.data, (int)value.size) == 1,
                "adding an extension");
    g_autoptr(X509_EXTENSION) extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
    crypto_must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1,
                "adding an extension");
}

static void add_usage(X509 *certificate, KeyUsage usage)
{
    static const char *const values[] = {
        [USAGE_SIGN] = "critical,digitalSignature,nonRepudiation",
        [USAGE_CERTIFICATES] = "critical,keyCertSign,cRLSign",
    };
    if (usage != USAGE_NONE)
        add_text(certificate, NID_key_usage, values[usage]);
}

static void add_constraints(X509 *certificate, bool ca, int path_length)
{
    g_autofree char *value = ca && path_length >= 0
                                 ? g_strdup_printf("critical,CA:TRUE,pathlen:%d", path_length)
                                 : g_strdup(ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_text(certificate, NID_basic_constraints, value);
}

/* The signature ends the DER: the lowest bit of s, which leaves the encoding as strict as it was.
 */
static GBytes *finish(uint8_t *der, int size, bool break_signature)
{
    crypto_must(der != NULL && size > 0, "encoding");
    if (break_signature)
        der[size - 1] ^= 1;
    GBytes *bytes = g_bytes_new(der, (size_t)size);
    OPENSSL_free(der);
    return bytes;
}

static GBytes *sign_certificate(X509 *certificate, EVP_PKEY *signer, bool break_signature)
{
    crypto_must(X509_sign(certificate, signer, EVP_sha256()) > 0, "signing a certificate");
    uint8_t *der = NULL;
    const int size = i2d_X509(certificate, &der);
    return finish(der, size, break_signature);
}

GBytes *certificate_make(const CertificateRecipe *recipe)
{
    g_autoptr(X509) certificate = X509_new();
    g_autoptr(X509_NAME) subject = intel_name(recipe->name);
    g_autoptr(X509_NAME) issuer = intel_name(recipe->issuer_name);
    begin(certificate, recipe->serial, subject, issuer, recipe->key, recipe->not_before,
          recipe->not_after);

    g_autoptr(AUTHORITY_KEYID) authority = authority_key_identifier(recipe->authority_key);
    g_autoptr(ASN1_OCTET_STRING) identifier = key_identifier(recipe->key);
    crypto_must(X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority, 0,
                                  X509V3_ADD_DEFAULT) == 1,
                "adding an extension");
    g_autofree char *point = g_strdup_printf("URI:%s", recipe->crl_url);
    add_text(certificate, NID_crl_distribution_points, point);
    crypto_must(X509_add1_ext_i2d(certificate, NID_subject_key_identifier, identifier, 0,
                                  X509V3_ADD_DEFAULT) == 1,
                "adding an extension");
    add_usage(certificate, recipe->usage);
    add_constraints(certificate, recipe->ca, recipe->path_length);
    if (recipe->sgx_extension != NULL) {
        size_t size;
        const void *data = g_bytes_get_data(recipe->sgx_extension, &size);
        add_octets(certificate, SGX_EXTENSION_OID, span_of(data, size));
    }
    return sign_certificate(certificate, recipe->signer, recipe->break_signature);
}

static void add_revoked(X509_CRL *crl, const uint8_t serial[SERIAL_SIZE], int64_t when)
{
    g_autoptr(ASN1_INTEGER) number = serial_number(serial);
    g_autoptr(ASN1_TIME) time = ASN1_TIME_set(NULL, when);
    g_autoptr(ASN1_ENUMERATED) reason = ASN1_ENUMERATED_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    crypto_must(
        time != NULL && reason != NULL && entry != NULL &&
            X509_REVOKED_set_serialNumber(entry, number) == 1 &&
            X509_REVOKED_set_revocationDate(entry, time) == 1 &&
            ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE) == 1 &&
            X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, X509V3_ADD_DEFAULT) == 1 &&
            X509_CRL_add0_revoked(crl, entry) == 1,
        "revoking a certificate");
}

static void add_crl_extensions(X509_CRL *crl, const CrlRecipe *recipe)
{
    if (recipe->number) {
        g_autoptr(ASN1_INTEGER) number = ASN1_INTEGER_new();
        crypto_must(number != NULL && ASN1_INTEGER_set(number, 1) == 1 &&
                        X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, X509V3_ADD_DEFAULT) ==
                            1,
                    "numbering a revocation list");
    }
    if (recipe->authority_key_identifier) {
        g_autoptr(AUTHORITY_KEYID) authority = authority_key_identifier(recipe->authority_key);
        crypto_must(X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, authority, 0,
                                          X509V3_ADD_DEFAULT) == 1,
                    "naming a revocation list's key");
    }
}

GBytes *crl_make(const CrlRecipe *recipe)
{
    g_autoptr(X509_CRL) crl = X509_CRL_new();
    g_autoptr(X509_NAME) issuer = intel_name(recipe->issuer_name);
    g_autoptr(ASN1_TIME) this_update = ASN1_TIME_set(NULL, recipe->this_update);
    g_autoptr(ASN1_TIME) next_update = ASN1_TIME_set(NULL, recipe->next_update);
    crypto_must(crl != NULL && this_update != NULL && next_update != NULL &&
                    X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                    X509_CRL_set_issuer_name(crl, issuer) == 1 &&
                    X509_CRL_set1_lastUpdate(crl, this_update) == 1 &&
                    X509_CRL_set1_nextUpdate(crl, next_update) == 1,
                "filling a revocation list");
    for (unsigned i = 0; i < recipe->n_revoked; i++)
        add_revoked(crl, recipe->revoked[i], recipe->this_update);
    add_crl_extensions(crl, recipe);
    crypto_must(X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, recipe->signer, EVP_sha256()) > 0,
                "signing a revocation list");
    uint8_t *der = NULL;
    const int size = i2d_X509_CRL(crl, &der);
    return finish(der, size, recipe->break_signature);
}

static X509 *self_issued(EVP_PKEY *key, const X509_NAME *subject, int64_t not_before,
                         int64_t not_after)
{
    X509 *certificate = X509_new();
    uint8_t serial[SERIAL_SIZE];
    certificate_serial(key, serial);
    begin(certificate, serial, subject, subject, key, not_before, not_after);
    return certificate;
}

GBytes *certificate_make_ratls(const RatlsRecipe *recipe)
{
    g_autoptr(X509_NAME) subject =
        recipe->subject != NULL ? name_of_rfc4514(recipe->subject) : application_name(recipe->san);
    crypto_must(subject != NULL, "naming a certificate");
    g_autoptr(X509) certificate =
        self_issued(recipe->key, subject, recipe->not_before, recipe->not_after);
    g_autofree char *san =
        g_strdup_printf("%s:%s", g_hostname_is_ip_address(recipe->san) ? "IP" : "DNS", recipe->san);
    add_text(certificate, NID_subject_alt_name, san);
    add_constraints(certificate, false, -1);
    if (recipe->quote_oid != NULL) {
        size_t size;
        const uint8_t *data = g_bytes_get_data(recipe->quote, &size);
        g_autoptr(GByteArray) padded = g_byte_array_new();
        g_byte_array_append(padded, data, (guint)size);
        if (size < recipe->padded_size) {
            g_byte_array_set_size(padded, (guint)recipe->padded_size);
            memset(padded->data + size, 0, recipe->padded_size - size);
        }
        add_octets(certificate, recipe->quote_oid, span_of(padded->data, padded->len));
    }
    return sign_certificate(certificate, recipe->key, recipe->break_signature);
}

GBytes *certificate_make_tls(EVP_PKEY *key, int64_t not_before, int64_t not_after)
{
    g_autoptr(X509_NAME) subject = application_name("localhost");
    g_autoptr(X509) certificate = self_issued(key, subject, not_before, not_after);
    add_text(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
    add_constraints(certificate, true, -1);
    return sign_certificate(certificate, key, false);
}
