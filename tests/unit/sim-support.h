/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the real mse-sim (and other programs) for tests, in a directory of the test's own.
 */
#ifndef MSE_TESTS_SIM_SUPPORT_H
#define MSE_TESTS_SIM_SUPPORT_H

#include "core/reader.h"

#include <glib.h>

/* When the platforms of tests are made: 2023-06-01T00:00:00Z. */
#define SIM_TIME      INT64_C(1685577600)
#define SIM_TIME_TEXT "2023-06-01T00:00:00Z"

typedef struct Ran {
    int status; /* exit status; -1: a signal */
    char *out;
    size_t out_size;
    char *err;
} Ran;

void ran_clear(Ran *ran);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ran, ran_clear)

/* Runs argv (the program found in PATH), standard input empty. */
Ran run_words(const char *const *argv);
/* Runs mse-sim of the build with these words, split at single spaces. */
Ran run_sim(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The same, and it must have worked. */
void must_sim(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The path of mse-sim in the build. Free with g_free. */
char *sim_program(void);
/* A path in this test program's own directory, which run-test removes. Free with g_free. */
char *place(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* A platform made at SIM_TIME, once for each name; all but "other" have the plain one's keys.
 * Borrowed path. */
const char *platform_at(const char *name, const char *options);
/* The one that nothing was asked of. */
const char *plain(void);
/* A file in a directory. Free with g_free. */
char *in(const char *directory, const char *name);
/* Fails unless standard output holds the text. */
void assert_says(const Ran *ran, const char *text);
Span bytes_span(GBytes *bytes);
/* A whole file, which must be there. */
GBytes *contents(const char *path);

#endif
