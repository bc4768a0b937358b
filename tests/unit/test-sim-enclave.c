/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small parts of the simulated enclave: arguments, names, faults, requests, messages to the
 * quoting service, images.
 */
#include "config.h"

#include "core/hex.h"
#include "sim/crypto.h"
#include "sim/enclave.h"
#include "sim/enclave_http.h"
#include "sim/image.h"
#include "sim/name.h"
#include "sim/quoting.h"
#include "tests/unit/enclave-support.h"

#include <sodium.h>

/* `n` gets how many words are left. */
static bool role_of(const char *line, EnclaveArguments *out, int *n)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    char **at = words;
    *n = (int)g_strv_length(words);
    return enclave_role(n, &at, out);
}

static void test_roles(void)
{
    static const struct {
        const char *line;
        bool known;
        EnclaveRole role;
        const char *dialect;
        int left; /* words with the name */
    } cases[] = {
        {"mse-run", true, ENCLAVE_RUN, "mse", 1},
        {"/usr/local/bin/mse-run --size 1M", true, ENCLAVE_RUN, "mse", 3},
        {"cenclave-run", true, ENCLAVE_RUN, "cenclave", 1},
        {"mse-test", true, ENCLAVE_TEST, "mse", 1},
        {"./cenclave-test x", true, ENCLAVE_TEST, "cenclave", 2},
        {"/bin/sh -c x", true, ENCLAVE_SHELL, "mse", 3},
        {"sh", true, ENCLAVE_SHELL, "mse", 1},
        {"mse-sim-enclave run --size 1M", true, ENCLAVE_RUN, "mse", 3},
        {"mse-sim-enclave run cenclave --size 1M", true, ENCLAVE_RUN, "cenclave", 3},
        {"mse-sim-enclave test mse", true, ENCLAVE_TEST, "mse", 1},
        {"mse-sim-enclave test", true, ENCLAVE_TEST, "mse", 1},
        {"mse-sim-enclave", false, 0, NULL, 0},
        {"mse-sim-enclave walk", false, 0, NULL, 0},
        {"mse-walk", false, 0, NULL, 0},
        {"other-run", false, 0, NULL, 0},
        {"bash", false, 0, NULL, 0},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].line);
        EnclaveArguments arguments;
        int n;
        const bool known = role_of(cases[i].line, &arguments, &n);
        g_assert_cmpint(known, ==, cases[i].known);
        if (!known)
            continue;
        g_assert_cmpint(arguments.role, ==, cases[i].role);
        g_assert_cmpstr(arguments.dialect->name, ==, cases[i].dialect);
        g_assert_cmpint(n, ==, cases[i].left);
    }
    char *none[] = {NULL}, **words = none;
    int n = 0;
    EnclaveArguments arguments;
    g_assert_false(enclave_role(&n, &words, &arguments));
}

