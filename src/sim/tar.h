/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tars that are made here: POSIX ustar, in memory.
 */
#ifndef MSE_SIM_TAR_H
#define MSE_SIM_TAR_H

#include "core/reader.h"

#include <glib.h>

typedef struct TarMember {
    const char *name; /* at most 99 bytes; a directory's ends in a slash */
    unsigned mode;
    int64_t time;     /* Unix seconds */
    const char *link; /* a symbolic link to there, at most 99 bytes; NULL: none */
    Span content;     /* of a file */
} TarMember;

void tar_put(GByteArray *out, const TarMember *member);
/* Two blocks of zeros: the end. */
void tar_end(GByteArray *out);

#endif
