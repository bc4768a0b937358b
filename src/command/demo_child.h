/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programs of a demo: started, waited for, ended.
 */
#ifndef MSE_COMMAND_DEMO_CHILD_H
#define MSE_COMMAND_DEMO_CHILD_H

#include "command/demo_place.h"
#include "core/cancel.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct DemoChild {
    pid_t pid;    /* 0: none */
    int lifeline; /* a pipe that the child reads: it ends when we do; -1 */
    int said;     /* its standard output; -1 */
    GString *text;
} DemoChild;

/* The path of a program that is installed beside this one. NULL with DEMO_ERROR_PROGRAM. g_free. */
char *demo_program(const char *name, GError **error);

/* Starts it in a session of its own, its standard input the lifeline, its output kept. argv[0] is
 * its path. */
bool demo_child_start(DemoChild *child, char *const *argv, GError **error);
/* The next line it says, without its line feed; NULL with an error when it ended (its last words
 * are in it), or when cancelled. g_free. */
char *demo_child_line(DemoChild *child, Cancel *cancel, GError **error);
/* Ends it, kindly for so many seconds, and waits for it: its exit status, as a shell counts it. */
int demo_child_end(DemoChild *child, unsigned seconds);

/* Runs a program on this terminal until it ends; when cancelled it gets TERM, and is waited for.
 * `environment` is the whole of it. Its exit status, as a shell counts it; -1 with an error when it
 * could not be started. */
int demo_run(char *const *argv, char *const *environment, const char *directory, Cancel *cancel,
             GError **error);

#endif