static void test_arguments(void)
{
    g_autoptr(GError) error = NULL;
    EnclaveArguments arguments;
    g_assert_true(
        enclave_parse(ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|1719740790", &arguments, &error));
    g_assert_cmpuint(arguments.mebibytes, ==, 4096);
    g_assert_cmpint(arguments.expires, ==, 1719740790);
    g_assert_cmpstr(arguments.subject, ==, ENCLAVE_SUBJECT);
    g_assert_false(arguments.dry_run || arguments.debug);
    enclave_arguments_clear(&arguments);
    g_assert_true(
        enclave_parse(ENCLAVE_RUN, "--dry-run|" ENCLAVE_GOOD "|--debug", &arguments, &error));
    g_assert_true(arguments.dry_run && arguments.debug && arguments.expires == 0);
    enclave_arguments_clear(&arguments);
    g_assert_true(enclave_parse(ENCLAVE_TEST, "--application=a.b_c:d|--debug", &arguments, &error));
    g_assert_cmpstr(arguments.application, ==, "a.b_c:d");
    enclave_arguments_clear(&arguments);
}

static void test_bad_arguments(void)
{
    static const struct {
        EnclaveRole role;
        const char *line, *says;
    } cases[] = {
        {ENCLAVE_RUN, "--size|4096M", "--subject is missing"},
        {ENCLAVE_TEST, "--debug", "--application is missing"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--size|1M", "--size: given twice"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|extra", "extra: an option is expected"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--extra", "--extra: no such option"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--dry-run=1", "--dry-run: takes no value"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration", "--expiration: Unix seconds is expected"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|soon", "Unix seconds is expected"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|0", "Unix seconds is expected"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|-1", "Unix seconds is expected"},
        {ENCLAVE_RUN, ENCLAVE_GOOD "|--expiration|99999999999999999999",
         "Unix seconds is expected"},
        {ENCLAVE_RUN, "--size|4096", "a number of MiB and the letter M is expected"},
        {ENCLAVE_RUN, "--size|4096G", "letter M is expected"},
        {ENCLAVE_RUN, "--size|0M", "letter M is expected"},
        {ENCLAVE_RUN, "--size|-1M", "letter M is expected"},
        {ENCLAVE_RUN, "--size|M", "letter M is expected"},
        {ENCLAVE_RUN, "--size|1048577M", "letter M is expected"},
        {ENCLAVE_RUN, "--subject|cosmian", "a name like"},
        {ENCLAVE_RUN, "--san|a b", "a DNS name or an address is expected"},
        {ENCLAVE_RUN, "--id|" ENCLAVE_ID "0", "a UUID is expected"},
        {ENCLAVE_RUN, "--application|app", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|../app:app", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|a..b:c", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|a:b:c", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|1a:b", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|:b", "module:variable is expected"},
        {ENCLAVE_RUN, "--application|a:", "module:variable is expected"},
        {ENCLAVE_TEST, "--size|1M", "--size: no such option"},
        {ENCLAVE_RUN, "--\x1b[2J", "\\x1b[2J: no such option"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].line);
        g_autoptr(GError) error = NULL;
        EnclaveArguments arguments;
        g_assert_false(enclave_parse(cases[i].role, cases[i].line, &arguments, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, cases[i].says));
        enclave_arguments_clear(&arguments);
    }
}

static void test_names(void)
{
    static const char *const good[] = {
        ENCLAVE_SUBJECT,
        "CN=a",
        "CN=a\\,b,O=c",
        "CN=a\\20",
        "CN=a+O=b,C=FR",
        "CN = a , O = b c ",
        "DC=example,DC=org",
        "CN=\\C3\\A9t\\C3\\A9",
        "CN=été",
    };
    static const char *const bad[] = {
        "",
        "a",
        "CN",
        "CN=",
        "CN=a,",
        ",CN=a",
        "CN=a\\",
        "CN=a\\x",
        "CN=a\\00",
        "=a",
        "CN=a\"b",
        "CN=<a>",
        "CN=#04",
        "NOSUCH=a",
        "C=FRANCE",
        "CN=\xff",
        "CN=a;O=b",
        "CN=a++O=b",
        "CN=0123456789012345678901234567890123456789012345678901234567890123456",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%s", good[i]);
        g_assert_true(name_is_rfc4514(good[i]));
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(name_is_rfc4514(bad[i]));
    }
    /* The last part of the text is the first of the name. */
    X509_NAME *name = name_of_rfc4514(ENCLAVE_SUBJECT);
    char line[256];
    X509_NAME_oneline(name, line, sizeof line);
    g_assert_cmpstr(line, ==, "/ST=Ile-de-France/L=Paris/C=FR/O=Cosmian Tech/CN=cosmian.com");
    X509_NAME_free(name);
}

static void test_san(void)
{
    static const char *const good[] = {"localhost", "*.example.com", "127.0.0.1", "::1", "a_b"};
    static const char *const bad[] = {"", "*.", "a b", "a,DNS:b", "fe80::1%eth0", "a*b", "a\nb"};
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(name_is_san(good[i]));
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(name_is_san(bad[i]));
    g_autofree char *long_name = g_strnfill(254, 'a');
    g_assert_false(name_is_san(long_name));
}

static void test_faults(void)
{
    g_autoptr(GError) error = NULL;
    EnclaveFaults faults;
    g_assert_true(enclave_faults_parse(NULL, &faults, &error));
    g_assert_true(enclave_faults_parse("", &faults, &error));
    for (unsigned i = 0; i < N_ENCLAVE_FAULTS; i++) {
        const EnclaveFaultRow *row = enclave_fault_row(i);
        g_autofree char *text =
            row->most != 0 ? g_strdup_printf("%s=%u", row->name, row->most) : g_strdup(row->name);
        g_autofree char *two = g_strconcat("no-quote,", text, NULL);
        g_assert_true(enclave_faults_parse(two, &faults, &error));
        g_assert_true(faults.on[i] && faults.on[ENCLAVE_FAULT_NO_QUOTE]);
        g_assert_cmpuint(faults.value[i], ==, row->most);
        g_autofree char *wrong = g_strdup_printf("%s=%s", row->name, row->most != 0 ? "0" : "1");
        g_assert_false(enclave_faults_parse(wrong, &faults, NULL));
    }
    static const char *const bad[] = {"x",           "no-quote=",    "slow-start",
                                      "slow-start=", "exit-after=x", "no-quote no-quote"};
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) why = NULL;
        g_assert_false(enclave_faults_parse(bad[i], &faults, &why));
        g_assert_error(why, SIM_ERROR, SIM_ERROR_USAGE);
    }
}

