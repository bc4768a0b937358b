/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Demos that begin and end at once: each has its directory until it is over, though each sweeps
 * what the dead left.
 */
#include "config.h"

#include "command/demo_place.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEMOS = 8, TIMES = 300 };

static void *live_and_die(void *data)
{
    (void)data;
    for (unsigned i = 0; i < TIMES; i++) {
        g_autoptr(GError) error = NULL;
        DemoPlace place;
        struct stat status;
        demo_place_open(&place, &error);
        g_assert_no_error(error);
        g_assert_cmpint(stat(place.path, &status), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, 0700);
        g_autofree char *file = g_build_filename(place.path, "file", NULL);
        g_assert_true(g_file_set_contents(file, "x", 1, NULL));
        g_thread_yield();
        g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
        demo_place_close(&place);
    }
    return NULL;
}

static void test_at_once(void)
{
    g_autofree char *directory = g_dir_make_tmp("places-XXXXXX", NULL);
    GThread *threads[DEMOS];
    g_setenv("XDG_RUNTIME_DIR", directory, TRUE);
    for (unsigned i = 0; i < DEMOS; i++)
        threads[i] = g_thread_new("demo", live_and_die, NULL);
    for (unsigned i = 0; i < DEMOS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(g_rmdir(directory), ==, 0); /* nothing is left in it */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/demo-place/at-once", test_at_once);
    return g_test_run();
}
