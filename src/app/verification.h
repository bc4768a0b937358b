/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A verification as a person asks for it: inputs by name, what is expected, where collateral comes
 * from; results one by one as they finish. Shell and console run the same. Never prints.
 */
#ifndef MSE_APP_VERIFICATION_H
#define MSE_APP_VERIFICATION_H

#include "attest/verify.h"
#include "core/cancel.h"
#include "core/journal.h"

typedef enum {
    INPUT_PLAIN, /* recognised by its content */
    INPUT_EVIDENCE,
    INPUT_QUOTE,
    INPUT_CERTIFICATE,
    INPUT_COLLATERAL, /* a plain FILE recognised so: used for all inputs, itself not judged */
    INPUT_HOST,       /* "host:port": the certificate of a TLS server */
} InputKind;

typedef struct VerificationInput {
    InputKind kind;
    char *name; /* path or host:port, as given */
} VerificationInput;

/* Everything that can be asked; zeroed means defaults. Owned by whoever fills it; borrowed here. */
typedef struct VerificationRequest {
    const char *root_path;       /* --root, [trust] root; NULL: Intel's */
    const char *collateral_path; /* --collateral */
    const char *pccs_url;        /* --pccs */
    const char *settings_pccs_url; /* [pccs] url */
    bool has_time;
    int64_t time;             /* --at; else the clock's now */
    const Policy *policy;
    Expectations expectations;
    bool strict;              /* warnings count as rejected in the exit status */
    Journal *journal;         /* NULL: none is kept */
} VerificationRequest;

typedef struct VerificationResult {
    unsigned index;     /* of the input in the call */
    char *input;        /* its name */
    InputKind kind;     /* recognised */
    Verdict *verdict;   /* NULL: unreadable */
    GError *error;      /* why unreadable */
    char *sha256;       /* hex of the input's bytes; NULL when it was not read */
    GError *journal_error; /* the journal could not be written: a warning */
} VerificationResult;

VerificationResult *verification_result_ref(VerificationResult *result);
void verification_result_unref(VerificationResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerificationResult, verification_result_unref)

/* What is shared by all inputs of a request: trust anchor, collateral, caches. Thread-safe. */
typedef struct Verification Verification;

/* Reads --root and --collateral; NULL with an error when one cannot be used. `request` and what it
 * points to must outlive it. */
Verification *verification_new(const VerificationRequest *request, Cancel *cancel, GError **error);
void verification_free(Verification *verification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verification, verification_free)

/* Judges one input in this thread. Never NULL. */
VerificationResult *verification_judge(Verification *verification, const VerificationInput *input,
                                       unsigned index, Cancel *cancel);

/* Called from a worker thread, never two at once, in the order they finish; takes no ownership. */
typedef void (*VerificationDone)(VerificationResult *result, void *data);

/* Judges all on all cores (`idle`: workers run SCHED_IDLE, for the console). Plain inputs that turn
 * out to be collateral are read first and used for all. Returns when all are done or cancelled. */
void verification_run(Verification *verification, const VerificationInput *inputs, unsigned n,
                      bool idle, VerificationDone done, void *data, Cancel *cancel);

/* Kind of a file by its content; INPUT_PLAIN when it is none we know. */
InputKind verification_recognise(Span content);

/* 0, 1, 3 as one input; the whole: 3 if any rejected, else 1 if any unreadable. */
int verification_exit_status(const VerificationResult *result, bool strict);
const char *verification_verdict_name(const VerificationResult *result); /* "unreadable" too */

/* The JSON object of `verify --json`. New reference. */
json_t *verification_result_json(const VerificationResult *result);

/* One file that verify reads again: certificate, quote, collateral and verdict. Console's `x`. */
bool verification_export(const VerificationResult *result, const char *path, GError **error);

#endif
