/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is posted to the simulated enclave's configuration server: taken, or refused.
 */
#include "config.h"

#include "sim/crypto.h"
#include "sim/enclave.h"
#include "tests/unit/enclave-support.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdio.h>

/* An enclave with keys, in a root of its own. */
static void enclave_begin(Enclave *enclave, const char *name)
{
    g_autoptr(GError) error = NULL;
    static char *root;
    g_free(root);
    root = enclave_place(name);
    *enclave = (Enclave){0};
    g_assert_true(enclave_parse(ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|1900000000",
                                &enclave->arguments, &error));
    enclave->setting.root = root;
    g_autofree char *state = enclave_state_path(enclave, "");
    g_assert_cmpint(g_mkdir_with_parents(state, 0700), ==, 0);
    crypto_box_keypair(enclave->enclave_public, enclave->enclave_secret);
}

static bool post(Enclave *enclave, const char *body)
{
    g_autoptr(GError) error = NULL;
    const bool accepted = enclave_accept_secrets(enclave, body, strlen(body), &error);
    g_assert_true(accepted == (error == NULL));
    if (error != NULL)
        g_test_message("%s", error->message);
    return accepted;
}

static char *kept(const Enclave *enclave, const char *name)
{
    g_autofree char *path = enclave_secrets_path(enclave, name);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static char *seal_to(const uint8_t key[32], const char *text)
{
    const size_t size = strlen(text) + crypto_box_SEALBYTES;
    g_autofree uint8_t *box = g_malloc(size);
    crypto_box_seal(box, (const uint8_t *)text, strlen(text), key);
    char *out = g_malloc(2 * size + 8);
    sodium_bin2base64(out, 2 * size + 8, box, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return out;
}

#define HEX_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void test_secrets(void)
{
    Enclave enclave;
    enclave_begin(&enclave, "secrets");
    g_assert_true(post(&enclave, "{\"uuid\":\"" ENCLAVE_ID "\"}"));
    g_assert_null(kept(&enclave, "secrets.json"));
    g_assert_true(post(&enclave, "{\"uuid\":\"" ENCLAVE_ID "\",\"app_secrets\":{\"a\":[1,2]},"
                                 "\"code_secret_key\":\"" HEX_KEY "\",\"more\":0}"));
    g_autofree char *secrets = kept(&enclave, "secrets.json");
    g_assert_cmpstr(secrets, ==, "{\"a\":[1,2]}");
    g_assert_true(enclave.has_code_key);
    g_assert_cmpuint(enclave.code_key[31], ==, 0x1f);

    g_autofree char *sealed = seal_to(enclave.enclave_public,
                                      "{\"result_sk\":\"x\",\"code_secret_key\":\"" HEX_KEY "\"}");
    g_autofree char *body =
        g_strdup_printf("{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"%s\"}", sealed);
    g_assert_true(post(&enclave, body));
    g_assert_true(enclave.has_code_key); /* the one that was sealed */
    g_autofree char *unsealed = kept(&enclave, "sealed_secrets.json");
    g_assert_nonnull(strstr(unsealed, "\"result_sk\":\"x\""));
    enclave_clear(&enclave);
}

static void test_refused_secrets(void)
{
    static const char *const bad[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"uuid\":1}",
        "{\"uuid\":\"f5cab18a-63b2-4a64-8a66-c1d194e7beb1\",\"app_secrets\":{}}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"uuid\":\"" ENCLAVE_ID "\"}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"code_secret_key\":\"00\"}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"code_secret_key\":7}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"\"}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"AAAA\"}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"not base64 !\"}",
        "{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":{}}",
    };
    Enclave enclave;
    enclave_begin(&enclave, "refused");
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(post(&enclave, bad[i]));
    g_assert_null(kept(&enclave, "secrets.json"));
    g_assert_null(kept(&enclave, "sealed_secrets.json"));

    /* Sealed to another enclave; to this one, but no object; turned in each of its bytes. */
    uint8_t other_public[32], other_secret[32];
    crypto_box_keypair(other_public, other_secret);
    const struct {
        const uint8_t *key;
        const char *text;
    } boxes[] = {{other_public, "{}"},
                 {enclave.enclave_public, "[]"},
                 {enclave.enclave_public, ""},
                 {enclave.enclave_public, "{\"code_secret_key\":\"short\"}"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(boxes); i++) {
        g_autofree char *sealed = seal_to(boxes[i].key, boxes[i].text);
        g_autofree char *body =
            g_strdup_printf("{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"%s\"}", sealed);
        g_assert_false(post(&enclave, body));
    }
    g_autofree char *sealed = seal_to(enclave.enclave_public, "{}");
    for (size_t i = 0; i < strlen(sealed); i++) {
        const char before = sealed[i];
        sealed[i] = before == 'A' ? 'B' : 'A';
        g_autofree char *body =
            g_strdup_printf("{\"uuid\":\"" ENCLAVE_ID "\",\"app_sealed_secrets\":\"%s\"}", sealed);
        g_assert_false(post(&enclave, body));
        sealed[i] = before;
    }
    g_assert_null(kept(&enclave, "sealed_secrets.json"));
    enclave_clear(&enclave);
}

/* Without an expiration the application serves fullchain.pem, with the key that is sent. */
static void test_ssl_key(void)
{
    Enclave enclave;
    enclave_begin(&enclave, "ssl");
    enclave.arguments.expires = 0;
    g_autoptr(EVP_PKEY) key = key_new_p256();
    g_autoptr(EVP_PKEY) other = key_new_p256();
    g_autofree char *chain = enclave_state_path(&enclave, "fullchain.pem");
    X509 *certificate = X509_new();
    g_assert_true(X509_set_pubkey(certificate, key) == 1 &&
                  X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
                  X509_gmtime_adj(X509_getm_notAfter(certificate), 1000) != NULL &&
                  X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *file = fopen(chain, "we");
    g_assert_true(file != NULL && PEM_write_X509(file, certificate) == 1 && fclose(file) == 0);
    X509_free(certificate);
    EVP_PKEY *const keys[] = {other, key};
    g_assert_false(post(&enclave, "{\"uuid\":\"" ENCLAVE_ID "\"}"));
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *pem = key_private_pem(keys[i]);
        g_auto(GStrv) lines = g_strsplit(pem, "\n", -1);
        g_autofree char *escaped = g_strjoinv("\\n", lines);
        g_autofree char *body =
            g_strdup_printf("{\"uuid\":\"" ENCLAVE_ID "\",\"ssl_private_key\":\"%s\"}", escaped);
        g_assert_cmpint(post(&enclave, body), ==, i == 1);
    }
    enclave_clear(&enclave);
}

/* What the Python CLI posts. */
static void test_interop_bodies(void)
{
    g_autofree char *path = enclave_interop("configuration-server", "config_server_post.json");
    if (path == NULL)
        return;
    Enclave enclave;
    enclave_begin(&enclave, "interop");
    json_t *cases = json_load_file(path, 0, NULL);
    size_t i;
    json_t *item;
    json_array_foreach(cases, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        const char *body = json_string_value(json_object_get(item, "body"));
        g_test_message("%s", name);
        /* Boxes in there are sealed to a key that nobody has. */
        g_assert_cmpint(post(&enclave, body), ==, strstr(body, "app_sealed_secrets") == NULL);
    }
    g_assert_cmpuint(i, ==, 6);
    json_decref(cases);
    enclave_clear(&enclave);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    g_test_add_func("/sim-enclave/secrets", test_secrets);
    g_test_add_func("/sim-enclave/refused-secrets", test_refused_secrets);
    g_test_add_func("/sim-enclave/ssl-key", test_ssl_key);
    g_test_add_func("/sim-enclave/interop-bodies", test_interop_bodies);
    return g_test_run();
}
