/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated platform with its services, and who talks to the enclaves on it.
 */
#ifndef MSE_TESTS_E2E_ENCLAVE_SUPPORT_H
#define MSE_TESTS_E2E_ENCLAVE_SUPPORT_H

#include "process.h"

#define ENCLAVE_ID      "f5cab18a-63b2-4a64-8a66-c1d194e7beb0"
#define ENCLAVE_SUBJECT "CN=cosmian.com,O=Cosmian Tech,C=FR,L=Paris,ST=Ile-de-France"
/* Scaffolded secrets, and the Fernet key that follows from them. */
#define ENCLAVE_SECRETS                                           \
    "{\"salt\":\"NICFe3qjykoE_DCSng22uzd6Pks3P2HHnaF-y9G18qo=\"," \
    "\"password\":\"qwerty\"}"
#define ENCLAVE_RESULT_KEY "AXIKImqLJa5SZms7o6mb_nL1QLro_GDNcpIJQ71CgMk="

typedef struct Stage {
    char *platform; /* mse-sim's directory */
    char *aesmd;    /* the directory of the quoting service's socket */
    char *pccs;     /* URL */
    Process quoting, pccs_process;
} Stage;

/* Platform, quoting service and PCCS; `fault` of the quoting service, or NULL. */
void stage_begin(Stage *made, const char *name, const char *fault);
void stage_end(Stage *made);

/* Ends it with TERM and waits; gives its exit status. */
int process_end(Process *process);

/* Until the file holds the text: its whole content. Fails the test at the deadline. g_free. */
char *wait_for_text(const char *path, const char *text);
/* As above, of what the process prints on standard output. */
char *wait_for_output(const Process *process, const char *text);

/* What a shell line prints; the test fails when the line does. g_free. */
char *shell(const char *format, ...) G_GNUC_PRINTF(1, 2);

typedef struct Fetched {
    int failure; /* of libcurl; 0: there was an answer */
    long status;
    bool waiting; /* Mse-Status: Waiting */
    char *headers, *body;
} Fetched;

/* Long enough for any machine, for what is answered. */
enum { FETCH_SECONDS = 120 };

/* GET, or POST with `post`, as `curl --cacert CA https://localhost:PORT/PATH` does; ca "": the
 * certificate is not looked at; NULL: plain HTTP. At most `seconds`. */
Fetched fetch(unsigned port, const char *path, const char *ca, const char *post, long seconds);
void fetched_clear(Fetched *fetched);

/* The whole certificate that is met at the port, in PEM. g_free. */
char *certificate_at(unsigned port);

/* {"uuid":…} with these secrets (JSON), these sealed with `home seal` to the certificate in the
 * file, and this code key; each may be NULL. g_free. */
char *secrets_body(const char *secrets, const char *to_seal, const char *certificate,
                   const char *code_key);

/* What `home decrypt` makes of the token with that key. g_free. */
char *decrypt(const char *token, const char *key);
/* The Fernet key that scrypt makes of ENCLAVE_SECRETS. g_free. */
char *secrets_key(void);

/* Where the platform is that the enclaves below run on. */
extern Stage stage;
/* The last words of the usual arguments: an expiration. Ends with NULL. */
extern const char *const expiring[];
/* The module app.py of the usual code. */
extern const char app_text[];

typedef struct Running {
    char *root, *out; /* `out`: what it prints */
    Process process;
    unsigned port;
} Running;

/* What the log calls the two servers. */
#define CONFIGURATION "configuration server"
#define APPLICATION   "app:app"

/* A root with code (app.py and the suffix) and keys in it. g_free. */
char *root_new(const char *name, const char *code_suffix, const char *code, gssize size);
char *plain_root(const char *name);
/* Starts mse-sim-enclave at `root` with these words; argv NULL: the usual ones with `more` behind
 * them, or with `expiring`. */
Process start_at(const char *root, const char *fault, const char *const *argv,
                 const char *const *more);
/* The port that the last line of the log about this server tells. */
unsigned port_of(const char *path, const char *server);
/* Until that server listens; NULL: at once. */
Running enclave_start(const char *root, const char *fault, const char *server);
/* TERM ends it as such. */
void enclave_stop(Running *running);
/* It ends by itself, with 1 and these words. */
void enclave_ends(Running *running, const char *says);
/* One of what it keeps. g_free. */
char *in_state(const Running *running, const char *name);
/* A GET, or a POST, and what it must be answered with; body NULL: anything. */
void expect(unsigned port, const char *path, const char *ca, const char *post, long status,
            const char *body);
char *fetch_body(unsigned port, const char *path, const char *ca);
/* `verify --host` with the platform's root and PCCS; exit status. */
int verify_host(unsigned port, const char *option, const char *value);
/* The measurement that a dry run prints; `more` as in start_at. g_free. */
char *dry_run(const char *root, const char *const *more);

#endif
