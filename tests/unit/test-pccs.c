/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collateral from a PCCS: addresses, the cache, many threads, and services that misbehave.
 */
#include "config.h"

#include "app/pccs.h"
#include "app/pccs_answer.h"
#include "app/verification.h"
#include "core/clock.h"
#include "tests/unit/collateral_service.h"
#include "tests/unit/sim.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Made once: a platform of now, since caches and TLS know no other time. */
static char *platform, *root, *quote;

static void make_inputs(void)
{
    platform = temporary("platform");
    root = g_build_filename(platform, "root.pem", NULL);
    quote = temporary("quote.bin");
    sim("platform", platform, NULL);
    sim("quote", platform, "--output", quote, NULL);
}

static CollateralNeed need_of(char *root_crl_url)
{
    return (CollateralNeed){.tee = TEE_SGX, .fmspc = "30606a000000", .root_crl_url = root_crl_url};
}

static void assert_says(const GError *error, const char *says)
{
    g_assert_nonnull(error);
    if (strstr(error->message, says) == NULL)
        g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, says));
}

/* ---- addresses ---- */

static void test_base(void)
{
    static const char *const urls[] = {
        "https://host:8081",
        "https://host:8081/",
        "https://host:8081///",
        "https://host:8081/sgx/certification/v4",
        "https://host:8081/sgx/certification/v4/",
        "https://host:8081/tdx/certification/v4/",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autofree char *base = pccs_base(urls[i], NULL);
        g_assert_cmpstr(base, ==, "https://host:8081");
    }
    g_autofree char *below = pccs_base("http://host/a/sgx/certification/v4/", NULL);
    g_assert_cmpstr(below, ==, "http://host/a");
    static const char *const bad[] = {
        "",           "host:8081",      "ftp://host",        "https://",
        "https:///x", "https://h/?q=1", "https://h/#anchor", "https://user:word@h/",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(pccs_base(bad[i], &error));
        g_assert_error(error, PCCS_ERROR, PCCS_ERROR_URL);
        assert_says(error, "https://HOST");
    }
}

static void test_urls(void)
{
    CollateralNeed need = need_of(NULL);
    static const char *const sgx[] = {
        [ANSWER_ROOT_CRL] = "B/sgx/certification/v4/rootcacrl",
        [ANSWER_PCK_CRL] = "B/sgx/certification/v4/pckcrl?ca=platform&encoding=der",
        [ANSWER_TCB_INFO] = "B/sgx/certification/v4/tcb?fmspc=30606a000000",
        [ANSWER_QE_IDENTITY] = "B/sgx/certification/v4/qe/identity",
    };
    static const char *const tdx[] = {
        [ANSWER_ROOT_CRL] = "B/sgx/certification/v4/rootcacrl",
        [ANSWER_PCK_CRL] = "B/sgx/certification/v4/pckcrl?ca=processor&encoding=der",
        [ANSWER_TCB_INFO] = "B/tdx/certification/v4/tcb?fmspc=30606a000000",
        [ANSWER_QE_IDENTITY] = "B/tdx/certification/v4/qe/identity",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(sgx); i++) {
        g_autofree char *url = pccs_answer_url("B", (AnswerKind)i, &need);
        g_assert_cmpstr(url, ==, sgx[i]);
    }
    need.tee = TEE_TDX;
    need.processor_ca = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(tdx); i++) {
        g_autofree char *url = pccs_answer_url("B", (AnswerKind)i, &need);
        g_assert_cmpstr(url, ==, tdx[i]);
    }
}

/* The address stands in a certificate that whoever made the quote chose. */
static void test_may_follow(void)
{
    static const struct {
        const char *url;
        bool may;
    } cases[] = {
        {"https://certificates.trustedservices.intel.com/IntelSGXRootCA.der", true},
        {"http://certificates.TrustedServices.intel.com/x", true},
        {"https://certificates.trustedservices.intel.com:22/x", false},
        {"https://trustedservices.intel.com.example.org/x", false},
        {"https://nottrustedservices.intel.com/x", false},
        {"https://pccs.example.org:8081/root.crl", true},
        {"https://PCCS.example.org:8081/root.crl", true},
        {"https://pccs.example.org/root.crl", false},
        {"https://other.example.org/root.crl", false},
        {"http://169.254.169.254/latest", false},
        {"file:///etc/passwd", false},
        {"ldap://certificates.trustedservices.intel.com/x", false},
        {"nonsense", false},
        {NULL, false},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(pccs_may_follow("https://pccs.example.org:8081", cases[i].url), ==,
                        cases[i].may);
}

/* ---- the cache ---- */

static PccsAnswer answer_of(const char *file)
{
    g_autofree char *path = g_build_filename(platform, file, NULL);
    char *content = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &content, &size, NULL));
    return (PccsAnswer){.body = g_bytes_new_take(content, size)};
}

