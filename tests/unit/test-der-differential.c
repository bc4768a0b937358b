/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our certificate reader held to OpenSSL's d2i_X509, on certificates made here, on those beside the
 * tree, and on mutations of all of them. Ours never accepts what d2i_X509 refuses; where d2i_X509
 * accepts and ours refuses, one of the rules of der-rules.c must say why; where both accept, every
 * field is the same.
 */
#include "config.h"

#include "der-rules.h"

#include "attest/certificate.h"
#include "core/limits.h"
#include "format/json_pull.h"
#include "format/pem.h"

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)

typedef struct Tally {
    unsigned both_accept, both_refuse, ours_stricter;
} Tally;

static unsigned explained[32]; /* by rule */

static bool explain(const X509 *x509, Span der)
{
    g_assert_cmpuint(n_der_rules(), <=, G_N_ELEMENTS(explained));
    for (size_t i = 0; i < n_der_rules(); i++) {
        if (der_rule_explains(i, x509, der)) {
            explained[i]++;
            return true;
        }
    }
    return false;
}

/* Field by field. */

static void check_bytes(const char *what, Span ours, const uint8_t *theirs, int size)
{
    if (!span_equal(ours, span_of(theirs, (size_t)size)))
        g_error("%s differs", what);
}

static void check_encoded(const char *what, Span ours, uint8_t *theirs, int size)
{
    g_assert_cmpint(size, >, 0);
    check_bytes(what, ours, theirs, size);
    OPENSSL_free(theirs);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    int days, seconds;
    g_autofree char *text = NULL;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    g_assert_true(ASN1_TIME_diff(&days, &seconds, epoch, time));
    ASN1_TIME_free(epoch);
    return (int64_t)days * 86400 + seconds;
}

static void check_extensions(const Certificate *ours, const X509 *x509)
{
    Reader reader = reader_on(ours->extensions);
    ExtensionItem item;
    int n = 0;
    while (extension_next(&reader, &item)) {
        X509_EXTENSION *extension = X509_get_ext(x509, n++);
        g_assert_nonnull(extension);
        const ASN1_OBJECT *oid = X509_EXTENSION_get_object(extension);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        check_bytes("extension", item.oid, OBJ_get0_data(oid), (int)OBJ_length(oid));
        check_bytes("extension's value", item.value, ASN1_STRING_get0_data(value),
                    ASN1_STRING_length(value));
        g_assert_cmpint(item.critical, ==, X509_EXTENSION_get_critical(extension));
    }
    g_assert_cmpint(n, ==, MAX(X509_get_ext_count(x509), 0));
}

static void check_fields(const Certificate *ours, X509 *x509)
{
    uint8_t *bytes = NULL;
    int size = i2d_X509(x509, &bytes);
    check_encoded("the whole", ours->der, bytes, size);
    bytes = NULL;
    size = i2d_re_X509_tbs(x509, &bytes);
    check_encoded("the signed part", ours->tbs, bytes, size);
    bytes = NULL;
    size = i2d_X509_NAME(X509_get_issuer_name(x509), &bytes);
    check_encoded("issuer", ours->issuer, bytes, size);
    bytes = NULL;
    size = i2d_X509_NAME(X509_get_subject_name(x509), &bytes);
    check_encoded("subject", ours->subject, bytes, size);
    bytes = NULL;
    size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &bytes);
    check_encoded("public key", ours->spki, bytes, size);

    const ASN1_BIT_STRING *signature;
    X509_get0_signature(&signature, NULL, x509);
    check_bytes("signature", ours->signature, ASN1_STRING_get0_data(signature),
                ASN1_STRING_length(signature));
    g_autoptr(BIGNUM) theirs = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    g_autoptr(BIGNUM) serial = BN_bin2bn(ours->serial.data, (int)ours->serial.size, NULL);
    g_assert_cmpint(BN_cmp(serial, theirs), ==, 0);
    g_assert_cmpint(ours->not_before, ==, seconds_of(X509_get0_notBefore(x509)));
    g_assert_cmpint(ours->not_after, ==, seconds_of(X509_get0_notAfter(x509)));
    check_extensions(ours, x509);
}

static void show_and_fail(const char *problem, const char *detail, Span der)
{
    g_autoptr(GString) hex = g_string_new(NULL);
    for (size_t i = 0; i < der.size; i++)
        g_string_append_printf(hex, "%02x", der.data[i]);
    g_error("%s (%s): %s", problem, detail != NULL ? detail : "", hex->str);
}

