/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One program, run again and again while the n-th call of one kind fails: which n, and what of.
 */
#ifndef MSE_TESTS_TORTURE_TORTURE_H
#define MSE_TESTS_TORTURE_TORTURE_H

#include "interposer.h"

#include <glib.h>
#include <stdbool.h>

typedef struct TortureFault {
    const char *kind;
    unsigned nth;
    int number; /* errno; 0: half is written */
} TortureFault;

/* Adds what preloads the interposer to "NAME=VALUE" rows; without a fault it only counts. */
void torture_environment(GPtrArray *environment, const TortureFault *fault);
/* Before and after each run. */
void torture_reset(void);
unsigned torture_count(int kind);
bool torture_has_failed(void); /* the fault was met */

/* Every fault of the run just counted, thinned to about `most` unless MSE_TEST_TORTURE=all: each
 * kind keeps its first and last calls. Free with g_array_unref. */
GArray *torture_faults(unsigned most);

/* Once and for all: skips the test where nothing can be preloaded. */
bool torture_is_possible(void);

char *torture_describe(const TortureFault *fault); /* g_free */

#endif
