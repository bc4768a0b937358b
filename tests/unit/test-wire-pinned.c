/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request that is for one certificate alone, and a body that is secret: as the configuration
 * server of an enclave takes them, HTTP/1.0, which answers a POST without headers and closes.
 */
#include "config.h"

#include "wire/wire.h"

#include "tests/unit/bytes.h"
#include "tests/unit/tls_server.h"

#define ACCEPTED "HTTP/1.0 200 OK\r\n\r\n"
#define BODY     "{\"uuid\": \"0\", \"app_secrets\": {\"a\": 1}}"

static const char *const headers[] = {"Content-Type: application/json", NULL};

static Secret *secret_of(const char *text)
{
    Secret *secret = secret_new(strlen(text));
    memcpy(secret_data(secret), text, strlen(text));
    return secret;
}

static WireAnswer *post(const Server *server, const Identity *pinned, GError **error)
{
    g_autofree char *url = server_url(server, "/");
    g_autoptr(Secret) body = secret_of(BODY);
    g_autoptr(GBytes) der = identity_der(pinned);
    const WireTls tls = {.pinned = der};
    const WireRequest request = {
        .url = url, .method = "POST", .secret = body, .headers = headers, .tls = &tls};
    return wire_call(&request, NULL, error);
}

static void assert_request(Server *server)
{
    g_autofree char *request = server_request(server);
    g_assert_true(g_str_has_prefix(request, "POST / HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nContent-Type: application/json\r\n"));
    g_assert_nonnull(strstr(request, "\r\nContent-Length: 38\r\n"));
    g_assert_null(strstr(request, "Expect"));
    g_assert_true(g_str_has_suffix(request, "\r\n\r\n" BODY));
}

/* Whatever else is wrong with a certificate does not count: it is the one. */
static void assert_taken(const Identity *identity, int newest_tls)
{
    g_autoptr(Server) server = server_start(&(Script){
        .answer = ACCEPTED, .identity = identity, .newest_tls = newest_tls, .whole_request = true});
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = post(server, identity, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(wire_answer_status(answer), ==, 200);
    g_assert_cmpuint(g_bytes_get_size(wire_answer_body(answer)), ==, 0);
    g_autoptr(GBytes) der = identity_der(identity);
    g_assert_true(g_bytes_equal(wire_answer_peer(answer), der));
    assert_request(server);
}

static void test_taken(void)
{
    g_autoptr(Identity) named = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) expired = identity_new("DNS:elsewhere.test", -1, 0);
    g_autoptr(Identity) large = identity_new("DNS:elsewhere.test", 1, 200 * 1024);
    assert_taken(named, 0);
    assert_taken(named, TLS1_2_VERSION);
    assert_taken(expired, 0);
    assert_taken(large, 0);
}

/* A certificate that could be trusted in every other way, but is not the one. */
static void assert_refused(int newest_tls)
{
    g_autoptr(Identity) one = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) other = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Server) server = server_start(&(Script){
        .answer = ACCEPTED, .identity = other, .newest_tls = newest_tls, .whole_request = true});
    g_autoptr(GError) error = NULL;
    g_assert_null(post(server, one, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_STRANGER);
    g_assert_nonnull(strstr(error->message, "another certificate"));
    g_autofree char *request = server_request(server);
    g_assert_cmpstr(request, ==, "");
}

static void test_stranger(void)
{
    assert_refused(0);
    assert_refused(TLS1_2_VERSION);
}

/* The same key in another certificate is another certificate. */
static void test_same_key(void)
{
    g_autoptr(Identity) one = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) other = identity_new("IP:127.0.0.1", 2, 0);
    EVP_PKEY_free(other->key);
    EVP_PKEY_up_ref(one->key);
    other->key = one->key;
    X509_set_pubkey(other->certificate, one->key);
    g_assert_cmpint(X509_sign(other->certificate, one->key, EVP_sha256()), >, 0);
    g_autoptr(Server) server =
        server_start(&(Script){.answer = ACCEPTED, .identity = other, .whole_request = true});
    g_autoptr(GError) error = NULL;
    g_assert_null(post(server, one, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_STRANGER);
    g_autofree char *request = server_request(server);
    g_assert_cmpstr(request, ==, "");
}

