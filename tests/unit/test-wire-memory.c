/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What libcurl put on the wire does not stay in this process's memory.
 */
#include "config.h"

#include "wire/wire.h"

#include "tests/unit/tls_server.h"

#include <inttypes.h>
#include <stdio.h>

/* "Basic " is followed by base64 of "user:correct horse": only libcurl ever writes that. Kept
 * flipped, so that it is not found here. */
#define FLIP 0x55
static const char plain_password[] = "correct%20horse";
static uint8_t flipped[24];

static void flip_needle(void)
{
    static const char halves[2][13] = {"dXNlcjpjb3Jy", "ZWN0IGhvcnNl"};
    for (size_t i = 0; i < sizeof flipped; i++)
        flipped[i] = (uint8_t)(halves[i / 12][i % 12] ^ FLIP);
}

static bool is_needle(const uint8_t *at)
{
    for (size_t i = 0; i < sizeof flipped; i++)
        if ((at[i] ^ FLIP) != flipped[i])
            return false;
    return true;
}

static unsigned count_in(const uint8_t *start, const uint8_t *end)
{
    unsigned n = 0;
    for (const uint8_t *at = start; at + sizeof flipped <= end; at++)
        n += *at == (flipped[0] ^ FLIP) && is_needle(at);
    return n;
}

/* How often the needle is in what this process may write to. */
static unsigned count_in_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    g_assert_nonnull(maps);
    char line[512];
    unsigned n = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end;
        char mode[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, mode) == 3 &&
            g_str_has_prefix(mode, "rw"))
            n += count_in((const uint8_t *)start, (const uint8_t *)end);
    }
    fclose(maps);
    return n;
}

/* AddressSanitizer's shadow is too large to be looked through. */
#ifdef WITH_SANITIZERS
static const bool can_look = false;
#else
static const bool can_look = true;
#endif

/* The wire thread is done with a call a moment after whoever called: then it is so often there. */
static void assert_settles_at(unsigned n)
{
    const gint64 until = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    while (count_in_memory() != n && g_get_monotonic_time() < until)
        g_usleep(1000);
    g_assert_cmpuint(count_in_memory(), ==, n);
}

static void test_nothing_stays(void)
{
    if (!can_look) {
        g_test_skip("not under AddressSanitizer");
        return;
    }
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    flip_needle();
    g_assert_cmpuint(count_in_memory(), ==, 0);
    Server *server = server_start(&(Script){.answer = answer});
    g_autofree char *url =
        g_strdup_printf("http://user:%s@127.0.0.1:%u/", plain_password, server_port(server));
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = wire_call(&(WireRequest){.url = url}, NULL, &error);
    g_assert_no_error(error);
    /* The server's own copy shows that it was sent, and that this test finds what is there. */
    assert_settles_at(1);
    server_stop(server);
    assert_settles_at(0);
}

/* A body of several of libcurl's and TLS's pieces, with the needle in each. */
static Secret *needles(void)
{
    Secret *secret = secret_new(40000);
    uint8_t *at = secret_data(secret);
    memset(at, '-', secret_size(secret));
    for (size_t i = 0; i + sizeof flipped <= secret_size(secret); i += 1000)
        for (size_t j = 0; j < sizeof flipped; j++)
            at[i + j] = flipped[j] ^ FLIP;
    return secret;
}

static void test_no_secret_stays(void)
{
    if (!can_look) {
        g_test_skip("not under AddressSanitizer");
        return;
    }
    static const char answer[] = "HTTP/1.0 200 OK\r\n\r\n";
    flip_needle();
    g_autoptr(Identity) identity = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(GBytes) der = identity_der(identity);
    Server *server =
        server_start(&(Script){.answer = answer, .identity = identity, .whole_request = true});
    g_autofree char *url = server_url(server, "/");
    Secret *secret = needles();
    g_assert_cmpuint(count_in_memory(), ==, 40);
    const WireTls tls = {.pinned = der};
    const WireRequest request = {.url = url, .method = "POST", .secret = secret, .tls = &tls};
    g_autoptr(GError) error = NULL;
    g_autoptr(WireAnswer) got = wire_call(&request, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(wire_answer_status(got), ==, 200);
    secret_free(secret);
    /* What the server got, and nothing else. */
    assert_settles_at(40);
    server_stop(server);
    assert_settles_at(0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    g_test_add_func("/wire/memory/nothing-stays", test_nothing_stays);
    g_test_add_func("/wire/memory/no-secret-stays", test_no_secret_stays);
    return g_test_run();
}
