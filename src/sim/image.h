/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images from nothing but the enclave program.
 */
#ifndef MSE_SIM_IMAGE_H
#define MSE_SIM_IMAGE_H

#include "core/reader.h"

#include <glib.h>

/* The label that tells our images. */
#define IMAGE_LABEL "mse-sim"

/* What `docker load` takes: an image of that name with `program` in it as mse-run, mse-test,
 * cenclave-run, cenclave-test and /bin/sh. The same program and time (Unix seconds) give the same
 * image. Caller owns. */
GByteArray *image_make(const char *tag, Span program, int64_t time);

/* The name with ":latest" when it has no tag. NULL: it is none that an engine takes. g_free. */
char *image_tag(const char *text);

/* Loads it into the engine (see docker_call). An image of that name that is not ours stays, unless
 * `force`; one of ours that is replaced is removed when nothing uses it. */
bool image_load(const char *engine, const char *tag, Span program, int64_t time, bool force,
                GError **error);

#endif
