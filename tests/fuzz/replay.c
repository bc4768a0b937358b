/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Feeds every seed of a fuzz target to it, in TAP, one point a seed: what fuzzing found once stays
 * found, with any compiler. Each seed is given as it is and cut at every eighth, since most
 * mistakes of readers are at an end. A target crashes when it is wrong, so reaching the end is the
 * proof; a directory without seeds proves nothing and is a failure.
 */
#include "config.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_name(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *seeds_of(const char *directory)
{
    GPtrArray *seeds = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));)
        g_ptr_array_add(seeds, g_build_filename(directory, name, NULL));
    g_ptr_array_sort(seeds, by_name);
    return seeds;
}

/* A copy of exactly `size` bytes on the heap, so that a sanitizer sees one byte too many. */
static void feed(const char *contents, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    g_assert_nonnull(exact);
    memcpy(exact, contents, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static bool replay(const char *path)
{
    g_autofree char *contents = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &contents, &size, NULL))
        return false;
    for (gsize part = 0; part <= 8; part++)
        feed(contents, size / 8 * part + (part == 8 ? size % 8 : 0));
    return true;
}

int main(void)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    g_autofree char *directory =
        g_build_filename(source ? source : ".", "tests", "fuzz", "seeds", FUZZ_NAME, NULL);
    g_autoptr(GPtrArray) seeds = seeds_of(directory);
    if (seeds->len == 0) {
        printf("1..1\nnot ok 1 - no seeds in tests/fuzz/seeds/" FUZZ_NAME "\n");
        return EXIT_FAILURE;
    }
    printf("1..%u\n", seeds->len);
    for (guint i = 0; i < seeds->len; i++) {
        const char *path = seeds->pdata[i];
        g_autofree char *name = g_path_get_basename(path);
        bool read = replay(path);
        printf("%s %u - " FUZZ_NAME " %s\n", read ? "ok" : "not ok", i + 1, name);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
