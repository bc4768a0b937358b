/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exchanges: calls whose body or answer is too large to be held (images, build contexts, files put
 * into a container). What is sent is made while it goes out, what comes is taken while it comes,
 * each at the pace of the slower side, in a few megabytes of memory whatever the size. They block
 * the thread of a job and watch its `cancel`.
 */
#ifndef MSE_DOCKER_EXCHANGE_H
#define MSE_DOCKER_EXCHANGE_H

#include "core/reader.h"
#include "docker/engine.h"

/* Where a body goes. */
typedef struct DockerUpload DockerUpload;
/* Sends these bytes. False with `error` set; the producer gives up then, with that error. */
bool docker_upload_put(DockerUpload *upload, Span bytes, GError **error);

/* Makes a body: puts all of it. False with `error` set, which becomes the call's. When the engine
 * takes no more of it, the call's error is what the engine says instead. */
typedef bool (*DockerProduce)(DockerUpload *upload, void *data, GError **error);

/* Takes the next piece of an answer. False with `error` set, which becomes the call's. */
typedef bool (*DockerConsume)(Span bytes, void *data, GError **error);

#endif
