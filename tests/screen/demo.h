/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo for tests of screens: opened in a home of the test's own, and what lies in its
 * directory; a French locale that is made for a run.
 */
#ifndef MSE_TESTS_SCREEN_DEMO_H
#define MSE_TESTS_SCREEN_DEMO_H

#include "terminal.h"

/* A program under test. g_free. */
char *demo_program(const char *name);

typedef struct DemoOptions {
    int columns, rows;              /* 0: 120×36 */
    const char *const *environment; /* more of it, NULL-terminated; or NULL */
} DemoOptions;
/* Until its applications are listed and some are judged; `options` NULL: the usual ones. */
Terminal *demo_open(const DemoOptions *options);
/* Types q, and expects a good end. */
/* As usual but for that; in French it is NULL, and the test marked as skipped, where there can be
 * none. */
Terminal *demo_open_read_only(void);
Terminal *demo_open_french(void);
void demo_quit(Terminal *terminal);

/* Of the demo that is open. g_free. */
char *demo_directory(void);
/* A file in it. g_free. */
char *demo_path(const char *name);
/* What a code provider was told, or measured: the MRENCLAVE of an application, hex. g_free. */
char *demo_mrenclave(const char *application);
/* The process of its enclave. */
pid_t demo_enclave(const char *application);
/* What its journal has. g_free. */
char *demo_journal(void);

/* "NAME=VALUE"s that make the program French, in a locale made from the C library's sources;
 * NULL: it cannot be made here, and the test is marked as skipped. g_strfreev. */
char **demo_french(void);

#endif
