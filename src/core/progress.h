/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Progress: how far something long has come, as whoever does it tells it.
 */
#ifndef MSE_CORE_PROGRESS_H
#define MSE_CORE_PROGRESS_H

#include <stdint.h>

typedef enum { PROGRESS_COUNT, PROGRESS_BYTES, PROGRESS_SECONDS } ProgressUnit;

typedef struct Progress {
    const char *what; /* translated: "loading the image" */
    uint64_t done;    /* 0 of 0: that it is done is all there is to tell */
    uint64_t total;   /* 0: not known */
    ProgressUnit unit;
} Progress;

/* "loading the image: 1.5 MiB of 64 MiB (2 %)", "waiting for the application: 12 s, at
 * most 60 s", "measuring".
 * g_free. */
char *progress_text(const Progress *progress);

#endif
