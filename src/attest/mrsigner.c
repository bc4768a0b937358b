/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MRSIGNER of a signing key. Sources: Intel SDM, volume 3D, SIGSTRUCT; RFC 8017, appendix A.1;
 * RFC 5208; RFC 5280, section 4.1.
 */
#include "config.h"

#include "attest/certificate.h"
#include "attest/policy.h"
#include "core/i18n.h"
#include "format/der.h"
#include "format/pem.h"

#include <openssl/crypto.h>

enum {
    MODULUS_SIZE = 384,
    EXPONENT = 3,
    MAX_BLOCKS = 4,
};

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"

typedef struct RsaKey {
    Span modulus;
    uint64_t exponent;
} RsaKey;

static bool modulus_and_exponent(Reader *reader, RsaKey *out)
{
    DerItem modulus, exponent;
    return der_expect(reader, DER_INTEGER, &modulus) &&
           der_magnitude(modulus.content, &out->modulus) &&
           der_expect(reader, DER_INTEGER, &exponent) &&
           der_unsigned(exponent.content, &out->exponent);
}

static bool open_sequence(Span der, Reader *inner)
{
    Reader outer = reader_on(der);
    DerItem sequence;
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    *inner = reader_on(sequence.content);
    return true;
}

static bool pkcs1_public(Span der, RsaKey *out)
{
    Reader reader;
    return open_sequence(der, &reader) && modulus_and_exponent(&reader, out) && der_at_end(&reader);
}

static bool pkcs1_private(Span der, RsaKey *out)
{
    Reader reader;
    DerItem version;
    return open_sequence(der, &reader) && der_expect(&reader, DER_INTEGER, &version) &&
           modulus_and_exponent(&reader, out);
}

/* Its parameters are NULL (RFC 8017, A.1). */
static bool rsa_algorithm(Reader *reader)
{
    DerItem algorithm, oid, parameters;
    if (!der_expect(reader, DER_SEQUENCE, &algorithm))
        return false;
    Reader inner = reader_on(algorithm.content);
    return der_expect(&inner, DER_OID, &oid) && der_oid_is(oid.content, OID_RSA) &&
           der_expect(&inner, DER_NULL, &parameters) && der_content_valid(&parameters) &&
           der_at_end(&inner);
}

static bool spki(Span der, RsaKey *out)
{
    Reader reader;
    DerItem bits;
    Span octets;
    return open_sequence(der, &reader) && rsa_algorithm(&reader) &&
           der_expect(&reader, DER_BIT_STRING, &bits) && der_bit_octets(bits.content, &octets) &&
           der_at_end(&reader) && pkcs1_public(octets, out);
}

static bool pkcs8(Span der, RsaKey *out)
{
    Reader reader;
    DerItem version, key;
    return open_sequence(der, &reader) && der_expect(&reader, DER_INTEGER, &version) &&
           rsa_algorithm(&reader) && der_expect(&reader, DER_OCTET_STRING, &key) &&
           pkcs1_private(key.content, out);
}

static bool of_certificate(Span der, RsaKey *out)
{
    Certificate certificate;
    return certificate_parse(der, &certificate, NULL) && spki(certificate.spki, out);
}

static const struct {
    const char *label;
    bool (*read)(Span der, RsaKey *out);
} forms[] = {
    {"PUBLIC KEY", spki},
    {"RSA PUBLIC KEY", pkcs1_public},
    {"PRIVATE KEY", pkcs8},
    {"RSA PRIVATE KEY", pkcs1_private},
    {"CERTIFICATE", of_certificate},
};

static bool refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, POLICY_ERROR, POLICY_ERROR_VALUE, sentence);
    return false;
}

static bool check_key(const RsaKey *key, GError **error)
{
    if (key->modulus.size != MODULUS_SIZE || !(key->modulus.data[0] & 0x80))
        return refuse(error, _("the signing key is not an RSA key of 3072 bits, as SGX signing "
                               "keys are"));
    if (key->exponent != EXPONENT)
        return refuse(error, _("the signing key's exponent is not 3, as SGX demands"));
    return true;
}

static void hash_modulus(const RsaKey *key, uint8_t out[32])
{
    uint8_t little_endian[MODULUS_SIZE];
    for (size_t i = 0; i < MODULUS_SIZE; i++)
        little_endian[i] = key->modulus.data[MODULUS_SIZE - 1 - i];
    sha256(span_of(little_endian, sizeof little_endian), out);
}

/* `key` points into the block. */
static bool of_block(const PemBlock *block, RsaKey *key, GError **error)
{
    gsize size;
    const void *der = g_bytes_get_data(block->der, &size);
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (strcmp(block->label, forms[i].label) != 0)
            continue;
        if (!forms[i].read(span_of(der, size), key))
            return refuse(error, _("the signing key cannot be read as an RSA key"));
        return check_key(key, error);
    }
    return refuse(error,
                  _("the signing key is no plain RSA key or certificate in PEM (an encrypted "
                    "key must be decrypted first, or its public key given)"));
}

/* It may be a private key: no copy of it stays behind. */
static void wipe(GPtrArray *blocks)
{
    for (unsigned i = 0; i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        gsize size;
        const void *der = g_bytes_get_data(block->der, &size);
        OPENSSL_cleanse((void *)der, size);
    }
}

/* What of a key is wanted, while it is there. */
typedef void (*Use)(const RsaKey *key, void *out);

static bool with_key(Span pem, Use use, void *out, GError **error)
{
    g_autoptr(GPtrArray) blocks = pem_decode(pem, PEM_TEXT_BETWEEN, MAX_BLOCKS, NULL);
    if (!blocks)
        return refuse(error, _("the signing key is no PEM file"));
    RsaKey key;
    bool good = of_block(g_ptr_array_index(blocks, 0), &key, error);
    if (good)
        use(&key, out);
    wipe(blocks);
    return good;
}

static void take_mrsigner(const RsaKey *key, void *out)
{
    hash_modulus(key, out);
}

bool mrsigner_of_key(Span pem, uint8_t out[32], GError **error)
{
    return with_key(pem, take_mrsigner, out, error);
}

/* Its size is always the same: SubjectPublicKeyInfo of rsaEncryption, of 3072 bits and 3. */
static void take_public(const RsaKey *key, void *out)
{
    static const uint8_t before[] = {0x30, 0x82, 0x01, 0xa0, 0x30, 0x0d, 0x06, 0x09, 0x2a,
                                     0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
                                     0x00, 0x03, 0x82, 0x01, 0x8d, 0x00, 0x30, 0x82, 0x01,
                                     0x88, 0x02, 0x82, 0x01, 0x81, 0x00};
    static const uint8_t after[] = {0x02, 0x01, EXPONENT};
    GByteArray *der = out;
    g_byte_array_append(der, before, sizeof before);
    g_byte_array_append(der, key->modulus.data, (guint)key->modulus.size);
    g_byte_array_append(der, after, sizeof after);
}

char *signer_public_key(Span pem, GError **error)
{
    g_autoptr(GByteArray) der = g_byte_array_new();
    if (!with_key(pem, take_public, der, error))
        return NULL;
    return pem_encode("PUBLIC KEY", span_of(der->data, der->len));
}
