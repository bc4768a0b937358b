/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The secrets files of an application: those that the journal says were sealed for it or sent to
 * it and not forgotten since, and those that the settings name; each as it is now. Their contents
 * are read to be hashed, in locked memory, and never given.
 */
#ifndef MSE_APP_SECRET_FILES_H
#define MSE_APP_SECRET_FILES_H

#include "core/cancel.h"
#include "core/journal.h"

#include <stdbool.h>

/* What became of a file, the furthest that is known. */
typedef enum {
    SECRET_FILE_NOT_SENT,
    SECRET_FILE_SEALED,
    SECRET_FILE_SENT_SEALED, /* what was sealed from it was sent */
    SECRET_FILE_SENT,
    N_SECRET_FILE_STATES
} SecretFileState;

/* As what "home run" takes it. */
typedef enum {
    SECRET_FILE_SECRETS,        /* readable by whoever runs the application */
    SECRET_FILE_SEALED_SECRETS, /* by its enclave alone */
    SECRET_FILE_CODE_KEY,
    N_SECRET_FILE_ROLES
} SecretFileRole;

typedef struct SecretFile {
    char *path; /* absolute where that is known; safe for a terminal when the journal names it */
    SecretFileState state;
    bool named;        /* by the settings */
    char *sealed_to;   /* the path of its sealed copy, or NULL */
    bool other_key;    /* it was sealed for another certificate than the application has now */
    bool sealed_copy;  /* sealing wrote it: whoever has it alone cannot read it */
    char *measurement; /* hex: for which enclave; NULL: not known */
    int64_t at;        /* Unix seconds, of what became of it; 0: nothing did */
    /* As it is now: */
    bool present;
    char *why; /* not `present`: a sentence, safe for a terminal */
    SecretFileRole role;
    uint64_t size;
    char *sha256;     /* hex */
    int64_t modified; /* Unix seconds */
    bool changed;     /* it is another than the one that was sealed or sent */
    /* As the journal has it; private. */
    uint64_t was_size;
    bool has_size;
    char *was_sha256;
    bool has_role;
} SecretFile;

/* "secrets", "sealed-secrets", "key": the option of "home run" that takes it. */
const char *secret_file_option(SecretFileRole role);

/* What is known of the application. Strings may be NULL. */
typedef struct SecretFilesOf {
    const char *name;
    const char *id;                 /* of its container, */
    const char *uuid;               /* and its own */
    const char *measurement;        /* hex, of its evidence, */
    const char *certificate_sha256; /* and of its certificate */
    const char *const *named;       /* paths of the settings; NULL-terminated */
} SecretFilesOf;

/* SecretFile*, freed with the array: those of the settings first, then by the time of what became
 * of them. NULL with `error` when the journal cannot be read or it was cancelled. Blocks. */
GPtrArray *secret_files_find(const SecretFilesOf *of, const Journal *journal, Cancel *cancel,
                             GError **error);

/* From now on the journal's lines so far list none of `paths` for the application. `engine`: its
 * name, or NULL. False with JOURNAL_ERROR. */
bool secret_files_forget(const SecretFilesOf *of, const char *engine, const char *const *paths,
                         Journal *journal, int64_t now, GError **error);

#endif
