/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated enclave does wrong when MSE_SIM_FAULT says so: a list NAME[=VALUE],….
 */
#ifndef MSE_SIM_ENCLAVE_FAULT_H
#define MSE_SIM_ENCLAVE_FAULT_H

#include <glib.h>
#include <stdbool.h>

/* FAULT(id, name, least, most, what happens); least and most of its value, 0 and 0: it has none */
#define ENCLAVE_FAULT_TABLE(FAULT)                                                                \
    FAULT(EXIT_BEFORE_CERTIFICATE, "exit-before-certificate", 0, 0, "ends before it has one")     \
    FAULT(EXIT_BEFORE_LISTENING, "exit-before-listening", 0, 0, "ends when it has a certificate") \
    FAULT(NEVER_LISTENS, "never-listens", 0, 0, "goes on without a port")                         \
    FAULT(SLOW_START, "slow-start", 1, 3600000, "listens only after so many milliseconds")        \
    FAULT(NO_QUOTE, "no-quote", 0, 0, "a certificate without a quote")                            \
    FAULT(BROKEN_QUOTE, "broken-quote", 0, 0, "a bit of the quote's signature is turned")         \
    FAULT(OTHER_KEY, "other-key", 0, 0, "the quote speaks of another TLS key")                    \
    FAULT(NO_ENCLAVE_KEY, "no-enclave-key", 0, 0, "the quote names no key to seal to")            \
    FAULT(OTHER_MEASUREMENT, "other-measurement", 0, 0, "measured otherwise than a dry run says") \
    FAULT(DEBUG_ENCLAVE, "debug-enclave", 0, 0, "a debug enclave")                                \
    FAULT(HANG_HANDSHAKE, "hang-handshake", 0, 0, "connections are taken and never answered")     \
    FAULT(RESET_HANDSHAKE, "reset-handshake", 0, 0, "connections are reset")                      \
    FAULT(GARBAGE_HANDSHAKE, "garbage-handshake", 0, 0, "answers without TLS")                    \
    FAULT(REFUSE_SECRETS, "refuse-secrets", 0, 0, "every secret is refused with 401")             \
    FAULT(HANG_SECRETS, "hang-secrets", 0, 0, "secrets are taken and never answered")             \
    FAULT(RESET_SECRETS, "reset-secrets", 0, 0, "the connection is reset when they are there")    \
    FAULT(EXIT_AFTER_SECRETS, "exit-after-secrets", 0, 0, "accepts them with 200, then ends")     \
    FAULT(SLOW_APPLICATION, "slow-application", 1, 3600000,                                       \
          "the application listens only after so many milliseconds")                              \
    FAULT(APPLICATION_503, "application-503", 0, 0, "the application never gets ready")           \
    FAULT(APPLICATION_500, "application-500", 0, 0, "the application answers with errors")        \
    FAULT(EXIT_AFTER, "exit-after", 1, 1000000, "ends so many seconds after it began to serve")   \
    FAULT(RESTART_OTHER_CERTIFICATE, "restart-other-certificate", 0, 0,                           \
          "a restart changes key and certificate")                                                \
    FAULT(RESTART_OTHER_MEASUREMENT, "restart-other-measurement", 0, 0,                           \
          "a restart changes the measurement, key and certificate too")                           \
    FAULT(RESTART_FORGETS, "restart-forgets", 0, 0, "a restart waits for secrets again")

typedef enum {
#define FAULT(id, name, least, most, what) ENCLAVE_FAULT_##id,
    ENCLAVE_FAULT_TABLE(FAULT)
#undef FAULT
        N_ENCLAVE_FAULTS
} EnclaveFaultId;

typedef struct EnclaveFaults {
    bool on[N_ENCLAVE_FAULTS];
    unsigned value[N_ENCLAVE_FAULTS];
} EnclaveFaults;

typedef struct EnclaveFaultRow {
    const char *name;
    unsigned least, most;
    const char *what;
} EnclaveFaultRow;

const EnclaveFaultRow *enclave_fault_row(EnclaveFaultId id);

/* NULL and "" are no faults. False with SIM_ERROR_USAGE. */
bool enclave_faults_parse(const char *text, EnclaveFaults *out, GError **error);

#endif