static void compare(Span der, Tally *tally)
{
    g_autoptr(GError) error = NULL;
    const uint8_t *at = der.data;
    Certificate ours;
    g_autoptr(X509) x509 = d2i_X509(NULL, &at, (long)der.size);
    bool theirs_accepts = x509 != NULL && at == der.data + der.size;
    bool ours_accepts = certificate_parse(der, &ours, &error);
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    if (ours_accepts && !theirs_accepts)
        show_and_fail("ours accepts, d2i_X509 refuses", reason, der);
    if (!ours_accepts && theirs_accepts && !explain(x509, der))
        show_and_fail("ours refuses, d2i_X509 accepts, no rule says why", error->message, der);
    if (ours_accepts)
        check_fields(&ours, x509);
    tally->both_accept += ours_accepts;
    tally->both_refuse += !ours_accepts && !theirs_accepts;
    tally->ours_stricter += !ours_accepts && theirs_accepts;
}

/* A bit, a byte that means something in DER, the next value of a byte, one byte less or more. */
static void mutate(GByteArray *der, GRand *random)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                                      0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x7f,
                                      0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa3, 0xff};
    guint at = (guint)g_rand_int_range(random, 0, (gint32)der->len);
    switch (g_rand_int_range(random, 0, 5)) {
    case 0:
        der->data[at] ^= (uint8_t)(1 << g_rand_int_range(random, 0, 8));
        return;
    case 1:
        der->data[at] = telling[g_rand_int_range(random, 0, G_N_ELEMENTS(telling))];
        return;
    case 2:
        der->data[at]++;
        return;
    case 3:
        if (der->len > 1)
            g_byte_array_remove_index(der, at);
        return;
    default: {
        uint8_t again = der->data[at];
        g_byte_array_append(der, &again, 1);
    }
    }
}

static void compare_mutated(Span der, unsigned rounds, GRand *random, Tally *tally)
{
    for (unsigned round = 0; round < rounds; round++) {
        g_autoptr(GByteArray) copy = g_byte_array_new();
        g_byte_array_append(copy, der.data, (guint)der.size);
        for (int n = g_rand_int_range(random, 1, 3); n > 0; n--)
            mutate(copy, random);
        compare(span_of(copy->data, copy->len), tally);
    }
}

/* Certificates made here. */

typedef struct Recipe {
    const char *key;    /* "P-256", "P-384", "RSA", "ED25519" */
    long version;       /* as encoded */
    const char *serial; /* hex, perhaps negative */
    const char *name;   /* common name; NULL for an empty Name */
    int name_type;
    const char *not_before, *not_after; /* as ASN1_TIME_set_string takes them */
    const char *extensions;             /* "name=value" lines as OpenSSL's configuration has them */
    bool accepted;
} Recipe;

static const Recipe recipes[] = {
    {"P-256", 2, "01", "one", V_ASN1_UTF8STRING, "230601000000Z", "330601000000Z",
     "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
     "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid,issuer\n"
     "crlDistributionPoints=URI:http://localhost/root.crl",
     true},
    {"P-256", 2, "00", "zero", V_ASN1_PRINTABLESTRING, "19500101000000Z", "99991231235959Z",
     "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,nonRepudiation,decipherOnly", true},
    {"P-384", 2, "7fffffffffffffffffffffffffffffffffffffff", "long", V_ASN1_BMPSTRING,
     "491231235959Z", "20500101000000Z",
     "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost", true},
    {"RSA", 2, "ff", "rsa", V_ASN1_T61STRING, "240229000000Z", "20500101000000Z",
     "subjectKeyIdentifier=hash\n1.2.840.113741.1337.6=DER:04020500", true},
    {"ED25519", 2, "1234", "ed", V_ASN1_IA5STRING, "230601000000Z", "330601000000Z", "", true},
    {"P-256", 2, "05", NULL, 0, "230601000000Z", "330601000000Z",
     "1.2.840.113741.1.13.1=critical,DER:3000\n1.2.3.4=critical,DER:0500", true},
    {"P-256", 0, "05", "version 1", V_ASN1_UTF8STRING, "230601000000Z", "330601000000Z", "", false},
    {"P-256", 2, "-05", "negative", V_ASN1_UTF8STRING, "230601000000Z", "330601000000Z", "", false},
    {"P-256", 2, "0102030405060708090a0b0c0d0e0f101112131415", "too long", V_ASN1_UTF8STRING,
     "230601000000Z", "330601000000Z", "", false},
    {"P-256", 2, "05", "12345", V_ASN1_NUMERICSTRING, "230601000000Z", "330601000000Z", "", false},
    {"P-256", 2, "05", "two quotes", V_ASN1_UTF8STRING, "230601000000Z", "330601000000Z",
     "1.2.3.5=DER:0500\n1.2.3.5=DER:0500", false},
};

