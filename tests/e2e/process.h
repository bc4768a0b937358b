/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running the built programs: what they print, how they end, within a deadline.
 */
#ifndef MSE_TESTS_E2E_PROCESS_H
#define MSE_TESTS_E2E_PROCESS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* Longest that any run here may take, in milliseconds. */
enum { PROCESS_DEADLINE = 120000 };

typedef struct Process {
    pid_t pid;
    int pidfd;
    char *out_path, *err_path;
} Process;

/* What is other than usual; zeroed: nothing. */
typedef struct ProcessSetting {
    const char *const *environment; /* "NAME=VALUE", or "NAME" to take it away; NULL-terminated */
    const char *stdout_path;        /* instead of a file of the test's */
    const char *directory;          /* where it runs */
} ProcessSetting;

typedef struct Outcome {
    int status;      /* exit status; 256 + signal when one ended it */
    char *out, *err; /* what it printed; out is NULL with stdout_path */
    size_t out_size, err_size;
} Outcome;

/* The built program of that name ("mse-console", "mse-sim"). Free with g_free. */
char *process_program(const char *name);
/* A private directory for this test program, made at the first call. */
const char *process_directory(void);
/* A path in it. Free with g_free. */
char *process_path(const char *name);

Process process_start(const char *const *argv, const ProcessSetting *setting);
/* Waits; fails the test at the deadline. */
Outcome process_finish(Process *process);
Outcome process_run(const char *const *argv, const ProcessSetting *setting);
/* mse-console with these words, NULL-terminated. */
Outcome console_run(const ProcessSetting *setting, ...) G_GNUC_NULL_TERMINATED;
Outcome console_run_words(const ProcessSetting *setting, GPtrArray *words);
/* mse-sim, which must succeed. */
void sim_run(const char *first, ...) G_GNUC_NULL_TERMINATED;

void outcome_clear(Outcome *outcome);

/* Until the process has this pipe open: polled until the deadline. The writing end, to be closed
 * when the reader may see its end. */
int process_wait_until_read(const Process *process, const char *fifo);

/* Until somebody listens at a unix socket, while the process runs; fails at the deadline. */
void process_wait_until_listens(const Process *process, const char *path);

/* Standard output as JSON; fails the test when it is none. */
json_t *outcome_json(const Outcome *outcome);

/* Fails the test when there is a byte that a terminal would act upon, or no UTF-8. */
void assert_harmless(const char *text, size_t size);
/* What was printed is harmless, and every line on standard error is ours. */
void assert_sentences(const Outcome *got);

#endif
