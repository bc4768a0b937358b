/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim pccs over real sockets and TLS, called with libcurl: every call, every fault.
 */
#include "config.h"

#include "core/hex.h"
#include "tests/unit/sim-support.h"

#include <curl/curl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Server {
    GPid child;
    char *base; /* "https://localhost:1234" */
} Server;

/* Reads its first line, which comes when it listens. */
static char *first_line(int descriptor)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char byte;
    while (read(descriptor, &byte, 1) == 1 && byte != '\n')
        g_string_append_c(line, byte);
    return g_strdup(line->str);
}

static Server server_start(const char *directory, const char *options)
{
    g_autofree char *program = sim_program();
    g_autofree char *line = g_strdup_printf("pccs %s %s", directory, options);
    g_auto(GStrv) words = g_strsplit(g_strchomp(line), " ", -1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    for (unsigned i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, words[i]);
    g_ptr_array_add(argv, NULL);
    Server server = {0};
    int output;
    g_autoptr(GError) error = NULL;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                  NULL, &server.child, NULL, &output, NULL, &error))
        g_error("%s", error->message);
    g_autofree char *said = first_line(output);
    close(output);
    if (!g_str_has_prefix(said, "SIMULATED PCCS at http"))
        g_error("pccs said: %s", said);
    server.base = g_strdup(strstr(said, "http"));
    server.base[strlen(server.base) - 1] = '\0';
    return server;
}