static void test_next_update(void)
{
    static const struct {
        AnswerKind kind;
        const char *file;
        bool fits;
    } cases[] = {
        {ANSWER_ROOT_CRL, "root.crl", true},
        {ANSWER_PCK_CRL, "platform-ca.crl", true},
        {ANSWER_TCB_INFO, "tcb-info-sgx.json", true},
        {ANSWER_QE_IDENTITY, "qe-identity-tdx.json", true},
        {ANSWER_TCB_INFO, "qe-identity-sgx.json", false},
        {ANSWER_QE_IDENTITY, "tcb-info-sgx.json", false},
        {ANSWER_ROOT_CRL, "tcb-info-sgx.json", false},
        {ANSWER_ROOT_CRL, "root.pem", false},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        PccsAnswer answer = answer_of(cases[i].file);
        int64_t time = pccs_answer_next_update(cases[i].kind, &answer);
        if (cases[i].fits)
            g_assert_cmpint(time, >, clock_now());
        else
            g_assert_cmpint(time, ==, 0);
        pccs_answer_clear(&answer);
    }
}

static void test_cache_files(void)
{
    g_autofree char *directory = temporary("cache-files/below");
    g_autofree char *path = pccs_cache_path(directory, "https://h/a");
    PccsAnswer answer = answer_of("tcb-info-sgx.json"), read = {0};
    int64_t end = pccs_answer_next_update(ANSWER_TCB_INFO, &answer);
    answer.chain = g_strdup("chain");
    pccs_cache_write(path, "https://h/a", ANSWER_TCB_INFO, &answer, end);
    g_assert_cmpint(g_access(path, F_OK), !=, 0);
    pccs_cache_write(path, "https://h/a", ANSWER_TCB_INFO, &answer, end - 1);
    g_assert_true(pccs_cache_read(path, "https://h/a", ANSWER_TCB_INFO, end - 1, &read));
    g_assert_true(g_bytes_equal(read.body, answer.body));
    g_assert_cmpstr(read.chain, ==, "chain");
    pccs_answer_clear(&read);
    g_assert_false(pccs_cache_read(path, "https://h/a", ANSWER_TCB_INFO, end, &read));
    g_assert_false(pccs_cache_read(path, "https://h/b", ANSWER_TCB_INFO, 0, &read));
    g_assert_false(pccs_cache_read(path, "https://h/a", ANSWER_QE_IDENTITY, 0, &read));
    g_assert_null(read.body);

    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    for (gsize cut = 0; cut < size; cut += 1 + size / 50) {
        g_assert_true(g_file_set_contents(path, text, (gssize)cut, NULL));
        g_assert_false(pccs_cache_read(path, "https://h/a", ANSWER_TCB_INFO, 0, &read));
    }
    pccs_answer_clear(&answer);
}

/* ---- fetching ---- */

static Collateral *fetch(const char *url, const char *cache, bool *cached)
{
    GError *error = NULL;
    g_autoptr(Pccs) pccs = pccs_new(url, NULL, cache, &error);
    g_assert_no_error(error);
    CollateralNeed need = need_of(NULL);
    Collateral *collateral = pccs_collateral(pccs, &need, false, cached, NULL, &error);
    g_assert_no_error(error);
    return collateral;
}

static void assert_whole(const Collateral *collateral)
{
    g_assert_nonnull(collateral->tcb_info);
    g_assert_nonnull(collateral->tcb_info_signature);
    g_assert_nonnull(collateral->tcb_info_chain);
    g_assert_nonnull(collateral->qe_identity);
    g_assert_nonnull(collateral->qe_identity_signature);
    g_assert_nonnull(collateral->qe_identity_chain);
    g_assert_nonnull(collateral->root_crl);
    g_assert_nonnull(collateral->pck_crl);
    g_assert_false(collateral->signer_only);
    g_assert_null(collateral->problem);
}

