/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calls to a real container engine: one connection each, HTTP/1.0, over a unix socket or plain TCP.
 */
#ifndef MSE_SIM_DOCKER_H
#define MSE_SIM_DOCKER_H

#include "core/reader.h"

#include <glib.h>

typedef struct DockerAnswer {
    unsigned status;
    char *body; /* owned */
} DockerAnswer;

/* `engine`: unix://PATH, PATH or tcp://HOST:PORT, HOST an address or localhost; NULL: DOCKER_HOST,
 * else /var/run/docker.sock. `body` may be empty. False with SIM_ERROR_NETWORK or SIM_ERROR_USAGE.
 */
bool docker_call(const char *engine, const char *method, const char *path, const char *type,
                 Span body, DockerAnswer *out, GError **error);
void docker_answer_clear(DockerAnswer *answer);

/* SIM_ERROR_NETWORK with what the engine says in it, sanitized. Returns false. */
bool docker_refuse(const DockerAnswer *answer, GError **error);

#endif
