/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The certificate of a TLS server, whatever it is worth; and resolvers that find nothing or say
 * nothing: this program has its own getaddrinfo, which libcurl calls instead of the C library's.
 */
#include "config.h"

#include "wire/wire.h"

#include "tests/unit/bytes.h"
#include "tests/unit/tls_server.h"

#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static GMutex resolver_mutex;
static GCond resolver_changed;
static unsigned resolver_waiting;     /* how many calls are silent now */
static bool resolver_released;        /* they may return */
static Cancel *cancel_when_resolving; /* set by a silent call */

static void stay_silent(void)
{
    g_mutex_lock(&resolver_mutex);
    resolver_waiting++;
    cancel_set(cancel_when_resolving);
    while (!resolver_released)
        g_cond_wait(&resolver_changed, &resolver_mutex);
    resolver_waiting--;
    g_cond_broadcast(&resolver_changed);
    g_mutex_unlock(&resolver_mutex);
}

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    typedef int Resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (host != NULL && strcmp(host, "silent.test") == 0) {
        stay_silent();
        return EAI_AGAIN;
    }
    if (host != NULL && strcmp(host, "missing.test") == 0)
        return EAI_NONAME;
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    Resolve *resolve;
    memcpy(&resolve, &symbol, sizeof resolve);
    return resolve(host, service, hints, found);
}

static void release_resolver(void)
{
    g_mutex_lock(&resolver_mutex);
    resolver_released = true;
    g_cond_broadcast(&resolver_changed);
    while (resolver_waiting > 0)
        g_cond_wait(&resolver_changed, &resolver_mutex);
    resolver_released = false;
    cancel_when_resolving = NULL;
    g_mutex_unlock(&resolver_mutex);
}

static char *host_port(const Server *server, const char *host)
{
    return g_strdup_printf("%s:%u", host, server_port(server));
}

static void assert_fetched(const Script *script, const char *host, const char *name_asked)
{
    g_autoptr(Server) server = server_start(script);
    if (server == NULL) {
        g_test_skip("there is no IPv6 loopback address here");
        return;
    }
    g_autofree char *where = host_port(server, host);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = wire_peer_certificate(where, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) expected = identity_der(script->identity);
    assert_bytes(got, g_bytes_get_data(expected, NULL), g_bytes_get_size(expected));
    g_autofree char *asked = server_name_asked(server);
    g_assert_cmpstr(asked, ==, name_asked);
}

/* No name that fits, no authority, out of date: it is fetched all the same, and judged elsewhere.
 */
static void test_fetched(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", -1, 0);
    assert_fetched(&(Script){.identity = identity}, "127.0.0.1", "");
    assert_fetched(&(Script){.identity = identity}, "localhost", "localhost");
}

static void test_tls_1_2(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", 1, 0);
    assert_fetched(&(Script){.identity = identity, .newest_tls = TLS1_2_VERSION}, "127.0.0.1", "");
}

static void test_ipv6(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", 1, 0);
    assert_fetched(&(Script){.identity = identity, .on_ipv6 = true}, "[::1]", "");
}

/* Quotes make certificates larger than the 100 KiB at which OpenSSL stops by itself. */
static void test_large(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", 1, 200 * 1024);
    assert_fetched(&(Script){.identity = identity}, "127.0.0.1", "");
    g_autoptr(Identity) huge = identity_new("DNS:elsewhere.test", 1, 300 * 1024);
    g_autoptr(Server) server = server_start(&(Script){.identity = huge});
    g_autofree char *where = host_port(server, "127.0.0.1");
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_peer_certificate(where, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
}

/* Twice from one server: the second handshake is no resumption without a certificate. */
static void test_again(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", 1, 0);
    g_autoptr(Server) server = server_start(&(Script){.identity = identity});
    g_autofree char *where = host_port(server, "127.0.0.1");
    g_autoptr(GBytes) one = wire_peer_certificate(where, NULL, NULL);
    g_autoptr(GBytes) two = wire_peer_certificate(where, NULL, NULL);
    g_assert_nonnull(one);
    g_assert_nonnull(two);
    g_assert_true(g_bytes_equal(one, two));
}

static void test_not_tls(void)
{
    static const char *const answers[] = {"SSH-2.0-OpenSSH_9.2\r\n", OK_ANSWER, ""};
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(Server) server =
            server_start(&(Script){.answer = answers[i], .answer_first = true});
        g_autofree char *where = host_port(server, "127.0.0.1");
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_peer_certificate(where, NULL, &error));
        g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
        g_assert_nonnull(strstr(error->message, where));
    }
}

