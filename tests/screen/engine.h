/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated engine for tests of the console: `mse-sim engine` on a socket of its own, and the
 * console opened on it.
 */
#ifndef MSE_TESTS_SCREEN_ENGINE_H
#define MSE_TESTS_SCREEN_ENGINE_H

#include "terminal.h"

typedef struct Engine {
    GPid pid;
    char *socket;
} Engine;

/* mse-sim with these words, which must succeed. */
void engine_run_sim(const char *first, ...) G_GNUC_NULL_TERMINATED;
/* SIMULATED evidence of an enclave whose MRENCLAVE is that digit all over, by a platform's
 * directory; evidence.json in a directory is replaced whole. */
void engine_put_evidence(const char *platform, const char *directory, char digit);

/* A path that no engine had before. g_free. */
char *engine_socket_path(void);

/* With options of `mse-sim engine`, NULL-terminated, or NULL; returns when it takes connections.
 * engine_start forgets how the console was left, too. */
void engine_start(Engine *engine, const char *const *options);
void engine_start_at(Engine *engine, const char *path, const char *const *options);
void engine_stop(Engine *engine); /* may be started again at its path */
void engine_clear(Engine *engine);

/* Name and id of the first application, as `home list` has them; g_free. */
void engine_first(const Engine *engine, char **name, char **id);

Terminal *engine_open_console(const Engine *engine, int columns, int rows, bool read_only);
/* Types q, and expects a good end. */
void engine_quit(Terminal *terminal);

#endif
