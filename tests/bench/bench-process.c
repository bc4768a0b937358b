/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole program, started to verify one file, beside an empty program that loads the same
 * libraries. The two take turns, so that what else the machine does falls on both.
 * Arguments: the directory of a simulated platform's material, its time, the two programs.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { TURNS = 60 };

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench-process MATERIAL TIME CONSOLE EMPTY\n");
        return EXIT_FAILURE;
    }
    g_autofree char *root = g_build_filename(argv[1], "platform", "root.pem", NULL);
    g_autofree char *collateral = g_build_filename(argv[1], "platform", "collateral.json", NULL);
    g_autofree char *quote = g_build_filename(argv[1], "0.bin", NULL);
    const char *time = argv[2];
    const char *const verify[] = {argv[3],    "verify", "--root", root,  "--collateral",
                                  collateral, "--at",   time,     quote, NULL};
    const char *const version[] = {argv[3], "--version", NULL};
    const char *const empty[] = {argv[4], NULL};
    const char *const *programs[] = {empty, version, verify};
    GArray *samples[G_N_ELEMENTS(programs)];
    double medians[G_N_ELEMENTS(programs)], least[G_N_ELEMENTS(programs)];

    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        samples[i] = g_array_new(FALSE, FALSE, sizeof(double));
    for (int turn = 0; turn < TURNS; turn++) {
        for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
            double took = (double)bench_spawn(programs[i], NULL, 0) / 1e6;
            g_array_append_val(samples[i], took);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        medians[i] = bench_quantile(samples[i], 0.5);
        least[i] = bench_quantile(samples[i], 0);
        g_array_unref(samples[i]);
    }
    bench_title("Whole process, one file");
    bench_row("empty program on the same link line", medians[0], "ms", AIM_NONE, 0);
    bench_row("mse-console --version", medians[1], "ms", AIM_NONE, 0);
    bench_row("mse-console verify FILE", medians[2], "ms", AIM_NONE, 0);
    bench_row("  beyond the empty program, median", medians[2] - medians[0], "ms", AIM_AT_MOST, 10);
    bench_row("  beyond the empty program, least", least[2] - least[0], "ms", AIM_NONE, 0);
    return EXIT_SUCCESS;
}
