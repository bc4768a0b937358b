/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies as people write them, and MRSIGNER of a signing key.
 */
#include "config.h"

#include "attest/policy.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

static bool read_policy(Policy *policy, const char *text, GError **error)
{
    g_autoptr(TomlValue) table = toml_parse(span_of(text, strlen(text)), "p.toml", error);
    return table && policy_read(policy, table, "p.toml", error);
}

static void test_defaults(void)
{
    g_autoptr(Policy) policy = policy_new();
    g_assert_cmpuint(policy->accept, ==, 1u << TCB_UP_TO_DATE | 1u << TCB_SW_HARDENING_NEEDED);
    g_assert_cmpuint(policy->accept_warning, ==, 1u << TCB_SW_HARDENING_NEEDED);
    g_assert_false(policy->allow_debug || policy->has_min_isv_svn);
    g_assert_cmpuint(policy->grace_days + policy->min_tcb_evaluation, ==, 0);
}

#define HEX_64 "1111111111111111111111111111111111111111111111111111111111111111"

static void test_every_key(void)
{
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(GError) error = NULL;
    static const char text[] = "accept = [\"UpToDate\", \"OutOfDate\"]\n"
                               "grace_days = 7\n"
                               "allow_debug = true\n"
                               "min_isv_svn = 4\n"
                               "min_tcb_evaluation = 17\n"
                               "mrenclave = [\"" HEX_64 "\"]\n"
                               "mrsigner = []\n";
    g_assert_true(read_policy(policy, text, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(policy->accept, ==, 1u << TCB_UP_TO_DATE | 1u << TCB_OUT_OF_DATE);
    g_assert_cmpuint(policy->accept_warning, ==, 1u << TCB_OUT_OF_DATE);
    g_assert_cmpuint(policy->grace_days, ==, 7);
    g_assert_true(policy->allow_debug && policy->has_min_isv_svn);
    g_assert_cmpuint(policy->min_isv_svn, ==, 4);
    g_assert_cmpuint(policy->min_tcb_evaluation, ==, 17);
    g_assert_cmpuint(policy->mrenclave->len, ==, 1);
    g_assert_cmpuint(g_array_index(policy->mrenclave, Measurement, 0).bytes[31], ==, 0x11);
    g_autoptr(Policy) copy = policy_copy(policy);
    g_assert_true(copy->mrenclave != policy->mrenclave);
    g_assert_cmpuint(copy->mrenclave->len, ==, 1);
    g_assert_cmpuint(copy->grace_days, ==, 7);
}

/* What is wrong is named with its place and with what is expected. */
static void test_wrong_values(void)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        {"accept = \"UpToDate\"", "line 1"},
        {"accept = [\"uptodate\"]", "SWHardeningNeeded"},
        {"accept = [1]", "strings"},
        {"\ngrace_days = -1", "line 2"},
        {"grace_days = 36501", "36500"},
        {"grace_days = \"7\"", "string"},
        {"allow_debug = 1", "true or false"},
        {"min_isv_svn = 65536", "65535"},
        {"min_tcb_evaluation = 1.5", "integer"},
        {"mrenclave = [\"11\"]", "64"},
        {"mrenclave = \"" HEX_64 "\"", "array"},
        {"mrsigner = [\"" HEX_64 "1\"]", "64"},
        {"mrsigner = [3]", "64"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Policy) policy = policy_new();
        g_autoptr(GError) error = NULL;
        g_assert_false(read_policy(policy, rows[i].text, &error));
        g_assert_error(error, POLICY_ERROR, POLICY_ERROR_VALUE);
        g_assert_nonnull(strstr(error->message, rows[i].names));
        g_assert_nonnull(strstr(error->message, "p.toml"));
    }
}

static void test_unknown_key(void)
{
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(read_policy(policy, "acept = []", &error));
    g_assert_error(error, POLICY_ERROR, POLICY_ERROR_KEY);
    g_assert_nonnull(strstr(error->message, "acept"));
    g_assert_nonnull(strstr(error->message, "line 1"));
}

static EVP_PKEY *rsa_key(unsigned bits, unsigned exponent)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *e = BN_new();
    BN_set_word(e, exponent);
    EVP_PKEY_keygen_init(context);
    EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits);
    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e);
    g_assert_true(EVP_PKEY_generate(context, &key));
    BN_free(e);
    EVP_PKEY_CTX_free(context);
    return key;
}

static char *pem_of(BIO *memory)
{
    char *text;
    long size = BIO_get_mem_data(memory, &text);
    char *copy = g_strndup(text, (gsize)size);
    BIO_free(memory);
    return copy;
}

static char *public_pem(EVP_PKEY *key)
{
    BIO *memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, key);
    return pem_of(memory);
}

static char *private_pem(EVP_PKEY *key, bool traditional)
{
    BIO *memory = BIO_new(BIO_s_mem());
    if (traditional)
        PEM_write_bio_PrivateKey_traditional(memory, key, NULL, NULL, 0, NULL, NULL);
    else
        PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL);
    return pem_of(memory);
}

static void expected_mrsigner(EVP_PKEY *key, uint8_t out[32])
{
    BIGNUM *modulus = NULL;
    uint8_t little_endian[384];
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus);
    BN_bn2lebinpad(modulus, little_endian, sizeof little_endian);
    SHA256(little_endian, sizeof little_endian, out);
    BN_free(modulus);
}

static void test_mrsigner(void)
{
    EVP_PKEY *key = rsa_key(3072, 3);
    uint8_t expected[32], found[32];
    g_autoptr(GError) error = NULL;
    g_autofree char *public = public_pem(key), *pkcs8 = private_pem(key, false);
    g_autofree char *traditional = private_pem(key, true);
    const char *const texts[] = {public, traditional, pkcs8};
    expected_mrsigner(key, expected);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        memset(found, 0, sizeof found);
        g_assert_true(mrsigner_of_key(span_of(texts[i], strlen(texts[i])), found, &error));
        g_assert_no_error(error);
        g_assert_cmpmem(found, 32, expected, 32);
    }
    EVP_PKEY_free(key);
}

static void test_mrsigner_refused(void)
{
    EVP_PKEY *small = rsa_key(2048, 3), *usual = rsa_key(3072, 65537);
    g_autofree char *small_pem = public_pem(small), *usual_pem = public_pem(usual);
    const char *const texts[] = {
        small_pem,
        usual_pem,
        "",
        "no PEM",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    };
    uint8_t found[32];
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(mrsigner_of_key(span_of(texts[i], strlen(texts[i])), found, &error));
        g_assert_error(error, POLICY_ERROR, POLICY_ERROR_VALUE);
    }
    EVP_PKEY_free(small);
    EVP_PKEY_free(usual);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy/defaults", test_defaults);
    g_test_add_func("/policy/keys", test_every_key);
    g_test_add_func("/policy/wrong", test_wrong_values);
    g_test_add_func("/policy/unknown", test_unknown_key);
    g_test_add_func("/policy/mrsigner", test_mrsigner);
    g_test_add_func("/policy/mrsigner-refused", test_mrsigner_refused);
    return g_test_run();
}
