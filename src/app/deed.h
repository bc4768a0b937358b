/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Deeds: what was done to an application, and with what, as lines of the journal. Never a secret,
 * nor a hash of one: short secrets can be guessed from it. What is sealed may be hashed.
 */
#ifndef MSE_APP_DEED_H
#define MSE_APP_DEED_H

#include "core/journal.h"

typedef enum {
    DEED_PACKAGE,
    DEED_SPAWN,
    DEED_SEND,
    DEED_STOP,
    DEED_RESTART,
    DEED_REMOVE,
    DEED_KILL,
    DEED_FORGET, /* a secrets file is listed for it no more */
    N_DEEDS
} DeedKind;

/* "package", "spawn", …: the line's kind. */
const char *deed_kind_name(DeedKind kind);

/* Texts as they came; NULL: not known. */
typedef struct Deed {
    DeedKind kind;
    const char *application;
    const char *engine;      /* its name */
    const char *id;          /* of the container, or a UUID */
    const char *measurement; /* hex */
    json_t *what;            /* a short text, or an array of {role, path, size}; borrowed */
} Deed;

/* Appends {"who": "user@host", "application", "engine", "id", "measurement", "directory",
 * "what"}. `now` in
 * Unix seconds. The caller warns and goes on when it fails (JOURNAL_ERROR). */
bool deed_record(Journal *journal, int64_t now, const Deed *deed, GError **error);

/* One of the array: `sha256` NULL: left out. New reference. */
json_t *deed_item(const char *role, const char *path, uint64_t size, const char *sha256);

#endif
