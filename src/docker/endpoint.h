/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Endpoint: where an engine is and how it is reached, found as Docker's own command line finds it.
 * First that is there wins: what was named explicitly, DOCKER_HOST, DOCKER_CONTEXT, currentContext
 * of config.json, and the system's socket. Errors name the variable or file that is wrong.
 *
 * Formats: the context store of Docker's CLI below its configuration directory (~/.docker, or
 * DOCKER_CONFIG): config.json {currentContext}, contexts/meta/HASH/meta.json {Name,
 * Endpoints.docker {Host, SkipTLSVerify}}, contexts/tls/HASH/docker/{ca,cert,key}.pem, HASH being
 * the SHA-256 of the context's name in hex.
 */
#ifndef MSE_DOCKER_ENDPOINT_H
#define MSE_DOCKER_ENDPOINT_H

#include "core/cancel.h"

#include <glib.h>
#include <stdbool.h>

/* What the environment says. NULL and "" are alike: not set. Borrowed strings. */
typedef struct DockerEnvironment {
    const char *host;       /* DOCKER_HOST */
    const char *tls_verify; /* DOCKER_TLS_VERIFY: anything turns TLS on */
    const char *tls;        /* DOCKER_TLS: TLS without verifying, which is refused */
    const char *cert_path;  /* DOCKER_CERT_PATH */
    const char *context;    /* DOCKER_CONTEXT */
    const char *config;     /* DOCKER_CONFIG: instead of HOME/.docker */
    const char *home;       /* HOME */
} DockerEnvironment;

/* That of this process. Its strings are those of getenv. */
DockerEnvironment docker_environment(void);

typedef enum {
    DOCKER_TRANSPORT_UNIX,
    DOCKER_TRANSPORT_TCP, /* with TLS when ca_file is there */
    DOCKER_TRANSPORT_SSH,
} DockerTransport;

typedef struct DockerEndpoint {
    DockerTransport transport;
    char *name;      /* of the context, "default" when none was involved: as the store has it */
    char *address;   /* "unix:///var/run/docker.sock", "ssh://ana@host": to be shown, sanitized */
    char *from;      /* which variable or file said so: "DOCKER_HOST", …; to be shown */
    char *socket;    /* UNIX: the path */
    char *url;       /* what calls begin with, without a slash at the end: "http://localhost" */
    char **command;  /* SSH: argv whose standard input and output are the connection */
    char *ca_file;   /* TLS: whom to trust, … */
    char *cert_file; /* … and what we show; NULL when there is none */
    char *key_file;
    char *scope; /* only what bears DOCKER_SCOPE with this value is there for us, and whatever we
                    make bears it; NULL: no such bounds */
} DockerEndpoint;

/* A label, and the name in a context's Metadata that gives its value: a demo on a person's own
 * engine keeps to itself by it. */
#define DOCKER_SCOPE "mse-console-demo"

/* Finds it. `named` is "scheme://…" (unix, tcp, http, https, ssh), the name of a context, or NULL:
 * whatever the environment says. Reads files, asks no network. NULL with `error` set
 * (DOCKER_ERROR_ENDPOINT). */
DockerEndpoint *docker_endpoint_find(const DockerEnvironment *environment, const char *named,
                                     GError **error);
DockerEndpoint *docker_endpoint_copy(const DockerEndpoint *endpoint);
/* Whether both lead to the same place in the same way. */
bool docker_endpoint_equal(const DockerEndpoint *a, const DockerEndpoint *b);
void docker_endpoint_free(DockerEndpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerEndpoint, docker_endpoint_free)

/* The names of all contexts of the store, "default" first, sorted; NULL-terminated. What cannot be
 * read is left out. Free with g_strfreev. */
char **docker_endpoint_contexts(const DockerEnvironment *environment);

#endif
