/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exec: another program that is run, by posix_spawn, never a shell. Nothing secret belongs into
 * its words or its environment. No descriptor of ours gets into it, no blocked signal, and no
 * handler.
 */
#ifndef MSE_CORE_EXEC_H
#define MSE_CORE_EXEC_H

#include "core/cancel.h"

#include <stddef.h>
#include <sys/types.h>

#define EXEC_ERROR (exec_error_quark())
typedef enum {
    EXEC_ERROR_START, /* not there, or it cannot be run */
    EXEC_ERROR_WAIT,  /* it was started, and cannot be followed */
} ExecError;
GQuark exec_error_quark(void);

typedef enum {
    EXEC_GROUP,   /* leads a process group of its own: the terminal's Ctrl-C is ours alone */
    EXEC_SESSION, /* leads a session of its own: it cannot ask on our terminal either */
} ExecPlace;

/* What is started. Borrowed for the call; lists are NULL-terminated. */
typedef struct ExecSpec {
    const char *const *words;       /* words[0] is looked for in our PATH unless it has a slash */
    const char *const *environment; /* whole; NULL: ours */
    const char *directory;          /* where it starts; NULL: here */
    ExecPlace place;
    int input, output, errors; /* its descriptors 0, 1 and 2; input -1: /dev/null */
} ExecSpec;

/* Starts it. An errno value, or 0. */
int exec_start(const ExecSpec *spec, pid_t *pid);

/* Takes what it prints as it comes. */
typedef void (*ExecOutput)(const void *bytes, size_t size, void *data);

typedef struct ExecRun {
    const char *const *words, *const *environment; /* as above */
    const char *directory;
    ExecOutput output; /* both of what it prints; NULL: nobody sees it */
    void *data;
} ExecRun;

/* Runs it to its end with nothing to read. The exit status, 128 + N when signal N ended it; -1
 * with an error. Cancelled, its whole group is told to end, and after 2 s made to: no process of
 * it that stayed in the group is left. */
int exec_run(const ExecRun *run, Cancel *cancel, GError **error);

/* An environment (NULL: ours) with these changes: "NAME=value" sets, "NAME" takes away. Free with
 * g_strfreev. */
char **exec_environment(const char *const *environment, const char *const *changes);

#endif
