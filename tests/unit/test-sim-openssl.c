/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated platform taken apart with the real openssl program.
 */
#include "config.h"

#include "sim/sgx_extension.h"
#include "tests/unit/sim-support.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)

/* openssl, run on files of a platform; its whole output. */
static Ran openssl(const char *const *words)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (char *)"openssl");
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, (char *)*words);
    g_ptr_array_add(argv, NULL);
    return run_words((const char *const *)argv->pdata);
}
#define OPENSSL(...) openssl((const char *const[]){__VA_ARGS__, NULL})

static bool openssl_absent(void)
{
    g_autofree char *path = g_find_program_in_path("openssl");
    if (path == NULL)
        g_test_skip("openssl is not installed");
    return path == NULL;
}

static void test_openssl_verifies_chain(void)
{
    if (openssl_absent())
        return;
    static const char *const platforms[][3] = {{"plain", "", "platform-ca.pem"},
                                               {"processor", "--ca processor", "processor-ca.pem"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(platforms); i++) {
        const char *directory = platform_at(platforms[i][0], platforms[i][1]);
        g_autofree char *root = in(directory, "root.pem"), *ca = in(directory, platforms[i][2]);
        g_autofree char *pck = in(directory, "pck.pem"), *tcb = in(directory, "tcb-signing.pem");
        g_auto(Ran) leaf = OPENSSL("verify", "-x509_strict", "-attime", "1685577600", "-CAfile",
                                   root, "-untrusted", ca, pck);
        g_assert_cmpstr(leaf.err, ==, "");
        g_assert_cmpint(leaf.status, ==, 0);
        g_auto(Ran) signer =
            OPENSSL("verify", "-x509_strict", "-attime", "1685577600", "-CAfile", root, tcb);
        g_assert_cmpint(signer.status, ==, 0);
        g_auto(Ran) without =
            OPENSSL("verify", "-attime", "1685577600", "-CAfile", root, pck); /* CA missing */
        g_assert_cmpint(without.status, !=, 0);
    }
}

static void test_openssl_reads_profile(void)
{
    if (openssl_absent())
        return;
    g_autofree char *pck = in(plain(), "pck.pem"), *ca = in(plain(), "platform-ca.pem");
    g_autofree char *root = in(plain(), "root.pem");
    g_auto(Ran) leaf = OPENSSL("x509", "-noout", "-text", "-nameopt", "RFC2253", "-in", pck);
    assert_says(&leaf, "Issuer: C=US,ST=CA,L=Santa Clara,O=Intel Corporation,"
                       "CN=Intel SGX PCK Platform CA");
    assert_says(&leaf, "CN=Intel SGX PCK Certificate");
    assert_says(&leaf, "pckcrl?ca=platform&encoding=der");
    assert_says(&leaf, "Digital Signature, Non Repudiation");
    assert_says(&leaf, "CA:FALSE");
    assert_says(&leaf, "X509v3 Authority Key Identifier");
    assert_says(&leaf, "X509v3 Subject Key Identifier");
    assert_says(&leaf, "1.2.840.113741.1.13.1");
    g_auto(Ran) middle = OPENSSL("x509", "-noout", "-text", "-in", ca);
    assert_says(&middle, "CA:TRUE, pathlen:0");
    assert_says(&middle, "Certificate Sign, CRL Sign");
    g_auto(Ran) top = OPENSSL("x509", "-noout", "-text", "-in", root);
    assert_says(&top, "CA:TRUE, pathlen:1");
    assert_says(&top, "SIMULATED SGX Root CA (mse-console)");
}

static void test_openssl_takes_extension_apart(void)
{
    if (openssl_absent())
        return;
    g_autofree char *pck = in(plain(), "pck.pem"), *der = place("extension.der");
    g_autoptr(GBytes) pem = contents(pck);
    BIO *bio = BIO_new_mem_buf(g_bytes_get_data(pem, NULL), (int)g_bytes_get_size(pem));
    g_autoptr(X509) certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    g_assert_nonnull(certificate);
    ASN1_OBJECT *oid = OBJ_txt2obj(SGX_EXTENSION_OID, 1);
    const int at = X509_get_ext_by_OBJ(certificate, oid, -1);
    ASN1_OBJECT_free(oid);
    g_assert_cmpint(at, >=, 0);
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    g_assert_true(g_file_set_contents(der, (const char *)ASN1_STRING_get0_data(value),
                                      ASN1_STRING_length(value), NULL));
    g_auto(Ran) ran = OPENSSL("asn1parse", "-inform", "DER", "-in", der);
    g_assert_cmpint(ran.status, ==, 0);
    assert_says(&ran, "1.2.840.113741.1.13.1.1");
    for (int i = 1; i <= 18; i++) {
        g_autofree char *component = g_strdup_printf("1.2.840.113741.1.13.1.2.%d", i);
        assert_says(&ran, component);
    }
    assert_says(&ran, "1.2.840.113741.1.13.1.3");
    assert_says(&ran, "[HEX DUMP]:30606A000000");
    assert_says(&ran, "ENUMERATED        :01");
    assert_says(&ran, "1.2.840.113741.1.13.1.6");
    for (int i = 1; i <= 3; i++) {
        g_autofree char *flag = g_strdup_printf("1.2.840.113741.1.13.1.7.%d", i);
        assert_says(&ran, flag);
    }
}

static void test_openssl_verifies_lists(void)
{
    if (openssl_absent())
        return;
    static const char *const lists[][2] = {{"root.crl", "root.pem"},
                                           {"platform-ca.crl", "platform-ca.pem"},
                                           {"processor-ca.crl", "processor-ca.pem"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *crl = in(plain(), lists[i][0]), *ca = in(plain(), lists[i][1]);
        g_auto(Ran) ran = OPENSSL("crl", "-in", crl, "-CAfile", ca, "-noout", "-text");
        g_assert_cmpint(ran.status, ==, 0);
        g_assert_nonnull(strstr(ran.err, "verify OK"));
        assert_says(&ran, "X509v3 CRL Number");
        assert_says(&ran, "X509v3 Authority Key Identifier");
        assert_says(&ran, "No Revoked Certificates");
    }
    const char *revoked = platform_at("revoked", "--revoked");
    g_autofree char *crl = in(revoked, "platform-ca.crl"), *pck = in(revoked, "pck.pem");
    g_auto(Ran) list = OPENSSL("crl", "-in", crl, "-noout", "-text");
    g_auto(Ran) serial = OPENSSL("x509", "-in", pck, "-noout", "-serial");
    g_assert_true(g_str_has_prefix(serial.out, "serial="));
    g_strchomp(serial.out);
    g_autofree char *entry = g_strconcat("Serial Number: ", serial.out + strlen("serial="), NULL);
    assert_says(&list, entry);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/openssl/chain", test_openssl_verifies_chain);
    g_test_add_func("/sim/openssl/profile", test_openssl_reads_profile);
    g_test_add_func("/sim/openssl/extension", test_openssl_takes_extension_apart);
    g_test_add_func("/sim/openssl/lists", test_openssl_verifies_lists);
    return g_test_run();
}
