/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Demos of a test's own: run in its directory, and what there is of them.
 */
#ifndef MSE_TESTS_E2E_DEMOS_H
#define MSE_TESTS_E2E_DEMOS_H

#include "process.h"

/* What their directories begin with, and the label of their containers. */
#define DEMO_NAME "mse-console-demo"

/* Where they make their directories is this test's. */
ProcessSetting demos_setting(void);
/* `mse-console demo [OPTION] -e LINES`; the option may be NULL. */
Process demos_start(const char *option, const char *lines);
Outcome demos_run(const char *option, const char *lines);
/* The directory of one, other than `than` (may be NULL); NULL: there is none. g_free. */
char *demos_directory(const char *than);
/* How many processes have both texts in their command line (`other` may be NULL); one of them in
 * `one`, when that is not NULL. */
unsigned demos_processes(const char *text, const char *other, pid_t *one);
/* How many processes there are of this test's demos, their consoles too: those that were started
 * with demos_setting. */
unsigned demos_alive(void);
/* Polled until it holds; fails the test at the deadline. */
void demos_await(bool (*holds)(void *data), void *data);

#endif