/* Ends it as a person would; it must end by itself, with 0. */
static void server_stop(Server *server, int signal_number)
{
    int status;
    g_assert_cmpint(kill(server->child, signal_number), ==, 0);
    g_assert_cmpint(waitpid(server->child, &status, 0), ==, server->child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_spawn_close_pid(server->child);
    g_clear_pointer(&server->base, g_free);
}

typedef struct Got {
    CURLcode code;
    long status;
    GByteArray *body;
    GHashTable *headers; /* lower-case name → value */
} Got;

static void got_clear(Got *got)
{
    g_clear_pointer(&got->body, g_byte_array_unref);
    g_clear_pointer(&got->headers, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Got, got_clear)

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    g_byte_array_append(user, (const guint8 *)data, (guint)(size * n));
    return size * n;
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
    g_autofree char *line = g_strndup(data, size * n);
    char *colon = strchr(line, ':');
    if (colon != NULL) {
        *colon = '\0';
        g_hash_table_insert(user, g_ascii_strdown(line, -1), g_strdup(g_strstrip(colon + 1)));
    }
    return size * n;
}

/* The service's certificate that is trusted, or NULL for none beyond the system's. */
static Got get_trusting(const char *authority, const char *base, const char *path, long timeout)
{
    Got got = {.body = g_byte_array_new(),
               .headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    g_autofree char *url = g_strconcat(base, path, NULL);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, got.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, got.headers);
    if (authority != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
    got.code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &got.status);
    curl_easy_cleanup(curl);
    g_byte_array_append(got.body, (const guint8 *)"", 1);
    return got;
}

/* Long enough for any machine; what hangs is asked with less. */
static Got get(const Server *server, const char *path)
{
    g_autofree char *authority = in(plain(), "pccs.pem");
    return get_trusting(authority, server->base, path, 60000);
}

static void assert_body_is(const Got *got, const char *name)
{
    g_autofree char *path = in(plain(), name);
    g_autoptr(GBytes) expected = contents(path);
    g_assert_true(span_equal(span_of(got->body->data, got->body->len - 1), bytes_span(expected)));
}

static void assert_chain(const Got *got, const char *header, const char *signer)
{
    const char *value = g_hash_table_lookup(got->headers, header);
    g_assert_nonnull(value);
    g_assert_null(strpbrk(value, " \n+"));
    g_autofree char *pem = g_uri_unescape_string(value, NULL);
    g_assert_nonnull(pem);
    g_autofree char *signer_path = in(plain(), signer), *root_path = in(plain(), "root.pem");
    g_autoptr(GBytes) first = contents(signer_path), second = contents(root_path);
    g_autofree char *expected = g_strdup_printf(
        "%.*s%.*s", (int)g_bytes_get_size(first), (const char *)bytes_span(first).data,
        (int)g_bytes_get_size(second), (const char *)bytes_span(second).data);
    g_assert_cmpstr(pem, ==, expected);
}

typedef struct CallCase {
    const char *path;
    const char *file;   /* whose bytes are the answer; NULL: looked at apart */
    const char *header; /* lower-case */
    const char *signer;
} CallCase;

static const CallCase calls[] = {
    {"/sgx/certification/v4/tcb?fmspc=30606a000000", "tcb-info-sgx.json", "tcb-info-issuer-chain",
     "tcb-signing.pem"},
    {"/sgx/certification/v4/tcb?fmspc=30606A000000", "tcb-info-sgx.json", "tcb-info-issuer-chain",
     "tcb-signing.pem"},
    {"/tdx/certification/v4/tcb?fmspc=30606A000000", "tcb-info-tdx.json", "tcb-info-issuer-chain",
     "tcb-signing.pem"},
    {"/sgx/certification/v4/qe/identity", "qe-identity-sgx.json",
     "sgx-enclave-identity-issuer-chain", "tcb-signing.pem"},
    {"/tdx/certification/v4/qe/identity", "qe-identity-tdx.json",
     "sgx-enclave-identity-issuer-chain", "tcb-signing.pem"},
    {"/sgx/certification/v4/pckcrl?ca=platform", "platform-ca.crl", "sgx-pck-crl-issuer-chain",
     "platform-ca.pem"},
    {"/sgx/certification/v4/pckcrl?ca=processor&encoding=pem", "processor-ca.crl",
     "sgx-pck-crl-issuer-chain", "processor-ca.pem"},
    {"/sgx/certification/v4/pckcrl?ca=processor&encoding=der", NULL, "sgx-pck-crl-issuer-chain",
     "processor-ca.pem"},
};

static void check_calls(const Server *server)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_auto(Got) got = get(server, calls[i].path);
        if (got.code != CURLE_OK || got.status != 200)
            g_error("%s: %s, %ld", calls[i].path, curl_easy_strerror(got.code), got.status);
        if (calls[i].file != NULL)
            assert_body_is(&got, calls[i].file);
        else
            g_assert_cmpuint(got.body->data[0], ==, 0x30); /* DER itself */
        assert_chain(&got, calls[i].header, calls[i].signer);
    }
    g_auto(Got) root = get(server, "/sgx/certification/v4/rootcacrl");
    g_autoptr(GBytes) der = hex_decode(span_of(root.body->data, root.body->len - 1));
    g_assert_nonnull(der);
    g_assert_cmpuint(bytes_span(der).data[0], ==, 0x30);
}

