/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim platform, quote and samples: what is written, and how it stands up to the real openssl.
 */
#include "config.h"

#include "core/hex.h"
#include "core/reader.h"
#include "sim/breaks.h"
#include "sim/crypto.h"
#include "tests/unit/sim-support.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)

static void test_platform_says_simulated(void)
{
    g_autofree char *path = place("said");
    g_auto(Ran) ran = run_sim("platform %s --at %s", path, SIM_TIME_TEXT);
    g_assert_cmpint(ran.status, ==, 0);
    assert_says(&ran, "SIMULATED platform");
    assert_says(&ran, "SIMULATED SGX Root CA (mse-console)");
    assert_says(&ran, "valid from 2023-06-01T00:00:00Z until 2023-07-01T00:00:00Z");
    g_assert_cmpstr(ran.err, ==, "");
}

static void test_platform_modes(void)
{
    g_autoptr(GDir) directory = g_dir_open(plain(), 0, NULL);
    const char *name;
    unsigned keys = 0, others = 0;
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *path = g_build_filename(plain(), name, NULL);
        GStatBuf status;
        g_assert_cmpint(g_lstat(path, &status), ==, 0);
        const bool key = g_str_has_suffix(name, ".key");
        g_assert_cmpuint(status.st_mode & 07777, ==, key ? 0600 : 0644);
        g_assert_cmpint(status.st_size, >, 0);
        *(key ? &keys : &others) += 1;
    }
    g_assert_cmpuint(keys, ==, N_STORED_KEYS);
    g_assert_cmpuint(others, >=, N_CERTIFICATES + N_CRLS + 8);
}

static unsigned entries(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    g_assert_nonnull(directory);
    unsigned n = 0;
    while (g_dir_read_name(directory) != NULL)
        n++;
    return n;
}

static void test_platform_replaces_only_its_own(void)
{
    g_autofree char *parent = place("own");
    g_autofree char *path = g_build_filename(parent, "p", NULL);
    g_autofree char *root = g_build_filename(path, "root.pem", NULL);
    g_autofree char *mine = g_build_filename(path, "thesis.txt", NULL);
    must_sim("platform %s --like %s", path, plain());
    g_autoptr(GBytes) before = contents(root);

    g_auto(Ran) again = run_sim("platform %s", path);
    g_assert_cmpint(again.status, ==, 1);
    g_assert_nonnull(strstr(again.err, "--force"));
    g_autoptr(GBytes) kept = contents(root);
    g_assert_true(g_bytes_equal(before, kept));

    must_sim("platform %s --force", path);
    g_autoptr(GBytes) after = contents(root);
    g_assert_false(g_bytes_equal(before, after));

    g_assert_true(g_file_set_contents(mine, "mine", -1, NULL));
    g_auto(Ran) foreign = run_sim("platform %s --force", path);
    g_assert_cmpint(foreign.status, ==, 1);
    g_assert_true(g_file_test(mine, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(entries(parent), ==, 1); /* no temporary is left */
}

static void test_platform_like_another(void)
{
    const char *expired = platform_at("expired", "--expired --days 10"); /* --like the plain one */
    static const char *const same[] = {"root.pem", "root.key", "pck.key", "enclave-signer.key"};
    for (unsigned i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *one = in(plain(), same[i]), *other = in(expired, same[i]);
        g_autoptr(GBytes) first = contents(one), second = contents(other);
        g_assert_true(g_bytes_equal(first, second));
    }
}

static void test_platform_into_empty_and_refused(void)
{
    g_autofree char *empty = place("empty");
    g_assert_cmpint(g_mkdir(empty, 0755), ==, 0);
    must_sim("platform %s --like %s", empty, plain());

    g_autofree char *file = place("a-file");
    g_assert_true(g_file_set_contents(file, "x", -1, NULL));
    g_auto(Ran) ran = run_sim("platform %s --force", file);
    g_assert_cmpint(ran.status, ==, 1);
    g_autoptr(GBytes) still = contents(file);
    g_assert_cmpuint(g_bytes_get_size(still), ==, 1);
}

static json_t *json_at(const char *directory, const char *name)
{
    g_autofree char *path = in(directory, name);
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(value);
    return value;
}

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        g_error("no string %s", key);
    return text;
}

/* The signature of an info in a collateral file, checked with OpenSSL alone. */
static bool info_verifies(const json_t *collateral, const char *key)
{
    g_autofree char *chain_key = g_strconcat(key, "_issuer_chain", NULL),
                    *signature_key = g_strconcat(key, "_signature", NULL);
    const char *chain = member(collateral, chain_key), *text = member(collateral, key);
    const char *hex = member(collateral, signature_key);
    uint8_t raw[64];
    g_assert_true(hex_decode_exact(span_of(hex, strlen(hex)), raw, sizeof raw));
    BIO *bio = BIO_new_mem_buf(chain, -1);
    g_autoptr(X509) signer = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    g_assert_nonnull(signer);
    ECDSA_SIG *signature = ECDSA_SIG_new();
    ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    uint8_t *der = NULL;
    const int size = i2d_ECDSA_SIG(signature, &der);
    ECDSA_SIG_free(signature);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool good =
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, X509_get0_pubkey(signer)) == 1 &&
        EVP_DigestVerify(context, der, (size_t)size, (const uint8_t *)text, strlen(text)) == 1;
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return good;
}

