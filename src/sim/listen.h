/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where simulated services listen, and what is connected to.
 */
#ifndef MSE_SIM_LISTEN_H
#define MSE_SIM_LISTEN_H

#include <glib.h>

/* HOST:PORT, [HOST]:PORT or a port alone; localhost or an address. A listening socket that does
 * not block, or -1 with SIM_ERROR_USAGE or SIM_ERROR_NETWORK. `port` gets what it became. */
int listen_tcp(const char *text, unsigned *port, GError **error);

/* The same address, connected to: --engine's. -1 with an error. */
int connect_tcp(const char *text, GError **error);

/* A unix socket at `path`, for its owner alone. One that nobody listens at any more is replaced;
 * anything else that is there stays. */
int listen_unix(const char *path, GError **error);

/* A descriptor that can be read when it is time to stop: TERM or INT, which are blocked. Before any
 * thread begins. */
int stop_descriptor(void);

#endif
