/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sealed boxes and encrypted files: the very bytes of libsodium's one-shot functions at every edge
 * of a block and of a piece; every byte changed, every length cut; wrong keys; files that change.
 */
#include "config.h"

#include "core/secret.h"
#include "memory_stream.h"
#include "seal/box.h"
#include "seal/key.h"

#include <sodium.h>

static const size_t sizes[] = {0,
                               1,
                               31,
                               32,
                               33,
                               63,
                               64,
                               65,
                               4096,
                               SEAL_PIECE - 33,
                               SEAL_PIECE - 32,
                               SEAL_PIECE - 31,
                               SEAL_PIECE,
                               SEAL_PIECE + 1,
                               2 * SEAL_PIECE - 32,
                               3 * SEAL_PIECE + 17};

static uint8_t key[32], nonce[24], secret_key[32], public_key[32];

typedef bool (*Opener)(const uint8_t key[32], const SealSource *source, const SealSink *sink,
                       GError **error);

static void make_keys(void)
{
    randombytes_buf(key, sizeof key);
    randombytes_buf(nonce, sizeof nonce);
    randombytes_buf(secret_key, sizeof secret_key);
    crypto_scalarmult_base(public_key, secret_key);
}

static GByteArray *encrypt(const uint8_t *text, size_t size)
{
    Memory memory;
    memory_open(&memory, text, size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    box_encrypt(key, nonce, &source, &sink, &error);
    g_assert_no_error(error);
    return memory.out;
}

static GByteArray *seal(const uint8_t *text, size_t size)
{
    Memory memory;
    uint8_t ephemeral[32];
    randombytes_buf(ephemeral, sizeof ephemeral);
    memory_open(&memory, text, size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    box_seal(public_key, ephemeral, &source, &sink, &error);
    g_assert_no_error(error);
    return memory.out;
}

static void assert_opens(Opener open, const uint8_t *with, const void *box, size_t box_size,
                         const uint8_t *text, size_t size)
{
    Memory memory;
    memory_open(&memory, box, box_size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    open(with, &source, &sink, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(memory.out->len, ==, size);
    g_assert_true(size == 0 || memcmp(memory.out->data, text, size) == 0);
    memory_close(&memory);
}

/* Refused, with that code, and nothing written. */
static void assert_refused(Opener open, const uint8_t *with, const void *box, size_t box_size,
                           SealError code)
{
    Memory memory;
    memory_open(&memory, box, box_size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    g_assert_false(open(with, &source, &sink, &error));
    g_assert_error(error, SEAL_ERROR, (gint)code);
    g_assert_cmpuint(memory.out->len, ==, 0);
    memory_close(&memory);
}

static void test_file_is_secretbox(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree uint8_t *text = memory_pattern(sizes[i]);
        g_autofree uint8_t *expected = g_malloc(sizes[i] + crypto_secretbox_MACBYTES);
        crypto_secretbox_easy(expected, text, sizes[i], nonce, key);
        g_autoptr(GByteArray) got = encrypt(text, sizes[i]);
        g_assert_cmpuint(got->len, ==, sizes[i] + BOX_OVERHEAD);
        g_assert_cmpint(memcmp(got->data, nonce, sizeof nonce), ==, 0);
        g_assert_cmpint(memcmp(got->data + 24, expected, sizes[i] + 16), ==, 0);
        assert_opens(box_decrypt, key, got->data, got->len, text, sizes[i]);
    }
}

static void test_seal_is_box_seal(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree uint8_t *text = memory_pattern(sizes[i]);
        g_autoptr(GByteArray) ours = seal(text, sizes[i]);
        g_autofree uint8_t *opened = g_malloc(sizes[i] + 1);
        g_assert_cmpuint(ours->len, ==, sizes[i] + crypto_box_SEALBYTES);
        g_assert_cmpint(crypto_box_seal_open(opened, ours->data, ours->len, public_key, secret_key),
                        ==, 0);
        g_assert_cmpint(memcmp(opened, text, sizes[i]), ==, 0);
        g_autofree uint8_t *theirs = g_malloc(sizes[i] + crypto_box_SEALBYTES);
        crypto_box_seal(theirs, text, sizes[i], public_key);
        assert_opens(box_unseal, secret_key, theirs, sizes[i] + crypto_box_SEALBYTES, text,
                     sizes[i]);
    }
}

static void refuse_changes(Opener open, const uint8_t *with, GByteArray *box, size_t overhead)
{
    for (guint i = 0; i < box->len; i++) {
        box->data[i] ^= (uint8_t)(1u << i % 8);
        /* The last bit of an X25519 key is ignored by the curve, and not by the nonce. */
        assert_refused(open, with, box->data, box->len, SEAL_ERROR_REFUSED);
        box->data[i] ^= (uint8_t)(1u << i % 8);
    }
    for (guint cut = 0; cut < box->len; cut++)
        assert_refused(open, with, box->data, cut,
                       cut < overhead ? SEAL_ERROR_FORM : SEAL_ERROR_REFUSED);
    uint8_t more = 0;
    g_byte_array_append(box, &more, 1);
    assert_refused(open, with, box->data, box->len, SEAL_ERROR_REFUSED);
}

static void test_changed_file(void)
{
    g_autofree uint8_t *text = memory_pattern(65);
    g_autoptr(GByteArray) box = encrypt(text, 65);
    refuse_changes(box_decrypt, key, box, BOX_OVERHEAD);
}

static void test_changed_seal(void)
{
    g_autofree uint8_t *text = memory_pattern(65);
    g_autoptr(GByteArray) box = seal(text, 65);
    refuse_changes(box_unseal, secret_key, box, BOX_SEALED_OVERHEAD);
}

static void test_wrong_key(void)
{
    uint8_t other[32];
    randombytes_buf(other, sizeof other);
    g_autofree uint8_t *text = memory_pattern(100);
    g_autoptr(GByteArray) box = encrypt(text, 100);
    g_autoptr(GByteArray) sealed = seal(text, 100);
    assert_refused(box_decrypt, other, box->data, box->len, SEAL_ERROR_REFUSED);
    assert_refused(box_unseal, other, sealed->data, sealed->len, SEAL_ERROR_REFUSED);
}

/* What was authentic when it was read first must still be so when it is decrypted. */
static void test_changed_meanwhile(void)
{
    g_autofree uint8_t *text = memory_pattern(1000);
    g_autoptr(GByteArray) box = encrypt(text, 1000);
    g_autofree uint8_t *second = g_memdup2(box->data, box->len);
    second[500] ^= 1;
    Memory memory;
    memory_open(&memory, box->data, box->len);
    memory.second = second;
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    g_assert_false(box_decrypt(key, &source, &sink, &error));
    g_assert_error(error, SEAL_ERROR, SEAL_ERROR_CHANGED);
    memory_close(&memory);
}

static void test_key_of_small_order(void)
{
    static const uint8_t zeros[32], one[32] = {1};
    const uint8_t *const bad[] = {zeros, one};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        Memory memory;
        memory_open(&memory, "x", 1);
        SealSource source = memory_source(&memory);
        SealSink sink = memory_sink(&memory);
        g_autoptr(GError) error = NULL;
        g_assert_false(box_seal(bad[i], secret_key, &source, &sink, &error));
        g_assert_error(error, SEAL_ERROR, SEAL_ERROR_KEY);
        g_assert_cmpuint(memory.out->len, ==, 0);
        memory_close(&memory);
    }
}

static void test_pair(void)
{
    g_autoptr(Secret) pair = key_pair(secret_key);
    g_assert_cmpuint(secret_size(pair), ==, 64);
    g_assert_cmpint(memcmp(secret_data(pair), public_key, 32), ==, 0);
    g_assert_cmpint(memcmp(secret_data(pair) + 32, secret_key, 32), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) half = key_x25519_secret(secret_span(pair), &error);
    g_assert_no_error(error);
    g_assert_cmpint(memcmp(secret_data(half), secret_key, 32), ==, 0);
    uint8_t found[32];
    g_assert_true(key_x25519_public(secret_span(pair), found, &error));
    g_assert_cmpint(memcmp(found, public_key, 32), ==, 0);
    secret_data(pair)[0] ^= 1;
    g_assert_null(key_x25519_secret(secret_span(pair), &error));
    g_assert_error(error, SEAL_ERROR, SEAL_ERROR_KEY);
}

static void test_key_sizes(void)
{
    uint8_t bytes[66] = {0};
    for (size_t size = 0; size <= sizeof bytes; size++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Secret) read = key_x25519_secret(span_of(bytes, size), &error);
        g_assert_true((read != NULL) == (size == 32));
        g_assert_true((error != NULL) == (size != 32));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    make_keys();
    g_test_add_func("/box/file-is-secretbox", test_file_is_secretbox);
    g_test_add_func("/box/seal-is-box-seal", test_seal_is_box_seal);
    g_test_add_func("/box/changed-file", test_changed_file);
    g_test_add_func("/box/changed-seal", test_changed_seal);
    g_test_add_func("/box/wrong-key", test_wrong_key);
    g_test_add_func("/box/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/box/key-of-small-order", test_key_of_small_order);
    g_test_add_func("/key/pair", test_pair);
    g_test_add_func("/key/sizes", test_key_sizes);
    return g_test_run();
}
