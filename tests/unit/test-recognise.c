/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What kind of file it is, by its content.
 */
#include "config.h"

#include "app/verification.h"

#include <string.h>

static void assert_kind(const void *data, size_t size, InputKind expected)
{
    g_assert_cmpstr(input_kind_name(verification_recognise(span_of(data, size))), ==,
                    input_kind_name(expected));
}

static void assert_text(const char *text, InputKind expected)
{
    assert_kind(text, strlen(text), expected);
}

static void test_json(void)
{
    assert_text("{\"ratls_certificate\": \"x\"}", INPUT_EVIDENCE);
    assert_text("\n\t {\"input_args\": {}, \"ratls_certificate\": \"x\"}", INPUT_EVIDENCE);
    assert_text("{\"tcb_info\": \"\", \"qe_identity\": \"\"}", INPUT_COLLATERAL);
    assert_text("{\"tcb_info\": \"\", \"qe_identity\": \"\", \"ratls_certificate\": \"\"}",
                INPUT_EVIDENCE);
    assert_text("{\"mse_console_export\": 1, \"collateral\": {\"tcb_info\": 1}}", INPUT_EXPORT);
    assert_text("{\"tcb_info\": \"\"}", INPUT_PLAIN);
    assert_text("[\"ratls_certificate\"]", INPUT_PLAIN);
    assert_text("{}", INPUT_PLAIN);
    /* Torn, but still told apart: its check says where it breaks. */
    assert_text("{\"ratls_certificate\": \"-----BEGIN", INPUT_EVIDENCE);
}

static void test_pem(void)
{
    assert_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                INPUT_CERTIFICATE);
    assert_text("subject=CN\n-----BEGIN CERTIFICATE-----\nAA", INPUT_CERTIFICATE);
    assert_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", INPUT_CRL);
    assert_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", INPUT_PLAIN);
}

static void test_der(void)
{
    static const uint8_t certificate[] = {0x30, 0x07, 0x30, 0x05, 0xa0, 0x03, 0x02, 0x01, 0x02};
    static const uint8_t list[] = {0x30, 0x07, 0x30, 0x05, 0x02, 0x01, 0x01, 0x30, 0x00};
    static const uint8_t key[] = {0x30, 0x05, 0x02, 0x01, 0x00, 0x30, 0x00};
    assert_kind(certificate, sizeof certificate, INPUT_CERTIFICATE);
    assert_kind(list, sizeof list, INPUT_CRL);
    assert_kind(key, sizeof key, INPUT_PLAIN);
    for (size_t size = 0; size < sizeof certificate; size++)
        assert_kind(certificate, size, INPUT_PLAIN);
}

static void test_quote(void)
{
    static const uint8_t vendor[] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                     0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};
    uint8_t quote[QUOTE_HEADER_SIZE + SGX_REPORT_BODY_SIZE] = {3, 0, 2, 0};
    assert_kind(quote, sizeof quote, INPUT_QUOTE);
    assert_kind(quote, sizeof quote - 1, INPUT_PLAIN);
    quote[0] = 6;
    assert_kind(quote, sizeof quote, INPUT_PLAIN);
    memcpy(quote + 12, vendor, sizeof vendor);
    assert_kind(quote, sizeof quote, INPUT_QUOTE);
    assert_kind(quote, QUOTE_HEADER_SIZE, INPUT_QUOTE);
    assert_kind(quote, QUOTE_HEADER_SIZE - 1, INPUT_PLAIN);
}

static void test_foreign(void)
{
    assert_kind(NULL, 0, INPUT_PLAIN);
    assert_text("", INPUT_PLAIN);
    assert_text("   \n", INPUT_PLAIN);
    assert_text("#!/bin/sh\n", INPUT_PLAIN);
    assert_text("\x7f"
                "ELF",
                INPUT_PLAIN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recognise/json", test_json);
    g_test_add_func("/recognise/pem", test_pem);
    g_test_add_func("/recognise/der", test_der);
    g_test_add_func("/recognise/quote", test_quote);
    g_test_add_func("/recognise/foreign", test_foreign);
    return g_test_run();
}
