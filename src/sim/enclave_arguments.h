/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated enclave is started with: its name says which part it plays, its words are those
 * that MSE Home and Cosmian Enclave give to their containers.
 */
#ifndef MSE_SIM_ENCLAVE_ARGUMENTS_H
#define MSE_SIM_ENCLAVE_ARGUMENTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    ENCLAVE_RUN,   /* mse-run, cenclave-run */
    ENCLAVE_TEST,  /* mse-test, cenclave-test: no enclave, HTTP */
    ENCLAVE_SHELL, /* /bin/sh of the base image */
} EnclaveRole;

/* Two products, one program. All paths are inside the container. */
typedef struct EnclaveDialect {
    const char *name;    /* prefix of the program's names */
    const char *code;    /* where the application's code is */
    const char *secrets; /* directory of secrets.json and sealed_secrets.json */
    const char *config;  /* name of the configuration file in /opt/input */
} EnclaveDialect;

typedef struct EnclaveArguments {
    EnclaveRole role;
    const EnclaveDialect *dialect;
    /* As they were written; NULL: not given. */
    char *size, *subject, *san, *id, *application, *expiration;
    unsigned mebibytes; /* of `size` */
    int64_t expires;    /* of `expiration`, Unix seconds; 0: none, fullchain.pem is served */
    bool dry_run, debug;
} EnclaveArguments;

/* Which part the program of that name plays: "mse-run", "/bin/sh", …; and
 * `mse-sim-enclave run|test [cenclave]`, which takes words away. False: a name that is none. */
bool enclave_role(int *argc, char ***argv, EnclaveArguments *out);

/* Reads the words after the name. NULL with SIM_ERROR_USAGE. */
bool enclave_arguments_parse(EnclaveArguments *arguments, int n, char *const *words,
                             GError **error);
void enclave_arguments_clear(EnclaveArguments *arguments);

/* Calls with the name and value of each argument that is measured, always in the same order; an
 * argument that was not given has the value NULL. */
typedef void (*EnclaveArgumentVisit)(const char *name, const char *value, void *data);
void enclave_arguments_each(const EnclaveArguments *arguments, EnclaveArgumentVisit visit,
                            void *data);

#endif
