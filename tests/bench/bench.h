/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the benchmarks share: times, medians, and one table that all of them print into. A figure
 * that has an aim is printed beside it and says whether it was met; a benchmark never fails on it.
 */
#ifndef MSE_TESTS_BENCH_H
#define MSE_TESTS_BENCH_H

#include "core/reader.h"

#include <glib.h>

/* Nanoseconds on the monotonic clock. */
uint64_t bench_now(void);

/* Nanoseconds of a sorted sample: `share` 0.5 is the median, 0.99 the 99th percentile. */
double bench_quantile(GArray *samples, double share);

/* Runs `once` for at least `milliseconds` and returns the median of its single runs, in ns. */
double bench_median(void (*once)(void *data), void *data, unsigned milliseconds);

/* The same of two things that take turns, so that whatever else the machine does falls on both. */
void bench_medians(void (*const once[2])(void *data), void *const data[2], unsigned milliseconds,
                   double medians[2]);

typedef enum { AIM_NONE, AIM_AT_MOST, AIM_AT_LEAST } AimKind;

/* Prints one row: what, figure, unit, and the aim when there is one. */
void bench_row(const char *what, double figure, const char *unit, AimKind kind, double aim);
void bench_title(const char *title);

/* A directory of this run and everything in it, removed by bench_directory_remove. */
char *bench_directory(void);
void bench_directory_remove(const char *directory);

/* Reads a file or ends the benchmark with a sentence. */
GBytes *bench_read(const char *directory, const char *name);

/* Runs a program to its end, its output thrown away; ends the benchmark when its status is not
 * `status`. Nanoseconds it took. */
uint64_t bench_spawn(const char *const *words, char *const *environment, int status);

static inline Span bench_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

#endif
