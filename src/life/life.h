/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Life: the steps in an application's life that need both what a person has (projects, packages,
 * evidence: src/app) and an engine (src/docker): packaging, spawning, measuring, running, testing.
 * Nothing here prints or asks: what goes on is told to a LifeListener, and errors are GErrors.
 *
 * A step leaves nothing half-made: what it created on an engine or wrote to files and is of no use
 * without the rest is removed again when it fails or is cancelled. What stays running is told.
 */
#ifndef MSE_LIFE_LIFE_H
#define MSE_LIFE_LIFE_H

#include "core/cancel.h"
#include "core/progress.h"

#include <glib.h>
#include <stdint.h>

#define LIFE_ERROR (life_error_quark())
typedef enum {
    LIFE_ERROR_PLATFORM, /* this host or its settings lack something: SGX devices, a PCCS */
    LIFE_ERROR_OPTION,   /* what was asked for cannot be */
    LIFE_ERROR_TAKEN,    /* a name, a port or a directory is somebody else's */
    LIFE_ERROR_KEY,      /* a key is missing, or is no such key */
    LIFE_ERROR_ENGINE,   /* this engine cannot do it: it is on another machine */
    LIFE_ERROR_IMAGE,    /* the image is not what it should be, or its program failed */
    LIFE_ERROR_LATE,     /* it did not become ready in time */
    LIFE_ERROR_ENDED,    /* the container stopped by itself */
    LIFE_ERROR_EVIDENCE, /* there is none, or it cannot be read */
    LIFE_ERROR_STATE,    /* the application is not in the state that the step wants */
    LIFE_ERROR_REFUSED,  /* the enclave refuses what it was sent */
} LifeError;
GQuark life_error_quark(void);

/* Who is told what goes on, by the thread that does it. Any member may be NULL. */
typedef struct LifeListener {
    /* A sentence of ours, safe for a terminal. */
    void (*say)(const char *sentence, void *data);
    /* The same, of what should be looked at. */
    void (*warn)(const char *sentence, void *data);
    /* A line of somebody else's, as it came: of a build, of a log. */
    void (*output)(const char *line, void *data);
    void (*progress)(const Progress *progress, void *data);
    void *data;
} LifeListener;

/* For the files of this room; `listener` may be NULL. */
void life_say(const LifeListener *listener, const char *format, ...) G_GNUC_PRINTF(2, 3);
void life_warn(const LifeListener *listener, const char *format, ...) G_GNUC_PRINTF(2, 3);
void life_output(const LifeListener *listener, const char *line);
/* `done` of `total` (0: unknown) of what is being done: bytes, or seconds of waiting. */
void life_progress_bytes(const LifeListener *listener, const char *what, uint64_t done,
                         uint64_t total);
void life_progress_seconds(const LifeListener *listener, const char *what, uint64_t seconds,
                           uint64_t most);
/* That it is being done is all there is to tell. */
void life_progress(const LifeListener *listener, const char *what);

#endif