/* Fixed keys, so that every run has the same bytes: the curve's generator, a number for RSA. */
static void push_point(OSSL_PARAM_BLD *build, const char *curve, uint8_t *point)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(curve));
    size_t size = EC_POINT_point2oct(group, EC_GROUP_get0_generator(group),
                                     POINT_CONVERSION_UNCOMPRESSED, point, 97, NULL);
    g_assert_true(OSSL_PARAM_BLD_push_utf8_string(build, "group", curve, 0));
    g_assert_true(OSSL_PARAM_BLD_push_octet_string(build, "pub", point, size));
    EC_GROUP_free(group);
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    g_assert_cmpint(EVP_PKEY_fromdata_init(context), ==, 1);
    g_assert_cmpint(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), ==, 1);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *signing_key(void)
{
    static const uint8_t seed[32] = "a key for tests, and no secret.";
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
}

static EVP_PKEY *make_key(const char *kind)
{
    uint8_t point[97];
    if (strcmp(kind, "ED25519") == 0)
        return signing_key();
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    g_autoptr(BIGNUM) modulus = BN_new();
    g_autoptr(BIGNUM) exponent = BN_new();
    bool is_rsa = strcmp(kind, "RSA") == 0;
    if (is_rsa) {
        g_assert_true(BN_set_bit(modulus, 2047) && BN_set_bit(modulus, 0) &&
                      BN_set_word(exponent, 65537));
        g_assert_true(OSSL_PARAM_BLD_push_BN(build, "n", modulus));
        g_assert_true(OSSL_PARAM_BLD_push_BN(build, "e", exponent));
    } else {
        push_point(build, kind, point);
    }
    EVP_PKEY *key = key_from(is_rsa ? "RSA" : "EC", build);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static void add_extensions(X509 *x509, const char *lines)
{
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    X509V3_CTX context;
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    for (size_t i = 0; each[i] != NULL && *each[i] != '\0'; i++) {
        g_auto(GStrv) pair = g_strsplit(each[i], "=", 2);
        X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &context, pair[0], pair[1]);
        g_assert_nonnull(extension);
        g_assert_true(X509_add_ext(x509, extension, -1));
        X509_EXTENSION_free(extension);
    }
}

static void set_fields(X509 *x509, const Recipe *recipe)
{
    BIGNUM *serial = NULL;
    X509_NAME *name = X509_get_subject_name(x509);
    g_assert_true(X509_set_version(x509, recipe->version));
    g_assert_cmpint(BN_hex2bn(&serial, recipe->serial), >, 0);
    g_assert_nonnull(BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509)));
    BN_free(serial);
    if (recipe->name != NULL)
        g_assert_true(X509_NAME_add_entry_by_NID(name, NID_commonName, recipe->name_type,
                                                 (const unsigned char *)recipe->name, -1, -1, 0));
    g_assert_true(X509_set_issuer_name(x509, name));
    g_assert_true(ASN1_TIME_set_string(X509_getm_notBefore(x509), recipe->not_before));
    g_assert_true(ASN1_TIME_set_string(X509_getm_notAfter(x509), recipe->not_after));
}

static GBytes *make_certificate(const Recipe *recipe)
{
    g_autoptr(EVP_PKEY) key = make_key(recipe->key);
    g_autoptr(EVP_PKEY) signer = signing_key(); /* Ed25519 signs the same way each time */
    g_autoptr(X509) x509 = X509_new();
    uint8_t *der = NULL;
    g_assert_nonnull(key);
    set_fields(x509, recipe);
    g_assert_true(X509_set_pubkey(x509, key));
    add_extensions(x509, recipe->extensions);
    g_assert_cmpint(X509_sign(x509, signer, NULL), >, 0);
    int size = i2d_X509(x509, &der);
    g_assert_cmpint(size, >, 0);
    GBytes *bytes = g_bytes_new(der, (gsize)size);
    OPENSSL_free(der);
    return bytes;
}

/* `n` extensions of their own OIDs, in lines as add_extensions takes them. */
static char *many_extensions(unsigned n)
{
    GString *lines = g_string_new(NULL);
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(lines, "%s1.2.3.%u=DER:0500", i > 0 ? "\n" : "", i);
    return g_string_free(lines, FALSE);
}

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static void show(const Tally *tally)
{
    g_test_message("%u accepted by both, %u refused by both, ours stricter on %u:",
                   tally->both_accept, tally->both_refuse, tally->ours_stricter);
    for (size_t i = 0; i < n_der_rules(); i++)
        g_test_message("  %u: %s", explained[i], der_rule_name(i));
    memset(explained, 0, sizeof explained);
}