static void test_cached(void)
{
    g_autofree char *cache = temporary("cache-cached");
    bool cached;
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){0});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(Collateral) first = fetch(url, cache, &cached);
    assert_whole(first);
    g_assert_false(cached);
    g_assert_cmpint(collateral_service_total(service), ==, 4);
    g_autoptr(Collateral) second = fetch(url, cache, &cached);
    assert_whole(second);
    g_assert_true(cached);
    g_assert_cmpint(collateral_service_total(service), ==, 4);
    g_assert_true(g_bytes_equal(first->tcb_info_chain, second->tcb_info_chain));
}

static void test_headers(void)
{
    g_autofree char *cache = temporary("cache-headers");
    bool cached;
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){.other_headers = true});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(Collateral) collateral = fetch(url, cache, &cached);
    assert_whole(collateral);
}

static void assert_cannot(CollateralServiceHabits habits, char *root_crl_url, const char *says)
{
    g_autofree char *cache = temporary("cache-cannot");
    g_autoptr(CollateralService) service = collateral_service_start(platform, habits);
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(Pccs) pccs = pccs_new(url, NULL, cache, NULL);
    CollateralNeed need = need_of(root_crl_url);
    bool cached;
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(pccs_collateral(pccs, &need, false, &cached, NULL, &error));
        g_assert_true(error->domain == PCCS_ERROR);
        assert_says(error, says);
    }
    /* What failed is not asked again for the next quote. */
    for (int i = 0; i < N_CALLS; i++)
        g_assert_cmpint(collateral_service_count(service, (Call)i), <=, 1);
}

static void test_not_collateral(void)
{
    assert_cannot((CollateralServiceHabits){.no_headers = true}, NULL, "TCB-Info-Issuer-Chain");
    assert_cannot((CollateralServiceHabits){.swapped = true}, NULL,
                  "not the collateral that was asked for");
    assert_cannot((CollateralServiceHabits){.no_root_crl = true}, NULL, "status 404");
    assert_cannot((CollateralServiceHabits){.no_root_crl = true}, (char *)"http://127.0.0.1:9/x",
                  "status 404");
}

static void test_distribution_point(void)
{
    g_autofree char *cache = temporary("cache-distribution");
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){.no_root_crl = true});
    g_autofree char *url = collateral_service_url(service);
    g_autofree char *root_crl_url = g_strconcat(url, "/root.crl", NULL);
    g_autoptr(Pccs) pccs = pccs_new(url, NULL, cache, NULL);
    CollateralNeed need = need_of(root_crl_url);
    bool cached;
    g_autoptr(Collateral) collateral = pccs_collateral(pccs, &need, false, &cached, NULL, NULL);
    assert_whole(collateral);
    g_assert_cmpint(collateral_service_count(service, CALL_ROOT_CRL_ELSEWHERE), ==, 1);
}

static void test_unwritable_cache(void)
{
    g_autofree char *cache = g_build_filename(quote, "cache", NULL);
    bool cached;
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){0});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(Collateral) collateral = fetch(url, cache, &cached);
    assert_whole(collateral);
}

static void *fetch_in_thread(void *data)
{
    CollateralNeed need = need_of(NULL);
    bool cached;
    g_autoptr(Collateral) collateral = pccs_collateral(data, &need, false, &cached, NULL, NULL);
    assert_whole(collateral);
    return NULL;
}

static void test_once_for_all(void)
{
    g_autofree char *cache = temporary("cache-once");
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){0});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(Pccs) pccs = pccs_new(url, NULL, cache, NULL);
    GThread *threads[8];
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("fetch", fetch_in_thread, pccs);
    for (unsigned i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(collateral_service_total(service), ==, 4);
}

/* ---- judged with it ---- */

static VerificationResult *judge(const char *url, const char *ca, Cancel *cancel)
{
    GError *error = NULL;
    VerificationRequest request = {.root_path = root, .pccs_url = url, .pccs_ca_path = ca};
    g_autoptr(Verification) verification = verification_new(&request, NULL, &error);
    g_assert_no_error(error);
    VerificationInput input = {.kind = INPUT_QUOTE, .name = quote};
    return verification_judge(verification, &input, 0, cancel);
}

static void assert_trusted(const VerificationResult *result)
{
    for (unsigned i = 0; result->verdict != NULL && i < N_CHECKS; i++)
        if (result->verdict->checks[i].result == CHECK_RESULT_FAILED)
            g_test_message("%s failed: %s", check_table[i].id, result->verdict->checks[i].detail);
    g_assert_cmpstr(verification_verdict_name(result), ==, "trusted");
}

