/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log of a simulated enclave: lines on standard output that say what they are.
 */
#ifndef MSE_SIM_ENCLAVE_SAY_H
#define MSE_SIM_ENCLAVE_SAY_H

#include <glib.h>

/* "[SIMULATED] 2023-06-01T00:00:00Z LEVEL text", foreign text made harmless, in one write. */
void enclave_say(const char *level, const char *format, ...) G_GNUC_PRINTF(2, 3);

#define SAY_INFO(...)    enclave_say("INFO", __VA_ARGS__)
#define SAY_WARNING(...) enclave_say("WARNING", __VA_ARGS__)
#define SAY_ERROR(...)   enclave_say("ERROR", __VA_ARGS__)

#endif
