/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/e2e/own.h"

#include "tests/e2e/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

char *own_name(const char *what)
{
    g_autofree char *space = g_file_read_link("/proc/self/ns/pid", NULL);
    g_assert_nonnull(space);
    /* "pid:[4026531836]", of which five digits, as in own.sh. */
    const char *end = strchr(space, ']');
    g_assert_true(end != NULL && end - space > 5);
    return g_strdup_printf("mse-test-%s-%.5s-%d", what, end - 5, (int)getpid());
}

void own_sweep(const char *what)
{
    g_autofree char *script =
        g_build_filename(g_getenv("MSE_TEST_SOURCE"), "tests", "e2e", "own.sh", NULL);
    const char *const argv[] = {"/bin/sh", "-c", ". \"$0\"; own_sweep \"$1\"", script, what, NULL};
    Outcome got = process_run(argv, NULL);
    g_assert_cmpstr(got.err, ==, "");
    outcome_clear(&got);
}

unsigned own_free_port(void)
{
    for (;;) {
        const unsigned port = (unsigned)g_random_int_range(10000, 32000);
        const struct sockaddr_in address = {.sin_family = AF_INET,
                                            .sin_port = htons((uint16_t)port)};
        int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int failed = bind(descriptor, (const struct sockaddr *)&address, sizeof address);
        close(descriptor);
        if (failed == 0)
            return port;
    }
}

int own_turn(const char *what)
{
    g_autofree char *path = g_strdup_printf("/tmp/mse-test-%s.lock", what);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) /* another user's is not created again */
        descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    g_assert_cmpint(descriptor, >=, 0);
    g_assert_cmpint(flock(descriptor, LOCK_EX), ==, 0);
    return descriptor;
}