static void test_collateral_is_signed(void)
{
    static const char *const files[] = {"collateral.json", "collateral-sgx.json",
                                        "collateral-tdx.json"};
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        json_t *collateral = json_at(plain(), files[i]);
        g_assert_true(info_verifies(collateral, "tcb_info"));
        g_assert_true(info_verifies(collateral, "qe_identity"));
        json_decref(collateral);
    }
    g_autofree char *quote = place("unused.bin"), *broken = place("forged.json");
    must_sim("quote %s --break tcb-info-forged --output %s --collateral-output %s", plain(), quote,
             broken);
    json_t *collateral = json_at(g_getenv("HOME"), "forged.json");
    g_assert_false(info_verifies(collateral, "tcb_info"));
    g_assert_true(info_verifies(collateral, "qe_identity"));
    json_decref(collateral);
}

static json_t *info_of(const char *directory, const char *file, const char *key)
{
    json_t *collateral = json_at(directory, file);
    json_t *info = json_loads(member(collateral, key), JSON_REJECT_DUPLICATES, NULL);
    json_decref(collateral);
    g_assert_nonnull(info);
    return info;
}

static void test_infos_say_what_was_asked(void)
{
    const char *directory = platform_at(
        "asked", "--tcb OutOfDate --qe Revoked --fmspc 00906ed50000 --tee tdx --days 7");
    json_t *info = info_of(directory, "collateral.json", "tcb_info");
    g_assert_cmpstr(member(info, "id"), ==, "TDX");
    g_assert_cmpstr(member(info, "fmspc"), ==, "00906ED50000");
    g_assert_cmpstr(member(info, "issueDate"), ==, "2023-06-01T00:00:00Z");
    g_assert_cmpstr(member(info, "nextUpdate"), ==, "2023-06-08T00:00:00Z");
    g_assert_cmpint(json_integer_value(json_object_get(info, "version")), ==, 3);
    const json_t *levels = json_object_get(info, "tcbLevels");
    g_assert_cmpuint(json_array_size(levels), >=, 4);
    g_assert_cmpstr(member(json_array_get(levels, 0), "tcbStatus"), ==, "UpToDate");
    g_assert_cmpstr(member(json_array_get(levels, 1), "tcbStatus"), ==, "OutOfDate");
    json_decref(info);
    json_t *identity = info_of(directory, "collateral.json", "qe_identity");
    g_assert_cmpstr(member(identity, "id"), ==, "TD_QE");
    levels = json_object_get(identity, "tcbLevels");
    g_assert_cmpstr(member(json_array_get(levels, 1), "tcbStatus"), ==, "Revoked");
    json_decref(identity);

    const char *expired = platform_at("expired", "--expired --days 10");
    info = info_of(expired, "collateral-sgx.json", "tcb_info");
    g_assert_cmpstr(member(info, "id"), ==, "SGX");
    g_assert_null(json_object_get(info, "tdxModule"));
    g_assert_cmpstr(member(info, "nextUpdate"), ==, "2023-05-22T00:00:00Z");
    json_decref(info);
}

typedef struct QuoteCase {
    const char *options;
    uint16_t version;
    size_t body; /* offset */
    size_t size; /* of the body */
} QuoteCase;