static void test_calls_over_tls(void)
{
    Server server = server_start(plain(), "");
    g_assert_true(g_str_has_prefix(server.base, "https://localhost:"));
    check_calls(&server);
    /* Its certificate is for these names too, and for no client that was not told of it. */
    const char *port = strrchr(server.base, ':');
    g_autofree char *address = g_strconcat("https://127.0.0.1", port, NULL);
    g_autofree char *authority = in(plain(), "pccs.pem");
    g_auto(Got) by_address = get_trusting(authority, address, calls[0].path, 60000);
    g_assert_cmpint(by_address.code, ==, CURLE_OK);
    g_auto(Got) untold = get_trusting(NULL, server.base, calls[0].path, 60000);
    g_assert_cmpint(untold.code, ==, CURLE_PEER_FAILED_VERIFICATION);
    server_stop(&server, SIGTERM);

    g_autofree char *key = in(plain(), "pccs.key");
    GStatBuf status;
    g_assert_cmpint(g_stat(key, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
}

static void test_plain_http(void)
{
    g_autofree char *file = place("port");
    g_autofree char *options =
        g_strdup_printf("--http --sgx-header --listen 127.0.0.1:0 --port-file %s", file);
    Server server = server_start(plain(), options);
    g_assert_true(g_str_has_prefix(server.base, "http://localhost:"));
    g_auto(Got) got = get(&server, calls[0].path);
    g_assert_cmpint(got.status, ==, 200);
    assert_chain(&got, "sgx-tcb-info-issuer-chain", "tcb-signing.pem");
    g_assert_null(g_hash_table_lookup(got.headers, "tcb-info-issuer-chain"));
    const char *port = strrchr(server.base, ':') + 1;
    g_autofree char *expected = g_strconcat(port, "\n", NULL);
    server_stop(&server, SIGINT);
    g_autofree char *written = NULL;
    g_assert_true(g_file_get_contents(file, &written, NULL, NULL));
    g_assert_cmpstr(written, ==, expected);
}

static void test_refusals(void)
{
    static const struct {
        const char *path;
        long status;
    } rows[] = {
        {"/", 404},
        {"/sgx/certification/v4/nothing", 404},
        {"/tdx/certification/v4/pckcrl?ca=platform", 404},
        {"/sgx/certification/v4/tcb", 400},
        {"/sgx/certification/v4/tcb?fmspc=12", 400},
        {"/sgx/certification/v4/tcb?fmspc=000000000000", 404},
        {"/sgx/certification/v4/pckcrl", 400},
        {"/sgx/certification/v4/pckcrl?ca=nobody", 400},
    };
    Server server = server_start(plain(), "--http");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Got) got = get(&server, rows[i].path);
        g_assert_cmpint(got.code, ==, CURLE_OK);
        g_assert_cmpint(got.status, ==, rows[i].status);
    }
    server_stop(&server, SIGTERM);
}

static const char TCB[] = "/sgx/certification/v4/tcb?fmspc=30606a000000";
static const char QE[] = "/sgx/certification/v4/qe/identity";

/* In both protocols: what a fault does must not depend on TLS. */
static const char *const protocols[] = {"", "--http"};

static Server server_with_fault(const char *protocol, const char *fault)
{
    g_autofree char *options = g_strdup_printf("--fault %s %s", fault, protocol);
    return server_start(plain(), options);
}

static void test_fault_hang(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        Server server = server_with_fault(protocols[i], "hang@tcb");
        g_autofree char *authority = in(plain(), "pccs.pem");
        g_auto(Got) other = get(&server, QE);
        g_assert_cmpint(other.status, ==, 200);
        g_auto(Got) got = get_trusting(authority, server.base, TCB, 500);
        g_assert_cmpint(got.code, ==, CURLE_OPERATION_TIMEDOUT);
        g_assert_cmpint(got.status, ==, 0);
        server_stop(&server, SIGTERM); /* with the call still hanging */
    }
}

static void test_fault_reset(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        Server server = server_with_fault(protocols[i], "reset@*");
        g_auto(Got) got = get(&server, TCB);
        g_assert_cmpint(got.code, ==, CURLE_RECV_ERROR);
        server_stop(&server, SIGTERM);
    }
}

static void test_fault_slow(void)
{
    Server server = server_with_fault("", "slow=300@qe-identity");
    const gint64 start = g_get_monotonic_time();
    g_auto(Got) got = get(&server, QE);
    g_assert_cmpint(got.status, ==, 200);
    assert_body_is(&got, "qe-identity-sgx.json");
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 300000);
    server_stop(&server, SIGTERM);
}

static void test_fault_status(void)
{
    Server server = server_with_fault("", "status=503@tcb");
    g_auto(Got) got = get(&server, TCB);
    g_assert_cmpint(got.code, ==, CURLE_OK);
    g_assert_cmpint(got.status, ==, 503);
    g_auto(Got) other = get(&server, QE);
    g_assert_cmpint(other.status, ==, 200);
    server_stop(&server, SIGTERM);
}

static void test_fault_truncate(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        Server server = server_with_fault(protocols[i], "truncate@tcb");
        g_auto(Got) got = get(&server, TCB);
        g_assert_cmpint(got.code, !=, CURLE_OK);
        g_assert_cmpint(got.status, ==, 200);
        g_assert_cmpuint(got.body->len, >, 100);
        g_assert_null(strstr((const char *)got.body->data, "\"signature\""));
        server_stop(&server, SIGTERM);
    }
}