static void test_made(void)
{
    enum { ROUNDS = 1500, SEED = 20230601 };
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    Tally mutated = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(recipes); i++) {
        g_autoptr(GBytes) der = make_certificate(&recipes[i]);
        Tally as_made = {0};
        compare(bytes_span(der), &as_made);
        g_assert_cmpuint(as_made.both_accept, ==, recipes[i].accepted);
        g_assert_cmpuint(as_made.ours_stricter, ==, !recipes[i].accepted);
        if (recipes[i].accepted)
            compare_mutated(bytes_span(der), ROUNDS, random, &mutated);
    }
    show(&mutated);
    g_assert_cmpuint(mutated.both_accept, >, 500);
    g_assert_cmpuint(mutated.both_refuse, >, 500);
}

static void test_truncated(void)
{
    g_autoptr(GBytes) der = make_certificate(&recipes[0]);
    Tally tally = {0};
    for (size_t size = 0; size < g_bytes_get_size(der); size++)
        compare(span_of(bytes_span(der).data, size), &tally);
    g_assert_cmpuint(tally.both_refuse, ==, g_bytes_get_size(der));
}

static void test_many_extensions(void)
{
    unsigned most = (unsigned)limit_row(LIMIT_EXTENSIONS)->maximum;
    for (unsigned over = 0; over <= 1; over++) {
        g_autofree char *lines = many_extensions(most + over);
        Recipe recipe = recipes[0];
        recipe.extensions = lines;
        g_autoptr(GBytes) der = make_certificate(&recipe);
        Tally tally = {0};
        compare(bytes_span(der), &tally);
        g_assert_cmpuint(tally.ours_stricter, ==, over);
    }
}

/* Certificates beside the tree: chains in quotes, in collateral, in PEM files. */

static void collect(Span text, GHashTable *found)
{
    const uint8_t *begin =
        text.size > 0 ? memmem(text.data, text.size, "-----BEGIN CERT", 15) : NULL;
    if (begin == NULL)
        return;
    size_t left = text.size - (size_t)(begin - text.data);
    g_autoptr(GPtrArray) blocks = pem_decode(span_of(begin, left), PEM_TEXT_BETWEEN, 100, NULL);
    for (guint i = 0; blocks != NULL && i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        g_hash_table_add(found, g_bytes_ref(block->der));
    }
}

static void collect_json(Span text, GHashTable *found)
{
    JsonPullValue root, value;
    JsonPullIterator members;
    Span key;
    if (!json_pull_document(text, &root, NULL) || !json_pull_open(&root, &members))
        return;
    while (json_pull_member(&members, &key, &value)) {
        g_autofree char *decoded = json_pull_string(&value);
        if (decoded != NULL)
            collect(span_of(decoded, strlen(decoded)), found);
    }
}

static void collect_below(const char *folder, GHashTable *found)
{
    const char *name;
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            collect_below(path, found);
        } else if (g_file_get_contents(path, &text, &size, NULL)) {
            if (g_str_has_suffix(name, ".json"))
                collect_json(span_of(text, size), found);
            else
                collect(span_of(text, size), found);
        }
    }
}

static int by_content(gconstpointer a, gconstpointer b)
{
    return g_bytes_compare(*(const gconstpointer *)a, *(const gconstpointer *)b);
}

static void test_beside_the_tree(void)
{
    enum { ROUNDS = 60, SEED = 7 };
    const char *source = g_getenv("MSE_TEST_SOURCE");
    g_autofree char *folder = g_build_filename(source != NULL ? source : "..", "..", "shared",
                                               "data", "attestation", NULL);
    g_autoptr(GHashTable) found =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    Tally as_found = {0}, mutated = {0};
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_test_skip("the attestation cases are not beside the tree");
        return;
    }
    collect_below(folder, found);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    GHashTableIter each;
    gpointer der;
    g_hash_table_iter_init(&each, found);
    while (g_hash_table_iter_next(&each, &der, NULL))
        g_ptr_array_add(sorted, der);
    g_ptr_array_sort(sorted, by_content);
    for (guint i = 0; i < sorted->len; i++) {
        Span bytes = bytes_span(g_ptr_array_index(sorted, i));
        compare(bytes, &as_found);
        g_assert_cmpuint(as_found.ours_stricter, ==, 0);
        compare_mutated(bytes, ROUNDS, random, &mutated);
    }
    g_test_message("%u certificates, %u accepted by both", sorted->len, as_found.both_accept);
    show(&mutated);
    g_assert_cmpuint(as_found.both_accept, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/der-differential/made", test_made);
    g_test_add_func("/der-differential/truncated", test_truncated);
    g_test_add_func("/der-differential/many-extensions", test_many_extensions);
    g_test_add_func("/der-differential/beside-the-tree", test_beside_the_tree);
    return g_test_run();
}
