/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated enclave's measurement is: SHA-256 over the program, the arguments and the code.
 */
#ifndef MSE_SIM_ENCLAVE_MEASURE_H
#define MSE_SIM_ENCLAVE_MEASURE_H

#include "sim/enclave_arguments.h"

#include <glib.h>

/* `files`: CodeFile*, sorted. `program`: SHA-256 of the enclave program. `fullchain`: SHA-256 of
 * fullchain.pem, NULL when the application serves its RA-TLS certificate. Every part goes in with
 * its length, so that no two enclaves are written the same. */
void enclave_measure(const EnclaveArguments *arguments, const GPtrArray *files,
                     const uint8_t program[32], const uint8_t *fullchain, uint8_t out[32]);

/* SHA-256 of a whole file. False with an error. */
bool enclave_digest_file(const char *path, uint8_t out[32], GError **error);

#endif
