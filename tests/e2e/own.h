/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a test makes on the engine of this machine, which others use too: names of its own, what was
 * left by tests that died, ports, and turns at what there is one of.
 */
#ifndef MSE_TESTS_E2E_OWN_H
#define MSE_TESTS_E2E_OWN_H

/* A name for a container, an image or a project of this process: mse-test-WHAT-…; g_free. */
char *own_name(const char *what);
/* Removes the containers and images with such names of processes that are no more. */
void own_sweep(const char *what);
/* A port that nobody has, and that the system gives to nobody who does not ask for it. */
unsigned own_free_port(void);
/* Waits for this process's turn at something that there is one of on this machine; it has it until
 * the descriptor that is returned is closed. */
int own_turn(const char *what);

#endif