static void test_old_tls(void)
{
    g_autoptr(Identity) identity = identity_new("DNS:elsewhere.test", 1, 0);
    g_autoptr(Server) server =
        server_start(&(Script){.identity = identity, .newest_tls = TLS1_1_VERSION});
    g_autofree char *where = host_port(server, "127.0.0.1");
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_peer_certificate(where, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
}

/* A server that accepts and says nothing. */
static void test_hang(void)
{
    g_autoptr(Cancel) deadline = cancel_new();
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(Server) server = server_start(&(Script){.then = THEN_HOLD, .wait = true});
    g_autofree char *where = host_port(server, "127.0.0.1");
    cancel_set_deadline(deadline, 50);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_peer_certificate(where, deadline, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    g_clear_error(&error);
    g_autoptr(Server) other =
        server_start(&(Script){.then = THEN_HOLD, .wait = true, .cancel_at_request = cancel});
    g_autofree char *there = host_port(other, "127.0.0.1");
    g_assert_null(wire_peer_certificate(there, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
}

static void test_refused(void)
{
    unsigned port;
    int held = server_dead_port(&port);
    g_autofree char *where = g_strdup_printf("127.0.0.1:%u", port);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_peer_certificate(where, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_CONNECT);
    g_assert_nonnull(strstr(error->message, "Connection refused"));
    g_assert_nonnull(strstr(error->message, where));
    close(held);
}

static void test_spelling(void)
{
    static const char *const wrong[] = {
        "",           ":443",          "host:",     "host:0",    "host:65536",
        "host:1:2",   "::1",           "[::1",      "[]:443",    "[host]:443x",
        "[::1]443",   "https://host",  "host/path", "user@host", "host:44 3",
        "host name",  "a\x1b[2Jb:443", "host:+443", "host?x",    "host#x",
        "[::1%eth0]", "host:443/",     "\x01:443",  "h%41st",    "host\\x:1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_peer_certificate(wrong[i], NULL, &error));
        g_assert_error(error, WIRE_ERROR, WIRE_ERROR_URL);
        g_assert_null(strchr(error->message, '\x1b'));
    }
}

static void test_name_missing(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_peer_certificate("missing.test", NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_NAME);
    g_assert_nonnull(strstr(error->message, "missing.test"));
    g_clear_error(&error);
    g_assert_null(wire_call(&(WireRequest){.url = "https://missing.test/x"}, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_NAME);
    g_assert_nonnull(strstr(error->message, "https://missing.test/x"));
}

/* The resolver never answers: that is waited out neither by a cancel nor by a deadline. Were it,
 * the test would not end, since only its own last line lets the resolver go. */
static void test_resolver_silent(void)
{
    for (int i = 0; i < 4; i++) {
        g_autoptr(Cancel) cancel = cancel_new();
        g_autoptr(GError) error = NULL;
        if (i < 2) {
            g_mutex_lock(&resolver_mutex);
            cancel_when_resolving = cancel;
            g_mutex_unlock(&resolver_mutex);
        } else {
            cancel_set_deadline(cancel, 50);
        }
        if (i % 2 == 0)
            g_assert_null(wire_peer_certificate("silent.test:443", cancel, &error));
        else
            g_assert_null(wire_call(&(WireRequest){.url = "http://silent.test/"}, cancel, &error));
        const int expected = i < 2 ? CANCEL_ERROR_CANCELLED : CANCEL_ERROR_DEADLINE;
        g_assert_error(error, CANCEL_ERROR, expected);
        g_mutex_lock(&resolver_mutex);
        cancel_when_resolving = NULL;
        g_mutex_unlock(&resolver_mutex);
    }
    const WireRequest request = {.url = "http://silent.test/", .connect_deadline = 50};
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&request, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT);
    g_assert_nonnull(strstr(error->message, "resolver"));
    release_resolver();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peer/fetched", test_fetched);
    g_test_add_func("/peer/tls-1.2", test_tls_1_2);
    g_test_add_func("/peer/ipv6", test_ipv6);
    g_test_add_func("/peer/large", test_large);
    g_test_add_func("/peer/again", test_again);
    g_test_add_func("/peer/not-tls", test_not_tls);
    g_test_add_func("/peer/old-tls", test_old_tls);
    g_test_add_func("/peer/hang", test_hang);
    g_test_add_func("/peer/refused", test_refused);
    g_test_add_func("/peer/spelling", test_spelling);
    g_test_add_func("/resolver/name-missing", test_name_missing);
    g_test_add_func("/resolver/silent", test_resolver_silent);
    return g_test_run();
}
