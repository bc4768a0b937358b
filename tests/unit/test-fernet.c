/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fernet: the specification's own token byte for byte, round trips at every edge, every character
 * changed, every length cut, what strict means.
 */
#include "config.h"

#include "core/secret.h"
#include "memory_stream.h"
#include "seal/fernet.h"
#include "seal/key.h"

static uint8_t key[32];
static const uint8_t iv[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* From the specification's generate.json. */
static const char spec_key[] = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
static const char spec_token[] =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmr"
    "huVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
enum { SPEC_TIME = 499162800 };

static void read_spec_key(void)
{
    g_autoptr(GError) error = NULL;
    Cipher cipher;
    g_autoptr(Secret) read = key_symmetric(span_of(spec_key, sizeof spec_key - 1), &cipher, &error);
    g_assert_no_error(error);
    g_assert_cmpint(cipher, ==, CIPHER_FERNET);
    memcpy(key, secret_data(read), sizeof key);
}

static GByteArray *encrypt(const void *text, size_t size)
{
    Memory memory;
    memory_open(&memory, text, size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    fernet_encrypt(key, iv, SPEC_TIME, &source, &sink, &error);
    g_assert_no_error(error);
    return memory.out;
}

static GByteArray *decrypt(const void *token, size_t size, GError **error)
{
    Memory memory;
    memory_open(&memory, token, size);
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    if (fernet_decrypt(key, &source, &sink, error))
        return memory.out;
    g_assert_cmpuint(memory.out->len, ==, 0);
    memory_close(&memory);
    return NULL;
}

static void assert_refused(const void *token, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(decrypt(token, size, &error));
    g_assert_true(error->domain == SEAL_ERROR);
}

static void test_specification(void)
{
    g_autoptr(GByteArray) token = encrypt("hello", 5);
    g_assert_cmpmem(token->data, token->len, spec_token, sizeof spec_token - 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) text = decrypt(spec_token, sizeof spec_token - 1, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(text->data, text->len, "hello", 5);
}

static void test_round_trips(void)
{
    static const size_t edges[] = {SEAL_PIECE / 4 * 3, SEAL_PIECE, 2 * SEAL_PIECE, 5 * SEAL_PIECE};
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (size_t size = 0; size < 100; size++)
        g_array_append_val(sizes, size);
    for (size_t i = 0; i < G_N_ELEMENTS(edges); i++) {
        for (size_t size = edges[i] - 70; size < edges[i] + 20; size += 3)
            g_array_append_val(sizes, size);
    }
    for (guint i = 0; i < sizes->len; i++) {
        size_t size = g_array_index(sizes, size_t, i);
        g_autofree uint8_t *text = memory_pattern(size);
        g_autoptr(GByteArray) token = encrypt(text, size);
        g_assert_cmpuint(token->len, ==, (25 + (size / 16 + 1) * 16 + 32 + 2) / 3 * 4);
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) back = decrypt(token->data, token->len, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(back->len, ==, size);
        g_assert_true(size == 0 || memcmp(back->data, text, size) == 0);
    }
}

static void test_changed(void)
{
    g_autoptr(GByteArray) token = encrypt("the text of a token", 19);
    for (guint i = 0; i < token->len; i++) {
        uint8_t was = token->data[i];
        for (unsigned other = 0; other < 256; other++) {
            if (other == was)
                continue;
            token->data[i] = (uint8_t)other;
            assert_refused(token->data, token->len);
        }
        token->data[i] = was;
    }
    for (guint cut = 0; cut < token->len; cut++)
        assert_refused(token->data, cut);
}

/* What follows or stands before the token. */
static void test_around(void)
{
    static const struct {
        const char *before, *after;
        bool taken;
    } cases[] = {
        {"", "\n", true},  {"", "\r\n", true},  {"", "\n\n", true},    {" ", "", false},
        {"\n", "", false}, {"", " ", false},    {"", "\nA", false},    {"", "=", false},
        {"", "A", false},  {"", "AAAA", false}, {"", "\n====", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(cases[i].before, spec_token, cases[i].after, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) got = decrypt(text, strlen(text), &error);
        g_assert_true((got != NULL) == cases[i].taken);
    }
}

/* A line break at the edge of a piece is one like any other, and so is padding. */
static void test_edges_of_a_piece(void)
{
    size_t size = (size_t)SEAL_PIECE / 4 * 3 - 25 - 32 - 16;
    size -= size % 16;
    for (size_t more = 0; more < 3; more++) {
        g_autofree uint8_t *text = memory_pattern(size + 16 * more);
        g_autoptr(GByteArray) token = encrypt(text, size + 16 * more - 1);
        g_byte_array_append(token, (const guint8 *)"\r\n\n", 3);
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) back = decrypt(token->data, token->len, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(back->len, ==, size + 16 * more - 1);
        g_byte_array_append(token, (const guint8 *)"A", 1);
        assert_refused(token->data, token->len);
    }
}

static void test_wrong_key(void)
{
    key[0] ^= 1;
    assert_refused(spec_token, sizeof spec_token - 1);
    key[0] ^= 1;
    /* The half that encrypts: the HMAC is right, the padding is not, or the text is another. */
    key[31] ^= 1;
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) text = decrypt(spec_token, sizeof spec_token - 1, &error);
    g_assert_true(text == NULL || text->len != 5 || memcmp(text->data, "hello", 5) != 0);
    key[31] ^= 1;
}

static void test_changed_meanwhile(void)
{
    g_autoptr(GByteArray) token = encrypt("one", 3), other = encrypt("two", 3);
    other->data[30] ^= 1;
    g_assert_cmpuint(token->len, ==, other->len);
    Memory memory;
    memory_open(&memory, token->data, token->len);
    memory.second = other->data;
    SealSource source = memory_source(&memory);
    SealSink sink = memory_sink(&memory);
    g_autoptr(GError) error = NULL;
    g_assert_false(fernet_decrypt(key, &source, &sink, &error));
    g_assert_true(error->domain == SEAL_ERROR);
    memory_close(&memory);
}

static void test_key_forms(void)
{
    static const struct {
        const char *text;
        size_t size;
        bool taken;
        Cipher cipher;
    } cases[] = {
        {spec_key, 44, true, CIPHER_FERNET},
        {"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=\n", 45, true, CIPHER_FERNET},
        {"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=\r\n", 46, true, CIPHER_FERNET},
        {"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4", 43, false, 0},
        {"cw/0x689RpI+jtRR7oE8h/eQsKImvJapLeSbXpwF4e4=", 44, false, 0},
        {"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e5=", 44, false, 0},
        {"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ==", 44, false, 0},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 32, true, CIPHER_BOX},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 31, false, 0},
        {"", 0, false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Cipher cipher = CIPHER_FERNET;
        g_autoptr(GError) error = NULL;
        g_autoptr(Secret) read =
            key_symmetric(span_of(cases[i].text, cases[i].size), &cipher, &error);
        g_assert_true((read != NULL) == cases[i].taken);
        g_assert_true(!read || cipher == cases[i].cipher);
    }
    g_autoptr(Secret) text = key_fernet_text(key);
    g_assert_true(span_equal(secret_span(text), span_of(spec_key, 44)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    read_spec_key();
    g_test_add_func("/fernet/specification", test_specification);
    g_test_add_func("/fernet/round-trips", test_round_trips);
    g_test_add_func("/fernet/changed", test_changed);
    g_test_add_func("/fernet/around", test_around);
    g_test_add_func("/fernet/edges-of-a-piece", test_edges_of_a_piece);
    g_test_add_func("/fernet/wrong-key", test_wrong_key);
    g_test_add_func("/fernet/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/fernet/key-forms", test_key_forms);
    return g_test_run();
}
