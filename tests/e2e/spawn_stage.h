/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What spawning needs: the engine of this machine, a simulated platform with its services, and a
 * project whose image runs the simulated enclave. Containers and images have
 * names of this process's own (own.h), and are removed at the end.
 */
#ifndef MSE_TESTS_E2E_SPAWN_STAGE_H
#define MSE_TESTS_E2E_SPAWN_STAGE_H

#include "tests/e2e/process.h"

typedef struct SpawnStage {
    char *name;                               /* for a container; NULL: there is no engine */
    char *application;                        /* what the project is called */
    char *base;                               /* the image below it */
    char *platform, *project, *key, *sockets; /* paths */
    char *pccs;                               /* URL */
    Process quoting, pccs_process;
    const char *environment[6]; /* the last is the test's own, or NULL */
    ProcessSetting setting;     /* with that environment */
} SpawnStage;

/* The one of this test. False after skipping: no engine answers. */
bool spawn_stage_ready(void);
void spawn_stage_begin(void);
void spawn_stage_end(void);
extern SpawnStage spawn_stage;

/* Settings that name the platform, and this PCCS. g_free. */
char *spawn_stage_settings(const char *name, const char *pccs);
/* A package of the project with these lines more in its Dockerfile; g_free. */
char *spawn_stage_package(const char *name, const char *lines);
/* The image's tag in a package. g_free. */
char *spawn_stage_tag(const char *package);

/* Whether a shell line succeeds; what it says when not is a message of the test. */
bool shell_succeeds(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* What it prints, without the last line feed; NULL when it fails. g_free. */
char *shell_says(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* A file below the test's directory. Its path; g_free. */
char *stage_file(const char *file, const char *text);

/* The containers that a process made for this purpose (a label's key). g_free. */
char *stage_made_by(int pid, const char *purpose);

/* `home spawn` of a package into a directory. */
Process spawn_start(const char *package, const char *container, unsigned port, const char *output);
Outcome spawn_run(const char *package, const char *container, unsigned port, const char *output);

void assert_says(const char *text, const char *part);

#endif
