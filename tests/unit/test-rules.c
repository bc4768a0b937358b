/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules one by one, each on a platform where every signature holds and one thing is changed:
 * what must be refused is, by the check that is there for it, and what may differ may.
 */
#include "config.h"

#include "forged_platform.h"

#include <openssl/obj_mac.h>

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

/* "trusted", the check that fails first, or the TCB status when that is the policy. "expired" goes
 * before what once held. */
static char *answer(const Verdict *verdict)
{
    int failure = verdict_first_failure(verdict);
    if (failure < 0)
        return g_strdup(verdict_kind_name(verdict->kind));
    if (failure == CHECK_POLICY)
        return g_strdup(tcb_status_name(verdict->tcb_status));
    return g_strconcat(verdict->kind == VERDICT_EXPIRED ? "expired " : "", check_table[failure].id,
                       NULL);
}

typedef struct Rule {
    const char *name, *want;
    Forgery forgery;
} Rule;

/* `certificate`: the RA-TLS certificate is judged, not the bare quote. */
static bool rule_holds_for(const Rule *rule, bool certificate)
{
    Forged forged;
    forge(&rule->forgery, &forged);
    g_autoptr(Attest) attest = attest_new(bytes_span(forged.root), NULL);
    const AttestSubject subject = {
        .quote = certificate ? span_of(NULL, 0) : bytes_span(forged.quote),
        .certificate = certificate ? bytes_span(forged.certificate) : span_of(NULL, 0),
    };
    g_autoptr(Verdict) verdict =
        attest_verify(attest, &subject, forged.collateral, NULL, NULL, NULL, FORGED_NOW);
    g_autofree char *got = answer(verdict);
    int failure = verdict_first_failure(verdict);
    bool holds = g_str_equal(got, rule->want);
    if (!holds)
        g_test_message("%s: want %s, got %s: %s", rule->name, rule->want, got,
                       failure < 0 ? "" : verdict->checks[failure].detail);
    forged_clear(&forged);
    return holds;
}

static bool rule_holds(const Rule *rule)
{
    return rule_holds_for(rule, false);
}

static void assert_rules(const Rule *rules, size_t n)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong += !rule_holds(&rules[i]);
    g_assert_cmpuint(wrong, ==, 0);
}

#define OK     "trusted"
#define LATER  (FORGED_NOW + 1)
#define BEFORE (FORGED_NOW - 1)

static void test_certificates(void)
{
    static const char *const checks[] = {
        [FORGED_CA] = "pck-chain", [FORGED_LEAF] = "pck-chain", [FORGED_SIGNER] = "tcb-info"};
    static const int demanded[] = {NID_subject_key_identifier, NID_authority_key_identifier,
                                   NID_crl_distribution_points, NID_key_usage,
                                   NID_basic_constraints};
    unsigned wrong = 0;
    for (int i = FORGED_CA; i <= FORGED_SIGNER; i++) {
        ForgedCertificate which = (ForgedCertificate)i;
        g_autofree char *expired = g_strconcat("expired ", checks[which], NULL);
        const Rule rules[] = {
            {"last second", OK, {.certificate = {.which = which, .until = FORGED_NOW}}},
            {"first second", OK, {.certificate = {.which = which, .from = FORGED_NOW}}},
            {"ended", expired, {.certificate = {.which = which, .until = BEFORE}}},
            {"to come", checks[which], {.certificate = {.which = which, .from = LATER}}},
            {"another name", checks[which], {.certificate = {.which = which, .name = "Somebody"}}},
            {"unknown extension", OK, {.certificate = {.which = which, .unknown = "x"}}},
            {"critical one",
             checks[which],
             {.certificate = {.which = which, .unknown = "critical,x"}}},
        };
        for (size_t j = 0; j < G_N_ELEMENTS(rules); j++)
            wrong += !rule_holds(&rules[j]);
        for (size_t j = 0; j < G_N_ELEMENTS(demanded); j++)
            wrong +=
                !rule_holds(&(Rule){"without an extension",
                                    checks[which],
                                    {.certificate = {.which = which, .without = demanded[j]}}});
    }
    g_assert_cmpuint(wrong, ==, 0);
}

