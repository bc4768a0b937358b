/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static int by_size(gconstpointer left, gconstpointer right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_quantile(GArray *samples, double share)
{
    g_assert(samples->len > 0);
    g_array_sort(samples, by_size);
    guint at = (guint)((double)(samples->len - 1) * share + 0.5);
    return g_array_index(samples, double, at);
}

double bench_median(void (*once)(void *data), void *data, unsigned milliseconds)
{
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(double));
    once(data); /* pages in, tables built */
    uint64_t end = bench_now() + (uint64_t)milliseconds * 1000000U;
    for (uint64_t start = bench_now(); start < end || samples->len < 5;) {
        once(data);
        uint64_t now = bench_now();
        double took = (double)(now - start);
        g_array_append_val(samples, took);
        start = now;
    }
    return bench_quantile(samples, 0.5);
}

void bench_medians(void (*const once[2])(void *data), void *const data[2], unsigned milliseconds,
                   double medians[2])
{
    GArray *samples[2];
    for (int i = 0; i < 2; i++) {
        samples[i] = g_array_new(FALSE, FALSE, sizeof(double));
        once[i](data[i]);
    }
    uint64_t end = bench_now() + (uint64_t)milliseconds * 1000000U;
    for (uint64_t start = bench_now(); start < end || samples[0]->len < 5;) {
        for (int i = 0; i < 2; i++) {
            once[i](data[i]);
            uint64_t now = bench_now();
            double took = (double)(now - start);
            g_array_append_val(samples[i], took);
            start = now;
        }
    }
    for (int i = 0; i < 2; i++) {
        medians[i] = bench_quantile(samples[i], 0.5);
        g_array_unref(samples[i]);
    }
}

void bench_title(const char *title)
{
    printf("\n%-58s %10s %-6s %s\n", title, "figure", "unit", "aim");
}

void bench_row(const char *what, double figure, const char *unit, AimKind kind, double aim)
{
    bool met = kind == AIM_AT_MOST ? figure <= aim : figure >= aim;
    printf("  %-56s %10.2f %-6s", what, figure, unit);
    if (kind != AIM_NONE)
        printf(" %s %.2f %s", kind == AIM_AT_MOST ? "≤" : "≥", aim, met ? "met" : "MISSED");
    printf("\n");
    fflush(stdout);
}

G_GNUC_NORETURN static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

char *bench_directory(void)
{
    char *directory = g_dir_make_tmp("mse-bench.XXXXXX", NULL);
    if (!directory)
        give_up("temporary directory", g_strerror(errno));
    return directory;
}

static int remove_one(const char *path, const struct stat *state, int type, struct FTW *where)
{
    (void)state, (void)type, (void)where;
    return remove(path);
}

void bench_directory_remove(const char *directory)
{
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

GBytes *bench_read(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(GError) error = NULL;
    char *contents;
    gsize size;
    if (!g_file_get_contents(path, &contents, &size, &error))
        give_up("reading", error->message);
    return g_bytes_new_take(contents, size);
}

uint64_t bench_spawn(const char *const *words, char *const *environment, int status)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    uint64_t start = bench_now();
    int failure = posix_spawnp(&child, words[0], &actions, NULL, (char *const *)words,
                               environment ? environment : environ);
    if (failure)
        give_up(words[0], g_strerror(failure));
    int ended = 0;
    while (waitpid(child, &ended, 0) < 0 && errno == EINTR)
        ;
    uint64_t took = bench_now() - start;
    posix_spawn_file_actions_destroy(&actions);
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status)
        give_up(words[0], "ended with an unexpected status");
    return took;
}