static const QuoteCase quote_cases[] = {
    {"", 3, 48, 384},
    {"--version 4", 4, 48, 384},
    {"--version 5", 5, 54, 384},
    {"--tee tdx", 4, 48, 584},
    {"--tee tdx --version 5", 5, 54, 584},
    {"--tee tdx --td 1.5", 5, 54, 648},
};

static GBytes *make_quote(const char *directory, const char *options)
{
    g_autofree char *path = place("quote.bin");
    must_sim("quote %s %s --output %s", directory, options, path);
    return contents(path);
}

static uint16_t take_u16(Reader *reader)
{
    uint16_t value = 0;
    g_assert_true(reader_u16le(reader, &value));
    return value;
}

static uint32_t take_u32(Reader *reader)
{
    uint32_t value = 0;
    g_assert_true(reader_u32le(reader, &value));
    return value;
}

static Span take(Reader *reader, size_t size)
{
    Span span = {0};
    g_assert_true(reader_take(reader, size, &span));
    return span;
}

static void assert_quote(const QuoteCase *row, Span quote, Span chain)
{
    Reader reader = reader_on(quote);
    g_assert_cmpuint(take_u16(&reader), ==, row->version);
    g_assert_cmpuint(take_u16(&reader), ==, 2);
    take(&reader, row->body + row->size - 4);
    g_assert_cmpuint(take_u32(&reader), ==, reader_left(&reader));
    take(&reader, 128); /* signature, attestation key */
    if (row->version > 3) {
        g_assert_cmpuint(take_u16(&reader), ==, 6);
        g_assert_cmpuint(take_u32(&reader), ==, reader_left(&reader));
    }
    take(&reader, 384 + 64); /* QE report, its signature */
    g_assert_cmpuint(take_u16(&reader), ==, 32);
    take(&reader, 32);
    g_assert_cmpuint(take_u16(&reader), ==, 5);
    const Span pem = take(&reader, take_u32(&reader));
    g_assert_cmpuint(reader_left(&reader), ==, 0);
    g_assert_true(span_equal(span_of(pem.data, pem.size - 1), chain));
}

static void test_quote_structure(void)
{
    g_autofree char *chain_path = in(plain(), "pck-chain.pem");
    g_autoptr(GBytes) chain = contents(chain_path);
    for (unsigned i = 0; i < G_N_ELEMENTS(quote_cases); i++) {
        g_autoptr(GBytes) quote = make_quote(plain(), quote_cases[i].options);
        assert_quote(&quote_cases[i], bytes_span(quote), bytes_span(chain));
    }
}

static void assert_hex_at(GBytes *quote, size_t at, const char *hex)
{
    const size_t size = strlen(hex) / 2;
    g_assert_cmpuint(g_bytes_get_size(quote), >=, at + size);
    g_autofree char *found = hex_encode(span_of(bytes_span(quote).data + at, size));
    g_assert_cmpstr(found, ==, hex);
}

#define HEX32 "1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c9ab2"
#define HEX48 HEX32 "00112233445566778899aabbccddeeff"

static void test_quote_fields(void)
{
    g_autoptr(GBytes) sgx =
        make_quote(plain(), "--mrenclave " HEX32 " --mrsigner " HEX32 " --isv-prod-id 258 "
                            "--isv-svn 7 --report-data c0ffee --debug");
    assert_hex_at(sgx, 48 + 48, "07");
    assert_hex_at(sgx, 48 + 64, HEX32);
    assert_hex_at(sgx, 48 + 128, HEX32);
    assert_hex_at(sgx, 48 + 256, "02010700");
    assert_hex_at(sgx, 48 + 320, "c0ffee0000");
    g_autoptr(GBytes) tdx =
        make_quote(plain(), "--tee tdx --td 1.5 --mrtd " HEX48 " --rtmr 0=" HEX48 " --rtmr 3=" HEX48
                            " --report-data 77 --debug");
    assert_hex_at(tdx, 54 + 120, "01");
    assert_hex_at(tdx, 54 + 136, HEX48);
    assert_hex_at(tdx, 54 + 328, HEX48);
    assert_hex_at(tdx, 54 + 472, HEX48);
    assert_hex_at(tdx, 54 + 520, "7700");
}

