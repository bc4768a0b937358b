/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two dialects of one product: what MSE Home and Cosmian Enclave call the same things. A
 * dialect is a value: code asks it for a name and never which one it is.
 */
#ifndef MSE_APP_DIALECT_H
#define MSE_APP_DIALECT_H

typedef struct Dialect {
    const char *program;        /* the command that people type: "mse" */
    const char *group;          /* the word after it: "home"; "" for none */
    const char *product;        /* "MSE Home" */
    const char *config_name;    /* "mse.toml", in a project and in a package */
    const char *code_name;      /* "mse_src", of a project */
    const char *ignore_name;    /* ".mseignore", in the code directory */
    const char *label;          /* of containers, with the value "1": "mse-home" */
    const char *run_entrypoint; /* of the image: "mse-run" */
    const char *test_entrypoint;
    const char *code_mount; /* where `localtest` mounts the code: "/mse-app" */
    const char *secrets_mount, *sealed_secrets_mount;
    const char *backtrace_variable; /* "MSE_BACKTRACE" */
} Dialect;

extern const Dialect dialect_mse;
extern const Dialect dialect_cenclave;

/* NULL-terminated. */
extern const Dialect *const dialects[];

/* The dialect whose configuration file has this name (the last part of a path); NULL: none's. */
const Dialect *dialect_of_config(const char *path);

#endif