static EnclaveHttpState read_http(const char *text, size_t size, EnclaveHttpRequest *out)
{
    return enclave_http_parse(span_of(text, size), 16, out);
}

static void test_http(void)
{
    static const char text[] =
        "POST /a/b?c=d HTTP/1.0\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello";
    EnclaveHttpRequest request;
    const size_t size = sizeof text - 1;
    for (size_t i = 0; i < size; i++)
        g_assert_cmpint(read_http(text, i, &request), ==, ENCLAVE_HTTP_MORE);
    g_assert_cmpint(read_http(text, size, &request), ==, ENCLAVE_HTTP_WHOLE);
    g_assert_cmpstr(request.method, ==, "POST");
    g_assert_cmpstr(request.path, ==, "/a/b");
    g_assert_cmpmem(request.body.data, (int)request.body.size, "hello", 5);
    enclave_http_clear(&request);
    static const struct {
        const char *text;
        EnclaveHttpState state;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", ENCLAVE_HTTP_WHOLE},
        {"GET / HTTP/2\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET /\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET  / HTTP/1.0\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET * HTTP/1.0\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nno colon\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\n : x\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nContent-Length: -1\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nContent-Length: 1 1\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", ENCLAVE_HTTP_BAD},
        {"GET / HTTP/1.0\r\nContent-Length: 17\r\n\r\n", ENCLAVE_HTTP_TOO_LARGE},
        {"GET / HTTP/1.0\r\nContent-Length: 16\r\n\r\n", ENCLAVE_HTTP_MORE},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        const EnclaveHttpState state = read_http(cases[i].text, strlen(cases[i].text), &request);
        g_assert_cmpint(state, ==, cases[i].state);
        if (state == ENCLAVE_HTTP_WHOLE)
            enclave_http_clear(&request);
    }
    static const char nul[] = "GET /\0 HTTP/1.0\r\n\r\n";
    g_assert_cmpint(read_http(nul, sizeof nul - 1, &request), ==, ENCLAVE_HTTP_BAD);
    g_autofree char *endless = g_strnfill(ENCLAVE_HTTP_HEAD_MOST + 1, 'a');
    g_assert_cmpint(read_http(endless, ENCLAVE_HTTP_HEAD_MOST, &request), ==, ENCLAVE_HTTP_MORE);
    g_assert_cmpint(read_http(endless, ENCLAVE_HTTP_HEAD_MOST + 1, &request), ==,
                    ENCLAVE_HTTP_TOO_LARGE);
    g_autofree char *bare = enclave_http_head(401, NULL, true, 0);
    g_assert_cmpstr(bare, ==, "HTTP/1.0 401 Unauthorized\r\n\r\n");
}