/* The certificate is public: whoever shows it without its key does not get through the handshake.
 */
static void test_without_key(void)
{
    g_autoptr(Identity) one = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) thief = identity_new("IP:127.0.0.1", 1, 0);
    X509_free(thief->certificate);
    X509_up_ref(one->certificate);
    thief->certificate = one->certificate;
    g_autoptr(Server) server =
        server_start(&(Script){.answer = ACCEPTED, .identity = thief, .whole_request = true});
    g_autoptr(GError) error = NULL;
    g_assert_null(post(server, one, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
    g_autofree char *request = server_request(server);
    g_assert_cmpstr(request, ==, "");
}

/* Nothing is kept of one call that could let the next one in without its certificate. */
static void test_again(void)
{
    g_autoptr(Identity) one = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) other = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Server) server =
        server_start(&(Script){.answer = ACCEPTED, .identity = one, .whole_request = true});
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(WireAnswer) answer = post(server, one, &error);
        g_assert_no_error(error);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(post(server, other, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_STRANGER);
}

static void test_refusal(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Server) server = server_start(&(Script){.answer = "HTTP/1.0 401 Unauthorized\r\n\r\n",
                                                      .identity = identity,
                                                      .whole_request = true});
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) answer = post(server, identity, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(wire_answer_status(answer), ==, 401);
}

static void test_not_there(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    Server *server = server_start(&(Script){.wait = true});
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", server_port(server));
    server_stop(server);
    g_autoptr(GBytes) der = identity_der(identity);
    const WireTls tls = {.pinned = der};
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&(WireRequest){.url = url, .tls = &tls}, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_CONNECT);
}

/* An enclave that starts: it accepts and closes, or speaks no TLS yet; or takes the request and
 * dies. */
static void test_starting(void)
{
    static const struct {
        const char *says;
        bool secure;
        int error;
    } cases[] = {
        {"", false, WIRE_ERROR_TLS},
        {"HTTP/1.0 400 Bad Request\r\n\r\n", false, WIRE_ERROR_TLS},
        {"", true, WIRE_ERROR_CUT},
        {"HTTP/1.0 20", true, WIRE_ERROR_CUT},
        {"rubbish\r\n\r\n", true, WIRE_ERROR_PROTOCOL},
    };
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Server) server =
            server_start(&(Script){.answer = cases[i].says,
                                   .identity = cases[i].secure ? identity : NULL,
                                   .answer_first = !cases[i].secure,
                                   .whole_request = true});
        g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", server_port(server));
        g_autoptr(GBytes) der = identity_der(identity);
        g_autoptr(Secret) body = secret_of(BODY);
        const WireTls tls = {.pinned = der};
        const WireRequest request = {.url = url, .method = "POST", .secret = body, .tls = &tls};
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_call(&request, NULL, &error));
        g_assert_error(error, WIRE_ERROR, cases[i].error);
    }
}

/* A call that is given up leaves the secret to the wire thread, which is done with it later. */
static void test_cancelled(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(Server) server = server_start(&(Script){.identity = identity,
                                                      .then = THEN_HOLD,
                                                      .whole_request = true,
                                                      .cancel_at_request = cancel});
    g_autofree char *url = server_url(server, "/");
    g_autoptr(GBytes) der = identity_der(identity);
    Secret *body = secret_of(BODY);
    const WireTls tls = {.pinned = der};
    const WireRequest request = {.url = url, .method = "POST", .secret = body, .tls = &tls};
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&request, cancel, &error));
    secret_free(body);
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    g_test_add_func("/wire/pinned/taken", test_taken);
    g_test_add_func("/wire/pinned/stranger", test_stranger);
    g_test_add_func("/wire/pinned/same-key", test_same_key);
    g_test_add_func("/wire/pinned/without-key", test_without_key);
    g_test_add_func("/wire/pinned/again", test_again);
    g_test_add_func("/wire/pinned/refusal", test_refusal);
    g_test_add_func("/wire/pinned/not-there", test_not_there);
    g_test_add_func("/wire/pinned/starting", test_starting);
    g_test_add_func("/wire/pinned/cancelled", test_cancelled);
    return g_test_run();
}
