/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kinds of bad files.
 */
#ifndef MSE_TESTS_E2E_BAD_FILE_H
#define MSE_TESTS_E2E_BAD_FILE_H

#include <stdbool.h>

typedef struct BadFile {
    const char *name;
    char *(*make)(void); /* a path, or NULL when it cannot be had here; free with g_free */
    bool unopenable;     /* it cannot be opened or read at all */
} BadFile;

enum { N_BAD_FILES = 12 };
extern const BadFile bad_files[N_BAD_FILES];

/* Of what good files some are made (borrowed). */
void bad_file_prepare(const char *quote, const char *evidence);
bool bad_file_is(const BadFile *file, const char *name);

#endif
