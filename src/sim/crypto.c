/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/crypto.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

GQuark sim_error_quark(void)
{
    return g_quark_from_static_string("sim-error");
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ECDSA_SIG, ECDSA_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

enum { MODULUS_SIZE = 384 };

void crypto_must(bool done, const char *what)
{
    if (done)
        return;
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    g_error("%s: %s", what, text);
}

EVP_PKEY *key_new_p256(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    crypto_must(key != NULL, "making a P-256 key");
    return key;
}

EVP_PKEY *key_new_enclave_signer(void)
{
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    g_autoptr(BIGNUM) exponent = BN_new();
    crypto_must(context != NULL && exponent != NULL && BN_set_word(exponent, 3) == 1,
                "preparing an RSA key");
    EVP_PKEY *key = NULL;
    crypto_must(EVP_PKEY_keygen_init(context) == 1 &&
                    EVP_PKEY_CTX_set_rsa_keygen_bits(context, MODULUS_SIZE * 8) == 1 &&
                    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent) == 1 &&
                    EVP_PKEY_generate(context, &key) == 1,
                "making an RSA key");
    return key;
}

static int no_passphrase(char *buffer, int size, int writing, void *data)
{
    (void)buffer, (void)size, (void)writing, (void)data;
    return -1;
}

EVP_PKEY *key_read_private(Span pem, const char *name, GError **error)
{
    g_autoptr(BIO) bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    crypto_must(bio != NULL, "reading a key");
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    ERR_clear_error();
    if (key == NULL) {
        g_autofree char *shown = sanitize_string(name);
        g_set_error(error, SIM_ERROR, SIM_ERROR_KEY,
                    _("%s: no private key in PEM without a passphrase"), shown);
    }
    return key;
}

bool key_is_p256(const EVP_PKEY *key)
{
    char group[32];
    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                          NULL) == 1 &&
           (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
}

static char *bio_text(BIO *bio)
{
    char *data;
    const long size = BIO_get_mem_data(bio, &data);
    return g_strndup(data, (size_t)size);
}

char *key_private_pem(EVP_PKEY *key)
{
    g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
    crypto_must(bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1,
                "writing a key");
    return bio_text(bio);
}

char *key_public_pem(EVP_PKEY *key)
{
    g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
    crypto_must(bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1, "writing a public key");
    return bio_text(bio);
}

void key_point(const EVP_PKEY *key, uint8_t out[64])
{
    uint8_t point[65];
    size_t size = 0;
    crypto_must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                                &size) == 1 &&
                    size == sizeof point,
                "reading a public point");
    memcpy(out, point + 1, 64);
}

void key_sign(EVP_PKEY *key, Span message, uint8_t out[64])
{
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    uint8_t der[128];
    size_t size = sizeof der;
    crypto_must(context != NULL &&
                    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                    EVP_DigestSign(context, der, &size, message.data, message.size) == 1,
                "signing");
    const uint8_t *at = der;
    g_autoptr(ECDSA_SIG) signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
    crypto_must(signature != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32) == 32 &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32) == 32,
                "signing");
}

void key_mrsigner(const EVP_PKEY *key, uint8_t out[32])
{
    BIGNUM *modulus = NULL;
    uint8_t bytes[MODULUS_SIZE];
    crypto_must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
                    BN_bn2lebinpad(modulus, bytes, sizeof bytes) == sizeof bytes,
                "reading an RSA modulus");
    BN_free(modulus);
    digest_sha256(span_of(bytes, sizeof bytes), out);
}

void digest_sha256(Span message, uint8_t out[32])
{
    crypto_must(EVP_Digest(message.data, message.size, out, NULL, EVP_sha256(), NULL) == 1,
                "hashing");
}
