/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tests make with mse-sim: platforms, quotes, evidence. Everything is made at SIM_TIME, so
 * that no test depends on today.
 */
#ifndef MSE_TESTS_UNIT_SIM_H
#define MSE_TESTS_UNIT_SIM_H

#include <glib.h>
#include <stdarg.h>

#define SIM_TIME      1700000000 /* 2023-11-14T22:13:20Z */
#define SIM_TIME_TEXT "1700000000"

/* $TMPDIR/NAME. Free with g_free. */
static inline char *temporary(const char *name)
{
    return g_build_filename(g_getenv("TMPDIR"), name, NULL);
}

/* Runs mse-sim with these words (NULL ends them) and demands that it succeeds. */
static inline void sim(const char *first, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = -1;
    va_list rest;
    va_start(rest, first);
    g_ptr_array_add(words, program);
    for (const char *word = first; word != NULL; word = va_arg(rest, const char *))
        g_ptr_array_add(words, (char *)word);
    g_ptr_array_add(words, NULL);
    va_end(rest);
    g_spawn_sync(NULL, (char **)words->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                 &errors, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_test_message("mse-sim %s: %s", first, errors);
    g_assert_cmpint(status, ==, 0);
}

#endif
