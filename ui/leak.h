/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that nobody points to any more, where the process ends without exit(): a sanitizer looks
 * for it at exit() only.
 */
#ifndef MSE_UI_LEAK_H
#define MSE_UI_LEAK_H

/* The status of a process in which something was leaked. */
enum { LEAK_STATUS = 23 };

/* Right before _exit() or a signal that ends us. In a build with AddressSanitizer: when something
 * was leaked, says what and ends the process with LEAK_STATUS. Threads may run: what they hold is
 * held. Else nothing happens. Not for signal handlers. */
void leak_check(void);

#endif