static void test_every_break_can_be_made(void)
{
    g_autofree char *output = place("broken.out"), *collateral = place("broken.json");
    unsigned n = 0;
    for (const Break *row = break_table; row->name != NULL; row++, n++) {
        const bool tdx = row->kind == BREAK_TDX || row->kind == BREAK_TD_1_5;
        const char *form = row->part == BREAK_APPLICATION ? "--certificate" : "";
        must_sim("quote %s --break %s %s %s --output %s --collateral-output %s", plain(), row->name,
                 tdx ? "--tee tdx --td 1.5" : "", form, output, collateral);
        for (const Break *other = break_table; other != row; other++)
            g_assert_cmpstr(other->name, !=, row->name);
    }
    g_assert_cmpuint(n, >, 80);
    g_auto(Ran) list = run_sim("quote --break list");
    g_assert_cmpint(list.status, ==, 0);
    for (const Break *row = break_table; row->name != NULL; row++)
        assert_says(&list, row->name);
}

/* The signed bytes of an unbroken quote do not depend on chance: a break in the quote shows there,
 * one in the collateral does not. */
static void test_breaks_differ(void)
{
    g_autofree char *path = place("b.bin"), *collateral = place("b.json");
    g_autoptr(GBytes) sound = make_quote(plain(), "");
    g_autoptr(GBytes) sound_head = g_bytes_new_from_bytes(sound, 0, 432);
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    static const char *const in_body[] = {"format-version", "format-key-type", "header-reserved",
                                          "vendor",         "mrenclave",       "debug"};
    for (unsigned i = 0; i < G_N_ELEMENTS(in_body); i++) {
        must_sim("quote %s --break %s --output %s", plain(), in_body[i], path);
        g_autoptr(GBytes) quote = contents(path);
        g_autoptr(GBytes) head = g_bytes_new_from_bytes(quote, 0, 432);
        g_assert_false(g_bytes_equal(head, sound_head));
        g_assert_true(g_hash_table_add(seen, g_bytes_ref(head)));
    }
    must_sim("quote %s --break crl-forged --output %s --collateral-output %s", plain(), path,
             collateral);
    g_autoptr(GBytes) quote = contents(path);
    g_assert_true(
        span_equal(span_of(bytes_span(quote).data, 432), span_of(bytes_span(sound).data, 432)));
}

/* The octets of the extension with this OID, or an empty span. */
static Span extension_octets(const X509 *certificate, const char *oid_text)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(oid_text, 1);
    const int at = X509_get_ext_by_OBJ(certificate, oid, -1);
    ASN1_OBJECT_free(oid);
    if (at < 0)
        return span_of(NULL, 0);
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    return span_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

static X509 *read_certificate(const char *pem, size_t size)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)size);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    g_assert_nonnull(certificate);
    return certificate;
}

static void assert_bound(const X509 *certificate, Span report_data)
{
    uint8_t point[65] = {4}, digest[32];
    key_point(X509_get0_pubkey(certificate), point + 1);
    digest_sha256(span_of(point, sizeof point), digest);
    g_assert_true(span_equal(span_of(digest, 32), span_of(report_data.data, 32)));
}