static void test_uses_of_certificates(void)
{
    static const Rule rules[] = {
        {"processor CA",
         OK,
         {.certificate = {.which = FORGED_CA, .name = "Intel SGX PCK Processor CA"}}},
        {"neither CA",
         "pck-chain",
         {.certificate = {.which = FORGED_CA, .name = "Intel SGX PCK Processor"}}},
        {"no path length", OK, {.certificate = {.which = FORGED_CA, .constraints = "CA:TRUE"}}},
        {"CA without certificates",
         "pck-chain",
         {.certificate = {.which = FORGED_CA, .usage = "critical,cRLSign"}}},
        {"CA without lists",
         "pck-chain",
         {.certificate = {.which = FORGED_CA, .usage = "critical,keyCertSign"}}},
        {"root without room",
         "pck-chain",
         {.certificate = {.which = FORGED_ROOT, .constraints = "critical,CA:TRUE,pathlen:0"}}},
        {"root, no limit",
         OK,
         {.certificate = {.which = FORGED_ROOT, .constraints = "critical,CA:TRUE"}}},
        {"root that is none",
         "pck-chain",
         {.certificate = {.which = FORGED_ROOT, .constraints = "critical,CA:FALSE"}}},
        {"root that ended",
         "expired pck-chain",
         {.certificate = {.which = FORGED_ROOT, .until = BEFORE}}},
        {"leaf as CA",
         "pck-chain",
         {.certificate = {.which = FORGED_LEAF, .constraints = "critical,CA:TRUE"}}},
        {"leaf that certifies",
         "pck-chain",
         {.certificate = {.which = FORGED_LEAF, .usage = "digitalSignature,keyCertSign"}}},
        {"leaf that does not sign",
         "pck-chain",
         {.certificate = {.which = FORGED_LEAF, .usage = "critical,nonRepudiation"}}},
        {"signer as CA",
         "tcb-info",
         {.certificate = {.which = FORGED_SIGNER, .constraints = "critical,CA:TRUE"}}},
        {"signer that does not sign",
         "tcb-info",
         {.certificate = {.which = FORGED_SIGNER, .usage = "critical,nonRepudiation"}}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

static void test_lists(void)
{
    static const Rule rules[] = {
        {"root, no number", "crl", {.crl = {.issuer = FORGED_ROOT, .without = NID_crl_number}}},
        {"PCK, no number", "crl", {.crl = {.issuer = FORGED_CA, .without = NID_crl_number}}},
        {"root, no key",
         "crl",
         {.crl = {.issuer = FORGED_ROOT, .without = NID_authority_key_identifier}}},
        {"PCK, no key",
         "crl",
         {.crl = {.issuer = FORGED_CA, .without = NID_authority_key_identifier}}},
        {"root, last second", OK, {.crl = {.issuer = FORGED_ROOT, .until = FORGED_NOW}}},
        {"PCK, last second", OK, {.crl = {.issuer = FORGED_CA, .until = FORGED_NOW}}},
        {"root, first second", OK, {.crl = {.issuer = FORGED_ROOT, .from = FORGED_NOW}}},
        {"PCK, first second", OK, {.crl = {.issuer = FORGED_CA, .from = FORGED_NOW}}},
        {"root, ended", "expired crl", {.crl = {.issuer = FORGED_ROOT, .until = BEFORE}}},
        {"PCK, ended", "expired crl", {.crl = {.issuer = FORGED_CA, .until = BEFORE}}},
        {"root, to come", "crl", {.crl = {.issuer = FORGED_ROOT, .from = LATER}}},
        {"PCK, to come", "crl", {.crl = {.issuer = FORGED_CA, .from = LATER}}},
        {"root revoked", "crl", {.crl = {.issuer = FORGED_ROOT, .revoked = FORGED_ROOT}}},
        {"CA revoked", "crl", {.crl = {.issuer = FORGED_ROOT, .revoked = FORGED_CA}}},
        {"signer revoked", "crl", {.crl = {.issuer = FORGED_ROOT, .revoked = FORGED_SIGNER}}},
        {"leaf revoked", "crl", {.crl = {.issuer = FORGED_CA, .revoked = FORGED_LEAF}}},
        /* The same number under another issuer is another certificate. */
        {"another leaf", OK, {.crl = {.issuer = FORGED_ROOT, .revoked = FORGED_LEAF}}},
        {"another signer", OK, {.crl = {.issuer = FORGED_CA, .revoked = FORGED_SIGNER}}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

#define INFO(find, put)     .info = {{find, put}}
#define IDENTITY(find, put) .identity = {{find, put}}

static void test_infos(void)
{
    static const Rule rules[] = {
        {"lower case", OK, {INFO("30606A", "30606a")}},
        {"white space", OK, {INFO(",", " ,\n\t")}},
        {"unknown member", OK, {INFO("\"fmspc\"", "\"x\":{\"y\":[1,\"}\"]},\"fmspc\"")}},
        {"unknown escape", "tcb-info", {INFO("\"fmspc\"", "\"\\u0078\":1,\"fmspc\"")}},
        {"escaped key", "tcb-info", {INFO("\"fmspc\"", "\"\\u0066mspc\"")}},
        {"key twice", "tcb-info", {INFO("\"pceId\"", "\"fmspc\":\"30606A000000\",\"pceId\"")}},
        {"inner key twice", "tcb-info", {INFO("{\"svn\":5}", "{\"svn\":5,\"svn\":0}")}},
        {"version 2", "tcb-info", {INFO("\"version\":3", "\"version\":2")}},
        {"version 4", "tcb-info", {INFO("\"version\":3", "\"version\":4")}},
        {"version as text", "tcb-info", {INFO("\"version\":3", "\"version\":\"3\"")}},
        {"version 3.0", "tcb-info", {INFO("\"version\":3", "\"version\":3.0")}},
        {"type 1", "tcb-info", {INFO("\"tcbType\":0", "\"tcbType\":1")}},
        {"for TDX", "tcb-info", {INFO("\"id\":\"SGX\"", "\"id\":\"TDX\"")}},
        {"id in lower case", "tcb-info", {INFO("\"id\":\"SGX\"", "\"id\":\"sgx\"")}},
        {"other FMSPC", "platform", {INFO("30606A000000", "30606A000001")}},
        {"other PCEID", "platform", {INFO("\"0000\"", "\"0001\"")}},
        {"short FMSPC", "tcb-info", {INFO("30606A000000", "30606A0000")}},
        {"svn 255", "tcb-level", {INFO("\"svn\":5", "\"svn\":255")}},
        {"svn 256", "tcb-info", {INFO("\"svn\":5", "\"svn\":256")}},
        {"svn -1", "tcb-info", {INFO("\"svn\":5", "\"svn\":-1")}},
        {"svn as text", "tcb-info", {INFO("\"svn\":5", "\"svn\":\"5\"")}},
        {"svn 5.0", "tcb-info", {INFO("\"svn\":5", "\"svn\":5.0")}},
        {"17 components", "tcb-info", {INFO("{\"svn\":5}", "{\"svn\":5},{\"svn\":5}")}},
        {"15 components", "tcb-info", {INFO("{\"svn\":5},", "")}},
        {"named components", OK, {INFO("\"svn\":5}", "\"svn\":5,\"category\":\"BIOS\"}")}},
        {"higher PCESVN", "tcb-level", {INFO("\"pcesvn\":13", "\"pcesvn\":14")}},
        {"lower PCESVN", OK, {INFO("\"pcesvn\":13", "\"pcesvn\":12")}},
        {"PCESVN 65536", "tcb-info", {INFO("\"pcesvn\":13", "\"pcesvn\":65536")}},
        {"unknown status", "tcb-info", {INFO("UpToDate", "Whatever")}},
        {"our own status", "tcb-info", {INFO("UpToDate", "TDRelaunchAdvised")}},
        {"no levels", "tcb-level", {INFO("\"tcbLevels\":[{", "\"tcbLevels\":[],\"x\":[{")}},
        {"advisories null", "tcb-info", {INFO("[\"INTEL-SA-00002\"", "[null")}},
        {"fractions", "tcb-info", {INFO("Z\",\"nextUpdate\"", ".5Z\",\"nextUpdate\"")}},
        {"offset", OK, {INFO("Z\",\"nextUpdate\"", "+00:00\",\"nextUpdate\"")}},
        {"module for SGX", "tcb-info", {INFO("\"tcbLevels\"", "\"tdxModule\":{},\"tcbLevels\"")}},
        {"more than signed", "tcb-info", {INFO("]}]}", "]}]} ")}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

static void test_identities(void)
{
    static const Rule rules[] = {
        {"version 1", "qe-identity", {IDENTITY("\"version\":2", "\"version\":1")}},
        {"version 3", "qe-identity", {IDENTITY("\"version\":2", "\"version\":3")}},
        {"TD, version 3", OK, {.version = 4, IDENTITY("\"version\":2", "\"version\":3")}},
        {"TD, version 4",
         "qe-identity",
         {.version = 4, IDENTITY("\"version\":2", "\"version\":4")}},
        {"TD's", "qe-identity", {IDENTITY("\"QE\"", "\"TD_QE\"")}},
        {"SGX's", "qe-identity", {.version = 4, IDENTITY("\"TD_QE\"", "\"QE\"")}},
        {"v4, SGX", OK, {.version = 4, .sgx = true}},
        {"short signer", "qe-identity", {IDENTITY("8C00", "8C")}},
        {"product", "qe", {IDENTITY("\"isvprodid\":1", "\"isvprodid\":2")}},
        {"product 65536", "qe-identity", {IDENTITY("\"isvprodid\":1", "\"isvprodid\":65536")}},
        /* The identity itself is not masked. */
        {"unmasked value", "qe", {IDENTITY("\"attributes\":\"11", "\"attributes\":\"15")}},
        {"masked away", "qe", {IDENTITY("FBFFFFFFFFFFFFFF", "0000000000000000")}},
        {"free attribute", OK, {.qe = {{48, 0x15}}}},
        {"forbidden attribute", "qe", {.qe = {{48, 0x91}}}},
        {"free XFRM", OK, {.qe = {{56, 0xe7}}}},
        {"MISCSELECT", "qe", {.qe = {{16, 1}}}},
        /* Bytes in the order of the report. */
        {"MISCSELECT, first", OK, {.qe = {{16, 1}}, IDENTITY("t\":\"00000000", "t\":\"01000000")}},
        {"MISCSELECT, last", "qe", {.qe = {{16, 1}}, IDENTITY("t\":\"00000000", "t\":\"00000001")}},
        {"debug, nothing masked",
         "qe",
         {.qe = {{48, 0x13}},
          .identity = {{"FBFFFFFFFFFFFFFF", "0000000000000000"},
                       {"\"attributes\":\"11", "\"attributes\":\"00"}}}},
        {"newer", OK, {.qe = {{258, 9}}}},
        {"older", "qe", {.qe = {{258, 7}}}},
        /* In document order: the first that is reached, be it the lower one. */
        {"order of levels",
         "OutOfDate",
         {IDENTITY("\"tcbLevels\":[", "\"tcbLevels\":[{\"tcb\":{\"isvsvn\":2},\"tcbDate\":"
                                      "\"2023-01-01T00:00:00Z\",\"tcbStatus\":\"OutOfDate\"},")}},
        {"status of a platform", "qe-identity", {IDENTITY("UpToDate", "SWHardeningNeeded")}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

/* Where the report begins: after the header, and in version 5 after what names it. */
enum { BODY = 48, BODY_5 = 54 };

static void test_quotes(void)
{
    static const Rule rules[] = {
        {"version 2", "format", {.quote = {{0, 2}}}},
        {"version 6", "format", {.quote = {{0, 6}}}},
        {"key type 3", "format", {.quote = {{2, 3}}}},
        {"v3, reserved", "format", {.quote = {{4, 1}}}},
        {"v3, QE SVN", OK, {.quote = {{8, 9}}}},
        {"user data", OK, {.quote = {{40, 9}}}},
        {"vendor", "format", {.quote = {{12, 0x92}}}},
        {"v4, TEE 0x82", "format", {.version = 4, .quote = {{4, 0x82}}}},
        {"v4, TEE 0x01000081", "format", {.version = 4, .quote = {{7, 1}}}},
        {"v4, SGX as TDX", "format", {.version = 4, .sgx = true, .quote = {{4, 0x81}}}},
        {"v5, SGX as TDX", "format", {.version = 5, .sgx = true, .quote = {{4, 0x81}}}},
        {"v5, TDX as SGX", "format", {.version = 5, .quote = {{4, 0}, {48, 1}}}},
        {"v5, type 0", "format", {.version = 5, .sgx = true, .quote = {{49, 1}}}},
        {"v5, type 4", "format", {.version = 5, .quote = {{48, 4}}}},
        {"v5, TD 1.5 as 1.0", "format", {.version = 5, .quote = {{48, 2}}}},
        {"v5, size", "format", {.version = 5, .quote = {{50, 0x89}}}},
        {"debug", "debug", {.quote = {{BODY + 48, 7}}}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

static void test_td_attributes(void)
{
    unsigned wrong = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        bool free = bit == 28 || bit == 30 || bit == 31 || bit == 63;
        uint8_t value = (uint8_t)(1u << bit % 8);
        const Rule rule = {
            .name = "a TD attribute",
            .want = free ? OK : "debug",
            .forgery = {.version = 4,
                        .quote = {{BODY + 120 + bit / 8,
                                   bit / 8 == 3 ? (uint8_t)(value | 0x10) : value}}},
        };
        wrong += !rule_holds(&rule);
    }
    g_assert_cmpuint(wrong, ==, 0);
}

#define TDX_LEVEL(svn)  INFO("\"tdxtcbcomponents\":[{\"svn\":4},{\"svn\":1},{\"svn\":2}", svn)
#define TDX_OF(a, b, c) "\"tdxtcbcomponents\":[{\"svn\":" a "},{\"svn\":" b "},{\"svn\":" c "}"

static void test_tds(void)
{
    static const Rule rules[] = {
        {"service TD", "debug", {.version = 5, .quote = {{BODY_5 + 600, 1}}}},
        {"other measurements", OK, {.version = 4, .quote = {{BODY + 16, 1}, {BODY + 130, 1}}}},
        {"SEAM attributes", "tcb-level", {.version = 4, .quote = {{BODY + 112, 1}}}},
        {"SEAM attributes on both sides",
         "tcb-level",
         {.version = 4,
          .quote = {{BODY + 112, 1}},
          .info = {{"\"attributes\":\"00", "\"attributes\":\"01"},
                   {"01\",\"mrsigner\"", "01\",\"mrsigner\""}}}},
        {"SEAM signer", "tcb-level", {.version = 4, .quote = {{BODY + 64, 1}}}},
        /* With a module that has an identity, the first two components are its own business. */
        {"first components", OK, {.version = 4, TDX_LEVEL(TDX_OF("200", "200", "2"))}},
        {"third component", "tcb-level", {.version = 4, TDX_LEVEL(TDX_OF("4", "1", "3"))}},
        {"module 0",
         OK,
         {.version = 4, .quote = {{BODY + 1, 0}}, TDX_LEVEL(TDX_OF("4", "0", "2"))}},
        {"module 0, too old",
         "tcb-level",
         {.version = 4, TDX_LEVEL(TDX_OF("5", "0", "2")), .quote = {{BODY, 4}, {BODY + 1, 0}}}},
        {"module 0, not described",
         "tcb-level",
         {.version = 4,
          .quote = {{BODY + 1, 0}},
          .info = {{"\"tdxModule\"", "\"x\""},
                   {"\"tdxtcbcomponents\":[{\"svn\":4},{\"svn\":1}",
                    "\"tdxtcbcomponents\":[{\"svn\":4},{\"svn\":0}"}}}},
        {"module not needed", OK, {.version = 4, INFO("\"tdxModule\"", "\"x\"")}},
        {"no identities", "tcb-level", {.version = 4, INFO("\"tdxModuleIdentities\"", "\"x\"")}},
        {"identity 10",
         OK,
         {.version = 4, INFO("\"tdx_01\"", "\"TDX_0a\""), .quote = {{BODY + 1, 10}}}},
        {"identity 16, in decimal",
         "tcb-level",
         {.version = 4, INFO("\"tdx_01\"", "\"TDX_16\""), .quote = {{BODY + 1, 16}}}},
        {"identity of 1 for 2", "tcb-level", {.version = 4, .quote = {{BODY + 1, 2}}}},
        {"newer module", OK, {.version = 4, .quote = {{BODY, 7}}}},
        {"older module", "OutOfDate", {.version = 4, .quote = {{BODY, 3}}}},
        {"oldest module", "tcb-level", {.version = 4, .quote = {{BODY, 1}}}},
        {"no TDX components", "tcb-info", {.version = 4, INFO("tdxtcbcomponents", "x")}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

#define OLD .version = 5, .module_status = "OutOfDate", .status = "OutOfDate"

static void test_relaunch(void)
{
    enum { NOW = BODY_5 + 584 /* tee_tcb_svn2 */ };
    static const Rule rules[] = {
        {"advised", "TDRelaunchAdvised", {OLD, .newest_status = "UpToDate"}},
        {"hardening", "TDRelaunchAdvised", {OLD, .newest_status = "SWHardeningNeeded"}},
        {"configuration of the newest",
         "TDRelaunchAdvisedConfigurationNeeded",
         {OLD, .newest_status = "ConfigurationAndSWHardeningNeeded"}},
        {"newest is old itself", "OutOfDate", {OLD, .newest_status = "OutOfDate"}},
        {"module svn", "OutOfDate", {OLD, .newest_status = "UpToDate", .quote = {{NOW, 5}}}},
        {"loader svn", "OutOfDate", {OLD, .newest_status = "UpToDate", .quote = {{NOW + 2, 2}}}},
        {"module 0 now",
         "TDRelaunchAdvised",
         {OLD, .newest_status = "UpToDate", .quote = {{NOW + 1, 0}}}},
        {"older module 0 now",
         "OutOfDate",
         {OLD, .newest_status = "UpToDate", .quote = {{NOW, 5}, {NOW + 1, 0}}}},
        {"unknown module now",
         "tcb-level",
         {OLD, .newest_status = "UpToDate", .quote = {{NOW + 1, 2}}}},
        {"old QE", "OutOfDate", {OLD, .newest_status = "UpToDate", .qe_status = "OutOfDate"}},
    };
    assert_rules(rules, G_N_ELEMENTS(rules));
}

static void test_certificates_with_quotes(void)
{
    static const Rule rules[] = {
        {"a CA", OK, {.tls_constraints = "critical,CA:TRUE"}},
        {"no CA", OK, {.tls_constraints = "CA:FALSE"}},
        {"P-384", OK, {.tls_curve = "P-384", .tls_digest = "SHA384"}},
        {"P-384 and SHA-256", OK, {.tls_curve = "P-384"}},
        {"SHA-384", OK, {.tls_digest = "SHA384"}},
        {"SHA-512", OK, {.tls_digest = "SHA512"}},
        {"P-521", "binding", {.tls_curve = "P-521", .tls_digest = "SHA512"}},
        {"SHA-1", "binding", {.tls_digest = "SHA1"}},
        {"two quotes", "format", {.tls_two_quotes = true}},
        {"padded", OK, {.version = 4, .trailing = 3000}},
        {"debug TD", "debug", {.version = 4, .flaw = FLAW_DEBUG}},
    };
    unsigned wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        wrong += !rule_holds_for(&rules[i], true);
    g_assert_cmpuint(wrong, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/certificates", test_certificates);
    g_test_add_func("/rules/uses", test_uses_of_certificates);
    g_test_add_func("/rules/lists", test_lists);
    g_test_add_func("/rules/infos", test_infos);
    g_test_add_func("/rules/identities", test_identities);
    g_test_add_func("/rules/quotes", test_quotes);
    g_test_add_func("/rules/td-attributes", test_td_attributes);
    g_test_add_func("/rules/tds", test_tds);
    g_test_add_func("/rules/relaunch", test_relaunch);
    g_test_add_func("/rules/certificates-with-quotes", test_certificates_with_quotes);
    return g_test_run();
}
