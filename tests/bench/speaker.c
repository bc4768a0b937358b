/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What runs in the containers of the benchmark, alone in an image: `speaker tick` prints a line a
 * second, `speaker flood N RATE` prints N lines at once and then RATE a second. Ends by itself
 * after an hour, should nobody end it.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 3600, STEPS = 20 }; /* seconds; steps of a second */

static const sigset_t *ending(void)
{
    static sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return &set;
}

static void print_lines(long from, long to)
{
    for (long i = from; i < to; i++)
        printf("line %07ld of a log that somebody will want to search: GET /health 200\n", i);
    fflush(stdout);
}

/* A pause that the end of the container ends; true then. */
static int pause_for(long nanoseconds)
{
    const struct timespec wait = {nanoseconds / 1000000000, nanoseconds % 1000000000};

    return sigtimedwait(ending(), NULL, &wait) > 0;
}

int main(int argc, char **argv)
{
    int floods = argc == 4 && strcmp(argv[1], "flood") == 0;
    long n = floods ? strtol(argv[2], NULL, 10) : 1;
    long step = floods ? strtol(argv[3], NULL, 10) / STEPS : 1;
    long apart = floods ? 1000000000 / STEPS : 1000000000;

    sigprocmask(SIG_BLOCK, ending(), NULL);
    print_lines(0, n);
    for (long turn = 0; turn < (long)LONGEST * (floods ? STEPS : 1); turn++, n += step) {
        if (pause_for(apart))
            break;
        print_lines(n, n + step);
    }
    return 0;
}