static void test_fault_garbage(void)
{
    Server server = server_with_fault("", "garbage@*");
    g_auto(Got) got = get(&server, TCB);
    g_assert_cmpint(got.code, ==, CURLE_OK);
    g_assert_cmpint(got.status, ==, 200);
    g_assert_cmpuint(got.body->len, ==, 1001);
    g_assert_false(g_utf8_validate((const char *)got.body->data, 1000, NULL));
    const char *chain = g_hash_table_lookup(got.headers, "tcb-info-issuer-chain");
    g_assert_nonnull(chain);
    g_assert_null(g_uri_unescape_string(chain, NULL));
    server_stop(&server, SIGTERM);
}

static void test_fault_redirect(void)
{
    Server server = server_with_fault("", "redirect@tcb");
    g_auto(Got) got = get(&server, TCB);
    g_assert_cmpint(got.status, ==, 302);
    const char *location = g_hash_table_lookup(got.headers, "location");
    g_assert_nonnull(location);
    g_auto(Got) there = get(&server, location);
    g_assert_cmpint(there.status, ==, 200);
    assert_body_is(&there, "tcb-info-sgx.json");
    server_stop(&server, SIGTERM);
}

static void test_fault_lie(void)
{
    Server server = server_with_fault("", "lie@tcb");
    g_auto(Got) got = get(&server, TCB);
    g_assert_cmpint(got.status, ==, 200);
    g_assert_true(g_str_has_prefix((const char *)got.body->data, "{\"tcbInfo\":{\"id\":\"SGX\""));
    g_autofree char *path = in(plain(), "tcb-info-sgx.json");
    g_autoptr(GBytes) ours = contents(path);
    g_assert_cmpuint(got.body->len - 1, ==, g_bytes_get_size(ours));
    g_assert_false(span_equal(span_of(got.body->data, got.body->len - 1), bytes_span(ours)));
    const char *chain = g_hash_table_lookup(got.headers, "tcb-info-issuer-chain");
    g_autofree char *pem = g_uri_unescape_string(chain, NULL);
    g_autofree char *root_path = in(plain(), "root.pem");
    g_autofree char *root = NULL;
    g_assert_true(g_file_get_contents(root_path, &root, NULL, NULL));
    g_assert_null(strstr(pem, root));
    server_stop(&server, SIGTERM);
}

static void test_cannot_listen(void)
{
    Server server = server_start(plain(), "--http");
    const char *port = strrchr(server.base, ':') + 1;
    g_auto(Ran) taken = run_sim("pccs %s --http --listen 127.0.0.1:%s", plain(), port);
    g_assert_cmpint(taken.status, ==, 1);
    g_assert_nonnull(strstr(taken.err, port));
    server_stop(&server, SIGTERM);
    g_auto(Ran) name = run_sim("pccs %s --listen pccs.example:443", plain());
    g_assert_cmpint(name.status, ==, 2);
    g_auto(Ran) port_file = run_sim("pccs %s --http --port-file /nowhere/port", plain());
    g_assert_cmpint(port_file.status, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_test_add_func("/sim-pccs/tls", test_calls_over_tls);
    g_test_add_func("/sim-pccs/http", test_plain_http);
    g_test_add_func("/sim-pccs/refusals", test_refusals);
    g_test_add_func("/sim-pccs/fault/hang", test_fault_hang);
    g_test_add_func("/sim-pccs/fault/reset", test_fault_reset);
    g_test_add_func("/sim-pccs/fault/slow", test_fault_slow);
    g_test_add_func("/sim-pccs/fault/status", test_fault_status);
    g_test_add_func("/sim-pccs/fault/truncate", test_fault_truncate);
    g_test_add_func("/sim-pccs/fault/garbage", test_fault_garbage);
    g_test_add_func("/sim-pccs/fault/redirect", test_fault_redirect);
    g_test_add_func("/sim-pccs/fault/lie", test_fault_lie);
    g_test_add_func("/sim-pccs/cannot-listen", test_cannot_listen);
    const int status = g_test_run();
    curl_global_cleanup();
    return status;
}
