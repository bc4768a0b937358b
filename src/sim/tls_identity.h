/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated service's own TLS identity: kept in a directory, so that it stays the same over
 * restarts.
 */
#ifndef MSE_SIM_TLS_IDENTITY_H
#define MSE_SIM_TLS_IDENTITY_H

#include <glib.h>
#include <stdbool.h>

/* Reads DIR/pccs.pem and DIR/pccs.key, or makes them: PEM of a certificate for localhost,
 * 127.0.0.1 and ::1. Free both with g_free, also on failure. */
bool tls_identity(const char *directory, char **certificate, char **key, GError **error);

#endif