static void test_quoting_messages(void)
{
    QuotingRequest request = {.debug = true}, back;
    memset(request.mr_enclave, 1, 32);
    memset(request.mr_signer, 2, 32);
    memset(request.report_data, 3, 64);
    uint8_t bytes[QUOTING_REQUEST_SIZE + 1] = {0};
    quoting_request_write(&request, bytes);
    g_assert_true(quoting_request_read(span_of(bytes, QUOTING_REQUEST_SIZE), &back));
    g_assert_cmpmem(&back, sizeof back, &request, sizeof request);
    for (size_t n = 0; n <= sizeof bytes; n++)
        if (n != QUOTING_REQUEST_SIZE)
            g_assert_false(quoting_request_read(span_of(bytes, n), &back));
    for (unsigned i = 0; i < 12; i++) { /* magic and flags: each bit of them counts */
        bytes[i] ^= 0x40;
        g_assert_false(quoting_request_read(span_of(bytes, QUOTING_REQUEST_SIZE), &back));
        bytes[i] ^= 0x40;
    }
    uint8_t head[QUOTING_HEAD_SIZE];
    bool quote;
    uint32_t size;
    quoting_head_write(true, 5000, head);
    g_assert_true(quoting_head_read(head, &quote, &size));
    g_assert_true(quote && size == 5000);
    static const uint32_t wrong[] = {0, QUOTING_ANSWER_MOST + 1, UINT32_MAX};
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        quoting_head_write(false, wrong[i], head);
        g_assert_false(quoting_head_read(head, &quote, &size));
    }
}

static void test_image_names(void)
{
    static const struct {
        const char *text, *tag;
    } cases[] = {
        {"a", "a:latest"},
        {"a:1", "a:1"},
        {"example.io/a/mse-base:20230720095554", "example.io/a/mse-base:20230720095554"},
        {"localhost:5000/a", "localhost:5000/a:latest"},
        {"", NULL},
        {"a b", NULL},
        {"a:", NULL},
        {"/a", NULL},
        {"-a", NULL},
        {"a@sha256", NULL},
        {"a?b", NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *tag = image_tag(cases[i].text);
        g_assert_cmpstr(tag, ==, cases[i].tag);
    }
    g_autofree char *long_name = g_strnfill(256, 'a');
    g_assert_null(image_tag(long_name));
    /* The same program and time make the same bytes. */
    g_autoptr(GByteArray) one =
        image_make(&(ImageSpec){.tag = "a:1", .program = span_of("x", 1), .time = 1});
    g_autoptr(GByteArray) two =
        image_make(&(ImageSpec){.tag = "a:1", .program = span_of("x", 1), .time = 1});
    g_assert_cmpmem(one->data, (int)one->len, two->data, (int)two->len);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    g_test_add_func("/sim-enclave/roles", test_roles);
    g_test_add_func("/sim-enclave/arguments", test_arguments);
    g_test_add_func("/sim-enclave/bad-arguments", test_bad_arguments);
    g_test_add_func("/sim-enclave/names", test_names);
    g_test_add_func("/sim-enclave/san", test_san);
    g_test_add_func("/sim-enclave/faults", test_faults);
    g_test_add_func("/sim-enclave/http", test_http);
    g_test_add_func("/sim-enclave/quoting-messages", test_quoting_messages);
    g_test_add_func("/sim-enclave/image-names", test_image_names);
    return g_test_run();
}
