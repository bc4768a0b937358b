/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The wire's GET against a real server that behaves, misbehaves, or is not there.
 */
#include "config.h"

#include "core/limits.h"
#include "wire/wire.h"

#include "tests/unit/bytes.h"
#include "tests/unit/tls_server.h"

#include <glib/gstdio.h>
#include <unistd.h>

static WireAnswer *get(const char *url, GError **error)
{
    const WireRequest request = {.url = url};
    return wire_call(&request, NULL, error);
}

static void assert_says(const GError *error, const char *words)
{
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, words);
}

static void assert_says_not(const GError *error, const char *words)
{
    if (strstr(error->message, words) != NULL)
        g_error("\"%s\" says \"%s\"", error->message, words);
}

static void assert_get_fails(const Script *script, int code, const char *words)
{
    g_autoptr(Server) server = server_start(script);
    g_autofree char *url = server_url(server, "/path");
    g_autoptr(GError) error = NULL;
    g_assert_null(get(url, &error));
    g_assert_error(error, WIRE_ERROR, code);
    assert_says(error, words);
    assert_says(error, url);
}

static void test_answer(void)
{
    static const char answer[] = "HTTP/1.1 100 Continue\r\nX-Before: yes\r\n\r\n"
                                 "HTTP/1.1 200 OK\r\n"
                                 "TCB-Info-Issuer-Chain:  -----BEGIN%20 \r\n"
                                 "X-Twice: first\r\nX-Twice: second\r\n"
                                 "X-Empty:\r\n"
                                 "X-Long: a\r\n  b\r\n\tc\r\n"
                                 "Content-Length: 5\r\n\r\nhello";
    g_autoptr(Server) server = server_start(&(Script){.answer = answer});
    g_autofree char *url = server_url(server, "/tcb?fmspc=00");
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = get(url, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(wire_answer_status(got), ==, 200);
    assert_bytes(wire_answer_body(got), "hello", 5);
    g_assert_cmpstr(wire_answer_header(got, "tcb-info-issuer-CHAIN"), ==, "-----BEGIN%20");
    g_assert_cmpstr(wire_answer_header(got, "X-Twice"), ==, "first");
    g_assert_cmpstr(wire_answer_header(got, "X-Empty"), ==, "");
    g_assert_cmpstr(wire_answer_header(got, "X-Long"), ==, "a b c");
    g_assert_null(wire_answer_header(got, "X-Before"));
    g_assert_null(wire_answer_header(got, "X-Absent"));
    g_autofree char *request = server_request(server);
    g_assert_true(g_str_has_prefix(request, "GET /tcb?fmspc=00 HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nUser-Agent: mse-console/" PACKAGE_VERSION "\r\n"));
    WireAnswer *same = wire_answer_ref(got);
    wire_answer_unref(same);
}

static void test_status(void)
{
    static const unsigned statuses[] = {204, 400, 401, 404, 500, 503};
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *answer =
            g_strdup_printf("HTTP/1.1 %u Word\r\nContent-Length: 0\r\n\r\n", statuses[i]);
        g_autoptr(Server) server = server_start(&(Script){.answer = answer});
        g_autofree char *url = server_url(server, "/");
        g_autoptr(GError) error = NULL;
        g_autoptr(WireAnswer) got = get(url, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(wire_answer_status(got), ==, statuses[i]);
        g_assert_cmpuint(g_bytes_get_size(wire_answer_body(got)), ==, 0);
    }
}

static void test_chunked(void)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: late\r\n\r\n";
    g_autoptr(Server) server = server_start(&(Script){.answer = answer});
    g_autofree char *url = server_url(server, "/");
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = get(url, &error);
    g_assert_no_error(error);
    assert_bytes(wire_answer_body(got), "abcdefg", 7);
    g_assert_null(wire_answer_header(got, "X-Trailer"));
}

