/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the verification share among themselves.
 */
#ifndef MSE_APP_VERIFICATION_PRIVATE_H
#define MSE_APP_VERIFICATION_PRIVATE_H

#include "app/pccs.h"
#include "app/verification.h"

/* The member that marks an export, and its version. */
#define EXPORT_MARK "mse_console_export"
enum { EXPORT_VERSION = 1 };

struct Verification {
    const VerificationRequest *request;
    Attest *attest;
    Collateral *given;    /* --collateral */
    Pccs *pccs;           /* NULL: nothing is fetched */
    GMutex lock;          /* of what follows */
    GPtrArray *files;     /* Collateral*: of plain files that turned out to be collateral */
    GHashTable *interned; /* GBytes: parts of collateral that several inputs bring */
};

/* The bytes of an input: a file, or the certificate of a server. Errors name it. */
GBytes *verification_read(const VerificationInput *input, Cancel *cancel, GError **error);

/* Judges one input whose bytes were read; or takes over the error why they were not. */
VerificationResult *verification_judge_content(Verification *verification,
                                               const VerificationInput *input, unsigned index,
                                               GBytes *content, GError *why_none, Cancel *cancel);

/* Takes a collateral file for the inputs that follow. */
void verification_take_collateral(Verification *verification, Span content, const char *name);

/* What is judged, out of one input. */
typedef struct Subject {
    GBytes *quote, *certificate; /* one of the two, or both NULL: `problem` says why */
    GBytes *signer_key;          /* PEM, or NULL */
    Collateral *collateral;      /* its own, or NULL */
    int64_t at;                  /* judged as of then, unless the request has a time; 0: now */
    GError *problem;
} Subject;

void subject_clear(Subject *subject);
/* Reads an input of that kind. */
void subject_read(Subject *subject, InputKind kind, GBytes *content, const char *name);

/* A collateral file. Never NULL: what is malformed is its `problem`, for the checks to say. */
Collateral *collateral_of_text(Span text, const char *origin);

static inline Span span_of_bytes(GBytes *bytes)
{
    size_t size = 0;
    const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

/* "2023-06-01T00:00:00Z" as JSON. */
json_t *time_json(int64_t seconds);
/* A string; what is not UTF-8 is escaped. NULL gives null. */
json_t *text_json(const char *text);
/* The bytes in lower-case hex. */
json_t *hex_json(Span bytes);

/* The quote's fields, as in `verify --json`. */
json_t *quote_json(const Quote *quote);

#endif
