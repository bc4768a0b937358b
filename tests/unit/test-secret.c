/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secrets: locked, guarded, no core dump.
 */
#include "config.h"

#include "core/file.h"
#include "core/secret.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void test_no_core(void)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_CORE, &limit), ==, 0);
    g_assert_cmpuint(limit.rlim_cur, ==, 0);
    g_assert_cmpuint(limit.rlim_max, ==, 0);
    g_assert_cmpint(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), ==, 0);
}

/* The field of /proc/self/status, in KiB. */
static long status_field(const char *name)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    const char *at = strstr(text, name);
    g_assert_nonnull(at);
    return strtol(at + strlen(name), NULL, 10);
}

static void test_new(void)
{
    static const size_t sizes[] = {0, 1, 32, 4096, 5000};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(Secret) secret = secret_new(sizes[i]);
        g_assert_cmpuint(secret_size(secret), ==, sizes[i]);
        Span span = secret_span(secret);
        g_assert_true(span.data == secret_data(secret));
        g_assert_cmpuint(span.size, ==, sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++)
            g_assert_cmpuint(span.data[j], ==, 0);
        memset(secret_data(secret), 0x5a, sizes[i]);
    }
    secret_free(NULL);
}

/* AddressSanitizer makes locking memory do nothing. */
#ifdef WITH_SANITIZERS
static const bool locks = false;
#else
static const bool locks = true;
#endif

static void test_locked(void)
{
    if (!locks) {
        g_test_skip("memory is not locked under AddressSanitizer");
        return;
    }
    g_autoptr(Secret) secret = secret_new(8192);
    g_assert_cmpint(status_field("VmLck:"), >=, 8);
}

static void test_guarded(void)
{
    if (g_test_subprocess()) {
        signal(SIGSEGV, SIG_DFL);
        Secret *secret = secret_new(32);
        volatile uint8_t *data = secret_data(secret);
        data[32] = 1;
        secret_free(secret);
        _exit(0);
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
}

static void test_refused(void)
{
    if (!locks || geteuid() == 0) {
        g_test_skip("root, and AddressSanitizer, are never refused locked memory");
        return;
    }
    if (g_test_subprocess()) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_MEMLOCK, &none);
        secret_free(secret_new(32));
        _exit(0);
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*ulimit -l*");
}

static void test_read_file(void)
{
    g_autofree char *directory = g_dir_make_tmp("secret.XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "key", NULL);
    static const size_t sizes[] = {0, 1, 4096, 20000};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *content = g_strnfill(sizes[i], 'k');
        g_assert_true(file_write(path, span_of(content, sizes[i]), 0600, NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(Secret) secret = secret_read_file(path, LIMIT_KEY, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(span_equal(secret_span(secret), span_of(content, sizes[i])));
    }
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(truncate(path, (off_t)limit_bytes(LIMIT_KEY) + 1), ==, 0);
    g_assert_null(secret_read_file(path, LIMIT_KEY, NULL, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_TOO_LARGE);
    g_remove(path);
    g_clear_error(&error);
    g_assert_null(secret_read_file(path, LIMIT_KEY, NULL, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_OPEN);
    g_rmdir(directory);
}

/* A pipe tells no size, so the memory grows while it is read. */
static void test_read_pipe(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_autofree char *content = g_strnfill(40000, 'p');
    g_assert_cmpint(write(ends[1], content, 40000), ==, 40000);
    close(ends[1]);
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", ends[0]);
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = secret_read_file(path, LIMIT_KEY, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(span_equal(secret_span(secret), span_of(content, 40000)));
    close(ends[0]);
}

int main(int argc, char **argv)
{
    secret_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret/no-core", test_no_core);
    g_test_add_func("/secret/new", test_new);
    g_test_add_func("/secret/locked", test_locked);
    g_test_add_func("/secret/guarded", test_guarded);
    g_test_add_func("/secret/refused", test_refused);
    g_test_add_func("/secret/read-file", test_read_file);
    g_test_add_func("/secret/read-pipe", test_read_pipe);
    return g_test_run();
}
