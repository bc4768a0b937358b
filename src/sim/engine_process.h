/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Containers that are processes of this machine: started, stopped and killed as an engine does it,
 * their output kept as their logs. They end with this program, however it ends.
 */
#ifndef MSE_SIM_ENGINE_PROCESS_H
#define MSE_SIM_ENGINE_PROCESS_H

#include "sim/engine_fleet.h"
#include "sim/http.h"

/* How a container's process is started, and what its directory is. Borrowed for its life. */
typedef struct ProcessSpec {
    const char *program;    /* a path; NULL: this container is words alone */
    char *const *arguments; /* with the program's name, NULL-terminated */
    char *const *variables; /* the whole environment, NULL-terminated */
    const char *directory;  /* what is bound at /opt/input */
    const char *log;        /* lines it has said before; or NULL */
} ProcessSpec;

typedef struct Processes Processes;

/* `specs` by the number of the container. The fleet tells it what to do from now on; those that the
 * fleet has as running are started. */
Processes *processes_new(HttpServer *server, Fleet *fleet, const ProcessSpec *specs, unsigned n);
/* Kills what runs. The fleet must still be there. */
void processes_free(Processes *processes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Processes, processes_free)

/* A file of the container's directory, at most 4 MiB; NULL when there is none of that name. g_free.
 */
char *processes_file(const Processes *processes, const Container *container, const char *name);

/* Replaces itself by a program (argv from the third on, the second being its path) that ends when
 * the parent, whose process number is the first, does. Returns only when that fails: the exit
 * status. */
int process_become(int argc, char **argv);
/* What argv[0] is then. */
#define PROCESS_CHILD "mse-sim-child"

#endif
