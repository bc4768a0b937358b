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

#define VERIFICATION_ERROR (verification_error_quark())
typedef enum {
    VERIFICATION_ERROR_KIND,    /* a file of unknown kind, or one that cannot be judged */
    VERIFICATION_ERROR_FORM,    /* an export that is malformed */
    VERIFICATION_ERROR_NOTHING, /* nothing to export */
} VerificationError;
GQuark verification_error_quark(void);

typedef enum {
    INPUT_PLAIN, /* recognised by its content */
    INPUT_EVIDENCE,
    INPUT_QUOTE,
    INPUT_CERTIFICATE,
    INPUT_COLLATERAL, /* a plain FILE recognised so: used for all inputs, itself not judged */
    INPUT_HOST,       /* "host:port": the certificate of a TLS server */
    INPUT_EXPORT,     /* what verification_export wrote */
    INPUT_CRL,        /* a revocation list alone: for inspect; verify cannot judge it */
} InputKind;

/* "evidence", "quote", …: for people, untranslated N_(). */
const char *input_kind_name(InputKind kind);

typedef struct VerificationInput {
    InputKind kind;
    char *name; /* path or host:port, as given */
} VerificationInput;

/* Everything that can be asked; zeroed means defaults. Owned by whoever fills it; borrowed here. */
typedef struct VerificationRequest {
    const char *root_path;         /* --root, [trust] root; NULL: Intel's */
    const char *collateral_path;   /* --collateral */
    const char *pccs_url;          /* --pccs */
    const char *settings_pccs_url; /* [pccs] url */
    const char *pccs_ca_path; /* [pccs] ca: PEM that its TLS is checked against; NULL: system */
    bool has_time;
    int64_t time; /* --at; else the clock's now */
    const Policy *policy;
    Expectations expectations;
    bool strict;             /* warnings count as rejected in the exit status */
    Journal *journal;        /* NULL: none is kept */
    const char *application; /* whose evidence it is, for the journal; NULL: not known */
    /* To repeat an earlier verdict: judge with exactly what that result was judged with, and look
     * for nothing else. */
    bool repeats;
    Collateral *collateral;
    const char *why_no_collateral;
} VerificationRequest;

typedef struct VerificationResult {
    unsigned index;          /* of the input in the call */
    char *input;             /* its name */
    InputKind kind;          /* recognised */
    Verdict *verdict;        /* NULL: unreadable, or INPUT_COLLATERAL, which is not judged */
    GError *error;           /* why unreadable; NULL for INPUT_COLLATERAL */
    Collateral *collateral;  /* what it was judged with; NULL: none was at hand */
    char *why_no_collateral; /* then a sentence: GRefString, shared by all that say the same */
    GBytes *signer_key;      /* signer_pk of the evidence, PEM; or NULL */
    bool repeatable;         /* read from a regular file: it can be read again */
    char *sha256;            /* hex of the input's bytes; NULL when it was not read */
    GError *journal_error;   /* the journal could not be written: a warning */
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

/* Judges one input in this thread. Never NULL. A plain or named collateral file is taken for the
 * inputs that follow. */
VerificationResult *verification_judge(Verification *verification, const VerificationInput *input,
                                       unsigned index, Cancel *cancel);

/* The same of bytes that were read already; the input's name is for people. Judged as of `at`
 * (Unix seconds; 0: the clock's now) unless the request has a time. */
VerificationResult *verification_judge_bytes(Verification *verification,
                                             const VerificationInput *input, GBytes *content,
                                             int64_t at, Cancel *cancel);

/* Called from a worker thread, never two at once, in the order they finish; takes no ownership. */
typedef void (*VerificationDone)(VerificationResult *result, void *data);

/* Judges all on all cores (`idle`: workers run SCHED_IDLE, for the console). Plain inputs that turn
 * out to be collateral are read first and used for all. Returns when all are done or cancelled. */
void verification_run(Verification *verification, const VerificationInput *inputs, unsigned n,
                      bool idle, VerificationDone done, void *data, Cancel *cancel);

/* Kind of a file by its content; INPUT_PLAIN when it is none we know. */
InputKind verification_recognise(Span content);

/* 0, 1, 3 as one input; 0 for INPUT_COLLATERAL. */
int verification_exit_status(const VerificationResult *result, bool strict);
/* Of several: 3 if any is rejected, else 1 if any is unreadable, else 0. Start with 0. */
int verification_exit_status_join(int whole, int one);
/* verdict_kind_name's, "unreadable", or "collateral". */
const char *verification_verdict_name(const VerificationResult *result);

/* The JSON object of `verify --json`. New reference. Collateral files have none: the caller leaves
 * them out. */
json_t *verification_result_json(const VerificationResult *result);

/* Members of the journal's line of kind "verdict", of a result with a verdict. New reference. */
json_t *verification_journal_json(const VerificationResult *result);

/* One file that verify reads again: certificate or quote, collateral and verdict. Console's `x`.
 * A JSON object: "mse_console_export" 1, "certificate" (PEM) or "quote" (base64), "signer_pk" (PEM)
 * if there was one, "collateral" in the form of a collateral file, "judged" (the object of
 * verify --json, for people: verify judges afresh). Mode 0644: nothing in it is secret. */
bool verification_export(const VerificationResult *result, const char *path, GError **error);

/* The certificate that was judged, as DIRECTORY/ratls.pem. Who calls it knows that it is trusted.
 */
bool verification_write_certificate(const VerificationResult *result, const char *directory,
                                    GError **error);

#endif