static void test_certificate(void)
{
    g_autofree char *path = place("ratls.pem"), *key = place("ratls.key");
    must_sim("quote %s --certificate --san mse.example --enclave-key " HEX32
             " --key %s --output %s",
             plain(), key, path);
    GStatBuf status;
    g_assert_cmpint(g_stat(key, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
    g_autoptr(GBytes) pem = contents(path);
    g_autoptr(X509) certificate =
        read_certificate((const char *)bytes_span(pem).data, g_bytes_get_size(pem));
    const Span quote = extension_octets(certificate, "1.2.840.113741.1337.6");
    g_assert_cmpuint(quote.size, >, 4000);
    assert_bound(certificate, span_of(quote.data + 48 + 320, 64));
    g_autofree char *enclave_key = hex_encode(span_of(quote.data + 48 + 352, 32));
    g_assert_cmpstr(enclave_key, ==, HEX32);
    g_assert_cmpint(X509_verify(certificate, X509_get0_pubkey(certificate)), ==, 1);
    g_assert_cmpint(X509_check_host(certificate, "mse.example", 0, 0, NULL), ==, 1);

    /* The key that is there is used again. */
    g_autoptr(GBytes) key_before = contents(key);
    must_sim("quote %s --certificate --tee tdx --key %s --output %s", plain(), key, path);
    g_autoptr(GBytes) key_after = contents(key);
    g_assert_true(g_bytes_equal(key_before, key_after));
    g_autoptr(GBytes) second = contents(path);
    g_autoptr(X509) td =
        read_certificate((const char *)bytes_span(second).data, g_bytes_get_size(second));
    const Span td_quote = extension_octets(td, "1.2.840.113741.1337.8");
    g_assert_cmpuint(td_quote.size, ==, 8192);
    assert_bound(td, span_of(td_quote.data + 48 + 520, 64));
    g_assert_cmpint(EVP_PKEY_eq(X509_get0_pubkey(td), X509_get0_pubkey(certificate)), ==, 1);
}

static void test_evidence(void)
{
    g_auto(Ran) ran = run_sim("quote %s --evidence", plain());
    g_assert_cmpint(ran.status, ==, 0);
    json_t *evidence = json_loadb(ran.out, ran.out_size, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(evidence);
    static const char *const members[] = {"ratls_certificate", "root_ca_crl", "pck_platform_crl",
                                          "tcb_info",          "qe_identity", "tcb_cert",
                                          "signer_pk"};
    for (unsigned i = 0; i < G_N_ELEMENTS(members); i++)
        g_assert_cmpuint(strlen(member(evidence, members[i])), >, 100);
    const json_t *arguments = json_object_get(evidence, "input_args");
    g_assert_nonnull(strstr(member(arguments, "subject"), "SIMULATED"));
    g_assert_true(json_is_integer(json_object_get(arguments, "expiration_date")));

    /* MRSIGNER in the quote is that of signer_pk. */
    const char *pem = member(evidence, "ratls_certificate"), *spki = member(evidence, "signer_pk");
    g_autoptr(X509) certificate = read_certificate(pem, strlen(pem));
    const Span quote = extension_octets(certificate, "1.2.840.113741.1337.6");
    BIO *bio = BIO_new_mem_buf(spki, -1);
    g_autoptr(EVP_PKEY) signer = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    g_assert_nonnull(signer);
    uint8_t mr_signer[32];
    key_mrsigner(signer, mr_signer);
    g_assert_true(span_equal(span_of(mr_signer, 32), span_of(quote.data + 48 + 128, 32)));

    gsize size;
    g_autofree guchar *body = g_base64_decode(member(evidence, "tcb_info"), &size);
    json_t *info = json_loadb((const char *)body, size, 0, NULL);
    g_assert_true(json_is_object(json_object_get(info, "tcbInfo")));
    json_decref(info);
    json_decref(evidence);
}

static void test_samples(void)
{
    g_autofree char *path = place("samples");
    g_auto(Ran) made = run_sim("samples %s --at %s", path, SIM_TIME_TEXT);
    g_assert_cmpint(made.status, ==, 0);
    assert_says(&made, "&& MSE_CONSOLE_CONFIG=settings/config.toml mse-console");
    g_assert_cmpuint(entries(path), ==, 14);
    g_autofree char *settings = in(path, "settings/config.toml");
    g_autoptr(GBytes) text = contents(settings);
    g_assert_nonnull(g_strstr_len((const char *)bytes_span(text).data,
                                  (gssize)g_bytes_get_size(text), "platform/root.pem"));
    g_auto(Ran) again = run_sim("samples %s", path);
    g_assert_cmpint(again.status, ==, 1);
    must_sim("samples %s --force", path);
    g_autofree char *mine = g_build_filename(path, "platform", "mine.txt", NULL);
    g_assert_true(g_file_set_contents(mine, "mine", -1, NULL));
    g_auto(Ran) foreign = run_sim("samples %s --force", path);
    g_assert_cmpint(foreign.status, ==, 1);
    g_assert_true(g_file_test(mine, G_FILE_TEST_EXISTS));
}

static void test_wrong_usage(void)
{
    static const char *const lines[] = {
        "",
        "nothing",
        "platform",
        "platform a b",
        "platform x --tcb Splendid",
        "platform x --fmspc 30606a",
        "platform x --days 0",
        "platform x --days -1",
        "platform x --at yesterday",
        "platform x --at 0",
        "platform x --tcb",
        "platform x --debug=yes",
        "platform x --days 1 --days 2",
        "platform x --nothing",
        "quote",
        "quote x --mrenclave 12",
        "quote x --version 6",
        "quote x --tee tdx --version 3",
        "quote x --tee tdx --mrenclave " HEX32,
        "quote x --mrtd " HEX48,
        "quote x --td 1.5",
        "quote x --tee tdx --td 1.5 --version 4",
        "quote x --rtmr 4=" HEX48 " --tee tdx",
        "quote x --san localhost",
        "quote x --certificate --report-data 00",
        "quote x --certificate --san a,b",
        "quote x --break nothing",
        "quote x --break tcb-info-expired",
        "quote x --break binding",
        "quote x --break td-sept",
        "pccs",
        "pccs x --fault hang",
        "pccs x --fault hang@nothing",
        "pccs x --fault slow@tcb",
        "pccs x --fault status=99@tcb",
        "pccs x --fault explode@tcb",
        "samples",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_auto(Ran) ran = run_sim("%s", lines[i]);
        if (ran.status != 2)
            g_error("“%s”: status %d: %s", lines[i], ran.status, ran.err);
        g_assert_cmpstr(ran.out, ==, "");
        g_assert_true(g_str_has_prefix(ran.err, "mse-sim: "));
        g_assert_true(g_str_has_suffix(ran.err, "\n"));
        g_assert_true(strchr(ran.err, '\n')[1] == '\0'); /* one sentence */
    }
}

static void test_bad_platform(void)
{
    g_autofree char *missing = place("missing");
    g_auto(Ran) none = run_sim("quote %s", missing);
    g_assert_cmpint(none.status, ==, 1);
    g_assert_cmpstr(none.out, ==, "");

    static const char *const files[] = {"platform.json", "root.pem", "pck.key", "root.crl",
                                        "tcb-info-sgx.json"};
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = place("spoiled-%u", i);
        g_autofree char *file = in(path, files[i]);
        must_sim("platform %s --like %s", path, plain());
        g_assert_true(g_file_set_contents(file, "{\"noise\":\x01}", -1, NULL));
        g_auto(Ran) ran = run_sim("quote %s", path);
        g_assert_cmpint(ran.status, ==, 1);
        g_assert_cmpstr(ran.out, ==, "");
        g_assert_nonnull(strstr(ran.err, files[i]));
    }
}

static void test_help(void)
{
    g_auto(Ran) all = run_sim("--help");
    g_assert_cmpint(all.status, ==, 0);
    assert_says(&all, "SIMULATED");
    static const char *const verbs[] = {"platform", "quote", "pccs", "samples"};
    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++) {
        assert_says(&all, verbs[i]);
        g_auto(Ran) one = run_sim("%s --help", verbs[i]);
        g_assert_cmpint(one.status, ==, 0);
        assert_says(&one, "SIMULATED");
        assert_says(&one, "--help");
    }
    g_auto(Ran) options = run_sim("--manual options");
    assert_says(&options, "\\fB\\-\\-report\\-data\\fR \\fIHEX\\fR");
    g_auto(Ran) breaks = run_sim("--manual breaks");
    assert_says(&breaks, "tcb\\-info\\-forged");
    g_auto(Ran) synopsis = run_sim("--manual synopsis");
    assert_says(&synopsis, "mse\\-sim samples");
    g_auto(Ran) version = run_sim("--version");
    assert_says(&version, PACKAGE_VERSION);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/platform/says-simulated", test_platform_says_simulated);
    g_test_add_func("/sim/platform/modes", test_platform_modes);
    g_test_add_func("/sim/platform/replaces-only-its-own", test_platform_replaces_only_its_own);
    g_test_add_func("/sim/platform/like-another", test_platform_like_another);
    g_test_add_func("/sim/platform/empty-and-refused", test_platform_into_empty_and_refused);
    g_test_add_func("/sim/collateral/signed", test_collateral_is_signed);
    g_test_add_func("/sim/collateral/as-asked", test_infos_say_what_was_asked);
    g_test_add_func("/sim/quote/structure", test_quote_structure);
    g_test_add_func("/sim/quote/fields", test_quote_fields);
    g_test_add_func("/sim/quote/breaks-made", test_every_break_can_be_made);
    g_test_add_func("/sim/quote/breaks-differ", test_breaks_differ);
    g_test_add_func("/sim/certificate", test_certificate);
    g_test_add_func("/sim/evidence", test_evidence);
    g_test_add_func("/sim/samples", test_samples);
    g_test_add_func("/sim/usage", test_wrong_usage);
    g_test_add_func("/sim/bad-platform", test_bad_platform);
    g_test_add_func("/sim/help", test_help);
    return g_test_run();
}