/* In the standard cache: every file of it gets other bytes in the signed part. */
static unsigned tamper_with_cache(const char *find, const char *replace)
{
    g_autofree char *directory =
        g_build_filename(g_getenv("HOME"), ".cache", "mse-console", "pccs", NULL);
    g_autoptr(GDir) files = g_dir_open(directory, 0, NULL);
    unsigned n = 0;
    g_assert_nonnull(files);
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        json_t *document = json_load_file(path, 0, NULL);
        gsize size;
        const char *body = json_string_value(json_object_get(document, "body"));
        g_autofree guchar *bytes = g_base64_decode(body, &size);
        g_autofree char *text = g_strndup((const char *)bytes, size);
        char *at = strlen(text) == size ? strstr(text, find) : NULL;
        if (at != NULL) {
            memcpy(at, replace, strlen(replace));
            g_autofree char *lie = g_base64_encode((const guchar *)text, size);
            json_object_set_new(document, "body", json_string(lie));
            g_assert_cmpint(json_dump_file(document, path, 0), ==, 0);
            n++;
        }
        json_decref(document);
    }
    return n;
}

static void test_lying_cache(void)
{
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){0});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(VerificationResult) first = judge(url, NULL, NULL);
    assert_trusted(first);
    g_assert_cmpint(collateral_service_total(service), ==, 4);

    g_autoptr(VerificationResult) cached = judge(url, NULL, NULL);
    assert_trusted(cached);
    g_assert_cmpint(collateral_service_total(service), ==, 4);

    g_assert_cmpuint(
        tamper_with_cache("\"tcbEvaluationDataNumber\":1", "\"tcbEvaluationDataNumber\":9"), ==, 2);
    g_autoptr(VerificationResult) renewed = judge(url, NULL, NULL);
    assert_trusted(renewed);
    g_assert_cmpint(collateral_service_total(service), ==, 8);

    g_autoptr(VerificationResult) repaired = judge(url, NULL, NULL);
    assert_trusted(repaired);
    g_assert_cmpint(collateral_service_total(service), ==, 8);
}

/* A quote that is wrong by itself is no reason to fetch again. */
static void test_wrong_quote_with_cache(void)
{
    g_autofree char *broken = temporary("broken.bin");
    sim("quote", platform, "--break", "quote-signature", "--output", broken, NULL);
    g_autoptr(CollateralService) service =
        collateral_service_start(platform, (CollateralServiceHabits){0});
    g_autofree char *url = collateral_service_url(service);
    g_autoptr(VerificationResult) good = judge(url, NULL, NULL);
    assert_trusted(good);
    VerificationRequest request = {.root_path = root, .settings_pccs_url = url};
    g_autoptr(Verification) verification = verification_new(&request, NULL, NULL);
    VerificationInput input = {.kind = INPUT_QUOTE, .name = broken};
    g_autoptr(VerificationResult) bad = verification_judge(verification, &input, 0, NULL);
    g_assert_cmpstr(verification_verdict_name(bad), ==, "rejected");
    g_assert_cmpint(collateral_service_total(service), ==, 4);
}

/* ---- over HTTPS, against mse-sim ---- */

typedef struct SimPccs {
    GPid process;
    char *url, *ca;
} SimPccs;