static void test_refused(void)
{
    unsigned port;
    int held = server_dead_port(&port);
    g_autofree char *url = g_strdup_printf("https://user:secret@127.0.0.1:%u/path", port);
    g_autoptr(GError) error = NULL;
    g_assert_null(get(url, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_CONNECT);
    assert_says(error, "Connection refused");
    assert_says(error, "https://127.0.0.1:");
    assert_says_not(error, "secret");
    assert_says_not(error, "user");
    close(held);
}

static void test_deadline(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    const Script scripts[] = {
        {.then = THEN_HOLD},
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .then = THEN_HOLD},
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", .then = THEN_DRIP},
        {.answer = "HTTP/1.1 200 OK\r\nX-Slow: ", .then = THEN_DRIP},
        {.then = THEN_HOLD, .identity = identity, .wait = true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autoptr(Server) server = server_start(&scripts[i]);
        g_autofree char *url = server_url(server, "/");
        const WireRequest request = {.url = url, .total_deadline = 100};
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_call(&request, NULL, &error));
        g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TIMEOUT);
        assert_says(error, url);
    }
}

static void test_cancel_deadline(void)
{
    g_autoptr(Server) server = server_start(&(Script){.then = THEN_HOLD});
    g_autofree char *url = server_url(server, "/");
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set_deadline(cancel, 50);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&(WireRequest){.url = url}, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    assert_says(error, url);
}

static void test_cancelled(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    const Script scripts[] = {
        {.then = THEN_HOLD},
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .then = THEN_HOLD},
        {.then = THEN_HOLD, .identity = identity, .wait = true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autoptr(Cancel) cancel_one = cancel_new();
        Script script = scripts[i];
        script.cancel_at_request = cancel_one;
        g_autoptr(Server) server = server_start(&script);
        g_autofree char *url = server_url(server, "/");
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_call(&(WireRequest){.url = url}, cancel_one, &error));
        g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    }
    cancel_set(cancel);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&(WireRequest){.url = "http://127.0.0.1:1/"}, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
}

static void test_truncated(void)
{
    assert_get_fails(&(Script){.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"},
                     WIRE_ERROR_CUT, "cut short");
    assert_get_fails(
        &(Script){.answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"},
        WIRE_ERROR_CUT, "cut short");
    assert_get_fails(&(Script){.answer = "HTTP/1.1 200 OK\r\nContent-Le"}, WIRE_ERROR_CUT,
                     "cannot fetch");
    assert_get_fails(&(Script){.answer = ""}, WIRE_ERROR_CUT, "without an answer");
}

static void test_body_limit(void)
{
    static const struct {
        const char *answer;
        bool fits;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a", false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", false},
        {"HTTP/1.1 200 OK\r\n\r\n0123456789", true},
        {"HTTP/1.1 200 OK\r\n\r\n0123456789a", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "a\r\n0123456789\r\n1\r\na\r\n0\r\n\r\n",
         false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Server) server = server_start(&(Script){.answer = cases[i].answer});
        g_autofree char *url = server_url(server, "/");
        const WireRequest request = {.url = url, .body_maximum = 10};
        g_autoptr(GError) error = NULL;
        g_autoptr(WireAnswer) got = wire_call(&request, NULL, &error);
        if (cases[i].fits) {
            g_assert_no_error(error);
            g_assert_cmpuint(g_bytes_get_size(wire_answer_body(got)), ==, 10);
        } else {
            g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TOO_LARGE);
        }
    }
}

static void test_header_limit(void)
{
    g_autofree char *value = g_strnfill(1000, 'v');
    g_autoptr(GString) answer = g_string_new("HTTP/1.1 200 OK\r\n");
    while (answer->len <= limit_bytes(LIMIT_HTTP_HEADERS))
        g_string_append_printf(answer, "X-Many: %s\r\n", value);
    g_string_append(answer, "Content-Length: 0\r\n\r\n");
    assert_get_fails(&(Script){.answer = answer->str}, WIRE_ERROR_TOO_LARGE, "limit");
}

