/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our certificate reader held to OpenSSL's d2i_X509, on certificates made here, on those beside the
 * tree, and on mutations of all of them. Ours never accepts what d2i_X509 refuses; where d2i_X509
 * accepts and ours refuses, one of the rules below must say why; where both accept, every field is
 * the same.
 */
#include "config.h"

#include "attest/certificate.h"
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

/* The rules: why strictness refuses what OpenSSL takes. Seen through OpenSSL alone. */

/* Canonical header, canonical BOOLEAN, INTEGER, OID and bits, characters: X.690 8 and 11. */
static bool primitive_is_der(int tag, const uint8_t *content, long size)
{
    bool arc_begins = true;
    switch (tag) {
    case V_ASN1_BOOLEAN:
        return size == 1 && (content[0] == 0 || content[0] == 0xff);
    case V_ASN1_INTEGER:
        return size > 0 && !(size > 1 && ((content[0] == 0 && content[1] < 0x80) ||
                                          (content[0] == 0xff && content[1] >= 0x80)));
    case V_ASN1_OBJECT:
        for (long i = 0; i < size; i++) {
            if (arc_begins && content[i] == 0x80)
                return false;
            arc_begins = content[i] < 0x80;
        }
        return size > 0 && arc_begins;
    case V_ASN1_BIT_STRING:
        return size > 0 && content[0] < 8 &&
               (size == 1 ? content[0] == 0 : (content[size - 1] & ((1u << content[0]) - 1)) == 0);
    case V_ASN1_UTF8STRING:
        return size == 0 || g_utf8_validate_len((const char *)content, (gsize)size, NULL);
    case V_ASN1_BMPSTRING:
        for (long i = 0; i + 1 < size; i += 2) {
            if ((content[i] & 0xf8) == 0xd8)
                return false;
        }
        return true;
    default:
        return true;
    }
}

static bool header_is_der(const uint8_t *at, const uint8_t *content, int object, int tag, int class,
                          long size)
{
    bool constructed = (object & V_ASN1_CONSTRUCTED) != 0;
    bool may_be = tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET;
    uint8_t canonical[16], *end = canonical;
    if ((object & 1) != 0 || tag >= 31 || size > INT_MAX ||
        (class == V_ASN1_UNIVERSAL && (tag == V_ASN1_EOC || constructed != may_be)))
        return false;
    ASN1_put_object(&end, constructed, (int)size, tag, class);
    return end - canonical == content - at && memcmp(canonical, at, (size_t)(end - canonical)) == 0;
}

static bool is_der(const uint8_t *at, long left, unsigned depth)
{
    enum { DEEPEST = 32 };
    while (left > 0) {
        const uint8_t *content = at;
        long size;
        int tag, class;
        int object = ASN1_get_object(&content, &size, &tag, &class, left);
        if ((object & 0x80) != 0 || depth > DEEPEST ||
            !header_is_der(at, content, object, tag, class, size))
            return false;
        if ((object & V_ASN1_CONSTRUCTED) != 0
                ? !is_der(content, size, depth + 1)
                : class == V_ASN1_UNIVERSAL && !primitive_is_der(tag, content, size))
            return false;
        if (class == V_ASN1_UNIVERSAL && tag == V_ASN1_SET && size == 0)
            return false;
        left -= (content - at) + size;
        at = content + size;
    }
    return true;
}

static bool rule_not_der(const X509 *x509, Span der)
{
    (void)x509;
    return !is_der(der.data, (long)der.size, 0);
}

static bool rule_not_version_3(const X509 *x509, Span der)
{
    (void)der;
    return X509_get_version(x509) != 2;
}

static bool rule_serial(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER || ASN1_STRING_length(serial) > 20;
}

static bool rule_two_algorithms(const X509 *x509, Span der)
{
    (void)der;
    const X509_ALGOR *outer;
    X509_get0_signature(NULL, &outer, x509);
    return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) != 0;
}

/* RFC 5280 4.1.2.5: seconds, "Z", and a day that exists. */
static bool odd_time(const ASN1_TIME *time)
{
    int digits = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 12 : 14;
    return ASN1_STRING_length(time) != digits + 1 || ASN1_STRING_get0_data(time)[digits] != 'Z' ||
           !ASN1_TIME_check(time);
}

static bool rule_time(const X509 *x509, Span der)
{
    (void)der;
    return odd_time(X509_get0_notBefore(x509)) || odd_time(X509_get0_notAfter(x509));
}

