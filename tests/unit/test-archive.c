/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/archive.h"

#include <dlfcn.h>

#ifdef WITH_SANITIZERS
/* libarchive keeps the buffer that it composes its version in. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libarchive";
}
#endif

/* The library comes when it is asked for, and was not there before. */
static void test_loaded_when_touched(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(dlopen("libarchive.so.13", RTLD_NOW | RTLD_NOLOAD));
    const char *version = archive_library_version(&error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(version, "libarchive "));
    g_assert_true(archive_library_version(NULL) == version);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/archive/loaded-when-touched", test_loaded_when_touched);
    return g_test_run();
}