static void test_redirect(void)
{
    assert_get_fails(&(Script){.answer = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
                                         "Location: https://elsewhere.test/x\r\n\r\n"},
                     WIRE_ERROR_REDIRECT, "https://elsewhere.test/x");
    assert_get_fails(&(Script){.answer = "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n"
                                         "Location: /other\x1b[2J\r\n\r\n"},
                     WIRE_ERROR_REDIRECT, "/other\\x1b[2J");
    assert_get_fails(&(Script){.answer = "HTTP/1.1 307 Moved\r\nContent-Length: 0\r\n\r\n"},
                     WIRE_ERROR_REDIRECT, "does not say");
    g_autoptr(Server) server =
        server_start(&(Script){.answer = "HTTP/1.1 308 Moved\r\nContent-Length: 0\r\n"
                                         "Location: https://me:secret@a.test/\r\n\r\n"});
    g_autofree char *url = server_url(server, "/");
    g_autoptr(GError) error = NULL;
    g_assert_null(get(url, &error));
    assert_says(error, "https://a.test/");
    assert_says_not(error, "secret");
}

static void test_garbage(void)
{
    static const char noise[] = "\0\1\2\xff\x1b]0;title\a noise\r\n\r\n";
    assert_get_fails(&(Script){.answer = noise, .size = sizeof noise - 1}, WIRE_ERROR_PROTOCOL,
                     "not HTTP");
    assert_get_fails(&(Script){.answer = "SSH-2.0-OpenSSH_9.2\r\n"}, WIRE_ERROR_PROTOCOL,
                     "not HTTP");
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void test_tls(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "authority.pem", NULL);
    identity_save(identity, path);
    g_autoptr(Server) server = server_start(&(Script){.answer = OK_ANSWER, .identity = identity});
    g_autofree char *url = server_url(server, "/");
    const WireRequest request = {.url = url, .authority_file = path};
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = wire_call(&request, NULL, &error);
    g_assert_no_error(error);
    assert_bytes(wire_answer_body(got), "ok", 2);

    g_setenv("SSL_CERT_FILE", path, TRUE);
    g_autoptr(WireAnswer) again = get(url, &error);
    g_unsetenv("SSL_CERT_FILE");
    g_assert_no_error(error);
    g_assert_nonnull(again);
    g_remove(path);
}

static void test_tls_untrusted(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    assert_get_fails(&(Script){.answer = OK_ANSWER, .identity = identity}, WIRE_ERROR_TLS,
                     "not trusted (SSL certificate problem: self-signed certificate)");
    g_autoptr(Identity) other = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) misnamed = identity_new("DNS:elsewhere.test", 1, 0);
    g_autoptr(Identity) expired = identity_new("IP:127.0.0.1", -1, 0);
    const struct {
        const Identity *shown, *trusted;
        const char *words;
    } cases[] = {
        {identity, other, "self-signed"},
        {misnamed, misnamed, "127.0.0.1"},
        {expired, expired, "expired"},
    };
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "authority.pem", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        identity_save(cases[i].trusted, path);
        g_autoptr(Server) server =
            server_start(&(Script){.answer = OK_ANSWER, .identity = cases[i].shown});
        g_autofree char *url = server_url(server, "/");
        g_autoptr(GError) error = NULL;
        g_assert_null(wire_call(&(WireRequest){.url = url, .authority_file = path}, NULL, &error));
        g_assert_error(error, WIRE_ERROR, WIRE_ERROR_TLS);
        assert_says(error, cases[i].words);
    }
    g_remove(path);
}

static void test_tls_old(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    assert_get_fails(&(Script){.identity = identity, .newest_tls = TLS1_1_VERSION}, WIRE_ERROR_TLS,
                     "no TLS");
}

static void test_tls_authority_missing(void)
{
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Server) server = server_start(&(Script){.answer = OK_ANSWER, .identity = identity});
    g_autofree char *url = server_url(server, "/");
    g_autoptr(GError) error = NULL;
    const WireRequest request = {.url = url, .authority_file = "/nonexistent/ca.pem"};
    g_assert_null(wire_call(&request, NULL, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_SETUP);
    assert_says(error, "/nonexistent/ca.pem");
}

