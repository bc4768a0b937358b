/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/signature.h"

#include "format/der.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

enum {
    MAX_DER_SIGNATURE = 2 + 2 * (2 + 1 + P256_RAW_SIGNATURE_SIZE / 2),
};

/* The group's generator: a point that is certainly on the curve, for the key that others are copied
 * from. SEC 2, section 2.4.2. */
static const uint8_t p256_generator[P256_POINT_SIZE] = {
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
    0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
    0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
    0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

typedef struct Fetched {
    EVP_MD *sha256;
    EVP_MD *sha384;
    EVP_MD *sha512;
    EVP_PKEY *p256;
} Fetched;

static EVP_PKEY *key_from_data(const char *group, Span point)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point.data, point.size),
        OSSL_PARAM_construct_end(),
    };
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        g_clear_pointer(&key, EVP_PKEY_free);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Lives as long as the process: OpenSSL's own state does too. */
static const Fetched *fetched(void)
{
    static gsize ready;
    static Fetched all;
    if (g_once_init_enter(&ready)) {
        all.sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
        all.sha384 = EVP_MD_fetch(NULL, "SHA2-384", NULL);
        all.sha512 = EVP_MD_fetch(NULL, "SHA2-512", NULL);
        all.p256 = key_from_data("P-256", span_of(p256_generator, sizeof p256_generator));
        g_assert(all.sha256 && all.sha384 && all.sha512 && all.p256);
        g_once_init_leave(&ready, 1);
    }
    return &all;
}

static bool digest(const EVP_MD *algorithm, Span bytes, uint8_t *out, unsigned *size)
{
    return EVP_Digest(bytes.data, bytes.size, out, size, algorithm, NULL) == 1;
}

void sha256(Span bytes, uint8_t out[SHA256_SIZE])
{
    unsigned size;
    bool done = digest(fetched()->sha256, bytes, out, &size);
    g_assert(done && size == SHA256_SIZE);
}

static EVP_PKEY *p256_key(Span point)
{
    EVP_PKEY *key = EVP_PKEY_dup(fetched()->p256);
    if (key && EVP_PKEY_set1_encoded_public_key(key, point.data, point.size) != 1)
        g_clear_pointer(&key, EVP_PKEY_free);
    return key;
}

EVP_PKEY *signature_key(KeyKind kind, Span point)
{
    static const size_t sizes[] = {[KEY_P256] = P256_POINT_SIZE, [KEY_P384] = 97};
    EVP_PKEY *key;
    /* Compressed and hybrid forms are refused: the binding is over the uncompressed one. */
    if (kind == KEY_OTHER || point.size != sizes[kind] || point.data[0] != 0x04)
        return NULL;
    key = kind == KEY_P256 ? p256_key(point) : key_from_data("P-384", point);
    if (!key)
        ERR_clear_error();
    return key;
}

EVP_PKEY *signature_key_raw(Span x_y)
{
    uint8_t point[P256_POINT_SIZE] = {0x04};
    if (x_y.size != P256_RAW_KEY_SIZE)
        return NULL;
    memcpy(point + 1, x_y.data, P256_RAW_KEY_SIZE);
    return signature_key(KEY_P256, span_of(point, sizeof point));
}

static bool verify_digest(EVP_PKEY *key, Span hash, Span signature)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool good = context && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_verify(context, signature.data, signature.size, hash.data, hash.size) == 1;
    EVP_PKEY_CTX_free(context);
    if (!good)
        ERR_clear_error();
    return good;
}

static bool strict_signature(Span signature)
{
    Reader outer = reader_on(signature);
    DerItem sequence, r, s;
    Span ignored;
    if (!der_expect(&outer, DER_SEQUENCE, &sequence) || !der_at_end(&outer))
        return false;
    Reader inner = reader_on(sequence.content);
    return der_expect(&inner, DER_INTEGER, &r) && der_magnitude(r.content, &ignored) &&
           der_expect(&inner, DER_INTEGER, &s) && der_magnitude(s.content, &ignored) &&
           der_at_end(&inner);
}

bool signature_verify_der(EVP_PKEY *key, SignatureAlgorithm algorithm, Span message, Span signature)
{
    const Fetched *all = fetched();
    const EVP_MD *md[] = {
        [SIGNATURE_ECDSA_SHA256] = all->sha256,
        [SIGNATURE_ECDSA_SHA384] = all->sha384,
        [SIGNATURE_ECDSA_SHA512] = all->sha512,
    };
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned size;
    if (!key || algorithm == SIGNATURE_OTHER || !strict_signature(signature))
        return false;
    return digest(md[algorithm], message, hash, &size) &&
           verify_digest(key, span_of(hash, size), signature);
}

/* A big-endian number as a DER INTEGER; returns how many bytes it took. */
static size_t put_integer(uint8_t *out, Span number)
{
    size_t pad;
    while (number.size > 1 && number.data[0] == 0)
        number = span_of(number.data + 1, number.size - 1);
    pad = number.data[0] >> 7;
    out[0] = DER_INTEGER;
    out[1] = (uint8_t)(number.size + pad);
    out[2] = 0;
    memcpy(out + 2 + pad, number.data, number.size);
    return 2 + pad + number.size;
}

bool signature_verify_raw(EVP_PKEY *key, Span message, Span r_s)
{
    const size_t half = P256_RAW_SIGNATURE_SIZE / 2;
    uint8_t der[MAX_DER_SIGNATURE], hash[SHA256_SIZE];
    size_t size = 2;
    if (!key || r_s.size != P256_RAW_SIGNATURE_SIZE)
        return false;
    size += put_integer(der + size, span_of(r_s.data, half));
    size += put_integer(der + size, span_of(r_s.data + half, half));
    der[0] = DER_SEQUENCE;
    der[1] = (uint8_t)(size - 2);
    sha256(message, hash);
    return verify_digest(key, span_of(hash, sizeof hash), span_of(der, size));
}

void signature_thread_ends(void)
{
    OPENSSL_thread_stop();
}
