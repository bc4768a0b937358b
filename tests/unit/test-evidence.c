/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence files: the shapes they come in, and what is said of those that are none.
 */
#include "config.h"

#include "app/evidence.h"

#include <string.h>

#define TCB_BODY "{\"tcbInfo\":{\"id\":\"SGX\",\"n\":[1, 2]},\"signature\":\"" SIGNATURE "\"}"
#define SIGNATURE                                                      \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

static Span text_span(const char *text)
{
    return span_of(text, strlen(text));
}

static Evidence *parse(const char *text, GError **error)
{
    return evidence_parse(text_span(text), "e.json", error);
}

static char *base64(const char *text)
{
    return g_base64_encode((const guchar *)text, strlen(text));
}

static char *base64_of_hex(const char *text)
{
    g_autoptr(GString) hex = g_string_new(NULL);
    for (; *text != '\0'; text++)
        g_string_append_printf(hex, "%02x", (guchar)*text);
    g_string_append_c(hex, '\n');
    return base64(hex->str);
}

static void assert_bytes(GBytes *bytes, const char *expected)
{
    g_assert_nonnull(bytes);
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_assert_cmpmem(data, (int)size, expected, (int)strlen(expected));
}

static void check_infos(const char *encoded)
{
    g_autofree char *text = g_strdup_printf("{\"ratls_certificate\": \"C\", \"tcb_info\": \"%s\","
                                            " \"tcb_cert\": \"S\", \"extra\": [1]}",
                                            encoded);
    GError *error = NULL;
    g_autoptr(Evidence) evidence = parse(text, &error);
    g_assert_no_error(error);
    assert_bytes(evidence->collateral->tcb_info, "{\"id\":\"SGX\",\"n\":[1, 2]}");
    g_assert_cmpuint(g_bytes_get_size(evidence->collateral->tcb_info_signature), ==, 64);
    assert_bytes(evidence->collateral->tcb_info_chain, "S");
    assert_bytes(evidence->collateral->qe_identity_chain, "S");
    g_assert_true(evidence->collateral->signer_only);
    g_assert_null(evidence->collateral->problem);
    g_assert_null(evidence->collateral->qe_identity);
    g_assert_null(evidence->collateral->root_crl);
    g_assert_null(evidence->signer_key);
    g_assert_null(evidence->input_args);
}

static void test_both_spellings(void)
{
    g_autofree char *plain = base64(TCB_BODY), *hex = base64_of_hex(TCB_BODY);
    check_infos(plain);
    check_infos(hex);
}

static void test_members(void)
{
    GError *error = NULL;
    g_autoptr(Evidence) evidence =
        parse("{\"input_args\": {\"size\": 4096, \"expiration_date\": null}, "
              "\"ratls_certificate\": \"a\\nb\", \"signer_pk\": \"K\", \"tcb_info\": null}",
              &error);
    g_assert_no_error(error);
    assert_bytes(evidence->certificate, "a\nb");
    assert_bytes(evidence->signer_key, "K");
    g_assert_cmpint(json_integer_value(json_object_get(evidence->input_args, "size")), ==, 4096);
    g_assert_null(evidence->collateral->tcb_info);
    g_assert_null(evidence->collateral->problem);
}

/* What is wrong with collateral is for the check that needs it to say. */
static void test_malformed_collateral(void)
{
    static const char *const members[] = {
        "\"tcb_info\": \"!!\"",    "\"tcb_info\": 5",           "\"tcb_info\": \"e30=\"",
        "\"tcb_info\": \"\"",      "\"qe_identity\": \"AAAA\"", "\"root_ca_crl\": \"x\"",
        "\"pck_platform_crl\": 1", "\"tcb_cert\": {}",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *text = g_strdup_printf("{\"ratls_certificate\": \"C\", %s}", members[i]);
        g_autofree char *name = g_strndup(members[i] + 1, strcspn(members[i] + 1, "\""));
        GError *error = NULL;
        g_autoptr(Evidence) evidence = parse(text, &error);
        g_assert_no_error(error);
        g_assert_nonnull(evidence->collateral->problem);
        g_assert_nonnull(strstr(evidence->collateral->problem, name));
    }
    g_autoptr(Evidence) both =
        parse("{\"ratls_certificate\": \"C\", \"tcb_info\": 1, \"root_ca_crl\": 1}", NULL);
    g_assert_nonnull(strstr(both->collateral->problem, "tcb_info"));
    g_assert_nonnull(strstr(both->collateral->problem, "root_ca_crl"));
}

static void test_refused(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "not JSON"},
        {"{\"ratls_certificate\": \"C\"", "not JSON"},
        {"{\"ratls_certificate\": \"C\"} x", "not JSON"},
        {"[1]", "expected a JSON object"},
        {"{}", "ratls_certificate is missing"},
        {"{\"ratls_certificate\": null}", "ratls_certificate is missing"},
        {"{\"ratls_certificate\": 1}", "ratls_certificate is not text"},
        {"{\"ratls_certificate\": \"a\\u0000b\"}", "ratls_certificate is not text"},
        {"{\"ratls_certificate\": \"C\", \"ratls_certificate\": \"D\"}", "occurs twice"},
        {"{\"ratls_certificate\": \"C\", \"signer_pk\": []}", "signer_pk is not text"},
        {"{\"ratls_certificate\": \"C\", \"input_args\": []}", "input_args is not an object"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse(cases[i].text, &error));
        g_assert_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORM);
        g_assert_nonnull(strstr(error->message, "e.json"));
        g_assert_nonnull(strstr(error->message, cases[i].says));
    }
}

static void test_recognise(void)
{
    g_assert_true(evidence_recognise(text_span(" {\"x\":1,\"ratls_certificate\":\"\"}\n")));
    g_assert_false(evidence_recognise(text_span("{\"x\":{\"ratls_certificate\":\"\"}}")));
    g_assert_false(evidence_recognise(text_span("[\"ratls_certificate\"]")));
    g_assert_false(evidence_recognise(text_span("{\"ratls_certificate\":\"")));
    g_assert_false(evidence_recognise(span_of(NULL, 0)));
}

static void test_shared(void)
{
    static const char *const names[] = {"evidence/helloworld-2023.json",
                                        "interop/evidence/case_good.json"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_build_filename(g_getenv("MSE_TEST_SOURCE"), "../shared/data", names[i], NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (!g_file_get_contents(path, &text, &size, NULL)) {
            g_test_skip("no shared data");
            return;
        }
        GError *error = NULL;
        g_assert_true(evidence_recognise(span_of(text, size)));
        g_autoptr(Evidence) evidence = evidence_parse(span_of(text, size), path, &error);
        g_assert_no_error(error);
        g_assert_null(evidence->collateral->problem);
        g_assert_nonnull(evidence->collateral->tcb_info);
        g_assert_nonnull(evidence->collateral->qe_identity);
        g_assert_nonnull(evidence->collateral->root_crl);
        g_assert_nonnull(evidence->collateral->pck_crl);
        g_assert_nonnull(evidence->signer_key);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/evidence/both-spellings", test_both_spellings);
    g_test_add_func("/evidence/members", test_members);
    g_test_add_func("/evidence/malformed-collateral", test_malformed_collateral);
    g_test_add_func("/evidence/refused", test_refused);
    g_test_add_func("/evidence/recognise", test_recognise);
    g_test_add_func("/evidence/shared", test_shared);
    return g_test_run();
}
