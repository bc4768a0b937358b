/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What runs in the containers of the tests, alone in an image: prints so many lines, on standard
 * output and, every tenth, on standard error, and waits to be ended.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long lines = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (long i = 0; i < lines; i++)
        fprintf(i % 10 == 9 ? stderr : stdout, "line %ld\n", i);
    const struct timespec longest = {.tv_sec = 600}; /* should nobody end it */
    sigtimedwait(&wanted, NULL, &longest);
    return 0;
}