/* Nothing is left behind when an assertion ends the test. */
static void end_with_the_test(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Starts it and waits, with a deadline, until it says its port. */
static SimPccs sim_pccs_start(const char *fault)
{
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
    g_autofree char *port_file = temporary("port");
    g_unlink(port_file);
    const char *words[] = {program,       "pccs",    platform,
                           "--port-file", port_file, fault == NULL ? NULL : "--fault",
                           fault,         NULL};
    SimPccs service = {.ca = g_build_filename(platform, "pccs.pem", NULL)};
    GError *error = NULL;
    g_spawn_async(NULL, (char **)words, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                      G_SPAWN_STDERR_TO_DEV_NULL,
                  end_with_the_test, NULL, &service.process, &error);
    g_assert_no_error(error);
    gint64 deadline = g_get_monotonic_time() + 120 * G_TIME_SPAN_SECOND;
    g_autofree char *port = NULL;
    while (!g_file_get_contents(port_file, &port, NULL, NULL) || strchr(port, '\n') == NULL) {
        g_clear_pointer(&port, g_free);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_assert_cmpint(waitpid(service.process, NULL, WNOHANG), ==, 0);
        g_thread_yield();
    }
    service.url = g_strdup_printf("https://localhost:%s", g_strstrip(port));
    return service;
}

static void sim_pccs_stop(SimPccs *service)
{
    kill(service->process, SIGTERM);
    g_assert_cmpint(waitpid(service->process, NULL, 0), ==, service->process);
    g_spawn_close_pid(service->process);
    g_free(service->url);
    g_free(service->ca);
}

static void test_https(void)
{
    SimPccs service = sim_pccs_start(NULL);
    g_autoptr(VerificationResult) result = judge(service.url, service.ca, NULL);
    assert_trusted(result);
    sim_pccs_stop(&service);
}

static void assert_no_collateral(const VerificationResult *result, const char *says)
{
    g_assert_cmpstr(verification_verdict_name(result), ==, "rejected");
    const CheckOutcome *check = &result->verdict->checks[CHECK_TCB_INFO];
    g_assert_cmpint(check->result, ==, CHECK_RESULT_FAILED);
    if (strstr(check->detail, says) == NULL)
        g_test_message("%s", check->detail);
    g_assert_nonnull(strstr(check->detail, says));
}

static void test_wrong_authority(void)
{
    SimPccs service = sim_pccs_start(NULL);
    g_autoptr(VerificationResult) result = judge(service.url, root, NULL);
    assert_no_collateral(result, "localhost");
    sim_pccs_stop(&service);
}

static void test_faults(void)
{
    static const struct {
        const char *fault, *says;
    } cases[] = {
        {"reset@tcb", "localhost"},         {"status=503@qe-identity", "503"},
        {"truncate@pckcrl", "localhost"},   {"garbage@tcb", "localhost"},
        {"garbage@rootcacrl", "localhost"}, {"redirect@tcb", "not followed"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        SimPccs service = sim_pccs_start(cases[i].fault);
        g_autoptr(VerificationResult) result = judge(service.url, service.ca, NULL);
        assert_no_collateral(result, cases[i].says);
        sim_pccs_stop(&service);
    }
}

static void test_lies(void)
{
    static const struct {
        const char *fault;
        CheckId check;
    } cases[] = {
        {"lie@tcb", CHECK_TCB_INFO},
        {"lie@qe-identity", CHECK_QE_IDENTITY},
        {"lie@pckcrl", CHECK_CRL},
        {"lie@rootcacrl", CHECK_CRL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        SimPccs service = sim_pccs_start(cases[i].fault);
        g_autoptr(VerificationResult) result = judge(service.url, service.ca, NULL);
        g_assert_cmpstr(verification_verdict_name(result), ==, "rejected");
        g_assert_cmpint(result->verdict->checks[cases[i].check].result, ==, CHECK_RESULT_FAILED);
        sim_pccs_stop(&service);
    }
}

static void test_refused(void)
{
    SimPccs service = sim_pccs_start(NULL);
    g_autofree char *url = g_strdup(service.url), *ca = g_strdup(service.ca);
    sim_pccs_stop(&service);
    g_autoptr(VerificationResult) result = judge(url, ca, NULL);
    assert_no_collateral(result, "localhost");
}

/* What was cut short is no verdict. */
static void test_hang(void)
{
    SimPccs service = sim_pccs_start("hang@*");
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set_deadline(cancel, 300);
    g_autoptr(VerificationResult) result = judge(service.url, service.ca, cancel);
    g_assert_null(result->verdict);
    g_assert_error(result->error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    sim_pccs_stop(&service);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_inputs();
    g_test_add_func("/pccs/base", test_base);
    g_test_add_func("/pccs/urls", test_urls);
    g_test_add_func("/pccs/may-follow", test_may_follow);
    g_test_add_func("/pccs/next-update", test_next_update);
    g_test_add_func("/pccs/cache-files", test_cache_files);
    g_test_add_func("/pccs/cached", test_cached);
    g_test_add_func("/pccs/headers", test_headers);
    g_test_add_func("/pccs/not-collateral", test_not_collateral);
    g_test_add_func("/pccs/distribution-point", test_distribution_point);
    g_test_add_func("/pccs/unwritable-cache", test_unwritable_cache);
    g_test_add_func("/pccs/once-for-all", test_once_for_all);
    g_test_add_func("/pccs/lying-cache", test_lying_cache);
    g_test_add_func("/pccs/wrong-quote-with-cache", test_wrong_quote_with_cache);
    g_test_add_func("/pccs/https", test_https);
    g_test_add_func("/pccs/wrong-authority", test_wrong_authority);
    g_test_add_func("/pccs/faults", test_faults);
    g_test_add_func("/pccs/lies", test_lies);
    g_test_add_func("/pccs/refused", test_refused);
    g_test_add_func("/pccs/hang", test_hang);
    return g_test_run();
}
