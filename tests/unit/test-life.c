/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the steps of an application's life take from the host: the PCCS of its quote provider, an
 * enclave's signing key.
 */
#include "config.h"

#include "core/secret.h"
#include "life/collect.h"
#include "life/docker_ignore.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

static char *write_file(const char *name, const char *text)
{
    char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static const struct {
    const char *text;
    const char *url; /* NULL: refused */
} configurations[] = {
    {"// *** ATTENTION : a comment with \"pccs_url\": \"https://no/\"\n{\n"
     "  //PCCS server address\n  \"pccs_url\": "
     "\"https://pccs.example:8081/sgx/certification/v4/\"\n"
     "  ,\"use_secure_cert\": true\n}\n",
     "https://pccs.example:8081"},
    {"{\"pccs_url\":\"http://[::1]/sgx\"}", "http://[::1]"},
    {"# PCCS server address\nPCCS_URL=https://localhost:8081/sgx/certification/v3/\n"
     "# To accept insecure HTTPS cert, set this option to FALSE\nUSE_SECURE_CERT=TRUE\n",
     "https://localhost:8081"},
    {" PCCS_URL=https://host/x?y \r\n", "https://host"},
    {"{\"pccs_url\": 5}", NULL},
    {"{\"use_secure_cert\": true}", NULL},
    {"PCCS_URL=ftp://host/\n", NULL},
    {"PCCS_URL=\n", NULL},
    {"", NULL},
    {"\xff\xfe\x01", NULL},
};

static void test_qcnl(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(configurations); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = write_file("qcnl.conf", configurations[i].text);
        g_autofree char *url = life_pccs_of_qcnl(path, &error);
        g_assert_cmpstr(url, ==, configurations[i].url);
        if (url == NULL) {
            g_assert_error(error, LIFE_ERROR, LIFE_ERROR_PLATFORM);
            g_assert_nonnull(strstr(error->message, "--pccs"));
        } else {
            g_assert_no_error(error);
        }
        g_unlink(path);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(life_pccs_of_qcnl("/nowhere/qcnl.conf", &error));
    g_assert_no_error(error);
}

/* A new RSA key, its private and public halves as OpenSSL writes them. */
static char *make_key(unsigned bits, unsigned exponent, char **public)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    EVP_PKEY *key = NULL;
    BIGNUM *e = BN_new();
    g_assert_cmpint(BN_set_word(e, exponent), ==, 1);
    g_assert_cmpint(EVP_PKEY_keygen_init(context), ==, 1);
    g_assert_cmpint(EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits), ==, 1);
    g_assert_cmpint(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e), ==, 1);
    g_assert_cmpint(EVP_PKEY_keygen(context, &key), ==, 1);
    char *texts[2], *data;
    for (int i = 0; i < 2; i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        if (i == 0)
            PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
        else
            PEM_write_bio_PUBKEY(bio, key);
        long size = BIO_get_mem_data(bio, &data);
        texts[i] = g_strndup(data, (gsize)size);
        BIO_free(bio);
    }
    BN_free(e);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    *public = texts[1];
    return texts[0];
}

static void assert_no_key(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_file("key.pem", text);
    g_assert_null(life_signer_public(path, NULL, &error));
    g_assert_error(error, LIFE_ERROR, LIFE_ERROR_KEY);
    g_assert_nonnull(strstr(error->message, "key.pem"));
    g_assert_nonnull(strstr(error->message, "openssl genrsa -3"));
    g_unlink(path);
}

static void test_signer_key(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *expected = NULL, *other = NULL, *third = NULL;
    g_autofree char *private = make_key(3072, 3, &expected);
    g_autofree char *path = write_file("key.pem", private);
    g_autofree char *public = life_signer_public(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(public, ==, expected);
    g_autofree char *short_one = make_key(2048, 3, &other);
    g_autofree char *usual_exponent = make_key(3072, 65537, &third);
    assert_no_key(short_one);
    assert_no_key(usual_exponent);
    assert_no_key("");
    assert_no_key("no key\n");
    private[strlen(private) / 2] = '!';
    assert_no_key(private);
    g_assert_null(life_signer_public("/nowhere/key.pem", NULL, &error));
    g_assert_error(error, LIFE_ERROR, LIFE_ERROR_KEY);
}

static bool stays(const char *pattern, const char *path)
{
    g_autoptr(DockerIgnore) ignore = docker_ignore_parse(span_of(pattern, strlen(pattern)));
    return docker_ignore_matches(ignore, path);
}

static void test_ignored(void)
{
    static const struct {
        const char *pattern, *path;
        bool stays;
    } cases[] = {
        {"a", "a", true},         {"a", "a/b", true},      {"a", "ab", false},
        {"a", "b/a", false},      {"/a/../b/", "b", true}, {"*", "a/b", true},
        {"*/b", "a/b", true},     {"*/b", "b", false},     {"*b", "a/b", false},
        {"**/b", "b", true},      {"**/b", "a/a/b", true}, {"**/b", "ab", false},
        {"**b", "a/ab", true},    {"a/**", "a/b/c", true}, {"a/**", "a", false},
        {"a?c", "abc", true},     {"a?c", "a/c", false},   {"[a-c]x", "bx", true},
        {"[^a-c]x", "bx", false}, {"[a-", "a", false},     {"\\*", "*", true},
        {"\\*", "a", false},      {"*\n!a", "a", false},   {"*\n!a\na/b", "a/b", true},
        {"# a\n", "# a", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (stays(cases[i].pattern, cases[i].path) != cases[i].stays)
            g_error("\"%s\" and \"%s\"", cases[i].pattern, cases[i].path);
}

/* A pattern may be as intricate as it likes: what it names stays, and the stack holds. */
static void test_ignored_intricate(void)
{
    enum { MANY = 60, PARTS = 100000 };
    g_autofree char *many = g_strnfill(MANY, 'a');
    g_autofree char *path = g_strconcat(many, "/b/aaaa/x", NULL);
    g_assert_true(stays("**/*a*a*a*a*/x", path));
    g_autoptr(GString) deep = g_string_new(NULL);
    for (unsigned i = 0; i < PARTS; i++)
        g_string_append(deep, "**/");
    g_string_append(deep, "x");
    g_assert_true(stays(deep->str, "a/b/x"));
    g_assert_false(stays(deep->str, "a/b/y"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    g_test_add_func("/life/qcnl", test_qcnl);
    g_test_add_func("/life/signer-key", test_signer_key);
    g_test_add_func("/life/ignored", test_ignored);
    g_test_add_func("/life/ignored-intricate", test_ignored_intricate);
    return g_test_run();
}