static bool odd_name(const X509_NAME *name)
{
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        switch (ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)))) {
        case V_ASN1_UTF8STRING:
        case V_ASN1_PRINTABLESTRING:
        case V_ASN1_T61STRING:
        case V_ASN1_IA5STRING:
        case V_ASN1_BMPSTRING:
        case V_ASN1_UNIVERSALSTRING:
            continue;
        default:
            return true;
        }
    }
    return false;
}

static bool rule_name_type(const X509 *x509, Span der)
{
    (void)der;
    return odd_name(X509_get_issuer_name(x509)) || odd_name(X509_get_subject_name(x509));
}

/* A BIT STRING's first content octet counts unused bits; keys and signatures are octets. */
static bool rule_unused_bits(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_BIT_STRING *signature;
    X509_get0_signature(&signature, NULL, x509);
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x509);
    return (signature->flags & 7) != 0 || (key != NULL && (key->flags & 7) != 0);
}

static bool rule_unique_ids(const X509 *x509, Span der)
{
    (void)der;
    const ASN1_BIT_STRING *issuer, *subject;
    X509_get0_uids(x509, &issuer, &subject);
    return issuer != NULL || subject != NULL;
}

static bool rule_no_extensions(const X509 *x509, Span der)
{
    (void)der;
    return X509_get0_extensions(x509) != NULL && X509_get_ext_count(x509) == 0;
}

static bool rule_extension_twice(const X509 *x509, Span der)
{
    (void)der;
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        const ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));
        if (X509_get_ext_by_OBJ(x509, oid, i) >= 0)
            return true;
    }
    return false;
}

/* Extensions that ours reads into. */
static bool is_read(int nid)
{
    return nid == NID_authority_key_identifier || nid == NID_subject_key_identifier ||
           nid == NID_key_usage || nid == NID_basic_constraints ||
           nid == NID_crl_distribution_points;
}

/* OpenSSL cannot read it either, or takes what is not DER: more than 16 bits of usage, a path
 * length below zero. */
static bool odd_extension(X509_EXTENSION *extension)
{
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (!is_read(nid))
        return false;
    const uint8_t *bytes = ASN1_STRING_get0_data(value);
    int size = ASN1_STRING_length(value);
    if (!is_der(bytes, size, 0) || (nid == NID_key_usage && (size < 4 || size > 5)))
        return true;
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
    void *read = X509V3_EXT_d2i(extension);
    bool odd = read == NULL;
    if (read != NULL && nid == NID_key_usage)
        odd = (bytes[3 + size - 4] & ((1u << (bytes[2] & 7)) - 1)) != 0;
    if (read != NULL && nid == NID_basic_constraints) {
        const ASN1_INTEGER *most = ((const BASIC_CONSTRAINTS *)read)->pathlen;
        odd = most != NULL &&
              (ASN1_STRING_type(most) == V_ASN1_NEG_INTEGER || ASN1_STRING_length(most) > 8);
    }
    if (read != NULL)
        ASN1_item_free(read, ASN1_ITEM_ptr(method->it));
    return odd;
}

static bool rule_extension_form(const X509 *x509, Span der)
{
    (void)der;
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        if (odd_extension(X509_get_ext(x509, i)))
            return true;
    }
    return false;
}

static const struct {
    const char *name;
    bool (*explains)(const X509 *x509, Span der);
} rules[] = {
    {"an encoding that is not DER", rule_not_der},
    {"not version 3", rule_not_version_3},
    {"serial negative or longer than 20 octets", rule_serial},
    {"two signature algorithms", rule_two_algorithms},
    {"a time of another form, or a day that does not exist", rule_time},
    {"a name of another string type", rule_name_type},
    {"unused bits in a key or signature", rule_unused_bits},
    {"unique identifiers", rule_unique_ids},
    {"extensions, and none in them", rule_no_extensions},
    {"an extension twice", rule_extension_twice},
    {"a malformed extension", rule_extension_form},
};

static unsigned explained[G_N_ELEMENTS(rules)];

static bool explain(const X509 *x509, Span der)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].explains(x509, der)) {
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

/* Mutations: of a byte, of a bit, of length; and a byte more or less with the lengths around it
 * set right is what bytes near the front get by chance. */
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
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        g_test_message("  %u: %s", explained[i], rules[i].name);
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
    g_test_add_func("/der-differential/beside-the-tree", test_beside_the_tree);
    return g_test_run();
}
