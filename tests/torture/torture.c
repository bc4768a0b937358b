/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "torture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HALF = -1, NUMBERS = 4 };

static const char *const names[] = {TORTURE_KINDS};

/* What each kind of call plausibly fails with, on files, sockets and terminals. */
static const int numbers[TORTURE_N][NUMBERS] = {
    [TORTURE_CONNECT] = {ECONNREFUSED, EACCES, ENOENT},
    [TORTURE_READ] = {EIO, EINTR},
    [TORTURE_WRITE] = {ENOSPC, EIO, EINTR, HALF},
    [TORTURE_POLL] = {EINTR, ENOMEM},
    [TORTURE_RENAME] = {EIO, EACCES},
    [TORTURE_FSYNC] = {EIO, ENOSPC},
    [TORTURE_OPENAT] = {EMFILE, EACCES, EINTR},
};

static struct {
    char *path;
    atomic_uint *counts;
} shared;

static char *library(void)
{
    return g_build_filename(g_getenv("MSE_TEST_BUILD"), "tests", "torture", "interposer.so", NULL);
}

bool torture_is_possible(void)
{
    g_autofree char *path = library();

#ifdef WITH_SANITIZERS
    g_test_skip("a sanitizer wants to be the first library");
    return false;
#endif
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    g_test_skip("the interposer is not built here");
    return false;
}

/* ---- the counters ---- */

static void map_counts(void)
{
    size_t size = TORTURE_COUNTERS * sizeof(atomic_uint);
    int file;
    void *map;

    if (shared.counts != NULL)
        return;
    shared.path = g_build_filename(g_get_home_dir(), "torture-counts", NULL);
    file = open(shared.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(file, >=, 0);
    g_assert_cmpint(ftruncate(file, (off_t)size), ==, 0);
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    g_assert_true(map != MAP_FAILED);
    close(file);
    shared.counts = map;
}

void torture_reset(void)
{
    map_counts();
    for (int i = 0; i < TORTURE_COUNTERS; i++)
        atomic_store(&shared.counts[i], 0);
}

unsigned torture_count(int kind)
{
    return atomic_load(&shared.counts[kind]);
}

bool torture_has_failed(void)
{
    return torture_count(TORTURE_FAILED) > 0;
}

void torture_environment(GPtrArray *environment, const TortureFault *fault)
{
    g_autofree char *path = library();

    map_counts();
    g_ptr_array_add(environment, g_strconcat("LD_PRELOAD=", path, NULL));
    g_ptr_array_add(environment, g_strconcat("TORTURE_COUNTS=", shared.path, NULL));
    if (fault != NULL)
        g_ptr_array_add(environment, g_strdup_printf("TORTURE_FAIL=%s:%u:%d", fault->kind,
                                                     fault->nth, fault->number));
}

/* ---- which faults ---- */

static unsigned count_numbers(int kind)
{
    unsigned n = 0;

    while (n < NUMBERS && numbers[kind][n] != 0)
        n++;
    return n;
}

static void add(GArray *faults, int kind, unsigned nth, unsigned which)
{
    int number = numbers[kind][which % count_numbers(kind)];
    TortureFault fault = {names[kind], nth, number == HALF ? 0 : number};

    g_array_append_val(faults, fault);
}

static void add_all(GArray *faults, int kind)
{
    for (unsigned nth = 1; nth <= torture_count(kind); nth++)
        for (unsigned which = 0; which < count_numbers(kind); which++)
            add(faults, kind, nth, which);
}

/* In even steps from the first to the last, the way of failing changing with each. */
static void add_some(GArray *faults, int kind, unsigned most)
{
    unsigned count = torture_count(kind), n = MIN(count, most);

    for (unsigned i = 0; i < n; i++)
        add(faults, kind, n == 1 ? 1 : 1 + i * (count - 1) / (n - 1), i);
}

GArray *torture_faults(unsigned most)
{
    GArray *faults = g_array_new(FALSE, FALSE, sizeof(TortureFault));
    bool all = g_strcmp0(g_getenv("MSE_TEST_TORTURE"), "all") == 0;

    for (int kind = 0; kind < TORTURE_N; kind++) {
        if (all)
            add_all(faults, kind);
        else
            add_some(faults, kind, MAX(most / TORTURE_N, 1));
    }
    return faults;
}

char *torture_describe(const TortureFault *fault)
{
    return g_strdup_printf("%s number %u: %s", fault->kind, fault->nth,
                           fault->number == 0 ? "half" : g_strerror(fault->number));
}
