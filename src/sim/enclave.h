/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim-enclave: one simulated enclave, from its arguments to the application that serves.
 *
 * Everything that it reads and keeps is below a root, "/" in a container. What a restart keeps is
 * in ROOT/var/lib/mse-sim-enclave (keys, certificate, code, what was measured) and in the
 * directories that the real thing has: the code, root/.cache.
 */
#ifndef MSE_SIM_ENCLAVE_H
#define MSE_SIM_ENCLAVE_H

#include "sim/enclave_arguments.h"
#include "sim/enclave_fault.h"

#include <openssl/ssl.h>

enum { ENCLAVE_KEY_SIZE = 32 };

/* From the environment; NULL: the default. */
typedef struct EnclaveSetting {
    const char *root;    /* MSE_SIM_ROOT */
    const char *listen;  /* MSE_SIM_LISTEN: HOST:PORT or a port */
    const char *quoting; /* MSE_SIM_QUOTING: the quoting service's socket */
    unsigned pace;       /* MSE_SIM_PACE: milliseconds between lines of the log */
    EnclaveFaults faults;
} EnclaveSetting;

typedef struct Enclave {
    EnclaveArguments arguments;
    EnclaveSetting setting;
    uint8_t measurement[32];
    bool restarted;  /* it has run before, and is what it was */
    bool configured; /* it has its secrets */
    EVP_PKEY *key;
    GBytes *certificate;                                                        /* DER */
    uint8_t enclave_secret[ENCLAVE_KEY_SIZE], enclave_public[ENCLAVE_KEY_SIZE]; /* X25519 */
    uint8_t code_key[ENCLAVE_KEY_SIZE];
    bool has_code_key;
    char *health; /* the health endpoint */
    char *listen; /* where both servers listen, once the first did */
    gint64 since; /* monotonic: when it began to serve */
    unsigned requests;
} Enclave;

/* Reads the environment. False with SIM_ERROR_USAGE. */
bool enclave_setting_read(EnclaveSetting *out, GError **error);
bool enclave_fails(const Enclave *enclave, EnclaveFaultId id);

/* The path inside the root. Free with g_free. */
char *enclave_path(const Enclave *enclave, const char *inside);
/* One of what a restart keeps. Free with g_free. */
char *enclave_state_path(const Enclave *enclave, const char *name);
char *enclave_secrets_path(const Enclave *enclave, const char *name);
bool enclave_state_has(const Enclave *enclave, const char *name);
bool enclave_state_write(const Enclave *enclave, const char *name, const void *data, size_t size,
                         GError **error);

/* Measures the code at opt/input/app.tar and sets `measurement`. With `keep` the code is kept, and
 * what a restart kept is used instead. */
bool enclave_measure_code(Enclave *enclave, bool keep, GError **error);
/* Keys and certificate: those that were kept, or new ones with a quote from the quoting service. */
bool enclave_identify(Enclave *enclave, GError **error);

/* What was posted to the configuration server. True: 200. False says why, for the log. */
bool enclave_accept_secrets(Enclave *enclave, const void *body, size_t size, GError **error);

/* TLS with the RA-TLS certificate; for the application also with fullchain.pem. NULL with an
 * error. */
SSL_CTX *enclave_tls(const Enclave *enclave, GError **error);
SSL_CTX *enclave_application_tls(const Enclave *enclave, GError **error);

/* The code, decrypted when there is a key, where the application is loaded from; and whether it can
 * be loaded: the module is there and names the variable. */
bool enclave_install_code(Enclave *enclave, GError **error);
bool enclave_find_application(const Enclave *enclave, GError **error);

/* The Fernet token that the scaffolded application makes of its secrets, or of its sealed ones.
 * NULL with an error when they are not there, or not as they should be. Free with g_free. */
char *enclave_result(const Enclave *enclave, bool sealed, GError **error);

/* The configuration server, then the application (for ENCLAVE_TEST the application alone, with
 * HTTP), until `stop` can be read or a fault ends it. The exit status. */
int enclave_run(Enclave *enclave, int stop);

void enclave_clear(Enclave *enclave);

#endif
