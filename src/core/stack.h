/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread's own stack for signal handlers: when its ordinary stack overflows, a crash handler can
 * still run and give the terminal back.
 */
#ifndef MSE_CORE_STACK_H
#define MSE_CORE_STACK_H

/* For the calling thread, undone when it ends. Again is no matter. */
void stack_guard_thread(void);

#endif
