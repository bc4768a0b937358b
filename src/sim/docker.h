/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The three calls to a real container engine that an image needs: one connection each, HTTP/1.0,
 * over a unix socket or plain TCP.
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

#endif
