/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of the simulated enclave's parts share.
 */
#ifndef MSE_TESTS_UNIT_ENCLAVE_SUPPORT_H
#define MSE_TESTS_UNIT_ENCLAVE_SUPPORT_H

#include "sim/enclave_arguments.h"

#define ENCLAVE_ID      "f5cab18a-63b2-4a64-8a66-c1d194e7beb0"
#define ENCLAVE_SUBJECT "CN=cosmian.com,O=Cosmian Tech,C=FR,L=Paris,ST=Ile-de-France"
/* Arguments that are good, for enclave_parse. */
#define ENCLAVE_GOOD                                                              \
    "--size|4096M|--subject|" ENCLAVE_SUBJECT "|--san|localhost|--id|" ENCLAVE_ID \
    "|--application|app:app"

/* In this test program's own directory, which run-test removes. g_free. */
char *enclave_place(const char *name);
/* Words separated by bars. */
bool enclave_parse(EnclaveRole role, const char *line, EnclaveArguments *out, GError **error);
/* A file made by the Python CLI; NULL, and the test skipped, when it is not there. g_free. */
char *enclave_interop(const char *folder, const char *name);

#endif
