/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A real nginx with one site, and what a browser gets of it.
 */
#ifndef MSE_TESTS_E2E_NGINX_H
#define MSE_TESTS_E2E_NGINX_H

#include "process.h"

Process nginx_start(const char *program, const char *site);
/* The whole answer to GET /health. g_free. */
char *nginx_answer(const Process *nginx, unsigned port);

#endif
