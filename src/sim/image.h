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

typedef struct ImageSpec {
    const char *tag;
    Span program;
    int64_t time;      /* Unix seconds */
    const char *label; /* besides IMAGE_LABEL; or NULL */
    const char *value; /* of it */
} ImageSpec;

/* What `docker load` takes: an image of that name with the program in it as mse-run, mse-test,
 * cenclave-run, cenclave-test and /bin/sh. The same specification gives the same image. Caller
 * owns. */
GByteArray *image_make(const ImageSpec *spec);

/* Reads the enclave program: one that needs nothing else to be in the image. `data` is g_free's.
 * False with SIM_ERROR_OUTPUT. */
bool image_read_program(const char *path, char **data, size_t *size, int64_t *time, GError **error);

/* The name with ":latest" when it has no tag. NULL: it is none that an engine takes. g_free. */
char *image_tag(const char *text);

/* Loads it into the engine (see docker_call). An image of that name that is not ours stays, unless
 * `force`; one of ours that is replaced is removed when nothing uses it. */
bool image_load(const char *engine, const ImageSpec *spec, bool force, GError **error);

#endif