/* TLS spoken to a server that does not, and the other way round. */
static void test_tls_mismatch(void)
{
    g_autoptr(Server) plain = server_start(&(Script){.answer = OK_ANSWER});
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", server_port(plain));
    const WireRequest request = {.url = url, .total_deadline = 200};
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_call(&request, NULL, &error));
    g_assert_nonnull(error); /* this server waits for the end of a request that never comes */
    g_clear_error(&error);
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Server) secure = server_start(&(Script){.identity = identity});
    g_autofree char *wrong = g_strdup_printf("http://127.0.0.1:%u/", server_port(secure));
    g_assert_null(get(wrong, &error));
    g_assert_error(error, WIRE_ERROR, WIRE_ERROR_CUT);
    assert_says(error, "http against https");
}

static void test_url(void)
{
    static const char *const wrong[] = {
        "",
        "nonsense",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "http://:80/",
        "https://host:99999/",
        "https://[::1",
        "http://a b/",
        "javascript:1",
        "https:/one.test/",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(get(wrong[i], &error));
        g_assert_error(error, WIRE_ERROR, WIRE_ERROR_URL);
    }
}

static void test_show_url(void)
{
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"https://host.test/path?q=1", "https://host.test/path?q=1"},
        {"https://user:secret@host.test:8443/p", "https://host.test:8443/p"},
        {"https://user@host.test/", "https://host.test/"},
        {"http://user:se@cret@host.test/", "http://host.test/"},
        {"/relative", "/relative"},
        {"//user:secret@host.test/", "host.test/"},
        {"nonsense://user:secret@[broken", "nonsense://[broken"},
        {"https://user:secret@host.test:99999/", "https://host.test:99999/"},
        {"user:secret@host", "host"},
        {"https://user:secret\x1b@ho\x1bst/", "https://ho\\x1bst/"},
        {"\x1b[2J", "\\x1b[2J"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = wire_show_url(cases[i].url);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
}

static void test_proxy(void)
{
    g_autoptr(Server) server = server_start(&(Script){.answer = OK_ANSWER});
    g_autofree char *proxy = server_url(server, "");
    g_setenv("http_proxy", proxy, TRUE);
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = get("http://host.test/x", &error);
    g_unsetenv("http_proxy");
    g_assert_no_error(error);
    g_autofree char *request = server_request(server);
    g_assert_true(g_str_has_prefix(request, "GET http://host.test/x HTTP/1.1\r\n"));
}

static gpointer get_many(gpointer data)
{
    for (int i = 0; i < 10; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(WireAnswer) got = get(data, &error);
        g_assert_no_error(error);
    }
    return NULL;
}

static void test_threads(void)
{
    g_autoptr(Server) server = server_start(&(Script){.answer = OK_ANSWER});
    g_autofree char *url = server_url(server, "/");
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("get", get_many, url);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/answer", test_answer);
    g_test_add_func("/wire/status", test_status);
    g_test_add_func("/wire/chunked", test_chunked);
    g_test_add_func("/wire/refused", test_refused);
    g_test_add_func("/wire/deadline", test_deadline);
    g_test_add_func("/wire/cancel-deadline", test_cancel_deadline);
    g_test_add_func("/wire/cancelled", test_cancelled);
    g_test_add_func("/wire/truncated", test_truncated);
    g_test_add_func("/wire/body-limit", test_body_limit);
    g_test_add_func("/wire/header-limit", test_header_limit);
    g_test_add_func("/wire/redirect", test_redirect);
    g_test_add_func("/wire/garbage", test_garbage);
    g_test_add_func("/wire/tls", test_tls);
    g_test_add_func("/wire/tls-untrusted", test_tls_untrusted);
    g_test_add_func("/wire/tls-old", test_tls_old);
    g_test_add_func("/wire/tls-authority-missing", test_tls_authority_missing);
    g_test_add_func("/wire/tls-mismatch", test_tls_mismatch);
    g_test_add_func("/wire/url", test_url);
    g_test_add_func("/wire/show-url", test_show_url);
    g_test_add_func("/wire/proxy", test_proxy);
    g_test_add_func("/wire/threads", test_threads);
    return g_test_run();
}
