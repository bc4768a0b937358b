/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cause.h"
#include "core/file.h"

#include <errno.h>
#include <string.h>

static void test_nothing_kept(void)
{
    g_autoptr(GError) error = g_error_new(FILE_ERROR, FILE_ERROR_READ, "cannot read");
    cause_prefix(&error, CAUSE_HERE, "the key %s: ", "x");
    cause_step(&error, CAUSE_HERE, "sealing");
    g_assert_cmpstr(error->message, ==, "the key x: cannot read");
    g_auto(GStrv) chain = cause_chain(error->message);
    g_assert_cmpuint(g_strv_length(chain), ==, 0);
}

static void assert_ends(const char *line, const char *text)
{
    g_assert_true(g_str_has_suffix(line, text));
}

/* Also of a copy, and with others of the same words before. */
static void test_chain(void)
{
    causes_keep();
    g_autoptr(GError) error = g_error_new(FILE_ERROR, FILE_ERROR_READ, "cannot read");
    for (int i = 0; i < 2; i++)
        cause_end_errno(&error, CAUSE_HERE, ENOENT);
    cause_step(&error, CAUSE_HERE, "sealing");
    cause_prefix(&error, CAUSE_HERE, "the key %s: ", "x");
    g_autoptr(GError) other = g_error_new(FILE_ERROR, FILE_ERROR_READ, "no luck");
    cause_instead(other, CAUSE_HERE, error);
    g_autoptr(GError) copy = g_error_copy(other);
    g_auto(GStrv) chain = cause_chain(copy->message);
    g_assert_cmpuint(g_strv_length(chain), ==, 4);
    assert_ends(chain[0], "test-cause, test_chain: no luck");
    assert_ends(chain[1], ": the key x");
    assert_ends(chain[2], ": sealing");
    assert_ends(chain[3], ": errno 2: No such file or directory");
}

/* An error that nobody asks for is none; what is old gives way. */
static void test_bounds(void)
{
    cause_prefix(NULL, CAUSE_HERE, "%s", "x");
    cause_step(NULL, CAUSE_HERE, "x");
    cause_end(NULL, CAUSE_HERE, "%s", "x");
    cause_end_errno(NULL, CAUSE_HERE, EIO);
    g_autoptr(GError) first = g_error_new(FILE_ERROR, FILE_ERROR_READ, "first");
    cause_end_errno(&first, CAUSE_HERE, EIO);
    for (int i = 0; i < 1000; i++) {
        g_autoptr(GError) error = g_error_new(FILE_ERROR, FILE_ERROR_READ, "number %d", i);
        cause_end_errno(&error, CAUSE_HERE, EIO);
    }
    g_auto(GStrv) old = cause_chain("first"), latest = cause_chain("number 999");
    g_assert_cmpuint(g_strv_length(old), ==, 0);
    g_assert_cmpuint(g_strv_length(latest), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cause/nothing-kept", test_nothing_kept);
    g_test_add_func("/cause/chain", test_chain);
    g_test_add_func("/cause/bounds", test_bounds);
    return g_test_run();
}
