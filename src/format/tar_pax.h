/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the headers before a member's own say of it, for the reader of tar alone.
 */
#ifndef MSE_FORMAT_TAR_PAX_H
#define MSE_FORMAT_TAR_PAX_H

#include "core/reader.h"

#include <glib.h>

typedef struct TarRecords {
    char *path, *link; /* NULL: not said */
    bool has_size, has_mtime;
    bool announced; /* by an `x` header: a member must follow */
    uint64_t size;
    int64_t mtime;
} TarRecords;

void tar_records_init(TarRecords *records);
void tar_records_clear(TarRecords *records);
/* The member that they were of has been read. */
void tar_records_next(TarRecords *records);
bool tar_records_pending(const TarRecords *records);

/* Reads the records of an `x` header, or of a `g`, where nothing may be said that is one member's.
 * NULL, or what is wrong: a predicate for a sentence, N_(). */
const char *tar_records_pax(TarRecords *records, bool global, Span content);
/* The name of an `L` header, or the link of a `K`. */
const char *tar_records_gnu(TarRecords *records, bool link, Span content);

#endif
