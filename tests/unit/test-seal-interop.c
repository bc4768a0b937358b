/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What other programs made, when it is there: their boxes, tokens and encrypted directory are read,
 * and with their nonces and keys the same bytes come out.
 */
#include "config.h"

#include "core/hex.h"
#include "core/secret.h"
#include "memory_stream.h"
#include "seal/box.h"
#include "seal/fernet.h"
#include "seal/key.h"

#include <jansson.h>

static char *data_path(const char *name)
{
    return g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data", "interop", name,
                            NULL);
}

static char *read_data(const char *directory, const char *name, gsize *size)
{
    g_autofree char *joined = g_build_filename(directory, name, NULL);
    g_autofree char *path = data_path(joined);
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, size, &error);
    g_assert_no_error(error);
    return text;
}

/* NULL: the data is not there, and the test is skipped. */
static json_t *load(const char *name)
{
    g_autofree char *path = data_path(name);
    json_t *document = json_load_file(path, 0, NULL);
    if (!document)
        g_test_skip("the data of other programs is not here");
    return document;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void hex_of(const json_t *object, const char *name, uint8_t *out, size_t size)
{
    const char *text = text_of(object, name);
    g_assert_true(hex_decode_exact(span_of(text, strlen(text)), out, size));
}

typedef bool (*Opener)(const uint8_t key[32], const SealSource *source, const SealSink *sink,
                       GError **error);

static void assert_opens(Opener open, const uint8_t *key, const char *box, size_t box_size,
                         const char *text, size_t size)
{
    Memory memory;
    memory_open(&memory, box, box_size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    open(key, &source, &sink, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(memory.out->len, ==, size);
    g_assert_true(size == 0 || memcmp(memory.out->data, text, size) == 0);
    memory_close(&memory);
}

static void check_box(const uint8_t *key, const uint8_t *nonce, const char *box, size_t box_size,
                      const char *text, size_t size)
{
    assert_opens(box_decrypt, key, box, box_size, text, size);
    Memory memory;
    memory_open(&memory, text, size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    g_assert_true(box_encrypt(key, nonce, &source, &sink, &error));
    g_assert_true(span_equal(span_of(memory.out->data, memory.out->len), span_of(box, box_size)));
    memory_close(&memory);
}

static void check_case(const json_t *item, const uint8_t *secret_key)
{
    gsize size, sealed_size, token_size, box_size;
    g_autofree char *plain = read_data("crypto", text_of(item, "plain"), &size);
    g_autofree char *sealed = read_data("crypto", text_of(item, "sealed"), &sealed_size);
    g_autofree char *token = read_data("crypto", text_of(item, "fernet_token"), &token_size);
    g_autofree char *box = read_data("crypto", text_of(item, "xsalsa"), &box_size);
    assert_opens(box_unseal, secret_key, sealed, sealed_size, plain, size);
    const char *fernet_key = text_of(item, "fernet_key");
    g_autoptr(GError) error = NULL;
    Cipher cipher;
    g_autoptr(Secret) key = key_symmetric(span_of(fernet_key, strlen(fernet_key)), &cipher, &error);
    g_assert_no_error(error);
    assert_opens(fernet_decrypt, secret_data(key), token, token_size, plain, size);
    uint8_t box_key[32], nonce[24];
    hex_of(item, "xsalsa_key", box_key, sizeof box_key);
    hex_of(item, "xsalsa_nonce", nonce, sizeof nonce);
    check_box(box_key, nonce, box, box_size, plain, size);
}

static void test_vectors(void)
{
    json_t *document = load("crypto/vectors.json");
    if (!document)
        return;
    uint8_t secret_key[32];
    hex_of(json_object_get(document, "box"), "sk", secret_key, sizeof secret_key);
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(document, "cases"), i, item) check_case(item, secret_key);
    g_assert_cmpuint(i, >=, 5);
    json_decref(document);
}

/* What others refuse is refused; of what they take, only what is no base64url but for its junk. */
static void test_edge_tokens(void)
{
    json_t *document = load("crypto/vectors.json");
    if (!document)
        return;
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(document, "fernet_edge"), i, item)
    {
        const char *key_text = text_of(item, "key"), *token = text_of(item, "token");
        const char *name = text_of(item, "name");
        bool stricter = strstr(name, "junk") || strstr(name, "leading space");
        bool expected = strcmp(text_of(item, "python"), "OK") == 0 && !stricter;
        g_autoptr(GError) error = NULL;
        Cipher cipher;
        g_autoptr(Secret) key = key_symmetric(span_of(key_text, strlen(key_text)), &cipher, &error);
        Memory memory;
        memory_open(&memory, token, strlen(token));
        SealSource source = memory_source(&memory);
        SealSink sink = memory_sink(&memory);
        bool taken = key && cipher == CIPHER_FERNET &&
                     fernet_decrypt(secret_data(key), &source, &sink, NULL);
        if (taken != expected)
            g_error("%s: %s", name, taken ? "taken" : "refused");
        memory_close(&memory);
    }
    json_decref(document);
}

static void test_encrypted_directory(void)
{
    static const char *const names[] = {"app.py", "sub/b.txt", "sub/c.bin"};
    json_t *document = load("encrypted-directory/key_nonces.json");
    if (!document)
        return;
    gsize key_size;
    g_autofree char *key = read_data("encrypted-directory", "key.bin", &key_size);
    g_assert_cmpuint(key_size, ==, BOX_KEY_SIZE);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *from = g_strconcat("enc/", names[i], ".enc", NULL);
        g_autofree char *to = g_strconcat("src/", names[i], NULL);
        gsize box_size, size;
        g_autofree char *box = read_data("encrypted-directory", from, &box_size);
        g_autofree char *plain = read_data("encrypted-directory", to, &size);
        uint8_t nonce[24];
        hex_of(json_object_get(document, "nonces"), names[i], nonce, sizeof nonce);
        check_box((const uint8_t *)key, nonce, box, box_size, plain, size);
    }
    json_decref(document);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    g_test_add_func("/seal-interop/vectors", test_vectors);
    g_test_add_func("/seal-interop/edge-tokens", test_edge_tokens);
    g_test_add_func("/seal-interop/encrypted-directory", test_encrypted_directory);
    return g_test_run();
}
