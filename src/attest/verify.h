/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verifier: bytes and a time in, verdict out. No file, no network, no clock, no environment.
 */
#ifndef MSE_ATTEST_VERIFY_H
#define MSE_ATTEST_VERIFY_H

#include "attest/checks.h"
#include "attest/collateral.h"
#include "attest/policy.h"
#include "attest/quote.h"

typedef enum {
    VERDICT_TRUSTED,
    VERDICT_TRUSTED_WITH_WARNINGS,
    VERDICT_EXPIRED,
    VERDICT_REJECTED,
    N_VERDICTS
} VerdictKind;

/* "trusted", "trusted_with_warnings", "expired", "rejected": as in the JSON. */
const char *verdict_kind_name(VerdictKind kind);

typedef struct CheckOutcome {
    CheckResult result;
    char *detail; /* a sentence or NULL; safe for a terminal; translated when made */
} CheckOutcome;

/* One step of the chain shown as a tree: application → certificate → quote → QE → PCK → CA → root,
 * collateral beside it. */
typedef struct TrustLink {
    const char *role;              /* "quote", "pck", "root", "tcb-info", … */
    char *name;                    /* safe for a terminal */
    int64_t not_before, not_after; /* Unix seconds; 0 and 0 when it has no dates */
    CheckId check;                 /* the check that judges it */
} TrustLink;

typedef struct Verdict {
    VerdictKind kind;
    CheckOutcome checks[N_CHECKS];
    TcbStatus tcb_status; /* TCB_UNKNOWN when one of checks format … debug failed or was skipped */
    GPtrArray *advisories; /* char*, sorted, unique */
    int64_t time;          /* judged at */
    bool has_interval;     /* of validity of the whole: */
    int64_t valid_from, valid_until;
    char *valid_from_name, *valid_until_name; /* what bounds it: "TCB info", "PCK CRL", … */
    char *root_name;                          /* CN of the trust anchor */
    uint8_t root_sha256[32];
    bool root_is_intel; /* the pinned one */
    bool simulated;     /* rests on a root that is not Intel's pinned one */
    bool has_quote;
    Quote quote;         /* spans point into quote_bytes */
    GBytes *quote_bytes; /* the quote alone, also when it came in a certificate */
    GBytes *certificate; /* DER, when one was judged */
    GPtrArray *chain;    /* TrustLink* */
} Verdict;

void verdict_free(Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

/* The first failed check in table order, or -1. */
int verdict_first_failure(const Verdict *verdict);

/* The trust anchor and, within one run, what was already verified (chains, CRLs, infos), keyed by
 * content hash. Thread-safe; shared by all workers. */
typedef struct Attest Attest;

#define ATTEST_ERROR (attest_error_quark())
typedef enum { ATTEST_ERROR_ROOT } AttestError;
GQuark attest_error_quark(void);

/* `root` empty: Intel's pinned root. Else a PEM or DER certificate that is trusted instead. */
Attest *attest_new(Span root, GError **error);
void attest_free(Attest *attest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attest, attest_free)

/* What is judged. Exactly one of the two is non-empty. */
typedef struct AttestSubject {
    Span quote;       /* a bare quote */
    Span certificate; /* an RA-TLS certificate, PEM or DER */
} AttestSubject;

/* Judges. `collateral` may be NULL (crl, tcb-info and qe-identity then fail; `why_no_collateral`
 * may add a sentence), `policy` and `expectations` NULL mean defaults and nothing. `at` in Unix
 * seconds. Never fails: bad bytes are a verdict. Caller owns: verdict_free. */
Verdict *attest_verify(Attest *attest, const AttestSubject *subject, const Collateral *collateral,
                       const char *why_no_collateral, const Policy *policy,
                       const Expectations *expectations, int64_t at);

/* What a caller must know to fetch collateral: from the quote's own (unverified) certificates. */
typedef struct CollateralNeed {
    Tee tee;
    char fmspc[13];     /* 12 lower-case hex digits */
    bool processor_ca;  /* else platform: by the leaf's issuer CN */
    char *root_crl_url; /* CRL distribution point of the root the quote brings; may be NULL */
} CollateralNeed;
bool attest_collateral_need(const AttestSubject *subject, CollateralNeed *out, GError **error);
void collateral_need_clear(CollateralNeed *need);

/* The quote inside an RA-TLS certificate (PEM or DER): the octets of 1.2.840.113741.1337.6 or .8.
 * NULL when there is none. Caller owns. */
GBytes *attest_certificate_quote(Span certificate);

#endif
